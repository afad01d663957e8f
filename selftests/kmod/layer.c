// SPDX-License-Identifier: GPL-2.0-only
#include "layer.h"

/* What a maker's policy denies that says nothing of it (warden_snapshot_alloc()). */
static bool is_denied_unsaid(u32 domain)
{
	return domain <= LISTEN || domain == WARDEN_DOMAIN_PROTOCOL;
}

void layer_init(struct policy *l, u8 role)
{
	u32 domain;

	policy_init(l);
	l->snap.layer = role;
	for (domain = SENSOR; domain < WARDEN_DOMAIN_RULES; domain++)
		l->snap.defaults[domain].action = role != WARDEN_ROLE_MAKER ||
						  !is_denied_unsaid(domain);
}

void layer_set_default(struct policy *l, u32 domain, u8 action)
{
	l->snap.has_default |= BIT(domain);
	l->snap.defaults[domain].action = action;
}

u32 layer_add_rule(struct policy *l, struct warden_rule rule)
{
	policy_add_rule(l, rule);
	return l->snap.nr_rules;
}

u32 layer_use(struct policy *l, u32 program, u8 class, u8 action)
{
	return layer_add_rule(l, (struct warden_rule){ .domain = SENSOR, .program = program, .class = class,
						 .action = action, .port_high = U16_MAX });
}

u32 layer_listen(struct policy *l, u32 program, u16 protocol, u16 low, u16 high, u8 action)
{
	return layer_add_rule(l, (struct warden_rule){ .domain = LISTEN, .program = program,
						 .protocol = protocol, .port_low = low,
						 .port_high = high, .action = action });
}

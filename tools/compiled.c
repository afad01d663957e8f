// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "compiled.h"

bool warden_compiled_is(const void *data, size_t len)
{
	struct nlattr a;

	if (len < sizeof(a))
		return false;
	memcpy(&a, data, sizeof(a));
	return a.nla_type == (WARDEN_A_POLICY_HEADER | NLA_F_NESTED);
}

/* An entry of the safety list is a rule with a flag. */
static bool is_safety(const uint8_t *attr, size_t len)
{
	const struct warden_value *nest;
	struct warden_object o, rule;

	if (warden_object_parse(&o, warden_set_policy(), attr, len))
		return false;
	nest = &o.v[WARDEN_A_POLICY_RULE];
	return nest->data &&
	       !warden_object_parse(&rule, warden_set_rule(), nest->data, nest->len) &&
	       warden_object_number(&rule, WARDEN_A_RULE_FLAGS) & WARDEN_RULE_FLAG_SAFETY;
}

static void count(struct warden_compiled *c, const struct warden_blob *policy)
{
	size_t at = 0;

	while (at + sizeof(struct nlattr) <= policy->len) {
		struct nlattr a;

		memcpy(&a, policy->data + at, sizeof(a));
		c->programs += (a.nla_type & NLA_TYPE_MASK) == WARDEN_A_POLICY_PROGRAM;
		if ((a.nla_type & NLA_TYPE_MASK) == WARDEN_A_POLICY_RULE) {
			bool safety = is_safety(policy->data + at, a.nla_len);

			c->safety += safety;
			c->rules += !safety;
		}
		at += NLA_ALIGN(a.nla_len);
	}
}

int warden_compiled_read(struct warden_compiled *c, const struct warden_blob *policy)
{
	const struct warden_value *nest;
	struct warden_object o, h;

	memset(c, 0, sizeof(*c));
	/* Whole entries, each padded: whoever cuts it into pieces goes by that. */
	if (policy->len % NLA_ALIGNTO)
		return -EBADMSG;
	if (warden_object_parse(&o, warden_set_policy(), policy->data, policy->len))
		return -EBADMSG;
	nest = &o.v[WARDEN_A_POLICY_HEADER];
	if (!nest->data || warden_object_parse(&h, warden_set_header(), nest->data, nest->len))
		return -EBADMSG;
	c->name = warden_object_string(&h, WARDEN_A_HEADER_NAME);
	c->version = (uint32_t)warden_object_number(&h, WARDEN_A_HEADER_VERSION);
	c->layer = (uint32_t)warden_object_number(&h, WARDEN_A_HEADER_LAYER);
	if (!c->layer)
		c->layer = WARDEN_ROLE_MAKER;
	count(c, policy);
	return 0;
}

/* The header comes first; it gets one attribute more. */
int warden_compiled_set_layer(struct warden_blob *policy, uint32_t layer)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_compiled c;
	struct nlattr a;

	if (!warden_compiled_is(policy->data, policy->len) || warden_compiled_read(&c, policy))
		return -EBADMSG;
	if (c.layer == layer)
		return 0;
	if (c.layer != WARDEN_ROLE_MAKER)
		return -EEXIST;
	memcpy(&a, policy->data, sizeof(a));
	warden_blob_append(&b, policy->data, NLA_ALIGN(a.nla_len));
	warden_blob_put_u32(&b, WARDEN_A_HEADER_LAYER, layer);
	warden_blob_nest_end(&b, 0);
	warden_blob_append(&b, policy->data + NLA_ALIGN(a.nla_len),
			   policy->len - NLA_ALIGN(a.nla_len));
	warden_blob_free(policy);
	*policy = b;
	return 0;
}

/* The text of one entry, where that is the purpose. */
static const char *text_of(const uint8_t *attr, size_t len, const char *label, struct warden_object *p)
{
	struct warden_object o;

	if (warden_object_parse(&o, warden_set_policy(), attr, len) ||
	    !o.v[WARDEN_A_POLICY_PURPOSE].data ||
	    warden_object_parse(p, warden_set_purpose(), o.v[WARDEN_A_POLICY_PURPOSE].data,
				o.v[WARDEN_A_POLICY_PURPOSE].len) ||
	    strcmp(warden_object_string(p, WARDEN_A_PURPOSE_LABEL), label))
		return NULL;
	return warden_object_string(p, WARDEN_A_PURPOSE_TEXT);
}

bool warden_compiled_purpose(char to[WARDEN_TEXT_MAX + 1], const struct warden_blob *policy,
			     const char *label)
{
	const char *text = NULL;
	struct warden_object p;
	struct nlattr a;
	size_t at;

	for (at = 0; !text && at + sizeof(a) <= policy->len; at += NLA_ALIGN(a.nla_len)) {
		memcpy(&a, policy->data + at, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > policy->len - at)
			return false;
		if ((a.nla_type & NLA_TYPE_MASK) == WARDEN_A_POLICY_PURPOSE)
			text = text_of(policy->data + at, a.nla_len, label, &p);
	}
	if (text)
		snprintf(to, WARDEN_TEXT_MAX + 1, "%s", text);
	return text;
}

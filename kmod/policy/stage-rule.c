// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of a policy: read one by one, then resolved against all the rest.
 */
#include <linux/bits.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <warden/domain.h>

#include "judge/decide.h"
#include "judge/match.h"
#include "netlink/netlink-gen.h"
#include "stage-priv.h"

static int add_rule_digest(struct warden_stage *stage, struct warden_rule *rule,
			   const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_digest *digest;
	int err;

	if (!attr)
		return 0;
	digest = warden_stage_append(&stage->rule_digests, sizeof(*digest), WARDEN_RULES_MAX,
				     "rule digests", extack);
	if (IS_ERR(digest))
		return PTR_ERR(digest);
	rule->digest = stage->rule_digests.nr;
	err = warden_stage_parse_digest(attr, digest, extack);
	if (!err && digest->alg == WARDEN_DIGEST_ALG_KERNEL)
		err = warden_stage_refuse(extack, attr,
					  "the kernel is a program that listens, and no object of a rule");
	if (!err && rule->domain == WARDEN_DOMAIN_USB && digest->alg != WARDEN_DIGEST_ALG_SHA256)
		err = warden_stage_refuse(extack, attr,
					  "a usb device is known by the SHA-256 of its descriptors");
	return err;
}

static int add_rule_net(struct warden_stage *stage, u32 *to, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct warden_net *net;

	if (!attr)
		return 0;
	net = warden_stage_append(&stage->nets, sizeof(*net), WARDEN_RULES_MAX, "nets", extack);
	if (IS_ERR(net))
		return PTR_ERR(net);
	*to = stage->nets.nr;
	memcpy(net, nla_data(attr), sizeof(*net));
	return warden_net_is_valid(net) ? 0
					: warden_stage_refuse(extack, attr, "this is no net of addresses");
}

/* What a rule says of a name: all of it, or with an asterisk how it begins. */
static int add_pattern(struct warden_stage *stage, struct warden_rule *rule,
		       const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_pattern *pattern;
	size_t len;

	if (!attr)
		return 0;
	len = strcspn(nla_data(attr), "*");
	if (!nla_len(attr) || !*(const char *)nla_data(attr) ||
	    strlen(nla_data(attr)) > len + 1)
		return warden_stage_refuse(extack, attr,
					   "a name has characters, and an asterisk at its end alone");
	pattern = warden_stage_append(&stage->patterns, sizeof(*pattern), WARDEN_RULES_MAX,
				      "names", extack);
	if (IS_ERR(pattern))
		return PTR_ERR(pattern);
	rule->pattern = stage->patterns.nr;
	pattern->len = len;
	pattern->begins = ((const char *)nla_data(attr))[len] == '*';
	get_string(pattern->text, sizeof(pattern->text), attr);
	return 0;
}

static bool is_interface_name(const char *name)
{
	return name[0] && !name[strcspn(name, "/: \t\n\v\f\r")] && strcmp(name, ".") &&
	       strcmp(name, "..");
}

/* The name of an interface stands with the other names, and is always the whole one. */
static int add_interface(struct warden_stage *stage, struct warden_rule *rule,
			 const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_pattern *pattern;

	if (!attr)
		return 0;
	if (!nla_len(attr) || !is_interface_name(nla_data(attr)))
		return warden_stage_refuse(extack, attr, "this is no name of an interface");
	pattern = warden_stage_append(&stage->patterns, sizeof(*pattern), WARDEN_RULES_MAX,
				      "names", extack);
	if (IS_ERR(pattern))
		return PTR_ERR(pattern);
	rule->pattern = stage->patterns.nr;
	get_string(pattern->text, sizeof(pattern->text), attr);
	pattern->len = strlen(pattern->text);
	return 0;
}

static int add_principal(struct warden_quorum *quorum, const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_PRINCIPAL_MAX + 1];
	u64 key;
	int err, i;

	err = nla_parse_nested(tb, WARDEN_A_PRINCIPAL_MAX, attr, warden_principal_nl_policy, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_PRINCIPAL_NAME], attr, extack);
	if (err)
		return err;
	if (quorum->nr == WARDEN_PRINCIPALS_MAX)
		return warden_stage_refuse(extack, attr, "a rule names more than 8 persons");
	key = warden_snapshot_key(nla_data(tb[WARDEN_A_PRINCIPAL_NAME]));
	for (i = 0; i < quorum->nr; i++)
		if (quorum->principal[i] == key)
			return warden_stage_refuse(extack, attr, "a rule names a person twice");
	quorum->principal[quorum->nr++] = key;
	return 0;
}

static int add_principals(struct warden_quorum *quorum, const struct nlattr *rule,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, rule, rem) {
		if (nla_type(attr) != WARDEN_A_RULE_PRINCIPAL)
			continue;
		err = add_principal(quorum, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

/* Whose consent a rule asks for; where it does not say how many, each of them. */
static int add_quorum(struct warden_stage *stage, struct warden_rule *rule, struct nlattr *const *tb,
		      const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_quorum *quorum;
	int err;

	if (!tb[WARDEN_A_RULE_PRINCIPAL] && !tb[WARDEN_A_RULE_QUORUM])
		return 0;
	if (!(rule->flags & WARDEN_RULE_FLAG_CONSENT))
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_PRINCIPAL] ?: tb[WARDEN_A_RULE_QUORUM],
					   "only a rule with consent names who gives it");
	quorum = warden_stage_append(&stage->quorums, sizeof(*quorum), WARDEN_QUORUMS_MAX,
				     "rules that name who consents", extack);
	if (IS_ERR(quorum))
		return PTR_ERR(quorum);
	rule->quorum = stage->quorums.nr;
	err = add_principals(quorum, attr, extack);
	if (err)
		return err;
	quorum->need = get_u32(tb, WARDEN_A_RULE_QUORUM, quorum->nr);
	if (!quorum->need || quorum->need > quorum->nr)
		return warden_stage_refuse(extack, attr,
					   "a rule asks for the consent of more persons than it names");
	return 0;
}

#define PORTS (BIT(WARDEN_DOMAIN_LISTEN) | BIT(WARDEN_DOMAIN_CONNECT) | BIT(WARDEN_DOMAIN_BIND))
#define NAMES (BIT(WARDEN_DOMAIN_MODULE) | BIT(WARDEN_DOMAIN_AUTOLOAD) | BIT(WARDEN_DOMAIN_USB))

static const char sensors_only[] = "only a sensor rule has this field";
static const char ports_only[] = "only a listen, connect or bind rule has this field";

/* Where a field means something, as a bit mask of domains; 0 is everywhere. */
static const struct {
	u32 domains;
	const char *why;
} fields[WARDEN_A_RULE_MAX + 1] = {
	[WARDEN_A_RULE_CLASS] = { BIT(WARDEN_DOMAIN_SENSOR) | BIT(WARDEN_DOMAIN_EGRESS),
				  "only a sensor or egress rule has a class of sensors" },
	[WARDEN_A_RULE_TOPOLOGY] = { BIT(WARDEN_DOMAIN_SENSOR) | BIT(WARDEN_DOMAIN_USB),
				     sensors_only },
	[WARDEN_A_RULE_WITHDRAW_MS] = { BIT(WARDEN_DOMAIN_SENSOR), sensors_only },
	[WARDEN_A_RULE_PRINCIPAL] = { BIT(WARDEN_DOMAIN_SENSOR), sensors_only },
	[WARDEN_A_RULE_QUORUM] = { BIT(WARDEN_DOMAIN_SENSOR), sensors_only },
	[WARDEN_A_RULE_RATE] = { BIT(WARDEN_DOMAIN_SENSOR), sensors_only },
	[WARDEN_A_RULE_PROTOCOL] = { PORTS, ports_only },
	[WARDEN_A_RULE_PORT_LOW] = { PORTS, ports_only },
	[WARDEN_A_RULE_PORT_HIGH] = { PORTS, ports_only },
	[WARDEN_A_RULE_PORTS] = { PORTS, ports_only },
	[WARDEN_A_RULE_SOCKET] = { BIT(WARDEN_DOMAIN_PROTOCOL),
				   "only a protocol rule names a kind of socket" },
	[WARDEN_A_RULE_DIGEST] = { BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) |
					   BIT(WARDEN_DOMAIN_FIRMWARE) | BIT(WARDEN_DOMAIN_USB) |
					   BIT(WARDEN_DOMAIN_BPF),
				   "only an exec, module, firmware, usb or bpf rule has a digest" },
	[WARDEN_A_RULE_NET] = { PORTS | BIT(WARDEN_DOMAIN_EGRESS),
				"only a listen, connect, bind or egress rule has an address" },
	[WARDEN_A_RULE_INTERFACE] = { PORTS | BIT(WARDEN_DOMAIN_EGRESS),
				      "only a listen, connect, bind or egress rule names an interface" },
	[WARDEN_A_RULE_OWN] = { BIT(WARDEN_DOMAIN_LISTEN),
				"only a listen rule has an address of the device" },
	[WARDEN_A_RULE_SURFACE] = { BIT(WARDEN_DOMAIN_DEBUG), "only a debug rule has a surface" },
	[WARDEN_A_RULE_PATTERN] = { NAMES, "only a module, autoload or usb rule has a name" },
	[WARDEN_A_RULE_USB_CLASS] = { BIT(WARDEN_DOMAIN_USB),
				      "only a usb rule has a class of interfaces" },
};

/* A field that means nothing in a rule's domain is a mistake, and a mistake is not guessed at. */
static int check_rule_fields(struct nlattr *const *tb, const struct nlattr *rule, u32 domain,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, rule, rem) {
		const int type = nla_type(attr);

		if (type <= WARDEN_A_RULE_MAX && fields[type].domains &&
		    !(fields[type].domains & BIT(domain)))
			return warden_stage_refuse(extack, attr, fields[type].why);
	}
	if (get_u32(tb, WARDEN_A_RULE_SOCKET, 0) == WARDEN_SOCKET_CLASS_UNIX)
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_SOCKET],
					   "unix sockets are open to all, no rule is asked");
	return 0;
}

/* What a packet can be asked, that knows no program; see inbound.h. */
static int check_conditions(struct nlattr *const *tb, const struct nlattr *attr,
			    const struct warden_rule *rule, struct netlink_ext_ack *extack)
{
	if (rule->domain != WARDEN_DOMAIN_LISTEN ||
	    (!tb[WARDEN_A_RULE_INTERFACE] && !tb[WARDEN_A_RULE_NET] && !tb[WARDEN_A_RULE_OWN]))
		return 0;
	if (rule->program && rule->action == WARDEN_ACTION_DENY)
		return warden_stage_refuse(extack, attr,
					   "a packet knows no program to deny an interface or net to");
	if (rule->protocol && !warden_match_filters(rule->protocol))
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_PROTOCOL],
					   "of this protocol no packet is looked at");
	return 0;
}

/* What is needed to set the device up; there are no consents then. */
static int check_setup(struct nlattr *const *tb, const struct warden_rule *rule,
		       struct netlink_ext_ack *extack)
{
	if (rule->flags & WARDEN_RULE_FLAG_SETUP &&
	    (rule->action != WARDEN_ACTION_ALLOW || !warden_snapshot_gates(rule->domain) ||
	     rule->flags & (WARDEN_RULE_FLAG_CONSENT | WARDEN_RULE_FLAG_SAFETY)))
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_FLAGS],
					   "until setup a rule allows a sensor, listen, connect, bind or "
					   "usb, without a consent");
	return 0;
}

static int check_rule(struct nlattr *const *tb, const struct nlattr *attr,
		      const struct warden_rule *rule, struct netlink_ext_ack *extack)
{
	if (!tb[WARDEN_A_RULE_LINE] || !tb[WARDEN_A_RULE_DOMAIN] || !tb[WARDEN_A_RULE_ACTION])
		return warden_stage_refuse(extack, attr,
					   "a rule needs its line, its domain and its action");
	if (!warden_domain_has_rules(rule->domain))
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_DOMAIN],
					   "no rule can be about this domain");
	if (rule->port_low > rule->port_high)
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_PORT_LOW],
					   "the first port is above the last");
	if (rule->flags & (WARDEN_RULE_FLAG_CONSENT | WARDEN_RULE_SIGNALS |
			   WARDEN_RULE_FLAG_BLANK | WARDEN_RULE_FLAG_EXPORT) &&
	    rule->domain != WARDEN_DOMAIN_SENSOR)
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_FLAGS],
					   "only a sensor rule can ask for consent, a signal or blank, or allow export");
	if (rule->purpose && rule->domain != WARDEN_DOMAIN_SENSOR && rule->action != WARDEN_ACTION_ALLOW)
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_PURPOSE],
					   "what is denied serves no purpose");
	if (rule->purpose && rule->flags & WARDEN_RULE_FLAG_SAFETY)
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_PURPOSE],
					   "what the safety list names ends with no purpose");
	if (rule->flags & WARDEN_RULE_FLAG_EXPORT && rule->action != WARDEN_ACTION_ALLOW)
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_FLAGS],
					   "what is denied is not exported");
	if (rule->flags & WARDEN_RULE_FLAG_SAFETY &&
	    (rule->flags & WARDEN_RULE_FLAG_CONSENT || rule->action != WARDEN_ACTION_ALLOW))
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_FLAGS],
					   "what the safety list names is allowed, without a consent");
	if (rule->flags & WARDEN_RULE_FLAG_CONSENT &&
	    (!rule->purpose || rule->action != WARDEN_ACTION_ALLOW || !rule->program))
		return warden_stage_refuse(
			extack, attr, "a rule with consent allows one program for one purpose");
	if (tb[WARDEN_A_RULE_RATE] && rule->action != WARDEN_ACTION_ALLOW)
		return warden_stage_refuse(extack, tb[WARDEN_A_RULE_RATE],
					   "what is denied has no rate");
	return check_conditions(tb, attr, rule, extack) ?: check_setup(tb, rule, extack) ?:
	       check_rule_fields(tb, attr, rule->domain, extack);
}

/* A range of ports as it stands on the wire. */
struct port_range {
	u16 low;
	u16 high;
};

static int check_ranges(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct port_range *range = nla_data(attr);
	u32 nr = nla_len(attr) / sizeof(*range), i;

	if (!nr || nla_len(attr) % sizeof(*range))
		return warden_stage_refuse(extack, attr, "the ports are not a multiple of 4 bytes");
	for (i = 0; i < nr; i++)
		if (range[i].low > range[i].high ||
		    (i && range[i].low <= (u32)range[i - 1].high + 1))
			return warden_stage_refuse(extack, attr,
						   "the ranges of ports are not apart and in rising order");
	return 0;
}

/* The rule that was added last, once for each range. */
static int spread_rule(struct warden_stage *stage, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	const struct port_range *range = nla_data(attr);
	const u32 first = stage->rules.nr - 1, nr = nla_len(attr) / sizeof(*range);
	struct warden_rule *rule = stage->rules.item;
	u32 i;

	rule[first].port_low = range[0].low;
	rule[first].port_high = range[0].high;
	for (i = 1; i < nr; i++) {
		rule = warden_stage_append(&stage->rules, sizeof(*rule), WARDEN_RULES_MAX, "rules",
					   extack);
		if (IS_ERR(rule))
			return PTR_ERR(rule);
		*rule = ((struct warden_rule *)stage->rules.item)[first];
		rule->port_low = range[i].low;
		rule->port_high = range[i].high;
	}
	return 0;
}

static int add_ports(struct warden_stage *stage, struct nlattr *const *tb,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *ports = tb[WARDEN_A_RULE_PORTS];
	int err;

	if (!ports)
		return 0;
	if (tb[WARDEN_A_RULE_PORT_LOW] || tb[WARDEN_A_RULE_PORT_HIGH])
		return warden_stage_refuse(extack, ports, "a rule has ports, or port-low and port-high");
	err = check_ranges(ports, extack);
	return err ?: spread_rule(stage, ports, extack);
}

int warden_stage_add_rule(struct warden_stage *stage, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_RULE_MAX + 1] = {};
	struct warden_rule *rule;
	int err;

	err = warden_stage_fields(tb, WARDEN_A_RULE_MAX, attr, warden_rule_nl_policy, extack);
	if (err)
		return err;
	rule = warden_stage_append(&stage->rules, sizeof(*rule), WARDEN_RULES_MAX, "rules", extack);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	rule->line = get_u32(tb, WARDEN_A_RULE_LINE, 0);
	rule->domain = get_u32(tb, WARDEN_A_RULE_DOMAIN, 0);
	rule->action = get_u32(tb, WARDEN_A_RULE_ACTION, WARDEN_ACTION_DENY);
	rule->program = get_u32(tb, WARDEN_A_RULE_PROGRAM, 0);
	rule->class = get_u32(tb, WARDEN_A_RULE_CLASS, 0);
	if (tb[WARDEN_A_RULE_SOCKET])
		rule->class = nla_get_u32(tb[WARDEN_A_RULE_SOCKET]);
	if (tb[WARDEN_A_RULE_SURFACE])
		rule->class = nla_get_u32(tb[WARDEN_A_RULE_SURFACE]);
	if (tb[WARDEN_A_RULE_USB_CLASS])
		rule->class = nla_get_u32(tb[WARDEN_A_RULE_USB_CLASS]);
	rule->purpose = get_u32(tb, WARDEN_A_RULE_PURPOSE, 0);
	rule->flags = get_u32(tb, WARDEN_A_RULE_FLAGS, 0);
	rule->withdraw_ms = get_u32(tb, WARDEN_A_RULE_WITHDRAW_MS, 0);
	rule->protocol = get_u32(tb, WARDEN_A_RULE_PROTOCOL, 0);
	rule->port_low = get_u32(tb, WARDEN_A_RULE_PORT_LOW, 0);
	rule->port_high = get_u32(tb, WARDEN_A_RULE_PORT_HIGH, U16_MAX);
	if (tb[WARDEN_A_RULE_TOPOLOGY])
		rule->topology = warden_snapshot_key(nla_data(tb[WARDEN_A_RULE_TOPOLOGY]));
	rule->rate = get_u32(tb, WARDEN_A_RULE_RATE, 0);
	err = check_rule(tb, attr, rule, extack);
	if (!err)
		err = add_rule_digest(stage, rule, tb[WARDEN_A_RULE_DIGEST], extack);
	if (!err)
		err = add_rule_net(stage, &rule->net, tb[WARDEN_A_RULE_NET], extack);
	if (!err)
		err = add_rule_net(stage, &rule->own, tb[WARDEN_A_RULE_OWN], extack);
	if (!err)
		err = add_pattern(stage, rule, tb[WARDEN_A_RULE_PATTERN], extack);
	if (!err)
		err = add_interface(stage, rule, tb[WARDEN_A_RULE_INTERFACE], extack);
	if (!err)
		err = add_quorum(stage, rule, tb, attr, extack);
	return err ?: add_ports(stage, tb, extack);
}

static int compare_rules(const void *a, const void *b)
{
	const struct warden_rule *x = a, *y = b;

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->port_low > y->port_low) - (x->port_low < y->port_low);
}

static int compare_places(const void *a, const void *b, const void *rules)
{
	const struct warden_rule *of = rules;
	const u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return compare_rules(&of[x], &of[y]) ?: (x > y) - (x < y);
}

static bool is_sorted(const struct warden_rule *rules, u32 nr)
{
	u32 i;

	for (i = 1; i < nr; i++)
		if (compare_rules(&rules[i - 1], &rules[i]) > 0)
			return false;
	return true;
}

/**
 * warden_stage_sort_rules() - put rules in the order in which they are found
 * @rules: the rules
 * @nr: how many
 *
 * Of equals the first stays the first, so that whoever reads the same policy knows which rule has which
 * place. A compiler that puts them in this order saves the module the work.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int warden_stage_sort_rules(struct warden_rule *rules, u32 nr)
{
	struct warden_rule *sorted;
	u32 *places, i;
	int err = -ENOMEM;

	if (is_sorted(rules, nr))
		return 0;
	sorted = kvmalloc_array(nr, sizeof(*sorted), GFP_KERNEL);
	places = kvmalloc_array(nr, sizeof(*places), GFP_KERNEL);
	if (sorted && places) {
		for (i = 0; i < nr; i++)
			places[i] = i;
		sort_r(places, nr, sizeof(*places), compare_places, NULL, rules);
		for (i = 0; i < nr; i++)
			sorted[i] = rules[places[i]];
		memcpy(rules, sorted, nr * sizeof(*rules));
		err = 0;
	}
	kvfree(sorted);
	kvfree(places);
	return err;
}

/**
 * warden_stage_resolve_rules() - turn the ids of rules into what a decision compares
 * @stage: a stage with all its entries
 * @extack: told what is wrong
 *
 * Sorts the rules, too.
 *
 * Context: Process context.
 * Return: 0; -EINVAL where an id stands for nothing, -ENOMEM.
 */
int warden_stage_resolve_rules(struct warden_stage *stage, struct netlink_ext_ack *extack)
{
	struct warden_purpose *purposes = stage->purposes.item;
	struct warden_rule *rule = stage->rules.item;
	u32 i;

	for (i = 0; i < stage->rules.nr; i++, rule++) {
		if (rule->program > stage->programs.nr) {
			NL_SET_ERR_MSG_FMT(extack,
					   "the rule of line %u names a program that is not there",
					   rule->line);
			return -EINVAL;
		}
		if (rule->purpose > stage->purposes.nr) {
			NL_SET_ERR_MSG_FMT(extack,
					   "the rule of line %u names a purpose that is not there",
					   rule->line);
			return -EINVAL;
		}
		if (rule->flags & WARDEN_RULE_FLAG_SETUP && !stage->snap->setup) {
			NL_SET_ERR_MSG_FMT(extack, "the rule of line %u is until setup, which the policy "
					   "does not ask for", rule->line);
			return -EINVAL;
		}
		if (rule->purpose)
			rule->purpose = purposes[rule->purpose - 1].key;
	}
	return warden_stage_sort_rules(stage->rules.item, stage->rules.nr);
}

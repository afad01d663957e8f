// SPDX-License-Identifier: GPL-2.0-only
/*
 * To what a rule can be put: the devices, ports, addresses, interfaces, names and digests of which some rule
 * of two layers says something else than of the others; see cover.c.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "cover-priv.h"
#include "match.h"

/* Rules looked at by one comparison of two layers: a second or two of a processor. */
#define STEPS_MAX (1u << 26)

/* Called with each rule that can match the subject; not 0 ends it. */
typedef int (*rule_fn)(struct probe *p, const struct warden_snapshot *snap,
		       const struct warden_rule *rule);

static bool can_end(const struct warden_snapshot *snap, const struct warden_rule *rule)
{
	u32 i;

	for (i = 0; rule && rule->purpose && i < snap->nr_purposes; i++)
		if (snap->purposes[i].key == rule->purpose)
			return snap->purposes[i].until || snap->purposes[i].lasts;
	return false;
}

/* What must be allowed @always rests on no purpose that ends. */
static bool allows(const struct warden_snapshot *snap, const struct warden_request *req, bool always)
{
	struct warden_verdict v;

	warden_decide(snap, req, &v);
	if (always && can_end(snap, v.rule))
		return false;
	return v.action == WARDEN_ACTION_ALLOW || v.reason == WARDEN_REASON_NO_CONSENT ||
	       v.reason == WARDEN_REASON_LAPSED || /* which are for a time */
	       v.reason == WARDEN_REASON_NOT_SET_UP || v.reason == WARDEN_REASON_PURPOSE_ENDED;
}

/* Try the point. */
static int try(struct probe *p)
{
	p->steps += p->weight + 1;
	if (p->steps > STEPS_MAX)
		return -E2BIG;
	if (!p->always && !allows(p->from, &p->req, false))
		return 0;
	return allows(p->by, &p->req, p->always) ? 0 : -EPERM;
}

/* --- which rules can tell points apart ------------------------------------------------ */

static int each_rule_of(struct probe *p, const struct warden_snapshot *snap, u32 program,
			rule_fn fn)
{
	u32 i = warden_decide_rules(snap, p->rule->domain, program);
	int err = 0;

	for (; !err && i < snap->nr_rules; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (rule->domain != p->rule->domain || rule->program != program)
			break;
		err = fn(p, snap, rule);
	}
	return err;
}

static int each_rule(struct probe *p, const struct warden_snapshot *snap, rule_fn fn)
{
	int err = each_rule_of(p, snap, 0, fn);
	u32 i = warden_decide_refs(snap, &p->subject.digest);

	for (; !err && i < snap->nr_refs; i++) {
		const struct warden_digest_ref *ref = &snap->refs[i];

		if (!warden_decide_same(&ref->digest, &p->subject.digest))
			break;
		err = each_rule_of(p, snap, ref->program + 1, fn);
	}
	cond_resched();
	return err;
}

static int each_rule_of_both(struct probe *p, rule_fn fn)
{
	int err = each_rule(p, p->from, fn);

	return err ?: each_rule(p, p->by, fn);
}

/* Domains whose rules may name an interface. */
static bool has_ways(u32 domain)
{
	return domain == WARDEN_DOMAIN_LISTEN || domain == WARDEN_DOMAIN_BIND ||
	       domain == WARDEN_DOMAIN_CONNECT || domain == WARDEN_DOMAIN_EGRESS;
}

static int weigh(struct probe *p, const struct warden_snapshot *snap,
		 const struct warden_rule *rule)
{
	u32 i;

	p->weight++;
	p->conditional |= (has_ways(rule->domain) && rule->pattern) ||
			  ((rule->domain == WARDEN_DOMAIN_LISTEN ||
			    rule->domain == WARDEN_DOMAIN_BIND) && (rule->net || rule->own));
	for (i = 0; i < p->nr_protocols; i++)
		if (p->protocols[i] == rule->protocol)
			return 0;
	if (p->nr_protocols == PROTOCOLS_MAX)
		return -E2BIG;
	p->protocols[p->nr_protocols++] = rule->protocol;
	return 0;
}

/* --- the points of a rule ------------------------------------------------------------------ */

/* Each number of a kind, of those a rule says one of or none. */
static int try_numbers(struct probe *p, u32 *number, u32 first, u32 last,
		       int (*next)(struct probe *p))
{
	int err = 0;

	for (*number = first; !err && *number <= last; ++*number)
		if (!p->rule->class || p->rule->class == *number)
			err = next(p);
	return err;
}

static int try_classes(struct probe *p)
{
	return try_numbers(p, &p->req.class, WARDEN_SENSOR_CLASS_CAMERA,
			   WARDEN_SENSOR_CLASS_UNKNOWN, try);
}

static int try_device(struct probe *p, const struct warden_snapshot *snap,
		      const struct warden_rule *mention)
{
	if (!mention->topology || (p->rule->topology && p->rule->topology != mention->topology))
		return 0;
	p->req.topology = mention->topology;
	return try_classes(p);
}

static int try_devices(struct probe *p)
{
	int err;

	p->req.topology = p->rule->topology;
	err = try_classes(p);
	return err ?: each_rule_of_both(p, try_device);
}

static int try_port(struct probe *p, u32 port)
{
	const struct warden_rule *rule = p->rule;
	int err = 0;
	u32 i;

	if (port < rule->port_low || port > rule->port_high)
		return 0;
	p->req.port = port;
	for (i = 0; !err && i < p->nr_protocols; i++) {
		if (rule->protocol && rule->protocol != p->protocols[i])
			continue;
		p->req.protocol = p->protocols[i];
		err = try(p);
	}
	return err;
}

static int try_ports(struct probe *p, const struct warden_snapshot *snap,
		     const struct warden_rule *mention)
{
	int err = try_port(p, mention->port_low);

	return err ?: try_port(p, (u32)mention->port_high + 1);
}

static int try_all_ports(struct probe *p)
{
	int err = try_port(p, p->rule->port_low);

	return err ?: each_rule_of_both(p, try_ports);
}

static int try_ports_at(struct probe *p, const struct warden_address *address)
{
	p->req.address = *address;
	return try_all_ports(p);
}

typedef int (*address_fn)(struct probe *p, const struct warden_address *address);

/* Nets lie inside of each other or apart: a piece begins with one, or behind one. */
static int try_piece(struct probe *p, const struct warden_net *net, const struct warden_net *within,
		     address_fn at)
{
	const struct warden_address next = warden_net_next(net);
	int err = 0;

	if (!within || warden_net_holds(within, &net->first))
		err = at(p, &net->first);
	if (!err && (!within || warden_net_holds(within, &next)))
		err = at(p, &next);
	return err;
}

/* The net of one of the rules of the layer that is looked at; NULL is anywhere. */
static const struct warden_net *net_of(const struct probe *p, u32 net)
{
	return net ? &p->from->nets[net - 1] : NULL;
}

static int try_net(struct probe *p, const struct warden_snapshot *snap,
		   const struct warden_rule *mention)
{
	return mention->net ? try_piece(p, &snap->nets[mention->net - 1], net_of(p, p->rule->net),
					try_ports_at) : 0;
}

/* Who connects may be of another family than these two; who comes in for a port may not. */
static int try_addresses(struct probe *p)
{
	const struct warden_address begin[] = {
		{ .version = p->rule->domain == WARDEN_DOMAIN_LISTEN ? 4 : 0 },
		{ .version = 4 }, { .version = 6 } };
	unsigned int i;
	int err = 0;

	if (p->rule->net)
		err = try_ports_at(p, &p->from->nets[p->rule->net - 1].first);
	for (i = 0; !err && !p->rule->net && i < ARRAY_SIZE(begin); i++)
		err = try_ports_at(p, &begin[i]);
	return err ?: each_rule_of_both(p, try_net);
}

/* As a packet comes in: before one does, a rule with a condition says less than it means. */
static int try_interface(struct probe *p, const struct warden_snapshot *snap,
			 const struct warden_rule *mention)
{
	if (!mention->pattern || (p->rule->pattern && mention != p->rule &&
				  !warden_match_called(&p->from->patterns[p->rule->pattern - 1],
							snap->patterns[mention->pattern - 1].text)))
		return 0;
	p->req.interface = snap->patterns[mention->pattern - 1].text;
	return try_addresses(p);
}

static int try_interfaces(struct probe *p)
{
	int err;

	if (p->rule->pattern)
		return try_interface(p, p->from, p->rule);
	p->req.interface = WARDEN_INTERFACE_FOREIGN;
	err = try_addresses(p);
	p->req.interface = "";
	if (!err)
		err = try_addresses(p);
	if (!err && p->rule->domain != WARDEN_DOMAIN_LISTEN) {
		p->req.interface = NULL; /* which is all a socket may tell */
		err = try_addresses(p);
	}
	return err ?: each_rule_of_both(p, try_interface);
}

static int try_interfaces_at(struct probe *p, const struct warden_address *own)
{
	p->req.own = *own;
	return try_interfaces(p);
}

static int try_own(struct probe *p, const struct warden_snapshot *snap,
		   const struct warden_rule *mention)
{
	return mention->own ? try_piece(p, &snap->nets[mention->own - 1], net_of(p, p->rule->own),
					try_interfaces_at) : 0;
}

/* The same of own addresses; of what is received both are known. */
static int try_owns(struct probe *p)
{
	static const struct warden_address begin[] = { { .version = 4 }, { .version = 6 } };
	unsigned int i;
	int err = 0;

	if (p->rule->own)
		err = try_interfaces_at(p, &p->from->nets[p->rule->own - 1].first);
	for (i = 0; !err && !p->rule->own && i < ARRAY_SIZE(begin); i++)
		err = try_interfaces_at(p, &begin[i]);
	return err ?: each_rule_of_both(p, try_own);
}

/*
 * A pattern is tried as it stands: an asterisk is no character of a name, so what
 * it ends is a name that only this pattern and wider ones match.
 */
static int try_name(struct probe *p, const struct warden_snapshot *snap,
		    const struct warden_rule *mention)
{
	const struct warden_rule *rule = p->rule;
	const char *name;

	if (!mention->pattern)
		return 0;
	name = snap->patterns[mention->pattern - 1].text;
	if (rule->pattern && !warden_match_called(&p->from->patterns[rule->pattern - 1], name))
		return 0;
	p->req.name = name;
	return try(p);
}

static int try_names(struct probe *p)
{
	int err;

	p->req.name = "";
	err = p->rule->pattern ? try_name(p, p->from, p->rule) : try(p);
	return err ?: each_rule_of_both(p, try_name);
}

static int try_digest(struct probe *p, const struct warden_digest *digest)
{
	p->object.digest = *digest;
	return p->rule->domain == WARDEN_DOMAIN_MODULE || p->rule->domain == WARDEN_DOMAIN_USB ?
		       try_names(p) :
		       try(p);
}

static int try_named_digest(struct probe *p, const struct warden_snapshot *snap,
			    const struct warden_rule *mention)
{
	return mention->digest ? try_digest(p, &snap->rule_digests[mention->digest - 1]) : 0;
}

static int try_digests(struct probe *p)
{
	const struct warden_reference *accepted = &p->from->reference[p->rule->domain];
	const struct warden_digest none = { .alg = WARDEN_DIGEST_ALG_NONE };
	int err;
	u32 i;

	if (p->rule->digest)
		return try_digest(p, &p->from->rule_digests[p->rule->digest - 1]);
	err = try_digest(p, &none);
	for (i = 0; !err && i < accepted->nr; i++)
		err = try_digest(p, &accepted->digests[i]);
	return err ?: each_rule_of_both(p, try_named_digest);
}

static int try_usb_port(struct probe *p, const struct warden_snapshot *snap,
			const struct warden_rule *mention)
{
	if (p->rule->topology && p->rule->topology != mention->topology)
		return 0;
	p->req.topology = mention->topology;
	return try_digests(p);
}

static int try_usb_class(struct probe *p, const struct warden_snapshot *snap,
			 const struct warden_rule *mention)
{
	int err;

	if (p->rule->class && p->rule->class != mention->class)
		return 0;
	p->req.class = mention->class;
	p->req.topology = p->rule->topology;
	err = try_digests(p);
	return err ?: each_rule_of_both(p, try_usb_port);
}

/* One class that no rule names is 0, which is of no interface, and so of a port. */
static int try_usb(struct probe *p)
{
	static const struct warden_rule none;
	int err = try_usb_class(p, p->from, p->rule->class ? p->rule : &none);

	return err ?: each_rule_of_both(p, try_usb_class);
}

/**
 * warden_cover_objects() - try a rule on each object that can be told from others
 * @p: the probe, its rule and subject set
 *
 * Context: Process context, may sleep.
 * Return: 0; -EPERM where a point is allowed by @p's from and denied by its by; -E2BIG where there are too many.
 */
int warden_cover_objects(struct probe *p)
{
	int err;

	p->weight = 0;
	p->conditional = false;
	p->protocols[0] = 0;
	p->nr_protocols = 1;
	err = each_rule_of_both(p, weigh);
	if (err)
		return err;
	switch (p->rule->domain) {
	case WARDEN_DOMAIN_SENSOR:
		return try_devices(p);
	case WARDEN_DOMAIN_LISTEN:
		return p->conditional ? try_owns(p) : try_all_ports(p);
	case WARDEN_DOMAIN_BIND:
		return p->conditional ? try_interfaces(p) : try_all_ports(p);
	case WARDEN_DOMAIN_CONNECT:
		return p->conditional ? try_interfaces(p) : try_addresses(p);
	case WARDEN_DOMAIN_PROTOCOL:
		return try_numbers(p, &p->req.socket, WARDEN_SOCKET_CLASS_UNKNOWN,
				   WARDEN_SOCKET_CLASS_TUN, try);
	case WARDEN_DOMAIN_DEBUG:
		return try_numbers(p, &p->req.surface, WARDEN_DEBUG_SURFACE_BPF,
				   WARDEN_DEBUG_SURFACE_TRACEFS, try);
	case WARDEN_DOMAIN_AUTOLOAD:
		return try_names(p);
	case WARDEN_DOMAIN_USB:
		return try_usb(p);
	case WARDEN_DOMAIN_EGRESS:
		return try_numbers(p, &p->req.class, WARDEN_SENSOR_CLASS_CAMERA,
				   WARDEN_SENSOR_CLASS_UNKNOWN,
				   p->conditional ? try_interfaces : try_addresses);
	default:
		return try_digests(p);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does one layer allow all that a rule of another allows? Pure, and exact: it
 * asks the decision itself, so there is no second idea of what a rule means.
 *
 * What a rule matches is endless, but only so many of its points can be told
 * apart: a verdict changes where a rule begins or ends, and at a program, a
 * user, a device or a digest that some rule names. One point of each such piece
 * is tried, and one that no rule names.
 *
 * A consent that a layer asks for is taken as given: it stays asked for, since
 * what is done needs the assent of every layer.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "arguments.h"
#include "cover.h"
#include "decide.h"
#include "match.h"

/* Rules looked at by one comparison of two layers: a second or two of a processor. */
#define STEPS_MAX (1u << 26)

/* Protocols that the rules of one program can tell apart. */
#define PROTOCOLS_MAX 16

/* A user nobody is; stage refuses a policy that names it. */
#define NO_USER U32_MAX

/**
 * struct probe - one rule, tried on one layer
 * @from: the layer the rule is of
 * @by: the layer that must allow what it allows
 * @rule: the rule
 * @program: of the rule; NULL is any
 * @renewed: @by takes the place of @from, so that a program of the same name is
 *	     the same program, whatever became of its file
 * @always: where @from itself denies, too
 * @steps: rules looked at
 * @weight: rules one decision looks at, for the subject of now
 * @conditional: some of those rules ask from where a packet comes in
 * @nr_protocols: how many @protocols
 * @protocols: those of the rules for the subject of now; 0 is one that no rule names
 * @subject: of @req
 * @object: of @req
 * @command: of @req: nothing but which arguments a program was started with, of those a layer asks
 *	     for. Two patterns are taken for two command lines, though one line may be both
 * @req: the point that is tried
 */
struct probe {
	const struct warden_snapshot *from;
	const struct warden_snapshot *by;
	const struct warden_rule *rule;
	const struct warden_program *program;
	bool renewed;
	bool always;
	u32 steps;
	u32 weight;
	bool conditional;
	u32 nr_protocols;
	u16 protocols[PROTOCOLS_MAX];
	struct warden_identity subject;
	struct warden_identity object;
	struct warden_command command;
	struct warden_request req;
};

/* Called with each rule that can match the subject; not 0 ends it. */
typedef int (*rule_fn)(struct probe *p, const struct warden_snapshot *snap,
		       const struct warden_rule *rule);

static bool allows(const struct warden_snapshot *snap, const struct warden_request *req)
{
	struct warden_verdict v;

	warden_decide(snap, req, &v);
	return v.action == WARDEN_ACTION_ALLOW || v.reason == WARDEN_REASON_NO_CONSENT;
}

/* Try the point. */
static int try(struct probe *p)
{
	p->steps += p->weight + 1;
	if (p->steps > STEPS_MAX)
		return -E2BIG;
	if (!p->always && !allows(p->from, &p->req))
		return 0;
	return allows(p->by, &p->req) ? 0 : -EPERM;
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

/* --- objects ------------------------------------------------------------------------------ */

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

static int try_objects(struct probe *p)
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

/* --- subjects ------------------------------------------------------------------------------ */

/* Started with what a program must be started with, or with something else. */
static int try_command(struct probe *p, u64 arguments)
{
	if (p->program && p->program->arguments && p->program->arguments != arguments)
		return 0;
	p->command.key = arguments;
	p->req.command = arguments ? &p->command : NULL;
	return try_objects(p);
}

static int try_commands_of(struct probe *p, const struct warden_snapshot *snap)
{
	u32 i = warden_decide_refs(snap, &p->subject.digest);
	int err = 0;

	for (; !err && snap->nr_arguments && i < snap->nr_refs; i++) {
		const struct warden_program *program = &snap->programs[snap->refs[i].program];

		if (!warden_decide_same(&snap->refs[i].digest, &p->subject.digest))
			break;
		if (program->arguments)
			err = try_command(p, program->arguments);
	}
	return err;
}

static int try_commands(struct probe *p)
{
	int err = try_command(p, 0);

	if (!err)
		err = try_commands_of(p, p->from);
	return err ?: try_commands_of(p, p->by);
}

/* Somebody of a user, in a unit: as a program a policy names must be, or nobody of whom it speaks. */
static int try_place(struct probe *p, u32 uid, u64 unit)
{
	if (p->program && ((p->program->has_uid && p->program->uid != uid) ||
			   (p->program->unit && p->program->unit != unit)))
		return 0;
	p->req.uid = uid;
	p->req.unit = unit;
	return try_commands(p);
}

/* What one program asks of the user and another of the unit may come together. */
static int try_units(struct probe *p, const struct warden_snapshot *snap, u32 uid)
{
	u32 i = warden_decide_refs(snap, &p->subject.digest);
	int err = 0;

	for (; !err && snap->units && i < snap->nr_refs; i++) {
		const struct warden_program *program = &snap->programs[snap->refs[i].program];

		if (!warden_decide_same(&snap->refs[i].digest, &p->subject.digest))
			break;
		if (program->unit)
			err = try_place(p, uid, program->unit);
	}
	return err;
}

static int try_user(struct probe *p, u32 uid)
{
	int err = try_place(p, uid, 0);

	if (!err)
		err = try_units(p, p->from, uid);
	return err ?: try_units(p, p->by, uid);
}

static int try_users_of(struct probe *p, const struct warden_snapshot *snap)
{
	u32 i = warden_decide_refs(snap, &p->subject.digest);
	int err = 0;

	for (; !err && i < snap->nr_refs; i++) {
		const struct warden_program *program = &snap->programs[snap->refs[i].program];

		if (!warden_decide_same(&snap->refs[i].digest, &p->subject.digest))
			break;
		if (program->has_uid)
			err = try_user(p, program->uid);
	}
	return err;
}

static int try_subject(struct probe *p, const struct warden_digest *digest)
{
	int err;

	p->subject.digest = *digest;
	err = try_user(p, NO_USER);
	if (!err)
		err = try_users_of(p, p->from);
	return err ?: try_users_of(p, p->by);
}

static int try_subjects_of(struct probe *p, const struct warden_snapshot *snap)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < snap->nr_refs; i++)
		if (!i || !warden_decide_same(&snap->refs[i - 1].digest, &snap->refs[i].digest))
			err = try_subject(p, &snap->refs[i].digest);
	return err;
}

/* The program of the rule, as the layer says that takes the place of the one it is of. */
static const struct warden_program *find_program(const struct probe *p)
{
	const struct warden_program *program;
	u32 i;

	if (!p->rule->program)
		return NULL;
	program = &p->from->programs[p->rule->program - 1];
	for (i = 0; p->renewed && i < p->by->nr_programs; i++)
		if (!strcmp(p->by->programs[i].label, program->label))
			return &p->by->programs[i];
	return program;
}

static int try_rule(struct probe *p, const struct warden_rule *rule)
{
	const struct warden_digest none = { .alg = WARDEN_DIGEST_ALG_NONE };
	int err;
	u32 i;

	p->rule = rule;
	p->program = find_program(p);
	p->req = (struct warden_request){ .domain = rule->domain,
					  .subject = &p->subject,
					  .object = &p->object };
	if (p->program) {
		for (i = 0, err = 0; !err && i < p->program->nr_digests; i++)
			err = try_subject(p, &p->program->digests[i]);
		return err;
	}
	err = try_subject(p, &none);
	if (!err)
		err = try_subjects_of(p, p->from);
	return err ?: try_subjects_of(p, p->by);
}

/* Try the allow rules of p->from that have all of @flags. */
static int try_rules(struct probe *p, u8 flags, u32 *line)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < p->from->nr_rules; i++) {
		const struct warden_rule *rule = &p->from->rules[i];

		if (rule->action != WARDEN_ACTION_ALLOW || (rule->flags & flags) != flags)
			continue;
		err = try_rule(p, rule);
		*line = rule->line;
	}
	return err;
}

static int check_defaults(const struct warden_snapshot *below, const struct warden_snapshot *above,
			  u32 *domain)
{
	for (*domain = WARDEN_DOMAIN_SENSOR; *domain < WARDEN_DOMAIN_RULES; ++*domain)
		if (below->has_default & BIT(*domain) &&
		    below->defaults[*domain].action == WARDEN_ACTION_ALLOW &&
		    above->defaults[*domain].action == WARDEN_ACTION_DENY)
			return -EPERM;
	return 0;
}

/**
 * warden_cover_narrows() - does a layer allow nothing that one above it does not?
 * @below: the layer
 * @above: the layer above
 * @line: set to the line of the rule that allows more; 0 where a default does
 * @domain: set to the domain of that default
 *
 * Looks at what @below says: its rules that allow, and the defaults it gives
 * itself. A domain it gives no default for is left to the layers above.
 *
 * Context: Process context, may sleep; the caller keeps both alive.
 * Return: 0; -EPERM where it allows more; -E2BIG where it takes too long to tell.
 */
int warden_cover_narrows(const struct warden_snapshot *below, const struct warden_snapshot *above,
			 u32 *line, u32 *domain)
{
	struct probe p = { .from = below, .by = above };

	*line = 0;
	return check_defaults(below, above, domain) ?: try_rules(&p, 0, line);
}

/**
 * warden_cover_renewal() - does a layer allow all that the safety list of the one
 *			   before it names?
 * @before: the layer with the list
 * @after: the layer that takes its place
 * @line: set to the line, in @before, of the entry that is denied
 *
 * A program of @before that @after names, too, is the one @after says: its file may
 * have changed in between. Other files are held to as they were.
 *
 * Context: Process context, may sleep; the caller keeps both alive.
 * Return: 0; -EPERM where an entry is denied; -E2BIG where it takes too long to tell.
 */
int warden_cover_renewal(const struct warden_snapshot *before, const struct warden_snapshot *after,
			 u32 *line)
{
	struct probe p = { .from = before, .by = after, .renewed = true, .always = true };

	*line = 0;
	return try_rules(&p, WARDEN_RULE_FLAG_SAFETY, line);
}

/**
 * warden_cover_safety() - does a layer allow all that the safety list names?
 * @maker: the layer with the list
 * @layer: the layer; may be @maker
 * @line: set to the line of the entry that is denied
 *
 * Context: Process context, may sleep; the caller keeps both alive.
 * Return: 0; -EPERM where an entry is denied; -E2BIG where it takes too long to tell.
 */
int warden_cover_safety(const struct warden_snapshot *maker, const struct warden_snapshot *layer,
			u32 *line)
{
	struct probe p = { .from = maker, .by = layer, .always = true };

	*line = 0;
	return try_rules(&p, WARDEN_RULE_FLAG_SAFETY, line);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports a policy lets nobody receive at, whatever program: what a packet
 * can be asked, that knows no program. Made once for a policy, so that the answer
 * takes no longer with many rules.
 *
 * Programs share a port: it is open where one of them may receive there. What is
 * denied to one program closes nothing for the others.
 *
 * A socket of the kernel's own asks nobody when it gets its port, so a packet is asked once more
 * where that makes a difference: by another set of maps, of the rules that speak of the kernel.
 */
#include <linux/bitmap.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "judge/decide.h"
#include "judge/match.h"
#include "policy/change.h"
#include "ports.h"

#define MAP_BYTES BITS_TO_BYTES(WARDEN_PORT_BITS)

/* For warden_ports_make(), which runs inside a change: one layer, and one program of it. */
static DECLARE_BITMAP(open, WARDEN_PORT_BITS);
static DECLARE_BITMAP(own, WARDEN_PORT_BITS);

/**
 * warden_ports_transport() - what is a protocol to rules about ports?
 * @protocol: IPPROTO_*
 *
 * Context: Any.
 * Return: the transport; WARDEN_TRANSPORTS for one that has no ports.
 */
enum warden_transport warden_ports_transport(u16 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return WARDEN_TRANSPORT_TCP;
	case IPPROTO_UDP:
		return WARDEN_TRANSPORT_UDP;
	case IPPROTO_UDPLITE:
		return WARDEN_TRANSPORT_UDPLITE;
	case IPPROTO_SCTP:
		return WARDEN_TRANSPORT_SCTP;
	case IPPROTO_DCCP:
		return WARDEN_TRANSPORT_DCCP;
	default:
		return WARDEN_TRANSPORTS;
	}
}

static const struct warden_digest the_kernel = { .alg = WARDEN_DIGEST_ALG_KERNEL };

/* Does a rule leave nobody out? The kernel is all there is where it is about its own sockets. */
static bool denies_all(const struct warden_snapshot *snap, const struct warden_rule *rule, bool kernels)
{
	return rule->action == WARDEN_ACTION_DENY &&
	       (!rule->program || (kernels && warden_ports_tells_kernel(snap, rule)));
}

/**
 * warden_ports_tells_kernel() - is a rule about sockets of the kernel's own?
 * @snap: the layer it is of
 * @rule: about listening
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if it is for any program, or for the kernel.
 */
bool warden_ports_tells_kernel(const struct warden_snapshot *snap, const struct warden_rule *rule)
{
	return !rule->program ||
	       warden_decide_same(&snap->programs[rule->program - 1].digests[0], &the_kernel);
}

/**
 * warden_ports_is_conditional() - does a rule ask from where something comes?
 * @rule: about listening
 *
 * Context: Any.
 * Return: true if it does; such rules are the matter of warden_reach_make().
 */
bool warden_ports_is_conditional(const struct warden_rule *rule)
{
	return rule->pattern || rule->net || rule->own;
}

/* The rules of a layer that are about listening: from the return value to @end. */
static u32 listen_rules(const struct warden_snapshot *snap, u32 *end)
{
	*end = warden_decide_rules(snap, WARDEN_DOMAIN_LISTEN + 1, 0);
	return warden_decide_rules(snap, WARDEN_DOMAIN_LISTEN, 0);
}

static bool has_denial(const struct warden_snapshot *snap)
{
	u32 i, end;

	for (i = listen_rules(snap, &end); i < end && !snap->rules[i].program; i++)
		if (snap->rules[i].action == WARDEN_ACTION_DENY)
			return true;
	return false;
}

/* The same for the kernel alone. */
static bool denies_kernel(const struct warden_snapshot *snap)
{
	u32 i, k;

	for (i = warden_decide_refs(snap, &the_kernel);
	     i < snap->nr_refs && warden_decide_same(&snap->refs[i].digest, &the_kernel); i++) {
		const u32 program = snap->refs[i].program + 1;

		k = warden_decide_rules(snap, WARDEN_DOMAIN_LISTEN, program);
		for (; k < snap->nr_rules && snap->rules[k].domain == WARDEN_DOMAIN_LISTEN &&
		       snap->rules[k].program == program; k++)
			if (snap->rules[k].action == WARDEN_ACTION_DENY)
				return true;
	}
	return false;
}

/**
 * warden_ports_closes() - does a layer let nobody receive somewhere?
 * @snap: the layer
 *
 * The boot profile names no port and stands before anybody could: packets are not
 * its matter.
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if it may.
 */
bool warden_ports_closes(const struct warden_snapshot *snap)
{
	return snap->version &&
	       (snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_DENY ||
		has_denial(snap) || denies_kernel(snap));
}

static bool is_enforced(const struct warden_snapshot *snap)
{
	return snap->defaults[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_ENFORCE;
}

/* --- one layer ----------------------------------------------------------------- */

/**
 * warden_ports_is_about() - is a rule about packets of a transport?
 * @rule: about listening
 * @transport: of which
 *
 * On the wire MPTCP and SMC are TCP: where they may listen, TCP must come in. Who
 * denies TCP need not deny them, too, to close a port.
 *
 * Context: Any.
 * Return: true if it is.
 */
bool warden_ports_is_about(const struct warden_rule *rule, enum warden_transport transport)
{
	switch (rule->protocol) {
	case 0:
		return true;
	case IPPROTO_TCP:
		return transport == WARDEN_TRANSPORT_TCP;
	case IPPROTO_MPTCP:
	case IPPROTO_SMC:
		return transport == WARDEN_TRANSPORT_TCP && rule->action == WARDEN_ACTION_ALLOW;
	case IPPROTO_UDP:
		return transport == WARDEN_TRANSPORT_UDP;
	case IPPROTO_UDPLITE:
		return transport == WARDEN_TRANSPORT_UDPLITE;
	case IPPROTO_SCTP:
		return transport == WARDEN_TRANSPORT_SCTP;
	case IPPROTO_DCCP:
		return transport == WARDEN_TRANSPORT_DCCP;
	default:
		return false;
	}
}

/**
 * warden_ports_mark() - mark the ports of a rule
 * @map: WARDEN_PORT_BITS
 * @rule: about listening
 * @set: set them, or clear them
 *
 * Context: Any.
 */
void warden_ports_mark(unsigned long *map, const struct warden_rule *rule, bool set)
{
	u32 n = rule->port_high - rule->port_low + 1;
	u32 transport;

	for (transport = 0; transport < WARDEN_TRANSPORTS; transport++) {
		if (!warden_ports_is_about(rule, transport))
			continue;
		if (set)
			bitmap_set(map, warden_port_bit(transport, rule->port_low), n);
		else
			bitmap_clear(map, warden_port_bit(transport, rule->port_low), n);
	}
}

/* What one program may: its rules are @from to @end. */
static void add_program(const struct warden_snapshot *snap, u32 from, u32 end)
{
	bool denied = false;
	u32 i;

	for (i = from; i < end; i++)
		denied |= snap->rules[i].action == WARDEN_ACTION_DENY;
	if (denied)
		bitmap_zero(own, WARDEN_PORT_BITS);
	for (i = from; i < end; i++)
		if (snap->rules[i].action == WARDEN_ACTION_ALLOW &&
		    !warden_ports_is_conditional(&snap->rules[i]))
			warden_ports_mark(denied ? own : open, &snap->rules[i], true);
	for (i = from; denied && i < end; i++)
		if (snap->rules[i].action == WARDEN_ACTION_DENY)
			warden_ports_mark(own, &snap->rules[i], false);
	if (denied)
		bitmap_or(open, open, own, WARDEN_PORT_BITS);
}

/* What each program may, of those whose rules are @i to @end. */
static void add_programs(const struct warden_snapshot *snap, u32 i, u32 end)
{
	u32 next;

	for (; i < end; i = next) {
		for (next = i; next < end && snap->rules[next].program == snap->rules[i].program;)
			next++;
		add_program(snap, i, next);
	}
}

static void mark_denied(const struct warden_snapshot *snap, unsigned long *map, bool kernels, bool set)
{
	u32 i, end;

	for (i = listen_rules(snap, &end); i < end && (kernels || !snap->rules[i].program); i++)
		if (denies_all(snap, &snap->rules[i], kernels) &&
		    !warden_ports_is_conditional(&snap->rules[i]))
			warden_ports_mark(map, &snap->rules[i], set);
}

/* Which ports a layer leaves open to somebody, or to the kernel, into @open. */
static void read_layer(const struct warden_snapshot *snap, bool kernels)
{
	const bool closed = snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_DENY;
	u32 i, end;

	if (closed)
		bitmap_zero(open, WARDEN_PORT_BITS);
	else
		bitmap_fill(open, WARDEN_PORT_BITS);
	for (i = listen_rules(snap, &end); i < end && (kernels || !snap->rules[i].program); i++)
		if (snap->rules[i].action == WARDEN_ACTION_ALLOW &&
		    warden_ports_tells_kernel(snap, &snap->rules[i]) &&
		    !warden_ports_is_conditional(&snap->rules[i]))
			warden_ports_mark(open, &snap->rules[i], true);
	if (closed)
		add_programs(snap, i, end);
	mark_denied(snap, open, kernels, false);
}

static void add_layer(struct warden_ports *ports, const struct warden_snapshot *snap)
{
	if (!warden_ports_closes(snap))
		return;
	read_layer(snap, ports->kernels);
	bitmap_complement(open, open, WARDEN_PORT_BITS);
	bitmap_or(ports->stop, ports->stop, open, WARDEN_PORT_BITS);
	if (ports->hard && is_enforced(snap))
		bitmap_or(ports->hard, ports->hard, open, WARDEN_PORT_BITS);
	if (ports->ruled)
		mark_denied(snap, ports->ruled, ports->kernels, true);
}

/* --- the policy ------------------------------------------------------------------ */

static int add_map(unsigned long **map)
{
	*map = kvzalloc(MAP_BYTES, GFP_KERNEL_ACCOUNT);
	return *map ? 0 : -ENOMEM;
}

static int alloc_maps(struct warden_ports *ports, bool mixed, bool ruled)
{
	int err = add_map(&ports->stop);

	if (!err && mixed)
		err = add_map(&ports->hard);
	if (!err && ruled)
		err = add_map(&ports->ruled);
	return err;
}

/* Where there is no memory, what was made of more layers is narrower, and stays. */
static void renew_reach(struct warden_ports *ports, const struct warden_layers *layers)
{
	struct warden_reach *reach;

	if (ports->reach && ports->layers != layers->nr &&
	    !warden_reach_make(layers, ports->kernels, &reach, NULL)) {
		warden_reach_free(ports->reach);
		ports->reach = reach;
		ports->layers = layers->nr;
	}
	if (ports->reach)
		warden_reach_mark(ports->reach, ports->stop);
}

static void renew(struct warden_ports *ports, const struct warden_layers *layers)
{
	u32 i;

	bitmap_zero(ports->stop, WARDEN_PORT_BITS);
	if (ports->hard)
		bitmap_zero(ports->hard, WARDEN_PORT_BITS);
	if (ports->ruled)
		bitmap_zero(ports->ruled, WARDEN_PORT_BITS);
	for (i = 0; i < layers->nr; i++)
		add_layer(ports, layers->layer[i]);
	renew_reach(ports, layers);
}

/**
 * warden_ports_renew() - read the layers anew, of which none came since warden_ports_make()
 * @layers: the policy, not published
 *
 * Context: In a change; may sleep.
 */
void warden_ports_renew(struct warden_layers *layers)
{
	struct warden_ports *ports = layers->ports;

	warden_change_assert_held();
	if (ports)
		renew(ports, layers);
	if (ports && ports->kernel)
		renew(ports->kernel, layers);
}

/* What closes a port to sockets of the kernel's own, where @kernels, or to all. */
static int make(struct warden_ports **to, const struct warden_layers *layers, bool kernels,
		struct netlink_ext_ack *extack)
{
	u32 i, closing = 0, enforced = 0;
	struct warden_ports *ports;
	bool ruled = false;

	for (i = 0; i < layers->nr; i++) {
		closing += warden_ports_closes(layers->layer[i]);
		enforced += warden_ports_closes(layers->layer[i]) && is_enforced(layers->layer[i]);
		ruled |= has_denial(layers->layer[i]) || (kernels && denies_kernel(layers->layer[i]));
	}
	if (!closing)
		return 0;
	ports = kzalloc(sizeof(*ports), GFP_KERNEL_ACCOUNT);
	if (!ports)
		return -ENOMEM;
	*to = ports;
	ports->enforced = enforced;
	ports->layers = layers->nr;
	ports->kernels = kernels;
	return alloc_maps(ports, enforced && enforced < closing, ruled) ?:
	       warden_reach_make(layers, kernels, &ports->reach, extack);
}

/* Are there rules for programs alone, by which a port is open to them, or for the kernel? */
static bool tells_apart(const struct warden_snapshot *snap)
{
	u32 i, end;

	for (i = listen_rules(snap, &end); i < end; i++)
		if (snap->rules[i].program && (snap->rules[i].action == WARDEN_ACTION_ALLOW ||
					       warden_ports_tells_kernel(snap, &snap->rules[i])))
			return true;
	return false;
}

/**
 * warden_ports_make() - find out which ports a policy closes
 * @layers: the policy, not published; gets its ports, none where it closes none
 * @extack: told why not
 *
 * Context: In a change; may sleep.
 * Return: 0, -ENOMEM, or what warden_reach_make() says.
 */
int warden_ports_make(struct warden_layers *layers, struct netlink_ext_ack *extack)
{
	bool apart = false;
	int err;
	u32 i;

	for (i = 0; i < layers->nr; i++)
		apart |= warden_ports_closes(layers->layer[i]) && tells_apart(layers->layer[i]);
	err = make(&layers->ports, layers, false, extack);
	if (!err && apart)
		err = make(&layers->ports->kernel, layers, true, extack);
	if (err || !layers->ports)
		return err;
	warden_ports_renew(layers);
	if (!bitmap_empty(warden_ports_watched(layers->ports), WARDEN_PORT_BITS))
		return 0;
	warden_ports_free(layers->ports);
	layers->ports = NULL;
	return 0;
}

/**
 * warden_ports_free() - let the ports of a policy go
 * @ports: the ports, or NULL
 *
 * Context: Where nobody reads them; may sleep.
 */
void warden_ports_free(struct warden_ports *ports)
{
	if (!ports)
		return;
	warden_ports_free(ports->kernel);
	kvfree(ports->stop);
	kvfree(ports->hard);
	kvfree(ports->ruled);
	warden_reach_free(ports->reach);
	kfree(ports);
}

/**
 * warden_ports_size() - the memory they take
 * @ports: the ports, or NULL
 *
 * Context: As long as @ports may be used.
 * Return: bytes.
 */
size_t warden_ports_size(const struct warden_ports *ports)
{
	if (!ports)
		return 0;
	return sizeof(*ports) + (1 + !!ports->hard + !!ports->ruled) * MAP_BYTES +
	       warden_reach_size(ports->reach) + warden_ports_size(ports->kernel);
}

/* --- asking ---------------------------------------------------------------------- */

/**
 * warden_ports_state() - may something come in for a port from there?
 * @ports: the ports
 * @bit: the port
 * @origin: from where
 *
 * Context: Any; the caller keeps @ports alive.
 * Return: a mask of WARDEN_REACH_*; 0 is yes.
 */
u8 warden_ports_state(const struct warden_ports *ports, u32 bit, const struct warden_origin *origin)
{
	u8 state = WARDEN_REACH_STOP;

	ports = warden_ports_of(ports, origin->kernel);
	if (!warden_port_stops(ports, bit))
		return 0;
	if (warden_reach_has(ports->reach, bit))
		return warden_reach_state(ports->reach, bit, origin);
	if (warden_port_is_hard(ports, bit))
		state |= WARDEN_REACH_HARD;
	if (warden_port_is_ruled(ports, bit))
		state |= WARDEN_REACH_RULED;
	return state;
}

/* --- for the record -------------------------------------------------------------- */

/*
 * Rules stand by program: what allows one does not count where that one is denied, too. What
 * lacks only its condition is the line that a person looks for.
 */
static bool is_closed_by(const struct warden_snapshot *snap, enum warden_transport transport,
			 const struct warden_request *req, bool kernels, u32 *line)
{
	bool is_open = snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_ALLOW;
	bool allowed = false, denied = false;
	u32 i, end, program = 0, near = 0;

	for (i = listen_rules(snap, &end); i < end; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (!warden_ports_is_about(rule, transport) || req->port < rule->port_low ||
		    req->port > rule->port_high ||
		    (kernels && !warden_ports_tells_kernel(snap, rule)))
			continue;
		if (!warden_match_reaches(snap, rule, req)) {
			near = near ?: rule->action == WARDEN_ACTION_ALLOW ? rule->line : 0;
			continue;
		}
		*line = rule->line;
		if (denies_all(snap, rule, kernels))
			return true;
		if (rule->program != program) {
			is_open |= allowed && !denied;
			allowed = false;
			denied = false;
			program = rule->program;
		}
		allowed |= rule->action == WARDEN_ACTION_ALLOW;
		denied |= rule->action == WARDEN_ACTION_DENY;
	}
	is_open |= allowed && !denied;
	*line = is_open ? 0 : near;
	return !is_open;
}

/**
 * warden_ports_closer() - which layer lets nobody receive at a port?
 * @layers: the policy
 * @transport: of which transport
 * @port: host order
 * @origin: from where
 * @line: set to the line of the rule that says so, or that would allow it from elsewhere;
 *	  0 is a default
 *
 * Walks the rules: for a record, not for a packet.
 *
 * Context: Any; the caller keeps @layers alive.
 * Return: the highest layer that does, or the lowest there is.
 */
const struct warden_snapshot *warden_ports_closer(const struct warden_layers *layers,
						  enum warden_transport transport, u16 port,
						  const struct warden_origin *origin,
						  u32 *line)
{
	static const u16 protocols[WARDEN_TRANSPORTS] = {
		[WARDEN_TRANSPORT_TCP] = IPPROTO_TCP,	  [WARDEN_TRANSPORT_UDP] = IPPROTO_UDP,
		[WARDEN_TRANSPORT_UDPLITE] = IPPROTO_UDPLITE,
		[WARDEN_TRANSPORT_SCTP] = IPPROTO_SCTP,	  [WARDEN_TRANSPORT_DCCP] = IPPROTO_DCCP,
	};
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_LISTEN,
		.protocol = protocols[transport],
		.port = port,
		.interface = origin->interface,
		.address = origin->peer,
		.own = origin->own,
	};
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (warden_ports_closes(layers->layer[i]) &&
		    is_closed_by(layers->layer[i], transport, &req, origin->kernel, line))
			return layers->layer[i];
	*line = 0;
	return layers->layer[layers->nr - 1];
}

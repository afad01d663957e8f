// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports a policy lets nobody receive at, whatever program: what a packet
 * can be asked, that knows no program. Made once for a policy, so that the answer
 * takes no longer with many rules.
 *
 * Programs share a port: it is open where one of them may receive there. What is
 * denied to one program closes nothing for the others.
 */
#include <linux/bitmap.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "change.h"
#include "decide.h"
#include "ports.h"

#define MAP_BYTES BITS_TO_BYTES(WARDEN_PORT_BITS)

/* For warden_ports_make(), which runs inside a change: one layer, and one program of it. */
static DECLARE_BITMAP(open, WARDEN_PORT_BITS);
static DECLARE_BITMAP(own, WARDEN_PORT_BITS);

static bool denies_all(const struct warden_rule *rule)
{
	return !rule->program && rule->action == WARDEN_ACTION_DENY;
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
		if (denies_all(&snap->rules[i]))
			return true;
	return false;
}

/* The boot profile names no port and stands before anybody could: packets are not its matter. */
static bool closes(const struct warden_snapshot *snap)
{
	return snap->version &&
	       (snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_DENY ||
		has_denial(snap));
}

static bool is_enforced(const struct warden_snapshot *snap)
{
	return snap->defaults[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_ENFORCE;
}

/* --- one layer ----------------------------------------------------------------- */

/*
 * On the wire MPTCP and SMC are TCP: where they may listen, TCP must come in. Who
 * denies TCP need not deny them, too, to close a port.
 */
static bool is_about(const struct warden_rule *rule, bool udp)
{
	switch (rule->protocol) {
	case 0:
		return true;
	case IPPROTO_TCP:
		return !udp;
	case IPPROTO_MPTCP:
	case IPPROTO_SMC:
		return !udp && rule->action == WARDEN_ACTION_ALLOW;
	case IPPROTO_UDP:
		return udp;
	default:
		return false;
	}
}

static void mark(unsigned long *map, const struct warden_rule *rule, bool set)
{
	u32 n = rule->port_high - rule->port_low + 1;
	u32 udp;

	for (udp = 0; udp < 2; udp++) {
		if (!is_about(rule, udp))
			continue;
		if (set)
			bitmap_set(map, warden_port_bit(udp, rule->port_low), n);
		else
			bitmap_clear(map, warden_port_bit(udp, rule->port_low), n);
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
		if (snap->rules[i].action == WARDEN_ACTION_ALLOW)
			mark(denied ? own : open, &snap->rules[i], true);
	for (i = from; denied && i < end; i++)
		if (snap->rules[i].action == WARDEN_ACTION_DENY)
			mark(own, &snap->rules[i], false);
	if (denied)
		bitmap_or(open, open, own, WARDEN_PORT_BITS);
}

/* Which ports a layer leaves open to somebody, into @open. */
static void read_layer(const struct warden_snapshot *snap)
{
	u32 i, next, end, first = listen_rules(snap, &end);

	if (snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_ALLOW)
		bitmap_fill(open, WARDEN_PORT_BITS);
	else
		bitmap_zero(open, WARDEN_PORT_BITS);
	for (i = first; i < end && !snap->rules[i].program; i++)
		if (snap->rules[i].action == WARDEN_ACTION_ALLOW)
			mark(open, &snap->rules[i], true);
	for (; i < end; i = next) {
		for (next = i; next < end && snap->rules[next].program == snap->rules[i].program;)
			next++;
		if (snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_DENY)
			add_program(snap, i, next);
	}
	for (i = first; i < end && !snap->rules[i].program; i++)
		if (denies_all(&snap->rules[i]))
			mark(open, &snap->rules[i], false);
}

static void add_layer(struct warden_ports *ports, const struct warden_snapshot *snap)
{
	u32 i, end;

	if (!closes(snap))
		return;
	read_layer(snap);
	bitmap_complement(open, open, WARDEN_PORT_BITS);
	bitmap_or(ports->stop, ports->stop, open, WARDEN_PORT_BITS);
	if (ports->hard && is_enforced(snap))
		bitmap_or(ports->hard, ports->hard, open, WARDEN_PORT_BITS);
	for (i = listen_rules(snap, &end); ports->ruled && i < end && !snap->rules[i].program; i++)
		if (denies_all(&snap->rules[i]))
			mark(ports->ruled, &snap->rules[i], true);
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

/**
 * warden_ports_renew() - read the layers anew, of which none came since warden_ports_make()
 * @layers: the policy, not published
 *
 * Context: In a change.
 */
void warden_ports_renew(struct warden_layers *layers)
{
	struct warden_ports *ports = layers->ports;
	u32 i;

	warden_change_assert_held();
	if (!ports)
		return;
	bitmap_zero(ports->stop, WARDEN_PORT_BITS);
	if (ports->hard)
		bitmap_zero(ports->hard, WARDEN_PORT_BITS);
	if (ports->ruled)
		bitmap_zero(ports->ruled, WARDEN_PORT_BITS);
	for (i = 0; i < layers->nr; i++)
		add_layer(ports, layers->layer[i]);
}

/**
 * warden_ports_make() - find out which ports a policy closes
 * @layers: the policy, not published; gets its ports, none where it closes none
 *
 * Context: In a change; may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_ports_make(struct warden_layers *layers)
{
	u32 i, closing = 0, enforced = 0;
	struct warden_ports *ports;
	bool ruled = false;

	for (i = 0; i < layers->nr; i++) {
		closing += closes(layers->layer[i]);
		enforced += closes(layers->layer[i]) && is_enforced(layers->layer[i]);
		ruled |= has_denial(layers->layer[i]);
	}
	if (!closing)
		return 0;
	ports = kzalloc(sizeof(*ports), GFP_KERNEL_ACCOUNT);
	if (!ports)
		return -ENOMEM;
	layers->ports = ports;
	ports->enforced = enforced;
	if (alloc_maps(ports, enforced && enforced < closing, ruled))
		return -ENOMEM;
	warden_ports_renew(layers);
	if (!bitmap_empty(ports->stop, WARDEN_PORT_BITS))
		return 0;
	warden_ports_free(ports);
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
	kvfree(ports->stop);
	kvfree(ports->hard);
	kvfree(ports->ruled);
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
	return sizeof(*ports) + (1 + !!ports->hard + !!ports->ruled) * MAP_BYTES;
}

/* --- for the record -------------------------------------------------------------- */

/* Rules stand by program: what allows one does not count where that one is denied, too. */
static bool is_closed_by(const struct warden_snapshot *snap, bool udp, u16 port, u32 *line)
{
	bool is_open = snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_ALLOW;
	bool allowed = false, denied = false;
	u32 i, end, program = 0;

	for (i = listen_rules(snap, &end); i < end; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (!is_about(rule, udp) || port < rule->port_low || port > rule->port_high)
			continue;
		*line = rule->line;
		if (denies_all(rule))
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
	*line = 0;
	return !is_open && !(allowed && !denied);
}

/**
 * warden_ports_closer() - which layer lets nobody receive at a port?
 * @layers: the policy
 * @udp: of UDP, and not of TCP
 * @port: host order
 * @line: set to the line of the rule that says so; 0 is a default
 *
 * Walks the rules: for a record, not for a packet.
 *
 * Context: Any; the caller keeps @layers alive.
 * Return: the highest layer that does, or the lowest there is.
 */
const struct warden_snapshot *warden_ports_closer(const struct warden_layers *layers, bool udp,
						  u16 port, u32 *line)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (closes(layers->layer[i]) && is_closed_by(layers->layer[i], udp, port, line))
			return layers->layer[i];
	*line = 0;
	return layers->layer[layers->nr - 1];
}

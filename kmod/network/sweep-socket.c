// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the policy says of a socket that is older: does it receive where nobody may, or not from there, or
 * speak to whom no program may? And what becomes of it: told, and ended where that is asked for.
 */
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "ending.h"
#include "judge/decide.h"
#include "judge/match.h"
#include "opening.h"
#include "policy/layers.h"
#include "ports.h"
#include "record/record.h"
#include "service-priv.h"
#include "socket.h"
#include "sweep-priv.h"

/* Sockets that get a record of their own; one more counts the rest. */
#define TOLD 64

/*
 * How long the ends of a batch are waited for, which take microseconds each; and of those that come
 * after one that was late, as a program must have seen to that.
 */
#define END_MS	    250
#define END_LATE_MS 20

/* --- those that receive --------------------------------------------------------------- */

static enum warden_transport transport_of(const struct sock *sk)
{
	return warden_ports_transport(sk->sk_protocol);
}

static u32 bit_of(const struct sock *sk)
{
	return warden_port_bit(transport_of(sk), inet_sk(sk)->inet_num);
}

static bool is_bound(const struct sock *sk)
{
	return sk->sk_userlocks & SOCK_BINDPORT_LOCK && sk->sk_state != TCP_ESTABLISHED;
}

static bool is_flow(const struct sock *sk)
{
	return !warden_sweep_is_datagram(sk) && sk->sk_state != TCP_LISTEN;
}

/* A connection is of no process before it was accepted. */
static bool is_kernels(const struct sock *sk)
{
	return is_flow(sk) ? warden_socket_is_kernels(sk) && !warden_socket_is_beneath(sk) :
			     warden_socket_is_nobodys(sk);
}

static void read_peer(struct warden_address *to, const struct sock *sk)
{
	to->version = sk->sk_family == AF_INET6 ? 6 : 4;
	if (sk->sk_family == AF_INET6)
		memcpy(to->bytes, &sk->sk_v6_daddr, sizeof(sk->sk_v6_daddr));
	else
		memcpy(to->bytes, &sk->sk_daddr, sizeof(sk->sk_daddr));
	warden_address_unmap(to);
}

/*
 * From where a socket receives: a connection from its peer, by the interface it came in by
 * last; a server from anybody, by the interface it is bound to. Of a connection nobody
 * knows the interface of, none that a rule names.
 */
static void read_origin(struct warden_origin *from, const struct sock *sk)
{
	int index = sk->sk_bound_dev_if ?: is_flow(sk) ? READ_ONCE(sk->sk_rx_dst_ifindex) : 0;
	const struct net_device *dev = dev_get_by_index_rcu(sock_net(sk), index);

	*from = (struct warden_origin){ .interface = is_flow(sk) ? WARDEN_INTERFACE_FOREIGN : NULL };
	if (dev)
		from->interface = warden_reach_interface(dev);
	warden_peer_own(&from->own, sk);
	from->kernel = is_kernels(sk);
	if (is_flow(sk))
		read_peer(&from->peer, sk);
}

/* Of a connection that is not complete there are these fields of a socket, and no others. */
static void read_half_origin(struct warden_origin *from, const struct request_sock *half)
{
	const struct sock *sk = (const struct sock *)half;
	const struct net_device *dev = dev_get_by_index_rcu(sock_net(sk), inet_rsk(half)->ir_iif);

	*from = (struct warden_origin){ .interface = dev ? warden_reach_interface(dev) : WARDEN_INTERFACE_FOREIGN,
					.kernel = warden_socket_is_nobodys(half->rsk_listener) };
	warden_peer_own(&from->own, sk);
	read_peer(&from->peer, sk);
}

static u8 state_of(const struct warden_ports *ports, const struct sock *sk, u32 bit)
{
	struct warden_origin from;
	u8 state;

	if (!ports)
		return 0;
	rcu_read_lock();
	read_origin(&from, sk);
	state = warden_ports_state(ports, bit, &from);
	rcu_read_unlock();
	return state;
}

/* Did the policy of before let it receive there? */
static bool was_open(const struct warden_sweep *s, const struct sock *sk)
{
	return !state_of(s->old, sk, bit_of(sk));
}

/* Is it one of those that the kernel picks? */
static bool is_picked_port(const struct sock *sk)
{
	int low, high;

	inet_get_local_port_range(sock_net(sk), &low, &high);
	return low <= inet_sk(sk)->inet_num && inet_sk(sk)->inet_num <= high;
}

/* A rule for port 0 is one for all that the kernel picked. */
static bool is_picked(const struct warden_sweep *s, const struct sock *sk)
{
	return is_picked_port(sk) && !state_of(s->layers->ports, sk, warden_port_bit(transport_of(sk), 0));
}

static bool is_stopped(const struct warden_sweep *s, const struct sock *sk)
{
	u8 state = state_of(s->layers->ports, sk, bit_of(sk));

	if (!state || (!was_open(s, sk) && !s->abort) || is_picked(s, sk))
		return false;
	return state & WARDEN_REACH_RULED ||
	       !warden_opening_holds(sk->sk_protocol, inet_sk(sk)->inet_num);
}

/**
 * warden_sweep_drops() - is a connection that is not complete to come to nothing?
 * @s: the walk
 * @half: the connection, in a table that does not change meanwhile
 * @protocol: of that table
 *
 * What its completion brings would be a connection that came in while it was let, after it was
 * looked for those: the packet that completes it begins nothing, and who waits in accept(2) was asked before.
 *
 * Context: Any.
 * Return: true where one that is complete would be ended.
 */
bool warden_sweep_drops(const struct warden_sweep *s, const struct request_sock *half, u16 protocol)
{
	const enum warden_transport transport = warden_ports_transport(protocol);
	const struct warden_ports *ports = s->layers->ports;
	const u16 port = inet_rsk(half)->ir_num;
	const u32 bit = warden_port_bit(transport, port);
	struct warden_origin from;
	bool drops = false;
	u8 state;

	if (s->out || s->note || !ports || (!s->abort && !s->had))
		return false;
	rcu_read_lock();
	read_half_origin(&from, half);
	state = warden_ports_state(ports, bit, &from);
	if (state & WARDEN_REACH_HARD && (s->abort || !s->old || !warden_ports_state(s->old, bit, &from)))
		drops = state & WARDEN_REACH_RULED || !warden_opening_holds(protocol, port);
	if (drops && is_picked_port((const struct sock *)half))
		drops = warden_ports_state(ports, warden_port_bit(transport, 0), &from);
	rcu_read_unlock();
	return drops;
}

/* --- those that speak to others ------------------------------------------------------- */

/* Did somebody here connect it? */
static bool is_outgoing(const struct sock *sk, bool taken)
{
	if (warden_sweep_is_datagram(sk))
		return sk->sk_state == TCP_ESTABLISHED;
	return sk->sk_state != TCP_LISTEN && !taken;
}

/* By which interface it is bound to go; what its route says may change. */
static const char *find_way(const struct sock *sk)
{
	const struct net_device *dev = sk->sk_bound_dev_if ?
				       dev_get_by_index_rcu(sock_net(sk), sk->sk_bound_dev_if) : NULL;

	return dev ? warden_reach_interface(dev) : NULL;
}

/**
 * warden_sweep_read_peer() - with whom a socket speaks, as a rule about connecting asks it
 * @req: filled in
 * @f: the socket, or one association of it
 *
 * Context: Under RCU, as long as the interface is needed.
 */
void warden_sweep_read_peer(struct warden_request *req, const struct warden_sweep_found *f)
{
	const struct sock *sk = f->sk;

	*req = (struct warden_request){ .domain = WARDEN_DOMAIN_CONNECT,
					.protocol = sk->sk_protocol,
					.port = ntohs(inet_sk(sk)->inet_dport) };
	read_peer(&req->address, sk);
	if (f->asoc) {
		req->address = f->peer;
		req->port = f->port;
	}
	req->interface = find_way(sk);
}

/*
 * Is there a program this layer lets speak to them? What is denied to one closes nothing for others. @allows is
 * what a rule that allows has of WARDEN_ACTION_ALLOW and WARDEN_RULE_ENDING: of before, the one that ends did.
 */
static bool lets_any(const struct warden_snapshot *snap, const struct warden_request *req, u8 allows,
		     u32 *line)
{
	bool open = snap->defaults[WARDEN_DOMAIN_CONNECT].action == WARDEN_ACTION_ALLOW;
	u32 i = warden_decide_rules(snap, WARDEN_DOMAIN_CONNECT, 0);
	u32 end = warden_decide_rules(snap, WARDEN_DOMAIN_CONNECT + 1, 0);

	*line = 0;
	for (; i < end; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (!warden_match_rule(snap, rule, req))
			continue;
		if (rule->action == WARDEN_ACTION_DENY && !rule->program) {
			*line = rule->line;
			return false;
		}
		open |= !!(rule->action & allows);
	}
	return open;
}

/* The layer by which nobody may speak to them, one that is enforced if there is one; NULL is none. */
static const struct warden_snapshot *find_closer(const struct warden_layers *layers,
						 const struct warden_request *req, u8 allows,
						 u32 *line)
{
	const struct warden_snapshot *closer = NULL;
	u32 i, found;

	for (i = 0; i < layers->nr; i++) {
		if (!layers->layer[i]->version || lets_any(layers->layer[i], req, allows, &found))
			continue;
		if (closer && layers->layer[i]->defaults[WARDEN_DOMAIN_CONNECT].mode != WARDEN_MODE_ENFORCE)
			continue;
		closer = layers->layer[i];
		*line = found;
		if (closer->defaults[WARDEN_DOMAIN_CONNECT].mode == WARDEN_MODE_ENFORCE)
			break;
	}
	return closer;
}

static bool was_spoken_to(const struct warden_sweep *s, const struct warden_request *req)
{
	u32 line;

	return !find_closer(s->before, req, WARDEN_ACTION_ALLOW | WARDEN_RULE_ENDING, &line);
}

static bool is_lost(const struct warden_sweep *s, const struct warden_sweep_found *f)
{
	struct warden_request req;
	bool lost;
	u32 line;

	rcu_read_lock();
	warden_sweep_read_peer(&req, f);
	lost = find_closer(s->layers, &req, WARDEN_ACTION_ALLOW, &line) && (s->abort || was_spoken_to(s, &req));
	rcu_read_unlock();
	return lost;
}

/*
 * A rule is kept by a socket of UDP that was connected after it was bound, and by one for which the
 * kernel picked the port, which looks like one that only sends.
 */
static bool receives(const struct warden_sweep *s, const struct sock *sk, bool taken)
{
	if (warden_sweep_is_datagram(sk))
		return s->note || is_bound(sk);
	return sk->sk_state == TCP_LISTEN || taken;
}

/**
 * warden_sweep_concerns() - has the policy something to say of a socket that is older?
 * @s: the walk
 * @f: the socket, or one association of it, which it has begun
 * @taken: a connection that a server here has taken
 *
 * Context: Any, in a table that does not change meanwhile, or with the socket held.
 * Return: true where it lost its rule, or where all are asked for.
 */
bool warden_sweep_concerns(const struct warden_sweep *s, const struct warden_sweep_found *f, bool taken)
{
	if (s->out)
		return (f->asoc || is_outgoing(f->sk, taken)) && (s->note || is_lost(s, f));
	return !f->asoc && receives(s, f->sk, taken) && (s->note || is_stopped(s, f->sk));
}

/* --- what becomes of one -------------------------------------------------------------- */

/*
 * Who has a socket of the kernel's does not expect its end, but that of a connection of TCP, which
 * whoever is at its other side can bring about.
 */
static bool is_left_alone(const struct sock *sk)
{
	if (!warden_socket_is_kernels(sk) && !is_kernels(sk))
		return false;
	return sk->sk_protocol != IPPROTO_TCP || !is_flow(sk) || warden_socket_is_beneath(sk);
}

static bool is_to_end(const struct warden_sweep *s, const struct sock *sk)
{
	u8 state = state_of(s->layers->ports, sk, bit_of(sk));

	if (!(state & WARDEN_REACH_HARD) || is_left_alone(sk))
		return false;
	return s->abort || (is_flow(sk) && s->had && was_open(s, sk));
}

/* Has a server's port lost its rule, so that what one socket has taken ends while it goes on? */
static bool is_to_empty(const struct warden_sweep *s, const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_SCTP && !is_flow(sk) && !warden_socket_is_kernels(sk) && s->had &&
	       was_open(s, sk) && state_of(s->layers->ports, sk, bit_of(sk)) & WARDEN_REACH_HARD;
}

static bool has_peer(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 ? !ipv6_addr_any(&sk->sk_v6_daddr) : sk->sk_daddr != 0;
}

static void name_peer(char *text, size_t size, const struct warden_sweep *s,
		      const struct warden_sweep_found *f)
{
	const char *how = s->out ? "to" : "of";
	const struct sock *sk = f->sk;

	if (f->asoc)
		snprintf(text, size, f->peer.version == 6 ? "connection %s %pI6c" : "connection %s %pI4",
			 how, f->peer.bytes);
	else if (sk->sk_family == AF_INET6)
		snprintf(text, size, "connection %s %pI6c", how, &sk->sk_v6_daddr);
	else
		snprintf(text, size, "connection %s %pI4", how, &sk->sk_daddr);
}

/* Programs may receive at a port, and the kernel may not. */
static u8 reason_of(const struct warden_sweep *s, const struct sock *sk)
{
	if (s->reason == WARDEN_REASON_PURPOSE_ENDED)
		return s->reason;
	return is_kernels(sk) && !warden_port_stops(s->layers->ports, bit_of(sk)) ?
		       WARDEN_REASON_KERNEL_NOT_NAMED : WARDEN_REASON_PORT_CLOSED;
}

/* A record that names it, told when it is known what becomes of it; NULL where it gets none. */
static struct warden_record *describe(struct warden_sweep *s, const struct warden_sweep_found *f,
				      u16 port, u32 line, const struct warden_snapshot *snap)
{
	struct sock *sk = f->sk;
	struct warden_record *r;
	char what[64] = "server";

	s->older++;
	r = s->told < TOLD ? kzalloc(sizeof(*r), GFP_KERNEL) : NULL;
	if (!r) {
		s->more++;
		return NULL;
	}
	s->told++;
	if (s->out || (is_flow(sk) && has_peer(sk)))
		name_peer(what, sizeof(what), s, f);
	r->event = WARDEN_EVENT_SWEEP;
	r->domain = s->out ? WARDEN_DOMAIN_CONNECT : WARDEN_DOMAIN_LISTEN;
	r->action = WARDEN_ACTION_ALLOW;
	r->reason = s->out ? s->reason : reason_of(s, sk);
	r->generation = s->layers->generation;
	r->layer = snap->layer;
	r->policy_version = snap->version;
	r->line = line;
	r->count = 1;
	r->uid = from_kuid(&init_user_ns, sock_i_uid(sk));
	r->family = sk->sk_family;
	r->protocol = sk->sk_protocol;
	r->port = port;
	snprintf(r->object, sizeof(r->object), "%s%s",
		 warden_socket_is_kernels(sk) || (!s->out && is_kernels(sk)) ? "the kernel's " : "", what);
	return r;
}

/* A server of many associations goes on without those it has taken. */
enum fate { GOES_ON, ENDS, EMPTIES };

/* Gives its end, where it is about to. */
static struct warden_ending *dispose(const struct warden_sweep_found *f, struct warden_record *r, enum fate fate)
{
	if (fate != GOES_ON)
		return warden_ending_begin(f->sk, r, fate == EMPTIES ? WARDEN_ENDING_TAKEN : f->asoc);
	if (r) {
		strlcat(r->object, " goes on", sizeof(r->object));
		warden_record_add(r);
		kfree(r);
	}
	return NULL;
}

static struct warden_ending *begin_outgoing(struct warden_sweep *s, const struct warden_sweep_found *f)
{
	const struct warden_snapshot *snap;
	struct warden_request req;
	bool ends;
	u32 line;

	rcu_read_lock();
	warden_sweep_read_peer(&req, f);
	snap = find_closer(s->layers, &req, WARDEN_ACTION_ALLOW, &line);
	ends = snap && snap->defaults[WARDEN_DOMAIN_CONNECT].mode == WARDEN_MODE_ENFORCE &&
	       !warden_socket_is_kernels(f->sk) && (s->abort || (s->had && was_spoken_to(s, &req)));
	rcu_read_unlock();
	if (!snap) /* it was connected to somebody else meanwhile */
		return NULL;
	return dispose(f, describe(s, f, req.port, line, snap), ends ? ENDS : GOES_ON);
}

static struct warden_ending *begin_incoming(struct warden_sweep *s, const struct warden_sweep_found *f)
{
	struct sock *sk = f->sk;
	const u16 port = inet_sk(sk)->inet_num; /* an end takes it */
	const struct warden_snapshot *snap;
	bool ends = is_to_end(s, sk), empties = !ends && is_to_empty(s, sk);
	struct warden_origin from;
	u32 line;

	rcu_read_lock();
	read_origin(&from, sk);
	snap = warden_ports_closer(s->layers, transport_of(sk), port, &from, &line);
	rcu_read_unlock();
	return dispose(f, describe(s, f, port, line, snap), ends ? ENDS : empties ? EMPTIES : GOES_ON);
}

/* The ends that are under way, begun at once, are waited for together. */
static void wait_for_ends(struct warden_sweep *s, u32 *nr)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(s->late ? END_LATE_MS : END_MS);
	u32 i;

	for (i = 0; i < *nr; i++)
		warden_ending_settle(s->endings[i], deadline, &s->late);
	*nr = 0;
}

/* Those that do not listen, and at @last the others. */
static void settle(struct warden_sweep *s, bool last)
{
	struct warden_ending *ending;
	u32 i, nr = 0;

	for (i = 0; i < s->nr; i++) {
		struct warden_sweep_found *f = &s->found[i];

		if (f->settled || (!last && f->sk->sk_state == TCP_LISTEN))
			continue;
		f->settled = true;
		ending = s->out ? begin_outgoing(s, f) : begin_incoming(s, f);
		if (ending)
			s->endings[nr++] = ending;
		if (nr == ARRAY_SIZE(s->endings))
			wait_for_ends(s, &nr);
		cond_resched();
	}
	wait_for_ends(s, &nr);
}

/**
 * warden_sweep_settle() - tell of what a walk has found, end what is to end, and let go of it
 * @s: the walk
 *
 * Servers last, when no other end is under way: they close what they did not give out yet.
 *
 * Context: In a change, sleeps.
 */
void warden_sweep_settle(struct warden_sweep *s)
{
	u32 i;

	settle(s, false);
	settle(s, true);
	for (i = 0; i < s->nr; i++)
		warden_sweep_let_go(s->found[i].sk);
	s->nr = 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose answers are awaited: what comes in for a closed port, and was asked for.
 *
 * What UDP sends from a closed port is noted by a hook on the way out (flow.h). It costs each
 * packet that is sent, so it stands only where somebody may sit on a closed port: where the
 * kernel picks such ports, a socket from before the policy has one, rules ask from where a port
 * is reached, or a policy is observed alone. All this can change without a word. So an answer
 * that nobody noted is dropped, has the hook put up where a socket waits at its port, and the
 * next one passes.
 */
#include <linux/bitmap.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp_states.h>
#include <net/udp.h>
#include <net/udplite.h>

#include "await.h"
#include "flow.h"
#include "netfilter.h"
#include "packet.h"
#include "policy/layers.h"
#include "ports.h"
#include "receiver.h"
#include "socket.h"

/* What a network begins with (inet_init_net()), also one that is made after this was asked. */
#define PICKED_LOW  32768
#define PICKED_HIGH 60999

/* Protects the two below. Under inbound_lock; nests those of netfilter.c, and the kernel's for its list of networks. */
static DEFINE_MUTEX(await_lock);
static bool ready;  /* there is room for notes, and packets are looked at */
static bool noting; /* the hook stands */

/* Of the policy in force, replaced before it; NULL is no port. */
static const unsigned long __rcu *shut;

static void note_late(struct work_struct *work);
static DECLARE_WORK(note_work, note_late);

/* --- is it an answer? ------------------------------------------------------------ */

/* Answers to the packets one socket sends to many come from each of them. */
static bool is_known(const struct warden_flow *flow)
{
	struct warden_flow anybody = *flow;

	anybody.peer = in6addr_any;
	return warden_flow_known(flow) || warden_flow_known(&anybody);
}

/* TCP: both sides may begin; the socket that did was found on the way here. */
static bool is_calling(const struct sk_buff *skb)
{
	return skb->sk && sk_fullsock(skb->sk) && READ_ONCE(skb->sk->sk_state) != TCP_LISTEN;
}

/* Whoever has that port may have asked while nobody noted it. */
static void miss(const struct sock *sk)
{
	if (sk && !READ_ONCE(noting))
		schedule_work(&note_work);
}

/* Connected sockets take packets from their peer alone. */
static bool is_awaited(const struct warden_packet *p, struct sk_buff *skb)
{
	const struct sock *sk;

	if (is_known(&p->flow))
		return true;
	sk = warden_receiver_find(p, skb);
	if (sk && READ_ONCE(sk->sk_state) == TCP_ESTABLISHED)
		return true;
	miss(sk);
	return false;
}

/**
 * warden_await_has() - was a packet asked for?
 * @p: the packet, which came in for a closed port
 * @skb: the same
 *
 * Context: Under RCU, on the way in.
 * Return: true where it is an answer.
 */
bool warden_await_has(const struct warden_packet *p, struct sk_buff *skb)
{
	switch (p->transport) {
	case WARDEN_TRANSPORT_UDP:
	case WARDEN_TRANSPORT_UDPLITE:
		return is_awaited(p, skb);
	case WARDEN_TRANSPORT_TCP:
		return is_calling(skb);
	default:
		return false;
	}
}

/* --- noting what is sent ------------------------------------------------------------ */

/* At a port that programs may have, the kernel's own sockets get answers alone. */
static bool is_asking(const struct warden_ports *ports, u32 bit, const struct sock *sk)
{
	return warden_port_stops(ports, bit) || !sk || warden_socket_is_nobodys(sk);
}

/* On the way out by the loopback nothing is to be noted, unless rules say from where a port is reached. */
static bool is_free(const struct net_device *dev, const struct warden_ports *ports)
{
	return dev->flags & IFF_LOOPBACK && !ports->reach;
}

static noinline unsigned int look_out(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct warden_ports *ports = warden_layers_get_rcu()->ports;
	struct warden_packet p;
	u32 bit;

	if (!ports || is_free(state->out, ports) ||
	    !warden_packet_read(&p, &bit, skb, state, ports) || !is_asking(ports, bit, state->sk))
		return NF_ACCEPT;
	if (warden_packet_is_to_many(skb, p.family))
		p.flow.peer = in6addr_any;
	warden_flow_note(&p.flow);
	return NF_ACCEPT;
}

/* Most packets, in few instructions: false sends to look_out(), which says the same of all others. */
static __always_inline bool passes(const struct sk_buff *skb, u8 protocol, const unsigned long *map)
{
	const struct warden_packet_ports *ports;

	if (protocol != IPPROTO_UDP)
		return protocol == IPPROTO_TCP;
	ports = warden_packet_peek(skb, sizeof(*ports));
	return ports && !test_bit(ntohs(ports->source), map);
}

/* Nothing is dropped here: whether it may be sent was decided where it was sent. */
static unsigned int on_out4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const unsigned long *map = rcu_dereference(shut);

	if (!map || likely(passes(skb, ip_hdr(skb)->protocol, map)))
		return NF_ACCEPT;
	return look_out(skb, state);
}

static unsigned int on_out6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const unsigned long *map = rcu_dereference(shut);

	if (!map || likely(passes(skb, ipv6_hdr(skb)->nexthdr, map)))
		return NF_ACCEPT;
	return look_out(skb, state);
}

static const struct nf_hook_ops hook_ops[] = {
	{ .hook = on_out4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT, .priority = INT_MIN },
	{ .hook = on_out6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_OUT, .priority = INT_MIN },
};

static struct warden_netfilter hooks = { .ops = hook_ops, .nr = ARRAY_SIZE(hook_ops) };

/* --- when the hook stands ------------------------------------------------------------- */

static bool has_closed(const struct warden_ports *ports, enum warden_transport transport, int low,
		       int high)
{
	const u32 end = warden_port_bit(transport, high) + 1;

	return find_next_bit(ports->stop, end, warden_port_bit(transport, low)) < end;
}

/* Where port 0 is open, so is what the kernel picks. */
static bool closes_picked(const struct warden_ports *ports, enum warden_transport transport)
{
	return has_closed(ports, transport, 0, 0);
}

static bool meets(const struct warden_ports *ports, int low, int high)
{
	return (closes_picked(ports, WARDEN_TRANSPORT_UDP) &&
		has_closed(ports, WARDEN_TRANSPORT_UDP, low, high)) ||
	       (closes_picked(ports, WARDEN_TRANSPORT_UDPLITE) &&
		has_closed(ports, WARDEN_TRANSPORT_UDPLITE, low, high));
}

static bool is_closed(const struct warden_ports *ports, const struct sock *sk,
		      enum warden_transport transport)
{
	u16 port = inet_sk(sk)->inet_num;
	int low, high;

	ports = warden_ports_of(ports, ports->kernel && warden_socket_is_nobodys(sk));
	if (!warden_port_stops(ports, warden_port_bit(transport, port)))
		return false;
	inet_get_local_port_range(sock_net(sk), &low, &high);
	return port < low || port > high || closes_picked(ports, transport);
}

static bool is_in_table(const struct warden_ports *ports, struct udp_table *table,
			enum warden_transport transport)
{
	bool found = false;
	struct sock *sk;
	u32 i;

	for (i = 0; i <= table->mask && !found; i++) {
		if (hlist_empty(&table->hash[i].head))
			continue;
		spin_lock_bh(&table->hash[i].lock);
		sk_for_each(sk, &table->hash[i].head)
			found |= is_closed(ports, sk, transport);
		spin_unlock_bh(&table->hash[i].lock);
	}
	return found;
}

/* Does a network pick closed ports, or has one a table of its own in which somebody has one? */
static bool is_in_networks(const struct warden_ports *ports)
{
	bool found = false;
	struct net *net;
	int low, high;

	down_read(&net_rwsem);
	for_each_net(net) {
		inet_get_local_port_range(net, &low, &high);
		found |= meets(ports, low, high) ||
			 (net->ipv4.udp_table != init_net.ipv4.udp_table &&
			  is_in_table(ports, net->ipv4.udp_table, WARDEN_TRANSPORT_UDP));
	}
	up_read(&net_rwsem);
	return found;
}

/*
 * May somebody sit on a port that is closed, and ask from there? Who is allowed a port from some
 * places alone may ask others, and where a policy is observed, anybody may have any.
 */
static bool is_needed(const struct warden_ports *ports)
{
	return ports->reach || !ports->enforced || ports->hard ||
	       meets(ports, PICKED_LOW, PICKED_HIGH) || is_in_networks(ports) ||
	       is_in_table(ports, init_net.ipv4.udp_table, WARDEN_TRANSPORT_UDP) ||
	       is_in_table(ports, &udplite_table, WARDEN_TRANSPORT_UDPLITE);
}

static int start(void)
{
	int err;

	lockdep_assert_held(&await_lock);
	if (noting)
		return 0;
	err = warden_netfilter_add(&hooks);
	WRITE_ONCE(noting, !err);
	return err;
}

static void stop(void)
{
	lockdep_assert_held(&await_lock);
	if (!noting)
		return;
	WRITE_ONCE(noting, false);
	warden_netfilter_del(&hooks);
}

static void note_late(struct work_struct *work)
{
	mutex_lock(&await_lock);
	if (ready)
		start(); /* without memory, the next answer asks again */
	mutex_unlock(&await_lock);
}

/**
 * warden_await_prepare() - get ready to note what a policy needs noted
 * @ports: that it closes; not yet in force
 *
 * Context: In a change, sleeps; packets are looked at.
 * Return: 0 or -ENOMEM.
 */
int warden_await_prepare(const struct warden_ports *ports)
{
	int err = 0;

	mutex_lock(&await_lock);
	if (!noting && is_needed(ports))
		err = start();
	mutex_unlock(&await_lock);
	return err;
}

/**
 * warden_await_settle() - note what the policy in force needs noted
 * @ports: that it closes
 * @keep: another policy may come back, which may need it
 *
 * Context: In a change, sleeps; packets are looked at.
 */
void warden_await_settle(const struct warden_ports *ports, bool keep)
{
	mutex_lock(&await_lock);
	if (is_needed(ports))
		start(); /* without memory, an answer that was missed asks again */
	else if (!keep)
		stop();
	mutex_unlock(&await_lock);
}

/**
 * warden_await_use() - these ports are about to be closed
 * @ports: of the policy that is to be put in force; NULL closes none
 *
 * Context: In a change, or init; before those of the policy of before wait for their readers.
 */
void warden_await_use(const struct warden_ports *ports)
{
	rcu_assign_pointer(shut, warden_ports_udp(ports));
}

/**
 * warden_await_init() - packets are about to be looked at
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_await_init(void)
{
	int err = warden_flow_init();

	mutex_lock(&await_lock);
	ready = !err;
	mutex_unlock(&await_lock);
	return err;
}

/**
 * warden_await_stop() - note nothing any more
 *
 * Context: Process context, sleeps; answers may still be asked for.
 */
void warden_await_stop(void)
{
	mutex_lock(&await_lock);
	ready = false;
	stop();
	mutex_unlock(&await_lock);
}

/**
 * warden_await_exit() - forget what was noted
 *
 * Context: Process context, sleeps; after warden_await_stop(), and no packet is in a hook.
 */
void warden_await_exit(void)
{
	cancel_work_sync(&note_work);
	warden_flow_exit();
}

/**
 * warden_await_is_noting() - is noted what is sent?
 *
 * Context: Any.
 * Return: true if it is.
 */
bool warden_await_is_noting(void)
{
	return READ_ONCE(noting);
}

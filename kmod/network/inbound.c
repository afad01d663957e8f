// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes in for a port that nobody may receive at, or not from there, is dropped,
 * whoever listens: a listener that is older than the policy, a socket that got its port by
 * sending, the kernel itself.
 *
 * Netfilter hooks of the module's own, in every network there is. What comes in is
 * looked at behind all tables, where nothing leads it elsewhere any more, and what
 * goes out ahead of them, so that both see the addresses a socket sees. That a table
 * accepts something ends its own chain only. They stand while the policy in force
 * closes a port. Whose answer it is that comes in is found out without connection
 * tracking: of TCP, SCTP and DCCP only what begins a connection is looked at; of
 * UDP, whether the socket is connected, or has sent there a moment ago (flow.h);
 * of UDP-Lite the latter alone.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/udp.h>

#include "inbound.h"
#include "judge/decide.h"
#include "netlink/extack.h"
#include "opening.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/policy.h"
#include "ports.h"

/* The hooks outlast the policy that needed them by this: the next one may need them again. */
#define LINGER (2 * HZ)

/* Protects the three below. Taken inside a change, or with no other lock of ours. */
static DEFINE_MUTEX(inbound_lock);
static bool enabled; /* the programs are attached, too */
static bool registered;

static void settle_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(settle_work, settle_late);

#if IS_ENABLED(CONFIG_NETFILTER)

/* --- reading a packet ----------------------------------------------------------- */

/* What the header of each begins with, and the flags of TCP. */
struct header {
	__be16 source;
	__be16 dest;
};

#define TCP_FLAGS_AT 13
#define TCP_SYN	     0x02
#define TCP_RST	     0x04
#define TCP_ACK	     0x10

/* The first chunk of SCTP (RFC 9260, 3.3.2), and the type of a DCCP packet (RFC 4340, 5.1). */
#define SCTP_CHUNK_AT 12
#define SCTP_INIT     1
#define DCCP_TYPE_AT  8
#define DCCP_TYPE(x)  ((x) >> 1 & 0x0f)
#define DCCP_REQUEST  0

/* WARDEN_TRANSPORTS is none of those that have ports. */
static enum warden_transport transport_of(u8 protocol)
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

/* Nothing stands for a connection but the packets themselves. */
static bool is_datagram(enum warden_transport transport)
{
	return transport == WARDEN_TRANSPORT_UDP || transport == WARDEN_TRANSPORT_UDPLITE;
}

/* Where a packet's transport header is; -1 is nowhere that concerns us. */
static int find_transport(const struct sk_buff *skb, u8 family, u8 *protocol)
{
	const struct ipv6hdr *six;
	unsigned int at = 0;
	unsigned short frag = 0;
	int found;

	if (family == NFPROTO_IPV4) {
		*protocol = ip_hdr(skb)->protocol;
		return ip_hdrlen(skb);
	}
	six = ipv6_hdr(skb);
	*protocol = six->nexthdr;
	if (likely(six->nexthdr == IPPROTO_TCP || six->nexthdr == IPPROTO_UDP))
		return sizeof(*six);
	/* Only the first fragment has it, and without that one the others come to nothing. */
	found = ipv6_find_hdr(skb, &at, -1, &frag, NULL);
	if (found < 0 || frag)
		return -1;
	*protocol = found;
	return at - skb_network_offset(skb);
}

/* The byte that tells; 0, and false, where the packet ends before it. */
static bool read_byte(const struct sk_buff *skb, int at, u8 *byte)
{
	const u8 *found = skb_header_pointer(skb, at, sizeof(*byte), byte);

	*byte = found ? *found : 0;
	return found;
}

/* Does a packet begin a connection? All others belong to one, or are refused by the protocol. */
static bool begins(const struct sk_buff *skb, int at, enum warden_transport transport)
{
	u8 byte;

	switch (transport) {
	case WARDEN_TRANSPORT_TCP:
		return !read_byte(skb, at + TCP_FLAGS_AT, &byte) ||
		       (byte & (TCP_SYN | TCP_RST | TCP_ACK)) == TCP_SYN;
	case WARDEN_TRANSPORT_SCTP:
		return !read_byte(skb, at + SCTP_CHUNK_AT, &byte) || byte == SCTP_INIT;
	case WARDEN_TRANSPORT_DCCP:
		return !read_byte(skb, at + DCCP_TYPE_AT, &byte) ||
		       DCCP_TYPE(byte) == DCCP_REQUEST;
	default:
		return true;
	}
}

static void read_addresses(struct warden_packet *p, const struct sk_buff *skb, bool in)
{
	if (p->family == AF_INET)
		ipv6_addr_set_v4mapped(in ? ip_hdr(skb)->saddr : ip_hdr(skb)->daddr, &p->flow.peer);
	else
		p->flow.peer = in ? ipv6_hdr(skb)->saddr : ipv6_hdr(skb)->daddr;
}

/*
 * Was it sent by this network to itself? A packet that came in elsewhere can be led to
 * the loopback (a filter of `tc`), but has no route out behind it, nor our address.
 */
static bool is_looped(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (!(state->in->flags & IFF_LOOPBACK))
		return false;
	if (state->pf == NFPROTO_IPV4)
		return skb_rtable(skb) && rt_is_output_route(skb_rtable(skb));
	return ipv6_chk_addr(state->net, &ipv6_hdr(skb)->saddr, NULL, 0);
}

/* Whatever its version: an address that is mapped into IPv6 is one of IPv4. */
static void read_origin(struct warden_packet *p, const struct sk_buff *skb,
			const struct nf_hook_state *state)
{
	p->in = state->in;
	p->looped = is_looped(skb, state);
	if (p->looped || !(p->in->flags & IFF_LOOPBACK))
		p->origin.interface = warden_reach_interface(p->in);
	else
		p->origin.interface = WARDEN_INTERFACE_FOREIGN;
	p->origin.peer.version = 6;
	memcpy(p->origin.peer.bytes, &p->flow.peer, sizeof(p->origin.peer.bytes));
	warden_address_unmap(&p->origin.peer);
	if (p->family == AF_INET) {
		p->origin.own.version = 4;
		memcpy(p->origin.own.bytes, &ip_hdr(skb)->daddr, sizeof(struct in_addr));
	} else {
		p->origin.own.version = 6;
		memcpy(p->origin.own.bytes, &ipv6_hdr(skb)->daddr, sizeof(struct in6_addr));
		warden_address_unmap(&p->origin.own);
	}
}

/*
 * What a packet is that the ports of a policy say something of. Of one that is too
 * short for its ports nothing can be said, and its protocol drops it.
 */
static bool read_packet(struct warden_packet *p, u32 *bit, const struct sk_buff *skb,
			const struct nf_hook_state *state, const struct warden_ports *ports)
{
	bool in = state->hook == NF_INET_LOCAL_IN;
	const struct header *header;
	struct header copy;
	u8 protocol;
	int at = find_transport(skb, state->pf, &protocol);
	enum warden_transport transport = at < 0 ? WARDEN_TRANSPORTS : transport_of(protocol);

	if (transport == WARDEN_TRANSPORTS || (!in && !is_datagram(transport)))
		return false;
	at += skb_network_offset(skb);
	header = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!header)
		return false;
	p->transport = transport;
	p->protocol = protocol;
	p->flow.port = ntohs(in ? header->dest : header->source);
	*bit = warden_port_bit(transport, p->flow.port);
	if (likely(!warden_port_stops(ports, *bit)) || !begins(skb, at, transport))
		return false;
	p->flow.protocol = protocol;
	p->flow.net = state->net;
	p->flow.peer_port = ntohs(in ? header->source : header->dest);
	p->family = state->pf == NFPROTO_IPV4 ? AF_INET : AF_INET6;
	read_addresses(p, skb, in);
	if (in)
		read_origin(p, skb, state);
	return true;
}

/* Where the ports are if no header stands between, 0 where one may; the protocol in @protocol. */
static __always_inline unsigned int guess_transport(const struct sk_buff *skb, u8 family,
						    u8 *protocol)
{
	if (family == NFPROTO_IPV4) {
		*protocol = ip_hdr(skb)->protocol;
		return skb_network_offset(skb) + ip_hdrlen(skb);
	}
	*protocol = ipv6_hdr(skb)->nexthdr;
	if (*protocol != IPPROTO_UDP && *protocol != IPPROTO_TCP)
		return 0;
	return skb_network_offset(skb) + sizeof(struct ipv6hdr);
}

/*
 * Most packets, in few instructions: false sends to read_packet(), which says the
 * same of all others. What is read here is in one piece, so nothing is copied.
 */
static __always_inline bool passes(const struct sk_buff *skb, u8 family, bool in,
				   const struct warden_ports *ports)
{
	unsigned int at;
	u8 protocol;
	__be16 port;

	at = guess_transport(skb, family, &protocol);
	if (!at || skb_headlen(skb) < at + (protocol == IPPROTO_TCP ? TCP_FLAGS_AT + 1 :
								      sizeof(struct header)))
		return false;
	if (protocol == IPPROTO_TCP)
		return !in || ((skb->data[at + TCP_FLAGS_AT] & (TCP_SYN | TCP_RST | TCP_ACK)) != TCP_SYN);
	if (protocol != IPPROTO_UDP)
		return transport_of(protocol) == WARDEN_TRANSPORTS;
	port = ((const __be16 *)(skb->data + at))[in]; /* source, then destination */
	return !warden_port_stops(ports, warden_port_bit(WARDEN_TRANSPORT_UDP, ntohs(port)));
}

/* --- is it an answer? ------------------------------------------------------------ */

static const struct sock *find_socket(const struct warden_packet *p, struct sk_buff *skb)
{
	const __be16 sport = htons(p->flow.peer_port), dport = htons(p->flow.port);
	struct net *net = (struct net *)p->flow.net;

	if (p->family == AF_INET)
		return __udp4_lib_lookup(net, ip_hdr(skb)->saddr, sport, ip_hdr(skb)->daddr, dport,
					 inet_iif(skb), inet_sdif(skb), net->ipv4.udp_table, NULL);
#if IS_BUILTIN(CONFIG_IPV6)
	return __udp6_lib_lookup(net, &ipv6_hdr(skb)->saddr, sport, &ipv6_hdr(skb)->daddr, dport,
				 inet6_iif(skb), inet6_sdif(skb), net->ipv4.udp_table, NULL);
#else
	return NULL;
#endif
}

/* UDP: connected sockets take packets from their peer alone. */
static bool is_connected(const struct warden_packet *p, struct sk_buff *skb)
{
	const struct sock *sk = find_socket(p, skb);

	return sk && READ_ONCE(sk->sk_state) == TCP_ESTABLISHED;
}

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

static bool is_answer(const struct warden_packet *p, struct sk_buff *skb)
{
	switch (p->transport) {
	case WARDEN_TRANSPORT_UDP:
		return is_known(&p->flow) || is_connected(p, skb);
	case WARDEN_TRANSPORT_UDPLITE:
		return is_known(&p->flow);
	case WARDEN_TRANSPORT_TCP:
		return is_calling(skb);
	default:
		return false;
	}
}

/* A rule for port 0 lets listen at whatever port the kernel picks. */
static bool is_picked(const struct warden_packet *p, const struct warden_ports *ports)
{
	int low, high;

	if (warden_ports_state(ports, warden_port_bit(p->transport, 0), &p->origin))
		return false;
	inet_get_local_port_range(p->flow.net, &low, &high);
	return low <= p->flow.port && p->flow.port <= high;
}

/* --- the hooks -------------------------------------------------------------------- */

static bool goes_to_many(const struct sk_buff *skb, u16 family)
{
	if (family == AF_INET6)
		return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	return skb_rtable(skb) && skb_rtable(skb)->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST);
}

/* What a person would have to change: the port, from whom, at which address, or by which interface. */
static u8 find_reason(const struct warden_packet *p, u32 bit, const struct warden_ports *ports)
{
	struct warden_origin anybody = p->origin, anywhere = p->origin;

	if (!warden_reach_has(ports->reach, bit))
		return WARDEN_REASON_PORT_CLOSED;
	anybody.peer.version = 0;
	if (!warden_ports_state(ports, bit, &anybody))
		return WARDEN_REASON_PEER_CLOSED;
	anywhere.own.version = 0;
	if (!warden_ports_state(ports, bit, &anywhere))
		return WARDEN_REASON_ADDRESS_CLOSED;
	return WARDEN_REASON_INTERFACE_CLOSED;
}

/* What programs of one machine do to each other is judged where a rule asks from where alone. */
static bool is_inside(const struct warden_packet *p, u32 bit, const struct warden_ports *ports)
{
	return p->looped && !warden_reach_has(ports->reach, bit);
}

static unsigned int on_stopped(struct warden_packet *p, u32 bit, struct sk_buff *skb,
			       const struct warden_layers *layers)
{
	const struct warden_ports *ports = layers->ports;
	u8 state = warden_ports_state(ports, bit, &p->origin);
	bool hard = state & WARDEN_REACH_HARD;

	if (!state || is_inside(p, bit, ports) || is_answer(p, skb) || is_picked(p, ports))
		return NF_ACCEPT;
	if (!(state & WARDEN_REACH_RULED) &&
	    warden_opening_holds(p->protocol, p->flow.port))
		return NF_ACCEPT;
	p->reason = find_reason(p, bit, ports);
	if (goes_to_many(skb, p->family)) /* the noise of any network, and meant for no one */
		warden_inbound_count(!hard);
	else
		warden_inbound_tell(p, layers, !hard);
	return hard ? NF_DROP : NF_ACCEPT;
}

static noinline unsigned int look_in(struct sk_buff *skb, const struct nf_hook_state *state,
				     const struct warden_layers *layers)
{
	struct warden_packet p;
	u32 bit;

	if (!read_packet(&p, &bit, skb, state, layers->ports))
		return NF_ACCEPT;
	return on_stopped(&p, bit, skb, layers);
}

/* On the way out by the loopback nothing is to be noted, unless rules say from where a port is reached. */
static __always_inline bool is_free(const struct net_device *dev, const struct warden_ports *ports)
{
	return dev->flags & IFF_LOOPBACK && !ports->reach;
}

/* Netfilter calls its hooks under RCU. */
static unsigned int on_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct warden_layers *layers = warden_layers_get_rcu();

	if (!layers->ports || likely(passes(skb, state->pf, true, layers->ports)))
		return NF_ACCEPT;
	return look_in(skb, state, layers);
}

static noinline void look_out(const struct sk_buff *skb, const struct nf_hook_state *state,
			      const struct warden_ports *ports)
{
	struct warden_packet p;
	u32 bit;

	if (!read_packet(&p, &bit, skb, state, ports))
		return;
	if (goes_to_many(skb, p.family))
		p.flow.peer = in6addr_any;
	warden_flow_note(&p.flow);
}

/* Nothing is dropped here: whether it may be sent was decided where it was sent. */
static unsigned int on_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct warden_ports *ports = warden_layers_get_rcu()->ports;

	if (ports && !is_free(state->out, ports) &&
	    unlikely(!passes(skb, state->pf, false, ports)))
		look_out(skb, state, ports);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hook_ops[] = {
	{ .hook = on_in, .pf = NFPROTO_INET, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = on_out, .pf = NFPROTO_INET, .hooknum = NF_INET_LOCAL_OUT, .priority = INT_MIN },
};

static int __net_init enter_network(struct net *net)
{
	return nf_register_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}

static void __net_exit leave_network(struct net *net)
{
	nf_unregister_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}

static struct pernet_operations networks = {
	.init = enter_network,
	.exit = leave_network,
};

static int register_hooks(void)
{
	int err = warden_flow_init();

	lockdep_assert_held(&inbound_lock);
	if (err)
		return err;
	err = register_pernet_subsys(&networks);
	if (err)
		warden_flow_exit();
	WRITE_ONCE(registered, !err);
	return err;
}

static void unregister_hooks(void)
{
	lockdep_assert_held(&inbound_lock);
	if (!registered)
		return;
	WRITE_ONCE(registered, false);
	unregister_pernet_subsys(&networks);
	synchronize_net(); /* packets that are in the hooks */
	warden_flow_exit();
}

#else /* no netfilter */

static int register_hooks(void)
{
	return -EOPNOTSUPP;
}

static void unregister_hooks(void)
{
}

#endif

/* --- when they stand ---------------------------------------------------------------- */

/**
 * warden_inbound_prepare() - get ready for a policy, so that nothing can fail once it is there
 * @layers: the policy; gets its ports
 * @extack: told why not
 *
 * Context: In a change; sleeps.
 * Return: 0; -ENOMEM, -E2BIG where rules say from too many places, or -EOPNOTSUPP where the
 * kernel has no netfilter.
 */
int warden_inbound_prepare(struct warden_layers *layers, struct netlink_ext_ack *extack)
{
	int err = warden_ports_make(layers, extack);

	if (err == -E2BIG)
		return err;
	if (err)
		return warden_refuse(extack, NULL, err, "out of memory for the ports of the policy");
	mutex_lock(&inbound_lock);
	if (layers->ports && enabled && !registered)
		err = register_hooks();
	mutex_unlock(&inbound_lock);
	if (err == -EOPNOTSUPP)
		return warden_refuse(extack, NULL, err,
				     "this policy closes ports, and this kernel has no netfilter; build it with CONFIG_NETFILTER=y");
	if (err)
		return warden_refuse(extack, NULL, err, "out of memory to look at packets");
	return 0;
}

/* A policy that waits to be confirmed may give way to one that needs them. */
static bool is_idle(void)
{
	struct warden_waiting w;

	warden_policy_waiting(&w);
	return !w.layer && !warden_layers_get_rcu()->ports;
}

static void settle_late(struct work_struct *work)
{
	warden_change_lock();
	mutex_lock(&inbound_lock);
	if (is_idle())
		unregister_hooks();
	mutex_unlock(&inbound_lock);
	warden_change_unlock();
}

/**
 * warden_inbound_settle() - the policy in force is another, which may need no hooks
 *
 * Context: In a change.
 */
void warden_inbound_settle(void)
{
	mod_delayed_work(system_unbound_wq, &settle_work, LINGER);
}

/**
 * warden_inbound_enable() - may packets be looked at?
 * @on: the programs are attached; where they are not, nothing is enforced
 *
 * Context: Process context, sleeps.
 */
void warden_inbound_enable(bool on)
{
	mutex_lock(&inbound_lock);
	enabled = on;
	if (!on)
		unregister_hooks();
	mutex_unlock(&inbound_lock);
}

/**
 * warden_inbound_exit() - look at no packet any more
 *
 * Context: Process context, sleeps; no command can run any more.
 */
void warden_inbound_exit(void)
{
	cancel_delayed_work_sync(&settle_work);
	warden_inbound_enable(false);
	warden_inbound_tell_exit();
}

/**
 * warden_inbound_status() - what became of packets
 * @st: filled in
 *
 * Context: Any.
 */
void warden_inbound_status(struct warden_inbound_status *st)
{
	rcu_read_lock();
	st->active = READ_ONCE(registered) && warden_layers_get_rcu()->ports;
	rcu_read_unlock();
	warden_inbound_sum(&st->dropped, &st->observed);
}

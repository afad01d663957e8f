// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes in for a port that nobody may receive at, or not from there, is dropped,
 * whoever listens: a listener that is older than the policy, a socket that got its port by
 * sending, the kernel itself.
 *
 * Netfilter hooks of the module's own, in every network there is (netfilter.h). What comes in is
 * looked at behind all tables, where nothing leads it elsewhere any more, and what
 * goes out ahead of them, so that both see the addresses a socket sees. That a table
 * accepts something ends its own chain only. They stand while the policy in force
 * closes a port. Whose answer it is that comes in is found out without connection
 * tracking: of TCP, SCTP and DCCP only what begins a connection is looked at; of
 * UDP and UDP-Lite, whether the socket is connected, or has sent there a moment ago (await.h).
 *
 * Where programs may receive and the kernel may not, the socket is looked up, and one that no
 * program has gets answers only.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "await.h"
#include "inbound.h"
#include "judge/decide.h"
#include "netfilter.h"
#include "netlink/extack.h"
#include "opening.h"
#include "packet.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/policy.h"
#include "ports.h"
#include "receiver.h"
#include "socket.h"

/* The hooks outlast the policy that needed them by this: the next one may need them again. */
#define LINGER (2 * HZ)

/* Protects the two below. Taken inside a change, or with no other lock of ours; nests await_lock. */
static DEFINE_MUTEX(inbound_lock);
static bool enabled; /* the programs are attached, too */
static bool registered;

static void settle_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(settle_work, settle_late);

#if IS_ENABLED(CONFIG_NETFILTER)

/* Of the policy in force, replaced before it: ports of UDP some socket may not receive at; NULL is none. */
static const unsigned long __rcu *shut;

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

/* What a person would have to change: the port, from whom, at which address, or by which interface. */
static u8 find_reason(const struct warden_packet *p, u32 bit, const struct warden_ports *ports)
{
	struct warden_origin anybody = p->origin, anywhere = p->origin;

	if (!warden_reach_has(warden_ports_of(ports, p->origin.kernel)->reach, bit))
		return p->origin.kernel ? WARDEN_REASON_KERNEL_NOT_NAMED : WARDEN_REASON_PORT_CLOSED;
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
	return p->looped && !warden_reach_has(warden_ports_of(ports, p->origin.kernel)->reach, bit);
}

static bool is_open(const struct warden_packet *p, u32 bit, const struct warden_ports *ports)
{
	return !warden_ports_state(ports, bit, &p->origin) || is_inside(p, bit, ports) ||
	       is_picked(p, ports);
}

/* May it come in, to the socket that it comes to? */
static bool may_enter(struct warden_packet *p, u32 bit, struct sk_buff *skb,
		      const struct warden_ports *ports)
{
	if (!is_open(p, bit, ports))
		return false;
	p->origin.kernel = ports->kernel && warden_receiver_is_kernels(p, skb);
	return !p->origin.kernel || is_open(p, bit, ports);
}

static unsigned int on_stopped(struct warden_packet *p, u32 bit, struct sk_buff *skb,
			       const struct warden_layers *layers)
{
	const struct warden_ports *ports = layers->ports;
	u8 state = warden_ports_state(ports, bit, &p->origin);
	bool hard = state & WARDEN_REACH_HARD;

	if (warden_await_has(p, skb))
		return NF_ACCEPT;
	if (!(state & WARDEN_REACH_RULED) &&
	    warden_opening_holds(p->protocol, p->flow.port))
		return NF_ACCEPT;
	p->reason = find_reason(p, bit, ports);
	if (warden_packet_is_to_many(skb, p->family)) /* the noise of any network, and meant for no one */
		warden_inbound_count(!hard);
	else
		warden_inbound_tell(p, layers, !hard);
	return hard ? NF_DROP : NF_ACCEPT;
}

/* It tells no port, so there is nothing to tell of it; it is counted. */
static unsigned int on_cut(const struct warden_ports *ports)
{
	warden_inbound_count(!ports->enforced);
	return ports->enforced ? NF_DROP : NF_ACCEPT;
}

static noinline unsigned int look_in(struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	struct warden_packet p;
	u32 bit;

	if (!layers->ports)
		return NF_ACCEPT;
	if (warden_packet_is_cut(skb, state->pf))
		return on_cut(layers->ports);
	if (!warden_packet_read(&p, &bit, skb, state, layers->ports) ||
	    may_enter(&p, bit, skb, layers->ports))
		return NF_ACCEPT;
	return on_stopped(&p, bit, skb, layers);
}

/* As netfilter would have shown it: what the packet itself says, and by which interface it came. */
static int ask_request(const struct sock *sk, const struct sk_buff *skb)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	const struct warden_packet_ports *header = (const void *)skb_transport_header(skb);
	const u32 bit = warden_port_bit(warden_ports_transport(sk->sk_protocol), ntohs(header->dest));
	const struct nf_hook_state state = {
		.hook = NF_INET_LOCAL_IN,
		.pf = skb->protocol == htons(ETH_P_IPV6) ? NFPROTO_IPV6 : NFPROTO_IPV4,
		.in = dev_get_by_index_rcu(sock_net(sk), skb->skb_iif),
		.net = sock_net(sk),
	};
	struct warden_packet p;

	if (!layers->ports || !test_bit(bit, warden_ports_watched(layers->ports)))
		return 0;
	if (!state.in)
		return -EACCES;
	warden_packet_take(&p, skb, &state, header, sk->sk_protocol);
	p.origin.kernel = layers->ports->kernel && warden_socket_is_nobodys(sk);
	if (is_open(&p, bit, layers->ports) ||
	    !(warden_ports_state(layers->ports, bit, &p.origin) & WARDEN_REACH_HARD))
		return 0; /* in the second case it was told of, where it came by */
	return on_stopped(&p, bit, (struct sk_buff *)skb, layers) == NF_DROP ? -EACCES : 0;
}

/**
 * warden_inbound_request() - may a connection begin?
 * @sk: the socket of TCP or DCCP that was found for it, and listens
 * @skb: the packet that asks for it, or brings its cookie
 *
 * The question that was asked of the packet, once more: verdicts of a queue (NF_STOP), tables
 * behind ours, fragments and tunnels of UDP whose packets go straight to the transport are ways around
 * the hook, or lead elsewhere behind it.
 *
 * Context: In a soft interrupt, or with those disabled.
 * Return: 0, or -EACCES where the packet must be dropped.
 */
int warden_inbound_request(const struct sock *sk, const struct sk_buff *skb)
{
	int err = 0;

	if (warden_ports_transport(sk->sk_protocol) == WARDEN_TRANSPORTS)
		return 0;
	rcu_read_lock();
	if (rcu_access_pointer(shut))
		err = ask_request(sk, skb);
	rcu_read_unlock();
	return err;
}

/*
 * Most packets, in few instructions: false sends to look_in(), which says the same of
 * all others. What is read here is in one piece, so nothing is copied.
 */
static __always_inline bool passes(const struct sk_buff *skb, u8 protocol, const unsigned long *map)
{
	const struct warden_packet_ports *ports;

	if (likely(protocol == IPPROTO_UDP)) {
		ports = warden_packet_peek(skb, sizeof(*ports));
		return ports && !test_bit(ntohs(ports->dest), map);
	}
	if (protocol != IPPROTO_TCP)
		return false;
	ports = warden_packet_peek(skb, WARDEN_TCP_FLAGS_AT + 1);
	if (!ports)
		return false;
	if ((((const u8 *)ports)[WARDEN_TCP_FLAGS_AT] & WARDEN_TCP_BEGINNING) != WARDEN_TCP_SYN)
		return true;
	return !test_bit(ntohs(ports->dest), map - WARDEN_PORTS_TCP_BEFORE);
}

/* Netfilter calls its hooks under RCU. */
static unsigned int on_in4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const unsigned long *map = rcu_dereference(shut);

	if (!map || likely(passes(skb, ip_hdr(skb)->protocol, map)))
		return NF_ACCEPT;
	return look_in(skb, state);
}

/* Another header may stand between, which its number tells. */
static unsigned int on_in6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const unsigned long *map = rcu_dereference(shut);

	if (!map || likely(passes(skb, ipv6_hdr(skb)->nexthdr, map)))
		return NF_ACCEPT;
	return look_in(skb, state);
}

static const struct nf_hook_ops hook_ops[] = {
	{ .hook = on_in4, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = on_in6, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
};

static struct warden_netfilter hooks = { .ops = hook_ops, .nr = ARRAY_SIZE(hook_ops) };

static int register_hooks(void)
{
	int err = warden_await_init();

	lockdep_assert_held(&inbound_lock);
	if (err)
		return err;
	err = warden_netfilter_add(&hooks);
	if (err) {
		warden_await_stop();
		synchronize_net(); /* packets in the hooks of the networks before the one that failed */
		warden_await_exit();
	}
	WRITE_ONCE(registered, !err);
	return err;
}

static void unregister_hooks(void)
{
	lockdep_assert_held(&inbound_lock);
	if (!registered)
		return;
	WRITE_ONCE(registered, false);
	warden_await_stop();
	warden_netfilter_del(&hooks);
	synchronize_net(); /* packets that are in the hooks */
	warden_await_exit();
}

static int prepare_hooks(const struct warden_ports *ports)
{
	return (registered ? 0 : register_hooks()) ?: warden_await_prepare(ports);
}

/* Of the policy in force, which closes these, or none; @keep: another may come back. */
static void settle_hooks(const struct warden_ports *ports, bool keep)
{
	if (ports && registered)
		warden_await_settle(ports, keep);
	else if (!keep)
		unregister_hooks();
}

static int meet_networks(void)
{
	return warden_netfilter_init();
}

static void leave_networks(void)
{
	warden_netfilter_exit();
}

static bool is_noting(void)
{
	return warden_await_is_noting();
}

/**
 * warden_inbound_use() - these ports are about to be closed
 * @ports: of the policy that is to be put in force; NULL closes none
 *
 * What most packets are asked stands apart from the policy, for their sake.
 *
 * Context: In a change, or init; before those of the policy of before wait for their readers.
 */
void warden_inbound_use(const struct warden_ports *ports)
{
	rcu_assign_pointer(shut, warden_ports_udp(ports));
	warden_await_use(ports);
}

#else /* no netfilter */

static int prepare_hooks(const struct warden_ports *ports)
{
	return -EOPNOTSUPP;
}

static void unregister_hooks(void)
{
}

static void settle_hooks(const struct warden_ports *ports, bool keep)
{
}

static int meet_networks(void)
{
	return 0;
}

static void leave_networks(void)
{
}

static bool is_noting(void)
{
	return false;
}

void warden_inbound_use(const struct warden_ports *ports)
{
}

int warden_inbound_request(const struct sock *sk, const struct sk_buff *skb)
{
	return 0;
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
	if (layers->ports && enabled)
		err = prepare_hooks(layers->ports);
	mutex_unlock(&inbound_lock);
	if (err == -EOPNOTSUPP)
		return warden_refuse(extack, NULL, err,
				     "this policy closes ports, and this kernel has no netfilter; build it with CONFIG_NETFILTER=y");
	if (err)
		return warden_refuse(extack, NULL, err, "out of memory to look at packets");
	return 0;
}

/* A policy that waits to be confirmed may give way to one that needs more. */
static void settle_late(struct work_struct *work)
{
	struct warden_waiting w;

	warden_change_lock();
	mutex_lock(&inbound_lock);
	warden_policy_waiting(&w);
	settle_hooks(warden_layers_get_rcu()->ports, w.layer);
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
 * warden_inbound_init() - be told of networks
 *
 * Context: Process context, module init; waits for networks that go.
 * Return: 0 or -ENOMEM.
 */
int warden_inbound_init(void)
{
	return meet_networks();
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
	leave_networks();
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
	st->noting = is_noting();
	st->active = READ_ONCE(registered) && warden_layers_get_rcu()->ports;
	rcu_read_unlock();
	warden_inbound_sum(&st->dropped, &st->observed);
}

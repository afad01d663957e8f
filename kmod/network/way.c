// SPDX-License-Identifier: GPL-2.0-only
/*
 * By which interface a socket speaks to others, where rules name interfaces.
 *
 * Routes tell that, and they may change after a verdict. So a socket that needs such a rule is
 * bound to the interface, as SO_BINDTODEVICE does it, when it is judged: to the one its route
 * leads by, where a rule names that, else to the first that one names. It stays bound as long as
 * rules ask. What a datagram says of its own interface is judged with the datagram.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/sock.h>
#include <warden/abi.h>

#include "hook/canary.h"
#include "judge/judge.h"
#include "policy/layers.h"
#include "policy/shadow.h"
#include "program/identity.h"
#include "reach.h"
#include "service-priv.h"
#include "socket.h"
#include "way.h"

/* Interfaces that are tried for one socket. */
#define WAYS_MAX 16

/* Does a rule of the policy in force, or of the one in shadow, name an interface? */
static bool asked;

/**
 * warden_way_asked() - does it matter by which interface a socket speaks to others?
 *
 * Context: Any.
 * Return: true where a rule may ask.
 */
bool warden_way_asked(void)
{
	return READ_ONCE(asked);
}

/* --- what is known -------------------------------------------------------------- */

static bool is_inet(const struct socket *sock)
{
	return sock->sk->sk_family == AF_INET || sock->sk->sk_family == AF_INET6;
}

/*
 * Does what it sends go by the interface it is bound to? MPTCP makes more connections, by what
 * its path manager says, SCTP knows of more addresses, SMC has a socket of its own inside.
 */
static bool is_held(const struct socket *sock)
{
	if (sock->type == SOCK_RAW)
		return true;
	switch (sock->sk->sk_protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return true;
	default:
		return false;
	}
}

/* The interface that a control message names, where the kernel will heed it; 0 is none. */
static int read_named(struct cmsghdr *c, const struct sock *sk, const struct warden_peer *to)
{
	if (to->address.version == 4 && c->cmsg_level == SOL_IP && c->cmsg_type == IP_PKTINFO &&
	    c->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo)))
		return ((const struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex;
	if (sk->sk_family == AF_INET6 && c->cmsg_level == SOL_IPV6 &&
	    (c->cmsg_type == IPV6_PKTINFO || c->cmsg_type == IPV6_2292PKTINFO) &&
	    c->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo)))
		return ((const struct in6_pktinfo *)CMSG_DATA(c))->ipi6_ifindex;
	return 0;
}

/**
 * warden_way_read() - which interface a message names for itself
 * @to: whom it goes to; its named interface is set
 * @sock: the socket
 * @msg: the message; its control messages in kernel memory
 *
 * ip_cmsg_send() and ip6_datagram_send_ctl() are who reads them.
 *
 * Context: Any.
 * Return: 0, or -EINVAL for control messages that are none, or name two interfaces.
 */
int warden_way_read(struct warden_peer *to, const struct socket *sock, const struct msghdr *msg)
{
	struct msghdr *m = (struct msghdr *)msg; /* the macro changes nothing */
	struct cmsghdr *c;
	int named;

	if (!warden_way_asked() || !is_inet(sock) || sock->type == SOCK_STREAM || !msg->msg_controllen)
		return 0;
	if (msg->msg_control_is_user) /* nobody sends so */
		return -EINVAL;
	for_each_cmsghdr(c, m) {
		if (!CMSG_OK(m, c))
			return -EINVAL;
		named = read_named(c, sock->sk, to);
		if (named && to->named && named != to->named)
			return -EINVAL;
		to->named = named ?: to->named;
	}
	return 0;
}

/* With IPv4 a message has its way whatever the socket is bound to, with IPv6 where it is not. */
static int find_index(const struct sock *sk, const struct warden_peer *to)
{
	const int bound = READ_ONCE(sk->sk_bound_dev_if);

	if (to->address.version == 6)
		return to->scope ?: bound ?: to->named;
	return to->named ?: bound;
}

/* What is gone is none that a rule can name, and may be one of them again. */
static const char *name_index(struct warden_way *way, const struct sock *sk, int index)
{
	const struct net_device *dev;

	strscpy(way->name, WARDEN_INTERFACE_FOREIGN, sizeof(way->name));
	rcu_read_lock();
	dev = dev_get_by_index_rcu(sock_net(sk), index);
	if (dev)
		strscpy(way->name, warden_reach_interface(dev), sizeof(way->name));
	rcu_read_unlock();
	return way->name;
}

/**
 * warden_way_find() - by which interface a socket will speak to somebody
 * @way: room for its name
 * @sock: the socket
 * @to: whom
 *
 * Context: Process context.
 * Return: as in struct warden_request; NULL where its route tells, and where no rule asks.
 */
const char *warden_way_find(struct warden_way *way, const struct socket *sock,
			    const struct warden_peer *to)
{
	int index;

	if (!warden_way_asked())
		return NULL;
	if (!is_inet(sock) && sock->sk->sk_family != AF_SMC)
		return "";
	if (!is_inet(sock) || !is_held(sock))
		return WARDEN_INTERFACE_FOREIGN;
	index = find_index(sock->sk, to);
	return index ? name_index(way, sock->sk, index) : NULL;
}

/* --- finding one -------------------------------------------------------------------- */

static int route_four(const struct sock *sk, const struct warden_peer *to)
{
	struct flowi4 fl = {
		.saddr = inet_sk(sk)->inet_saddr,
		.flowi4_oif = READ_ONCE(inet_sk(sk)->uc_index),
		.flowi4_mark = READ_ONCE(sk->sk_mark),
		.flowi4_proto = sk->sk_protocol,
		.flowi4_uid = sock_net_uid(sock_net(sk), sk),
	};
	struct rtable *rt;
	int index;

	memcpy(&fl.daddr, to->address.bytes, sizeof(fl.daddr));
	if (ipv4_is_multicast(fl.daddr))
		fl.flowi4_oif = READ_ONCE(inet_sk(sk)->mc_index);
	rt = ip_route_output_key(sock_net(sk), &fl);
	if (IS_ERR(rt))
		return 0;
	index = rt->dst.dev->ifindex;
	ip_rt_put(rt);
	return index;
}

static int route_six(const struct sock *sk, const struct warden_peer *to)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	struct flowi6 fl = {
		.saddr = sk->sk_v6_rcv_saddr,
		.flowi6_mark = READ_ONCE(sk->sk_mark),
		.flowi6_proto = sk->sk_protocol,
		.flowi6_uid = sock_net_uid(sock_net(sk), sk),
	};
	struct dst_entry *dst;
	int index;

	memcpy(&fl.daddr, to->address.bytes, sizeof(fl.daddr));
	if (np)
		fl.flowi6_oif = ipv6_addr_is_multicast(&fl.daddr) ? READ_ONCE(np->mcast_oif) :
								    READ_ONCE(np->ucast_oif);
	dst = ipv6_stub->ipv6_dst_lookup_flow(sock_net(sk), NULL, &fl, NULL);
	if (IS_ERR(dst))
		return 0;
	index = dst->dev->ifindex;
	dst_release(dst);
	return index;
}

static int find_route(const struct sock *sk, const struct warden_peer *to)
{
	if (to->address.version == 4)
		return route_four(sk, to);
	return to->address.version == 6 ? route_six(sk, to) : 0;
}

/**
 * struct ways - interfaces to be tried
 * @nr: how many
 * @index: each once
 */
struct ways {
	u32 nr;
	int index[WAYS_MAX];
};

static void add_way(struct ways *ways, int index)
{
	u32 i;

	for (i = 0; i < ways->nr; i++)
		if (ways->index[i] == index)
			return;
	if (index && ways->nr < WAYS_MAX)
		ways->index[ways->nr++] = index;
}

/* Those of the socket's own network that rules of one layer allow somebody. */
static void add_named(struct ways *ways, const struct warden_snapshot *snap, u32 domain,
		      struct net *net)
{
	u32 i = warden_decide_rules(snap, domain, 0);
	u32 end = warden_decide_rules(snap, domain + 1, 0);
	const struct net_device *dev;

	for (; i < end; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (rule->action != WARDEN_ACTION_ALLOW || !rule->pattern)
			continue;
		dev = dev_get_by_name_rcu(net, snap->patterns[rule->pattern - 1].text);
		if (dev && dev->flags & IFF_UP)
			add_way(ways, dev->ifindex);
	}
}

/* The one its route leads by comes first. */
static void list_ways(struct ways *ways, const struct sock *sk, const struct warden_peer *to,
		      u32 domain)
{
	const struct warden_layers *layers;
	u32 i;

	*ways = (struct ways){};
	add_way(ways, find_route(sk, to));
	rcu_read_lock();
	layers = warden_layers_get_rcu();
	for (i = 0; layers && i < layers->nr; i++)
		add_named(ways, layers->layer[i], domain, sock_net(sk));
	rcu_read_unlock();
}

/* --- steering --------------------------------------------------------------------------- */

/* Who observes changes nothing: there it must be going that way by itself. */
static bool takes(struct socket *sock, const struct warden_answer *before, int index, bool routed)
{
	if (before->denied)
		return !sock_bindtoindex(sock->sk, index, true);
	return routed;
}

/* What a shadow or an observing layer thinks of a way is told, and keeps nobody from one that is allowed. */
static bool is_better(const struct warden_answer *before, const struct warden_answer *one)
{
	return before->denied ? !one->denied : !warden_answer_tells(one);
}

static noinline int steer(struct warden_way *way, struct socket *sock, const struct warden_peer *to,
			  struct warden_request *req, struct warden_answer *answer)
{
	struct warden_answer routed = *answer, one;
	struct ways ways;
	u32 i;

	list_ways(&ways, sock->sk, to, req->domain);
	for (i = 0; i < ways.nr; i++) {
		req->interface = name_index(way, sock->sk, ways.index[i]);
		warden_judge(req, &one);
		if (is_better(answer, &one) && takes(sock, answer, ways.index[i], !i)) {
			*answer = one;
			return 0;
		}
		if (!i)
			routed = one;
	}
	req->interface = ways.nr ? name_index(way, sock->sk, ways.index[0]) : NULL;
	if (answer->denied && routed.denied)
		*answer = routed; /* says by which interface it was to go */
	return answer->denied ? -EACCES : 0;
}

/**
 * warden_way_steer() - have a socket go by an interface that a rule allows
 * @way: room for the name of the interface
 * @sock: the socket, not locked
 * @to: whom it is to speak to
 * @req: what was asked; its interface is set where it was not known
 * @answer: what the answer was; changed where it is another by an interface
 *
 * Where the answer depends on no interface nothing is bound.
 *
 * Context: Process context, sleeps.
 * Return: 0 or -EACCES.
 */
int warden_way_steer(struct warden_way *way, struct socket *sock, const struct warden_peer *to,
		     struct warden_request *req, struct warden_answer *answer)
{
	int err = answer->denied ? -EACCES : 0;

	if (!req->tries)
		return err;
	if (warden_answer_tells(answer) && !req->interface && !to->now)
		err = steer(way, sock, to, req, answer);
	if (err)
		warden_canary_deny(); /* which is the answer now */
	return err;
}

/* --- staying ------------------------------------------------------------------------------ */

/*
 * May a socket leave its interface? Where the policy lets it speak by any. Who asks does not sleep: a
 * program that was not measured yet is none.
 */
static int judge_leaving(struct socket *sock, const char *what)
{
	struct warden_identity subject;
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_CONNECT,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.protocol = sock->sk->sk_protocol,
		.interface = WARDEN_INTERFACE_FOREIGN,
	};
	struct warden_answer answer;
	struct warden_peer to;

	warden_peer_find(&to, sock->sk);
	req.address = to.address;
	req.port = to.port;
	warden_identity_known(&subject);
	if (!warden_judge(&req, &answer) && !answer.observed)
		return 0;
	answer.reason = WARDEN_REASON_INTERFACE_KEPT;
	warden_judge_tell(&req, &answer, what, sock->sk->sk_family);
	return answer.denied ? -EACCES : 0;
}

static bool is_bound(const struct socket *sock)
{
	return sock->sk && warden_way_asked() && is_inet(sock) && is_held(sock) &&
	       !warden_socket_is_kernels(sock->sk) && READ_ONCE(sock->sk->sk_bound_dev_if);
}

/**
 * warden_way_keep() - may a socket be bound to another interface, or to none?
 * @sock: the socket
 *
 * Context: Process context, does not sleep.
 * Return: 0 or -EACCES.
 */
int warden_way_keep(struct socket *sock)
{
	return is_bound(sock) ? judge_leaving(sock, "SO_BINDTODEVICE") : 0;
}

/**
 * warden_way_part() - may a socket be parted from whom it speaks to?
 * @sock: the socket
 *
 * UDP takes its interface from it as well (__udp_disconnect()). What is sent next is judged, but
 * not what another thread, or who has a copy of the descriptor, sends at this moment.
 *
 * Context: Process context, does not sleep.
 * Return: 0 or -EACCES.
 */
int warden_way_part(struct socket *sock)
{
	if (sock->type == SOCK_STREAM || !is_bound(sock) || !sock->file ||
	    file_count(sock->file) == 1)
		return 0;
	return judge_leaving(sock, "disconnect");
}

/* --- whether rules ask -------------------------------------------------------------------- */

static bool names_ways(const struct warden_snapshot *snap, u32 domain)
{
	u32 i = warden_decide_rules(snap, domain, 0);
	u32 end = warden_decide_rules(snap, domain + 1, 0);

	for (; i < end; i++)
		if (snap->rules[i].pattern)
			return true;
	return false;
}

static bool any_names_ways(const struct warden_layers *layers)
{
	u32 i;

	for (i = 0; layers && i < layers->nr; i++)
		if (names_ways(layers->layer[i], WARDEN_DOMAIN_CONNECT) ||
		    names_ways(layers->layer[i], WARDEN_DOMAIN_EGRESS))
			return true;
	return false;
}

static void set_asked(struct warden_gate *gate, bool ask)
{
	WRITE_ONCE(asked, ask);
	if (gate)
		WRITE_ONCE(gate->ways, ask);
}

/**
 * warden_way_hold() - what rules ask is about to change
 * @gate: the gate of the programs, or NULL
 *
 * Context: One caller at a time.
 */
void warden_way_hold(struct warden_gate *gate)
{
	set_asked(gate, true);
}

/**
 * warden_way_renew() - what rules ask has changed
 * @gate: the gate of the programs, or NULL
 *
 * Context: As warden_way_hold().
 */
void warden_way_renew(struct warden_gate *gate)
{
	rcu_read_lock();
	set_asked(gate, any_names_ways(warden_layers_get_rcu()) ||
				any_names_ways(warden_shadow_get_rcu()));
	rcu_read_unlock();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program does with a socket, as a request: it receives at a port, or it
 * speaks to an address.
 */
#include <linux/bits.h>
#include <linux/cred.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <warden/address.h>

#include "broker.h"
#include "device/ear.h"
#include "egress.h"
#include "judge/judge.h"
#include "opening.h"
#include "pass.h"
#include "program/identity.h"
#include "reach.h"
#include "service.h"
#include "service-priv.h"
#include "socket.h"
#include "way.h"

/* The longest address as text, IPv6 with IPv4 at its end, and by which interface. */
#define ADDRESS_TEXT (48 + sizeof(" on ") + IFNAMSIZ)

/* --- listening ------------------------------------------------------------- */

/*
 * By which interface a socket can receive, where that is known before anything comes:
 * it is bound to one, or its address is one of the loopback. NULL is anybody's guess.
 */
static const char *find_interface(char name[IFNAMSIZ], const struct sock *sk, int index, bool loop)
{
	const struct net_device *dev;
	const char *found = loop ? "lo" : NULL;

	rcu_read_lock();
	dev = index ? dev_get_by_index_rcu(sock_net(sk), index) : NULL;
	if (dev) {
		strscpy(name, warden_reach_interface(dev), IFNAMSIZ);
		found = name;
	}
	rcu_read_unlock();
	return found;
}

/**
 * struct place - where a socket receives
 * @own: address; no version is any
 * @port: host order
 * @index: of the interface it is bound to; 0 is none
 * @loop: @own is one of the loopback
 * @now: asked where nothing may sleep
 */
struct place {
	struct warden_address own;
	u16 port;
	int index;
	bool loop;
	bool now;
};

/* Apart from what is known already, which shall not pay for this one's frame. */
static noinline int judge_listen(struct socket *sock, const struct place *at, const char *what,
				 u64 key, bool *opened)
{
	char name[IFNAMSIZ];
	struct warden_identity subject;
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_LISTEN,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.protocol = warden_peer_protocol(sock->sk),
		.port = at->port,
		.own = at->own,
		.interface = find_interface(name, sock->sk, at->index, at->loop),
	};
	struct warden_answer answer;
	int err;

	warden_identity_of_current(&subject);
	err = warden_judge(&req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, what, sock->sk->sk_family);
	warden_pass_note(key, &subject, &answer);
	*opened = answer.opened;
	return err;
}

static int ask_listen(struct socket *sock, const struct place *at, const char *what, bool *opened)
{
	u64 key = warden_pass_key(WARDEN_DOMAIN_LISTEN, warden_peer_protocol(sock->sk), at->port);

	*opened = false;
	return warden_pass_known(key) ? 0 : judge_listen(sock, at, what, key, opened);
}

/* What begins to receive because somebody opened the port for a time ends with that. */
static int begin_listen(struct socket *sock, const struct place *at)
{
	bool opened;
	int err = ask_listen(sock, at, NULL, &opened);

	return err ?: opened ? warden_opening_keep(sock->sk, at->port) : 0;
}

/* The port of an address as bind(2) will read it; the family of the socket decides. */
static u16 port_of(const struct socket *sock, const struct sockaddr *address, int len)
{
	if (!warden_peer_is_inet(sock) || len < (int)sizeof(struct sockaddr_in))
		return 0;
	/* sin_port and sin6_port stand at one offset */
	return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

static bool is_loop(const struct in6_addr *a)
{
	return ipv6_addr_v4mapped(a) ? ipv4_is_loopback(a->s6_addr32[3]) : ipv6_addr_loopback(a);
}

/* By which family bind(2) will read an address: AF_SMC by that of the address, where it is none by IPv4. */
static int family_of(const struct socket *sock, const struct sockaddr *address, int len)
{
	if (sock->sk->sk_family != AF_SMC || len < (int)sizeof(sa_family_t))
		return sock->sk->sk_family;
	return address->sa_family == AF_UNSPEC ? AF_INET : address->sa_family;
}

/* Of a link-local address the scope is the interface; a socket that has one of its own keeps it. */
static int read_scope(const struct socket *sock, const struct sockaddr *address, int len, bool *loop)
{
	const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
	const int family = family_of(sock, address, len);
	int index = READ_ONCE(sock->sk->sk_bound_dev_if);

	if (family == AF_INET && len >= (int)sizeof(struct sockaddr_in))
		*loop = ipv4_is_loopback(((const struct sockaddr_in *)address)->sin_addr.s_addr);
	if (family != AF_INET6 || len < SIN6_LEN_LEAST)
		return index;
	*loop = is_loop(&in->sin6_addr);
	if (!index && len >= (int)sizeof(*in) && __ipv6_addr_needs_scope_id(ipv6_addr_type(&in->sin6_addr)))
		index = in->sin6_scope_id;
	return index;
}

/* The address a socket is to have, as its family reads it; no version where it is any. */
static void read_own(struct warden_address *own, const struct socket *sock,
		     const struct sockaddr *address, int len)
{
	const int family = family_of(sock, address, len);

	*own = (struct warden_address){};
	if (family == AF_INET && len >= (int)sizeof(struct sockaddr_in)) {
		own->version = 4;
		memcpy(own->bytes, &((const struct sockaddr_in *)address)->sin_addr, sizeof(struct in_addr));
	} else if (family == AF_INET6 && len >= SIN6_LEN_LEAST) {
		own->version = 6;
		memcpy(own->bytes, &((const struct sockaddr_in6 *)address)->sin6_addr,
		       sizeof(struct in6_addr));
		warden_address_unmap(own);
	}
	if (!memchr_inv(own->bytes, 0, sizeof(own->bytes)))
		own->version = 0;
}

static u16 local_port(const struct socket *sock)
{
	return warden_peer_is_inet(sock) ? READ_ONCE(inet_sk(sock->sk)->inet_num) : 0;
}

static bool is_on_loop(const struct sock *sk)
{
	if (sk->sk_family == AF_INET6)
		return is_loop(&sk->sk_v6_rcv_saddr);
	return sk->sk_family == AF_INET && ipv4_is_loopback(inet_sk(sk)->inet_rcv_saddr);
}

/* SMC binds a socket of TCP that it has inside, and tells where. */
static struct place place_of_smc(struct socket *sock)
{
	struct sockaddr_storage address = {};
	struct sockaddr *a = (struct sockaddr *)&address;
	int len = kernel_getsockname(sock, a);
	struct place at = { .port = port_of(sock, a, len) };

	at.index = read_scope(sock, a, len, &at.loop);
	read_own(&at.own, sock, a, len);
	return at;
}

static struct place place_of(struct socket *sock)
{
	struct place at;

	if (warden_peer_protocol(sock->sk) == IPPROTO_SMC)
		return place_of_smc(sock);
	at = (struct place){ .port = local_port(sock), .loop = is_on_loop(sock->sk),
			     .index = READ_ONCE(sock->sk->sk_bound_dev_if) };
	warden_peer_own(&at.own, sock->sk);
	return at;
}

/**
 * warden_service_listen() - may the current program listen on this socket?
 * @sock: the socket; not yet bound is port 0
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EACCES.
 */
int warden_service_listen(struct socket *sock)
{
	const struct place at = place_of(sock);

	return begin_listen(sock, &at);
}

/**
 * warden_service_receive() - may the current program receive by this socket?
 * @sock: the socket, which another program may have made and handed over
 * @how: for the record: what it is about to do
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EACCES.
 */
int warden_service_receive(struct socket *sock, const char *how)
{
	const struct place at = place_of(sock);
	bool opened;

	return ask_listen(sock, &at, how, &opened);
}

/* --- connecting ------------------------------------------------------------ */

static const char *name_peer(char text[ADDRESS_TEXT], const struct warden_address *address,
			     const char *interface)
{
	int used;

	if (!address->version)
		return NULL;
	used = snprintf(text, ADDRESS_TEXT, address->version == 4 ? "%pI4" : "%pI6c", address->bytes);
	if (interface && interface[0] && interface[0] != WARDEN_INTERFACE_FOREIGN[0])
		snprintf(text + used, ADDRESS_TEXT - used, " on %s", interface);
	return text;
}

/* --- binding --------------------------------------------------------------- */

static int judge_bind(struct socket *sock, const struct place *at)
{
	char name[IFNAMSIZ];
	struct warden_identity subject;
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_BIND,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.protocol = warden_peer_protocol(sock->sk),
		.port = at->port,
		.address = at->own,
		.interface = find_interface(name, sock->sk, at->index, at->loop),
	};
	struct warden_answer answer;
	char text[ADDRESS_TEXT];
	int err;

	if (sock->type == SOCK_RAW || !warden_peer_is_inet(sock) || !warden_peer_has_port(req.protocol))
		return 0;
	if (at->now)
		warden_identity_known(&subject);
	else
		warden_identity_of_current(&subject);
	err = warden_judge(&req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, name_peer(text, &req.address, NULL),
				  sock->sk->sk_family);
	return err;
}

/* A socket that needs no listen(2) to receive. One by which a sensor is heard serves nobody. */
static bool receives_bound(const struct socket *sock)
{
	return sock->type != SOCK_STREAM && sock->type != SOCK_SEQPACKET && !warden_ear_is(sock);
}

/**
 * warden_service_bind() - may the current program bind to this address, and receive there?
 * @sock: the socket; one that listens is asked for that when it does
 * @address: what it is bound to, in kernel memory
 * @len: bytes of @address
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EACCES.
 */
int warden_service_bind(struct socket *sock, const struct sockaddr *address, int len)
{
	struct place at = { .port = port_of(sock, address, len) };
	int err;

	at.index = read_scope(sock, address, len, &at.loop);
	read_own(&at.own, sock, address, len);
	err = judge_bind(sock, &at);
	if (err || !receives_bound(sock))
		return err;
	return begin_listen(sock, &at);
}

/**
 * warden_bind_judge() - may the current program bind to this address as well?
 * @sock: the socket, whose port it keeps where it has one
 * @address: what it is bound to, in kernel memory
 * @len: bytes of @address
 *
 * Context: Process context, does not sleep: a program that was not measured yet is none.
 * Return: 0 or -EACCES.
 */
int warden_bind_judge(struct socket *sock, const struct sockaddr *address, int len)
{
	struct place at = { .port = port_of(sock, address, len) ?: local_port(sock), .now = true };

	at.index = read_scope(sock, address, len, &at.loop);
	read_own(&at.own, sock, address, len);
	return judge_bind(sock, &at);
}

/* --- asking whom it speaks to ------------------------------------------------ */

static void identify(struct warden_identity *subject, const struct warden_peer *to)
{
	if (to->now)
		warden_identity_known(subject);
	else
		warden_identity_of_current(subject);
}

static noinline int judge_connect(struct socket *sock, const struct warden_peer *to, u64 key)
{
	struct warden_way way;
	struct warden_identity subject;
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_CONNECT,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.protocol = warden_peer_protocol(sock->sk),
		.port = to->port,
		.address = to->address,
		.tries = warden_way_asked(),
		.interface = warden_way_find(&way, sock, to),
	};
	struct warden_answer answer;
	char text[ADDRESS_TEXT];
	int err;

	identify(&subject, to);
	warden_judge(&req, &answer);
	err = warden_way_steer(&way, sock, to, &req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, name_peer(text, &to->address, req.interface),
				  sock->sk->sk_family);
	warden_pass_note(key, &subject, &answer);
	return err;
}

/* What was allowed before was so where no port is that of a broker. */
static int ask_connect(struct socket *sock, const struct warden_peer *to)
{
	u64 key = warden_pass_key(WARDEN_DOMAIN_CONNECT, warden_peer_protocol(sock->sk), to->port);

	if (warden_pass_known(key))
		return 0;
	return judge_connect(sock, to, key) ?: warden_broker_connect(sock, to->port);
}

/* What the current process used may be sent to some peers alone; each class is asked for itself. */
static noinline int judge_used(struct socket *sock, const struct warden_peer *to, u32 used)
{
	struct warden_way way;
	struct warden_identity subject;
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_EGRESS,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.protocol = warden_peer_protocol(sock->sk),
		.port = to->port,
		.address = to->address,
		.tries = warden_way_asked(),
	};
	struct warden_answer answer;
	char text[ADDRESS_TEXT];
	int err = 0;

	identify(&subject, to);
	for (; !err && used; used &= used - 1) {
		req.class = __ffs(used);
		req.interface = warden_way_find(&way, sock, to);
		warden_judge(&req, &answer);
		err = warden_way_steer(&way, sock, to, &req, &answer);
		if (warden_answer_tells(&answer))
			warden_judge_tell(&req, &answer, name_peer(text, &to->address, req.interface),
					  sock->sk->sk_family);
	}
	return err;
}

static int judge_egress(struct socket *sock, const struct warden_peer *to)
{
	u32 used = warden_egress_used();

	return used ? judge_used(sock, to, used) : 0;
}

/**
 * warden_peer_judge() - may the current program speak to this address?
 * @sock: the socket
 * @to: whom
 *
 * Context: Process context, may sleep unless @to is to be decided now.
 * Return: 0 or -EACCES.
 */
int warden_peer_judge(struct socket *sock, const struct warden_peer *to)
{
	return judge_egress(sock, to) ?: judge_connect(sock, to, 0);
}

/* TCP takes no notice of an address, unless it is to connect with the first data. */
static bool is_told_where(const struct sock *sk, const struct msghdr *msg)
{
	return msg->msg_name && ((sk->sk_protocol != IPPROTO_TCP && sk->sk_protocol != IPPROTO_MPTCP) ||
				 msg->msg_flags & MSG_FASTOPEN);
}

/**
 * warden_service_egress() - may the current process send to where a message goes?
 * @sock: the socket, connected or not
 * @msg: the message; its address, where it has one, in kernel memory
 *
 * Protocols do not always send to the address of the message, so whom the socket is
 * connected to, and who gets a datagram that was begun, must be allowed as well. SCTP knows of more
 * addresses of the other side, and sends to all it has (SCTP_SENDALL): to anywhere.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EACCES.
 */
int warden_service_egress(struct socket *sock, struct msghdr *msg)
{
	struct sock *sk = sock->sk;
	struct warden_peer to;
	int err = 0;

	if (warden_socket_is_kernels(sk) || sk->sk_family == AF_ALG) /* a cipher of the kernel's */
		return 0;
	warden_peer_forget(sock, msg);
	if (warden_peer_pending(&to, sk) || warden_peer_speaks_to_many(&to, sk))
		err = judge_egress(sock, &to);
	warden_peer_find(&to, sk);
	if (!err && (to.address.version || !is_told_where(sk, msg)))
		err = warden_way_read(&to, sock, msg) ?: judge_egress(sock, &to);
	if (err || !is_told_where(sk, msg))
		return err;
	warden_peer_read(&to, sock, msg->msg_name, msg->msg_namelen);
	return warden_way_read(&to, sock, msg) ?: judge_egress(sock, &to);
}

/*
 * The port of an address, where a look tells it; -1 sends to warden_peer_read(), which says the
 * same of all others.
 */
static int peek_port(const struct socket *sock, const struct sockaddr *address, int len)
{
	if ((sock->type != SOCK_STREAM && sock->type != SOCK_DGRAM) || !warden_peer_is_inet(sock) ||
	    len < (int)sizeof(struct sockaddr_in) || !warden_peer_has_port(sock->sk->sk_protocol))
		return -1;
	if (address->sa_family != AF_INET &&
	    (address->sa_family != AF_INET6 || len < SIN6_LEN_LEAST))
		return -1;
	return ntohs(((const struct sockaddr_in *)address)->sin_port);
}

/* Was this decided a moment ago? */
static bool is_known(struct socket *sock, const struct sockaddr *address, int len)
{
	int port = peek_port(sock, address, len);

	return port >= 0 && !warden_egress_used() &&
	       warden_pass_known(warden_pass_key(WARDEN_DOMAIN_CONNECT, sock->sk->sk_protocol, port));
}

/**
 * warden_service_connect() - may the current program speak to this address?
 * @sock: the socket; what the kernel itself does with one of its own is no program's act
 * @address: the address, in kernel memory
 * @len: bytes of @address
 *
 * An address of no family ends a connection, and only what is held to an interface is asked.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EACCES.
 */
int warden_service_connect(struct socket *sock, const struct sockaddr *address, int len)
{
	struct warden_peer to;

	if (warden_socket_is_kernels(sock->sk))
		return 0;
	if (len >= (int)sizeof(sa_family_t) && address->sa_family == AF_UNSPEC)
		return warden_way_part(sock);
	if (is_known(sock, address, len))
		return 0;
	warden_peer_read(&to, sock, address, len);
	return judge_egress(sock, &to) ?: ask_connect(sock, &to);
}

/**
 * warden_service_send() - may the current program send to the address of a message?
 * @sock: the socket
 * @msg: the message; its address, in kernel memory. Without one, whom the socket speaks to
 *	 is asked where the message names an interface
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EACCES.
 */
int warden_service_send(struct socket *sock, struct msghdr *msg)
{
	struct warden_peer to;
	int err;

	if (warden_socket_is_kernels(sock->sk))
		return 0;
	if (msg->msg_name)
		warden_peer_read(&to, sock, msg->msg_name, msg->msg_namelen);
	else
		warden_peer_find(&to, sock->sk);
	err = warden_way_read(&to, sock, msg);
	if (warden_way_asked() || sock->sk->sk_protocol == IPPROTO_SCTP)
		warden_peer_forget(sock, msg);
	if (err || (!msg->msg_name && !to.named))
		return err;
	return ask_connect(sock, &to) ?: warden_sctp_send(sock, msg, to.port);
}

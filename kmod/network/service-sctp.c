// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCTP, which has several addresses on either side, that a program names by ways of its own:
 * all at once by an option, those of the other side with the first message, too.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/sctp.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/sock.h>

#include "service.h"
#include "service-priv.h"
#include "socket.h"

/* Which address a control message of SCTP brings along; false for any other message. */
static bool read_along(struct warden_peer *to, struct cmsghdr *c, u16 port)
{
	const bool four = c->cmsg_type == SCTP_DSTADDRV4;

	*to = (struct warden_peer){ .port = port };
	if (c->cmsg_level != IPPROTO_SCTP || (!four && c->cmsg_type != SCTP_DSTADDRV6) ||
	    c->cmsg_len < CMSG_LEN(four ? sizeof(struct in_addr) : sizeof(struct in6_addr)))
		return false;
	to->address.version = four ? 4 : 6;
	memcpy(to->address.bytes, CMSG_DATA(c),
	       four ? sizeof(struct in_addr) : sizeof(struct in6_addr));
	warden_address_unmap(&to->address);
	return true;
}

/**
 * warden_sctp_send() - may the current program speak to whom a message brings along?
 * @sock: the socket; of SCTP, or another one, of which nothing is asked
 * @msg: the message
 * @port: of its address, host order
 *
 * With its first message a program names more addresses of the other side, at the same port.
 *
 * Context: Process context, may sleep.
 * Return: 0, -EACCES, or -EINVAL for control messages that are none.
 */
int warden_sctp_send(struct socket *sock, const struct msghdr *msg, u16 port)
{
	struct msghdr *m = (struct msghdr *)msg; /* the macro changes nothing */
	struct cmsghdr *c;
	struct warden_peer to;
	int err = 0;

	if (sock->sk->sk_protocol != IPPROTO_SCTP || msg->msg_control_is_user)
		return 0;
	for_each_cmsghdr(c, m) {
		if (!CMSG_OK(m, c))
			return -EINVAL;
		if (!err && read_along(&to, c, port))
			err = warden_peer_judge(sock, &to);
	}
	return err;
}

/**
 * warden_peer_speaks_to_many() - may what a socket sends go to addresses that nobody sees here?
 * @to: cleared: anybody
 * @sk: the socket
 *
 * Context: Any.
 * Return: true of SCTP.
 */
bool warden_peer_speaks_to_many(struct warden_peer *to, const struct sock *sk)
{
	*to = (struct warden_peer){};
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       sk->sk_protocol == IPPROTO_SCTP && sk->sk_type != SOCK_RAW;
}

static int length_of(const struct sockaddr *address)
{
	return address->sa_family == AF_INET  ? sizeof(struct sockaddr_in) :
	       address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
}

/* One of several addresses: 0 or -EACCES. */
typedef int (*judge_one)(struct socket *sock, const struct sockaddr *address, int len);

/* What is no address, or is cut short, the protocol refuses. */
static int judge_each(struct sock *sk, const struct sockaddr *address, int len, judge_one judge)
{
	struct socket *sock = sk->sk_socket;
	int err = 0, size;

	if (warden_socket_is_kernels(sk) || !sock)
		return 0;
	while (!err && len >= (int)sizeof(sa_family_t)) {
		size = length_of(address);
		if (!size || size > len)
			break;
		err = judge(sock, address, size);
		address = (const void *)address + size;
		len -= size;
	}
	return err;
}

static int judge_peer(struct socket *sock, const struct sockaddr *address, int len)
{
	struct warden_peer to;

	warden_peer_read(&to, sock, address, len);
	to.now = true;
	return warden_peer_judge(sock, &to);
}

/**
 * warden_service_associate() - may the current program speak to all of these addresses?
 * @sk: a socket of SCTP, of a program's
 * @address: the first, in kernel memory; the others stand behind it
 * @len: bytes of all
 *
 * Context: Process context with the socket's lock held, does not sleep: a program that was not
 * measured yet is none.
 * Return: 0 or -EACCES.
 */
int warden_service_associate(struct sock *sk, const struct sockaddr *address, int len)
{
	return judge_each(sk, address, len, judge_peer);
}

/**
 * warden_service_bind_more() - may the current program bind to all of these addresses?
 * @sk: a socket of SCTP, of a program's; bound already, or by this
 * @address: the first, in kernel memory; the others stand behind it
 * @len: bytes of all
 *
 * Context: Process context with the socket's lock held, does not sleep: a program that was not
 * measured yet is none.
 * Return: 0 or -EACCES.
 */
int warden_service_bind_more(struct sock *sk, const struct sockaddr *address, int len)
{
	return judge_each(sk, address, len, warden_bind_judge);
}

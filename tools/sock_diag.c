// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sock_diag.h"

/* include/net/tcp_states.h, as a mask */
#define LISTENS (1u << 10)

static int ask(int fd, uint8_t family, uint8_t protocol)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 what;
	} q = {
		.head = { .nlmsg_len = sizeof(q),
			  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.what = { .sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = LISTENS },
	};

	return send(fd, &q, sizeof(q), 0) == sizeof(q) ? 0 : -errno;
}

/* True where it was the last one. */
static bool take(const struct nlmsghdr *m, void (*fn)(void *ctx, const struct inet_diag_msg *m), void *ctx,
		 int *err)
{
	const struct nlmsgerr *e = NLMSG_DATA(m);

	if (m->nlmsg_type == NLMSG_ERROR)
		*err = m->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) ? -EBADMSG : e->error;
	else if (m->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		 m->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
		fn(ctx, NLMSG_DATA(m));
	return m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE;
}

static int answer(int fd, void (*fn)(void *ctx, const struct inet_diag_msg *m), void *ctx)
{
	_Alignas(struct nlmsghdr) char text[16384];
	const struct nlmsghdr *m;
	ssize_t len;
	int err = 0;

	for (;;) {
		len = recv(fd, text, sizeof(text), 0);
		if (len <= 0)
			return len ? -errno : -EBADMSG;
		for (m = (void *)text; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len))
			if (take(m, fn, ctx, &err))
				return err;
	}
}

int warden_sock_diag_listeners(uint8_t family, uint8_t protocol,
			       void (*fn)(void *ctx, const struct inet_diag_msg *m), void *ctx)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int err;

	if (fd < 0)
		return -errno;
	err = ask(fd, family, protocol);
	if (!err)
		err = answer(fd, fn, ctx);
	close(fd);
	return err;
}

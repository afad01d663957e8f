// SPDX-License-Identifier: GPL-2.0-only
#include "genl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define HEAD (NLMSG_HDRLEN + GENL_HDRLEN)

static const struct nlattr *find(const void *attrs, size_t len, int type)
{
	const uint8_t *p = attrs;

	while (len >= NLA_HDRLEN) {
		const struct nlattr *a = (const void *)p;
		size_t whole = NLA_ALIGN(a->nla_len);

		if (a->nla_len < NLA_HDRLEN || a->nla_len > len)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
		if (whole >= len)
			break;
		p += whole;
		len -= whole;
	}
	return NULL;
}

static const void *data_of(const struct nlattr *a)
{
	return (const uint8_t *)a + NLA_HDRLEN;
}

void msg_init(struct msg *m, const struct genl *g, uint8_t cmd)
{
	struct nlmsghdr *h = (void *)m->bytes;
	struct genlmsghdr *gh = (void *)(m->bytes + NLMSG_HDRLEN);

	memset(m->bytes, 0, HEAD);
	h->nlmsg_type = g->family;
	gh->cmd = cmd;
	gh->version = WARDEN_FAMILY_VERSION;
	m->len = HEAD;
}

void msg_put(struct msg *m, int type, const void *data, size_t len)
{
	struct nlattr *a = (void *)(m->bytes + m->len);

	memset(a, 0, NLA_ALIGN(NLA_HDRLEN + len));
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy(a + 1, data, len);
	m->len += NLA_ALIGN(NLA_HDRLEN + len);
}

void msg_put_u32(struct msg *m, int type, uint32_t value)
{
	msg_put(m, type, &value, sizeof(value));
}

void msg_put_u64(struct msg *m, int type, uint64_t value)
{
	msg_put(m, type, &value, sizeof(value));
}

void msg_put_string(struct msg *m, int type, const char *value)
{
	msg_put(m, type, value, strlen(value) + 1);
}

size_t msg_nest(struct msg *m, int type)
{
	size_t at = m->len;

	msg_put(m, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void msg_end(struct msg *m, size_t nest)
{
	((struct nlattr *)(m->bytes + nest))->nla_len = m->len - nest;
}

int genl_send(struct genl *g, const void *bytes, size_t len)
{
	return send(g->fd, bytes, len, 0) < 0 ? -errno : 0;
}

/* The ack's sentence and errno. */
static int read_ack(struct genl *g, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	size_t at = sizeof(*e);
	const struct nlattr *text;

	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		at += e->msg.nlmsg_len - sizeof(e->msg);
	if (h->nlmsg_flags & NLM_F_ACK_TLVS && at < NLMSG_PAYLOAD(h, 0)) {
		text = find((const uint8_t *)e + at, NLMSG_PAYLOAD(h, at), NLMSGERR_ATTR_MSG);
		if (text)
			snprintf(g->said, sizeof(g->said), "%s", (const char *)data_of(text));
	}
	return e->error;
}

/* A dump's end carries its errno, and a sentence as an ack does. */
static int read_done(struct genl *g, const struct nlmsghdr *h)
{
	const struct nlattr *text;
	int err = 0;

	if (NLMSG_PAYLOAD(h, 0) >= sizeof(err))
		memcpy(&err, NLMSG_DATA(h), sizeof(err));
	if (h->nlmsg_flags & NLM_F_ACK_TLVS) {
		text = find((const uint8_t *)NLMSG_DATA(h) + sizeof(err),
			    NLMSG_PAYLOAD(h, sizeof(err)), NLMSGERR_ATTR_MSG);
		if (text)
			snprintf(g->said, sizeof(g->said), "%s", (const char *)data_of(text));
	}
	return err;
}

static void keep_reply(struct genl *g, const struct nlmsghdr *h)
{
	size_t len = h->nlmsg_len - HEAD;

	if (h->nlmsg_len < HEAD || len > sizeof(g->reply))
		return;
	memcpy(g->reply, (const uint8_t *)h + HEAD, len);
	g->reply_len = len;
}

static int wait_for_answer(struct genl *g)
{
	static uint8_t buf[64 * 1024] __attribute__((aligned(8)));

	for (;;) {
		ssize_t n = recv(g->fd, buf, sizeof(buf), 0);
		struct nlmsghdr *h = (void *)buf;
		size_t left = n;

		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		for (; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_seq != g->seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR)
				return read_ack(g, h);
			if (h->nlmsg_type == NLMSG_DONE)
				return read_done(g, h);
			keep_reply(g, h);
		}
	}
}

int genl_ask(struct genl *g, struct msg *m, uint16_t flags)
{
	struct nlmsghdr *h = (void *)m->bytes;
	int err;

	h->nlmsg_len = m->len;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++g->seq;
	g->said[0] = '\0';
	g->reply_len = 0;
	err = genl_send(g, m->bytes, m->len);
	return err ? err : wait_for_answer(g);
}

static int ask_plain(struct genl *g, uint8_t cmd, uint16_t flags)
{
	struct msg m;

	msg_init(&m, g, cmd);
	return genl_ask(g, &m, flags);
}

int genl_do(struct genl *g, uint8_t cmd)
{
	return ask_plain(g, cmd, NLM_F_ACK);
}

int genl_dump(struct genl *g, uint8_t cmd)
{
	return ask_plain(g, cmd, NLM_F_DUMP);
}

const void *genl_attr(const struct genl *g, int type, size_t *len)
{
	const struct nlattr *a = find(g->reply, g->reply_len, type);

	if (!a)
		return NULL;
	if (len)
		*len = a->nla_len - NLA_HDRLEN;
	return data_of(a);
}

uint64_t genl_number(const struct genl *g, int type)
{
	uint64_t number = 0;
	size_t len = 0;
	const void *data = genl_attr(g, type, &len);

	if (data && len <= sizeof(number))
		memcpy(&number, data, len);
	return number;
}

int genl_join(struct genl *g)
{
	const int room = 16 << 20;

	setsockopt(g->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return setsockopt(g->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &g->group, sizeof(g->group)) ?
		       -errno : 0;
}

int genl_event(struct genl *g, int ms)
{
	static uint8_t buf[16 * 1024] __attribute__((aligned(8)));
	struct pollfd p = { .fd = g->fd, .events = POLLIN };
	const struct nlmsghdr *h = (void *)buf;
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return -ETIMEDOUT;
	n = recv(g->fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	g->reply_len = 0;
	if (NLMSG_OK(h, (size_t)n))
		keep_reply(g, h);
	return 0;
}

int genl_resolve(struct genl *g)
{
	const struct nlattr *groups, *group, *id;
	const void *number;
	struct msg m;
	size_t len;
	int err;

	g->family = GENL_ID_CTRL;
	msg_init(&m, g, CTRL_CMD_GETFAMILY);
	msg_put_string(&m, CTRL_ATTR_FAMILY_NAME, WARDEN_FAMILY_NAME);
	g->family = 0;
	err = genl_ask(g, &m, NLM_F_ACK);
	number = err ? NULL : genl_attr(g, CTRL_ATTR_FAMILY_ID, NULL);
	groups = err ? NULL : find(g->reply, g->reply_len, CTRL_ATTR_MCAST_GROUPS);
	if (!number || !groups)
		return err ? err : -EPROTO;
	memcpy(&g->family, number, sizeof(g->family));
	len = groups->nla_len - NLA_HDRLEN;
	group = data_of(groups); /* there is one */
	id = len < NLA_HDRLEN ? NULL : find(data_of(group), group->nla_len - NLA_HDRLEN,
					    CTRL_ATTR_MCAST_GRP_ID);
	if (!id)
		return -EPROTO;
	memcpy(&g->group, data_of(id), sizeof(g->group));
	return 0;
}

int genl_turn(struct genl *g, const char *family)
{
	const void *number;
	struct msg m;
	int err;

	g->family = GENL_ID_CTRL;
	msg_init(&m, g, CTRL_CMD_GETFAMILY);
	msg_put_string(&m, CTRL_ATTR_FAMILY_NAME, family);
	err = genl_ask(g, &m, NLM_F_ACK);
	number = err ? NULL : genl_attr(g, CTRL_ATTR_FAMILY_ID, NULL);
	if (!number)
		return err ? err : -EPROTO;
	memcpy(&g->family, number, sizeof(g->family));
	return 0;
}

int genl_open(struct genl *g)
{
	const struct timeval limit = { .tv_sec = 10 };
	const int on = 1;
	int err;

	memset(g, 0, sizeof(*g));
	g->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (g->fd < 0)
		return -errno;
	setsockopt(g->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(g->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(g->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	err = genl_resolve(g);
	if (err)
		genl_close(g);
	return err;
}

void genl_close(struct genl *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

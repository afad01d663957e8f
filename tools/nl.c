// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "policy/arena.h"
#include "nl.h"

#define EVENT_BUFFER	(8 << 20) /* bytes of records that may wait for us */
#define DUMP_TRIES	4	  /* how often a list that changes is read again */
#define SYSFS_OF_MODULE "/sys/module/warden"

struct warden_nl {
	struct nl_sock *sock;
	struct nl_sock *events; /* NULL until warden_nl_audit_join() */
	int family;
};

/* One answer of the kernel, kept until the whole of it is there. */
struct answer {
	uint8_t *data;
	size_t len;
};

struct exchange {
	const struct warden_wire_op *op;
	const uint8_t *attrs; /* of the request */
	size_t len;
	WARDEN_ARRAY(struct answer) answers;
	struct warden_fault *fault;
	bool done;
	bool torn; /* the list changed while it was dumped */
	int error;
};

struct refusal {
	const char *message;
	uint32_t offset;       /* of the attribute, from the start of the request; 0 is none */
	uint32_t missing;      /* attribute number; 0 is none */
	uint32_t missing_nest; /* offset of the nest it is missing in */
};

static void read_refusal(struct refusal *r, const struct nlattr *a, int left)
{
	for (; nla_ok(a, left); a = nla_next(a, &left)) {
		switch (nla_type(a)) {
		case NLMSGERR_ATTR_MSG:
			if (nla_len(a) > 0 && !((char *)nla_data(a))[nla_len(a) - 1])
				r->message = nla_data(a);
			break;
		case NLMSGERR_ATTR_OFFS:
			if (nla_len(a) >= 4)
				r->offset = nla_get_u32(a);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			if (nla_len(a) >= 4)
				r->missing = nla_get_u32(a);
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			if (nla_len(a) >= 4)
				r->missing_nest = nla_get_u32(a);
			break;
		}
	}
}

/* The attribute of the request an offset points at, by name: rule.port-low. */
struct located {
	char name[128];
	const struct warden_wire_set *set; /* of what is inside it, if anything can be */
	uint32_t line;			   /* of the rule it belongs to; 0 is none */
};

static uint32_t rule_line(const struct nlattr *rule)
{
	const struct nlattr *line = nla_find(nla_data(rule), nla_len(rule), WARDEN_A_RULE_LINE);

	return line && nla_len(line) >= 4 ? nla_get_u32(line) : 0;
}

static void locate(struct located *at, const struct exchange *x, uint32_t offset)
{
	const uint32_t head = NLMSG_HDRLEN + GENL_HDRLEN;
	const uint8_t *wanted = x->attrs + offset - head;
	const struct nlattr *a = (const struct nlattr *)x->attrs;
	int left = (int)x->len;
	size_t used = 0;

	memset(at, 0, sizeof(*at));
	if (offset < head)
		return;
	at->set = x->op->set;
	while (at->set && nla_ok(a, left) && used < sizeof(at->name)) {
		const uint8_t *end = (const uint8_t *)a + NLA_ALIGN(a->nla_len);
		int type = nla_type(a);

		if (wanted >= end) {
			a = nla_next(a, &left);
			continue;
		}
		if (!type || (uint32_t)type > at->set->max)
			return;
		used += (size_t)snprintf(at->name + used, sizeof(at->name) - used, "%s%s",
					 used ? "." : "", at->set->attrs[type].name);
		if (at->set == warden_set_policy() && type == WARDEN_A_POLICY_RULE)
			at->line = rule_line(a);
		at->set = at->set->attrs[type].nest;
		if (wanted == (const uint8_t *)a)
			return;
		left = nla_len(a);
		a = nla_data(a);
	}
}

static const char *capability_of(const struct warden_wire_op *op)
{
	size_t len = strlen(op->name);

	return len > 4 && !strcmp(op->name + len - 4, "-get") ? "CAP_AUDIT_READ" : "CAP_MAC_ADMIN";
}

/* Which attribute is missing, and in what. */
static void put_missing(char *to, size_t size, const struct exchange *x, const struct refusal *r)
{
	struct located at = { .set = x->op->set };
	char in[200] = "";

	if (r->missing_nest) {
		locate(&at, x, r->missing_nest);
		if (at.line)
			snprintf(in, sizeof(in), " in the %s on line %u", at.name, at.line);
		else
			snprintf(in, sizeof(in), " in %s", at.name);
	}
	snprintf(to, size, " (attribute %s is missing%s)",
		 at.set && r->missing <= at.set->max ? at.set->attrs[r->missing].name : "?", in);
}

/* Which attribute is wrong. */
static void put_wrong(char *to, size_t size, const struct exchange *x, const struct refusal *r)
{
	struct located at;

	locate(&at, x, r->offset);
	if (at.line)
		snprintf(to, size, " (attribute %s of the rule on line %u)", at.name, at.line);
	else if (at.name[0])
		snprintf(to, size, " (attribute %s)", at.name);
}

static void explain_refusal(struct exchange *x, int error, const struct refusal *r)
{
	char where[256] = "", advice[160] = "";

	if (r->missing)
		put_missing(where, sizeof(where), x, r);
	else if (r->offset)
		put_wrong(where, sizeof(where), x, r);
	if (error == -EPERM && (!r->message || strstr(r->message, "CAP_")))
		snprintf(advice, sizeof(advice),
			 "run it as root, or with %s in the initial user namespace",
			 capability_of(x->op));
	else if (error == -EPROTONOSUPPORT)
		snprintf(advice, sizeof(advice),
			 "the module is being removed; wardenctl stop lets it go");
	warden_fault_set(x->fault, error, advice, "%s%s",
			 r->message ? r->message : strerror(-error), where);
}

static int keep_answer(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;
	const struct nlmsghdr *h = nlmsg_hdr(msg);
	struct answer *a;
	int len = nlmsg_datalen(h) - GENL_HDRLEN;

	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		x->torn = true;
	if (len < 0)
		return NL_SKIP;
	a = warden_array_add(&x->answers);
	a->len = (size_t)len;
	a->data = warden_array_zeroed(1, a->len + 1);
	memcpy(a->data, (const uint8_t *)nlmsg_data(h) + GENL_HDRLEN, a->len);
	return NL_OK;
}

static int take_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;

	(void)msg;
	x->done = true;
	return NL_STOP;
}

static int take_end_of_dump(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;
	const struct nlmsghdr *h = nlmsg_hdr(msg);
	struct refusal r = { NULL, 0, 0, 0 };
	int error = 0;

	x->done = true;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		x->torn = true;
	if (nlmsg_datalen(h) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(h), sizeof(error));
	if (error >= 0)
		return NL_STOP;
	if (h->nlmsg_flags & NLM_F_ACK_TLVS)
		read_refusal(&r,
			     (const struct nlattr *)((const uint8_t *)nlmsg_data(h) +
						     NLMSG_ALIGN(sizeof(error))),
			     nlmsg_datalen(h) - (int)NLMSG_ALIGN(sizeof(error)));
	x->error = error;
	explain_refusal(x, error, &r);
	return NL_STOP;
}

static int take_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	/* libnl hands on the inside of the message it has just checked. */
	const struct nlmsghdr *h = (const struct nlmsghdr *)((const uint8_t *)e - NLMSG_HDRLEN);
	struct exchange *x = arg;
	struct refusal r = { NULL, 0, 0, 0 };
	size_t skip = sizeof(*e);

	(void)from;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	if ((h->nlmsg_flags & NLM_F_ACK_TLVS) && (size_t)nlmsg_datalen(h) > skip)
		read_refusal(&r, (const struct nlattr *)((const uint8_t *)e + skip),
			     nlmsg_datalen(h) - (int)skip);
	x->done = true;
	x->error = e->error;
	explain_refusal(x, e->error, &r);
	return NL_STOP;
}

static struct nl_cb *callbacks_for(struct exchange *x)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, keep_answer, x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, take_ack, x);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, take_end_of_dump, x);
	nl_cb_err(cb, NL_CB_CUSTOM, take_error, x);
	return cb;
}

static int transport_fault(struct exchange *x, int nlerr)
{
	return warden_fault_set(x->fault, -EIO, "try again", "netlink failed: %s",
				nl_geterror(nlerr));
}

static int receive_all(struct warden_nl *nl, struct exchange *x)
{
	struct nl_cb *cb = callbacks_for(x);
	int err = 0;

	if (!cb)
		return warden_fault_set(x->fault, -ENOMEM, "", "no memory");
	while (!x->done && err >= 0) {
		err = nl_recvmsgs(nl->sock, cb);
		if (err == -NLE_DUMP_INTR) { /* told after the end; torn is set already */
			x->torn = true;
			err = 0;
		}
	}
	nl_cb_put(cb);
	if (err < 0 && !x->error)
		return transport_fault(x, err);
	return x->error;
}

static void drop_answers(struct exchange *x)
{
	size_t i;

	for (i = 0; i < x->answers.n; i++)
		free(x->answers.v[i].data);
	free(x->answers.v);
	memset(&x->answers, 0, sizeof(x->answers));
}

/* The heads alone: the attributes are sent from where they are. */
static struct nl_msg *make_heads(struct warden_nl *nl, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
				NLM_F_REQUEST | NLM_F_ACK | flags, (uint8_t)cmd,
				WARDEN_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int send_request(struct warden_nl *nl, struct nl_msg *msg, const struct exchange *x)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct iovec parts[] = { { h, h->nlmsg_len }, { (void *)(uintptr_t)x->attrs, x->len } };

	nl_complete_msg(nl->sock, msg);
	h->nlmsg_len += (uint32_t)x->len;
	return nl_send_iovec(nl->sock, msg, parts, x->len ? 2 : 1);
}

/* Sends and receives; the answers are in @x. */
static int talk(struct warden_nl *nl, struct exchange *x, int cmd, int flags, const uint8_t *attrs,
		size_t len)
{
	struct nl_msg *msg = make_heads(nl, cmd, flags);
	int err;

	if (!msg)
		return warden_fault_set(x->fault, -ENOMEM, "", "no memory");
	x->op = warden_wire_op(cmd);
	x->attrs = attrs;
	x->len = len;
	err = send_request(nl, msg, x);
	err = err < 0 ? transport_fault(x, err) : receive_all(nl, x);
	nlmsg_free(msg);
	return err;
}

static int hand_on(struct exchange *x, warden_object_fn fn, void *ctx)
{
	struct warden_object o;
	size_t i;
	int err;

	for (i = 0; fn && i < x->answers.n; i++) {
		const struct answer *a = &x->answers.v[i];

		if (warden_object_parse(&o, x->op->set, a->data, a->len))
			return warden_fault_set(
				x->fault, -EBADMSG, "use the wardenctl that came with the module",
				"the module's answer to %s cannot be read", x->op->name);
		err = fn(ctx, &o);
		if (err)
			return err;
	}
	return 0;
}

int warden_nl_do(struct warden_nl *nl, int cmd, const struct warden_blob *request,
		 warden_object_fn fn, void *ctx, struct warden_fault *f)
{
	struct exchange x = { .fault = f };
	int err = talk(nl, &x, cmd, 0, request ? request->data : NULL, request ? request->len : 0);

	if (!err)
		err = hand_on(&x, fn, ctx);
	drop_answers(&x);
	return err;
}

int warden_nl_dump(struct warden_nl *nl, int cmd, const struct warden_blob *request,
		   warden_object_fn fn, void *ctx, struct warden_fault *f)
{
	int tries, err = 0;

	for (tries = 1; tries <= DUMP_TRIES; tries++) {
		struct exchange x = { .fault = f };

		err = talk(nl, &x, cmd, NLM_F_DUMP, request ? request->data : NULL,
			   request ? request->len : 0);
		if (!err && (!x.torn || tries == DUMP_TRIES)) {
			err = hand_on(&x, fn, ctx);
			tries = DUMP_TRIES;
		}
		drop_answers(&x);
		if (err)
			break;
	}
	return err;
}

static void set_option(struct nl_sock *sock, int option)
{
	int on = 1;

	/* An older kernel without it gives less text, nothing worse. */
	(void)setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, option, &on, sizeof(on));
}

static struct nl_sock *connect_socket(struct warden_fault *f)
{
	struct nl_sock *sock = nl_socket_alloc();
	int err;

	if (!sock) {
		warden_fault_set(f, -ENOMEM, "", "no memory");
		return NULL;
	}
	err = genl_connect(sock);
	if (err < 0) {
		warden_fault_set(f, -EIO, "", "no generic netlink socket: %s", nl_geterror(err));
		nl_socket_free(sock);
		return NULL;
	}
	set_option(sock, NETLINK_EXT_ACK);
	set_option(sock, NETLINK_CAP_ACK);
	set_option(sock, NETLINK_GET_STRICT_CHK);
	return sock;
}

static int no_family(struct warden_fault *f)
{
	if (!access(SYSFS_OF_MODULE, F_OK))
		return warden_fault_set(f, -ENOENT, "run it in the initial network namespace",
					"the warden module is loaded, but cannot be reached from "
					"this network namespace");
	return warden_fault_set(f, -ENOENT, "insmod warden.ko, or see wardenctl doctor",
				"the warden module is not loaded");
}

int warden_nl_open(struct warden_nl **out, struct warden_fault *f)
{
	struct warden_nl *nl = warden_array_zeroed(1, sizeof(*nl));

	nl->sock = connect_socket(f);
	if (!nl->sock) {
		free(nl);
		return -EIO;
	}
	nl->family = genl_ctrl_resolve(nl->sock, WARDEN_FAMILY_NAME);
	if (nl->family < 0) {
		warden_nl_close(nl);
		return no_family(f);
	}
	*out = nl;
	return 0;
}

void warden_nl_close(struct warden_nl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->events);
	nl_socket_free(nl->sock);
	free(nl);
}

static void widen_buffer(struct nl_sock *sock)
{
	int size = EVENT_BUFFER, fd = nl_socket_get_fd(sock);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int warden_nl_audit_join(struct warden_nl *nl, struct warden_fault *f)
{
	int group = genl_ctrl_resolve_grp(nl->sock, WARDEN_FAMILY_NAME, WARDEN_MCGRP_AUDIT);
	int err;

	if (group < 0)
		return warden_fault_set(f, -ENOENT, "use the wardenctl that came with the module",
					"the module has no group `%s`", WARDEN_MCGRP_AUDIT);
	nl->events = connect_socket(f);
	if (!nl->events)
		return -EIO;
	nl_socket_set_nonblocking(nl->events);
	widen_buffer(nl->events);
	err = nl_socket_add_membership(nl->events, group);
	if (err == -NLE_PERM)
		return warden_fault_set(f, -EPERM,
					"run it as root, or with CAP_AUDIT_READ in the initial "
					"user namespace",
					"the audit group may not be joined");
	if (err < 0)
		return warden_fault_set(f, -EIO, "", "the audit group cannot be joined: %s",
					nl_geterror(err));
	return 0;
}

/* What is multicast answers no request of ours, so its number says nothing. */
static int take_any_sequence(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static int receive_events(struct warden_nl *nl, struct exchange *x)
{
	struct nl_cb *cb = callbacks_for(x);
	int err;

	if (!cb)
		return warden_fault_set(x->fault, -ENOMEM, "", "no memory");
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, take_any_sequence, NULL);
	err = nl_recvmsgs(nl->events, cb);
	nl_cb_put(cb);
	if (err == -NLE_NOMEM) /* what libnl makes of ENOBUFS */
		return -ENOBUFS;
	if (err < 0 && err != -NLE_AGAIN)
		return transport_fault(x, err);
	return 0;
}

int warden_nl_audit_wait(struct warden_nl *nl, int timeout_ms, warden_object_fn fn, void *ctx,
			 struct warden_fault *f)
{
	struct exchange x = { .fault = f, .op = warden_wire_op(WARDEN_CMD_AUDIT_NTF) };
	struct pollfd poll_fd = { .fd = nl_socket_get_fd(nl->events), .events = POLLIN };
	int n = poll(&poll_fd, 1, timeout_ms);
	int err;

	if (n < 0)
		return errno == EINTR
			       ? -EINTR
			       : warden_fault_set(f, -errno, "", "poll: %s", strerror(errno));
	if (!n)
		return -ETIMEDOUT;
	err = receive_events(nl, &x);
	if (!err)
		err = hand_on(&x, fn, ctx);
	drop_answers(&x);
	return err;
}

int warden_nl_audit_fd(const struct warden_nl *nl)
{
	return nl_socket_get_fd(nl->events);
}

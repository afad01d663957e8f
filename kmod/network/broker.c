// SPDX-License-Identifier: GPL-2.0-only
/*
 * Brokers: programs that have a sensor and hand on what it tells, at a port or a local
 * socket that the policy names. To connect there is to use the sensor, by the program
 * that connects: a session, which lasts until that socket is closed or lost its ground.
 *
 * Of a port, whatever the address: a machine has many of its own, and who forwards a port
 * gives it others. broker-link.c has the table of connections, broker-local.c knows which
 * local sockets are brokers', broker-old.c finds connections from before the policy,
 * broker-ending.c ends one, broker-passing.c says who else may have it, and broker-record.c
 * tells of it.
 */
#include <linux/cred.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "broker-priv.h"
#include "broker.h"
#include "device/classify.h"
#include "egress.h"
#include "policy/layers.h"
#include "session/session.h"

/* Looks at a verdict that is outdated as soon as it is made. */
#define LOOKS 3

/* --- whom a socket is to ------------------------------------------------------- */

/* Where a server of plain TCP is spoken to with MPTCP or SMC, it is spoken to all the same. */
static u16 protocol_of(const struct sock *sk)
{
	if (sk->sk_family == AF_SMC || sk->sk_protocol == IPPROTO_MPTCP ||
	    sk->sk_protocol == IPPROTO_SMC)
		return IPPROTO_TCP;
	return sk->sk_protocol;
}

/**
 * struct target - where somebody connects
 * @where: name of a local socket; NULL is a port
 * @protocol: IPPROTO_*
 * @port: host order
 */
struct target {
	const char *where;
	u16 protocol;
	u16 port;
};

static bool is_at(const struct warden_broker *b, const struct target *t)
{
	if (t->where)
		return b->path[0] && warden_classify_matches(b->path, t->where);
	return !b->path[0] && b->protocol == t->protocol && b->port == t->port;
}

static bool find(const struct target *t, struct warden_broker *found)
{
	const struct warden_layers *layers;
	const struct warden_broker *b;
	bool is = false;
	u32 i, n;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	for (i = 0; i < layers->nr && !is; i++) {
		for (n = 0; n < layers->layer[i]->nr_brokers && !is; n++) {
			b = &layers->layer[i]->brokers[n];
			is = is_at(b, t);
			if (is)
				*found = *b;
		}
	}
	rcu_read_unlock();
	return is;
}

/**
 * warden_broker_at() - which broker has a local socket of this name?
 * @where: a path, or "@" and an abstract name
 * @found: filled in where there is one
 *
 * Context: Any; does not sleep.
 * Return: true if the policy names one.
 */
bool warden_broker_at(const char *where, struct warden_broker *found)
{
	return find(&(struct target){ .where = where }, found);
}

/**
 * warden_broker_at_port() - which broker is found at a port?
 * @protocol: IPPROTO_*
 * @port: host order
 * @found: filled in where there is one
 *
 * Context: Any; does not sleep.
 * Return: true if the policy names one.
 */
bool warden_broker_at_port(u16 protocol, u16 port, struct warden_broker *found)
{
	return find(&(struct target){ .protocol = protocol, .port = port }, found);
}

/**
 * warden_link_is_named() - does the policy still say that this is a broker?
 * @l: the connection
 *
 * Context: Any; does not sleep.
 * Return: true if it does.
 */
bool warden_link_is_named(const struct warden_link *l)
{
	struct target t = { .protocol = protocol_of(l->sk), .port = l->broker.port };
	struct warden_broker now;

	if (l->where[0])
		t.where = l->where;
	return find(&t, &now);
}

/* --- one connection ------------------------------------------------------------- */

static const char *path_of_current(gfp_t gfp)
{
	char *buf = kmalloc(WARDEN_PATH_MAX + 1, gfp);
	const char *path = NULL;

	if (buf)
		path = kstrdup(warden_identity_path(buf, WARDEN_PATH_MAX + 1), gfp);
	kfree(buf);
	return path;
}

static void identify(struct warden_link *l, gfp_t gfp)
{
	if (gfpflags_allow_blocking(gfp))
		warden_identity_of_current(&l->identity);
	else
		l->identity.reason = WARDEN_REASON_PROGRAM_UNREADABLE;
	if (!l->identity.reason && warden_judge_is_traced())
		l->identity.reason = WARDEN_REASON_PROGRAM_TRACED;
	l->path = path_of_current(gfp);
}

/**
 * warden_link_new() - a connection by the current program, which is in no table yet
 * @sk: its socket
 * @gfp: where this may not sleep, its program cannot be told
 *
 * Context: Process context; as @gfp says.
 * Return: the connection, held once; NULL without memory.
 */
struct warden_link *warden_link_new(struct sock *sk, gfp_t gfp)
{
	struct warden_link *l = kzalloc(sizeof(*l), gfp | __GFP_ACCOUNT);

	if (!l)
		return NULL;
	refcount_set(&l->users, 1);
	l->sk = sk;
	sock_hold(sk);
	l->uid = from_kuid(&init_user_ns, current_uid());
	l->pid = get_pid(task_tgid(current));
	l->thread = get_pid(task_pid(current));
	l->since = ktime_get_boottime_ns();
	init_completion(&l->done);
	identify(l, gfp);
	return l;
}

/**
 * warden_link_put() - let go of a connection
 * @l: the connection, or NULL
 *
 * Context: Any.
 */
void warden_link_put(struct warden_link *l)
{
	if (!l || !refcount_dec_and_test(&l->users))
		return;
	sock_put(l->sk);
	put_pid(l->thread);
	put_pid(l->pid);
	kfree(l->path);
	kfree(l);
}

/**
 * warden_link_refuse() - record that a connection is refused, whatever the policy says
 * @l: the connection
 * @reason: enum warden_reason
 *
 * Context: Process context of its program; does not sleep.
 */
void warden_link_refuse(struct warden_link *l, u8 reason)
{
	struct warden_request req = warden_link_request(l);

	l->answer.denied = true;
	l->answer.observed = false;
	l->answer.differs = false;
	l->answer.reason = reason;
	warden_judge_tell(&req, &l->answer, l->broker.name, 0);
}

/**
 * warden_link_judge() - may the program of a connection use its broker's sensor?
 * @l: the connection, whose broker is set
 *
 * Context: Process context of that program; does not sleep.
 * Return: 0, -EACCES, or -ENOMEM, which are recorded.
 */
int warden_link_judge(struct warden_link *l)
{
	struct warden_request req = warden_link_request(l);
	int err;

	req.session = 0; /* a consent for one open is still to be taken */
	err = warden_judge(&req, &l->answer);
	if (!err && warden_egress_use(l->broker.class, 0)) {
		warden_link_refuse(l, WARDEN_REASON_NO_MEMORY);
		return -ENOMEM;
	}
	if (warden_answer_tells(&l->answer))
		warden_judge_tell(&req, &l->answer, l->broker.name, 0);
	return err;
}

/**
 * warden_link_begin() - have a connection judged, and begin it
 * @l: the connection, whose broker is set
 *
 * Context: Process context of its program, does not sleep.
 * Return: 0, or a negative errno, which is recorded.
 */
int warden_link_begin(struct warden_link *l)
{
	int looks, err = -EAGAIN;

	for (looks = 0; looks < LOOKS && err == -EAGAIN; looks++)
		err = warden_link_judge(l) ?: warden_link_add(l);
	if (!err && l->answer.has_receipt)
		warden_session_shroud();
	if (err == -EAGAIN) { /* what changes faster is not worth waiting for */
		warden_link_refuse(l, WARDEN_REASON_POLICY_CHANGED);
		err = -EACCES;
	}
	return err;
}

/* --- ports ------------------------------------------------------------------------------ */

/* Is it one more datagram, or connect() of a socket that connects or is connected? */
static bool may_stand(const struct socket *sock)
{
	return sock->type == SOCK_DGRAM || READ_ONCE(sock->sk->sk_state) != TCP_CLOSE;
}

/**
 * warden_broker_connect() - may the current program speak to this port?
 * @sock: a socket of TCP or UDP, or of another family that speaks to one of those
 * @port: of the other side, host order
 *
 * Who sends one datagram is connected from then on: what is answered comes to the same
 * socket. What could not be ended, when consent is taken back, does not begin.
 *
 * Context: Process context, sleeps.
 * Return: 0; -EACCES; -ENFILE with too many connections; -ENOMEM.
 */
int warden_broker_connect(struct socket *sock, u16 port)
{
	const struct target t = { .protocol = protocol_of(sock->sk), .port = port };
	struct warden_broker broker;
	struct warden_link *l;
	int err;

	if (!find(&t, &broker) || (may_stand(sock) && warden_link_stands(sock->sk, &broker)))
		return 0;
	l = warden_link_new(sock->sk, GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->broker = broker;
	if (l->sk->sk_prot->diag_destroy) {
		err = warden_link_begin(l);
	} else {
		err = warden_link_judge(l);
		if (!err)
			warden_link_refuse(l, WARDEN_REASON_PORT_NOT_NAMED);
		err = -EACCES;
	}
	warden_link_put(l);
	return err;
}

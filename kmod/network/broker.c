// SPDX-License-Identifier: GPL-2.0-only
/*
 * Brokers: programs that have a sensor and hand on what it tells, at a port the policy
 * names. To connect there is to use the sensor, by the program that connects; and the
 * connection ends when that lost its ground.
 *
 * Whatever the address: a machine has many of its own, and who forwards a port gives
 * it others.
 */
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "broker.h"
#include "consent/consent.h"
#include "judge/judge.h"
#include "policy/layers.h"
#include "program/identity.h"
#include "record/record.h"
#include "sweep.h"

/* Numbers of connections, apart from those of sessions, for consents that are for one. */
#define FIRST_ID (1ULL << 63)

/* How long a socket may take from the hook to its first packet. */
#define CONNECT_NS NSEC_PER_SEC

/**
 * struct link - a connection to a broker
 * @node: in @links, or in the list of those that are ended
 * @sk: held
 * @broker: whom it is to, copied
 * @identity: program that connected
 * @uid: its real user id
 * @pid: its thread group
 * @id: its number
 * @since: boot-time clock, in ns
 * @answer: what allowed it
 */
struct link {
	struct list_head node;
	struct sock *sk;
	struct warden_broker broker;
	struct warden_identity identity;
	u32 uid;
	struct pid *pid;
	u64 id;
	u64 since;
	struct warden_answer answer;
};

/* Protects what is below; a verdict, and the lock of a socket, nest in it. */
static DEFINE_MUTEX(links_lock);
static LIST_HEAD(links);
static u32 nr_links;
static u64 next_id = FIRST_ID;

/* Where a server of plain TCP is spoken to with MPTCP or SMC, it is spoken to all the same. */
static u16 protocol_of(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_MPTCP || sk->sk_protocol == IPPROTO_SMC ? IPPROTO_TCP :
										     sk->sk_protocol;
}

static bool find(u16 protocol, u16 port, struct warden_broker *found)
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
			is = b->protocol == protocol && b->port == port;
			if (is)
				*found = *b;
		}
	}
	rcu_read_unlock();
	return is;
}

static struct warden_request request_of(const struct link *l)
{
	return (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = l->uid,
		.subject = &l->identity,
		.class = l->broker.class,
		.topology = l->broker.key,
		.process = (unsigned long)l->pid,
		.session = l->id,
	};
}

static void drop(struct link *l)
{
	if (l->answer.has_receipt && l->answer.validity == WARDEN_CONSENT_VALIDITY_ONCE)
		warden_consent_used_up(l->answer.receipt, l->id);
	sock_put(l->sk);
	put_pid(l->pid);
	kfree(l);
}

/* Closed by its holder, or by the other side. */
static bool is_over(const struct link *l)
{
	return sock_flag(l->sk, SOCK_DEAD) ||
	       (READ_ONCE(l->sk->sk_state) == TCP_CLOSE &&
		ktime_get_boottime_ns() - l->since > CONNECT_NS);
}

static void forget_over(struct list_head *over)
{
	struct link *l, *next;

	lockdep_assert_held(&links_lock);
	list_for_each_entry_safe(l, next, &links, node) {
		if (!is_over(l))
			continue;
		list_move(&l->node, over);
		nr_links--;
	}
}

static void drop_all(struct list_head *over)
{
	struct link *l, *next;

	list_for_each_entry_safe(l, next, over, node)
		drop(l);
}

static int judge(struct link *l)
{
	struct warden_request req = request_of(l);
	int err;

	req.session = 0; /* a consent for one open is still to be taken */
	req.process = (unsigned long)task_tgid(current);
	err = warden_judge(&req, &l->answer);
	if (warden_answer_tells(&l->answer))
		warden_judge_tell(&req, &l->answer, l->broker.name, 0);
	return err;
}

/* Seen by each review from here on; so the verdict is looked at once more. */
static int enlist(struct link *l)
{
	struct warden_answer *a = &l->answer;
	LIST_HEAD(over);
	int err = 0;

	mutex_lock(&links_lock);
	forget_over(&over);
	l->id = next_id++;
	if (nr_links >= WARDEN_SESSIONS_MAX)
		err = -ENFILE;
	else if (!warden_judge_holds(a) ||
		 (a->has_receipt && !warden_consent_use(&l->identity.digest, a->receipt,
							(unsigned long)l->pid, l->id)))
		err = -EACCES;
	if (!err) {
		list_add_tail(&l->node, &links);
		nr_links++;
	}
	mutex_unlock(&links_lock);
	drop_all(&over);
	return err;
}

static struct link *new_link(struct socket *sock, const struct warden_broker *broker)
{
	struct link *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->broker = *broker;
	l->sk = sock->sk;
	sock_hold(l->sk);
	l->uid = from_kuid(&init_user_ns, current_uid());
	l->pid = get_pid(task_tgid(current));
	l->since = ktime_get_boottime_ns();
	warden_identity_of_current(&l->identity);
	return l;
}

/* What could not be ended, when consent is taken back, does not begin. */
static int refuse_endless(struct link *l)
{
	struct warden_request req = request_of(l);

	l->answer.denied = true;
	l->answer.observed = false;
	l->answer.reason = WARDEN_REASON_PORT_NOT_NAMED;
	warden_judge_tell(&req, &l->answer, l->broker.name, 0);
	return -EACCES;
}

/* One message: a consent for one open, or one process, is taken by it. */
static int use_once(struct link *l)
{
	if (!l->answer.has_receipt)
		return 0;
	mutex_lock(&links_lock);
	l->id = next_id++;
	mutex_unlock(&links_lock);
	return warden_consent_use(&l->identity.digest, l->answer.receipt, (unsigned long)l->pid,
				  l->id) ? 0 : -EACCES;
}

/**
 * warden_broker_connect() - may the current program speak to this port?
 * @sock: a socket of TCP or UDP
 * @port: of the other side, host order
 * @lasts: the socket stays connected; false for one message
 *
 * A policy that changes in this very moment denies; who tries again is asked anew.
 *
 * Context: Process context, sleeps.
 * Return: 0; -EACCES; -ENFILE with too many connections; -ENOMEM.
 */
int warden_broker_connect(struct socket *sock, u16 port, bool lasts)
{
	struct warden_broker broker;
	struct link *l;
	int err;

	if (!find(protocol_of(sock->sk), port, &broker))
		return 0;
	l = new_link(sock, &broker);
	if (!l)
		return -ENOMEM;
	err = judge(l);
	if (!err && !l->sk->sk_prot->diag_destroy)
		err = refuse_endless(l);
	if (!err && lasts) {
		err = enlist(l);
		if (!err)
			return 0;
	} else if (!err) {
		err = use_once(l);
	}
	l->answer.has_receipt &= !err && !lasts; /* else it was not used */
	drop(l);
	return err;
}

/* --- the end ------------------------------------------------------------------ */

static bool lost_ground(const struct link *l)
{
	struct warden_request req = request_of(l);
	struct warden_answer answer;
	struct warden_broker now;

	return find(protocol_of(l->sk), l->broker.port, &now) && warden_judge(&req, &answer);
}

static void tell(const struct link *l, u32 reason, u64 took)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = WARDEN_EVENT_SESSION_END;
	r->domain = WARDEN_DOMAIN_SENSOR;
	r->action = WARDEN_ACTION_ALLOW;
	r->reason = reason;
	r->line = l->answer.line;
	r->policy_version = l->answer.version;
	r->layer = l->answer.layer;
	r->generation = l->answer.generation;
	r->count = 1;
	r->pid = pid_nr(l->pid);
	r->uid = l->uid;
	r->class = l->broker.class;
	r->program_digest = l->identity.digest;
	r->has_receipt = l->answer.has_receipt;
	memcpy(r->receipt, l->answer.receipt, sizeof(r->receipt));
	strscpy(r->program, l->answer.label, sizeof(r->program));
	strscpy(r->object, l->broker.name, sizeof(r->object));
	r->took = took;
	warden_record_add(r);
	kfree(r);
}

static unsigned int end(bool (*wanted)(const struct link *l), u32 reason, u64 since)
{
	struct link *l, *next;
	unsigned int nr = 0;
	LIST_HEAD(over);

	mutex_lock(&links_lock);
	forget_over(&over);
	list_for_each_entry_safe(l, next, &links, node) {
		if (!wanted(l))
			continue;
		warden_sweep_end(l->sk);
		tell(l, reason, ktime_get_boottime_ns() - since);
		list_move(&l->node, &over);
		nr_links--;
		nr++;
	}
	mutex_unlock(&links_lock);
	drop_all(&over);
	return nr;
}

/**
 * warden_broker_review() - end each connection to a broker that would not be allowed now
 * @reason: enum warden_reason, why it is looked at
 * @since: boot-time clock in ns, when that began
 *
 * Context: Process context, sleeps.
 * Return: how many were ended.
 */
unsigned int warden_broker_review(u32 reason, u64 since)
{
	return end(lost_ground, reason, since);
}

static bool is_any(const struct link *l)
{
	return true;
}

/**
 * warden_broker_end_all() - end each connection to a broker
 * @reason: enum warden_reason
 * @since: boot-time clock in ns, when that began
 *
 * Context: Process context, sleeps.
 * Return: how many were ended.
 */
unsigned int warden_broker_end_all(u32 reason, u64 since)
{
	return end(is_any, reason, since);
}

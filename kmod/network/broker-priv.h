/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of brokers share. Others include broker.h. */
#ifndef WARDEN_BROKER_PRIV_H
#define WARDEN_BROKER_PRIV_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "judge/judge.h"
#include "policy/snapshot.h"
#include "program/identity.h"

struct sock;
struct socket;

/* Characters of a name by which a local socket was recognized, the end of the text counted. */
#define WARDEN_BROKER_NAME_SIZE 128

/**
 * enum warden_link_state - how far a connection came
 * @WARDEN_LINK_PREPARED: its program is known, and not yet whom it connects to
 * @WARDEN_LINK_LIVE: it was allowed
 * @WARDEN_LINK_ENDED: it lost its ground; kept until its socket is closed
 */
enum warden_link_state {
	WARDEN_LINK_PREPARED,
	WARDEN_LINK_LIVE,
	WARDEN_LINK_ENDED,
};

/**
 * struct warden_link - a connection to a broker, by the socket of the one who connects
 * @node: in the table, by @sk; under the lock of links, as are @state and @id
 * @prepared: in the table of those that are prepared, by @thread; under the lock of links
 * @ending: in the list of those that somebody ends
 * @over: in the list of those that left the table
 * @users: the table, and whoever works on it
 * @state: enum warden_link_state
 * @sk: held
 * @broker: whom it is to, copied
 * @where: the name of the local socket it is to; empty for a port
 * @identity: program that connected
 * @path: of that program, where the policy does not name it; NULL where it does, or
 *	  without memory
 * @uid: its real user id
 * @pid: its thread group, or NULL
 * @thread: the thread that made it
 * @id: its number
 * @since: boot-time clock, in ns
 * @early: boot-time clock in ns, when it was ended before its connect() had begun; else 0
 * @answer: what allowed it
 * @work: ends it
 * @done: that was done
 */
struct warden_link {
	struct hlist_node node;
	struct hlist_node prepared;
	struct list_head ending;
	struct list_head over;
	refcount_t users;
	u8 state;
	struct sock *sk;
	struct warden_broker broker;
	char where[WARDEN_BROKER_NAME_SIZE];
	struct warden_identity identity;
	const char *path;
	u32 uid;
	struct pid *pid;
	struct pid *thread;
	u64 id;
	u64 since;
	u64 early;
	struct warden_answer answer;
	struct work_struct work;
	struct completion done;
};

/* What is asked for it, now or when it is looked at again. */
static inline struct warden_request warden_link_request(const struct warden_link *l)
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

/* The policy's name for its program, else the path of its file. */
static inline const char *warden_link_program(const struct warden_link *l)
{
	return l->answer.label[0] ? l->answer.label : l->path ?: "";
}

/* broker.c: verdicts */
bool warden_broker_at(const char *where, struct warden_broker *found);
bool warden_broker_at_port(u16 protocol, u16 port, struct warden_broker *found);
struct warden_link *warden_link_new(struct sock *sk, gfp_t gfp);
void warden_link_put(struct warden_link *l);
int warden_link_judge(struct warden_link *l);
void warden_link_refuse(struct warden_link *l, u8 reason);
int warden_link_begin(struct warden_link *l);
bool warden_link_is_named(const struct warden_link *l);

/* broker-link.c: the table */
int warden_link_add(struct warden_link *l);
bool warden_link_stands(const struct sock *sk, const struct warden_broker *broker);
bool warden_link_has(const struct sock *sk);
void warden_link_prepare(struct warden_link *l);
struct warden_link *warden_link_take_prepared(const struct sock *sk);
struct warden_link *warden_link_find(const struct sock *sk, u64 id);
struct warden_link *warden_link_find_any(bool (*wanted)(const struct warden_link *l));
void warden_link_pick(bool (*wanted)(const struct warden_link *l), struct list_head *list);
void warden_link_remove(bool (*gone)(const struct warden_link *l), struct list_head *list);
bool warden_link_any(void);
bool warden_link_for_each(bool (*look)(struct warden_link *l));
void warden_link_recheck(struct sock *sk);
void warden_link_count_others(int nr);
bool warden_broker_is_watched(void);

/* broker-ending.c: the end */
void warden_link_drop_later(struct list_head *list);
void warden_link_end_born(struct warden_link *l);

/* broker-record.c: what is told of one */
void warden_link_tell(const struct warden_link *l, u32 event, u32 reason);
void warden_link_tell_ended(const struct warden_link *l, u32 event, u32 reason, u64 took);

/* broker-local.c: which local sockets are brokers' */
bool warden_local_is_broker(struct sock *sk, char *where, struct warden_broker *broker);
void warden_local_forget(const struct sock *sk);
void warden_local_forget_all(void);

#endif /* WARDEN_BROKER_PRIV_H */

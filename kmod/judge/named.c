// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses of a sensor that are no open of its file: each is judged, by the name of what is
 * used, and told. Most are over at once. Where something stays open the first begins a session,
 * and its holder's others are part of that.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "consent/consent.h"
#include "judge.h"
#include "named.h"
#include "network/egress.h"
#include "policy/snapshot.h"
#include "program/identity.h"
#include "program/quarantine.h"
#include "record/record.h"
#include "session/light.h"
#include "session/session.h"

/* Numbers of uses that last, apart from those of sessions on files and of connections. */
#define FIRST_ID (1ULL << 41)

static atomic64_t next_id = ATOMIC64_INIT(FIRST_ID);

/**
 * struct warden_named_holder - one use that was allowed: who, of what, on what ground
 * @id: number, where it lasts
 * @since: boot-time clock in ns, when it began to last
 * @class: enum warden_sensor_class
 * @name: what is used
 * @uid: real user id
 * @pid: thread group
 * @identity: program
 * @answer: what allowed it
 * @path: of the program, where the policy does not name it
 */
struct warden_named_holder {
	u64 id;
	u64 since;
	u32 class;
	const char *name;
	u32 uid;
	struct pid *pid;
	struct warden_identity identity;
	struct warden_answer answer;
	char path[WARDEN_PATH_MAX + 1];
};

/* By consents for one open that are this process's already; else by what nobody has used yet, too. */
static int judge_use(const struct warden_request *req, struct warden_answer *answer)
{
	struct warden_request first = *req;
	int err = warden_judge(req, answer);

	if (answer->reason != WARDEN_REASON_NO_CONSENT)
		return err;
	first.claims = true;
	return warden_judge(&first, answer);
}

/*
 * Does the consent it rests on let this process? One that is for one open has none to
 * end with here, and is the process's that came first, as one that is for one process.
 */
static int claim(const struct warden_request *req, struct warden_answer *answer)
{
	if (warden_judge_claim(0, req, answer, req->session))
		return 0;
	answer->denied = true;
	answer->reason = WARDEN_REASON_NO_CONSENT;
	return -EACCES;
}

static struct warden_request request(u32 class, const char *name, struct pid *process, u32 uid,
				     const struct warden_identity *subject)
{
	return (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = uid,
		.subject = subject,
		.class = class,
		.topology = warden_snapshot_key(name),
		.process = (unsigned long)process,
		.session = (unsigned long)process,
	};
}

static struct warden_request ask(u32 class, const char *name, struct warden_identity *subject)
{
	if (!subject->reason && warden_judge_is_traced())
		subject->reason = WARDEN_REASON_PROGRAM_TRACED;
	return request(class, name, task_tgid(current), from_kuid(&init_user_ns, current_uid()),
		       subject);
}

static int judge(const struct warden_request *req, const char *name, struct warden_answer *answer)
{
	int err = judge_use(req, answer) ?: claim(req, answer) ?: warden_egress_use(req->class, 0);

	if (warden_answer_tells(answer))
		warden_judge_tell(req, answer, name, 0);
	return err;
}

/* --- what is told ---------------------------------------------------------------- */

/* To be freed without a reference to its process, or closed. NULL without memory. */
static struct warden_named_holder *new_holder(const struct warden_request *req, const char *name,
					      const struct warden_answer *answer)
{
	struct warden_named_holder *h = kmalloc(sizeof(*h), GFP_ATOMIC | __GFP_NOWARN);
	const char *path;

	if (!h)
		return NULL;
	h->class = req->class;
	h->name = name;
	h->uid = req->uid;
	h->pid = task_tgid(current);
	h->identity = *req->subject;
	h->answer = *answer;
	path = answer->label[0] ? "" : warden_identity_path(h->path, sizeof(h->path));
	memmove(h->path, path, strlen(path) + 1); /* it may stand further back in there */
	return h;
}

static const char *program_of(const struct warden_named_holder *h)
{
	return h->answer.label[0] ? h->answer.label : h->path;
}

static void fill_key(const struct warden_named_holder *h, u32 event, u32 reason,
		     struct warden_record_key *key)
{
	memset(key, 0, sizeof(*key)); /* padding, too */
	key->generation = h->answer.generation;
	key->object = warden_snapshot_key(h->name);
	key->event = event;
	key->reason = reason;
	key->line = h->answer.line;
	key->pid = pid_nr(h->pid);
	key->uid = h->uid;
	key->class = h->class;
	key->observed = h->answer.observed;
	key->program = h->identity.digest;
	if (h->answer.has_receipt)
		memcpy(key->receipt, h->answer.receipt, sizeof(key->receipt));
}

static void fill_record(const struct warden_named_holder *h, u32 event, u32 reason,
			struct warden_record *r)
{
	const struct warden_answer *a = &h->answer;

	*r = (struct warden_record){
		.event = event, .domain = WARDEN_DOMAIN_SENSOR, .action = WARDEN_ACTION_ALLOW,
		.reason = reason, .observed = a->observed, .line = a->line, .layer = a->layer,
		.policy_version = a->version, .generation = a->generation, .count = 1,
		.pid = pid_nr(h->pid), .uid = h->uid, .class = h->class,
		.program_digest = h->identity.digest, .has_receipt = a->has_receipt,
	};
	memcpy(r->receipt, a->receipt, sizeof(r->receipt));
	strscpy(r->program, program_of(h), sizeof(r->program));
	strscpy(r->object, h->name, sizeof(r->object));
}

static struct warden_record *new_record(const struct warden_named_holder *h, u32 event, u32 reason)
{
	struct warden_record *r = kmalloc(sizeof(*r), GFP_ATOMIC | __GFP_NOWARN);

	if (r)
		fill_record(h, event, reason, r);
	else
		warden_record_lose(false);
	return r;
}

/* What equals a record of the last second is counted, not told again. */
static void tell(const struct warden_named_holder *h, u32 event, u32 reason)
{
	struct warden_record_key key;
	struct warden_record *r;

	fill_key(h, event, reason, &key);
	if (warden_record_repeat(&key, 1))
		return;
	r = new_record(h, event, reason);
	if (r)
		warden_record_add_keyed(r, &key);
	kfree(r);
}

/* An end that was brought about is told each time. */
static void tell_ended(const struct warden_named_holder *h, u32 reason, u64 took)
{
	struct warden_record *r = new_record(h, WARDEN_EVENT_SESSION_END, reason);

	if (!r)
		return;
	r->took = took;
	warden_record_add(r);
	kfree(r);
}

/* --- a use that is over at once --------------------------------------------------- */

static void tell_use(const struct warden_request *req, const char *name,
		     const struct warden_answer *answer)
{
	struct warden_named_holder *h = new_holder(req, name, answer);

	warden_light_flash(req->class);
	if (h)
		tell(h, WARDEN_EVENT_USE, answer->reason);
	else
		warden_record_lose(false);
	kfree(h);
}

static int use(u32 class, const char *name, struct warden_identity *subject)
{
	const struct warden_request req = ask(class, name, subject);
	struct warden_answer answer;
	int err = judge(&req, name, &answer);

	if (!err)
		tell_use(&req, name, &answer);
	return err;
}

/**
 * warden_named_use() - may the current program use this once?
 * @class: enum warden_sensor_class
 * @name: what is used; what a rule can name as a device, and what a record tells
 *
 * Context: Process context of the program, sleeps.
 * Return: 0, or a negative errno where it may not; both are recorded.
 */
int warden_named_use(u32 class, const char *name)
{
	struct warden_identity subject;

	warden_identity_of_current(&subject);
	return use(class, name, &subject);
}

/**
 * warden_named_use_as() - the same for the program that the current process is about to be
 * @class: enum warden_sensor_class
 * @name: what is used
 * @subject: the program
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno where it may not; both are recorded.
 */
int warden_named_use_as(u32 class, const char *name, const struct warden_identity *subject)
{
	struct warden_identity copy = *subject;

	return use(class, name, &copy);
}

/**
 * warden_named_use_now() - the same where the program is not to be read
 * @class: enum warden_sensor_class
 * @name: what is used
 *
 * Context: Process context of the program, does not sleep.
 * Return: 0, or a negative errno where it may not; both are recorded.
 */
int warden_named_use_now(u32 class, const char *name)
{
	struct warden_identity subject;

	warden_identity_known(&subject);
	return use(class, name, &subject);
}

/* --- one that lasts --------------------------------------------------------------- */

static bool is_holder(const struct warden_named_holder *h, const struct warden_request *req)
{
	return h && h->pid == task_tgid(current) &&
	       !memcmp(&h->identity.digest, &req->subject->digest, sizeof(h->identity.digest));
}

static int begin(struct warden_named_session *s, const struct warden_request *req,
		 const struct warden_answer *answer)
{
	lockdep_assert_held(&s->lock);
	s->holder = new_holder(req, s->name, answer);
	if (!s->holder) {
		warden_record_lose(false);
		return -ENOMEM;
	}
	get_pid(s->holder->pid);
	s->holder->id = atomic64_fetch_inc(&next_id);
	s->holder->since = ktime_get_boottime_ns();
	warden_light_add(s->class);
	tell(s->holder, WARDEN_EVENT_SESSION_START, answer->reason);
	return 0;
}

static void drop_holder(struct warden_named_session *s)
{
	struct warden_named_holder *h = s->holder;

	lockdep_assert_held(&s->lock);
	s->holder = NULL;
	warden_light_del(s->class);
	put_pid(h->pid);
	kfree(h);
}

static void end(struct warden_named_session *s, u32 reason)
{
	tell(s->holder, WARDEN_EVENT_SESSION_END, reason);
	drop_holder(s);
}

static bool lost_ground(const struct warden_named_holder *h)
{
	const struct warden_request req = request(h->class, h->name, h->pid, h->uid, &h->identity);
	struct warden_answer answer;

	return warden_judge(&req, &answer); /* by what is its own: what nobody has used yet allows the next use */
}

/**
 * warden_named_init() - set up what may be used, and is not yet
 * @s: its memory
 * @class: enum warden_sensor_class
 * @name: what is used; stands as long as @s does
 *
 * Context: Any.
 */
void warden_named_init(struct warden_named_session *s, u32 class, const char *name)
{
	mutex_init(&s->lock);
	s->class = class;
	s->name = name;
	s->holder = NULL;
}

/*
 * What was allowed before a review came by, which had no session to end, is asked once more. The
 * review that comes after finds one.
 */
static int look_again(struct warden_named_session *s, const struct warden_request *req,
		      struct warden_answer *answer)
{
	lockdep_assert_held(&s->lock);
	if (warden_judge_holds(answer) && !warden_quarantine_holds(req))
		return 0;
	return judge(req, s->name, answer);
}

/**
 * warden_named_go_on() - may the current program use this, now and until it asks again?
 * @s: what it uses
 *
 * The first use begins a session, before there is anything to hear. It is over with a review, or
 * with the first use that is denied to its holder. What another process does with it meanwhile is told as its
 * own.
 *
 * Context: Process context of the program, sleeps.
 * Return: 0, or a negative errno where it may not, which is recorded.
 */
int warden_named_go_on(struct warden_named_session *s)
{
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;
	int err;

	warden_identity_of_current(&subject);
	req = ask(s->class, s->name, &subject);
	err = judge(&req, s->name, &answer);
	mutex_lock(&s->lock);
	if (!err)
		err = look_again(s, &req, &answer);
	if (err && is_holder(s->holder, &req))
		end(s, answer.reason);
	else if (!err && !s->holder)
		err = begin(s, &req, &answer);
	else if (!err && !is_holder(s->holder, &req))
		tell_use(&req, s->name, &answer);
	mutex_unlock(&s->lock);
	return err;
}

/**
 * warden_named_end() - end a session whose holder would not be let now
 * @s: what it uses
 * @all: end it in any case
 * @reason: enum warden_reason, why it is looked at
 * @since: boot-time clock in ns, when that began
 *
 * The next use is asked about anyway: this is told, and for who waits meanwhile.
 *
 * Context: Process context, sleeps.
 * Return: true if it was ended.
 */
bool warden_named_end(struct warden_named_session *s, bool all, u32 reason, u64 since)
{
	bool ends;

	mutex_lock(&s->lock);
	ends = s->holder && (all || lost_ground(s->holder));
	if (ends) {
		tell_ended(s->holder, reason, ktime_get_boottime_ns() - since);
		drop_holder(s);
	}
	mutex_unlock(&s->lock);
	return ends;
}

/**
 * warden_named_close() - what was used is closed
 * @s: nobody uses it any more
 *
 * Context: Process context, sleeps.
 */
void warden_named_close(struct warden_named_session *s)
{
	mutex_lock(&s->lock);
	if (s->holder)
		end(s, WARDEN_REASON_CLOSED);
	mutex_unlock(&s->lock);
}

static void copy_info(const struct warden_named_holder *h, struct warden_session_info *info)
{
	memset(info, 0, sizeof(*info));
	info->id = h->id;
	info->since = h->since;
	info->pid = pid_nr(h->pid);
	info->line = h->answer.line;
	info->class = h->class;
	info->has_receipt = h->answer.has_receipt;
	memcpy(info->receipt, h->answer.receipt, sizeof(info->receipt));
	strscpy(info->program, program_of(h), sizeof(info->program));
	strscpy(info->topology, h->name, sizeof(info->topology));
}

/**
 * warden_named_get() - copy a session from a number on
 * @s: what is used
 * @id: the number
 * @info: filled in where there is one
 *
 * Context: Process context, sleeps.
 * Return: true if it is in use, by a session of that number or a later one.
 */
bool warden_named_get(struct warden_named_session *s, u64 id, struct warden_session_info *info)
{
	bool found;

	mutex_lock(&s->lock);
	found = s->holder && s->holder->id >= id;
	if (found)
		copy_info(s->holder, info);
	mutex_unlock(&s->lock);
	return found;
}

/**
 * warden_named_rests_on() - is it in use by a consent?
 * @s: what is used
 * @receipt: the consent
 *
 * Context: Process context, sleeps.
 * Return: true if it is.
 */
bool warden_named_rests_on(struct warden_named_session *s, const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	bool rests;

	mutex_lock(&s->lock);
	rests = s->holder &&
		warden_answer_rests_on(&s->holder->answer, &s->holder->identity.digest, receipt);
	mutex_unlock(&s->lock);
	return rests;
}

/**
 * warden_named_mark_holder() - who uses it is one that uses its class
 * @s: what is used
 *
 * Context: Process context, sleeps.
 */
void warden_named_mark_holder(struct warden_named_session *s)
{
	mutex_lock(&s->lock);
	if (s->holder)
		warden_egress_mark(s->holder->pid, BIT(s->class));
	mutex_unlock(&s->lock);
}

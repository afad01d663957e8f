// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that were handed a session, over a socket or execve(): the session rests on what
 * allows them, too, and ends with that. One that a rule for all programs allows is not kept.
 */
#include <linux/list.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "consent/consent.h"
#include "judge/unit.h"
#include "program/command.h"
#include "session-priv.h"

/* As many programs, or users of them, as are kept of one session. */
#define HEIRS_MAX 64

/**
 * struct heir - a program that has a session it did not open
 * @node: in the session's list, until that is freed
 * @identity: what it is
 * @pid: thread group that was handed it first
 * @uid: its real user id
 * @unit: the unit it ran in then, which counts once it has ended
 * @run: its start, which is kept for it; 0 is none
 * @has_receipt: @receipt is set
 * @others: the classes for which it may have rested on more consents than that; bit mask
 * @receipt: the consent it rested on
 */
struct heir {
	struct list_head node;
	struct warden_identity identity;
	struct pid *pid;
	u32 uid;
	u64 unit;
	u64 run;
	bool has_receipt;
	u32 others;
	u8 receipt[WARDEN_RECEIPT_SIZE];
};

/*
 * Protects the lists. Held while all of one are judged, so that who is judged and then added
 * is seen by the review, or sees what the review is about. Inside a table of descriptors' lock.
 */
static DEFINE_SPINLOCK(heirs_lock);

static bool is_same(const struct warden_identity *a, u32 a_uid, const struct warden_identity *b,
		    u32 b_uid)
{
	return a_uid == b_uid && (a->run == b->run || warden_command_alike(a->run, b->run)) &&
	       !memcmp(&a->digest, &b->digest, sizeof(a->digest));
}

static int refuse(struct warden_answer *answer, u8 reason)
{
	answer->denied = true;
	answer->observed = false;
	answer->reason = reason;
	return -EACCES;
}

/* -EEXIST where it is kept already. */
static int find_room(const struct warden_session *s, const struct warden_request *req)
{
	unsigned int nr = 0;
	struct heir *h;

	lockdep_assert_held(&heirs_lock);
	list_for_each_entry(h, &s->heirs, node) {
		if (is_same(&h->identity, h->uid, req->subject, req->uid))
			return -EEXIST;
		nr++;
	}
	return nr < HEIRS_MAX ? 0 : -ENOSPC;
}

static int add(struct warden_session *s, const struct warden_request *req,
	       struct warden_answer *answer)
{
	int err = find_room(s, req);
	struct heir *h;

	if (err)
		return err == -EEXIST ? 0 : refuse(answer, WARDEN_REASON_TOO_MANY_SESSIONS);
	h = kmalloc(sizeof(*h), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!h)
		return refuse(answer, WARDEN_REASON_NO_MEMORY);
	h->identity = *req->subject;
	h->run = warden_command_hold(req->subject->run);
	h->pid = get_pid((struct pid *)(unsigned long)req->process);
	h->uid = req->uid;
	rcu_read_lock();
	h->unit = warden_unit_of(req->process);
	rcu_read_unlock();
	h->has_receipt = answer->has_receipt;
	h->others = answer->others;
	memcpy(h->receipt, answer->receipt, sizeof(h->receipt));
	list_add_tail(&h->node, &s->heirs);
	return 0;
}

/**
 * warden_heir_add() - a program that may have a session has it from now on
 * @s: the session
 * @req: what was asked for the program, its process among it; of an open, or of @s
 * @answer: what allowed it; says why where it may not after all
 *
 * Context: Any but interrupts, with a reference to the session's file; sleeps where @req may.
 * Return: 0; -EACCES where its consent was another process's first, or was withdrawn
 * meanwhile, or there is no room for it.
 */
int warden_heir_add(struct warden_session *s, const struct warden_request *req,
		    struct warden_answer *answer)
{
	struct warden_request again = *req;
	struct warden_sensor behind;
	int err;

	again.session = s->ground;
	if ((!answer->label[0] && !warden_answer_consented(answer)) ||
	    is_same(&s->identity, s->uid, req->subject, req->uid))
		return 0;
	if (!warden_judge_claim(s->sensor.devt, req, answer, s->ground))
		return refuse(answer, WARDEN_REASON_NO_CONSENT);
	if (warden_answer_consented(answer)) /* also where there is no room: its end uses up what is held */
		WRITE_ONCE(s->lent, true);
	spin_lock(&heirs_lock);
	err = add(s, req, answer);
	spin_unlock(&heirs_lock);
	if (!err && !warden_judge_holds(answer))
		err = warden_judge_use(s->sensor.devt, &again, answer, &behind);
	return err;
}

static struct heir *new_copy(const struct heir *h)
{
	struct heir *copy = kmemdup(h, sizeof(*h), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);

	if (!copy)
		return NULL;
	get_pid(copy->pid);
	copy->run = warden_command_hold(h->run);
	return copy;
}

/**
 * warden_heir_copy() - a session comes of another, and is of all who have that one
 * @s: the session, in no table
 * @from: the other
 *
 * Context: Any but interrupts, with a reference to the file of @from; does not sleep.
 * Return: 0, or -ENOMEM, where @s has some of them.
 */
int warden_heir_copy(struct warden_session *s, const struct warden_session *from)
{
	struct heir *h, *copy;
	int err = 0;

	spin_lock(&heirs_lock);
	list_for_each_entry(h, &from->heirs, node) {
		copy = new_copy(h);
		if (!copy) {
			err = -ENOMEM;
			break;
		}
		list_add_tail(&copy->node, &s->heirs);
	}
	s->lent = READ_ONCE(from->lent);
	spin_unlock(&heirs_lock);
	return err;
}

static bool may_go_on(const struct warden_session *s, const struct heir *h)
{
	struct warden_request req = warden_session_request(s);
	struct warden_answer answer;
	struct warden_sensor behind;

	req.subject = &h->identity;
	req.process = (unsigned long)h->pid;
	req.uid = h->uid;
	req.exports = false;
	if (!pid_has_task(h->pid, PIDTYPE_TGID))
		req.unit = h->unit;
	req.atomic = true;
	return !warden_judge_use(s->sensor.devt, &req, &answer, &behind);
}

/**
 * warden_heir_lost() - may somebody who was handed a session have it no more?
 * @s: the session
 *
 * Context: Any but interrupts; does not sleep.
 * Return: true if so.
 */
bool warden_heir_lost(const struct warden_session *s)
{
	bool lost = false;
	struct heir *h;

	spin_lock(&heirs_lock);
	list_for_each_entry(h, &s->heirs, node) {
		lost = !may_go_on(s, h);
		if (lost)
			break;
	}
	spin_unlock(&heirs_lock);
	return lost;
}

/**
 * warden_heir_rests_on() - does a session rest on a consent of somebody it was handed to?
 * @s: the session
 * @receipt: the consent
 *
 * Context: Any but interrupts; does not sleep.
 * Return: true if it does.
 */
bool warden_heir_rests_on(const struct warden_session *s, const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	bool rests = false;
	struct heir *h;

	spin_lock(&heirs_lock);
	list_for_each_entry(h, &s->heirs, node)
		rests |= (h->has_receipt && !memcmp(h->receipt, receipt, WARDEN_RECEIPT_SIZE)) ||
			 (h->others && warden_consent_is_for(receipt, &h->identity.digest, h->others));
	spin_unlock(&heirs_lock);
	return rests;
}

/**
 * warden_heir_end() - forget to whom a session was handed
 * @s: in no table, and its file leads nobody here any more
 *
 * Context: Any.
 */
void warden_heir_end(struct warden_session *s)
{
	struct heir *h, *next;

	list_for_each_entry_safe(h, next, &s->heirs, node) {
		put_pid(h->pid);
		warden_command_put(h->run);
		kfree(h);
	}
}

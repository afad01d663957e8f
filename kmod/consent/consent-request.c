// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses that lack only consent, so that somebody can be asked for it.
 *
 * Nobody is waited for: the use is refused, its record tells who may be asked for
 * what, and the program tries again. A program that tries without a pause is told
 * of at intervals that double, up to about a minute, each time with the count of
 * what was refused meanwhile. An answer changes the table of consents or the
 * policy, and what is refused after that is told of at once.
 */
#include <linux/bits.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "consent.h"
#include "judge/arguments.h"
#include "judge/judge.h"
#include "judge/unit.h"
#include "policy/layers.h"
#include "program/command.h"
#include "record/record.h"

#define ASKED_MAX 64 /* different requests that are told apart; past that the oldest is forgotten */
#define WAIT_MIN  2  /* seconds until a use that goes on is told of again */
#define WAIT_MAX  64

/**
 * struct lack - a use that lacks consent; compared with memcmp(), so zeroed by its maker
 * @generation: of the policy
 * @consents: generation of the table of consents
 * @object: key of what it is about
 * @line: line of the rule
 * @layer: enum warden_role whose rule it is
 * @uid: real user id
 * @class: enum warden_sensor_class
 * @program: the program
 */
struct lack {
	u64 generation;
	u64 consents;
	u64 object;
	u32 line;
	u32 layer;
	u32 uid;
	u32 class;
	struct warden_digest program;
};

/**
 * struct asked - one that was told of
 * @lack: what
 * @until: boot-time clock, in ns; what equals it is counted until then. 0 is free
 * @wait: seconds that was from the telling
 * @more: how often it came again since
 */
struct asked {
	struct lack lack;
	u64 until;
	u32 wait;
	u32 more;
};

/* Protects asked. Innermost. */
static DEFINE_SPINLOCK(asked_lock);
static struct asked asked[ASKED_MAX];

static struct lack lack_of(const struct warden_request *req, const struct warden_answer *answer,
			   const char *object)
{
	struct lack lack;

	memset(&lack, 0, sizeof(lack));
	lack.generation = answer->generation;
	lack.consents = answer->consents;
	lack.object = warden_snapshot_key(object);
	lack.line = answer->line;
	lack.layer = answer->layer;
	lack.uid = req->uid;
	lack.class = req->class;
	lack.program = req->subject->digest;
	return lack;
}

/* The place of what equals it; else the one that was told of longest ago. */
static struct asked *find_place(const struct lack *lack)
{
	struct asked *oldest = asked;
	unsigned int i;

	lockdep_assert_held(&asked_lock);
	for (i = 0; i < ASKED_MAX; i++) {
		if (asked[i].until && !memcmp(&asked[i].lack, lack, sizeof(*lack)))
			return &asked[i];
		if (asked[i].until < oldest->until)
			oldest = &asked[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->lack = *lack;
	return oldest;
}

/* How many uses are to be told of now; 0 where it is not time yet. */
static u32 take_turn(const struct lack *lack)
{
	u64 now = ktime_get_boottime_ns();
	struct asked *a;
	u32 count;

	spin_lock(&asked_lock);
	a = find_place(lack);
	count = a->more + 1;
	if (now < a->until) {
		a->more = min(count, U32_MAX - 1);
		count = 0;
	} else {
		a->wait = a->more ? min(2 * a->wait, WAIT_MAX) : WAIT_MIN;
		a->until = now + a->wait * (u64)NSEC_PER_SEC;
		a->more = 0;
	}
	spin_unlock(&asked_lock);
	return count;
}

static const char *label_of(const struct warden_snapshot *snap, u64 purpose)
{
	u32 i;

	for (i = 0; i < snap->nr_purposes; i++)
		if (snap->purposes[i].key == purpose)
			return snap->purposes[i].label;
	return "";
}

static void fill_ground(struct warden_record *r, const struct warden_verdict *v)
{
	r->line = v->rule->line;
	r->layer = v->snap->layer;
	r->policy_version = v->snap->version;
	strscpy(r->program, v->program->label, sizeof(r->program));
	strscpy(r->purpose, label_of(v->snap, v->rule->purpose), sizeof(r->purpose));
}

/*
 * Would consent be enough? Each layer is asked by itself, as one that says no for
 * another reason would still do so. The record is filled with the first that lacks
 * one: the others ask when that one has been given.
 */
static bool fill_lacking(struct warden_record *r, const struct warden_request *req)
{
	struct warden_request now = *req;
	const struct warden_layers *layers;
	struct warden_command command;
	struct warden_verdict v;
	bool filled = false;
	u32 i;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	now.grants = warden_consent_grants();
	now.now = ktime_get_boottime_ns();
	now.unit = warden_unit_of(req->process);
	if (warden_command_find(req->subject->run, &command))
		now.command = &command;
	r->generation = layers->generation;
	for (i = 0; i < layers->nr; i++) {
		warden_decide(layers->layer[i], &now, &v);
		if (!warden_verdict_denies(&v))
			continue;
		if (v.reason != WARDEN_REASON_NO_CONSENT) {
			filled = false;
			break;
		}
		if (!filled)
			fill_ground(r, &v);
		filled = true;
	}
	rcu_read_unlock();
	return filled;
}

/**
 * warden_consent_request() - make of a refusal the request for the consent it lacks
 * @req: what was asked
 * @answer: the refusal
 * @r: its record; changed where this returns true
 *
 * Nothing is requested where consent would not help: where another layer refuses,
 * or the class is switched off.
 *
 * Context: Process context; does not sleep, does not allocate.
 * Return: true where the request is to be recorded.
 */
bool warden_consent_request(const struct warden_request *req, const struct warden_answer *answer,
			    struct warden_record *r)
{
	struct lack lack;
	u32 count;

	if (!answer->denied || answer->reason != WARDEN_REASON_NO_CONSENT ||
	    answer->off & BIT(req->class))
		return false;
	lack = lack_of(req, answer, r->object);
	count = take_turn(&lack);
	if (!count || !fill_lacking(r, req))
		return false;
	r->event = WARDEN_EVENT_CONSENT_REQUEST;
	r->action = WARDEN_ACTION_DENY;
	r->observed = 0;
	r->reason = WARDEN_REASON_NO_CONSENT;
	r->count = count;
	return true;
}

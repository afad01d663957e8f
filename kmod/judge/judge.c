// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a request to an answer: the pure decision with the policy, the consents
 * and the clock of this moment, and the record of what was refused.
 */
#include <linux/bits.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "arguments.h"
#include "consent/consent.h"
#include "consent/switch.h"
#include "device/inventory.h"
#include "device/route.h"
#include "epoch.h"
#include "hook/canary.h"
#include "judge-priv.h"
#include "network/egress.h"
#include "network/opening.h"
#include "policy/layers.h"
#include "policy/purpose.h"
#include "policy/shadow.h"
#include "policy/use.h"
#include "program/command.h"
#include "program/quarantine.h"
#include "record/record.h"
#include "session/session.h"
#include "unit.h"

static void copy_verdict(struct warden_answer *answer, u64 generation, u32 class,
			 const struct warden_verdict *v)
{
	answer->denied = warden_verdict_denies(v);
	answer->observed = v->action == WARDEN_ACTION_DENY && !answer->denied;
	answer->reason = v->reason;
	answer->layer = v->snap->layer;
	answer->version = v->snap->version;
	answer->generation = generation;
	answer->line = v->rule ? v->rule->line : 0;
	answer->purpose = v->reason == WARDEN_REASON_PURPOSE_ENDED ? v->rule->purpose : 0;
	answer->flags = v->flags;
	answer->withdraw_ms = v->withdraw_ms ?: WARDEN_WITHDRAW_MS;
	answer->rate = v->limit ? v->limit->rate : 0;
	answer->sharer = v->limit && v->limit->program ?
		warden_snapshot_key(v->limiter->programs[v->limit->program - 1].label) : 0;
	answer->has_receipt = v->grant;
	answer->others = v->grant && v->several ? BIT(class) : 0;
	answer->grant = v->several ? NULL : v->grant;
	answer->validity = v->grant ? v->grant->validity : 0;
	memset(answer->receipt, 0, sizeof(answer->receipt));
	if (v->grant)
		memcpy(answer->receipt, v->grant->receipt, sizeof(answer->receipt));
	answer->label[0] = '\0';
	if (v->program)
		memcpy(answer->label, v->program->label, sizeof(answer->label));
}

/* What is carried out is compared: an observed denial lets go on, as an allow does. */
static void ask_shadow(struct warden_answer *answer, const struct warden_request *req)
{
	const struct warden_layers *layers = warden_shadow_get_rcu();
	struct warden_verdict v;

	answer->differs = false;
	if (likely(!layers))
		return;
	warden_decide_layers(layers, req, &v);
	if (warden_verdict_denies(&v) == answer->denied)
		return;
	answer->differs = true;
	answer->shadow = (struct warden_shadow_answer){
		.action = answer->denied ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY,
		.reason = v.reason,
		.layer = v.snap->layer,
		.line = v.rule ? v.rule->line : 0,
		.version = v.snap->version,
	};
}

/**
 * warden_answer_refuse() - refuse whatever a policy says
 * @answer: from warden_judge()
 * @reason: enum warden_reason
 *
 * Also one that only observes, and also the one in shadow.
 *
 * Context: Any.
 */
void warden_answer_refuse(struct warden_answer *answer, u8 reason)
{
	answer->denied = true;
	answer->observed = false;
	answer->differs = false;
	answer->opened = false;
	answer->reason = reason;
}

/* What switches refuse of a sensor; WARDEN_REASON_NONE is nothing. */
static u8 refused_by_switch(u32 off, u32 class)
{
	if (class == WARDEN_SENSOR_CLASS_FREE)
		return WARDEN_REASON_NONE;
	if (unlikely(off & WARDEN_SWITCH_STOP))
		return WARDEN_REASON_STOPPING;
	return off & BIT(class) ? WARDEN_REASON_SWITCHED_OFF : WARDEN_REASON_NONE;
}

/*
 * What somebody who has the right switched off or put in quarantine stands above
 * any policy: whoever does that is not asking to be told. What the policy denies
 * anyway keeps its reason where a class is off, because switching on would not
 * help.
 */
static void apply_commands(struct warden_answer *answer, const struct warden_request *req)
{
	u8 reason;

	answer->off = warden_switch_mask();
	if (unlikely(warden_quarantine_holds(req))) {
		warden_answer_refuse(answer, WARDEN_REASON_QUARANTINED);
		answer->line = 0; /* no rule is the ground */
		answer->has_receipt = false;
		answer->others = 0;
	} else if (req->domain == WARDEN_DOMAIN_SENSOR && !answer->denied && answer->off) {
		reason = refused_by_switch(answer->off, req->class);
		if (reason)
			warden_answer_refuse(answer, reason);
	}
}

static bool ask_units(const struct warden_layers *layers)
{
	bool ask = false;
	u32 i;

	for (i = 0; layers && i < layers->nr; i++)
		ask |= layers->layer[i]->units;
	return ask;
}

/*
 * Does an allow rest on nothing but what the epoch counts, and one consent? Not on one for a
 * single open, nor on a command line; and nothing is told of it.
 */
static bool may_repeat(const struct warden_answer *answer, const struct warden_request *req)
{
	return !warden_answer_tells(answer) && !answer->rate && !req->subject->run &&
	       answer->has_receipt == !!answer->grant &&
	       answer->validity != WARDEN_CONSENT_VALIDITY_ONCE;
}

/* What is allowed at a rate is allowed to those alone who keep to it. */
static void hold_rate(struct warden_answer *answer, const struct warden_request *req)
{
	if (answer->rate && !answer->denied && (!req->keeps || req->keeps > answer->rate))
		warden_answer_refuse(answer, WARDEN_REASON_RATE_UNKEPT);
}

/*
 * Is it denied by a default at a port that is open for a time? The default of each layer gives
 * way then, and none of their rules does, also where a layer above denied it first. Nothing is
 * opened on a device that is to have an owner and has none.
 */
static bool may_be_opened(const struct warden_layers *layers, const struct warden_request *req,
			  const struct warden_verdict *v)
{
	return req->domain == WARDEN_DOMAIN_LISTEN && warden_verdict_denies(v) &&
	       !READ_ONCE(layers->layer[0]->shut) &&
	       (!v->rule || v->reason == WARDEN_REASON_LAPSED || v->reason == WARDEN_REASON_PURPOSE_ENDED) &&
	       warden_opening_holds(req->protocol, req->port);
}

/**
 * warden_judge_fill_in() - the clock, the consents, and where it matters the unit and the command
 * @req: the request; gets them
 * @layers: the policy
 * @command: memory for the command
 *
 * Context: Under the rcu_read_lock() that keeps @layers.
 * Return: true where units matter.
 */
bool warden_judge_fill_in(struct warden_request *req, const struct warden_layers *layers,
			  struct warden_command *command)
{
	bool units = ask_units(layers) || ask_units(warden_shadow_get_rcu());

	req->grants = warden_consent_grants();
	req->now = req->grants ? ktime_get_boottime_ns() : 0;
	if (unlikely(units))
		req->unit = warden_unit_of(req->process) ?: req->unit;
	if (unlikely(req->subject->run) && warden_command_find(req->subject->run, command))
		req->command = command;
	return units;
}

/**
 * warden_judge() - decide a request by what is in force now
 * @req: the request; its clock, consents, unit and command are filled in here
 * @answer: filled in
 *
 * Context: Any; does not sleep.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_judge(const struct warden_request *req, struct warden_answer *answer)
{
	struct warden_request now = *req;
	const struct warden_layers *layers;
	struct warden_command command;
	struct warden_verdict v;
	bool units;

	answer->epoch = warden_epoch();
	rcu_read_lock();
	layers = warden_layers_get_rcu();
	answer->consents = warden_consent_generation();
	units = warden_judge_fill_in(&now, layers, &command);
	warden_decide_layers(layers, &now, &v);
	answer->opened = may_be_opened(layers, &now, &v);
	if (answer->opened) {
		now.excepted = true;
		warden_decide_layers(layers, &now, &v);
	}
	copy_verdict(answer, layers->generation, req->class, &v);
	answer->opened &= !answer->denied;
	ask_shadow(answer, &now);
	answer->repeats = !units && !warden_shadow_get_rcu();
	apply_commands(answer, req);
	hold_rate(answer, req);
	warden_use_note(layers, &v, answer->denied);
	rcu_read_unlock();
	answer->repeats &= may_repeat(answer, req);
	if (!answer->denied)
		return 0;
	if (!req->tries)
		warden_canary_deny();
	return -EACCES;
}

/**
 * warden_judge_holds() - was an answer made with what is in force now?
 * @answer: the answer
 *
 * The same question would be answered alike, but for a consent that has expired
 * since: its end changes the table of consents.
 *
 * Context: Any.
 * Return: true if neither policy, consents nor switches were changed since.
 */
bool warden_judge_holds(const struct warden_answer *answer)
{
	bool holds;

	rcu_read_lock();
	holds = answer->generation == warden_layers_get_rcu()->generation &&
		answer->consents == warden_consent_generation() &&
		answer->off == warden_switch_mask();
	rcu_read_unlock();
	return holds;
}

/* Who asked for what; the same for each record of an answer. */
static void fill_request(struct warden_record *r, const struct warden_request *req,
			 const struct warden_answer *answer, const char *object, u16 family)
{
	r->domain = req->domain;
	r->generation = answer->generation;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = req->uid;
	r->class = req->class;
	r->family = family;
	r->protocol = req->protocol;
	r->port = req->port;
	r->program_digest = req->subject->digest;
	if (req->object)
		r->object_digest = req->object->digest;
	if (answer->label[0])
		strscpy(r->program, answer->label, sizeof(r->program));
	else
		strscpy(r->program, warden_identity_path(r->object, sizeof(r->object)),
			sizeof(r->program));
	strscpy_pad(r->object, object ?: "", sizeof(r->object));
}

static void tell_verdict(struct warden_record *r, const struct warden_answer *answer)
{
	if (answer->purpose)
		warden_purpose_name(answer->layer, answer->purpose, r->purpose, sizeof(r->purpose));
	r->event = WARDEN_EVENT_VERDICT;
	r->action = WARDEN_ACTION_DENY;
	r->observed = answer->observed;
	r->reason = answer->reason;
	r->line = answer->line;
	r->policy_version = answer->version;
	r->layer = answer->layer;
	warden_record_add(r);
}

static void tell_shadow(struct warden_record *r, const struct warden_answer *answer)
{
	r->event = WARDEN_EVENT_SHADOW;
	r->action = answer->shadow.action;
	r->observed = true;
	r->reason = answer->shadow.reason;
	r->line = answer->shadow.line;
	r->policy_version = answer->shadow.version;
	r->layer = answer->shadow.layer;
	warden_record_add(r);
}

/**
 * warden_judge_tell() - record what warden_answer_tells() of an answer
 * @req: the request
 * @answer: the answer
 * @object: what it was about, for people; NULL is nothing
 * @family: AF_* of a socket, 0 for none
 *
 * Context: Process context of the subject, does not sleep. Without memory the
 * answer stands and the record is counted as lost.
 */
void warden_judge_tell(const struct warden_request *req, const struct warden_answer *answer,
		       const char *object, u16 family)
{
	bool refused = answer->denied || answer->observed;
	struct warden_record *r = kzalloc(sizeof(*r), GFP_ATOMIC | __GFP_NOWARN);

	if (!r) {
		warden_record_lose(refused);
		return;
	}
	fill_request(r, req, answer, object, family);
	if (refused)
		tell_verdict(r, answer);
	if (answer->differs)
		tell_shadow(r, answer);
	if (warden_consent_request(req, answer, r))
		warden_record_add(r);
	kfree(r);
}

/**
 * warden_judge_is_traced() - is a thread of the current process traced?
 *
 * Whoever traces a thread can let all of its process do what it wants.
 *
 * Context: Process context.
 * Return: true if one is.
 */
bool warden_judge_is_traced(void)
{
	const struct task_struct *t;
	bool traced = false;

	rcu_read_lock();
	for_each_thread(current, t)
		traced |= t->ptrace;
	rcu_read_unlock();
	return traced;
}

/* The file that the program gets is another file system's, and none of ours when it is handed on. */
static int refuse_overlaid(const struct warden_request *req, struct warden_answer *answer,
			   struct warden_sensor *behind)
{
	warden_judge(req, answer);
	behind->class = WARDEN_SENSOR_CLASS_FREE;
	answer->denied = true;
	answer->reason = WARDEN_REASON_OVERLAID;
	return -EACCES;
}

/**
 * warden_judge_sensor() - decide the current program's use of a sensor, and record a refusal
 * @file: a file that leads to one
 * @req: filled in; what was asked
 * @subject: filled in; the program, which @req points to
 * @answer: filled in
 *
 * Context: Process context of the subject, may sleep.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_judge_sensor(const struct file *file, struct warden_request *req,
			struct warden_identity *subject, struct warden_answer *answer)
{
	struct warden_sensor behind;
	struct warden_request told;
	int err;

	*req = (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = subject,
		.process = (unsigned long)task_tgid(current),
		.keeps = warden_session_keeps(file),
	};
	warden_route_ask(file, req);
	warden_identity_of_current(subject);
	if (!subject->reason && warden_judge_is_traced())
		subject->reason = WARDEN_REASON_PROGRAM_TRACED;
	err = file->f_mode & FMODE_BACKING ? refuse_overlaid(req, answer, &behind) :
					     warden_judge_use(file_inode(file)->i_rdev, req, answer, &behind);
	if (!err && warden_egress_use(req->class, file_inode(file)->i_rdev)) {
		answer->denied = true;
		answer->reason = WARDEN_REASON_NO_MEMORY;
		err = -ENOMEM;
	}
	if (!warden_answer_tells(answer))
		return err;
	told = *req;
	if (behind.class == WARDEN_SENSOR_CLASS_FREE)
		warden_route_find(file, &behind);
	else
		told.class = behind.class;
	warden_judge_tell(&told, answer, behind.topology, 0);
	return err;
}

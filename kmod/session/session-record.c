// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is recorded of a session. An end that was brought about is told each
 * time; what its holder does is counted where it repeats.
 */
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device/route.h"
#include "record/record.h"
#include "session-priv.h"

static void fill_record(const struct warden_session *s, u32 event, u32 reason,
			struct warden_record *r)
{
	r->event = event;
	r->domain = WARDEN_DOMAIN_SENSOR;
	r->action = WARDEN_ACTION_ALLOW;
	r->observed = s->answer.observed;
	r->reason = reason;
	r->line = s->answer.line;
	r->policy_version = s->answer.version;
	r->layer = s->answer.layer;
	r->generation = s->answer.generation;
	r->count = 1;
	r->pid = pid_nr(s->pid);
	r->uid = s->uid;
	r->class = s->sensor.class;
	r->program_digest = s->identity.digest;
	r->has_receipt = s->answer.has_receipt;
	memcpy(r->receipt, s->answer.receipt, sizeof(r->receipt));
	strscpy(r->program, warden_session_program(s), sizeof(r->program));
	strscpy(r->object, s->sensor.topology, sizeof(r->object));
}

static void fill_key(const struct warden_session *s, u32 event, u32 reason,
		     struct warden_record_key *key)
{
	memset(key, 0, sizeof(*key));
	key->generation = s->answer.generation;
	key->object = s->sensor.key;
	key->event = event;
	key->line = s->answer.line;
	key->pid = pid_nr(s->pid);
	key->uid = s->uid;
	key->class = s->sensor.class;
	key->reason = reason;
	key->observed = s->answer.observed;
	key->program = s->identity.digest;
	if (s->answer.has_receipt)
		memcpy(key->receipt, s->answer.receipt, sizeof(key->receipt));
}

static void tell_first(const struct warden_session *s, u32 event, u32 reason, u32 times,
		       const struct warden_record_key *key)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	fill_record(s, event, reason, r);
	r->count = times;
	warden_record_add_keyed(r, key);
	kfree(r);
}

/* Of a session that is opened again and again, where it is counted is kept. */
static noinline void tell(const struct warden_session *s, u32 event, u32 reason,
			  struct warden_record_mark *mark)
{
	struct warden_record_key key;

	fill_key(s, event, reason, &key);
	if (!warden_record_repeat(&key, 1))
		tell_first(s, event, reason, 1, &key);
	if (s->again)
		warden_record_find(&key, mark);
}

/**
 * warden_session_tell() - record what the holder did
 * @s: the session
 * @event: enum warden_event
 * @reason: enum warden_reason
 *
 * A holder may open and close a device a million times a second: what equals a
 * record of the last second is counted, not told again.
 *
 * Context: Process context, may sleep. Without memory the record counts as lost.
 */
void warden_session_tell(struct warden_session *s, u32 event, u32 reason)
{
	struct warden_record_mark *mark = event == WARDEN_EVENT_SESSION_END ? &s->ended : &s->begun;

	if (!warden_record_again(mark))
		tell(s, event, reason, mark);
}

/**
 * warden_session_tell_times() - record what the holder did several times
 * @s: the session
 * @event: enum warden_event
 * @reason: enum warden_reason
 * @times: how often, at least once
 *
 * Context: Process context, may sleep. Without memory the record counts as lost.
 */
void warden_session_tell_times(const struct warden_session *s, u32 event, u32 reason, u32 times)
{
	struct warden_record_key key;

	fill_key(s, event, reason, &key);
	if (!warden_record_repeat(&key, times))
		tell_first(s, event, reason, times, &key);
}

/**
 * warden_session_tell_refused() - record what was refused to who has it open
 * @s: the session
 * @reason: enum warden_reason
 *
 * Context: Process context of who was refused, does not sleep.
 */
void warden_session_tell_refused(const struct warden_session *s, u32 reason)
{
	struct warden_request req = warden_session_request(s);
	struct warden_answer answer = s->answer;

	answer.denied = true;
	answer.observed = false;
	answer.differs = false;
	answer.reason = reason;
	warden_judge_tell(&req, &answer, s->sensor.topology, 0);
}

/**
 * warden_session_tell_unmade() - record that a session could not be made
 * @file: a file that leads to a sensor
 * @req: what was asked
 * @allowed: the answer, which would have allowed it
 * @reason: enum warden_reason
 *
 * Context: Process context of who is refused, may sleep.
 */
void warden_session_tell_unmade(const struct file *file, const struct warden_request *req,
				const struct warden_answer *allowed, u8 reason)
{
	struct warden_answer answer = *allowed;
	struct warden_sensor sensor;

	answer.reason = reason;
	answer.denied = true;
	answer.observed = false;
	answer.differs = false;
	warden_route_find(file, &sensor);
	warden_judge_tell(req, &answer, sensor.topology, 0);
}

/**
 * warden_session_tell_ended() - record an end that was brought about, each one
 * @s: the session
 * @event: WARDEN_EVENT_SESSION_END, or WARDEN_EVENT_FAULT where it took too long
 * @reason: enum warden_reason, why it was ended
 * @took: ns from the cause to the end
 *
 * Context: Process context, may sleep. Without memory the record counts as lost.
 */
void warden_session_tell_ended(const struct warden_session *s, u32 event, u32 reason, u64 took)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	fill_record(s, event, reason, r);
	r->took = took;
	warden_record_add(r);
	kfree(r);
}

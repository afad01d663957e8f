// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is recorded of a connection to a broker: what is of a session on a file, with the
 * broker in the place of the device. So ledger and proofs know no difference.
 */
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "broker-priv.h"
#include "record/record.h"

static struct warden_record *make(const struct warden_link *l, u32 event, u32 reason)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_ATOMIC | __GFP_NOWARN);
	const struct warden_answer *a = &l->answer;

	if (!r) {
		warden_record_lose(false);
		return NULL;
	}
	*r = (struct warden_record){
		.event = event, .domain = WARDEN_DOMAIN_SENSOR, .action = WARDEN_ACTION_ALLOW,
		.reason = reason, .observed = a->observed, .line = a->line, .layer = a->layer,
		.policy_version = a->version, .generation = a->generation, .count = 1,
		.pid = pid_nr(l->pid), .uid = l->uid, .class = l->broker.class,
		.program_digest = l->identity.digest, .has_receipt = a->has_receipt,
	};
	memcpy(r->receipt, a->receipt, sizeof(r->receipt));
	strscpy(r->program, warden_link_program(l), sizeof(r->program));
	strscpy(r->object, l->broker.name, sizeof(r->object));
	return r;
}

/**
 * warden_link_tell() - record what the holder did
 * @l: the connection
 * @event: enum warden_event
 * @reason: enum warden_reason
 *
 * What equals a record of the last second is counted, not told again.
 *
 * Context: Process context, does not sleep. Without memory the record counts as lost.
 */
void warden_link_tell(const struct warden_link *l, u32 event, u32 reason)
{
	struct warden_record_key key;
	struct warden_record *r;

	memset(&key, 0, sizeof(key)); /* padding, too */
	key.generation = l->answer.generation;
	key.object = l->broker.key;
	key.event = event;
	key.reason = reason;
	key.line = l->answer.line;
	key.pid = pid_nr(l->pid);
	key.uid = l->uid;
	key.class = l->broker.class;
	key.observed = l->answer.observed;
	key.program = l->identity.digest;
	if (l->answer.has_receipt)
		memcpy(key.receipt, l->answer.receipt, sizeof(key.receipt));
	if (warden_record_repeat(&key, 1))
		return;
	r = make(l, event, reason);
	if (r)
		warden_record_add_keyed(r, &key);
	kfree(r);
}

/**
 * warden_link_tell_ended() - record an end that was brought about, each one
 * @l: the connection
 * @event: WARDEN_EVENT_SESSION_END, or WARDEN_EVENT_FAULT where it took too long
 * @reason: enum warden_reason, why it was ended
 * @took: ns from the cause to the end
 *
 * Context: Process context, does not sleep. Without memory the record counts as lost.
 */
void warden_link_tell_ended(const struct warden_link *l, u32 event, u32 reason, u64 took)
{
	struct warden_record *r = make(l, event, reason);

	if (!r)
		return;
	r->took = took;
	warden_record_add(r);
	kfree(r);
}

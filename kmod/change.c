// SPDX-License-Identifier: GPL-2.0-only
/*
 * One change at a time: policy, consent and stop; and the record of one.
 */
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "change.h"
#include "record.h"
#include "snapshot.h"

/* The outermost lock; no hook takes it. */
static DEFINE_MUTEX(change_lock);

/**
 * warden_change_lock() - begin a change
 *
 * Context: Process context, sleeps.
 */
void warden_change_lock(void)
{
	mutex_lock(&change_lock);
}

/**
 * warden_change_unlock() - end a change
 *
 * Context: Process context.
 */
void warden_change_unlock(void)
{
	mutex_unlock(&change_lock);
}

/**
 * warden_change_assert_held() - complain where no change was begun
 *
 * Context: Any.
 */
void warden_change_assert_held(void)
{
	lockdep_assert_held(&change_lock);
}

/**
 * warden_change_tell() - record a change
 * @event: enum warden_event: stop, probe, or one about the policy
 * @object: name of the policy, or what it was refused for
 * @snap: the policy; NULL is none
 *
 * Context: Process context of who changes, may sleep. Without memory the change
 * stands and the record is counted as lost.
 */
void warden_change_tell(u32 event, const char *object, const struct warden_snapshot *snap)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = event;
	r->domain = event == WARDEN_EVENT_STOP || event == WARDEN_EVENT_PROBE ? WARDEN_DOMAIN_SYSTEM : WARDEN_DOMAIN_POLICY;
	r->action = event == WARDEN_EVENT_POLICY_REFUSE ? WARDEN_ACTION_DENY : WARDEN_ACTION_ALLOW;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	strscpy(r->object, object, sizeof(r->object));
	if (snap) {
		r->policy_version = snap->version;
		r->generation = snap->generation;
		r->object_digest.alg = WARDEN_DIGEST_ALG_SHA256;
		memcpy(r->object_digest.bytes, snap->digest, sizeof(snap->digest));
	}
	warden_record_add(r);
	kfree(r);
}

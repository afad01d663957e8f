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
#include "layers.h"
#include "record/record.h"

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

static void fill_layer(struct warden_record *r, const struct warden_snapshot *snap)
{
	r->layer = snap->layer;
	r->policy_version = snap->version;
	strscpy(r->program, snap->signer, sizeof(r->program));
	if (!r->object[0])
		strscpy(r->object, snap->name, sizeof(r->object));
	r->object_digest.alg = WARDEN_DIGEST_ALG_SHA256;
	memcpy(r->object_digest.bytes, snap->digest, sizeof(snap->digest));
}

static u32 domain_of(u32 event)
{
	switch (event) {
	case WARDEN_EVENT_STOP:
	case WARDEN_EVENT_PROBE:
	case WARDEN_EVENT_TAMPER:
	case WARDEN_EVENT_TAMPER_CLEAR:
		return WARDEN_DOMAIN_SYSTEM;
	case WARDEN_EVENT_QUARANTINE_ADD:
	case WARDEN_EVENT_QUARANTINE_REMOVE:
	case WARDEN_EVENT_QUARANTINE_LIST:
	case WARDEN_EVENT_QUARANTINE_REFUSE:
		return WARDEN_DOMAIN_EXEC;
	case WARDEN_EVENT_DEBUG_OPEN:
	case WARDEN_EVENT_DEBUG_CLOSE:
		return WARDEN_DOMAIN_DEBUG;
	case WARDEN_EVENT_CARRY:
	case WARDEN_EVENT_OWNER_TRANSFER:
	case WARDEN_EVENT_OWNER_ENROLL:
		return WARDEN_DOMAIN_CONSENT;
	default:
		return WARDEN_DOMAIN_POLICY;
	}
}

/**
 * warden_change_tell() - record a change
 * @c: the change
 *
 * Context: In a change, in process context of who changes; may sleep. Without
 * memory the change stands and the record is counted as lost.
 */
void warden_change_tell(const struct warden_change *c)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	warden_change_assert_held();
	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = c->event;
	r->domain = domain_of(c->event);
	r->action = c->event == WARDEN_EVENT_POLICY_REFUSE ||
				    c->event == WARDEN_EVENT_QUARANTINE_REFUSE ?
			    WARDEN_ACTION_DENY :
			    WARDEN_ACTION_ALLOW;
	r->reason = c->reason;
	r->line = c->line;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	r->generation = warden_layers_get_rcu()->generation;
	if (c->object)
		strscpy(r->object, c->object, sizeof(r->object));
	if (c->snap)
		fill_layer(r, c->snap);
	warden_record_add(r);
	kfree(r);
}

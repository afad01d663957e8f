// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switches: a class of sensors that is off is refused whatever the policy says.
 * They belong to no policy, so that loading one switches nothing on. Where Warden is
 * being stopped all are off, and nobody can switch them on.
 */
#include <linux/bitops.h>
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "judge/epoch.h"
#include "policy/change.h"
#include "record/record.h"
#include "switch.h"
#include <uapi/linux/warden.h>

/* A bit per enum warden_sensor_class. Written in a change; read by every verdict on a sensor. */
static u32 switched_off;

/**
 * warden_switch_mask() - what is switched off
 *
 * Context: Any.
 * Return: a bit per enum warden_sensor_class, set where it is off; and WARDEN_SWITCH_STOP, from
 * warden_switch_stop() on.
 */
u32 warden_switch_mask(void)
{
	return READ_ONCE(switched_off);
}

static void tell(u32 class, bool off)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = WARDEN_EVENT_SWITCH;
	r->domain = WARDEN_DOMAIN_SENSOR;
	r->action = off ? WARDEN_ACTION_DENY : WARDEN_ACTION_ALLOW;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	r->class = class;
	strscpy(r->object, off ? "off" : "on", sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

/**
 * warden_switch_set() - switch classes off or on, and record each that changes
 * @classes: a bit per enum warden_sensor_class, of WARDEN_SWITCH_ALL
 * @off: off, or on
 *
 * New opens are refused when it returns; the caller ends the sessions that lost
 * their ground with warden_session_review().
 *
 * Context: In a change, in process context of who switches; may sleep.
 * Return: the classes that were otherwise before.
 */
u32 warden_switch_set(u32 classes, bool off)
{
	u32 before = switched_off;
	unsigned long changed;
	u32 class;

	warden_change_assert_held();
	classes &= WARDEN_SWITCH_ALL;
	WRITE_ONCE(switched_off, off ? before | classes : before & ~classes);
	warden_epoch_advance();
	changed = before ^ switched_off;
	for_each_set_bit(class, &changed, WARDEN_SENSOR_CLASS_UNKNOWN + 1)
		tell(class, off);
	return changed;
}

/**
 * warden_switch_stop() - let no use of a sensor begin any more
 *
 * It is refused (WARDEN_REASON_STOPPING) when this returns; the caller ends what has begun.
 *
 * Context: In a change.
 */
void warden_switch_stop(void)
{
	warden_change_assert_held();
	WRITE_ONCE(switched_off, switched_off | WARDEN_SWITCH_STOP);
	warden_epoch_advance();
}

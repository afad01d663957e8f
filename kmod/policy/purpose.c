// SPDX-License-Identifier: GPL-2.0-only
/*
 * Purposes that end, and with them what their rules allow: sessions, connections, ports and USB devices.
 *
 * A purpose ends on a day, or so long after its policy was loaded. Either is turned into a time of the
 * boot-time clock when the policy comes, so that a wall clock that is set back makes no purpose longer; one that
 * is set forward past the day ends it. What has ended stays so until a newer policy says otherwise.
 *
 * A rule whose purpose has ended keeps its place and allows nothing. The layers are published anew then, as
 * for a rule that lapsed (use.c), and what stood on it ends as when an update takes a rule away.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "change.h"
#include "compat/hrtimer.h"
#include "layers.h"
#include "policy.h"
#include "purpose.h"
#include "snapshot.h"

/* A purpose ended, and the layers are to be published anew; and whether one ever did. Changed inside a change. */
static bool pending;
static bool ever;

/* The next end, by the boot-time clock, and by the wall clock where that is set forward. */
static struct hrtimer boot_timer;
static struct hrtimer wall_timer;
static void end_late(struct work_struct *work);
static DECLARE_WORK(end_work, end_late);

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	queue_work(system_unbound_wq, &end_work);
	return HRTIMER_NORESTART;
}

static bool can_end(const struct warden_purpose *p)
{
	return p->until || p->lasts;
}

/* --- when ------------------------------------------------------------------------------- */

/* Past what a clock can say is never. */
static u64 later(u64 now, u64 seconds)
{
	return seconds < KTIME_SEC_MAX / 2 ? now + seconds * NSEC_PER_SEC : U64_MAX;
}

static u64 end_of(const struct warden_purpose *p)
{
	const u64 now = ktime_get_boottime_ns();
	const u64 wall = ktime_get_real_seconds();
	u64 ends = p->lasts ? later(now, p->lasts) : U64_MAX;

	if (p->until)
		ends = min(ends, p->until > wall ? later(now, p->until - wall) : now);
	return ends;
}

static bool is_over(const struct warden_purpose *p)
{
	return can_end(p) && (ktime_get_boottime_ns() >= p->ends ||
			      (p->until && (u64)ktime_get_real_seconds() >= p->until));
}

/* A policy that is no newer renews nothing. */
static void carry(struct warden_snapshot *snap, const struct warden_snapshot *before)
{
	u32 i, k;

	if (!before || snap->version > before->version)
		return;
	for (i = 0; i < snap->nr_purposes; i++)
		for (k = 0; k < before->nr_purposes; k++)
			if (before->purposes[k].key == snap->purposes[i].key && can_end(&snap->purposes[i]))
				snap->purposes[i].ends = min(snap->purposes[i].ends, before->purposes[k].ends);
}

/* --- the end -------------------------------------------------------------------------------- */

/* Those who write a rule's action do so one after the other. What denies goes on. */
static u32 end_rules(struct warden_snapshot *snap, const struct warden_purpose *p, u8 how)
{
	u32 i, nr = 0;

	warden_change_assert_held();
	for (i = 0; i < snap->nr_rules; i++) {
		struct warden_rule *rule = &snap->rules[i];

		if (rule->purpose != p->key || rule->action == WARDEN_ACTION_DENY)
			continue;
		WRITE_ONCE(rule->action, warden_action_with(rule->action, how));
		nr++;
	}
	return nr;
}

/* Whichever clock it was by, it ended now. */
static void set_ended(struct warden_snapshot *snap, struct warden_purpose *p, u8 how)
{
	WRITE_ONCE(p->ends, min(p->ends, ktime_get_boottime_ns()));
	WRITE_ONCE(p->ended, true);
	ever = true;
	pending |= end_rules(snap, p, how) > 0 && how & WARDEN_RULE_ENDING;
}

static void tell(const struct warden_snapshot *snap, const struct warden_purpose *p)
{
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_PURPOSE_END,
						    .reason = WARDEN_REASON_PURPOSE_ENDED,
						    .object = p->label,
						    .snap = snap });
}

static void end_due(struct warden_snapshot *snap)
{
	u32 i;

	for (i = 0; i < snap->nr_purposes; i++) {
		struct warden_purpose *p = &snap->purposes[i];

		if (p->ended || !is_over(p))
			continue;
		set_ended(snap, p, WARDEN_RULE_ENDED | WARDEN_RULE_ENDING);
		p->told = true;
		tell(snap, p);
	}
}

/* What stood on them has ended. */
static void finish(const struct warden_layers *layers)
{
	u32 i, k;

	for (i = 0; i < layers->nr; i++)
		for (k = 0; k < layers->layer[i]->nr_rules; k++) {
			struct warden_rule *rule = &layers->layer[i]->rules[k];

			if (rule->action & WARDEN_RULE_ENDING)
				WRITE_ONCE(rule->action, rule->action & ~WARDEN_RULE_ENDING);
		}
}

static void arm(void)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	u64 boot = U64_MAX, wall = U64_MAX;
	u32 i, k;

	warden_change_assert_held();
	for (i = 0; i < layers->nr; i++)
		for (k = 0; k < layers->layer[i]->nr_purposes; k++) {
			const struct warden_purpose *p = &layers->layer[i]->purposes[k];

			if (p->ended || !can_end(p))
				continue;
			boot = min(boot, p->ends);
			if (p->until)
				wall = min(wall, p->until);
		}
	if (pending) /* without memory it is tried again */
		boot = min(boot, later(ktime_get_boottime_ns(), 1));
	if (boot >= KTIME_MAX)
		hrtimer_cancel(&boot_timer);
	else
		hrtimer_start(&boot_timer, ns_to_ktime(boot), HRTIMER_MODE_ABS);
	if (wall >= KTIME_SEC_MAX)
		hrtimer_cancel(&wall_timer);
	else
		hrtimer_start(&wall_timer, ns_to_ktime(wall * NSEC_PER_SEC), HRTIMER_MODE_ABS);
}

static void settle(void)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	u32 i;

	for (i = 0; i < layers->nr; i++)
		end_due(layers->layer[i]);
	if (pending && !warden_policy_again(WARDEN_REASON_PURPOSE_ENDED)) {
		pending = false;
		finish(warden_layers_get_rcu());
	}
	arm();
}

static void end_late(struct work_struct *work)
{
	warden_change_lock();
	settle();
	warden_change_unlock();
}

/* --- policies come and go -------------------------------------------------------------------- */

/**
 * warden_purpose_begin() - let the time of a layer's purposes begin
 * @snap: the layer, not yet published
 * @before: the one whose place it takes; NULL for none
 *
 * What is over by now allows nothing from the beginning.
 *
 * Context: In a change.
 */
void warden_purpose_begin(struct warden_snapshot *snap, const struct warden_snapshot *before)
{
	u32 i;

	warden_change_assert_held();
	for (i = 0; i < snap->nr_purposes; i++)
		snap->purposes[i].ends = end_of(&snap->purposes[i]);
	carry(snap, before);
	for (i = 0; i < snap->nr_purposes; i++)
		if (is_over(&snap->purposes[i]))
			set_ended(snap, &snap->purposes[i], WARDEN_RULE_ENDED);
}

/**
 * warden_purpose_follow() - another policy is in force
 *
 * Context: In a change.
 */
void warden_purpose_follow(void)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	u32 i, k;

	for (i = 0; i < layers->nr; i++)
		for (k = 0; k < layers->layer[i]->nr_purposes; k++) {
			struct warden_purpose *p = &layers->layer[i]->purposes[k];

			if (p->ended && !p->told)
				tell(layers->layer[i], p);
			p->told |= p->ended;
		}
	arm();
}

/**
 * warden_purpose_doubt() - a policy came back whose closed ports were made when it was in force before
 *
 * Purposes of layers that stayed may have ended since.
 *
 * Context: In a change.
 */
void warden_purpose_doubt(void)
{
	warden_change_assert_held();
	pending |= ever;
	arm();
}

/* --- what is told of them ---------------------------------------------------------------------- */

/**
 * warden_purpose_name() - what a purpose of the policy in force is called
 * @layer: enum warden_role
 * @key: its key
 * @name: filled in; empty where that layer has none
 * @size: bytes of @name
 *
 * Context: Any.
 */
void warden_purpose_name(u8 layer, u64 key, char *name, size_t size)
{
	const struct warden_snapshot *snap;
	u32 i;

	name[0] = '\0';
	rcu_read_lock();
	snap = warden_layers_find(warden_layers_get_rcu(), layer);
	for (i = 0; snap && i < snap->nr_purposes; i++)
		if (snap->purposes[i].key == key)
			strscpy(name, snap->purposes[i].label, size);
	rcu_read_unlock();
}

static void describe(struct warden_purpose_state *s, const struct warden_snapshot *snap, u32 at)
{
	const struct warden_purpose *p = &snap->purposes[at];
	const u64 now = ktime_get_boottime_ns(), ends = READ_ONCE(p->ends);
	u32 i;

	*s = (struct warden_purpose_state){ .layer = snap->layer, .until = p->until };
	memcpy(s->digest, snap->digest, sizeof(s->digest));
	strscpy(s->label, p->label, sizeof(s->label));
	if (!READ_ONCE(p->ended) && ends > now)
		s->left = DIV_ROUND_UP_ULL(ends - now, NSEC_PER_SEC);
	for (i = 0; i < snap->nr_rules; i++)
		s->rules += snap->rules[i].purpose == p->key && snap->rules[i].action != WARDEN_ACTION_DENY;
}

static u32 find_purpose(const struct warden_snapshot *snap, u32 i)
{
	while (i < snap->nr_purposes && !can_end(&snap->purposes[i]))
		i++;
	return i < snap->nr_purposes ? i : U32_MAX;
}

/**
 * warden_purpose_get() - the first purpose that ends at or after a place
 * @cursor: the place, from 0; moved to that of the purpose
 * @state: filled in
 *
 * Context: Any.
 * Return: 0, or -ENOENT past the last.
 */
int warden_purpose_get(u64 *cursor, struct warden_purpose_state *state)
{
	const struct warden_snapshot *snap;

	rcu_read_lock();
	snap = warden_layers_seek(warden_layers_get_rcu(), find_purpose, cursor);
	if (snap)
		describe(state, snap, (u32)*cursor);
	rcu_read_unlock();
	return snap ? 0 : -ENOENT;
}

/**
 * warden_purpose_restore() - a purpose had so much of its time left in an earlier life
 * @state: its layer, digest, label and what was left
 *
 * It makes no purpose longer.
 *
 * Context: In a change; sleeps.
 * Return: false where another policy is in force.
 */
bool warden_purpose_restore(const struct warden_purpose_state *state)
{
	struct warden_snapshot *snap = warden_layers_find(warden_layers_get_rcu(), state->layer);
	u32 i;

	warden_change_assert_held();
	if (!snap || memcmp(snap->digest, state->digest, sizeof(snap->digest)))
		return false;
	for (i = 0; i < snap->nr_purposes; i++) {
		struct warden_purpose *p = &snap->purposes[i];

		if (strcmp(p->label, state->label) || !can_end(p))
			continue;
		WRITE_ONCE(p->ends, min(p->ends, later(ktime_get_boottime_ns(), state->left)));
		settle();
		return true;
	}
	return false;
}

/**
 * warden_purpose_init() - none ends yet
 *
 * Context: Module init.
 */
void __init warden_purpose_init(void)
{
	hrtimer_setup(&boot_timer, timer_fires, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
	hrtimer_setup(&wall_timer, timer_fires, CLOCK_REALTIME, HRTIMER_MODE_ABS);
}

/**
 * warden_purpose_exit() - none ends any more
 *
 * Context: Process context, sleeps; no command can run any more.
 */
void warden_purpose_exit(void)
{
	disable_work_sync(&end_work);
	hrtimer_cancel(&boot_timer); /* the work may have armed them, and it begins no other any more */
	hrtimer_cancel(&wall_timer);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * When each rule was used, and the end of those that allow and that nobody uses.
 *
 * A use is noted where a verdict is made, by one store. What is answered without one (tickets,
 * numbers beside a file's digest, sessions that rest) would not be seen; so while rules may lapse,
 * all of that is made void eight times in such a time, and what stands open is looked through:
 * sessions are judged again, and each socket speaks for the rules of its port or of its peer. A rule
 * lapses an eighth later than the policy says, so that none does earlier.
 *
 * A rule that has lapsed keeps its place and allows nothing until somebody who may change the policy
 * renews it. The layers are published anew then, as ports are closed to packets, too.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "change.h"
#include "compat/hrtimer.h"
#include "judge/decide.h"
#include "judge/epoch.h"
#include "layers.h"
#include "network/service.h"
#include "network/sweep.h"
#include "owner.h"
#include "policy.h"
#include "session/session.h"
#include "use.h"

/* Looks in the time after which a rule lapses. */
#define LOOKS 8

/* Rules that get a record of their own when they lapse; one more counts the rest. */
#define TOLD 64

/* Changed inside a change; also read outside of one, for people. */
static u32 limits[WARDEN_DOMAIN_LAPSES];

/*
 * A rule has lapsed, or was renewed, and the layers are to be published anew; and whether one ever was.
 * Changed inside a change.
 */
static bool pending;
static bool ever;

/* When the next look is due, by the boot-time clock, in ns. Changed inside a change. */
static u64 due = U64_MAX;

static struct hrtimer look_timer;
static void look_late(struct work_struct *work);
static DECLARE_WORK(look_work, look_late);

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	queue_work(system_unbound_wq, &look_work);
	return HRTIMER_NORESTART;
}

/*
 * What is kept of a rule, in four bytes as there are many: twice the second of its last use, or of its
 * load where that was later, and one more where it was used. Below 0 is an earlier life.
 */
static s32 moment_of(s64 second, bool used)
{
	return (s32)clamp_t(s64, second, -(1 << 30), (1 << 30) - 1) * 2 + used;
}

static s32 second_of(s32 moment)
{
	return moment >> 1;
}

static bool is_used(s32 moment)
{
	return moment & 1;
}

static s64 seconds_now(void)
{
	return ktime_get_boottime_seconds();
}

/* --- a use -------------------------------------------------------------------------- */

/**
 * warden_use_rule() - a rule is used now
 * @snap: its layer
 * @rule: the rule
 *
 * Context: Any; the caller keeps @snap alive.
 */
void warden_use_rule(const struct warden_snapshot *snap, const struct warden_rule *rule)
{
	s32 now;

	if (!snap->uses || READ_ONCE(rule->action) > WARDEN_ACTION_ALLOW)
		return;
	now = moment_of(seconds_now(), true);
	if (READ_ONCE(snap->uses[rule - snap->rules]) != now)
		WRITE_ONCE(snap->uses[rule - snap->rules], now);
}

/**
 * warden_use_note() - note which rules a verdict rests on
 * @layers: the policy
 * @v: what it says
 * @denied: what was answered in the end
 *
 * A rule that allows is used where nothing else refused, one that denies where it decided.
 *
 * Context: Any; the caller keeps @layers alive.
 */
void warden_use_note(const struct warden_layers *layers, const struct warden_verdict *v, bool denied)
{
	u32 i;

	if (denied) {
		if (v->rule && v->rule->action == WARDEN_ACTION_DENY)
			warden_use_rule(v->snap, v->rule);
		return;
	}
	for (i = 0; i < layers->nr; i++)
		if (v->ground[i])
			warden_use_rule(layers->layer[i], v->ground[i]);
}

/* --- what lapses -------------------------------------------------------------------- */

/* Of several layers the shortest time counts. */
static void read_limits(const struct warden_layers *layers)
{
	u32 domain, i, limit, seconds;

	for (domain = 0; domain < WARDEN_DOMAIN_LAPSES; domain++) {
		for (limit = 0, i = 0; i < layers->nr; i++) {
			seconds = layers->layer[i]->lapse[domain];
			if (seconds && (!limit || seconds < limit))
				limit = seconds;
		}
		WRITE_ONCE(limits[domain], limit);
	}
}

/*
 * Sockets without ports, raw ones and those of other families, ask as port 0 of their protocol, and no
 * table is walked for them: nobody knows whether one stands on it.
 */
static bool is_for_portless(const struct warden_rule *rule)
{
	return rule->domain != WARDEN_DOMAIN_SENSOR && !rule->protocol && !rule->port_low;
}

/*
 * Where a layer allows by default, a rule that allows gives nothing. What must stay allowed stays, and
 * what is for the time before set-up ends with that.
 */
static u32 limit_of(const struct warden_snapshot *snap, const struct warden_rule *rule)
{
	if (rule->domain >= WARDEN_DOMAIN_LAPSES || rule->action == WARDEN_ACTION_DENY ||
	    rule->flags & (WARDEN_RULE_FLAG_SAFETY | WARDEN_RULE_FLAG_SETUP) || !snap->uses || is_for_portless(rule) ||
	    snap->defaults[rule->domain].action == WARDEN_ACTION_ALLOW)
		return 0;
	return READ_ONCE(limits[rule->domain]);
}

static bool is_over(const s32 *use, u32 limit, s64 now)
{
	return now - second_of(READ_ONCE(*use)) >= (s64)limit + max(limit / LOOKS, 1u);
}

static void tell(const struct warden_snapshot *snap, const struct warden_rule *rule, u32 event)
{
	static const char *const words[WARDEN_DOMAIN_LAPSES] = {
		[WARDEN_DOMAIN_SENSOR] = "use of a sensor",
		[WARDEN_DOMAIN_LISTEN] = "listen",
		[WARDEN_DOMAIN_CONNECT] = "connect",
	};
	char text[WARDEN_LABEL_MAX + 32];

	snprintf(text, sizeof(text), "%s by %s", words[rule->domain],
		 rule->program ? snap->programs[rule->program - 1].label : "any");
	warden_change_tell(&(struct warden_change){
		.event = event,
		.reason = event == WARDEN_EVENT_RULE_LAPSE ? WARDEN_REASON_LAPSED : WARDEN_REASON_NONE,
		.line = rule->line,
		.object = text,
		.snap = snap });
}

static void tell_rest(u32 nr, u32 event)
{
	char text[48];

	snprintf(text, sizeof(text), "%u more rules", nr);
	warden_change_tell(&(struct warden_change){ .event = event, .object = text });
}

/* Those who write a rule's action do so one after the other. */
static void set_action(struct warden_rule *rule, u8 action)
{
	warden_change_assert_held();
	WRITE_ONCE(rule->action, action);
	pending = true;
	ever = true;
}

static u32 lapse_of(struct warden_snapshot *snap, bool sockets, s64 now, u32 told)
{
	u32 i, limit, nr = 0;

	for (i = 0; i < snap->nr_rules && snap->rules[i].domain < WARDEN_DOMAIN_LAPSES; i++) {
		struct warden_rule *rule = &snap->rules[i];

		limit = limit_of(snap, rule);
		if (!limit || rule->action != WARDEN_ACTION_ALLOW || !is_over(&snap->uses[i], limit, now) ||
		    (rule->domain != WARDEN_DOMAIN_SENSOR && !sockets))
			continue;
		set_action(rule, warden_action_with(rule->action, WARDEN_RULE_LAPSED));
		if (told + nr++ < TOLD)
			tell(snap, rule, WARDEN_EVENT_RULE_LAPSE);
	}
	return nr;
}

static void lapse(const struct warden_layers *layers, bool sockets)
{
	s64 now = seconds_now();
	u32 i, nr = 0;

	for (i = 0; i < layers->nr; i++)
		nr += lapse_of(layers->layer[i], sockets, now, nr);
	if (nr > TOLD)
		tell_rest(nr - TOLD, WARDEN_EVENT_RULE_LAPSE);
}

/* From here on each use is seen again. */
static void void_what_is_kept(void)
{
	warden_service_hold();
	warden_epoch_advance();
	warden_service_renew();
}

/* A look that is due already is not put off: whoever loads policies would keep all rules from lapsing. */
static void arm(void)
{
	u64 next = U64_MAX;
	u32 domain;

	for (domain = 0; domain < WARDEN_DOMAIN_LAPSES; domain++)
		if (limits[domain])
			next = min(next, limits[domain] * (u64)NSEC_PER_SEC / LOOKS);
	if (pending)
		next = min_t(u64, next, NSEC_PER_SEC);
	if (next == U64_MAX) {
		due = U64_MAX;
		hrtimer_cancel(&look_timer);
		return;
	}
	due = min(due, ktime_get_boottime_ns() + next);
	hrtimer_start(&look_timer, ns_to_ktime(due), HRTIMER_MODE_ABS);
}

static bool any_limit(void)
{
	u32 domain, any = 0;

	for (domain = 0; domain < WARDEN_DOMAIN_LAPSES; domain++)
		any |= limits[domain];
	return any;
}

static void look(void)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	const u64 generation = layers->generation;
	bool sockets;

	void_what_is_kept();
	warden_session_review(WARDEN_REASON_POLICY_CHANGED, ktime_get_boottime_ns(), NULL);
	sockets = warden_sweep_note(layers);
	if (warden_layers_get_rcu()->generation == generation)
		lapse(layers, sockets);
}

static void look_late(struct work_struct *work)
{
	warden_change_lock();
	due = U64_MAX;
	if (any_limit())
		look();
	warden_use_settle();
	warden_change_unlock();
}

/**
 * warden_use_settle() - put in force what has lapsed or was renewed
 *
 * Context: In a change; sleeps.
 * Return: 0, or -ENOMEM, where it is tried again in a second.
 */
int warden_use_settle(void)
{
	int err = 0;

	warden_change_assert_held();
	if (pending)
		err = warden_policy_again(WARDEN_REASON_POLICY_CHANGED);
	if (!err)
		pending = false;
	arm();
	return err;
}

/* --- policies come and go ------------------------------------------------------------ */

/**
 * warden_use_begin() - begin to note the uses of a layer
 * @snap: the layer, not yet published
 * @before: the one whose place it takes; NULL for none
 *
 * Context: In a change; may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_use_begin(struct warden_snapshot *snap, const struct warden_snapshot *before)
{
	const s32 now = moment_of(seconds_now(), false);
	u32 i;

	warden_change_assert_held();
	if (snap->uses || !snap->nr_rules)
		return 0;
	snap->uses = kvmalloc_array(snap->nr_rules, sizeof(*snap->uses), GFP_KERNEL_ACCOUNT);
	if (!snap->uses)
		return -ENOMEM;
	for (i = 0; i < snap->nr_rules; i++)
		snap->uses[i] = now;
	return before ? warden_use_carry(snap, before) : 0;
}

/**
 * warden_use_follow() - another policy is in force
 * @layers: the policy
 *
 * Context: In a change; may sleep.
 */
void warden_use_follow(const struct warden_layers *layers)
{
	warden_change_assert_held();
	read_limits(layers);
	arm();
}

/**
 * warden_use_doubt() - a policy came back whose closed ports were made when it was in force before
 *
 * Rules of layers that stayed may have lapsed since, or been renewed; that needs no time in the policy,
 * as what has lapsed stays so where an update takes the time away.
 *
 * Context: In a change; may sleep.
 */
void warden_use_doubt(void)
{
	warden_change_assert_held();
	pending |= ever;
	arm();
}

/**
 * warden_use_restart() - begin the time of each rule anew that has not lapsed
 * @snap: the layer
 *
 * Its rules allow from now on what they did not, which nobody can have used.
 *
 * Context: In a change.
 */
void warden_use_restart(struct warden_snapshot *snap)
{
	const s32 now = moment_of(seconds_now(), false);
	u32 i;

	warden_change_assert_held();
	for (i = 0; snap->uses && i < snap->nr_rules; i++)
		if (!(snap->rules[i].action & WARDEN_RULE_LAPSED) && !is_used(snap->uses[i]))
			WRITE_ONCE(snap->uses[i], now);
}

/**
 * warden_use_again() - the policy says something else now, and could not be put in force anew
 *
 * Verdicts are made anew from here on. The ports that packets find closed follow in a second, or as
 * soon as there is memory.
 *
 * Context: In a change; sleeps.
 */
void warden_use_again(void)
{
	warden_change_assert_held();
	void_what_is_kept();
	pending = true;
	ever = true;
	arm();
}

/* --- the commands ---------------------------------------------------------------------- */

static bool can_lapse(const struct warden_rule *rule)
{
	return rule->domain < WARDEN_DOMAIN_LAPSES && rule->action != WARDEN_ACTION_DENY &&
	       !(rule->flags & WARDEN_RULE_FLAG_SETUP);
}

static u32 renew_layer(struct warden_snapshot *snap, u32 line, u32 *found, u32 told)
{
	const s64 now = seconds_now();
	u32 i, nr = 0;

	for (i = 0; snap->uses && i < snap->nr_rules; i++) {
		struct warden_rule *rule = &snap->rules[i];

		if (!can_lapse(rule) || (line && rule->line != line))
			continue;
		++*found;
		WRITE_ONCE(snap->uses[i], moment_of(now, is_used(snap->uses[i])));
		if (!(rule->action & WARDEN_RULE_LAPSED))
			continue;
		set_action(rule, warden_action_without(rule->action, WARDEN_RULE_LAPSED));
		if (told + nr++ < TOLD)
			tell(snap, rule, WARDEN_EVENT_RULE_RENEW);
	}
	return nr;
}

/* Who renews again and again keeps alive what nobody uses, and that is told, too. */
static void tell_begun_anew(u8 layer, u32 line, u32 nr)
{
	char text[64];

	snprintf(text, sizeof(text), "%u rules that had not lapsed", nr);
	warden_change_tell(&(struct warden_change){
		.event = WARDEN_EVENT_RULE_RENEW,
		.line = line,
		.object = text,
		.snap = layer ? warden_layers_find(warden_layers_get_rcu(), layer) : NULL });
}

/**
 * warden_use_renew() - begin the time of rules anew, and let those that have lapsed stand again
 * @layer: enum warden_role; 0 is each
 * @line: their line; 0 is each
 *
 * Context: In a change; sleeps.
 * Return: how many had lapsed; -ENOENT where there is no such rule, -ENOMEM.
 */
int warden_use_renew(u8 layer, u32 line)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	u32 i, found = 0, nr = 0;
	int err;

	warden_change_assert_held();
	for (i = 0; i < layers->nr; i++)
		if (!layer || layers->layer[i]->layer == layer)
			nr += renew_layer(layers->layer[i], line, &found, nr);
	if (!found && (layer || line))
		return -ENOENT;
	if (nr > TOLD)
		tell_rest(nr - TOLD, WARDEN_EVENT_RULE_RENEW);
	if (found > nr)
		tell_begun_anew(layer, line, found - nr);
	err = warden_use_settle();
	return err ?: nr;
}

/**
 * warden_use_restore() - a rule was unused in an earlier life
 * @state: its layer and digest, its place, times and whether it had lapsed
 *
 * It closes, and opens nothing. What was used in this life already is newer. The caller calls
 * warden_use_settle() when all are told.
 *
 * Context: In a change; may sleep.
 * Return: false where another policy is in force.
 */
bool warden_use_restore(const struct warden_rule_state *state)
{
	const struct warden_snapshot *snap = warden_layers_find(warden_layers_get_rcu(), state->layer);
	struct warden_rule *rule;
	s32 *use;

	warden_change_assert_held();
	if (!snap || !snap->uses || state->at > snap->nr_rules ||
	    memcmp(snap->digest, state->digest, sizeof(snap->digest)))
		return false;
	rule = &snap->rules[state->at - 1];
	use = &snap->uses[state->at - 1];
	if (!can_lapse(rule))
		return false;
	if (!is_used(READ_ONCE(*use)))
		WRITE_ONCE(*use, moment_of(seconds_now() - state->idle, state->used));
	if (state->lapsed && !(rule->flags & WARDEN_RULE_FLAG_SAFETY))
		set_action(rule, warden_action_with(rule->action, WARDEN_RULE_LAPSED));
	return true;
}

static void describe(struct warden_rule_state *s, const struct warden_snapshot *snap, u32 i)
{
	const struct warden_rule *rule = &snap->rules[i];
	const s32 use = READ_ONCE(snap->uses[i]);

	*s = (struct warden_rule_state){ .layer = snap->layer, .at = i + 1, .line = rule->line,
					 .domain = rule->domain, .used = is_used(use),
					 .idle = max_t(s64, seconds_now() - second_of(use), 0),
					 .after = limit_of(snap, rule) };
	s->lapsed = READ_ONCE(rule->action) & WARDEN_RULE_LAPSED;
	s->action = min_t(u8, READ_ONCE(rule->action), WARDEN_ACTION_ALLOW);
	s->has_ports = rule->domain == WARDEN_DOMAIN_LISTEN || rule->domain == WARDEN_DOMAIN_CONNECT ||
		       rule->domain == WARDEN_DOMAIN_BIND;
	if (s->has_ports) {
		s->protocol = rule->protocol;
		s->port_low = rule->port_low;
		s->port_high = rule->port_high;
	}
	if (rule->domain == WARDEN_DOMAIN_SENSOR || rule->domain == WARDEN_DOMAIN_EGRESS)
		s->class = rule->class;
	memcpy(s->digest, snap->digest, sizeof(s->digest));
	if (rule->program)
		strscpy(s->program, snap->programs[rule->program - 1].label, sizeof(s->program));
}

static u32 find_rule(const struct warden_snapshot *snap, u32 i)
{
	while (i < snap->nr_rules && snap->rules[i].flags & WARDEN_RULE_FLAG_SAFETY)
		i++;
	return snap->uses && i < snap->nr_rules ? i : U32_MAX;
}

/**
 * warden_use_get() - the first rule at or after a place
 * @cursor: the place, from 0; moved to that of the rule
 * @state: filled in
 *
 * Entries of a safety list are none.
 *
 * Context: Any.
 * Return: 0, or -ENOENT past the last.
 */
int warden_use_get(u64 *cursor, struct warden_rule_state *state)
{
	const struct warden_snapshot *snap;

	rcu_read_lock();
	snap = warden_layers_seek(warden_layers_get_rcu(), find_rule, cursor);
	if (snap)
		describe(state, snap, (u32)*cursor);
	rcu_read_unlock();
	return snap ? 0 : -ENOENT;
}

/**
 * warden_use_init() - nothing lapses yet
 *
 * Context: Module init.
 */
void __init warden_use_init(void)
{
	hrtimer_setup(&look_timer, timer_fires, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
}

/**
 * warden_use_exit() - look no more
 *
 * Context: Process context, sleeps; no command can run any more.
 */
void warden_use_exit(void)
{
	disable_work_sync(&look_work);
	hrtimer_cancel(&look_timer); /* the work may have armed it, and it begins no other any more */
}

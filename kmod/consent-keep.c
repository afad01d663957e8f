// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consent record in little memory: its strings stand behind it, and what most
 * records do not have is apart.
 */
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "consent-priv.h"

/* The strings of a record, in the order in which they are kept. */
static void list_texts(struct warden_consent *c, char *texts[5])
{
	texts[0] = c->program;
	texts[1] = c->purpose;
	texts[2] = c->principal;
	texts[3] = c->basis;
	texts[4] = c->jurisdiction;
}

static size_t tail_size(const struct warden_consent *c)
{
	return (c->has_notice ? WARDEN_DIGEST_SIZE : 0) + strlen(c->program) + strlen(c->purpose) +
	       strlen(c->principal) + strlen(c->basis) + strlen(c->jurisdiction) + 5;
}

static void fill_tail(struct kept *k, const struct warden_consent *c)
{
	char *texts[5];
	u8 *at = kept_tail(k);
	u32 i;

	if (c->has_notice) {
		memcpy(at, c->notice, sizeof(c->notice));
		at += sizeof(c->notice);
	}
	list_texts((struct warden_consent *)c, texts);
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		strcpy((char *)at, texts[i]);
		at += strlen(texts[i]) + 1;
	}
}

static struct extra *new_extra(const struct warden_consent *c)
{
	struct extra *x = kzalloc(sizeof(*x), GFP_KERNEL_ACCOUNT);

	if (!x)
		return NULL;
	x->nr_windows = c->nr_windows;
	x->nr_steps = c->nr_steps;
	memcpy(x->window, c->window, sizeof(x->window));
	memcpy(x->step, c->step, sizeof(x->step));
	return x;
}

static void fill_grants(struct kept *k, const struct warden_consent *c)
{
	u32 i;

	for (i = 0; i < k->nr_grants; i++) {
		struct warden_grant *g = &k->grant[i];

		g->digest = c->digests[i];
		g->class = c->class;
		g->validity = c->validity;
		g->nth = i;
		g->purpose = warden_snapshot_key(c->purpose);
		g->principal = warden_snapshot_key(c->principal);
		memcpy(g->receipt, c->receipt, sizeof(g->receipt));
	}
}

/**
 * warden_kept_new() - keep a record
 * @c: the record; its strings end within their arrays
 *
 * Context: Process context, may sleep.
 * Return: what is kept, in no table; or NULL without memory.
 */
struct kept *warden_kept_new(const struct warden_consent *c)
{
	struct kept *k = kzalloc(struct_size(k, grant, c->nr_digests) + tail_size(c),
				 GFP_KERNEL_ACCOUNT);

	if (!k)
		return NULL;
	k->nr_grants = c->nr_digests;
	k->given = c->given;
	k->expires = c->expires;
	k->used = c->used;
	atomic_set(&k->uses, c->uses);
	k->issued = c->issued;
	k->week = c->week;
	k->state = c->state;
	k->context = c->context;
	k->has_notice = c->has_notice;
	fill_grants(k, c);
	fill_tail(k, c);
	if (!c->nr_windows && !c->nr_steps)
		return k;
	k->extra = new_extra(c);
	if (k->extra)
		return k;
	kfree(k);
	return NULL;
}

static void copy_tail(const struct kept *k, struct warden_consent *c)
{
	const char *at = kept_program(k);
	char *texts[5];
	u32 i;

	if (k->has_notice)
		memcpy(c->notice, kept_tail(k), sizeof(c->notice));
	list_texts(c, texts);
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		strscpy(texts[i], at, WARDEN_LABEL_MAX + 1);
		at += strlen(at) + 1;
	}
}

/* What a reader is told: whether it holds now counts, too. */
static u8 state_of(const struct kept *k)
{
	if (k->state != WARDEN_CONSENT_STATE_GIVEN)
		return k->state;
	if (warden_table_is_gone(k))
		return WARDEN_CONSENT_STATE_USED;
	return k->stands ? WARDEN_CONSENT_STATE_GIVEN : WARDEN_CONSENT_STATE_DORMANT;
}

/**
 * warden_kept_copy() - write a record out
 * @k: what is kept
 * @c: filled in
 *
 * Context: Process context, under the records' lock.
 */
void warden_kept_copy(const struct kept *k, struct warden_consent *c)
{
	u32 i;

	memset(c, 0, sizeof(*c));
	c->nr_digests = k->nr_grants;
	for (i = 0; i < k->nr_grants; i++)
		c->digests[i] = k->grant[i].digest;
	memcpy(c->receipt, k->grant[0].receipt, sizeof(c->receipt));
	c->class = k->grant[0].class;
	c->validity = k->grant[0].validity;
	c->state = state_of(k);
	c->context = k->context;
	c->has_notice = k->has_notice;
	c->given = k->given;
	c->expires = k->expires;
	c->used = READ_ONCE(k->used);
	c->uses = atomic_read(&k->uses);
	c->issued = k->issued;
	c->week = k->week;
	copy_tail(k, c);
	if (!k->extra)
		return;
	c->nr_windows = k->extra->nr_windows;
	c->nr_steps = k->extra->nr_steps;
	memcpy(c->window, k->extra->window, sizeof(c->window));
	memcpy(c->step, k->extra->step, sizeof(c->step));
}

/**
 * warden_kept_step() - change the state of a record, and remember that
 * @k: the record
 * @state: enum warden_consent_state
 * @reason: enum warden_reason
 *
 * Where there is no room left the last step gives way. Without memory the state
 * changes and the step is in the audit log alone.
 *
 * Context: Process context, may sleep; under the records' lock.
 */
void warden_kept_step(struct kept *k, u8 state, u8 reason)
{
	struct warden_consent_step *step;

	k->state = state;
	if (!k->extra)
		k->extra = kzalloc(sizeof(*k->extra), GFP_KERNEL_ACCOUNT);
	if (!k->extra)
		return;
	if (k->extra->nr_steps < WARDEN_STEPS_MAX)
		k->extra->nr_steps++;
	step = &k->extra->step[k->extra->nr_steps - 1];
	step->time = ktime_get_boottime_ns();
	step->state = state;
	step->reason = reason;
}

/**
 * warden_kept_free() - forget a record
 * @k: in no table; decisions may still be looking at it
 *
 * Context: Process context, may sleep.
 */
void warden_kept_free(struct kept *k)
{
	u64 holder = k->grant[0].holder;

	if (k->grant[0].validity == WARDEN_CONSENT_VALIDITY_RUN && holder)
		put_pid((struct pid *)(unsigned long)holder);
	kfree(k->extra);
	kfree_rcu(k, rcu);
}

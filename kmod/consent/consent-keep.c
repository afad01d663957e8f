// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consent record in little memory: its strings stand behind it, and what most
 * records do not have is apart.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "consent-priv.h"

static struct kmem_cache *kept_cache;

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
	u8 *at = k->text;
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
	x->week = c->week;
	x->nr_windows = c->nr_windows;
	x->nr_steps = c->nr_steps;
	memcpy(x->window, c->window, sizeof(x->window));
	memcpy(x->step, c->step, sizeof(x->step));
	return x;
}

static void fill_grant(struct kept *k, const struct warden_consent *c)
{
	struct warden_grant *g = &k->grant;
	u32 i;

	g->class = c->class;
	g->validity = c->validity;
	g->purpose = warden_snapshot_key(c->purpose);
	g->principal = warden_snapshot_key(c->principal);
	memcpy(g->receipt, c->receipt, sizeof(g->receipt));
	for (i = 0; i < k->nr_links; i++) {
		k->link[i].grant = g;
		k->link[i].digest = c->digests[i];
	}
}

static void fill(struct kept *k, const struct warden_consent *c)
{
	k->given = c->given;
	k->expires = c->expires;
	k->used = c->used;
	atomic_set(&k->uses, c->uses);
	k->issued = c->issued;
	k->state = c->state;
	k->context = c->context;
	k->has_notice = c->has_notice;
	fill_grant(k, c);
	fill_tail(k, c);
}

/* Of the usual size in a cache of its own, which wastes less than the next power of two. */
static struct kept *alloc(u32 nr_links)
{
	struct kept *k;

	if (nr_links <= LINKS_USUAL)
		k = kmem_cache_zalloc(kept_cache, GFP_KERNEL);
	else
		k = kzalloc(struct_size(k, link, nr_links), GFP_KERNEL_ACCOUNT);
	if (k)
		k->nr_links = nr_links;
	return k;
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
	struct kept *k = alloc(c->nr_digests);

	if (!k)
		return NULL;
	k->text = kmalloc(tail_size(c), GFP_KERNEL_ACCOUNT);
	if (k->text && (c->nr_windows || c->nr_steps))
		k->extra = new_extra(c);
	if (!k->text || (!k->extra && (c->nr_windows || c->nr_steps))) {
		kfree(k->text);
		kfree(k);
		return NULL;
	}
	fill(k, c);
	return k;
}

/**
 * warden_kept_init() - set the records' cache up
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int __init warden_kept_init(void)
{
	struct kept *k;

	kept_cache = kmem_cache_create("warden_consent", struct_size(k, link, LINKS_USUAL), 0,
				       SLAB_ACCOUNT, NULL);
	return kept_cache ? 0 : -ENOMEM;
}

/**
 * warden_kept_exit() - wait for the last record to be freed, and free the cache
 *
 * Context: Process context, sleeps; no record is left.
 */
void warden_kept_exit(void)
{
	kvfree_rcu_barrier();
	kmem_cache_destroy(kept_cache);
}

static void copy_tail(const struct kept *k, struct warden_consent *c)
{
	const char *at = kept_program(k);
	char *texts[5];
	u32 i;

	if (k->has_notice)
		memcpy(c->notice, k->text, sizeof(c->notice));
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
	c->nr_digests = k->nr_links;
	for (i = 0; i < k->nr_links; i++)
		c->digests[i] = k->link[i].digest;
	memcpy(c->receipt, k->grant.receipt, sizeof(c->receipt));
	c->class = k->grant.class;
	c->validity = k->grant.validity;
	c->state = state_of(k);
	c->context = k->context;
	c->has_notice = k->has_notice;
	c->given = k->given;
	c->expires = k->expires;
	c->used = READ_ONCE(k->used);
	c->uses = atomic_read(&k->uses);
	c->issued = k->issued;
	copy_tail(k, c);
	if (!k->extra)
		return;
	c->week = k->extra->week;
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
	warden_table_forget(k);
	kfree(k->extra);
	kfree(k->text);
	kfree_rcu(k, rcu);
}

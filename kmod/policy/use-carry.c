// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of the uses of rules, from a layer to the one that takes its place: a maker who
 * sends an update each month must not keep alive what nobody uses.
 *
 * Two rules are the same where they let the same program do the same. Line, consent, rate and how
 * a session ends may be other.
 */
#include <linux/mm.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/random.h>
#include <linux/string.h>

#include "snapshot.h"
#include "use.h"

/* What a rule says, without pointers and places; its padding is zero. */
struct said {
	u64 topology;
	u64 purpose;
	struct warden_net net;
	struct warden_net own;
	u16 protocol;
	u16 port_low;
	u16 port_high;
	u8 domain;
	u8 class;
	char program[WARDEN_LABEL_MAX + 1];
	char interface[WARDEN_PATTERN_MAX + 1];
};

/* A rule of the layer of before. */
struct known {
	u64 hash;
	u32 at;
};

static siphash_key_t secret;

static bool is_carried(const struct warden_rule *rule)
{
	return rule->domain < WARDEN_DOMAIN_LAPSES && rule->action != WARDEN_ACTION_DENY;
}

static u64 hash_of(const struct warden_snapshot *snap, const struct warden_rule *rule, struct said *s)
{
	memset(s, 0, sizeof(*s));
	s->domain = rule->domain;
	s->purpose = rule->purpose;
	if (rule->domain == WARDEN_DOMAIN_SENSOR) {
		s->class = rule->class;
		s->topology = rule->topology;
	} else {
		s->protocol = rule->protocol;
		s->port_low = rule->port_low;
		s->port_high = rule->port_high;
		if (rule->net)
			s->net = snap->nets[rule->net - 1];
		if (rule->domain == WARDEN_DOMAIN_LISTEN && rule->own)
			s->own = snap->nets[rule->own - 1];
		if (rule->pattern)
			strscpy(s->interface, snap->patterns[rule->pattern - 1].text, sizeof(s->interface));
	}
	if (rule->program)
		strscpy(s->program, snap->programs[rule->program - 1].label, sizeof(s->program));
	return siphash(s, sizeof(*s), &secret);
}

static int compare(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static u32 list_known(const struct warden_snapshot *before, struct known *known, struct said *s)
{
	u32 i, nr = 0;

	for (i = 0; i < before->nr_rules; i++)
		if (is_carried(&before->rules[i]))
			known[nr++] = (struct known){ hash_of(before, &before->rules[i], s), i };
	sort(known, nr, sizeof(*known), compare, NULL);
	return nr;
}

static const struct known *find(const struct known *known, u32 nr, u64 hash)
{
	u32 low = 0, high = nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (known[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low < nr && known[low].hash == hash ? &known[low] : NULL;
}

static void carry_all(struct warden_snapshot *snap, const struct warden_snapshot *before,
		      const struct known *known, u32 nr, struct said *s)
{
	const struct known *k;
	u32 i;

	for (i = 0; i < snap->nr_rules; i++) {
		struct warden_rule *rule = &snap->rules[i];

		k = is_carried(rule) ? find(known, nr, hash_of(snap, rule, s)) : NULL;
		if (!k)
			continue;
		snap->uses[i] = READ_ONCE(before->uses[k->at]);
		if (before->rules[k->at].action == WARDEN_RULE_LAPSED &&
		    !(rule->flags & WARDEN_RULE_FLAG_SAFETY))
			rule->action = WARDEN_RULE_LAPSED;
	}
}

/**
 * warden_use_carry() - know of the rules of a layer what was known of the same rules before
 * @snap: the layer, not yet published, with its uses
 * @before: the one whose place it takes
 *
 * Context: In a change; may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_use_carry(struct warden_snapshot *snap, const struct warden_snapshot *before)
{
	struct known *known;
	struct said *s;
	u32 nr;

	if (!before->uses)
		return 0;
	get_random_once(&secret, sizeof(secret));
	known = kvmalloc_array(before->nr_rules, sizeof(*known), GFP_KERNEL);
	s = kmalloc(sizeof(*s), GFP_KERNEL);
	nr = known && s ? list_known(before, known, s) : 0;
	if (nr)
		carry_all(snap, before, known, nr, s);
	kvfree(known);
	kfree(s);
	return known && s ? 0 : -ENOMEM;
}

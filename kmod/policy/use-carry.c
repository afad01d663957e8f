// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of the uses of rules, from a layer to the one that takes its place: a maker who
 * sends an update each month must not keep alive what nobody uses.
 *
 * Two rules are the same where they let the same program do the same. Consent, rate and how a session
 * ends may be other, but a rule with the very same goes before: one with consent that is in use says
 * nothing of one without. The line may be other in any case.
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

/**
 * struct known - what is known of rules of before that are the same
 * @hash: of what they say; each rule is here twice, with and without its terms
 * @use: when one of them was used last
 * @lapsed: all of them have lapsed
 */
struct known {
	u64 hash;
	s32 use;
	bool lapsed;
};

static siphash_key_t secret;

static bool is_carried(const struct warden_rule *rule)
{
	return rule->domain < WARDEN_DOMAIN_LAPSES && rule->action != WARDEN_ACTION_DENY &&
	       !(rule->flags & WARDEN_RULE_FLAG_SETUP);
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

/* The same with what else the rule asks for. */
static u64 hash_of_terms(const struct warden_snapshot *snap, const struct warden_rule *rule, u64 hash)
{
	const bool sensor = rule->domain == WARDEN_DOMAIN_SENSOR;
	const struct warden_quorum *q = sensor && rule->quorum ? &snap->quorums[rule->quorum - 1] : NULL;

	hash = siphash_3u64(hash, rule->rate, (u64)rule->withdraw_ms << 8 | rule->flags, &secret);
	if (!q)
		return hash;
	return siphash_3u64(hash, q->need, siphash(q->principal, q->nr * sizeof(q->principal[0]), &secret),
			    &secret);
}

static int compare(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Of rules that are the same the one that was used last speaks, and one that stands. */
static u32 merge(struct known *known, u32 nr)
{
	u32 i, to = 0;

	for (i = 1; i < nr; i++) {
		if (known[i].hash != known[to].hash) {
			known[++to] = known[i];
			continue;
		}
		known[to].use = max(known[to].use, known[i].use);
		known[to].lapsed &= known[i].lapsed;
	}
	return nr ? to + 1 : 0;
}

static u32 list_known(const struct warden_snapshot *before, struct known *known, struct said *s)
{
	struct known k;
	u32 i, nr = 0;

	for (i = 0; i < before->nr_rules; i++) {
		const struct warden_rule *rule = &before->rules[i];

		if (!is_carried(rule))
			continue;
		k = (struct known){ .hash = hash_of(before, rule, s), .use = READ_ONCE(before->uses[i]),
				    .lapsed = rule->action & WARDEN_RULE_LAPSED };
		known[nr++] = k;
		k.hash = hash_of_terms(before, rule, k.hash);
		known[nr++] = k;
	}
	sort(known, nr, sizeof(*known), compare, NULL);
	return merge(known, nr);
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

static void carry_all(struct warden_snapshot *snap, const struct known *known, u32 nr, struct said *s)
{
	const struct known *k;
	u64 hash;
	u32 i;

	for (i = 0; i < snap->nr_rules; i++) {
		struct warden_rule *rule = &snap->rules[i];

		if (!is_carried(rule))
			continue;
		hash = hash_of(snap, rule, s);
		k = find(known, nr, hash_of_terms(snap, rule, hash)) ?: find(known, nr, hash);
		if (!k)
			continue;
		snap->uses[i] = k->use;
		if (k->lapsed && !(rule->flags & WARDEN_RULE_FLAG_SAFETY))
			rule->action = warden_action_with(rule->action, WARDEN_RULE_LAPSED);
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
	known = kvmalloc_array(before->nr_rules, 2 * sizeof(*known), GFP_KERNEL);
	s = kmalloc(sizeof(*s), GFP_KERNEL);
	nr = known && s ? list_known(before, known, s) : 0;
	if (nr)
		carry_all(snap, known, nr, s);
	kvfree(known);
	kfree(s);
	return known && s ? 0 : -ENOMEM;
}

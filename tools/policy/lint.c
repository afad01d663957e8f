// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every rule is cut into atoms: one program, one thing, one range of ports, those
 * that touch joined. An atom lies inside another where each of its parts is the other's or the other's
 * is "any". There are at most eight such keys for an atom; under each, atoms are
 * sorted by their first port, and beside each stands the one before it that
 * reaches furthest, so that looking for one that covers a range is one search.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <warden/domain.h>

#include "lint.h"

#define NONE UINT32_MAX

enum effect {
	EFFECT_DENY,
	EFFECT_ALLOW,
	EFFECT_CONSENT, /* plus the number of the purpose */
};

struct key {
	uint32_t domain;
	uint32_t effect;
	uint32_t program; /* 0 is any */
	uint32_t kind;	  /* of the thing: protocol, class; 0 is any */
	uint32_t name;	  /* of the thing, interned; 0 is none */
	uint32_t scope;	  /* interfaces and prefixes, interned; 0 is anywhere */
};

struct atom {
	struct key key;
	uint32_t low;
	uint32_t high;
	uint32_t rule;
	uint32_t widest; /* of this key up to here, the atom that reaches furthest */
	uint32_t second; /* the same of another rule; NONE where there is none */
};

typedef WARDEN_ARRAY(struct atom) atom_array;

/* Consents of all purposes count as one effect here. */
#define EFFECTS (EFFECT_CONSENT + 1)

struct lint {
	struct warden_model *m;
	struct warden_diags *d;
	struct warden_index interned;
	atom_array atoms; /* in the order of their keys */
	atom_array cut;	  /* in the order of the rules */
	uint32_t *first;  /* of each rule, and of one after the last, in @cut */
	WARDEN_ARRAY(struct warden_ports) ports; /* of the rule being cut */
	/* Bit mask of the shapes atoms have: where there is none of one, none is looked for. */
	uint8_t shapes[WARDEN_MODEL_DOMAINS][EFFECTS];
};

/* Which parts of a key are not "any". */
static unsigned int shape_of(const struct key *key)
{
	return (key->program ? 1 : 0) | (key->kind || key->name ? 2 : 0) | (key->scope ? 4 : 0);
}

static uint8_t *shapes_of(struct lint *l, const struct key *key)
{
	uint32_t effect = key->effect < EFFECT_CONSENT ? key->effect : EFFECT_CONSENT;

	return &l->shapes[key->domain][effect];
}

static int compare_keys(const struct key *a, const struct key *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (a->effect != b->effect)
		return a->effect < b->effect ? -1 : 1;
	if (a->program != b->program)
		return a->program < b->program ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return (a->scope > b->scope) - (a->scope < b->scope);
}

static uint32_t intern(struct lint *l, const char *text)
{
	uint32_t n = warden_index_get(&l->interned, text);

	if (n != WARDEN_INDEX_NONE)
		return n;
	n = (uint32_t)l->interned.used + 1;
	warden_index_add(&l->interned, warden_arena_dup(&l->m->arena, text, strlen(text)), n);
	return n;
}

static uint32_t scope_of(struct lint *l, const struct warden_rule *r)
{
	char *text = NULL, prefix[WARDEN_PREFIX_TEXT];
	uint32_t i, scope;
	size_t len;
	FILE *f;

	if (!r->interfaces.n && !r->prefixes.n && !r->owns.n && r->domain != WARDEN_DOMAIN_EGRESS)
		return 0;
	f = open_memstream(&text, &len);
	if (!f)
		return intern(l, "?");
	for (i = 0; i < r->interfaces.n; i++)
		fprintf(f, "on %s\n", l->m->names.v[r->interfaces.first + i].text);
	for (i = 0; i < r->owns.n; i++)
		fprintf(f, "own %s\n",
			warden_prefix_print(prefix, &l->m->prefixes.v[r->owns.first + i]));
	for (i = 0; i < r->prefixes.n; i++)
		fprintf(f, "at %s\n",
			warden_prefix_print(prefix, &l->m->prefixes.v[r->prefixes.first + i]));
	fclose(f);
	scope = len ? intern(l, text) : 0;
	free(text);
	return scope;
}

static void name_thing(struct lint *l, struct key *key, const char *prefix, const char *text)
{
	char name[WARDEN_PATH_MAX + 16];
	size_t used = strlen(prefix), len = strnlen(text, WARDEN_PATH_MAX);

	memcpy(name, prefix, used);
	memcpy(name + used, text, len);
	name[used + len] = '\0';
	key->name = intern(l, name);
}

static void add_atom(struct lint *l, const struct key *key, uint32_t low, uint32_t high,
		     uint32_t rule)
{
	*warden_array_add(&l->cut) = (struct atom){ *key, low, high, rule, NONE, NONE };
	*shapes_of(l, key) |= 1u << shape_of(key);
}

static void cut_sensors(struct lint *l, const struct warden_rule *r, struct key key, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < r->sensors.n; i++) {
		const struct warden_sensor *s = &l->m->sensors.v[r->sensors.first + i];

		key.kind = s->kind == WARDEN_SENSOR_CLASS ? s->class : 0;
		key.name = 0;
		if (s->kind == WARDEN_SENSOR_DEVICE)
			name_thing(l, &key, "device ", s->name.text);
		if (s->kind == WARDEN_SENSOR_NAME)
			name_thing(l, &key, "name ", s->name.text);
		add_atom(l, &key, 0, 0, n);
	}
}

static void cut_ports(struct lint *l, const struct warden_rule *r, struct key key, uint32_t n)
{
	uint32_t i;

	key.kind = r->protocol;
	if (!r->ports.n)
		add_atom(l, &key, 0, UINT16_MAX, n);
	for (i = 0; i < l->ports.n; i++)
		add_atom(l, &key, l->ports.v[i].low, l->ports.v[i].high, n);
}

static void join_ports(struct lint *l, const struct warden_rule *r)
{
	uint32_t i;

	l->ports.n = 0;
	for (i = 0; i < r->ports.n; i++)
		*warden_array_add(&l->ports) = l->m->ranges.v[r->ports.first + i];
	l->ports.n = warden_ports_merge(l->ports.v, r->ports.n);
}

static uint32_t effect_of(const struct warden_rule *r)
{
	if (r->action == WARDEN_ACTION_DENY)
		return EFFECT_DENY;
	return r->flags & WARDEN_RULE_FLAG_CONSENT ? EFFECT_CONSENT + r->purpose_id : EFFECT_ALLOW;
}

/* The atoms of one rule. */
static void cut_rule(struct lint *l, uint32_t n)
{
	const struct warden_rule *r = &l->m->rules.v[n];
	struct key key = { .domain = r->domain, .effect = effect_of(r), .scope = scope_of(l, r) };
	uint32_t programs = r->who.text ? r->programs.n : 1;
	uint32_t i;

	if (r->until_setup.line) /* it stands at another time than the others */
		return;
	join_ports(l, r);
	for (i = 0; i < programs; i++) {
		key.program = r->who.text ? l->m->members.v[r->programs.first + i] : 0;
		if (r->sensors.n) {
			cut_sensors(l, r, key, n);
		} else if (r->domain == WARDEN_DOMAIN_LISTEN ||
			   r->domain == WARDEN_DOMAIN_CONNECT || r->domain == WARDEN_DOMAIN_BIND) {
			cut_ports(l, r, key, n);
		} else {
			key.kind = r->socket;
			if (r->object.text)
				name_thing(l, &key,
					   r->by_class	? "class " :
					   r->by_digest ? "sha256 " :
							  "",
					   r->object.text);
			add_atom(l, &key, 0, 0, n);
		}
	}
}

static int by_key(const void *a, const void *b)
{
	const struct atom *x = a, *y = b;
	int c = compare_keys(&x->key, &y->key);

	if (c)
		return c;
	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	if (x->high != y->high)
		return x->high > y->high ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* Of two atoms the one that reaches further; of equal ones the first. */
static uint32_t further(const struct lint *l, uint32_t a, uint32_t b)
{
	if (a == NONE || b == NONE)
		return a == NONE ? b : a;
	return l->atoms.v[b].high > l->atoms.v[a].high ? b : a;
}

static void find_widest(struct lint *l)
{
	uint32_t i;

	for (i = 0; i < l->atoms.n; i++) {
		struct atom *a = &l->atoms.v[i], *before = i ? a - 1 : NULL;

		a->widest = i;
		if (!before || compare_keys(&before->key, &a->key))
			continue;
		a->widest = further(l, before->widest, i);
		a->second = before->second;
		if (a->widest == i && l->atoms.v[before->widest].rule != a->rule)
			a->second = before->widest;
		else if (a->widest != i && l->atoms.v[a->widest].rule != a->rule)
			a->second = further(l, before->second, i);
	}
}

static void sort_atoms(struct lint *l)
{
	uint32_t n, i;

	l->first = warden_array_zeroed(l->m->rules.n + 1, sizeof(*l->first));
	for (n = 0; n < l->m->rules.n; n++) {
		cut_rule(l, n);
		l->first[n + 1] = (uint32_t)l->cut.n;
	}
	l->atoms.v = warden_array_zeroed(l->cut.n, sizeof(*l->atoms.v));
	l->atoms.n = l->cut.n;
	if (l->cut.n)
		memcpy(l->atoms.v, l->cut.v, l->cut.n * sizeof(*l->cut.v));
	/* Much of what is written is in order. */
	for (i = 1; i < l->atoms.n && by_key(&l->atoms.v[i - 1], &l->atoms.v[i]) <= 0; i++)
		;
	if (i < l->atoms.n)
		qsort(l->atoms.v, l->atoms.n, sizeof(*l->atoms.v), by_key);
	find_widest(l);
}

/* The last atom of this key that begins at or before a port; NONE where none does. */
static uint32_t last_from(const struct lint *l, const struct key *key, uint32_t port)
{
	uint32_t low = 0, high = (uint32_t)l->atoms.n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int c = compare_keys(&l->atoms.v[mid].key, key);

		if (c < 0 || (!c && l->atoms.v[mid].low <= port))
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || compare_keys(&l->atoms.v[low - 1].key, key))
		return NONE;
	return low - 1;
}

/* Does the atom with this number reach over @a and may it stand for it? */
static bool covers(const struct lint *l, uint32_t n, const struct atom *a, const struct key *key)
{
	const struct atom *other = n == NONE ? NULL : &l->atoms.v[n];
	struct key own = a->key;

	if (!other || other->rule == a->rule || other->high < a->high)
		return false;
	own.effect = key->effect;
	if (compare_keys(&own, key) || other->low != a->low || other->high != a->high)
		return true;
	/* Two of the same extent: the later one is the one to tell of. */
	return other->key.effect != a->key.effect || other->rule < a->rule;
}

/* An atom of this effect that @a lies inside of; NONE where there is none. */
static uint32_t find_cover(struct lint *l, const struct atom *a, uint32_t effect)
{
	const struct key asked = { .domain = a->key.domain, .effect = effect };
	const unsigned int shape = shape_of(&a->key), there = *shapes_of(l, &asked);
	unsigned int wider;

	for (wider = 0; there && wider < 8; wider++) {
		struct key key;
		uint32_t at;

		if (wider & ~shape || !(there & 1u << (shape & ~wider)))
			continue;
		key = a->key;
		key.effect = effect;
		if (wider & 1)
			key.program = 0;
		if (wider & 2)
			key.kind = key.name = 0;
		if (wider & 4)
			key.scope = 0;
		at = last_from(l, &key, a->low);
		if (at == NONE)
			continue;
		if (covers(l, l->atoms.v[at].widest, a, &key))
			return l->atoms.v[at].widest;
		if (covers(l, l->atoms.v[at].second, a, &key))
			return l->atoms.v[at].second;
	}
	return NONE;
}

/* What covers a rule: the first rule that does, and whether there are several. */
struct cover {
	uint32_t rule;
	bool several;
	bool same; /* neither is larger */
};

static bool is_same_extent(const struct atom *a, const struct atom *b)
{
	struct key key = a->key;

	key.effect = b->key.effect;
	return !compare_keys(&key, &b->key) && a->low == b->low && a->high == b->high;
}

/* Are all atoms of a rule covered by this effect? */
static bool cover_rule(struct lint *l, uint32_t n, uint32_t effect, struct cover *c)
{
	uint32_t i;

	*c = (struct cover){ .rule = NONE, .same = true };
	for (i = l->first[n]; i < l->first[n + 1]; i++) {
		uint32_t at = find_cover(l, &l->cut.v[i], effect);

		if (at == NONE)
			return false;
		c->several = c->several || (c->rule != NONE && c->rule != l->atoms.v[at].rule);
		c->same = c->same && is_same_extent(&l->cut.v[i], &l->atoms.v[at]);
		if (c->rule == NONE)
			c->rule = l->atoms.v[at].rule;
	}
	return c->rule != NONE;
}

static bool has_same_terms(const struct warden_rule *a, const struct warden_rule *b)
{
	return a->withdraw_ms == b->withdraw_ms && a->rate == b->rate && !a->people.n && !b->people.n &&
	       !((a->flags ^ b->flags) & (WARDEN_RULE_SIGNALS | WARDEN_RULE_FLAG_CONSENT |
				      WARDEN_RULE_FLAG_BLANK | WARDEN_RULE_FLAG_EXPORT)) &&
	       a->purpose_id == b->purpose_id;
}

/* Does another rule with the same effect make this one do nothing? */
static bool is_shadowed(struct lint *l, uint32_t n, struct cover *c)
{
	const struct warden_rule *r = &l->m->rules.v[n];

	if (cover_rule(l, n, effect_of(r), c) &&
	    (r->action == WARDEN_ACTION_DENY || has_same_terms(r, &l->m->rules.v[c->rule])))
		return true;
	return r->flags & WARDEN_RULE_FLAG_CONSENT && cover_rule(l, n, EFFECT_ALLOW, c) &&
	       !(r->flags & ~l->m->rules.v[c->rule].flags & WARDEN_RULE_FLAG_EXPORT) &&
	       (!l->m->rules.v[c->rule].rate || l->m->rules.v[c->rule].rate == r->rate);
}

static void warn_rule(struct lint *l, uint32_t n)
{
	const struct warden_rule *r = &l->m->rules.v[n];
	const char *others, *verb;
	char where[WARDEN_WHERE_TEXT];
	struct cover c;

	if (r->action == WARDEN_ACTION_ALLOW && cover_rule(l, n, EFFECT_DENY, &c)) {
		warden_diags_where(l->d, l->m->rules.v[c.rule].at, where);
		others = c.several ? " and others deny" : " denies";
		if (c.same && !c.several)
			warden_diags_warn(l->d, r->at,
					  "this rule contradicts %s, which denies the same; deny "
					  "wins, take one of the two out",
					  where);
		else
			warden_diags_warn(l->d, r->at,
					  "this rule can never match: %s%s all of it; take it out",
					  where, others);
		return;
	}
	if (!is_shadowed(l, n, &c))
		return;
	warden_diags_where(l->d, l->m->rules.v[c.rule].at, where);
	others = c.several ? " and others" : "";
	verb = r->action == WARDEN_ACTION_DENY ? (c.several ? "deny" : "denies") :
						 (c.several ? "allow" : "allows");
	warden_diags_warn(l->d, r->at, "this rule does nothing: %s%s %s all of it%s; take it out",
			  where, others, verb,
			  r->flags & WARDEN_RULE_FLAG_CONSENT &&
					  !(l->m->rules.v[c.rule].flags & WARDEN_RULE_FLAG_CONSENT) ?
				  " without consent" :
				  "");
}

/* By the clock of who looks at the text. */
static void warn_purposes(const struct lint *l)
{
	size_t i;

	for (i = 0; i < l->m->purposes.n; i++) {
		const struct warden_purpose *p = &l->m->purposes.v[i];

		if (p->until.text && warden_model_day_end(p->until.text) <= (uint64_t)time(NULL))
			warden_diags_warn(l->d, p->until.at,
					  "purpose `%s` ended with this day, and its rules allow nothing; "
					  "name a later one", p->name.text);
	}
}

void warden_lint_model(struct warden_model *m, struct warden_diags *d)
{
	struct lint l = { .m = m, .d = d };
	uint32_t n;

	warn_purposes(&l);
	sort_atoms(&l);
	for (n = 0; n < m->rules.n; n++)
		warn_rule(&l, n);
	warden_index_free(&l.interned);
	free(l.atoms.v);
	free(l.cut.v);
	free(l.first);
	free(l.ports.v);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two policies can answer a question differently only where a rule stands in one
 * and not in the other, or where their defaults differ. So for each program the
 * rules that bear on it are held against each other first; where they are the
 * same nothing is asked. Where they are not, the space of questions is cut at
 * every edge of a rule, and one question is asked for each piece.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "model.h"
#include "wire.h"

#define PROTOCOL_OTHER 253 /* RFC 3692: for experiments; no rule can name it */

/* A rule without its line and its numbers: what it means, comparable as bytes. */
struct meaning {
	uint32_t action;
	uint32_t class;
	uint32_t flags;
	uint32_t withdraw_ms;
	uint32_t protocol;
	uint32_t low;
	uint32_t high;
	uint32_t topology; /* interned; 0 is any */
	uint32_t purpose;  /* interned; 0 is none */
	struct warden_digest digest;
};

typedef WARDEN_ARRAY(struct meaning) meanings;

/* The rules of one policy, to be found by domain and program. */
struct table {
	const struct warden_view *view;
	WARDEN_ARRAY(uint32_t) order; /* numbers of rules, by domain and program */
};

struct diff {
	struct table tables[WARDEN_SUBJECT_VIEWS];
	struct warden_arena arena;
	struct warden_index interned;
	WARDEN_ARRAY(const char *) texts; /* what is interned, from 1 */
	const struct warden_subject *subject;
	uint32_t domain;
	meanings rules[WARDEN_SUBJECT_VIEWS]; /* that bear on the subject */
	meanings differing;		      /* that only one of the two has */
	bool all;			      /* defaults differ: everything may */
	warden_change_fn fn;
	void *ctx;
};

static const struct warden_view *sorted_view; /* of the table being sorted */

static int by_place(const void *a, const void *b)
{
	const struct warden_rule_view *x = &sorted_view->rules.v[*(const uint32_t *)a - 1];
	const struct warden_rule_view *y = &sorted_view->rules.v[*(const uint32_t *)b - 1];

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	return x < y ? -1 : 1;
}

static void open_table(struct table *t, const struct warden_view *v)
{
	uint32_t i;

	t->view = v;
	for (i = 0; i < v->rules.n; i++)
		*warden_array_add(&t->order) = i + 1;
	sorted_view = v;
	if (t->order.n)
		qsort(t->order.v, t->order.n, sizeof(*t->order.v), by_place);
}

static uint32_t intern(struct diff *d, const char *text)
{
	uint32_t n = warden_index_get(&d->interned, text);

	if (n != WARDEN_INDEX_NONE)
		return n;
	text = warden_arena_dup(&d->arena, text, strlen(text));
	*warden_array_add(&d->texts) = text;
	warden_index_add(&d->interned, text, (uint32_t)d->texts.n);
	return (uint32_t)d->texts.n;
}

static struct meaning meaning_of(struct diff *d, const struct warden_view *v,
				 const struct warden_rule_view *r)
{
	struct meaning m;

	memset(&m, 0, sizeof(m)); /* its padding is compared, too */
	m.action = r->action;
	m.class = r->class;
	m.flags = r->flags & (WARDEN_RULE_FLAG_CONSENT | WARDEN_RULE_FLAG_KILL);
	m.withdraw_ms = r->withdraw_ms;
	m.protocol = r->protocol;
	m.low = r->low;
	m.high = r->high;
	m.topology = r->topology ? intern(d, r->topology) : 0;
	m.purpose = r->purpose && r->purpose <= v->purposes.n ?
			    intern(d, v->purposes.v[r->purpose - 1]) :
			    0;
	m.digest = r->digest;
	return m;
}

static void add_rules_of(struct diff *d, unsigned int view, uint32_t program)
{
	const struct table *t = &d->tables[view];
	size_t low = 0, high = t->order.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct warden_rule_view *r = warden_view_rule(t->view, t->order.v[mid]);

		if (r->domain < d->domain || (r->domain == d->domain && r->program < program))
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < t->order.n; low++) {
		const struct warden_rule_view *r = warden_view_rule(t->view, t->order.v[low]);

		if (r->domain != d->domain || r->program != program)
			return;
		*warden_array_add(&d->rules[view]) = meaning_of(d, t->view, r);
	}
}

static int by_meaning(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct meaning));
}

static void gather_rules(struct diff *d, unsigned int view)
{
	const uint32_t *program;

	d->rules[view].n = 0;
	add_rules_of(d, view, 0);
	for (program = d->subject->programs[view]; *program; program++)
		add_rules_of(d, view, *program);
	if (d->rules[view].n)
		qsort(d->rules[view].v, d->rules[view].n, sizeof(struct meaning), by_meaning);
}

/* What stands in one of two sorted lists and not in the other. */
static void find_differing(struct diff *d)
{
	const meanings *a = &d->rules[0], *b = &d->rules[1];
	size_t i = 0, k = 0;

	d->differing.n = 0;
	while (i < a->n || k < b->n) {
		int c = i == a->n ? 1 : k == b->n ? -1 : by_meaning(&a->v[i], &b->v[k]);

		if (c < 0)
			*warden_array_add(&d->differing) = a->v[i];
		if (c > 0)
			*warden_array_add(&d->differing) = b->v[k];
		i += c <= 0;
		k += c >= 0;
	}
}

static struct warden_question question_of(const struct diff *d)
{
	return (struct warden_question){ .domain = d->domain,
					 .uid = d->subject->uid,
					 .subject = d->subject->digest };
}

/* One question to both. True where the answers differ. */
static bool ask_both(const struct diff *d, const struct warden_question *q,
		     struct warden_outcome answers[WARDEN_SUBJECT_VIEWS])
{
	unsigned int view;

	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		warden_ask(d->tables[view].view, q, &answers[view]);
	return !warden_outcome_same(&answers[0], &answers[1]);
}

static void tell(const struct diff *d, const char *what,
		 const struct warden_outcome answers[WARDEN_SUBJECT_VIEWS])
{
	const char *who = d->domain < WARDEN_DOMAIN_EXEC ? d->subject->label : "anybody";
	struct warden_change change = { who, d->domain, what, &answers[0], &answers[1] };

	d->fn(d->ctx, &change);
}

/* Do the defaults of the domain differ, so that rules are not all there is to compare? */
static bool defaults_differ(const struct diff *d)
{
	static const struct warden_subject nobody = { .uid = WARDEN_UID_OTHER };
	struct diff of_nobody = *d;
	struct warden_outcome answers[WARDEN_SUBJECT_VIEWS];
	struct warden_question q;

	of_nobody.subject = &nobody;
	q = question_of(&of_nobody);
	q.class = WARDEN_SENSOR_CLASS_UNKNOWN;
	q.protocol = PROTOCOL_OTHER;
	return ask_both(d, &q, answers);
}

/* --- sensors ----------------------------------------------------------------------- */

/* The topology names rules speak of; the first is none of them. */
static uint32_t topologies_of(const struct diff *d, const char *names[], uint32_t max)
{
	uint32_t n = 1, i, k, view;

	names[0] = NULL;
	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		for (i = 0; i < d->rules[view].n; i++) {
			uint32_t topology = d->rules[view].v[i].topology;
			const char *name = topology ? d->texts.v[topology - 1] : NULL;

			for (k = 0; name && k < n; k++)
				if (names[k] == name)
					name = NULL;
			if (name && n < max)
				names[n++] = name;
		}
	return n;
}

/* A row of answers: one for each class, for one topology. */
struct row {
	struct warden_outcome answers[WARDEN_SENSOR_CLASS_UNKNOWN + 1][WARDEN_SUBJECT_VIEWS];
	bool differs[WARDEN_SENSOR_CLASS_UNKNOWN + 1];
};

static void ask_row(const struct diff *d, const char *topology, struct row *row)
{
	struct warden_question q = question_of(d);

	q.topology = topology;
	for (q.class = WARDEN_SENSOR_CLASS_CAMERA; q.class <= WARDEN_SENSOR_CLASS_UNKNOWN; q.class++)
		row->differs[q.class] = ask_both(d, &q, row->answers[q.class]);
}

static bool is_same_answer(const struct row *a, const struct row *b, uint32_t x, uint32_t y)
{
	return a->differs[x] == b->differs[y] &&
	       warden_outcome_same(&a->answers[x][0], &b->answers[y][0]) &&
	       warden_outcome_same(&a->answers[x][1], &b->answers[y][1]);
}

#define CLASSES ((1u << (WARDEN_SENSOR_CLASS_UNKNOWN + 1)) - (1u << WARDEN_SENSOR_CLASS_CAMERA))

/* `camera, screen`, `any but camera`, `any`: what is shorter. */
static void put_classes(char *to, size_t size, uint32_t classes)
{
	bool but = __builtin_popcount(classes) > __builtin_popcount(CLASSES) / 2;
	uint32_t named = but ? CLASSES & ~classes : classes, class;
	size_t used = but ? (size_t)snprintf(to, size, named ? "any but " : "any") : 0;
	const char *join = "";

	for (class = 0; class <= WARDEN_SENSOR_CLASS_UNKNOWN && used < size; class++) {
		if (!(named & 1u << class))
			continue;
		used += (size_t)snprintf(to + used, size - used, "%s%s", join,
					 warden_enum_word(warden_enum_sensor_class(), class));
		join = ", ";
	}
}

/* Classes for which the same comes of it are told in one line. */
static void tell_classes(const struct diff *d, const char *topology, const struct row *row,
			 uint32_t classes)
{
	const size_t mark = strlen(WARDEN_NAME_MARK);
	bool named = topology && !strncmp(topology, WARDEN_NAME_MARK, mark);
	char what[WARDEN_TOPOLOGY_MAX + 300], words[200];

	put_classes(words, sizeof(words), classes);
	if (topology)
		snprintf(what, sizeof(what), "use %s \"%s\"%s%s", named ? "name" : "device",
			 topology + (named ? mark : 0), classes == CLASSES ? "" : " as ",
			 classes == CLASSES ? "" : words);
	else
		snprintf(what, sizeof(what), "use %s", words);
	tell(d, what, row->answers[__builtin_ctz(classes)]);
}

/* What comes of a device is not told where the same comes of those no rule names. */
static void tell_row(const struct diff *d, const char *topology, const struct row *row,
		     const struct row *others)
{
	uint32_t left = 0, class, first;

	for (class = WARDEN_SENSOR_CLASS_CAMERA; class <= WARDEN_SENSOR_CLASS_UNKNOWN; class++)
		if (row->differs[class] && !(others && is_same_answer(row, others, class, class)))
			left |= 1u << class;
	while (left) {
		uint32_t same = 0;

		first = (uint32_t)__builtin_ctz(left);
		for (class = first; class <= WARDEN_SENSOR_CLASS_UNKNOWN; class++)
			if (left & 1u << class && is_same_answer(row, row, first, class))
				same |= 1u << class;
		tell_classes(d, topology, row, same);
		left &= ~same;
	}
}

static void diff_sensors(struct diff *d)
{
	const char *topologies[1024];
	uint32_t n = topologies_of(d, topologies, 1024), i;
	struct row *rows = warden_array_zeroed(2, sizeof(*rows));

	ask_row(d, NULL, &rows[0]);
	tell_row(d, NULL, &rows[0], NULL);
	for (i = 1; i < n; i++) {
		ask_row(d, topologies[i], &rows[1]);
		tell_row(d, topologies[i], &rows[1], &rows[0]);
	}
	free(rows);
}

/* --- ports ---------------------------------------------------------------------------- */

/* A piece of the ports of one protocol over which the answers do not change. */
struct piece {
	uint32_t low;
	uint32_t high;
	struct warden_outcome answers[WARDEN_SUBJECT_VIEWS];
};

typedef WARDEN_ARRAY(struct piece) pieces;

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* May the answer differ at this port? */
static bool is_touched(const struct diff *d, uint32_t protocol, uint32_t port)
{
	size_t i;

	if (d->all)
		return true;
	for (i = 0; i < d->differing.n; i++) {
		const struct meaning *m = &d->differing.v[i];

		if ((!m->protocol || m->protocol == protocol) && m->low <= port && port <= m->high)
			return true;
	}
	return false;
}

/* First ports of the pieces, sorted, each once; ends with 65536. */
static uint32_t edges_of(const struct diff *d, uint32_t **edges)
{
	uint32_t *v = warden_array_zeroed(2 * (d->rules[0].n + d->rules[1].n) + 2, sizeof(*v));
	uint32_t n = 0, kept = 0, view, i;

	v[n++] = 0;
	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		for (i = 0; i < d->rules[view].n; i++) {
			v[n++] = d->rules[view].v[i].low;
			v[n++] = d->rules[view].v[i].high + 1;
		}
	v[n++] = UINT16_MAX + 1;
	qsort(v, n, sizeof(*v), by_number);
	for (i = 0; i < n; i++)
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	*edges = v;
	return kept;
}

static void find_pieces(const struct diff *d, uint32_t protocol, pieces *list)
{
	struct warden_question q = question_of(d);
	uint32_t *edges, n = edges_of(d, &edges), i;

	q.protocol = (uint16_t)protocol;
	for (i = 0; i + 1 < n; i++) {
		struct piece p = { edges[i], edges[i + 1] - 1, { { .what = 0 } } };
		struct piece *last = list->n ? &list->v[list->n - 1] : NULL;

		q.port = (uint16_t)p.low;
		if (!is_touched(d, protocol, p.low) || !ask_both(d, &q, p.answers))
			continue;
		if (last && last->high + 1 == p.low &&
		    warden_outcome_same(&last->answers[0], &p.answers[0]) &&
		    warden_outcome_same(&last->answers[1], &p.answers[1]))
			last->high = p.high;
		else
			*warden_array_add(list) = p;
	}
	free(edges);
}

static bool are_same_pieces(const pieces *a, const pieces *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (a->v[i].low != b->v[i].low || a->v[i].high != b->v[i].high ||
		    !warden_outcome_same(&a->v[i].answers[0], &b->v[i].answers[0]) ||
		    !warden_outcome_same(&a->v[i].answers[1], &b->v[i].answers[1]))
			return false;
	return a->n == b->n;
}

static void tell_pieces(const struct diff *d, const char *protocol, const pieces *list)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct piece *p = &list->v[i];
		char what[200];

		if (!p->low && p->high == UINT16_MAX)
			snprintf(what, sizeof(what), "listen %s any", protocol);
		else if (p->low == p->high)
			snprintf(what, sizeof(what), "listen %s %u", protocol, p->low);
		else
			snprintf(what, sizeof(what), "listen %s %u-%u", protocol, p->low, p->high);
		tell(d, what, p->answers);
	}
}

#define PROTOCOLS 16

/* Protocols are told one by one where they differ from most, and the rest in one. */
static void diff_ports(struct diff *d)
{
	pieces lists[PROTOCOLS] = { { NULL, 0, 0 } };
	const struct warden_protocol *protocol;
	char rest[120] = "any";
	size_t n, i, used = 3, differing = 0;

	find_pieces(d, PROTOCOL_OTHER, &lists[0]);
	for (n = 1; n < PROTOCOLS && (protocol = warden_protocol_nth(n - 1)); n++) {
		find_pieces(d, protocol->number, &lists[n]);
		if (are_same_pieces(&lists[0], &lists[n]))
			continue;
		tell_pieces(d, protocol->name, &lists[n]);
		if (used < sizeof(rest))
			used += (size_t)snprintf(rest + used, sizeof(rest) - used, "%s%s",
						 differing++ ? "," : " but ", protocol->name);
	}
	tell_pieces(d, rest, &lists[0]);
	for (i = 0; i < n; i++)
		free(lists[i].v);
}

/* --- files ------------------------------------------------------------------------------ */

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct warden_digest));
}

static bool is_in_list(const struct warden_view *v, uint32_t domain, const struct warden_digest *x)
{
	return v->references[domain].n &&
	       bsearch(x, v->references[domain].v, v->references[domain].n, sizeof(*x), by_bytes);
}

/* Files a rule names, or that only one of the lists holds; the first is none of them. */
static void tell_file(struct diff *d, const struct warden_digest *file, bool one)
{
	struct warden_outcome answers[WARDEN_SUBJECT_VIEWS];
	struct warden_question q = question_of(d);
	char hex[2 * WARDEN_DIGEST_SIZE + 1], what[160];
	const char *word = warden_model_domain(d->domain);

	q.object = *file;
	if (!ask_both(d, &q, answers))
		return;
	warden_hex_put(hex, file->bytes, sizeof(file->bytes));
	if (one)
		snprintf(what, sizeof(what), "%s a file of %s %s", word,
			 warden_enum_word(warden_enum_digest_alg(), file->alg), hex);
	else
		snprintf(what, sizeof(what), "%s any other file", word);
	tell(d, what, answers);
}

static void diff_lists(struct diff *d, unsigned int view)
{
	const struct warden_view *v = d->tables[view].view, *other = d->tables[!view].view;
	size_t i;

	for (i = 0; i < v->references[d->domain].n; i++)
		if (!is_in_list(other, d->domain, &v->references[d->domain].v[i]))
			tell_file(d, &v->references[d->domain].v[i], true);
}

static bool lists_differ(const struct diff *d)
{
	const struct warden_view *a = d->tables[0].view, *b = d->tables[1].view;
	size_t n = a->references[d->domain].n;

	return n != b->references[d->domain].n ||
	       (n && memcmp(a->references[d->domain].v, b->references[d->domain].v,
			    n * sizeof(struct warden_digest)));
}

static void diff_files(struct diff *d)
{
	static const struct warden_digest none = { .alg = WARDEN_DIGEST_ALG_SHA256 };
	meanings seen = { NULL, 0, 0 };
	unsigned int view;
	size_t i, k;

	tell_file(d, &none, false);
	for (i = 0; i < d->differing.n; i++) {
		const struct warden_digest *x = &d->differing.v[i].digest;

		for (k = 0; k < seen.n && by_bytes(&seen.v[k].digest, x); k++)
			;
		if (k < seen.n || !x->alg)
			continue;
		*warden_array_add(&seen) = d->differing.v[i];
		tell_file(d, x, true);
	}
	free(seen.v);
	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		diff_lists(d, view);
}

/* --- all of it ----------------------------------------------------------------------------- */

static void diff_domain(struct diff *d)
{
	gather_rules(d, 0);
	gather_rules(d, 1);
	find_differing(d);
	d->all = defaults_differ(d);
	if (!d->differing.n && !d->all && !lists_differ(d))
		return;
	if (d->domain == WARDEN_DOMAIN_SENSOR)
		diff_sensors(d);
	else if (d->domain == WARDEN_DOMAIN_LISTEN)
		diff_ports(d);
	else if (d->domain >= WARDEN_DOMAIN_EXEC)
		diff_files(d);
}

/* Who loads a file is nobody: it is asked for once, of a program no policy names. */
static bool is_asked(uint32_t domain, bool last)
{
	return last || domain < WARDEN_DOMAIN_EXEC;
}

static void close_diff(struct diff *d)
{
	free(d->tables[0].order.v);
	free(d->tables[1].order.v);
	free(d->rules[0].v);
	free(d->rules[1].v);
	free(d->differing.v);
	free(d->texts.v);
	warden_index_free(&d->interned);
	warden_arena_free(&d->arena);
}

void warden_diff(const struct warden_view *before, const struct warden_view *after,
		 warden_change_fn fn, void *ctx)
{
	const struct warden_view *const views[] = { before, after };
	struct diff d = { .fn = fn, .ctx = ctx };
	struct warden_subjects s;
	size_t i;

	open_table(&d.tables[0], before);
	open_table(&d.tables[1], after);
	warden_subjects_find(&s, views);
	for (i = 0; i < s.list.n; i++) {
		d.subject = &s.list.v[i];
		for (d.domain = WARDEN_DOMAIN_SENSOR; d.domain <= WARDEN_DOMAIN_FIRMWARE; d.domain++)
			if (is_asked(d.domain, i + 1 == s.list.n))
				diff_domain(&d);
	}
	warden_subjects_free(&s);
	close_diff(&d);
}

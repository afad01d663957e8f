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

#include <warden/domain.h>

#include "diff.h"
#include "diff_priv.h"
#include "model.h"
#include "wire.h"

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
	m.flags = r->flags & (WARDEN_RULE_FLAG_CONSENT | WARDEN_RULE_SIGNALS | WARDEN_RULE_FLAG_BLANK |
			     WARDEN_RULE_FLAG_EXPORT);
	m.withdraw_ms = r->withdraw_ms;
	m.rate = r->rate;
	m.protocol = r->protocol;
	m.low = r->low;
	m.high = r->high;
	m.socket = r->socket;
	m.topology = r->topology ? intern(d, r->topology) : 0;
	m.purpose = r->purpose && r->purpose <= v->purposes.n ?
			    intern(d, v->purposes.v[r->purpose - 1]) :
			    0;
	m.net = r->net;
	m.own = r->own;
	m.interface = r->interface ? intern(d, r->interface) : 0;
	m.surface = r->surface;
	m.pattern = r->pattern ? intern(d, r->pattern) : 0;
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

struct warden_question warden_diff_question(const struct diff *d)
{
	return (struct warden_question){ .domain = d->domain,
					 .uid = d->subject->uid,
					 .unit = d->subject->unit,
					 .arguments = d->subject->arguments,
					 .subject = d->subject->digest };
}

bool warden_diff_ask(const struct diff *d, const struct warden_question *q,
		     struct warden_outcome answers[WARDEN_SUBJECT_VIEWS])
{
	unsigned int view;

	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		warden_ask(d->tables[view].view, q, &answers[view]);
	return !warden_outcome_same(&answers[0], &answers[1]);
}

void warden_diff_tell(const struct diff *d, const char *what,
		 const struct warden_outcome answers[WARDEN_SUBJECT_VIEWS])
{
	const char *who = warden_domain_has_object(d->domain) || d->domain == WARDEN_DOMAIN_USB ?
				  "anybody" : d->subject->label;
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
	q = warden_diff_question(&of_nobody);
	q.class = WARDEN_SENSOR_CLASS_UNKNOWN;
	q.protocol = PROTOCOL_OTHER;
	q.socket = WARDEN_SOCKET_CLASS_UNKNOWN;
	return warden_diff_ask(d, &q, answers);
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
	struct warden_question q = warden_diff_question(d);

	q.topology = topology;
	for (q.class = WARDEN_SENSOR_CLASS_CAMERA; q.class <= WARDEN_SENSOR_CLASS_UNKNOWN; q.class++)
		row->differs[q.class] = warden_diff_ask(d, &q, row->answers[q.class]);
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
	warden_diff_tell(d, what, row->answers[__builtin_ctz(classes)]);
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

/* --- kinds of sockets ----------------------------------------------------------------- */

#define SOCKETS (WARDEN_SOCKET_CLASS_TUN + 1)

/* All that are asked for: none is no kind, and unix is open to all. */
static bool is_asked_socket(uint32_t socket)
{
	return socket != WARDEN_SOCKET_CLASS_NONE && socket != WARDEN_SOCKET_CLASS_UNIX;
}

/* `packet, raw`, `any but tcp`: what is shorter. */
static void put_sockets(char *to, size_t size, uint64_t sockets)
{
	bool but = __builtin_popcountll(sockets) > SOCKETS / 2;
	size_t used = (size_t)snprintf(to, size, "use protocol%s", but ? " any" : "");
	const char *join = but ? " but " : " ";
	uint32_t socket;

	for (socket = 0; socket < SOCKETS && used < size; socket++) {
		if (!is_asked_socket(socket) || (sockets >> socket & 1) == but)
			continue;
		used += (size_t)snprintf(to + used, size - used, "%s%s", join,
					 warden_enum_word(warden_enum_socket_class(), socket));
		join = ", ";
	}
}

/* Kinds for which the same comes of it are told in one line. */
static void diff_sockets(struct diff *d)
{
	struct warden_outcome answers[SOCKETS][WARDEN_SUBJECT_VIEWS];
	struct warden_question q = warden_diff_question(d);
	uint64_t left = 0;
	char what[600];

	for (q.socket = 0; q.socket < SOCKETS; q.socket++)
		if (is_asked_socket(q.socket) && warden_diff_ask(d, &q, answers[q.socket]))
			left |= 1ull << q.socket;
	while (left) {
		uint32_t first = (uint32_t)__builtin_ctzll(left), other;
		uint64_t same = 0;

		for (other = first; other < SOCKETS; other++)
			if (left >> other & 1 &&
			    warden_outcome_same(&answers[first][0], &answers[other][0]) &&
			    warden_outcome_same(&answers[first][1], &answers[other][1]))
				same |= 1ull << other;
		put_sockets(what, sizeof(what), same);
		warden_diff_tell(d, what, answers[first]);
		left &= ~same;
	}
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
	struct warden_question q = warden_diff_question(d);
	char hex[2 * WARDEN_DIGEST_SIZE + 1], what[160];
	const char *word = warden_model_domain(d->domain);

	q.object = *file;
	if (!warden_diff_ask(d, &q, answers))
		return;
	warden_hex_put(hex, file->bytes, sizeof(file->bytes));
	if (d->domain == WARDEN_DOMAIN_BPF)
		snprintf(what, sizeof(what), one ? "bpf sha256 %s" : "any other bpf program", hex);
	else if (one)
		snprintf(what, sizeof(what), "%s a file of %s %s", word,
			 warden_enum_word(warden_enum_digest_alg(), file->alg), hex);
	else
		snprintf(what, sizeof(what), "%s any other file", word);
	warden_diff_tell(d, what, answers);
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
	if (!d->differing.n && !d->all &&
	    !(warden_domain_has_object(d->domain) && lists_differ(d)))
		return;
	if (d->domain == WARDEN_DOMAIN_SENSOR)
		diff_sensors(d);
	else if (d->domain == WARDEN_DOMAIN_LISTEN || d->domain == WARDEN_DOMAIN_CONNECT ||
		 d->domain == WARDEN_DOMAIN_BIND)
		warden_diff_ports(d);
	else if (d->domain == WARDEN_DOMAIN_EGRESS)
		warden_diff_egress(d);
	else if (d->domain == WARDEN_DOMAIN_PROTOCOL)
		diff_sockets(d);
	else if (d->domain == WARDEN_DOMAIN_DEBUG)
		warden_diff_surfaces(d);
	else if (warden_domain_has_object(d->domain))
		diff_files(d);
	if (d->domain == WARDEN_DOMAIN_USB)
		warden_diff_usb(d);
	else
		warden_diff_names(d);
}

/* Who loads a file is nobody: it is asked for once, of a program no policy names. */
static bool is_asked(uint32_t domain, bool last)
{
	return warden_domain_has_rules(domain) &&
	       (last || !(warden_domain_has_object(domain) || domain == WARDEN_DOMAIN_USB));
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
		for (d.domain = WARDEN_DOMAIN_SENSOR; d.domain < WARDEN_MODEL_LIBRARY; d.domain++)
			if (is_asked(d.domain, i + 1 == s.list.n))
				diff_domain(&d);
	}
	warden_subjects_free(&s);
	close_diff(&d);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "index.h"
#include "model.h"
#include "wire.h"

static void advise(struct warden_explanation *e, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void advise(struct warden_explanation *e, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	*warden_array_add(&e->advice) = warden_arena_dup(&e->arena, text, strlen(text));
}

static void take_matching(void *ctx, uint32_t rule)
{
	struct warden_explanation *e = ctx;

	if (rule != e->outcome.rule)
		*warden_array_add(&e->matching) = rule;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The rule that decides comes first, the others in their order, each once. */
static void find_matching(struct warden_explanation *e, const struct warden_view *v,
			  const struct warden_question *q)
{
	const size_t first = e->outcome.rule != 0;
	size_t i, n;

	if (first)
		*warden_array_add(&e->matching) = e->outcome.rule;
	warden_oracle_matching(v->oracle, q, take_matching, e);
	if (e->matching.n > first)
		qsort(e->matching.v + first, e->matching.n - first, sizeof(*e->matching.v),
		      by_number);
	for (i = n = first; i < e->matching.n; i++)
		if (i == first || e->matching.v[i] != e->matching.v[n - 1])
			e->matching.v[n++] = e->matching.v[i];
	e->matching.n = n;
}

/* Leave out the rules that decide as the verdict does; the rest is what would stand. */
struct without {
	const struct warden_explanation *e;
	const struct warden_view *v;
	uint32_t action;
};

/* An egress rule that allows closes what it does not name: all that it became counts as one. */
static bool is_of_one(const struct warden_view *v, uint32_t a, uint32_t b)
{
	return v->rules.v[a - 1].domain == WARDEN_DOMAIN_EGRESS &&
	       v->rules.v[b - 1].domain == WARDEN_DOMAIN_EGRESS &&
	       v->rules.v[a - 1].line == v->rules.v[b - 1].line;
}

static bool is_left(const void *ctx, uint32_t rule)
{
	const struct without *w = ctx;
	size_t i;

	if (w->v->rules.v[rule - 1].action != w->action)
		return true;
	if (rule == w->e->outcome.rule ||
	    bsearch(&rule, w->e->matching.v + 1, w->e->matching.n - 1, sizeof(rule), by_number))
		return false;
	for (i = 0; w->v->rules.v[rule - 1].domain == WARDEN_DOMAIN_EGRESS && i < w->e->matching.n; i++)
		if (is_of_one(w->v, w->e->matching.v[i], rule))
			return false;
	return true;
}

/* `line 3`, `lines 3 and 5`, `lines 3, 5 and 7`. */
static void put_lines(char *to, size_t size, const struct without *w)
{
	uint32_t lines[16];
	size_t used, n = 0, i, k;

	for (i = 0; i < w->e->matching.n && n < 16; i++) {
		const struct warden_rule_view *r = warden_view_rule(w->v, w->e->matching.v[i]);

		for (k = 0; k < n && lines[k] != r->line; k++)
			;
		if (k == n && r->action == w->action)
			lines[n++] = r->line;
	}
	used = (size_t)snprintf(to, size, n > 1 ? "lines" : "line");
	for (i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(to + used, size - used, "%s%u",
					 !i ? " " : i + 1 == n ? " and " : ", ", lines[i]);
}

static void advise_without(struct warden_explanation *e, const struct warden_view *v,
			   const struct warden_question *q, uint32_t action)
{
	struct without w = { e, v, action };
	struct warden_view view = *v;
	struct warden_outcome o;
	char text[WARDEN_OUTCOME_TEXT], lines[256];

	view.oracle = warden_oracle_view(v->oracle, is_left, &w);
	warden_ask(&view, q, &o);
	warden_oracle_free(view.oracle);
	put_lines(lines, sizeof(lines), &w);
	advise(e, "without %s it would be %s", lines, warden_outcome_text(text, &o));
}

static void advise_consent(struct warden_explanation *e, const struct warden_question *q,
			   const char *who)
{
	const char *class = warden_enum_word(warden_enum_sensor_class(), q->class);
	unsigned int i;

	for (i = 0; i < e->outcome.n; i++)
		advise(e, "a consent would allow it: wardenctl consent grant %s %s --purpose %s",
		       who ? who : "PROGRAM", class, e->outcome.purposes[i]);
}

static const char *prefix_of(const struct warden_question *q)
{
	return q->domain == WARDEN_DOMAIN_EGRESS ? "egress " : "";
}

static void advise_default(struct warden_explanation *e, const struct warden_question *q,
			   const char *who, const char *what)
{
	const char *domain = warden_model_domain(q->domain);

	if (e->outcome.reason == WARDEN_REASON_NOT_APPRAISED)
		advise(e, "a list that holds its digest would allow it: appraise %s from \"FILE\"",
		       domain);
	else if (q->domain == WARDEN_DOMAIN_EXEC)
		advise(e, "the default would allow it: default exec allow");
	else if (warden_domain_has_object(q->domain))
		advise(e, "a rule would allow it: allow %s", what);
	else if (who)
		advise(e, "a rule would allow it: %sallow %s %s", prefix_of(q), who, what);
	else
		advise(e, "a rule that names the program would allow it: program NAME { path "
			  "\"...\"; } %sallow NAME %s",
		       prefix_of(q), what);
}

static void advise_denial(struct warden_explanation *e, const struct warden_question *q,
			  const char *who, const char *what)
{
	if (q->domain == WARDEN_DOMAIN_EXEC)
		advise(e, "a list that lacks its digest would deny it: appraise exec from \"FILE\"");
	else if (warden_domain_has_object(q->domain))
		advise(e, "a rule would deny it: deny %s", what);
	else
		advise(e, "a rule would deny it: %sdeny %s %s", prefix_of(q), who ? who : "any", what);
}

/* Where another place would do: `as user 7`, `in unit x`, `with the arguments y`, or all. */
static void advise_place(struct warden_explanation *e, const struct warden_question *q,
			 const struct warden_program_view *p, const char *would)
{
	char user[32] = "", unit[WARDEN_UNIT_MAX + 16] = "", arguments[WARDEN_ARGUMENTS_MAX + 32] = "";

	if (p->has_uid && p->uid != q->uid)
		snprintf(user, sizeof(user), "as user %u ", p->uid);
	if (p->unit && !warden_subject_is_in(p->unit, q->unit))
		snprintf(unit, sizeof(unit), "in unit %s ", p->unit);
	if (p->arguments && !warden_subject_is_in(p->arguments, q->arguments))
		snprintf(arguments, sizeof(arguments), "with the arguments \"%s\" ", p->arguments);
	advise(e, "%s%s%sit would be %s", user, unit, arguments, would);
}

/* The same file as another user, in another unit or with other arguments may be a program the policy knows. */
static void advise_user(struct warden_explanation *e, const struct warden_view *v,
			const struct warden_question *q)
{
	char text[WARDEN_OUTCOME_TEXT];
	size_t i;
	uint32_t k;

	for (i = 0; i < v->programs.n; i++) {
		const struct warden_program_view *p = &v->programs.v[i];
		struct warden_question as = *q;
		struct warden_outcome o;

		as.uid = p->has_uid ? p->uid : q->uid;
		as.unit = p->unit ? p->unit : q->unit;
		as.arguments = p->arguments ? p->arguments : q->arguments;
		for (k = 0; k < p->n; k++)
			if (!memcmp(&p->digests[k], &q->subject, sizeof(q->subject)))
				break;
		if (k == p->n || (as.uid == q->uid && warden_subject_is_in(as.unit, q->unit) &&
				  warden_subject_is_in(as.arguments, q->arguments)))
			continue;
		warden_ask(v, &as, &o);
		if (!warden_outcome_same(&o, &e->outcome))
			advise_place(e, q, p, warden_outcome_text(text, &o));
	}
}

void warden_explain(struct warden_explanation *e, const struct warden_view *v,
		    const struct warden_question *q, const char *who, const char *what)
{
	const struct warden_rule_view *rule;

	memset(e, 0, sizeof(*e));
	warden_ask(v, q, &e->outcome);
	e->consented = e->outcome.reason == WARDEN_REASON_CONSENT;
	rule = warden_view_rule(v, e->outcome.rule);
	find_matching(e, v, q);
	advise_consent(e, q, who);
	if (rule && e->outcome.reason == WARDEN_REASON_EXPORT)
		advise(e, "`export` behind line %u would allow it", rule->line);
	else if (rule)
		advise_without(e, v, q, rule->action);
	else if (e->outcome.what == WARDEN_OUTCOME_ALLOWED)
		advise_denial(e, q, who, what);
	if (!warden_domain_has_object(q->domain))
		advise_user(e, v, q);
	/* Where another user would do, a rule for the program stands already. */
	if (!e->advice.n)
		advise_default(e, q, who, what);
}

void warden_explanation_free(struct warden_explanation *e)
{
	free(e->matching.v);
	free(e->advice.v);
	warden_arena_free(&e->arena);
	memset(e, 0, sizeof(*e));
}

/* Who is asked about, by whom, and who is told. */
struct asking {
	const struct warden_view *const *layers;
	unsigned int n;
	warden_who_fn fn;
	void *ctx;
};

/* All layers are asked; gives the one that decides, and what it says. */
static const struct warden_view *ask_layers(const struct asking *a, const struct warden_question *q,
					    struct warden_outcome *o)
{
	const struct warden_oracle *oracles[WARDEN_WHO_LAYERS];
	const struct warden_view *decides;
	struct warden_question use;
	unsigned int i;

	for (i = 0; i < a->n; i++)
		oracles[i] = a->layers[i]->oracle;
	i = warden_oracle_decides(oracles, a->n, q);
	warden_ask(a->layers[i], q, o);
	decides = a->layers[i];
	for (i = 0; i < a->n && o->what == WARDEN_OUTCOME_ALLOWED; i++)
		if (warden_ask_broker(a->layers[i], q, &use))
			return ask_layers(a, &use, o);
	return decides;
}

/* May a rule be about this program? Its user is not looked at: who asks finds out. */
static bool may_concern(const struct warden_view *v, uint32_t program,
			const struct warden_subject *subject)
{
	uint32_t i;

	if (!program)
		return true;
	for (i = 0; i < v->programs.v[program - 1].n; i++)
		if (!memcmp(&v->programs.v[program - 1].digests[i], &subject->digest,
			    sizeof(subject->digest)))
			return true;
	return false;
}

/*
 * Where no device is asked for, those that rules for this program name are asked for, too, each
 * once. Of the others the same comes as of one that no rule names.
 */
static void ask_devices(const struct asking *a, const struct warden_question *q,
			const struct warden_subject *subject, const struct warden_outcome *any)
{
	struct warden_index seen = { NULL, 0, 0 };
	const struct warden_view *decides;
	struct warden_question one = *q;
	struct warden_outcome o;
	unsigned int i;
	size_t k;

	for (i = 0; i < a->n; i++) {
		const struct warden_view *v = a->layers[i];
		uint32_t program = 0;
		bool concerned = true;

		for (k = 0; k < v->devices.n; k++) {
			const struct warden_rule_view *r = warden_view_rule(v, v->devices.v[k]);

			if (r->program != program) {
				program = r->program;
				concerned = may_concern(v, program, subject);
			}
			one.topology = r->topology;
			if (!concerned || warden_index_get(&seen, r->topology) != WARDEN_INDEX_NONE)
				continue;
			warden_index_add(&seen, r->topology, 1);
			decides = ask_layers(a, &one, &o);
			if (!warden_outcome_same(&o, any))
				a->fn(a->ctx, subject, one.topology, decides, &o);
		}
	}
	warden_index_free(&seen);
}

static void ask_subject(const struct asking *a, const struct warden_question *q,
			const struct warden_subject *subject)
{
	struct warden_question one = *q;
	const struct warden_view *decides;
	struct warden_outcome o;

	one.subject = subject->digest;
	one.uid = subject->uid;
	one.unit = subject->unit;
	one.arguments = subject->arguments;
	decides = ask_layers(a, &one, &o);
	if (o.what != WARDEN_OUTCOME_DENIED || o.observed)
		a->fn(a->ctx, subject, NULL, decides, &o);
	if (q->domain == WARDEN_DOMAIN_SENSOR && !q->topology)
		ask_devices(a, &one, subject, &o);
}

/* Is a program one that a layer above has, too, for the same user, unit and arguments? */
static bool was_asked(const struct warden_subjects *lists, unsigned int layer,
		      const struct warden_subject *subject)
{
	unsigned int i;
	size_t k;

	for (i = 0; i < layer; i++)
		for (k = 0; k + 1 < lists[i].list.n; k++)
			if (!memcmp(&lists[i].list.v[k].digest, &subject->digest,
				    sizeof(subject->digest)) &&
			    lists[i].list.v[k].uid == subject->uid &&
			    warden_subject_is_in(lists[i].list.v[k].unit, subject->unit) &&
			    warden_subject_is_in(lists[i].list.v[k].arguments, subject->arguments))
				return true;
	return false;
}

/* Those a layer names; the last of a list is any other program. */
static void ask_named(const struct asking *a, const struct warden_question *q,
		      const struct warden_subjects *lists, unsigned int layer)
{
	size_t i;

	for (i = 0; i + 1 < lists[layer].list.n; i++)
		if (!was_asked(lists, layer, &lists[layer].list.v[i]))
			ask_subject(a, q, &lists[layer].list.v[i]);
}

void warden_who_can(const struct warden_view *const layers[], unsigned int n,
		    const struct warden_question *q, warden_who_fn fn, void *ctx)
{
	const struct asking a = { layers, n, fn, ctx };
	struct warden_subjects lists[WARDEN_WHO_LAYERS] = { 0 };
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct warden_view *const views[] = { layers[i], NULL };

		warden_subjects_find(&lists[i], views);
		/* Who loads a file is nobody: one is asked for, of no name. */
		if (!warden_domain_has_object(q->domain))
			ask_named(&a, q, lists, i);
	}
	ask_subject(&a, q, &lists[0].list.v[lists[0].list.n - 1]);
	for (i = 0; i < n; i++)
		warden_subjects_free(&lists[i]);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <warden/domain.h>

#include "ask.h"
#include "index.h"
#include "rate.h"

/* --- who ------------------------------------------------------------------------ */

static bool is_same_digest(const struct warden_digest *a, const struct warden_digest *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* A digest of a program, for finding those that share it. */
struct owner {
	struct warden_digest digest;
	uint32_t view;
	uint32_t program; /* from 1 */
};

static int by_digest(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;
	int c = memcmp(&x->digest, &y->digest, sizeof(x->digest));

	if (c)
		return c;
	if (x->view != y->view)
		return x->view < y->view ? -1 : 1;
	return (x->program > y->program) - (x->program < y->program);
}

bool warden_subject_is_in(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* The programs of the owners of one digest that run as this user, in this unit and so started. */
static void fill_programs(struct warden_subject *s,
			  const struct warden_view *const views[WARDEN_SUBJECT_VIEWS],
			  const struct owner *owners, size_t n)
{
	unsigned int used[WARDEN_SUBJECT_VIEWS] = { 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		const struct owner *o = &owners[i];
		const struct warden_program_view *p = &views[o->view]->programs.v[o->program - 1];

		if ((p->has_uid && p->uid != s->uid) || (p->unit && !warden_subject_is_in(p->unit, s->unit)) ||
		    (p->arguments && !warden_subject_is_in(p->arguments, s->arguments)))
			continue;
		if (used[o->view] + 1 < WARDEN_SUBJECT_PROGRAMS)
			s->programs[o->view][used[o->view]++] = o->program;
	}
}

static bool has_label(const struct warden_view *v, const uint32_t *programs, const char *label)
{
	for (; v && *programs; programs++)
		if (!strcmp(v->programs.v[*programs - 1].label, label))
			return true;
	return false;
}

static bool knows_label(const struct warden_view *v, const char *label)
{
	size_t i;

	for (i = 0; v && i < v->programs.n; i++)
		if (!strcmp(v->programs.v[i].label, label))
			return true;
	return false;
}

/* Names of the programs it is; one that only one of two policies knows is told apart. */
static const char *label_of(struct warden_subjects *s, const struct warden_subject *subject,
			    const struct warden_view *const views[WARDEN_SUBJECT_VIEWS])
{
	static const char *const whose[] = { " (as named before)", " (as named now)" };
	char text[1024];
	size_t used = 0;
	unsigned int view;

	text[0] = '\0';
	for (view = 0; view < WARDEN_SUBJECT_VIEWS && views[view]; view++) {
		const struct warden_view *other = views[!view];
		const uint32_t *p = subject->programs[view];

		for (; *p && used < sizeof(text); p++) {
			const char *label = views[view]->programs.v[*p - 1].label;
			bool both = has_label(other, subject->programs[!view], label);

			if (view && both)
				continue;
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s%s",
						 used ? "+" : "", label,
						 !both && knows_label(other, label) ? whose[view] :
										      "");
		}
	}
	return warden_arena_dup(&s->arena, text, strlen(text));
}

static void add_subject(struct warden_subjects *s, struct warden_index *seen,
			const struct warden_view *const views[WARDEN_SUBJECT_VIEWS],
			const struct owner *owners, size_t n, uint32_t uid, const char *unit,
			const char *arguments)
{
	struct warden_subject subject = { .digest = owners->digest, .uid = uid, .unit = unit,
					  .arguments = arguments };
	char key[WARDEN_SUBJECT_VIEWS * WARDEN_SUBJECT_PROGRAMS * 9 + 1];
	size_t used = 0;
	unsigned int view, i;

	fill_programs(&subject, views, owners, n);
	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		for (i = 0; i < WARDEN_SUBJECT_PROGRAMS; i++)
			used += (size_t)snprintf(key + used, sizeof(key) - used, "%x,",
						 subject.programs[view][i]);
	if ((!subject.programs[0][0] && !subject.programs[1][0]) ||
	    warden_index_get(seen, key) != WARDEN_INDEX_NONE)
		return;
	warden_index_add(seen, warden_arena_dup(&s->arena, key, used), 1);
	subject.label = label_of(s, &subject, views);
	*warden_array_add(&s->list) = subject;
}

/* In a unit: with the arguments its programs ask for, and with others. */
static void add_commands(struct warden_subjects *s, struct warden_index *seen,
			 const struct warden_view *const views[WARDEN_SUBJECT_VIEWS],
			 const struct owner *owners, size_t n, uint32_t uid, const char *unit)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct warden_program_view *p =
			&views[owners[i].view]->programs.v[owners[i].program - 1];

		if (p->arguments)
			add_subject(s, seen, views, owners, n, uid, unit, p->arguments);
	}
	add_subject(s, seen, views, owners, n, uid, unit, NULL);
}

/* As a user: in the units its programs ask for, and in none. */
static void add_units(struct warden_subjects *s, struct warden_index *seen,
		      const struct warden_view *const views[WARDEN_SUBJECT_VIEWS],
		      const struct owner *owners, size_t n, uint32_t uid)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct warden_program_view *p =
			&views[owners[i].view]->programs.v[owners[i].program - 1];

		if (p->unit)
			add_commands(s, seen, views, owners, n, uid, p->unit);
	}
	add_commands(s, seen, views, owners, n, uid, NULL);
}

/* The users its programs ask for, and one none of them asks for. */
static void add_users(struct warden_subjects *s, struct warden_index *seen,
		      const struct warden_view *const views[WARDEN_SUBJECT_VIEWS],
		      const struct owner *owners, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct warden_program_view *p =
			&views[owners[i].view]->programs.v[owners[i].program - 1];

		if (p->has_uid)
			add_units(s, seen, views, owners, n, p->uid);
	}
	add_units(s, seen, views, owners, n, WARDEN_UID_OTHER);
}

static int by_program(const void *a, const void *b)
{
	const struct warden_subject *x = a, *y = b;
	unsigned int view, i;

	/* Those of the later policy first in its order, then those that are gone. */
	for (view = WARDEN_SUBJECT_VIEWS; view-- > 0;)
		for (i = 0; i < WARDEN_SUBJECT_PROGRAMS; i++)
			if (x->programs[view][i] != y->programs[view][i])
				return x->programs[view][i] - 1 < y->programs[view][i] - 1 ? -1 : 1;
	return 0;
}

void warden_subjects_find(struct warden_subjects *s,
			  const struct warden_view *const views[WARDEN_SUBJECT_VIEWS])
{
	WARDEN_ARRAY(struct owner) owners = { NULL, 0, 0 };
	struct warden_index seen = { NULL, 0, 0 };
	uint32_t view, i, k;

	memset(s, 0, sizeof(*s));
	for (view = 0; view < WARDEN_SUBJECT_VIEWS && views[view]; view++)
		for (i = 0; i < views[view]->programs.n; i++)
			for (k = 0; k < views[view]->programs.v[i].n; k++)
				*warden_array_add(&owners) =
					(struct owner){ views[view]->programs.v[i].digests[k], view,
							i + 1 };
	if (owners.n)
		qsort(owners.v, owners.n, sizeof(*owners.v), by_digest);
	for (i = 0; i < owners.n; i = k) {
		for (k = i + 1; k < owners.n; k++)
			if (!is_same_digest(&owners.v[i].digest, &owners.v[k].digest))
				break;
		add_users(s, &seen, views, &owners.v[i], k - i);
	}
	if (s->list.n)
		qsort(s->list.v, s->list.n, sizeof(*s->list.v), by_program);
	*warden_array_add(&s->list) = (struct warden_subject){ .uid = WARDEN_UID_OTHER,
							       .label = "any other program" };
	warden_index_free(&seen);
	free(owners.v);
}

void warden_subjects_free(struct warden_subjects *s)
{
	free(s->list.v);
	warden_arena_free(&s->arena);
	memset(s, 0, sizeof(*s));
}

/* --- what comes of it ---------------------------------------------------------------- */

static bool has_purpose(const struct warden_outcome *o, const char *purpose)
{
	unsigned int i;

	for (i = 0; i < o->n; i++)
		if (!strcmp(o->purposes[i], purpose))
			return true;
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Would a consent for this rule's purpose open what only lacks one? */
static void try_purpose(const struct warden_view *v, const struct warden_question *q,
			const struct warden_rule_view *r, struct warden_outcome *o)
{
	struct warden_question with = *q;
	struct warden_reply reply;

	if (!r->purpose || r->purpose > v->purposes.n || (r->class && r->class != q->class) ||
	    has_purpose(o, v->purposes.v[r->purpose - 1]))
		return;
	with.purposes[0] = v->purposes.v[r->purpose - 1];
	with.consents = 1;
	warden_oracle_ask(v->oracle, &with, &reply);
	if (reply.action == WARDEN_ACTION_ALLOW)
		o->purposes[o->n++] = with.purposes[0];
}

static void try_purposes(const struct warden_view *v, const struct warden_question *q,
			 struct warden_outcome *o)
{
	const size_t most = v->purposes.n < WARDEN_ORACLE_PURPOSES ? v->purposes.n :
								     WARDEN_ORACLE_PURPOSES;
	size_t at, i;

	for (at = warden_view_owners(v, &q->subject); at < v->owners.n; at++) {
		const struct warden_owner *owner = &v->owners.v[at];

		if (!is_same_digest(&owner->digest, &q->subject))
			break;
		for (i = warden_view_consents(v, owner->program);
		     i < v->consents.n && o->n < most; i++) {
			const struct warden_rule_view *r = warden_view_rule(v, v->consents.v[i]);

			if (r->program != owner->program)
				break;
			try_purpose(v, q, r, o);
		}
	}
	qsort(o->purposes, o->n, sizeof(*o->purposes), by_text);
}

/* By a rule, and with each consent that could stand. */
static bool may_export(const struct warden_view *v, const struct warden_question *q,
		       const struct warden_outcome *o)
{
	struct warden_question export = *q;
	struct warden_reply reply;
	unsigned int i;

	export.exports = true;
	for (i = 0; i < o->n; i++)
		export.purposes[i] = o->purposes[i];
	export.consents = o->n ? o->n : q->consents;
	warden_oracle_ask(v->oracle, &export, &reply);
	return reply.action == WARDEN_ACTION_ALLOW && reply.rule;
}

/* Of a rule that would allow it, had it not lapsed or ended, nothing counts. */
static bool stands(const struct warden_reply *reply)
{
	return reply->reason != WARDEN_REASON_LAPSED && reply->reason != WARDEN_REASON_PURPOSE_ENDED &&
	       reply->reason != WARDEN_REASON_NOT_SET_UP;
}

static void ask_itself(const struct warden_view *v, const struct warden_question *q,
		       struct warden_outcome *o)
{
	const struct warden_rule_view *rule;
	struct warden_reply reply;

	warden_oracle_ask(v->oracle, q, &reply);
	rule = warden_view_rule(v, reply.rule);
	*o = (struct warden_outcome){ .reason = reply.reason, .rule = reply.rule };
	o->what = reply.action == WARDEN_ACTION_ALLOW ? WARDEN_OUTCOME_ALLOWED :
							 WARDEN_OUTCOME_DENIED;
	o->observed = o->what == WARDEN_OUTCOME_DENIED && reply.mode == WARDEN_MODE_OBSERVE;
	if (reply.reason == WARDEN_REASON_NO_CONSENT)
		try_purposes(v, q, o);
	if (o->n) {
		o->what = WARDEN_OUTCOME_CONSENT;
		o->observed = reply.mode == WARDEN_MODE_OBSERVE;
	}
	if (!rule || rule->action != WARDEN_ACTION_ALLOW || !stands(&reply))
		return;
	if (rule->purpose && rule->purpose <= v->ends.n && v->ends.v[rule->purpose - 1])
		o->ends = v->purposes.v[rule->purpose - 1];
	if (q->domain == WARDEN_DOMAIN_SENSOR && reply.reason != WARDEN_REASON_EXPORT) {
		o->withdraw_ms = rule->withdraw_ms;
		o->signals = rule->flags & WARDEN_RULE_SIGNALS;
		o->blank = rule->flags & WARDEN_RULE_FLAG_BLANK;
		o->rate = rule->rate;
		o->exports = may_export(v, q, o);
	}
}

bool warden_ask_broker(const struct warden_view *v, const struct warden_question *q,
		       struct warden_question *use)
{
	size_t i;

	for (i = 0; i < v->brokers.n && q->domain == WARDEN_DOMAIN_CONNECT; i++) {
		const struct warden_broker_view *b = &v->brokers.v[i];

		if (!b->port || b->protocol != q->protocol || b->port != q->port)
			continue;
		*use = *q;
		use->domain = WARDEN_DOMAIN_SENSOR;
		use->class = b->class;
		use->topology = b->topology;
		return true;
	}
	return false;
}

void warden_ask(const struct warden_view *v, const struct warden_question *q,
		struct warden_outcome *o)
{
	struct warden_question use;

	ask_itself(v, q, o);
	if (o->what == WARDEN_OUTCOME_ALLOWED && warden_ask_broker(v, q, &use))
		ask_itself(v, &use, o);
}

bool warden_outcome_same(const struct warden_outcome *a, const struct warden_outcome *b)
{
	unsigned int i;

	if (a->what != b->what || a->observed != b->observed || a->n != b->n ||
	    a->withdraw_ms != b->withdraw_ms || a->signals != b->signals ||
	    a->blank != b->blank || a->exports != b->exports || a->rate != b->rate ||
	    strcmp(a->ends ? a->ends : "", b->ends ? b->ends : ""))
		return false;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->purposes[i], b->purposes[i]))
			return false;
	return true;
}

int warden_outcome_rank(const struct warden_outcome *o)
{
	return o->observed ? WARDEN_OUTCOME_ALLOWED : (int)o->what;
}

const char *warden_outcome_text(char to[WARDEN_OUTCOME_TEXT], const struct warden_outcome *o)
{
	static const char *const words[] = { "denied", "allowed with consent for ", "allowed" };
	static const struct {
		uint32_t flag;
		const char *word;
	} signals[] = { { WARDEN_RULE_FLAG_KILL, "kill" },
			{ WARDEN_RULE_FLAG_TERM, "term" },
			{ WARDEN_RULE_FLAG_FREEZE, "freeze" } };
	size_t used = (size_t)snprintf(to, WARDEN_OUTCOME_TEXT, "%s", words[o->what]);
	unsigned int i;

	for (i = 0; i < o->n && used < WARDEN_OUTCOME_TEXT; i++)
		used += (size_t)snprintf(to + used, WARDEN_OUTCOME_TEXT - used, "%s%s",
					 i ? " or " : "", o->purposes[i]);
	if (o->withdraw_ms && used < WARDEN_OUTCOME_TEXT)
		used += (size_t)snprintf(to + used, WARDEN_OUTCOME_TEXT - used,
					 ", withdrawn within %u ms", o->withdraw_ms);
	if (o->rate && used < WARDEN_OUTCOME_TEXT)
		used += (size_t)snprintf(to + used, WARDEN_OUTCOME_TEXT - used, ", at most %u per %s",
					 o->rate / warden_rate_unit_of(o->rate)->in_hour,
					 warden_rate_unit_of(o->rate)->word);
	if (o->exports && used < WARDEN_OUTCOME_TEXT)
		used += (size_t)snprintf(to + used, WARDEN_OUTCOME_TEXT - used, ", and to export");
	if (o->ends && used < WARDEN_OUTCOME_TEXT)
		used += (size_t)snprintf(to + used, WARDEN_OUTCOME_TEXT - used, ", until %s ends", o->ends);
	if (o->blank && used < WARDEN_OUTCOME_TEXT)
		used += (size_t)snprintf(to + used, WARDEN_OUTCOME_TEXT - used, ", then blank");
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (o->signals & signals[i].flag && used < WARDEN_OUTCOME_TEXT)
			used += (size_t)snprintf(to + used, WARDEN_OUTCOME_TEXT - used, ", by %s",
						 signals[i].word);
	if (o->observed && used < WARDEN_OUTCOME_TEXT)
		snprintf(to + used, WARDEN_OUTCOME_TEXT - used, "%s",
			 o->what == WARDEN_OUTCOME_DENIED ? ", recorded only" :
							    ", without it recorded only");
	return to;
}

const char *warden_outcome_ground(char to[WARDEN_OUTCOME_TEXT], const struct warden_view *v,
				  const struct warden_outcome *o)
{
	const struct warden_rule_view *r = warden_view_rule(v, o->rule);

	if (r)
		snprintf(to, WARDEN_OUTCOME_TEXT, "line %u%s", r->line,
			 r->flags & WARDEN_RULE_FLAG_SAFETY ? ", the safety list" : "");
	else if (o->reason == WARDEN_REASON_NOT_APPRAISED)
		snprintf(to, WARDEN_OUTCOME_TEXT, "not in the reference list");
	else
		snprintf(to, WARDEN_OUTCOME_TEXT, "default");
	return to;
}

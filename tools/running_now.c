// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force as the module has it at this moment. Its bytes say what it means; what lapsed, what
 * ended, what waits and what is locked the module tells, and the rules get it before they are asked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nl_policy.h"
#include "running.h"
#include "wire.h"

/* A change between two questions is noticed by the generation, and all is read once more. */
#define TRIES 8

struct state {
	uint64_t generation;
	uint64_t off;
	bool waits;
	bool locked;
};

static int take_state(void *ctx, const struct warden_object *o)
{
	struct state *s = ctx;
	struct warden_object off;
	size_t n;

	*s = (struct state){
		.generation = warden_object_number(o, WARDEN_A_STATUS_GENERATION),
		.waits = warden_object_number(o, WARDEN_A_STATUS_SETUP) == WARDEN_SETUP_NEEDED,
		.locked = warden_object_number(o, WARDEN_A_STATUS_TAMPERED),
	};
	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_SWITCHED_OFF, n, &off); n++)
		s->off |= UINT64_C(1) << warden_object_number(&off, WARDEN_A_SWITCHED_CLASS);
	return 0;
}

static int read_state(struct state *s, struct warden_nl *nl, struct warden_fault *f)
{
	return warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, take_state, s, f);
}

static const struct warden_view *layer_of(const struct warden_running *r, const struct warden_object *o, int attr)
{
	return warden_running_layer(r, (uint32_t)warden_object_number(o, attr));
}

static uint32_t line_of(const void *view, uint32_t rule)
{
	const struct warden_rule_view *r = warden_view_rule(view, rule);

	return r ? r->line : 0;
}

static int take_use(void *ctx, const struct warden_object *o)
{
	const struct warden_view *v = layer_of(ctx, o, WARDEN_A_RULE_USE_LAYER);
	uint32_t place = (uint32_t)warden_object_number(o, WARDEN_A_RULE_USE_AT);

	if (!v || !warden_object_number(o, WARDEN_A_RULE_USE_LAPSED))
		return 0;
	return warden_oracle_lapse(v->oracle, line_of, v, place) ==
			       warden_object_number(o, WARDEN_A_RULE_USE_LINE) ? 0 : -EBADMSG;
}

static int take_purpose(void *ctx, const struct warden_object *o)
{
	const struct warden_view *v = layer_of(ctx, o, WARDEN_A_PURPOSE_STATE_LAYER);

	if (v && !warden_object_number(o, WARDEN_A_PURPOSE_STATE_LEFT))
		warden_oracle_end(v->oracle, warden_object_string(o, WARDEN_A_PURPOSE_STATE_LABEL));
	return 0;
}

static int take_cut(void *ctx, const struct warden_object *o)
{
	const struct warden_value *bytes = &o->v[WARDEN_A_QUARANTINE_DIGEST];
	struct warden_running *r = ctx;
	struct warden_digest d = { .alg = (uint8_t)warden_object_number(o, WARDEN_A_QUARANTINE_ALG) };

	if (bytes->len != sizeof(d.bytes))
		return -EBADMSG;
	memcpy(d.bytes, bytes->data, sizeof(d.bytes));
	*warden_array_add(&r->cut) = d;
	return 0;
}

static int take_opening(void *ctx, const struct warden_object *o)
{
	struct warden_running *r = ctx;

	*warden_array_add(&r->opened) = (struct warden_opened){
		.protocol = (uint16_t)warden_object_number(o, WARDEN_A_SERVICE_PROTOCOL),
		.port = (uint16_t)warden_object_number(o, WARDEN_A_SERVICE_PORT),
		.expires = warden_object_number(o, WARDEN_A_SERVICE_EXPIRES),
	};
	return 0;
}

static int add_lock(struct warden_running *r, struct warden_nl *nl, struct warden_fault *f)
{
	struct warden_blob blob = { NULL, 0, 0 };
	struct warden_view *v = &r->views[r->n];
	char why[WARDEN_ORACLE_WHY];
	int err = warden_nl_policy_read(nl, WARDEN_ROLE_MAKER, &blob, f);

	if (!err) {
		r->layers[r->n++] = WARDEN_ROLE_NONE;
		err = warden_view_open(v, "tamper lock", blob.data, blob.len, why);
		if (err)
			warden_fault_set(f, err, "load it again", "the maker layer in force: %s", why);
		else
			warden_oracle_lock(v->oracle);
		v->name = "tampered";
	}
	warden_blob_free(&blob);
	return err;
}

static int settle(struct warden_running *r, const struct state *s, struct warden_nl *nl, struct warden_fault *f)
{
	unsigned int i;
	int err;

	r->off = s->off;
	r->waits = s->waits;
	for (i = 0; i < r->n; i++)
		warden_oracle_set_up(r->views[i].oracle, !s->waits);
	/* of what a dump tells, its reader says only that it is wrong */
	warden_fault_set(f, -EBADMSG, "use the wardenctl that came with the module",
			 "the module tells of what its policy does not have");
	err = warden_nl_dump(nl, WARDEN_CMD_RULE_USE_GET, NULL, take_use, r, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_PURPOSE_GET, NULL, take_purpose, r, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_QUARANTINE_GET, NULL, take_cut, r, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_SERVICE_GET, NULL, take_opening, r, f);
	return err || !s->locked ? err : add_lock(r, nl, f);
}

static int read_now(struct warden_running *r, struct warden_nl *nl, struct warden_fault *f)
{
	struct state before, after;
	int err = read_state(&before, nl, f), failed;

	if (!err)
		err = warden_running_read(r, nl, f);
	if (!err)
		err = settle(r, &before, nl, f);
	if (err && err != -EBADMSG) /* which a layer that came meanwhile can be the cause of */
		return err;
	failed = read_state(&after, nl, f);
	if (failed)
		return failed;
	return after.generation == before.generation ? err : -EAGAIN;
}

int warden_running_open_now(struct warden_running *r, struct warden_fault *f)
{
	struct warden_nl *nl;
	unsigned int i;
	int err;

	memset(r, 0, sizeof(*r));
	err = warden_nl_open(&nl, f);
	if (err)
		return err;
	for (i = 0, err = -EAGAIN; err == -EAGAIN && i < TRIES; i++) {
		warden_running_close(r);
		err = read_now(r, nl, f);
	}
	warden_nl_close(nl);
	if (err == -EAGAIN)
		warden_fault_set(f, err, "try again", "the policy changes while it is read");
	return err;
}

/* --- what stands above all layers --------------------------------------------------------------- */

bool warden_running_cuts(const struct warden_running *r, const struct warden_digest *program)
{
	size_t i;

	for (i = 0; i < r->cut.n; i++)
		if (!memcmp(&r->cut.v[i], program, sizeof(*program)))
			return true;
	return false;
}

/* To connect to a broker is to use its sensor. */
static bool is_off(const struct warden_running *r, const struct warden_question *q)
{
	struct warden_question use;
	unsigned int i;

	if (q->domain == WARDEN_DOMAIN_SENSOR)
		return r->off >> q->class & 1;
	for (i = 0; i < r->n; i++)
		if (warden_ask_broker(&r->views[i], q, &use) && r->off >> use.class & 1)
			return true;
	return false;
}

/* What is denied anyway keeps its reason where a class is off, as to switch it on would not help. */
bool warden_running_bars(const struct warden_running *r, const struct warden_question *q,
			 struct warden_outcome *o)
{
	uint32_t reason = WARDEN_REASON_NONE;

	if (warden_running_cuts(r, q->domain == WARDEN_DOMAIN_EXEC ? &q->object : &q->subject))
		reason = WARDEN_REASON_QUARANTINED;
	else if ((o->what != WARDEN_OUTCOME_DENIED || o->observed) && is_off(r, q))
		reason = WARDEN_REASON_SWITCHED_OFF;
	if (reason != WARDEN_REASON_NONE)
		*o = (struct warden_outcome){ .what = WARDEN_OUTCOME_DENIED, .reason = reason };
	return reason != WARDEN_REASON_NONE;
}

const struct warden_view *warden_running_judge(const struct warden_running *r, const struct warden_question *q,
					       struct warden_outcome *o)
{
	const struct warden_view *v = &r->views[warden_running_ask(r, q)];

	warden_ask(v, q, o);
	return warden_running_bars(r, q, o) ? NULL : v;
}

/* Would it be let where the layer's default gives way? */
static bool gives_way(const struct warden_view *v, const struct warden_question *q)
{
	struct warden_outcome o;

	warden_ask(v, q, &o);
	return o.what != WARDEN_OUTCOME_DENIED || o.observed || !warden_view_rule(v, o.rule) ||
	       o.reason == WARDEN_REASON_LAPSED || o.reason == WARDEN_REASON_PURPOSE_ENDED;
}

/* The lock is the last, where there is one. */
const struct warden_view *warden_running_shuts(const struct warden_running *r, const struct warden_question *q)
{
	unsigned int i;

	if (r->n && r->layers[r->n - 1] == WARDEN_ROLE_NONE)
		return &r->views[r->n - 1];
	for (i = 0; i < r->n; i++)
		if (!gives_way(&r->views[i], q))
			return &r->views[i];
	return NULL;
}

uint64_t warden_running_opens(const struct warden_running *r, const struct warden_question *q)
{
	size_t k;

	if (q->domain != WARDEN_DOMAIN_LISTEN || r->waits || warden_running_cuts(r, &q->subject) ||
	    warden_running_shuts(r, q))
		return 0;
	for (k = 0; k < r->opened.n; k++)
		if (r->opened.v[k].protocol == q->protocol && r->opened.v[k].port == q->port)
			return r->opened.v[k].expires;
	return 0;
}

/* The lock repeats the maker's layer. */
bool warden_running_declares(const struct warden_running *r, unsigned int layer, size_t rule, uint32_t domain)
{
	const struct warden_view *v = &r->views[layer];
	const struct warden_rule_view *of = &v->rules.v[rule];

	return r->layers[layer] != WARDEN_ROLE_NONE && of->domain == domain && of->action == WARDEN_ACTION_ALLOW &&
	       !(of->flags & WARDEN_RULE_FLAG_SAFETY) && of->program <= v->programs.n &&
	       warden_oracle_stands(v->oracle, of->number);
}

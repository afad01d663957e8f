// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision: (layers, request) -> verdict.
 *
 * Pure: no lock, no allocation, no clock, no logging. The same file is compiled
 * into the host unit test.
 *
 * Order: an object that is appraised must be in the reference list. Then deny
 * beats allow among all rules that match, whoever they name. Then the default,
 * which an exception opens for a time.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "arguments.h"
#include "decide.h"
#include "match.h"

/* Rules are sorted by domain, then program (index + 1; 0 is any). */
static u64 sort_key(u32 domain, u32 program)
{
	return (u64)domain << 32 | program;
}

static u64 key_of(const struct warden_rule *rule)
{
	return sort_key(rule->domain, rule->program);
}

/* The first rule with this key or a higher one. */
static u32 find_rules(const struct warden_snapshot *snap, u64 key)
{
	u32 low = 0, high = snap->nr_rules;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (key_of(&snap->rules[mid]) < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The order of memcmp(), which the first byte of a digest mostly tells. */
static int compare_digests(const struct warden_digest *a, const struct warden_digest *b)
{
	if (a->alg == b->alg && a->bytes[0] != b->bytes[0])
		return a->bytes[0] < b->bytes[0] ? -1 : 1;
	return warden_match_same(a, b) ? 0 : memcmp(a, b, sizeof(*a));
}

/* The first program reference with this digest; several programs may share one. */
static u32 find_ref(const struct warden_snapshot *snap, const struct warden_digest *digest)
{
	u32 low = 0, high = snap->nr_refs;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (compare_digests(&snap->refs[mid].digest, digest) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool in_reference(const struct warden_reference *ref, const struct warden_digest *digest)
{
	u32 low = 0, high = ref->nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;
		int order = compare_digests(&ref->digests[mid], digest);

		if (!order)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* The consent a rule asks for; of several, that of the first who gave it. */
static const struct warden_grant *find_grant(const struct warden_snapshot *snap,
					     const struct warden_request *req,
					     const struct warden_rule *rule)
{
	const struct warden_grant *grants[WARDEN_PRINCIPALS_MAX];

	return warden_decide_grants(snap, req, rule, grants) ? grants[0] : NULL;
}

/* Of several programs the subject is, the verdict names the one of its rule. */
static void settle(const struct warden_snapshot *snap, struct warden_verdict *v,
		   const struct warden_rule *rule, u8 action, u8 reason,
		   const struct warden_grant *grant)
{
	if (rule->program)
		v->program = &snap->programs[rule->program - 1];
	v->action = action;
	v->reason = reason;
	v->rule = rule;
	v->grant = grant;
}

/* How much a rule lets through. */
static u32 room_of(const struct warden_rule *rule)
{
	return rule->rate ?: U32_MAX;
}

/*
 * Of two that allow, the one stands that allows more; of equals, one without consent.
 * Either beats a rule that lacks only its consent, which leaves its mark so that the
 * reason says what would help.
 */
static void weigh_allow(const struct warden_snapshot *snap, const struct warden_request *req,
			const struct warden_rule *rule, struct warden_verdict *v)
{
	bool settled = v->action == WARDEN_ACTION_ALLOW && v->rule;
	const struct warden_grant *grant;

	if (!(rule->flags & WARDEN_RULE_FLAG_CONSENT)) {
		if (!settled || room_of(rule) > room_of(v->rule) ||
		    (v->grant && room_of(rule) == room_of(v->rule)))
			settle(snap, v, rule, WARDEN_ACTION_ALLOW, WARDEN_REASON_RULE, NULL);
		return;
	}
	if (settled && room_of(rule) <= room_of(v->rule))
		return;
	grant = find_grant(snap, req, rule);
	if (settled && !grant)
		return;
	v->several |= rule->quorum;
	settle(snap, v, rule, grant ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY,
	       grant ? WARDEN_REASON_CONSENT : WARDEN_REASON_NO_CONSENT, grant);
}

/* What it was is not what it must be: to no sensor, by a rule that trusts in what it is. */
static bool is_doubtful(const struct warden_request *req)
{
	return req->domain == WARDEN_DOMAIN_SENSOR && req->subject->unproven;
}

/* A rule that left some peers alone to who used a sensor leaves none of them when it has ended. */
static void note_ended(struct warden_verdict *v, const struct warden_rule *rule,
		       const struct warden_request *req)
{
	v->ended = rule;
	v->bound |= warden_match_binds(rule, req);
}

/* A rule that matches and does not deny; it may not stand now. */
static void weigh_standing(const struct warden_snapshot *snap, const struct warden_request *req,
			   const struct warden_rule *rule, struct warden_verdict *v)
{
	const u8 action = READ_ONCE(rule->action);

	if (req->exports && !(rule->flags & WARDEN_RULE_FLAG_EXPORT))
		v->kept = rule;
	else if (action & WARDEN_RULE_ENDED)
		note_ended(v, rule, req);
	else if (action & WARDEN_RULE_LAPSED)
		v->lapsed = rule;
	else if (action & WARDEN_RULE_WAITS)
		v->waits = rule;
	else if (action & WARDEN_RULE_OVER)
		return;
	else if (rule->program && is_doubtful(req))
		v->doubtful = true;
	else
		weigh_allow(snap, req, rule, v);
}

/*
 * Weigh the rules of one program into the verdict so far. A denial ends it; an
 * allow stands unless a later one denies.
 */
static bool weigh(const struct warden_snapshot *snap, const struct warden_request *req,
		  u32 program, struct warden_verdict *v)
{
	const u64 key = sort_key(req->domain, program);
	u32 i;

	for (i = find_rules(snap, key); i < snap->nr_rules; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (key_of(rule) != key)
			break;
		if (!warden_match_rule(snap, rule, req)) {
			v->bound |= warden_match_binds(rule, req);
			v->astray |= warden_match_strays(snap, rule, req);
			continue;
		}
		if (rule->action == WARDEN_ACTION_DENY) {
			settle(snap, v, rule, WARDEN_ACTION_DENY, WARDEN_REASON_RULE, NULL);
			return true;
		}
		weigh_standing(snap, req, rule, v);
	}
	return false;
}

static bool is_as_it_must_be(const struct warden_snapshot *snap,
			     const struct warden_program *program,
			     const struct warden_request *req)
{
	return (!program->has_uid || program->uid == req->uid) &&
	       (!program->unit || program->unit == req->unit) &&
	       (!program->arguments ||
		warden_arguments_match(&snap->arguments[program->words - 1], program->arguments,
				       req->command));
}

/* Weigh the rules of every program the subject is. */
static bool weigh_programs(const struct warden_snapshot *snap, const struct warden_request *req,
			   struct warden_verdict *v)
{
	u32 i;

	if (req->subject->reason)
		return false;
	for (i = find_ref(snap, &req->subject->digest); i < snap->nr_refs; i++) {
		const struct warden_program *program = &snap->programs[snap->refs[i].program];

		if (!warden_match_same(&snap->refs[i].digest, &req->subject->digest))
			break;
		if (!is_as_it_must_be(snap, program, req))
			continue;
		if (!v->rule)
			v->program = program;
		if (weigh(snap, req, snap->refs[i].program + 1, v))
			return true;
	}
	return false;
}

/* Why the default was reached, where there is more to say than that. */
static u8 explain_default(const struct warden_request *req, const struct warden_verdict *v)
{
	if (v->action == WARDEN_ACTION_ALLOW)
		return WARDEN_REASON_DEFAULT;
	if (warden_domain_has_object(req->domain))
		return req->object->reason ?: WARDEN_REASON_DEFAULT;
	if (req->domain == WARDEN_DOMAIN_AUTOLOAD || req->domain == WARDEN_DOMAIN_USB)
		return WARDEN_REASON_DEFAULT;
	if (req->domain == WARDEN_DOMAIN_DEBUG)
		return WARDEN_REASON_SURFACE_CLOSED;
	if (req->domain == WARDEN_DOMAIN_SENSOR && req->class == WARDEN_SENSOR_CLASS_UNKNOWN)
		return WARDEN_REASON_CLASS_UNKNOWN;
	if (req->exports && v->mode == WARDEN_MODE_OBSERVE)
		return WARDEN_REASON_EXPORT; /* who learns from it knows what was wanted */
	if (v->astray)
		return WARDEN_REASON_INTERFACE_NOT_NAMED;
	if (req->subject->reason)
		return req->subject->reason;
	if (v->doubtful)
		return WARDEN_REASON_PROGRAM_OLDER;
	if (!v->program)
		return warden_decide_names(v->snap, &req->subject->digest) ?
			       WARDEN_REASON_PROGRAM_ELSEWHERE : WARDEN_REASON_PROGRAM_UNKNOWN;
	return req->domain == WARDEN_DOMAIN_LISTEN || req->domain == WARDEN_DOMAIN_CONNECT ||
			       req->domain == WARDEN_DOMAIN_EGRESS ||
			       req->domain == WARDEN_DOMAIN_BIND ?
		       WARDEN_REASON_PORT_NOT_NAMED :
		       WARDEN_REASON_DEFAULT;
}

/*
 * Is the object one that may run or be loaded at all? One that is appraised
 * must be in the reference list; a module that is to be measured and cannot be
 * is refused, so that none runs beside the log.
 */
static bool appraise(const struct warden_snapshot *snap, const struct warden_request *req,
		     struct warden_verdict *v)
{
	const struct warden_reference *ref = &snap->reference[req->domain];
	bool blind;

	if (!warden_domain_has_object(req->domain))
		return true;
	blind = req->object->reason && req->domain == WARDEN_DOMAIN_MODULE &&
		snap->measure & BIT(WARDEN_DOMAIN_MODULE);
	if (!blind && (!ref->on || (!req->object->reason &&
				    in_reference(ref, &req->object->digest))))
		return true;
	v->action = WARDEN_ACTION_DENY;
	v->reason = req->object->reason ?: WARDEN_REASON_NOT_APPRAISED;
	return false;
}

/**
 * warden_decide_names() - does the policy name this program?
 * @snap: the policy
 * @digest: the program
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if some program of the policy has this digest.
 */
bool warden_decide_names(const struct warden_snapshot *snap, const struct warden_digest *digest)
{
	u32 i = find_ref(snap, digest);

	return i < snap->nr_refs && !memcmp(&snap->refs[i].digest, digest, sizeof(*digest));
}

/**
 * warden_decide_rules() - where the rules of a program begin
 * @snap: the policy
 * @domain: enum warden_domain
 * @program: index into the programs plus one; 0 is the rules for any program
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: the first rule of this domain and program, or of what comes after.
 */
u32 warden_decide_rules(const struct warden_snapshot *snap, u32 domain, u32 program)
{
	return find_rules(snap, sort_key(domain, program));
}

/**
 * warden_decide_speaks() - can a policy deny anything of a domain?
 * @snap: the policy
 * @domain: enum warden_domain, below WARDEN_DOMAIN_RULES
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if it denies it by default, or until there is an owner, or has a rule of it.
 */
bool warden_decide_speaks(const struct warden_snapshot *snap, u32 domain)
{
	u32 i = warden_decide_rules(snap, domain, 0);

	return snap->defaults[domain].action == WARDEN_ACTION_DENY ||
	       (snap->setup && warden_snapshot_gates(domain)) ||
	       (i < snap->nr_rules && snap->rules[i].domain == domain);
}

/**
 * warden_decide_touches() - does a policy do anything in a domain?
 * @snap: the policy
 * @domain: enum warden_domain, below WARDEN_DOMAIN_RULES
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if it measures or appraises there, or can deny something.
 */
bool warden_decide_touches(const struct warden_snapshot *snap, u32 domain)
{
	return snap->measure & BIT(domain) || snap->reference[domain].on ||
	       warden_decide_speaks(snap, domain);
}

/**
 * warden_decide_refs() - where the programs with a digest begin
 * @snap: the policy
 * @digest: the digest
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: the first reference with this digest, or with one that comes after.
 */
u32 warden_decide_refs(const struct warden_snapshot *snap, const struct warden_digest *digest)
{
	return find_ref(snap, digest);
}

/**
 * warden_decide_same() - are two digests one?
 * @a: a digest
 * @b: another
 *
 * Context: Any.
 * Return: true if they are.
 */
bool warden_decide_same(const struct warden_digest *a, const struct warden_digest *b)
{
	return warden_match_same(a, b);
}

/* Where the domain is only observed, no rate is kept. */
static void keep_rate(struct warden_verdict *v, const struct warden_request *req)
{
	if (req->domain != WARDEN_DOMAIN_SENSOR || v->action != WARDEN_ACTION_ALLOW ||
	    !v->rule->rate || v->mode != WARDEN_MODE_ENFORCE)
		return;
	v->limit = v->rule;
	v->limiter = v->snap;
}

/* Nothing else stands against it than that this rule does not stand now; NULL is the default. */
static void blame(struct warden_verdict *v, const struct warden_rule *rule, u8 reason)
{
	v->reason = reason;
	v->rule = rule;
	if (rule && rule->program)
		v->program = &v->snap->programs[rule->program - 1];
}

/* What is denied by a default, and by no egress rule, for want of a rule or a default that stands. */
static void blame_what_rests(struct warden_verdict *v, u32 domain)
{
	if (v->action != WARDEN_ACTION_DENY)
		return;
	if (v->ended)
		blame(v, v->ended, WARDEN_REASON_PURPOSE_ENDED);
	else if (v->bound)
		return;
	else if (v->waits || READ_ONCE(v->snap->waits) & BIT(domain))
		blame(v, v->waits, WARDEN_REASON_NOT_SET_UP);
	else if (v->lapsed)
		blame(v, v->lapsed, WARDEN_REASON_LAPSED);
	else if (v->kept)
		blame(v, v->kept, WARDEN_REASON_EXPORT);
}

/**
 * warden_decide() - what one layer says to a request
 * @snap: the layer
 * @req: the request; @req->subject is set, and in the exec, module, firmware
 *	 and bpf domains @req->object
 * @verdict: filled in
 *
 * Context: Any; the caller keeps @snap and @req->grants alive.
 */
void warden_decide(const struct warden_snapshot *snap, const struct warden_request *req,
		   struct warden_verdict *verdict)
{
	const struct warden_default *def = &snap->defaults[req->domain];

	*verdict = (struct warden_verdict){ .action = def->action, .mode = def->mode, .snap = snap };
	if (req->domain == WARDEN_DOMAIN_PROTOCOL && warden_socket_is_common(req->socket))
		verdict->action = WARDEN_ACTION_ALLOW;
	if (!appraise(snap, req, verdict))
		return;
	if (!weigh_programs(snap, req, verdict))
		weigh(snap, req, 0, verdict);
	if (verdict->rule) {
		verdict->flags = verdict->rule->flags;
		verdict->withdraw_ms = verdict->rule->withdraw_ms;
		keep_rate(verdict, req);
		return;
	}
	if (req->excepted && !snap->locks)
		verdict->action = WARDEN_ACTION_ALLOW;
	if (verdict->bound)
		verdict->action = WARDEN_ACTION_DENY;
	verdict->reason = explain_default(req, verdict);
	blame_what_rests(verdict, req->domain);
	if (!snap->version && verdict->action == WARDEN_ACTION_DENY)
		verdict->reason = WARDEN_REASON_BOOT_PROFILE;
	if (snap->locks && verdict->action == WARDEN_ACTION_DENY)
		verdict->reason = WARDEN_REASON_TAMPERED;
}

/* How much stands against it: what is denied outranks what is only observed. */
static int rank(const struct warden_verdict *v)
{
	if (v->action == WARDEN_ACTION_ALLOW)
		return 0;
	return v->mode == WARDEN_MODE_ENFORCE ? 2 : 1;
}

/* What either asks for holds: how a session ends, and how often something comes. */
static void join_terms(struct warden_verdict *joined, const struct warden_verdict *a,
		       const struct warden_verdict *b)
{
	joined->flags = a->flags | b->flags;
	joined->several = a->several || b->several || (a->grant && b->grant);
	joined->withdraw_ms = a->withdraw_ms;
	if (b->withdraw_ms && (!a->withdraw_ms || b->withdraw_ms < a->withdraw_ms))
		joined->withdraw_ms = b->withdraw_ms;
	joined->limit = a->limit;
	joined->limiter = a->limiter;
	if (b->limit && (!a->limit || b->limit->rate < a->limit->rate)) {
		joined->limit = b->limit;
		joined->limiter = b->limiter;
	}
}

/*
 * Of two allows the one is told that has more of a ground: a consent, a rule,
 * then the layer above.
 */
static void join_allows(struct warden_verdict *verdict, const struct warden_verdict *below)
{
	struct warden_verdict joined = *verdict;

	if ((!verdict->grant && below->grant) || (!verdict->rule && below->rule))
		joined = *below;
	join_terms(&joined, verdict, below);
	*verdict = joined;
}

/*
 * A denial that is only observed is told, and what is allowed beside it is done; so it
 * is done on the terms of the allow, and uses its consent.
 */
static void join_observed(struct warden_verdict *verdict, const struct warden_verdict *below)
{
	struct warden_verdict joined = rank(verdict) ? *verdict : *below;

	joined.grant = verdict->grant ?: below->grant;
	join_terms(&joined, verdict, below);
	*verdict = joined;
}

/**
 * warden_decide_layers() - what the policy says to a request
 * @layers: the policy
 * @req: the request, as for warden_decide()
 * @verdict: filled in
 *
 * Allowed is what every layer allows. A denial is told of the highest layer that
 * denies; one that is only observed gives way to one that is not.
 *
 * Context: Any; the caller keeps @layers and @req->grants alive.
 */
void warden_decide_layers(const struct warden_layers *layers, const struct warden_request *req,
			  struct warden_verdict *verdict)
{
	const struct warden_rule *ground[WARDEN_STACK] = {};
	struct warden_verdict below;
	u32 i;

	warden_decide(layers->layer[0], req, verdict);
	ground[0] = verdict->rule;
	for (i = 1; i < layers->nr && rank(verdict) < 2; i++) {
		warden_decide(layers->layer[i], req, &below);
		ground[i] = below.rule;
		if (rank(&below) == 2)
			*verdict = below;
		else if (!rank(&below) && !rank(verdict))
			join_allows(verdict, &below);
		else if (!rank(&below) || !rank(verdict))
			join_observed(verdict, &below);
	}
	memcpy(verdict->ground, ground, sizeof(ground));
}

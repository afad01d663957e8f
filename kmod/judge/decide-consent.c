// SPDX-License-Identifier: GPL-2.0-only
/*
 * The consents that a rule rests on: who gave them, and whose they are by now. Pure, as the decision is.
 */
#include "decide.h"
#include "match.h"

/*
 * A consent for one open, or one process, is whoever's came first. What is looked at again goes on by what is its
 * own, not by what somebody else may come for.
 */
static bool may_hold(const struct warden_grant *grant, const struct warden_request *req)
{
	const u64 holder = READ_ONCE(grant->holder);
	const bool comes = !req->session || req->claims;

	switch (grant->validity) {
	case WARDEN_CONSENT_VALIDITY_ONCE:
		return holder ? holder == req->session : comes;
	case WARDEN_CONSENT_VALIDITY_RUN:
		return holder ? holder == req->process : comes;
	default:
		return true;
	}
}

/*
 * Who is about to hold what nobody holds yet takes that only for want of what is its own already; and who
 * opens is about to hold what is for one process.
 */
static bool is_best(const struct warden_grant *grant, const struct warden_request *req)
{
	const u64 holder = READ_ONCE(grant->holder);

	switch (grant->validity) {
	case WARDEN_CONSENT_VALIDITY_ONCE:
		return !req->claims || holder == req->session;
	case WARDEN_CONSENT_VALIDITY_RUN:
		return holder == req->process;
	default:
		return !req->claims;
	}
}

/* The first living consent to a request for a purpose; of @principal, where that is not 0. */
static const struct warden_grant *find_given(const struct warden_request *req, u64 purpose,
					     u64 principal)
{
	const struct warden_digest *digest = &req->subject->digest;
	const struct warden_grant *grant, *first = NULL;
	const struct warden_grant_link *link;

	if (!req->grants)
		return NULL;
	link = READ_ONCE(req->grants->chain[warden_grants_chain(digest)]);
	for (; link; link = READ_ONCE(link->next)) {
		grant = link->grant;
		if (grant->class != req->class || grant->purpose != purpose ||
		    (principal && grant->principal && grant->principal != principal) ||
		    req->now >= READ_ONCE(grant->expires) || !may_hold(grant, req) ||
		    !warden_match_same(&link->digest, digest))
			continue;
		if (is_best(grant, req))
			return grant;
		first = first ?: grant;
	}
	return first;
}

/**
 * warden_decide_grants() - the consents a rule rests on
 * @snap: the policy
 * @req: the request
 * @rule: one of @snap that asks for consent
 * @grants: filled in, in the order of its persons
 *
 * Context: Any; the caller keeps @snap and @req->grants alive.
 * Return: how many there are; 0 where they are too few.
 */
u32 warden_decide_grants(const struct warden_snapshot *snap, const struct warden_request *req,
			 const struct warden_rule *rule,
			 const struct warden_grant *grants[WARDEN_PRINCIPALS_MAX])
{
	const struct warden_quorum *quorum;
	u32 i, nr = 0;

	if (!rule->quorum) {
		grants[0] = find_given(req, rule->purpose, 0);
		return grants[0] != NULL;
	}
	quorum = &snap->quorums[rule->quorum - 1];
	for (i = 0; i < quorum->nr && nr < quorum->need; i++) {
		grants[nr] = find_given(req, rule->purpose, quorum->principal[i]);
		nr += grants[nr] != NULL;
	}
	return nr == quorum->need ? nr : 0;
}

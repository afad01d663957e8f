// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was allowed by consents rests on them: on all that the verdict counted, those of several persons, of
 * several layers and for the sensors behind a bus among them, or on none.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arguments.h"
#include "consent/consent.h"
#include "device/inventory.h"
#include "judge-priv.h"
#include "policy/layers.h"

/* The consents that one use rests on, each once. */
struct claims {
	u32 nr;
	const struct warden_grant *grant[WARDEN_CLAIMS_MAX];
};

static bool add(struct claims *claims, const struct warden_grant *grant)
{
	u32 i;

	for (i = 0; i < claims->nr; i++)
		if (claims->grant[i] == grant)
			return true;
	if (claims->nr == WARDEN_CLAIMS_MAX)
		return false;
	claims->grant[claims->nr++] = grant;
	return true;
}

/* Of a layer that lacks its consent and only observes there is none. */
static bool add_of_layer(struct claims *claims, const struct warden_snapshot *snap,
			 const struct warden_request *req)
{
	const struct warden_grant *grants[WARDEN_PRINCIPALS_MAX];
	struct warden_verdict v;
	u32 i, nr;
	bool may;

	warden_decide(snap, req, &v);
	if (!v.grant)
		return !warden_verdict_denies(&v);
	nr = warden_decide_grants(snap, req, v.rule, grants);
	may = nr; /* there were some: by now they may be somebody else's */
	for (i = 0; i < nr && may; i++)
		may = add(claims, grants[i]);
	return may;
}

static bool add_of_all(struct claims *claims, const struct warden_layers *layers,
		       const struct warden_request *req)
{
	bool may = true;
	u32 i;

	for (i = 0; i < layers->nr && may; i++)
		may = add_of_layer(claims, layers->layer[i], req);
	return may;
}

/* All consents that the same question rests on now. */
static bool collect(struct claims *claims, struct warden_request *req,
		    const struct warden_sensor *behind, int nr)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	struct warden_command command;
	bool may;
	int i;

	claims->nr = 0;
	warden_judge_fill_in(req, layers, &command);
	may = add_of_all(claims, layers, req);
	for (i = 0; i < nr && may; i++) {
		warden_judge_turn_to(req, &behind[i]);
		may = add_of_all(claims, layers, req);
	}
	return may;
}

static bool claim_several(dev_t devt, struct warden_request req)
{
	struct claims claims;
	struct warden_sensor *list;
	bool may;
	int nr;

	req.claims = true;
	list = warden_judge_list_behind(devt, &req, &nr);
	if (nr < 0) {
		kfree(list);
		return false;
	}
	rcu_read_lock();
	may = collect(&claims, &req, list, nr) &&
	      warden_consent_hold(claims.grant, claims.nr, req.process, req.session);
	rcu_read_unlock();
	kfree(list);
	return may;
}

/**
 * warden_judge_claim() - who was allowed rests on the consents for that
 * @devt: number of the node, as for warden_judge_use(); 0 for none
 * @req: what was asked for; its process stays
 * @answer: what allowed it
 * @session: the session's number; the process again for a use that has none
 *
 * Context: Any; does not sleep where @req is atomic, or @devt is 0.
 * Return: false where one of them is for one open or one process, and another was first; then none is
 * held that was not before. Where they no longer hold, warden_judge_holds() tells.
 */
bool warden_judge_claim(dev_t devt, const struct warden_request *req, const struct warden_answer *answer,
			u64 session)
{
	struct warden_request again = *req;

	if (!warden_answer_consented(answer))
		return true;
	if (!answer->others)
		return warden_consent_use(&req->subject->digest, answer->receipt, req->process, session);
	again.session = session;
	return claim_several(devt, again);
}

/**
 * warden_answer_rests_on() - can an answer rest on a consent?
 * @answer: the answer
 * @digest: the program it was for
 * @receipt: the consent
 *
 * Context: Any.
 * Return: true if it does, or, of several, may.
 */
bool warden_answer_rests_on(const struct warden_answer *answer, const struct warden_digest *digest,
			    const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	return (answer->has_receipt && !memcmp(answer->receipt, receipt, WARDEN_RECEIPT_SIZE)) ||
	       (answer->others && warden_consent_is_for(receipt, digest, answer->others));
}

/**
 * warden_answer_is_once() - may a consent it rests on be for one open?
 * @answer: the answer
 *
 * Context: Any.
 * Return: true if so: such a consent is to be used up with that.
 */
bool warden_answer_is_once(const struct warden_answer *answer)
{
	return answer->others ||
	       (answer->has_receipt && answer->validity == WARDEN_CONSENT_VALIDITY_ONCE);
}

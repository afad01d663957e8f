// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was allowed by consents rests on them: on all that the verdict counted, or on none.
 */
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "arguments.h"
#include "consent/consent.h"
#include "judge-priv.h"
#include "policy/layers.h"

/* Those that were nobody's, to be given back where one of the others is somebody's. */
struct held {
	u32 nr;
	const struct warden_grant *fresh[WARDEN_STACK * WARDEN_PRINCIPALS_MAX];
};

static bool hold_rule(struct held *held, const struct warden_snapshot *snap,
		      const struct warden_request *req, const struct warden_rule *rule)
{
	const struct warden_grant *grants[WARDEN_PRINCIPALS_MAX];
	u32 i, nr = warden_decide_grants(snap, req, rule, grants);
	bool fresh;

	for (i = 0; i < nr; i++) {
		if (!warden_consent_hold(grants[i], req->process, req->session, &fresh))
			return false;
		/* what is for a process may be in use by another of its threads already */
		if (fresh && grants[i]->validity == WARDEN_CONSENT_VALIDITY_ONCE)
			held->fresh[held->nr++] = grants[i];
	}
	return true; /* none where a layer that lacks them only observes */
}

static bool hold_all(const struct warden_layers *layers, const struct warden_request *req,
		     const struct warden_verdict *v)
{
	struct held held = { .nr = 0 };
	bool may = true;
	u32 i;

	for (i = 0; i < layers->nr && may; i++)
		if (v->ground[i] && v->ground[i]->flags & WARDEN_RULE_FLAG_CONSENT)
			may = hold_rule(&held, layers->layer[i], req, v->ground[i]);
	while (!may && held.nr)
		warden_consent_let_go(held.fresh[--held.nr]);
	return may;
}

/* All consents that the same question rests on now. */
static bool claim_several(struct warden_request req)
{
	const struct warden_layers *layers;
	struct warden_command command;
	struct warden_verdict v;
	bool may;

	req.claims = true;
	rcu_read_lock();
	layers = warden_layers_get_rcu();
	warden_judge_fill_in(&req, layers, &command);
	warden_decide_layers(layers, &req, &v);
	may = !warden_verdict_denies(&v) && hold_all(layers, &req, &v);
	rcu_read_unlock();
	return may;
}

/**
 * warden_judge_claim() - who was allowed rests on the consents for that
 * @req: what was asked for; its process stays
 * @answer: what allowed it
 * @session: the session's number; the process again for a use that has none
 *
 * Context: Any; does not sleep.
 * Return: false where one of them is for one open or one process, and another was first. Where they
 * no longer hold, warden_judge_holds() tells.
 */
bool warden_judge_claim(const struct warden_request *req, const struct warden_answer *answer, u64 session)
{
	struct warden_request again = *req;

	if (!answer->has_receipt)
		return true;
	if (!answer->several)
		return warden_consent_use(&req->subject->digest, answer->receipt, req->process, session);
	again.session = session;
	return claim_several(again);
}

/**
 * warden_answer_rests_on() - can an answer rest on a consent?
 * @answer: the answer
 * @digest: the program it was for
 * @class: enum warden_sensor_class, the sensor it was for
 * @receipt: the consent
 *
 * Context: Any.
 * Return: true if it does, or, of several, may.
 */
bool warden_answer_rests_on(const struct warden_answer *answer, const struct warden_digest *digest, u32 class,
			    const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	return answer->has_receipt && (!memcmp(answer->receipt, receipt, WARDEN_RECEIPT_SIZE) ||
				       (answer->several && warden_consent_is_for(receipt, digest, class)));
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
	return answer->has_receipt &&
	       (answer->several || answer->validity == WARDEN_CONSENT_VALIDITY_ONCE);
}

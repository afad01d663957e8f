/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_JUDGE_H
#define WARDEN_JUDGE_H

#include <linux/types.h>
#include "decide.h"

struct file;
struct warden_sensor;

/**
 * struct warden_shadow_answer - what the policy in shadow would have answered
 * @action: enum warden_action, as it would have been carried out
 * @reason: enum warden_reason
 * @layer: enum warden_role of the layer that decided
 * @line: line of the rule; 0 is none
 * @version: version of that layer
 */
struct warden_shadow_answer {
	u8 action;
	u8 reason;
	u8 layer;
	u32 line;
	u32 version;
};

/**
 * struct warden_answer - a verdict, copied out of the policy it was made with
 * @denied: the caller must refuse
 * @observed: it would have been denied, had the domain been enforced
 * @has_receipt: @receipt is set
 * @reason: enum warden_reason
 * @flags: bit mask of enum warden_rule_flag of the rule
 * @validity: enum warden_consent_validity of the consent it rests on
 * @withdraw_ms: bound on the end of a session
 * @rate: uses in an hour, at most; 0 is no limit
 * @sharer: who has that rate: warden_snapshot_key() of the program the rule names; 0 is
 *	    all it allows together
 * @line: line of the rule; 0 is none
 * @purpose: key of the purpose that has ended, where that is the reason
 * @layer: enum warden_role of the layer that decided; 0 is the boot profile
 * @version: version of that layer
 * @generation: generation of the policy
 * @consents: generation of the table of consents
 * @off: the classes that were switched off
 * @others: the classes for which it may rest on more consents than @receipt, also where that is not
 *	    set: of several persons or layers, and for what is behind what was asked for; bit mask
 * @epoch: which state all of that was in, and what else is changed by somebody (epoch.h)
 * @repeats: the same question of the same process is answered alike in that state, for as
 *	     long as @grant holds
 * @grant: the consent it rests on, NULL for none; looked at under RCU, and in that state alone
 * @receipt: consent it rests on
 * @label: label of the program; empty where the policy does not name it
 * @opened: it was allowed because somebody opened the port for a time (opening.h)
 * @differs: @shadow is set
 * @shadow: what the policy in shadow would have answered, where that is otherwise
 */
struct warden_answer {
	bool denied;
	bool observed;
	bool has_receipt;
	u8 reason;
	u16 flags;
	u8 layer;
	u8 validity;
	u16 withdraw_ms;
	u32 rate;
	u64 sharer;
	u32 line;
	u64 purpose;
	u32 version;
	u64 generation;
	u64 consents;
	u32 off;
	u32 others;
	u64 epoch;
	bool repeats;
	const struct warden_grant *grant;
	u8 receipt[WARDEN_RECEIPT_SIZE];
	char label[WARDEN_LABEL_MAX + 1];
	bool opened;
	bool differs;
	struct warden_shadow_answer shadow;
};

/**
 * warden_answer_tells() - is there something to record of this answer?
 * @answer: the answer
 *
 * Return: true where it was denied, would have been, or would be otherwise by the
 * policy in shadow.
 */
static inline bool warden_answer_tells(const struct warden_answer *answer)
{
	return answer->denied || answer->observed || answer->differs;
}

/**
 * warden_answer_consented() - does an answer rest on a consent?
 * @answer: the answer
 *
 * Return: true where it does, for what was asked for or for what is behind that.
 */
static inline bool warden_answer_consented(const struct warden_answer *answer)
{
	return answer->has_receipt || answer->others;
}

void warden_answer_refuse(struct warden_answer *answer, u8 reason);
int warden_judge(const struct warden_request *req, struct warden_answer *answer);
int warden_judge_use(dev_t devt, const struct warden_request *req, struct warden_answer *answer,
		     struct warden_sensor *behind);
int warden_judge_sensor(const struct file *file, struct warden_request *req,
			struct warden_identity *subject, struct warden_answer *answer);
bool warden_judge_holds(const struct warden_answer *answer);
bool warden_judge_claim(dev_t devt, const struct warden_request *req, const struct warden_answer *answer,
			u64 session);
bool warden_answer_rests_on(const struct warden_answer *answer, const struct warden_digest *digest,
			    const u8 receipt[WARDEN_RECEIPT_SIZE]);
bool warden_answer_is_once(const struct warden_answer *answer);
bool warden_judge_is_traced(void);
bool warden_judge_measures(u32 domain);
bool warden_judge_tells_apart(const struct warden_digest *digest);
bool warden_judge_asks_arguments(void);
bool warden_judge_names(const struct warden_digest *digest);
bool warden_judge_asks_names(void);
bool warden_judge_appraises(u32 domain);
bool warden_judge_has_rules(u32 domain);
bool warden_judge_touches(u32 domain);
void warden_judge_tell(const struct warden_request *req, const struct warden_answer *answer,
		       const char *object, u16 family);

#endif /* WARDEN_JUDGE_H */

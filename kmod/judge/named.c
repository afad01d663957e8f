// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses of a sensor that are no open of its file, and have no session: each is judged,
 * by the name of what is used.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>

#include "consent/consent.h"
#include "judge.h"
#include "named.h"
#include "network/egress.h"
#include "policy/snapshot.h"
#include "program/identity.h"

/*
 * By a consent for one open that is this process's already, or one that nobody has used yet:
 * to match the one and the other takes a session of another number.
 */
static int judge_use(const struct warden_request *req, struct warden_answer *answer)
{
	struct warden_request first = *req;
	int err = warden_judge(req, answer);

	if (answer->reason != WARDEN_REASON_NO_CONSENT)
		return err;
	first.session = 0;
	return warden_judge(&first, answer);
}

/*
 * Does the consent it rests on let this process? One that is for one open has none to
 * end with here, and is the process's that came first, as one that is for one process.
 */
static int claim(const struct warden_request *req, struct warden_answer *answer)
{
	if (!answer->has_receipt ||
	    warden_consent_use(&req->subject->digest, answer->receipt, req->process, req->session))
		return 0;
	answer->denied = true;
	answer->reason = WARDEN_REASON_NO_CONSENT;
	return -EACCES;
}

static int judge(u32 class, const char *name, struct warden_identity *subject)
{
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = subject,
		.class = class,
		.topology = warden_snapshot_key(name),
		.process = (unsigned long)task_tgid(current),
		.session = (unsigned long)task_tgid(current),
	};
	struct warden_answer answer;
	int err;

	if (!subject->reason && warden_judge_is_traced())
		subject->reason = WARDEN_REASON_PROGRAM_TRACED;
	err = judge_use(&req, &answer) ?: claim(&req, &answer) ?: warden_egress_use(class, 0);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, name, 0);
	return err;
}

/**
 * warden_named_use() - may the current program use this once?
 * @class: enum warden_sensor_class
 * @name: what is used; what a rule can name as a device, and what a record tells
 *
 * Context: Process context of the program, sleeps.
 * Return: 0, or a negative errno where it may not, which is recorded.
 */
int warden_named_use(u32 class, const char *name)
{
	struct warden_identity subject;

	warden_identity_of_current(&subject);
	return judge(class, name, &subject);
}

/**
 * warden_named_use_now() - the same where the program is not to be read
 * @class: enum warden_sensor_class
 * @name: what is used
 *
 * Context: Process context of the program, does not sleep.
 * Return: 0, or a negative errno where it may not, which is recorded.
 */
int warden_named_use_now(u32 class, const char *name)
{
	struct warden_identity subject;

	warden_identity_known(&subject);
	return judge(class, name, &subject);
}

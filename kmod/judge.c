// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a request to an answer: the pure decision with the policy, the consents
 * and the clock of this moment, and the record of what was refused.
 */
#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "canary.h"
#include "consent.h"
#include "inventory.h"
#include "judge.h"
#include "layers.h"
#include "opening.h"
#include "record.h"
#include "shadow.h"

static void copy_verdict(struct warden_answer *answer, u64 generation,
			 const struct warden_verdict *v)
{
	answer->denied = warden_verdict_denies(v);
	answer->observed = v->action == WARDEN_ACTION_DENY && !answer->denied;
	answer->reason = v->reason;
	answer->layer = v->snap->layer;
	answer->version = v->snap->version;
	answer->generation = generation;
	answer->line = v->rule ? v->rule->line : 0;
	answer->flags = v->flags;
	answer->withdraw_ms = v->withdraw_ms ?: WARDEN_WITHDRAW_MS;
	answer->has_receipt = v->grant;
	memset(answer->receipt, 0, sizeof(answer->receipt));
	if (v->grant)
		memcpy(answer->receipt, v->grant->receipt, sizeof(answer->receipt));
	answer->label[0] = '\0';
	if (v->program)
		memcpy(answer->label, v->program->label, sizeof(answer->label));
}

/* What is carried out is compared: an observed denial lets go on, as an allow does. */
static void ask_shadow(struct warden_answer *answer, const struct warden_request *req)
{
	const struct warden_layers *layers = warden_shadow_get_rcu();
	struct warden_verdict v;

	answer->differs = false;
	if (likely(!layers))
		return;
	warden_decide_layers(layers, req, &v);
	if (warden_verdict_denies(&v) == answer->denied)
		return;
	answer->differs = true;
	answer->shadow = (struct warden_shadow_answer){
		.action = answer->denied ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY,
		.reason = v.reason,
		.layer = v.snap->layer,
		.line = v.rule ? v.rule->line : 0,
		.version = v.snap->version,
	};
}

static u64 generation_of(const struct warden_grants *grants)
{
	return grants ? grants->generation : 0;
}

/**
 * warden_judge() - decide a request by what is in force now
 * @req: the request; its clock and consents are filled in here
 * @answer: filled in
 *
 * Context: Any; does not sleep.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_judge(const struct warden_request *req, struct warden_answer *answer)
{
	struct warden_request now = *req;
	const struct warden_layers *layers;
	struct warden_verdict v;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	now.grants = warden_consent_grants_rcu();
	now.now = now.grants ? ktime_get_boottime_ns() : 0;
	warden_decide_layers(layers, &now, &v);
	copy_verdict(answer, layers->generation, &v);
	answer->opened = answer->denied && !v.rule && req->domain == WARDEN_DOMAIN_LISTEN &&
			 warden_opening_holds(req->protocol, req->port);
	answer->denied &= !answer->opened;
	ask_shadow(answer, &now);
	answer->consents = generation_of(now.grants);
	rcu_read_unlock();
	if (!answer->denied)
		return 0;
	warden_canary_deny();
	return -EACCES;
}

/**
 * warden_judge_holds() - was an answer made with what is in force now?
 * @answer: the answer
 *
 * The same question would be answered alike, but for a consent that has expired
 * since: its expiry publishes a table of its own.
 *
 * Context: Any.
 * Return: true if neither policy nor consents were replaced since.
 */
bool warden_judge_holds(const struct warden_answer *answer)
{
	bool holds;

	rcu_read_lock();
	holds = answer->generation == warden_layers_get_rcu()->generation &&
		answer->consents == generation_of(warden_consent_grants_rcu());
	rcu_read_unlock();
	return holds;
}

/**
 * warden_judge_measures() - does the policy in force measure this domain?
 * @domain: enum warden_domain
 *
 * Context: Any.
 * Return: true if some layer does.
 */
bool warden_judge_measures(u32 domain)
{
	const struct warden_layers *layers;
	bool measures = false;
	u32 i;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	for (i = 0; i < layers->nr; i++)
		measures |= layers->layer[i]->measure & BIT(domain);
	rcu_read_unlock();
	return measures;
}

/**
 * warden_judge_names() - does the policy in force name this program?
 * @digest: the program
 *
 * Context: Any.
 * Return: true if it does.
 */
bool warden_judge_names(const struct warden_digest *digest)
{
	const struct warden_layers *layers;
	bool names = false;
	u32 i;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	for (i = 0; i < layers->nr && !names; i++)
		names = warden_decide_names(layers->layer[i], digest);
	rcu_read_unlock();
	return names;
}

/* Who asked for what; the same for each record of an answer. */
static void fill_request(struct warden_record *r, const struct warden_request *req,
			 const struct warden_answer *answer, const char *object, u16 family)
{
	r->domain = req->domain;
	r->generation = answer->generation;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = req->uid;
	r->class = req->class;
	r->family = family;
	r->protocol = req->protocol;
	r->port = req->port;
	r->program_digest = req->subject->digest;
	if (req->object)
		r->object_digest = req->object->digest;
	if (answer->label[0])
		strscpy(r->program, answer->label, sizeof(r->program));
	else
		strscpy(r->program, warden_identity_path(r->object, sizeof(r->object)),
			sizeof(r->program));
	strscpy_pad(r->object, object ?: "", sizeof(r->object));
}

static void tell_verdict(struct warden_record *r, const struct warden_answer *answer)
{
	r->event = WARDEN_EVENT_VERDICT;
	r->action = WARDEN_ACTION_DENY;
	r->observed = answer->observed;
	r->reason = answer->reason;
	r->line = answer->line;
	r->policy_version = answer->version;
	r->layer = answer->layer;
	warden_record_add(r);
}

static void tell_shadow(struct warden_record *r, const struct warden_answer *answer)
{
	r->event = WARDEN_EVENT_SHADOW;
	r->action = answer->shadow.action;
	r->observed = true;
	r->reason = answer->shadow.reason;
	r->line = answer->shadow.line;
	r->policy_version = answer->shadow.version;
	r->layer = answer->shadow.layer;
	warden_record_add(r);
}

/**
 * warden_judge_tell() - record what warden_answer_tells() of an answer
 * @req: the request
 * @answer: the answer
 * @object: what it was about, for people; NULL is nothing
 * @family: AF_* of a socket, 0 for none
 *
 * Context: Process context of the subject, does not sleep. Without memory the
 * answer stands and the record is counted as lost.
 */
void warden_judge_tell(const struct warden_request *req, const struct warden_answer *answer,
		       const char *object, u16 family)
{
	bool refused = answer->denied || answer->observed;
	struct warden_record *r = kzalloc(sizeof(*r), GFP_ATOMIC | __GFP_NOWARN);

	if (!r) {
		warden_record_lose(refused);
		return;
	}
	fill_request(r, req, answer, object, family);
	if (refused)
		tell_verdict(r, answer);
	if (answer->differs)
		tell_shadow(r, answer);
	kfree(r);
}

/**
 * warden_judge_sensor() - decide the current program's use of a device node, and record a refusal
 * @devt: number of the node
 * @req: filled in; what was asked
 * @subject: filled in; the program, which @req points to
 * @answer: filled in
 *
 * Context: Process context of the subject, may sleep.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_judge_sensor(dev_t devt, struct warden_request *req, struct warden_identity *subject,
			struct warden_answer *answer)
{
	struct warden_sensor sensor;
	int err;

	*req = (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = subject,
	};
	req->class = warden_inventory_class(devt, &req->topology);
	warden_identity_of_current(subject);
	err = warden_judge(req, answer);
	if (warden_answer_tells(answer)) {
		warden_inventory_find(devt, &sensor);
		warden_judge_tell(req, answer, sensor.topology, 0);
	}
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../probe.h"
#include "policy_probe.h"

/* How one trial went. */
struct trial {
	const struct warden_trial *of;
	bool needed; /* its hook is needed by the policy, and so attached */
	int result;  /* of its run */
	bool seen;   /* its hook was called */
	bool denied; /* Warden answered no */
};

/* NULL where it went as it must, else what is wrong. */
static const char *judge(const struct trial *t)
{
	if (!t->needed || (t->result == WARDEN_TRIAL_ABSENT && !t->seen))
		return NULL;
	if (t->result < 0 && !t->seen)
		return "it could not be tried";
	if (!t->seen)
		return "its hook did not answer";
	if (t->of->always_refused && !t->denied)
		return "its hook answered, and did not refuse what it always must";
	if (t->denied && !t->result)
		return "Warden refused it, and it went through";
	return NULL;
}

/* What came of it. */
static const char *tell(const struct trial *t)
{
	if (!t->needed)
		return "not tried: nothing in this policy needs the hook";
	if (t->result == WARDEN_TRIAL_ABSENT && !t->seen)
		return "not tried: the kernel has not loaded what it is about, or another hook refuses it";
	if (t->denied)
		return "refused by Warden";
	if (!t->result)
		return "allowed, seen by Warden";
	return "seen by Warden, refused by something else";
}

static int take_step(void *ctx, const struct warden_object *o)
{
	struct trial *t = ctx;
	uint64_t seen = warden_object_number(o, WARDEN_A_PROBE_SEEN);

	t->seen = seen >> t->of->hook & 1;
	t->denied = warden_object_number(o, WARDEN_A_PROBE_DENIED);
	return 0;
}

static void print_trial(const struct trial *t)
{
	const char *wrong = judge(t);

	printf("%-6s %-35s %-13s %s", wrong ? "FAILED" : t->needed ? "ok" : "-", t->of->what,
	       warden_enum_word(warden_enum_hook(), t->of->hook), wrong ? wrong : tell(t));
	if (wrong && t->result)
		printf(" (%s)", strerror(t->result < 0 ? -t->result : t->result));
	putchar('\n');
}

static struct json_object *trial_json(const struct trial *t)
{
	struct json_object *json = json_object_new_object();
	const char *wrong = judge(t);

	json_object_object_add(json, "tried", json_object_new_string(t->of->what));
	json_object_object_add(json, "hook",
			       json_object_new_string(
				       warden_enum_word(warden_enum_hook(), t->of->hook)));
	json_object_object_add(json, "needed", json_object_new_boolean(t->needed));
	json_object_object_add(json, "seen", json_object_new_boolean(t->seen));
	json_object_object_add(json, "denied", json_object_new_boolean(t->denied));
	json_object_object_add(json, "ok", json_object_new_boolean(!wrong));
	json_object_object_add(json, "what", json_object_new_string(wrong ? wrong : tell(t)));
	return json;
}

/* What is in force when it begins, and when it has ended. */
struct policy {
	uint64_t needs; /* hooks, a bit each */
	uint64_t generation;
};

static int take_policy(void *ctx, const struct warden_object *o)
{
	struct policy *p = ctx;

	p->needs = warden_object_number(o, WARDEN_A_STATUS_WANTED);
	p->generation = warden_object_number(o, WARDEN_A_STATUS_GENERATION);
	return 0;
}

static int read_policy(struct warden_nl *nl, struct policy *p, struct warden_fault *f)
{
	return warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, take_policy, p, f);
}

/* The hooks that the start of the probe reached are of the first step. */
static int try_all(struct warden_nl *nl, const struct warden_ctl *ctl, struct json_object *list,
		   uint64_t needs, bool *agreed, struct warden_fault *f)
{
	const struct warden_trial *of;
	bool renewed = false;
	size_t n;
	int err;

	*agreed = true;
	for (n = 0; (of = warden_trial_nth(n)); n++) {
		struct trial t = { .of = of, .seen = renewed, .needed = needs >> of->hook & 1 };

		if (t.needed)
			t.result = of->run();
		if (t.needed && of->hook != WARDEN_HOOK_DEVICE_ADD) {
			err = warden_nl_do(nl, WARDEN_CMD_PROBE_STEP, NULL, take_step, &t, f);
			if (err)
				return err;
		}
		renewed = of->hook == WARDEN_HOOK_DEVICE_DEL && t.seen;
		*agreed &= !judge(&t);
		if (ctl->json)
			json_object_array_add(list, trial_json(&t));
		else
			print_trial(&t);
	}
	return 0;
}

static int take_end(void *ctx, const struct warden_object *o)
{
	bool *passed = ctx;

	*passed = warden_object_number(o, WARDEN_A_PROBE_PASSED);
	return 0;
}

static int end(struct warden_nl *nl, bool agreed, bool *passed, struct warden_fault *f)
{
	struct warden_blob request = { 0 };
	int err;

	warden_blob_put_u32(&request, WARDEN_A_PROBE_AGREED, agreed);
	err = warden_nl_do(nl, WARDEN_CMD_PROBE_END, &request, take_end, passed, f);
	warden_blob_free(&request);
	return err;
}

/* Why it did not pass. */
static const char *complain(bool agreed, bool replaced)
{
	if (!agreed)
		return "see what failed above; wardenctl doctor may tell why";
	return replaced ? "it was replaced meanwhile; probe again" :
			  "a hook it needs was not reached; see what was not tried above";
}

static int conclude(const struct warden_ctl *ctl, struct json_object *list, bool agreed,
		    bool passed, bool replaced)
{
	struct json_object *json;

	if (ctl->json) {
		json = json_object_new_object();
		json_object_object_add(json, "live", json_object_new_boolean(passed));
		json_object_object_add(json, "trials", json_object_get(list));
		warden_output_print(json);
	} else if (passed) {
		puts("the policy is live: every hook it needs answered, and what it answered came true");
	} else {
		fflush(stdout);
		fprintf(stderr, "wardenctl: policy probe: the policy is not live: %s\n",
			complain(agreed, replaced));
	}
	return passed ? WARDEN_EXIT_OK : WARDEN_EXIT_FAILED;
}

int warden_policy_probe(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct json_object *list = json_object_new_array();
	bool agreed = false, passed = false;
	struct warden_nl *nl = NULL;
	struct warden_fault f;
	struct policy before, after;
	int err;

	if (warden_usage_none(argc, argv)) {
		json_object_put(list);
		return WARDEN_EXIT_USAGE;
	}
	err = warden_nl_open(&nl, &f);
	if (!err)
		err = warden_nl_do(nl, WARDEN_CMD_PROBE_BEGIN, NULL, NULL, NULL, &f);
	if (!err)
		err = read_policy(nl, &before, &f);
	if (!err)
		err = try_all(nl, ctl, list, before.needs, &agreed, &f);
	if (!err)
		err = end(nl, agreed, &passed, &f);
	if (!err)
		err = read_policy(nl, &after, &f);
	warden_nl_close(nl);
	err = err ? warden_fault_print(&f, "policy probe") : conclude(ctl, list, agreed, passed,
									     after.generation != before.generation);
	json_object_put(list);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"

/* What was asked, and what came of it. */
struct stop {
	bool json;
	bool goes_on;
};

static void print_stopped(const struct warden_object *o)
{
	uint64_t left = warden_object_number(o, WARDEN_A_STATUS_SESSIONS);

	if (!left)
		puts("stopped: nothing is enforced; rmmod warden works now");
	else
		printf("stopped: nothing is enforced; %" PRIu64 " sensor file%s still mapped, with a "
		       "program that is stopped (kill -CONT lets it go on), or in use at a limited "
		       "rate, as a terminal or as a socket of Bluetooth, and keep%s the module until "
		       "closed\n",
		       left, left == 1 ? " is" : "s are", left == 1 ? "s" : "");
}

static int take_answer(void *ctx, const struct warden_object *o)
{
	struct stop *stop = ctx;

	stop->goes_on = warden_object_number(o, WARDEN_A_STATUS_STOPPING);
	if (stop->goes_on)
		return 0;
	if (stop->json)
		warden_output_print(warden_output_object(o));
	else
		print_stopped(o);
	return 0;
}

/* The module says how far it is every few seconds, and goes on without us. */
static int wait_until_stopped(struct warden_nl *nl, struct stop *stop, struct warden_fault *f)
{
	bool told = false;
	int err;

	do {
		err = warden_nl_do(nl, WARDEN_CMD_STOP, NULL, take_answer, stop, f);
		if (!err && stop->goes_on && !told)
			fputs("wardenctl: stop: all sessions have ended and no sensor can be used; the rest takes "
			      "longer, as it does where a task stays in a call of the kernel without sleeping "
			      "(see top); this waits, and need not: it goes on by itself\n",
			      stderr);
		told = true;
	} while (!err && stop->goes_on);
	return err;
}

static int run_stop(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct stop stop = { .json = ctl->json };
	struct warden_fault f;
	struct warden_nl *nl;
	int err;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	err = warden_nl_open(&nl, &f);
	if (!err) {
		err = wait_until_stopped(nl, &stop, &f);
		warden_nl_close(nl);
	}
	return err ? warden_fault_print(&f, "stop") : WARDEN_EXIT_OK;
}

const struct warden_noun *warden_noun_stop(void)
{
	static const struct warden_verb verbs[] = { { "", "", run_stop }, { NULL, NULL, NULL } };
	static const struct warden_noun noun = { "stop", "end enforcement, so that rmmod works",
						 verbs };

	return &noun;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"

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

static int run_stop(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const struct warden_ask ask = {
		.what = "stop",
		.cmd = WARDEN_CMD_STOP,
		.print = print_stopped,
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_one(ctl, &ask);
}

const struct warden_noun *warden_noun_stop(void)
{
	static const struct warden_verb verbs[] = { { "", "", run_stop }, { NULL, NULL, NULL } };
	static const struct warden_noun noun = { "stop", "end enforcement, so that rmmod works",
						 verbs };

	return &noun;
}

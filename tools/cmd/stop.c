// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"

static int print_stopped(void *ctx, const struct warden_object *o)
{
	const struct warden_ctl *ctl = ctx;
	uint64_t left = warden_object_number(o, WARDEN_A_STATUS_SESSIONS);

	if (ctl->json)
		warden_output_print(warden_output_object(o));
	else if (!left)
		puts("stopped: nothing is enforced; rmmod warden works now");
	else
		printf("stopped: nothing is enforced; %" PRIu64 " sensor file%s still mapped and "
		       "keep%s the module until the holder ends\n",
		       left, left == 1 ? " is" : "s are", left == 1 ? "s" : "");
	return 0;
}

static int run_stop(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_ctl copy = *ctl;
	struct warden_fault f;
	struct warden_nl *nl;
	int err;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	err = warden_nl_open(&nl, &f);
	if (err)
		return warden_fault_print(&f, "stop");
	err = warden_nl_do(nl, WARDEN_CMD_STOP, NULL, print_stopped, &copy, &f);
	warden_nl_close(nl);
	return err ? warden_fault_print(&f, "stop") : WARDEN_EXIT_OK;
}

const struct warden_noun *warden_noun_stop(void)
{
	static const struct warden_verb verbs[] = { { "", "", run_stop }, { NULL, NULL, NULL } };
	static const struct warden_noun noun = { "stop", "end enforcement, so that rmmod works",
						 verbs };

	return &noun;
}

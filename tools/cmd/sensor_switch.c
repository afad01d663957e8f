// SPDX-License-Identifier: GPL-2.0-only
/* A class of sensors on or off, whatever the policy says. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../output.h"
#include "../policy/index.h"
#include "sensor_switch.h"

/* "all", then every class but "free", which is no sensor. */
static const char *nth_word(const void *ctx, size_t n)
{
	(void)ctx;
	return n ? warden_enum_nth(warden_enum_sensor_class(), n) : "all";
}

static int put_class(struct warden_blob *b, const char *word)
{
	int class = warden_enum_value(warden_enum_sensor_class(), word);
	const char *near;

	if (!strcmp(word, "all"))
		return 0;
	if (class > WARDEN_SENSOR_CLASS_FREE) {
		warden_blob_put_u32(b, WARDEN_A_SWITCH_CLASS, (uint32_t)class);
		return 0;
	}
	near = warden_word_nearest(word, nth_word, NULL);
	if (near)
		return warden_usage_wrong("there is no sensor class `%s`; did you mean `%s`?", word,
					  near);
	return warden_usage_wrong("there is no sensor class `%s`", word);
}

static void print_off(const struct warden_object *o)
{
	uint64_t ended = warden_object_number(o, WARDEN_A_SWITCH_ENDED);
	char took[WARDEN_TIME_TEXT];

	printf("switched off: %" PRIu64 " session%s ended in %s ms\n", ended, ended == 1 ? "" : "s",
	       warden_output_ms(took, warden_object_number(o, WARDEN_A_SWITCH_TOOK)));
}

static void print_on(const struct warden_object *o)
{
	(void)o;
	puts("switched on: what the policy allows opens again");
}

int warden_sensor_switch(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_ask ask = {
		.what = "sensor switch",
		.cmd = WARDEN_CMD_SWITCH_SET,
		.request = &b,
	};
	bool off = argc == 3 && !strcmp(argv[2], "off");
	int status;

	if (argc != 3 || (!off && strcmp(argv[2], "on")))
		return warden_usage_wrong("sensor switch wants a sensor class or `all`, and `off` or "
					  "`on`");
	status = put_class(&b, argv[1]);
	warden_blob_put_u32(&b, WARDEN_A_SWITCH_OFF, off);
	ask.print = off ? print_off : print_on;
	if (!status)
		status = warden_ask_one(ctl, &ask);
	warden_blob_free(&b);
	return status;
}

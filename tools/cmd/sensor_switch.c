// SPDX-License-Identifier: GPL-2.0-only
/* A class of sensors on or off, whatever the policy says: at once, or with each press of a key. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../button.h"
#include "../cmd.h"
#include "../lamp.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/index.h"
#include "sensor_switch.h"

enum to { ON, OFF, TOGGLE };

/**
 * struct change - what is to be done, once or at each press
 * @class: enum warden_sensor_class; 0 is all of them
 * @to: where to
 * @keeps_input: the key is of class input itself, and has to go on; a named class does not care
 * @off: classes that are off by now, a bit each
 * @ended: sessions the last change ended
 * @took: ns until the last of them had ended
 */
struct change {
	uint32_t class;
	enum to to;
	bool keeps_input;
	uint64_t off;
	uint64_t ended;
	uint64_t took;
};

/* "all", then every class but "free", which is no sensor. */
static const char *nth_word(const void *ctx, size_t n)
{
	(void)ctx;
	return n ? warden_enum_nth(warden_enum_sensor_class(), n) : "all";
}

static int read_class(const char *word, uint32_t *class)
{
	int value = warden_enum_value(warden_enum_sensor_class(), word);
	const char *near;

	*class = value > WARDEN_SENSOR_CLASS_FREE ? (uint32_t)value : 0;
	if (*class || !strcmp(word, "all"))
		return 0;
	near = warden_word_nearest(word, nth_word, NULL);
	if (near)
		return warden_usage_wrong("there is no sensor class `%s`; did you mean `%s`?", word,
					  near);
	return warden_usage_wrong("there is no sensor class `%s`", word);
}

static int read_to(const char *word, enum to *to)
{
	static const char *const words[] = { [ON] = "on", [OFF] = "off", [TOGGLE] = "toggle" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(word, words[i])) {
			*to = (enum to)i;
			return 0;
		}
	return warden_usage_wrong("sensor switch wants a sensor class or `all`, and `off`, `on` or "
				  "`toggle`");
}

/* --- one change ---------------------------------------------------------------- */

/* The classes it is about, a bit each. */
static uint64_t wanted(const struct change *c)
{
	uint64_t all = 0;
	uint32_t class;

	if (c->class)
		return 1ull << c->class;
	for (class = WARDEN_SENSOR_CLASS_FREE + 1; warden_enum_nth(warden_enum_sensor_class(), class); class++)
		if (!c->keeps_input || class != WARDEN_SENSOR_CLASS_INPUT)
			all |= 1ull << class;
	return all;
}

static int take_status(void *ctx, const struct warden_object *status)
{
	struct change *c = ctx;
	struct warden_object s;
	size_t n;

	c->off = 0;
	for (n = 0; !warden_object_nth(status, WARDEN_A_STATUS_SWITCHED_OFF, n, &s); n++)
		c->off |= 1ull << warden_object_number(&s, WARDEN_A_SWITCHED_CLASS);
	return 0;
}

static int take_answer(void *ctx, const struct warden_object *o)
{
	struct change *c = ctx;
	uint64_t took = warden_object_number(o, WARDEN_A_SWITCH_TOOK);

	c->ended += warden_object_number(o, WARDEN_A_SWITCH_ENDED);
	c->took = took > c->took ? took : c->took;
	return 0;
}

static int set_class(struct change *c, struct warden_nl *nl, uint32_t class, bool off,
		     struct warden_fault *f)
{
	struct warden_blob b = { NULL, 0, 0 };
	int err;

	if (class)
		warden_blob_put_u32(&b, WARDEN_A_SWITCH_CLASS, class);
	warden_blob_put_u32(&b, WARDEN_A_SWITCH_OFF, off);
	err = warden_nl_do(nl, WARDEN_CMD_SWITCH_SET, &b, take_answer, c, f);
	warden_blob_free(&b);
	return err;
}

static int set_all(struct change *c, struct warden_nl *nl, bool off, struct warden_fault *f)
{
	uint64_t left = wanted(c);
	uint32_t class;
	int err = 0;

	if (c->class || !c->keeps_input)
		return set_class(c, nl, c->class, off, f);
	for (class = 0; !err && left >> class; class++)
		if (left >> class & 1)
			err = set_class(c, nl, class, off, f);
	return err;
}

/* To toggle all is to switch them off as long as one is on. */
static int make_change(struct change *c, bool *off, struct warden_fault *f)
{
	struct warden_nl *nl = NULL;
	int err = warden_nl_open(&nl, f);

	c->ended = 0;
	c->took = 0;
	if (!err && c->to == TOGGLE)
		err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, take_status, c, f);
	*off = c->to == OFF || (c->to == TOGGLE && wanted(c) & ~c->off);
	if (!err)
		err = set_all(c, nl, *off, f);
	warden_nl_close(nl);
	return err;
}

static void print_change(const struct warden_ctl *ctl, const struct change *c, bool off)
{
	char took[WARDEN_TIME_TEXT];

	if (ctl->json)
		printf("{ \"off\": %s, \"ended\": %" PRIu64 ", \"took\": %" PRIu64 " }\n",
		       off ? "true" : "false", c->ended, c->took);
	else if (off)
		printf("switched off: %" PRIu64 " session%s ended in %s ms\n", c->ended,
		       c->ended == 1 ? "" : "s", warden_output_ms(took, c->took));
	else
		puts("switched on: what the policy allows opens again");
	fflush(stdout);
}

/* --- a key ------------------------------------------------------------------------ */

struct keyed {
	struct warden_button button;
	struct warden_lamp lamp;
};

/* A lit lamp says that it is off, as the one beside a key that mutes. */
static int follow_key(const struct warden_ctl *ctl, struct change *c, struct keyed *k, struct warden_fault *f)
{
	struct pollfd waits = { .fd = k->button.fd, .events = POLLIN };
	enum warden_press press;
	int err = 0;
	bool off;

	while (!err) {
		if (poll(&waits, 1, -1) < 0 && errno != EINTR)
			return warden_fault_set(f, -errno, NULL, "poll: %s", strerror(errno));
		if (warden_button_read(&k->button, 0, &press))
			return warden_fault_set(f, -ENODEV, "where the device is there, see that the policy lets "
						"wardenctl use it, and that class input is not off",
						"the button cannot be read any more");
		if (press == WARDEN_PRESS_NONE)
			continue;
		err = make_change(c, &off, f);
		if (err)
			break;
		warden_lamp_set(&k->lamp, off);
		print_change(ctl, c, off);
	}
	return err;
}

static int run_keyed(const struct warden_ctl *ctl, struct change *c, const char *button, const char *led,
		     struct warden_fault *f)
{
	struct keyed k = { { .fd = -1 }, { .fd = -1 } };
	int err = warden_button_open(&k.button, button, f);

	c->keeps_input = true;
	if (!err && led)
		err = warden_lamp_open(&k.lamp, led, f);
	if (!err)
		err = follow_key(ctl, c, &k, f);
	warden_lamp_close(&k.lamp);
	warden_button_close(&k.button);
	return err;
}

int warden_sensor_switch(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "button", required_argument, NULL, 'b' },
		{ "led", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	const char *button = NULL, *led = NULL;
	struct change c = { .class = 0 };
	struct warden_fault f;
	int option, err;
	bool off;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'b')
			button = optarg;
		else if (option == 'l')
			led = optarg;
		else
			return WARDEN_EXIT_USAGE;
	}
	if (argc - optind != 2)
		return read_to("", &c.to);
	if (led && !button)
		return warden_usage_wrong("--led shows what a --button did; give both");
	err = read_class(argv[optind], &c.class) ?: read_to(argv[optind + 1], &c.to);
	if (err)
		return err;
	err = button ? run_keyed(ctl, &c, button, led, &f) : make_change(&c, &off, &f);
	if (err)
		return warden_fault_print(&f, "sensor switch");
	if (!button)
		print_change(ctl, &c, off);
	return WARDEN_EXIT_OK;
}

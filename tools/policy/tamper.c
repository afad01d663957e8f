// SPDX-License-Identifier: GPL-2.0-only
/* tamper switch "machine-cover" at 0; tamper key 116 on name "gpio-keys"; */
#include <string.h>

#include "parse_priv.h"
#include "wire.h"

#define KEY_CODE_MAX 767 /* KEY_MAX of linux/input-event-codes.h */

/* By SW_* number, as linux/input-event-codes.h has them. */
static const char *const switches[] = {
	"lid", "tablet-mode", "headphone-insert", "rfkill-all", "microphone-insert", "dock",
	"lineout-insert", "jack-physical-insert", "videoout-insert", "camera-lens-cover", "keypad-slide",
	"front-proximity", "rotate-lock", "linein-insert", "mute-device", "pen-inserted", "machine-cover",
};

#define SWITCHES (sizeof(switches) / sizeof(switches[0]))

_Static_assert(SWITCHES == WARDEN_SWITCH_CODE_MAX + 1, "a switch has no name");

const char *warden_tamper_switch(uint32_t code)
{
	return code < SWITCHES ? switches[code] : NULL;
}

static const char *nth_switch(const void *ctx, size_t n)
{
	(void)ctx;
	return warden_tamper_switch((uint32_t)n);
}

/* SWITCHES where it is none. */
static uint32_t find_switch(const char *text)
{
	uint32_t i;

	for (i = 0; i < SWITCHES && strcmp(text, switches[i]); i++)
		;
	return i;
}

/* None where it is another word, of which all else that was said about it would be wrong, too. */
static uint32_t kind_of(struct warden_parse *p, struct warden_name what, uint32_t kind)
{
	bool is_key = kind == WARDEN_TAMPER_KIND_KEY;

	if (!strcmp(what.text, is_key ? "key" : "switch"))
		return kind;
	warden_diags_add(p->diags, what.at, "`%s` cannot stand before a %s; write `%s`", what.text,
			 is_key ? "number" : "text",
			 is_key ? "key 116 on name \"gpio-keys\"" : "switch \"machine-cover\"");
	return WARDEN_TAMPER_KIND_NONE;
}

struct warden_tamper warden_parse_tamper_switch(struct warden_parse *p, struct warden_place at,
						struct warden_name what, struct warden_name text)
{
	struct warden_tamper t = { .at = at, .kind = kind_of(p, what, WARDEN_TAMPER_KIND_SWITCH),
				   .code = find_switch(text.text) };
	char list[320];

	if (t.kind && t.code == SWITCHES) {
		warden_parse_list(list, sizeof(list), nth_switch, NULL);
		warden_diags_add(p->diags, text.at, "there is no switch \"%s\"; write one of %s", text.text,
				 list);
	}
	return t;
}

struct warden_tamper warden_parse_tamper_key(struct warden_parse *p, struct warden_place at,
					     struct warden_name what, uint32_t code,
					     struct warden_place code_at)
{
	struct warden_tamper t = { .at = at, .kind = kind_of(p, what, WARDEN_TAMPER_KIND_KEY),
				   .code = code };

	if (t.kind && code > KEY_CODE_MAX)
		warden_diags_add(p->diags, code_at,
				 "%u is no key; write its number in linux/input-event-codes.h, up to %u", code,
				 KEY_CODE_MAX);
	return t;
}

static void check_device(struct warden_parse *p, const struct warden_sensor *device)
{
	bool named = device->kind == WARDEN_SENSOR_NAME;

	warden_model_check_length(p->diags, device->name,
				  named ? "the name of the input device" : "the topology name",
				  WARDEN_TOPOLOGY_MAX - (named ? strlen(WARDEN_NAME_MARK) : 0));
	if (strchr(device->name.text, '*') != strrchr(device->name.text, '*'))
		warden_diags_add(p->diags, device->name.at,
				 "\"%s\" has more than one `*`; keep one", device->name.text);
}

void warden_parse_tamper(struct warden_parse *p, const struct warden_tamper *tamper,
			 const struct warden_sensor *device)
{
	struct warden_tamper t = *tamper;

	if (t.has_state && t.state > 1)
		warden_diags_add(p->diags, t.at, "an input is at 0 or at 1, and never at %u", t.state);
	if (device)
		check_device(p, device);
	else if (t.kind == WARDEN_TAMPER_KIND_KEY)
		warden_diags_add(p->diags, t.at, "key %u is on every keyboard; say which, by `on name "
				 "\"gpio-keys\"` or `on device \"...\"`", t.code);
	t.has_device = device;
	if (device)
		t.device = *device;
	if (p->model->tampers.n == WARDEN_TAMPERS_MAX)
		warden_diags_add(p->diags, t.at, "a policy can name %u tamper inputs; this is one more",
				 WARDEN_TAMPERS_MAX);
	*warden_array_add(&p->model->tampers) = t;
}

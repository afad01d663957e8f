// SPDX-License-Identifier: GPL-2.0-only
/* Words that are no words of the grammar, and stand in a table. */
#include <string.h>

#include "parse_priv.h"
#include "rate.h"
#include "wire.h"

struct allowed_domains {
	uint32_t mask;
};

static const char *nth_domain(const void *ctx, size_t n)
{
	const struct allowed_domains *a = ctx;
	uint32_t domain;

	for (domain = 0; domain < WARDEN_MODEL_DOMAINS; domain++)
		if ((a->mask & 1u << domain) && !n--)
			return warden_model_domain(domain);
	return NULL;
}

uint32_t warden_parse_domain(struct warden_parse *p, struct warden_name word, uint32_t allowed,
			     const char *use)
{
	struct allowed_domains a = { allowed };
	int domain = warden_model_domain_value(word.text);
	const char *near;
	char list[160];

	if (domain >= 0 && (allowed & 1u << domain))
		return (uint32_t)domain;
	near = warden_word_nearest(word.text, nth_domain, &a);
	warden_parse_list(list, sizeof(list), nth_domain, &a);
	if (near)
		warden_diags_add(p->diags, word.at,
				 "`%s` cannot stand after `%s`; did you mean `%s`?", word.text, use,
				 near);
	else
		warden_diags_add(p->diags, word.at, "`%s` cannot stand after `%s`; write one of %s",
				 word.text, use, list);
	return WARDEN_DOMAIN_NONE;
}

/* A class, or else a group, which is known only when all of the text is. */
struct warden_sensor warden_parse_sensor(struct warden_parse *p, struct warden_name word)
{
	int class = warden_enum_value(warden_enum_sensor_class(), word.text);

	(void)p;
	if (class > WARDEN_SENSOR_CLASS_FREE)
		return (struct warden_sensor){ WARDEN_SENSOR_CLASS, (uint32_t) class, word };
	return (struct warden_sensor){ WARDEN_SENSOR_GROUP, 0, word };
}

struct warden_sensor warden_parse_sensor_by(struct warden_parse *p, struct warden_name word,
					    struct warden_name text)
{
	if (strcmp(word.text, "name"))
		warden_diags_add(p->diags, word.at,
				 "`%s` cannot stand before a text; write `device \"...\"` for a "
				 "topology name or `name \"...\"` for a driver, card or node",
				 word.text);
	return (struct warden_sensor){ WARDEN_SENSOR_NAME, 0, text };
}

/* Kinds that rules can speak of: not none, and not unix, which is never asked for. */
static const char *nth_socket(const void *ctx, size_t n)
{
	size_t kind = n ? n + WARDEN_SOCKET_CLASS_UNIX : WARDEN_SOCKET_CLASS_UNKNOWN;

	(void)ctx;
	return kind <= WARDEN_SOCKET_CLASS_TUN ?
		       warden_enum_word(warden_enum_socket_class(), kind) :
		       NULL;
}

static void report_socket(struct warden_parse *p, struct warden_name kind)
{
	const char *near = warden_word_nearest(kind.text, nth_socket, NULL);
	char list[512];

	warden_parse_list(list, sizeof(list), nth_socket, NULL);
	if (!strcmp(kind.text, "unix"))
		warden_diags_add(p->diags, kind.at,
				 "sockets of the protocol `unix` are open to all; leave the rule out");
	else if (near)
		warden_diags_add(p->diags, kind.at,
				 "there is no protocol `%s`; did you mean `%s`?", kind.text, near);
	else
		warden_diags_add(p->diags, kind.at, "there is no protocol `%s`; write one of %s, or any",
				 kind.text, list);
}

void warden_parse_socket(struct warden_parse *p, struct warden_name kind)
{
	int value = warden_enum_value(warden_enum_socket_class(), kind.text);

	if (value <= WARDEN_SOCKET_CLASS_NONE || value == WARDEN_SOCKET_CLASS_UNIX)
		report_socket(p, kind);
	p->rule.domain = WARDEN_DOMAIN_PROTOCOL;
	p->rule.socket = value > 0 ? (uint32_t)value : 0;
}

enum warden_action warden_parse_debug(struct warden_parse *p, struct warden_name word)
{
	if (!strcmp(word.text, "open"))
		return WARDEN_ACTION_ALLOW;
	if (strcmp(word.text, "closed"))
		warden_diags_add(p->diags, word.at,
				 "`%s` cannot stand after `debug`; write `closed` or `open`",
				 word.text);
	return WARDEN_ACTION_DENY;
}

/* Ways into a running system that are for its developers. */
static const char *nth_surface(const void *ctx, size_t n)
{
	(void)ctx;
	return warden_enum_nth(warden_enum_debug_surface(), n + 1);
}

void warden_parse_surface(struct warden_parse *p, struct warden_name word)
{
	const char *known, *near;
	char list[160];
	size_t n;

	p->rule.domain = WARDEN_DOMAIN_DEBUG;
	p->rule.object = word;
	for (n = 0; (known = nth_surface(NULL, n)); n++)
		if (!strcmp(known, word.text))
			return;
	near = warden_word_nearest(word.text, nth_surface, NULL);
	warden_parse_list(list, sizeof(list), nth_surface, NULL);
	if (near)
		warden_diags_add(p->diags, word.at,
				 "there is no debug surface `%s`; did you mean `%s`?", word.text,
				 near);
	else
		warden_diags_add(p->diags, word.at,
				 "there is no debug surface `%s`; write one of %s", word.text,
				 list);
}

void warden_parse_usb_class(struct warden_parse *p, struct warden_name word,
			    struct warden_name text)
{
	p->rule.domain = WARDEN_DOMAIN_USB;
	p->rule.object = text;
	p->rule.by_class = true;
	if (strcmp(word.text, "class"))
		warden_diags_add(p->diags, word.at,
				 "`%s` cannot stand after `usb`; write \"VENDOR:PRODUCT\", `class "
				 "\"NAME\"`, `sha256 \"DIGEST\"` or `any`",
				 word.text);
}

static const char *nth_protocol(const void *ctx, size_t n)
{
	const struct warden_protocol *protocol = warden_protocol_nth(n);

	(void)ctx;
	return protocol ? protocol->name : NULL;
}

uint32_t warden_parse_protocol(struct warden_parse *p, struct warden_name word)
{
	int number = warden_protocol_number(word.text);
	char list[64];

	if (number >= 0)
		return (uint32_t)number;
	warden_parse_list(list, sizeof(list), nth_protocol, NULL);
	warden_diags_add(p->diags, word.at,
			 "there is no protocol `%s` that listens; write one of %s, or any",
			 word.text, list);
	return WARDEN_MODEL_ANY;
}

static uint32_t unit_seconds(const char *word)
{
	size_t i;

	for (i = 0; warden_time_unit(i); i++)
		if (!strcmp(warden_time_unit(i)->word, word))
			return warden_time_unit(i)->seconds;
	return 0;
}

/* sweep abort; */
void warden_parse_sweep(struct warden_parse *p, struct warden_name word, struct warden_place at)
{
	if (strcmp(word.text, "abort"))
		warden_diags_add(p->diags, word.at,
				 "what is older than the policy can be ended by `sweep abort` and "
				 "`sweep usb`, and not by `sweep %s`", word.text);
	else
		warden_model_set_sweep(&p->model->sweep, p->diags, at, "sweep abort");
}

/* ... until setup; */
bool warden_parse_until_setup(struct warden_parse *p, struct warden_name word)
{
	if (!strcmp(word.text, "setup"))
		return true;
	warden_diags_add(p->diags, word.at, "`until` goes with `setup`, and not with `%s`; write `until setup`", word.text);
	return false;
}

/* until setup closed; */
void warden_parse_until(struct warden_parse *p, struct warden_name setup, struct warden_name closed,
			struct warden_place at)
{
	if (!warden_parse_until_setup(p, setup))
		return;
	if (strcmp(closed.text, "closed"))
		warden_diags_add(p->diags, closed.at,
				 "until setup a device can be `closed`, and not `%s`; write `until setup closed`",
				 closed.text);
	else
		warden_model_set_sweep(&p->model->setup, p->diags, at, "until setup closed");
}

/* program servers { kernel; } */
bool warden_parse_kernel(struct warden_parse *p, struct warden_name word)
{
	const struct warden_item item = { .kind = WARDEN_ITEM_KERNEL, .name = word };

	if (strcmp(word.text, "kernel")) {
		warden_diags_add(p->diags, word.at,
				 "`%s` does not belong here; expected `arguments`, `kernel`, `path`, "
				 "`sha256`, `uid`, `unit`, `user` or `}`",
				 word.text);
		return false;
	}
	warden_model_add_item(p->model, p->diags, &item);
	return true;
}

/* consent unused 90 days; sensor unused 90 days; */
void warden_parse_unused(struct warden_parse *p, uint32_t domain, struct warden_name word, uint32_t n,
			 struct warden_place at, struct warden_name unit)
{
	const char *what = warden_enum_word(warden_enum_domain(), domain);

	if (strcmp(word.text, "unused"))
		warden_diags_add(p->diags, word.at,
				 "a %s can be `unused` for too long, and not `%s`; write "
				 "`%s unused 90 days`",
				 domain == WARDEN_DOMAIN_CONSENT ? "consent" : "rule", word.text, what);
	else if (!unit_seconds(unit.text))
		warden_diags_add(p->diags, unit.at,
				 "`%s` is no unit of time here; write days, hours, minutes or seconds",
				 unit.text);
	else
		warden_model_set_unused(p->model, p->diags, domain,
					(uint64_t)n * unit_seconds(unit.text), at);
}

uint32_t warden_parse_span(struct warden_parse *p, uint32_t n, struct warden_place at, struct warden_name unit)
{
	uint64_t seconds = (uint64_t)n * unit_seconds(unit.text);

	if (!unit_seconds(unit.text))
		warden_diags_add(p->diags, unit.at,
				 "`%s` is no unit of time here; write days, hours, minutes or seconds",
				 unit.text);
	else if (!seconds || seconds > WARDEN_MODEL_SPAN_MAX)
		warden_diags_add(p->diags, at, "a purpose ends after 1 second to 36500 days");
	else
		return (uint32_t)seconds;
	return 0;
}

uint32_t warden_parse_rate(struct warden_parse *p, struct warden_name most, uint32_t n,
			   struct warden_place at, struct warden_name per, struct warden_name unit)
{
	const struct warden_rate_unit *u = warden_rate_unit(unit.text);

	if (strcmp(most.text, "most") || strcmp(per.text, "per")) {
		warden_diags_add(p->diags, strcmp(most.text, "most") ? most.at : per.at,
				 "a rate is written `at most %u per second`", n ? n : 50);
		return 0;
	}
	if (!u) {
		warden_diags_add(p->diags, unit.at, "`%s` is no time a rate is for; write `second`, "
						    "`minute` or `hour`", unit.text);
		return 0;
	}
	if (n && n <= WARDEN_RATE_MAX / (u->in_hour))
		return n * u->in_hour;
	warden_diags_add(p->diags, at, n ? "%u per %s is more than any sensor gives; leave out `at most`" :
					   "at most %u per %s is never; write a `deny` rule",
			 n, u->word);
	return 0;
}

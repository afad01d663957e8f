// SPDX-License-Identifier: GPL-2.0-only
/* A port that is open for a time. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/ask.h"
#include "../policy/model.h"
#include "../running.h"

#define SECONDS_MAX 86400 /* a day: what is open for longer belongs into the policy */

static int put_port(struct warden_blob *b, const char *protocol, const char *port)
{
	int number = warden_protocol_number(protocol);
	unsigned long value;
	char *end;

	if (number < 0)
		return warden_usage_wrong("there is no protocol `%s` that has ports; write tcp or udp", protocol);
	errno = 0;
	value = strtoul(port, &end, 10);
	if (*port < '0' || *port > '9' || *end || errno || !value || value > UINT16_MAX)
		return warden_usage_wrong("`%s` is no port; ports go from 1 to 65535", port);
	warden_blob_put_u32(b, WARDEN_A_SERVICE_PROTOCOL, (uint32_t)number);
	warden_blob_put_u32(b, WARDEN_A_SERVICE_PORT, (uint32_t)value);
	return 0;
}

static int keep_object(void *ctx, const struct warden_object *o)
{
	struct json_object **json = ctx;

	json_object_put(*json);
	*json = warden_output_object(o);
	return 0;
}

static int request(int cmd, const struct warden_blob *b, struct json_object **json,
		   struct warden_fault *f)
{
	struct warden_nl *nl = NULL;
	int err = warden_nl_open(&nl, f);

	if (!err)
		err = warden_nl_do(nl, cmd, b, keep_object, json, f);
	warden_nl_close(nl);
	return err;
}

static uint64_t number_of(struct json_object *json, const char *field)
{
	struct json_object *value;

	return json_object_object_get_ex(json, field, &value) ? json_object_get_uint64(value) : 0;
}

/* What the policy says of a port anyway, to a program that it does not name. */
struct meanwhile {
	enum { OPENS, DENIED, LOCKED, OPEN_ANYWAY } what;
	uint32_t line; /* of the rule that denies */
	char layer[32];
};

/* For some interfaces or addresses alone. */
static bool is_limited(const struct warden_rule_view *r)
{
	return r->interface || r->net.first.version || r->own.first.version;
}

static struct meanwhile ask_meanwhile(const struct warden_running *r, const struct warden_question *q)
{
	const struct warden_view *v, *shuts = warden_running_shuts(r, q);
	struct meanwhile m = { .what = OPENS };
	const struct warden_rule_view *rule;
	struct warden_outcome o;

	v = warden_running_judge(r, q, &o);
	rule = v ? warden_view_rule(v, o.rule) : NULL;
	if (v && o.what == WARDEN_OUTCOME_ALLOWED) {
		m.what = rule && is_limited(rule) ? OPENS : OPEN_ANYWAY;
	} else if (shuts && r->layers[shuts - r->views] == WARDEN_ROLE_NONE) {
		m.what = LOCKED;
	} else if (shuts) {
		warden_ask(shuts, q, &o);
		m.what = DENIED;
		m.line = warden_view_rule(shuts, o.rule)->line;
		snprintf(m.layer, sizeof(m.layer), "%s", shuts->title);
	}
	return m;
}

static struct meanwhile find_meanwhile(const char *protocol, const char *port)
{
	const struct warden_question q = { .domain = WARDEN_DOMAIN_LISTEN, .uid = WARDEN_UID_OTHER,
					   .protocol = (uint16_t)warden_protocol_number(protocol),
					   .port = (uint16_t)strtoul(port, NULL, 10) };
	struct meanwhile m = { .what = OPENS };
	struct warden_running r;
	struct warden_fault f;

	if (!warden_running_open_now(&r, &f))
		m = ask_meanwhile(&r, &q);
	warden_running_close(&r);
	return m;
}

static void tell_opened(const char *protocol, const char *port, const char *when)
{
	const struct meanwhile m = find_meanwhile(protocol, port);

	switch (m.what) {
	case OPENS:
		printf("%s port %s is open until %s\n", protocol, port, when);
		break;
	case DENIED:
		printf("%s port %s stays closed, as line %" PRIu32 " of the %s's policy denies it; without that line it "
		       "is open until %s\n", protocol, port, m.line, m.layer, when);
		break;
	case LOCKED:
		printf("%s port %s stays closed as long as the device is locked; after wardenctl tamper clear it is "
		       "open until %s\n", protocol, port, when);
		break;
	case OPEN_ANYWAY:
		printf("%s port %s is open to any program by the policy, also after %s\n", protocol, port, when);
		break;
	}
}

int warden_service_open(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct json_object *json = NULL;
	struct warden_blob b = { NULL, 0, 0 };
	char when[WARDEN_TIME_TEXT];
	struct warden_fault f;
	uint64_t seconds = 0;
	int err;

	if (argc != 5 || strcmp(argv[3], "for"))
		return warden_usage_wrong("service open wants PROTOCOL PORT for DURATION");
	err = put_port(&b, argv[1], argv[2]);
	if (!err)
		err = warden_usage_span(argv[4], "service open", SECONDS_MAX, &seconds);
	if (err)
		goto out;
	warden_blob_put_u64(&b, WARDEN_A_SERVICE_SECONDS, seconds);
	err = request(WARDEN_CMD_SERVICE_OPEN, &b, &json, &f);
	if (err)
		err = warden_fault_print(&f, "service open");
	else if (ctl->json)
		warden_output_print(json_object_get(json));
	else
		tell_opened(argv[1], argv[2], warden_output_time(when, number_of(json, "expires")));
out:
	json_object_put(json);
	warden_blob_free(&b);
	return err;
}

int warden_service_close(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct json_object *json = NULL;
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_fault f;
	int err;

	if (argc != 3)
		return warden_usage_wrong("service close wants PROTOCOL PORT");
	err = put_port(&b, argv[1], argv[2]);
	if (err)
		goto out;
	err = request(WARDEN_CMD_SERVICE_CLOSE, &b, &json, &f);
	if (err)
		err = warden_fault_print(&f, "service close");
	else if (ctl->json)
		warden_output_print(json_object_get(json));
	else
		printf("closed: %" PRIu64 " sockets ended\n", number_of(json, "ended"));
out:
	json_object_put(json);
	warden_blob_free(&b);
	return err;
}

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
#include "../policy/model.h"

#define SECONDS_MAX 86400 /* a day: what is open for longer belongs into the policy */

static int put_port(struct warden_blob *b, const char *protocol, const char *port)
{
	int number = warden_protocol_number(protocol);
	unsigned long value;
	char *end;

	if (number < 0)
		return warden_usage_wrong("there is no protocol `%s` that has ports; write tcp, udp, "
					  "sctp, mptcp, dccp or udplite",
					  protocol);
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
		printf("%s port %s is open until %s\n", argv[1], argv[2],
		       warden_output_time(when, number_of(json, "expires")));
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

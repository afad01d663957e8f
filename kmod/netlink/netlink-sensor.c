// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: devices, and who has them open.
 */
#include <linux/types.h>
#include <linux/kdev_t.h>
#include <net/genetlink.h>

#include "consent/switch.h"
#include "device/devices.h"
#include "device/ear.h"
#include "device/inventory.h"
#include "message.h"
#include "netlink-gen.h"
#include "network/broker.h"
#include "session/session.h"

static int put_idle(struct sk_buff *skb, const struct warden_sensor *s)
{
	bool used;
	u32 idle;

	if (warden_inventory_idle(s->devt, &idle, &used))
		return 0;
	return nla_put_u32(skb, WARDEN_A_SENSOR_IDLE, idle) || nla_put_u32(skb, WARDEN_A_SENSOR_USED, used);
}

static int fill_sensor(struct sk_buff *skb, const void *arg)
{
	const struct warden_sensor *s = arg;

	return nla_put_u32(skb, WARDEN_A_SENSOR_CLASS, s->class) ||
	       nla_put_string(skb, WARDEN_A_SENSOR_TOPOLOGY, s->topology) ||
	       nla_put_string(skb, WARDEN_A_SENSOR_NODE, s->node) ||
	       put_string(skb, WARDEN_A_SENSOR_DRIVER, s->driver) ||
	       nla_put_u32(skb, WARDEN_A_SENSOR_MAJOR, MAJOR(s->devt)) ||
	       nla_put_u32(skb, WARDEN_A_SENSOR_MINOR, MINOR(s->devt)) ||
	       nla_put_u32(skb, WARDEN_A_SENSOR_SESSIONS, warden_session_count_device(s->key)) ||
	       put_u32(skb, WARDEN_A_SENSOR_OFF,
		       (warden_switch_mask() & WARDEN_SWITCH_ALL) >> s->class & 1) ||
	       put_idle(skb, s);
}

/* What @next gives, from where the dump before stopped: cb->args[@place]. */
static int dump_sensors(struct sk_buff *skb, struct netlink_callback *cb, int place,
			int (*next)(u32 *cursor, struct warden_sensor *s))
{
	u32 cursor = cb->args[place];
	struct warden_sensor s;
	int err;

	while (!next(&cursor, &s)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_SENSOR_GET, fill_sensor, &s);
		if (err)
			return err;
		cb->args[place] = cursor;
	}
	return 0;
}

int warden_nl_sensor_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = dump_sensors(skb, cb, 0, warden_inventory_next);

	if (!err)
		err = dump_sensors(skb, cb, 1, warden_devices_next);
	return skb->len ?: err;
}

static int fill_session(struct sk_buff *skb, const void *arg)
{
	const struct warden_session_info *i = arg;

	return put_u64(skb, WARDEN_A_SESSION_ID, i->id) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_PID, i->pid) ||
	       put_string(skb, WARDEN_A_SESSION_PROGRAM, i->program) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_CLASS, i->class) ||
	       nla_put_string(skb, WARDEN_A_SESSION_TOPOLOGY, i->topology) ||
	       nla_put_string(skb, WARDEN_A_SESSION_NODE, i->node) ||
	       put_u64(skb, WARDEN_A_SESSION_SINCE, i->since) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_MAPPED, i->mapped) ||
	       (i->has_receipt && nla_put(skb, WARDEN_A_SESSION_RECEIPT, sizeof(i->receipt),
					  i->receipt)) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_LINE, i->line);
}

int warden_nl_session_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_session_info info;

	/* Each kind has numbers above those of the kind before. */
	while (!warden_session_get(cb->args[0], &info) || !warden_broker_get(cb->args[0], &info) ||
	       !warden_ear_get(cb->args[0], &info)) {
		if (warden_message_dump(skb, cb, WARDEN_CMD_SESSION_GET, fill_session, &info))
			return skb->len ?: -EMSGSIZE;
		cb->args[0] = info.id + 1;
	}
	return skb->len;
}

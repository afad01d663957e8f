// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a policy says devices are, and brokers.
 */
#include <linux/in6.h>
#include <linux/string.h>

#include "netlink/netlink-gen.h"
#include "stage-priv.h"

int warden_stage_add_classing(struct warden_stage *stage, const struct nlattr *attr,
			      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_CLASSIFY_MAX + 1];
	struct warden_classing *c;
	const char *device;
	int err;

	if (stage->snap->layer != WARDEN_ROLE_MAKER)
		return warden_stage_refuse(extack, attr,
					   "what a device is, only the maker's policy says");
	err = nla_parse_nested(tb, WARDEN_A_CLASSIFY_MAX, attr, warden_classify_nl_policy, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_CLASSIFY_DEVICE], attr, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_CLASSIFY_LINE] || !tb[WARDEN_A_CLASSIFY_CLASS])
		return warden_stage_refuse(extack, attr, "a device is classified by a line, as a class");
	device = nla_data(tb[WARDEN_A_CLASSIFY_DEVICE]);
	if (strchr(device, '*') != strrchr(device, '*'))
		return warden_stage_refuse(extack, attr, "the name of a device has one asterisk at most");
	c = warden_stage_append(&stage->classings, sizeof(*c), WARDEN_CLASSINGS_MAX,
				"classified devices", extack);
	if (IS_ERR(c))
		return PTR_ERR(c);
	c->class = nla_get_u32(tb[WARDEN_A_CLASSIFY_CLASS]);
	c->is_name = !strncmp(device, WARDEN_NAME_MARK, strlen(WARDEN_NAME_MARK));
	strscpy(c->text, device + (c->is_name ? strlen(WARDEN_NAME_MARK) : 0), sizeof(c->text));
	return 0;
}

static bool is_taken(const struct warden_stage *stage, u32 protocol, u32 port)
{
	const struct warden_broker *b = stage->brokers.item;
	u32 i;

	for (i = 0; i < stage->brokers.nr; i++)
		if (b[i].protocol == protocol && b[i].port == port)
			return true;
	return false;
}

int warden_stage_add_broker(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_BROKER_MAX + 1];
	struct warden_broker *b;
	u32 protocol, port;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_BROKER_MAX, attr, warden_broker_nl_policy, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_BROKER_LABEL], attr, extack);
	if (err)
		return err;
	protocol = get_u32(tb, WARDEN_A_BROKER_PROTOCOL, 0);
	port = get_u32(tb, WARDEN_A_BROKER_PORT, 0);
	if (!tb[WARDEN_A_BROKER_LINE] || !tb[WARDEN_A_BROKER_CLASS] || !port ||
	    (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return warden_stage_refuse(extack, attr,
					   "a broker has a line, a class, and a port of tcp or udp");
	if (is_taken(stage, protocol, port))
		return warden_stage_refuse(extack, attr, "two brokers have one port");
	b = warden_stage_append(&stage->brokers, sizeof(*b), WARDEN_BROKERS_MAX, "brokers", extack);
	if (IS_ERR(b))
		return PTR_ERR(b);
	b->protocol = protocol;
	b->port = port;
	b->class = nla_get_u32(tb[WARDEN_A_BROKER_CLASS]);
	snprintf(b->name, sizeof(b->name), WARDEN_BROKER_MARK "%s",
		 (const char *)nla_data(tb[WARDEN_A_BROKER_LABEL]));
	b->key = warden_snapshot_key(b->name);
	return 0;
}

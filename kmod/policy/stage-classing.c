// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a policy says devices are, brokers, and by what it is seen that somebody tampers with the device.
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

static bool is_taken(const struct warden_stage *stage, u32 protocol, u32 port, const char *path)
{
	const struct warden_broker *b = stage->brokers.item;
	u32 i;

	for (i = 0; i < stage->brokers.nr; i++)
		if (b[i].protocol == protocol && b[i].port == port && !strcmp(b[i].path, path))
			return true;
	return false;
}

/* Where it is: at a port, or at a local socket. */
static const char *check_where(u32 protocol, u32 port, const char *path)
{
	if (!path[0])
		return port && (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) ? NULL :
			       "a broker is found at a port of tcp or udp, or at a local socket";
	if (port || protocol)
		return "a broker is found at a port or at a local socket, and not at both";
	if (path[0] != '/' && path[0] != '@')
		return "the name of a local socket begins with a slash, or with @ where it is abstract";
	return strchr(path, '*') == strrchr(path, '*') ?
		       NULL : "the name of a local socket has one asterisk at most";
}

int warden_stage_add_broker(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_BROKER_MAX + 1];
	const char *path, *wrong;
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
	path = tb[WARDEN_A_BROKER_PATH] ? nla_data(tb[WARDEN_A_BROKER_PATH]) : "";
	if (!tb[WARDEN_A_BROKER_LINE] || !tb[WARDEN_A_BROKER_CLASS])
		return warden_stage_refuse(extack, attr, "a broker is named by a line, as a class");
	wrong = check_where(protocol, port, path);
	if (wrong)
		return warden_stage_refuse(extack, attr, wrong);
	if (is_taken(stage, protocol, port, path))
		return warden_stage_refuse(extack, attr, "two brokers have one port, or one local socket");
	b = warden_stage_append(&stage->brokers, sizeof(*b), WARDEN_BROKERS_MAX, "brokers", extack);
	if (IS_ERR(b))
		return PTR_ERR(b);
	b->protocol = protocol;
	b->port = port;
	b->class = nla_get_u32(tb[WARDEN_A_BROKER_CLASS]);
	strscpy(b->path, path, sizeof(b->path));
	snprintf(b->name, sizeof(b->name), WARDEN_BROKER_MARK "%s",
		 (const char *)nla_data(tb[WARDEN_A_BROKER_LABEL]));
	b->key = warden_snapshot_key(b->name);
	return 0;
}

static int read_device(struct warden_tamper *t, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *device;

	if (!attr && t->kind == WARDEN_TAMPER_KIND_KEY)
		return warden_stage_refuse(extack, attr, "a key is one of a device that is named");
	if (!attr)
		return 0;
	device = nla_data(attr);
	if (strchr(device, '*') != strrchr(device, '*'))
		return warden_stage_refuse(extack, attr, "the name of a device has one asterisk at most");
	t->is_name = !strncmp(device, WARDEN_NAME_MARK, strlen(WARDEN_NAME_MARK));
	strscpy(t->text, device + (t->is_name ? strlen(WARDEN_NAME_MARK) : 0), sizeof(t->text));
	return t->text[0] ? 0 : warden_stage_refuse(extack, attr, "the name of the input device is empty");
}

int warden_stage_add_tamper(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_TAMPER_INPUT_MAX + 1];
	struct warden_tamper *t;
	int err;

	if (stage->snap->layer != WARDEN_ROLE_MAKER)
		return warden_stage_refuse(extack, attr,
					   "by what tampering is seen, only the maker's policy says");
	err = nla_parse_nested(tb, WARDEN_A_TAMPER_INPUT_MAX, attr, warden_tamper_input_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_TAMPER_INPUT_LINE] || !tb[WARDEN_A_TAMPER_INPUT_KIND] ||
	    !tb[WARDEN_A_TAMPER_INPUT_CODE])
		return warden_stage_refuse(extack, attr, "a tamper input needs its line, its kind and its number");
	t = warden_stage_append(&stage->tampers, sizeof(*t), WARDEN_TAMPERS_MAX, "tamper inputs", extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	t->line = nla_get_u32(tb[WARDEN_A_TAMPER_INPUT_LINE]);
	t->kind = nla_get_u32(tb[WARDEN_A_TAMPER_INPUT_KIND]);
	t->code = nla_get_u32(tb[WARDEN_A_TAMPER_INPUT_CODE]);
	t->at = tb[WARDEN_A_TAMPER_INPUT_STATE] ? nla_get_u32(tb[WARDEN_A_TAMPER_INPUT_STATE]) : -1;
	if (t->kind == WARDEN_TAMPER_KIND_SWITCH && t->code > WARDEN_SWITCH_CODE_MAX)
		return warden_stage_refuse(extack, tb[WARDEN_A_TAMPER_INPUT_CODE],
					   "switches have numbers up to 16");
	return read_device(t, tb[WARDEN_A_TAMPER_INPUT_DEVICE], extack);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a policy says devices are.
 */
#include <linux/string.h>

#include "netlink-gen.h"
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

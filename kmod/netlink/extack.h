/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_EXTACK_H
#define WARDEN_EXTACK_H

#include <linux/netlink.h>

/**
 * warden_refuse() - refuse a netlink request with one sentence
 * @extack: told
 * @attr: the attribute that is wrong; NULL for none
 * @err: negative errno
 * @why: a string constant
 *
 * The kernel's own macros take a literal in place; a sentence that is chosen
 * by a caller needs this.
 *
 * Context: Any.
 * Return: @err.
 */
static inline int warden_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int err,
				const char *why)
{
	if (extack) {
		extack->_msg = why;
		extack->bad_attr = attr;
	}
	return err;
}

#endif /* WARDEN_EXTACK_H */

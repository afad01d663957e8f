// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a policy under construction is kept in, and how its attributes are read.
 */
#include <linux/mm.h>
#include <linux/string.h>

#include "netlink/extack.h"
#include "netlink/netlink-gen.h"
#include "stage-priv.h"

/* Items, or bytes, up to which a table grows by four: each step copies what there is. */
#define MANY 1024

/* Of a table that is whole, this part may stay unused: to give it back is a copy, too. */
#define SPARE 8

static int move(struct table *t, size_t size, u32 room)
{
	void *item = kvmalloc_array(room, size, GFP_KERNEL_ACCOUNT);

	if (!item)
		return -ENOMEM;
	if (t->nr)
		memcpy(item, t->item, t->nr * size);
	kvfree(t->item);
	t->item = item;
	t->room = room;
	return 0;
}

static int grow(struct table *t, size_t size, u32 max)
{
	if (t->nr < t->room)
		return 0;
	if (t->nr >= max)
		return -ENOSPC;
	return move(t, size, min(t->room ? t->room * (t->room < MANY ? 4 : 2) : 16U, max));
}

/**
 * warden_stage_trim() - give back the room that was kept for more, but for a little
 * @t: the table
 * @size: bytes of an item
 *
 * Context: Process context, may sleep. Without memory it stays as it is.
 */
void warden_stage_trim(struct table *t, size_t size)
{
	if (t->nr && t->nr < t->room - t->room / SPARE)
		move(t, size, t->nr);
}

/**
 * warden_stage_keep() - add bytes to a table of bytes
 * @t: the table
 * @bytes: what to add
 * @len: how many; up to WARDEN_CHUNK_MAX at a time and WARDEN_POLICY_MAX in all
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_stage_keep(struct table *t, const void *bytes, u32 len)
{
	u32 room = t->room ?: max(4096U, 4 * len);
	int err = 0;

	while (room - t->nr < len)
		room *= 2;
	if (room != t->room)
		err = move(t, 1, room);
	if (err)
		return err;
	memcpy(t->item + t->nr, bytes, len);
	t->nr += len;
	return 0;
}

/**
 * warden_stage_append() - the next item of a table, zeroed
 * @t: the table
 * @size: bytes of an item
 * @max: items there may be
 * @what: what they are, for the sentence
 * @extack: told where there is no room
 *
 * Context: Process context, may sleep.
 * Return: the item; it moves with the next one. -ENOSPC past @max, -ENOMEM.
 */
void *warden_stage_append(struct table *t, size_t size, u32 max, const char *what,
			  struct netlink_ext_ack *extack)
{
	int err = grow(t, size, max);
	void *item;

	if (err) {
		if (err == -ENOSPC)
			NL_SET_ERR_MSG_FMT(extack, "more than %u %s", max, what);
		else
			NL_SET_ERR_MSG(extack, "out of memory for the policy");
		return ERR_PTR(err);
	}
	item = t->item + t->nr++ * size;
	memset(item, 0, size);
	return item;
}

/**
 * warden_stage_refuse() - refuse a policy as wrong
 * @extack: told
 * @attr: the attribute that is wrong; NULL for none
 * @why: a string constant
 *
 * Context: Any.
 * Return: -EINVAL.
 */
int warden_stage_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *why)
{
	return warden_refuse(extack, attr, -EINVAL, why);
}

/* Characters of a string attribute, whose policy has checked the NUL. */
static size_t length(const struct nlattr *attr)
{
	return strnlen(nla_data(attr), nla_len(attr));
}

/**
 * warden_stage_check_label() - is this a name?
 * @attr: the attribute; NULL is missing
 * @entry: where it is missing
 * @extack: told what is wrong
 *
 * Labels stand in logs and on terminals: no control characters, and never empty.
 *
 * Context: Any.
 * Return: 0 or -EINVAL.
 */
int warden_stage_check_label(const struct nlattr *attr, const struct nlattr *entry,
			     struct netlink_ext_ack *extack)
{
	const u8 *c;

	if (!attr || length(attr) == 0)
		return warden_stage_refuse(extack, attr ?: entry, "a name is missing or empty");
	for (c = nla_data(attr); c < (u8 *)nla_data(attr) + length(attr); c++)
		if (*c < 0x20 || *c == 0x7f)
			return warden_stage_refuse(extack, attr,
						   "a name holds a control character");
	return 0;
}

/**
 * warden_stage_parse_digest() - read a nested digest
 * @attr: the nest
 * @digest: filled in
 * @extack: told what is wrong
 *
 * Context: Any.
 * Return: 0 or -EINVAL.
 */
int warden_stage_parse_digest(const struct nlattr *attr, struct warden_digest *digest,
			      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_DIGEST_MAX + 1];
	int err;

	err = nla_parse_nested(tb, WARDEN_A_DIGEST_MAX, attr, warden_digest_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_DIGEST_ALG] || !tb[WARDEN_A_DIGEST_BYTES])
		return warden_stage_refuse(extack, attr, "a digest needs its alg and its bytes");
	digest->alg = nla_get_u32(tb[WARDEN_A_DIGEST_ALG]);
	memcpy(digest->bytes, nla_data(tb[WARDEN_A_DIGEST_BYTES]), sizeof(digest->bytes));
	return 0;
}

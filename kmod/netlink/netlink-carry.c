// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handler: consents to a program that was updated, by a signed statement.
 */
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "consent/consent.h"
#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/trust.h"
#include "session/session.h"

struct carried {
	int nr;
	char signer[WARDEN_SIGNER_NAME_MAX + 1];
};

static bool are_digests(const struct warden_carry *c)
{
	u32 i;

	for (i = 0; i < c->nr_old + c->nr_new; i++)
		if (c->digests[i].alg != WARDEN_DIGEST_ALG_SHA256 &&
		    c->digests[i].alg != WARDEN_DIGEST_ALG_FSVERITY_SHA256)
			return false;
	return true;
}

static int read_statement(struct warden_carry *c, const struct nlattr *attr, struct genl_info *info)
{
	const u32 head = offsetof(struct warden_carry, digests);

	if (nla_len(attr) >= head && nla_len(attr) <= sizeof(*c)) {
		memcpy(c, nla_data(attr), nla_len(attr));
		if (!memcmp(c->magic, WARDEN_CARRY_MAGIC, sizeof(c->magic)) && c->nr_old && c->nr_new &&
		    c->nr_old <= WARDEN_PROGRAM_DIGESTS_MAX && c->nr_new <= WARDEN_PROGRAM_DIGESTS_MAX &&
		    warden_carry_size(c) == nla_len(attr) && are_digests(c))
			return 0;
	}
	return warden_message_refuse(info, -EBADMSG, "this is no statement of old and new digests");
}

static int fill_carried(struct sk_buff *skb, const void *arg)
{
	const struct carried *c = arg;

	return nla_put_u32(skb, WARDEN_A_CONSENT_CARRIED, c->nr) ||
	       nla_put_string(skb, WARDEN_A_CONSENT_SIGNER, c->signer);
}

static int carry(const struct warden_carry *statement, const struct nlattr *signature,
		 struct carried *carried, struct genl_info *info)
{
	const struct warden_snapshot *maker = warden_layers_find(warden_layers_get_rcu(),
								 WARDEN_ROLE_MAKER);
	u64 since = ktime_get_boottime_ns();
	int err;

	err = warden_trust_statement(statement, warden_carry_size(statement), maker, nla_data(signature),
				     nla_len(signature), carried->signer, info->extack);
	if (err)
		return err;
	carried->nr = warden_consent_carry(statement);
	if (carried->nr < 0)
		return carried->nr;
	if (!carried->nr)
		return warden_message_refuse(info, -ENOENT,
					     "no living consent is to the old program and not to the new one");
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_CARRY,
						    .reason = WARDEN_REASON_UPDATED,
						    .object = carried->signer });
	warden_session_review(WARDEN_REASON_NO_CONSENT, since, NULL);
	return 0;
}

int warden_nl_consent_carry_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *signature = info->attrs[WARDEN_A_CONSENT_SIGNATURE];
	const struct nlattr *attr = info->attrs[WARDEN_A_CONSENT_STATEMENT];
	struct carried carried = {};
	struct warden_carry statement;
	int err;

	if (!attr || !signature)
		return warden_message_refuse(info, -EINVAL, "an update needs its statement and its signature");
	err = read_statement(&statement, attr, info);
	if (err)
		return err;
	warden_change_lock();
	err = carry(&statement, signature, &carried, info);
	warden_change_unlock();
	return err ?: warden_message_reply(info, fill_carried, &carried);
}

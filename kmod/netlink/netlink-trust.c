// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: the certificates whose signatures count.
 */
#include <linux/rcupdate.h>
#include <net/genetlink.h>

#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/owner.h"
#include "policy/policy.h"
#include "policy/trust.h"

static int fill_enrolled(struct sk_buff *skb, const void *arg)
{
	const struct warden_certificate *root = arg;

	return nla_put_string(skb, WARDEN_A_TRUST_NAME, root->name);
}

int warden_nl_trust_enroll_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *der = info->attrs[WARDEN_A_TRUST_CERTIFICATE];
	const struct nlattr *end = info->attrs[WARDEN_A_TRUST_NOT_AFTER];
	int err;

	if (!der || !end)
		return warden_message_refuse(info, -EINVAL, "a root needs its certificate and its end");
	warden_change_lock();
	err = warden_policy_enroll(nla_data(der), nla_len(der), nla_get_u64(end), info->extack);
	warden_change_unlock();
	return err ?: warden_message_reply(info, fill_enrolled, warden_trust_root(0));
}

static int fill_certificate(struct sk_buff *skb, const void *arg)
{
	const struct warden_certificate *c = arg;

	return nla_put_u32(skb, WARDEN_A_TRUST_ROLE, c->role) ||
	       nla_put_u32(skb, WARDEN_A_TRUST_SOURCE, c->source) ||
	       nla_put_string(skb, WARDEN_A_TRUST_NAME, c->name) ||
	       put_u64(skb, WARDEN_A_TRUST_NOT_AFTER, c->not_after) ||
	       nla_put(skb, WARDEN_A_TRUST_CERTIFICATE, c->len, c->der);
}

/* The roots, those the maker's policy names, then that of the owner. */
static bool get_certificate(u32 nr, struct warden_certificate *c)
{
	const struct warden_snapshot *maker;
	const struct warden_certificate *root = warden_trust_root(nr), *owner;
	const struct warden_signer *s;

	if (root) {
		*c = *root;
		return true;
	}
	nr -= warden_trust_roots();
	maker = warden_layers_find(warden_layers_get_rcu(), WARDEN_ROLE_MAKER);
	owner = nr == (maker ? maker->nr_signers : 0) ? warden_owner_get_rcu() : NULL;
	if (owner) {
		*c = *owner;
		return true;
	}
	if (!maker || nr >= maker->nr_signers)
		return false;
	s = &maker->signers[nr];
	*c = (struct warden_certificate){ .source = WARDEN_TRUST_SOURCE_MAKER, .role = s->role,
					  .not_after = s->not_after, .len = s->len,
					  .der = s->certificate };
	strscpy(c->name, s->name, sizeof(c->name));
	return true;
}

int warden_nl_trust_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_certificate c;
	int err = 0;

	rcu_read_lock();
	cb->seq = warden_layers_get_rcu()->generation;
	while (!err && get_certificate(cb->args[0], &c)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_TRUST_GET, fill_certificate, &c);
		if (!err)
			cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}

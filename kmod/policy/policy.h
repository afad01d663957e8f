/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_POLICY_H
#define WARDEN_POLICY_H

#include <linux/types.h>
#include <warden/chain.h>
#include <warden/limits.h>

struct netlink_ext_ack;
struct warden_layers;
struct warden_snapshot;

/**
 * struct warden_channel - a listener that a policy should not cut off
 * @uid: real user id
 * @unit: warden_snapshot_key() of the unit it runs in; 0 is none
 * @protocol: IPPROTO_*
 * @port: host order
 * @nr_digests: how many of @digests are set
 * @digests: what its executable may be known by
 */
struct warden_channel {
	u32 uid;
	u64 unit;
	u16 protocol;
	u16 port;
	u8 nr_digests;
	struct warden_digest digests[2];
};

/**
 * struct warden_commit - how a policy is to be put in force
 * @signature: detached CMS signature; NULL is none
 * @signature_len: bytes of @signature
 * @confirm: seconds to confirm it in; 0 needs no confirmation
 * @force: load it whatever it denies
 * @nr_channels: how many @channels
 * @channels: listeners it should not cut off
 */
struct warden_commit {
	const u8 *signature;
	u32 signature_len;
	u32 confirm;
	bool force;
	u32 nr_channels;
	struct warden_channel *channels;
};

/**
 * struct warden_committed - what a change of the policy did
 * @generation: of the policy in force now
 * @ended: sessions that lost their ground
 * @older: sockets from before that it does not allow, which end or go on as it says
 */
struct warden_committed {
	u64 generation;
	unsigned int ended;
	u32 older;
};

/**
 * struct warden_waiting - a policy that waits to be confirmed
 * @layer: enum warden_role of the layer; 0 where none waits
 * @seconds: how long it still may
 */
struct warden_waiting {
	u8 layer;
	u32 seconds;
};

const char *warden_policy_word(u8 role);
int warden_policy_check(const struct warden_snapshot *snap, const struct warden_layers *layers,
			const struct warden_commit *c, u32 *line, struct netlink_ext_ack *extack);
void warden_policy_init(void);
void warden_policy_exit(void);
int warden_policy_commit(struct warden_snapshot *snap, const struct warden_commit *c,
			 struct warden_committed *done, struct netlink_ext_ack *extack);
int warden_policy_confirm(bool revert, struct warden_committed *done,
			  struct netlink_ext_ack *extack);
int warden_policy_drop(u8 layer, struct warden_committed *done, struct netlink_ext_ack *extack);
int warden_policy_again(u32 reason);
int warden_policy_lock(void);
int warden_policy_enroll(const u8 *der, u32 len, u64 not_after, struct netlink_ext_ack *extack);
void warden_policy_waiting(struct warden_waiting *w);
u32 warden_policy_floor(u8 layer);
void warden_policy_raise_floor(u8 layer, u32 version);

#endif /* WARDEN_POLICY_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a policy comes in force: signed by whom its layer belongs to, newer than
 * what was there and narrower than the layers above.
 *
 * Whatever is refused changes nothing. All of it runs inside a change.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "change.h"
#include "consent/consent.h"
#include "debug/debug.h"
#include "device/classing.h"
#include "device/tamper.h"
#include "device/usb.h"
#include "hook/links.h"
#include "hook/needs.h"
#include "judge/cover.h"
#include "layers.h"
#include "lock.h"
#include "netlink/extack.h"
#include "network/egress.h"
#include "network/inbound.h"
#include "network/ports.h"
#include "network/broker.h"
#include "network/sweep.h"
#include "owner.h"
#include "pack.h"
#include "policy-priv.h"
#include "purpose.h"
#include "program/measure.h"
#include "program/quarantine.h"
#include "session/session.h"
#include "shadow.h"
#include "trust.h"
#include "use.h"

/* Highest version that was in force, per layer; written inside a change. */
static u32 floors[WARDEN_LAYERS + 1];

/* That was before this life, as a saved state says: a device begins with the policy it had. The same. */
static bool from_before[WARDEN_LAYERS + 1];

/*
 * The bytes of a policy are only there to be read back. They are packed when it
 * has stood for a moment: one that is replaced at once would pay for nothing.
 */
#define PACK_FROM  4096u
#define PACK_AFTER (2 * HZ)
static void pack_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(pack_work, pack_late);

/* --- putting in force ------------------------------------------------------------------- */

/* What a policy needs is attached before its change begins; nothing else of it can fail. */
static int ready(const struct warden_layers *layers, struct netlink_ext_ack *extack)
{
	int err = warden_links_need(WARDEN_NEED_POLICY,
				    warden_needs(layers) | warden_needs(warden_layers_get_rcu()));

	if (err)
		NL_SET_ERR_MSG_FMT(extack,
				   "a program this policy needs could not be attached (%d); see the kernel log",
				   -err);
	return err;
}

/**
 * warden_policy_publish() - put a stack of layers in force, and have all follow it
 * @layers: the layers; given away
 * @old: set to what was in force, for warden_layers_retire() or to come back
 * @reason: enum warden_reason, of what ends by it
 *
 * What they need is attached, but for a lock that nobody could know of: that is attached
 * later, and enforced by what there is.
 *
 * Context: In a change; sleeps.
 * Return: the generation that is in force now.
 */
struct warden_committed warden_policy_publish(struct warden_layers *layers, struct warden_layers **old, u32 reason)
{
	struct warden_committed done;

	warden_egress_begin();
	*old = warden_layers_publish(layers);
	if (warden_classing_follow(*old, layers))
		warden_session_search();
	warden_links_follow(WARDEN_NEED_POLICY, warden_needs(layers));
	warden_shadow_refresh();
	warden_debug_refresh();
	warden_usb_follow();
	warden_tamper_follow(layers->layer[0]);
	warden_consent_follow(layers);
	warden_use_follow(layers);
	warden_purpose_follow();
	warden_inbound_settle();
	done.older = warden_sweep(*old, layers, reason);
	warden_broker_follow(layers);
	mod_delayed_work(system_unbound_wq, &pack_work, PACK_AFTER);
	done.generation = layers->generation;
	done.ended = 0;
	return done;
}

/**
 * warden_policy_review() - end what has no ground by the policy in force
 * @reason: enum warden_reason
 *
 * Context: In a change; sleeps.
 * Return: how many sessions were ended.
 */
unsigned int warden_policy_review(u32 reason)
{
	return warden_session_review(reason, ktime_get_boottime_ns(), NULL);
}

static void pack(struct warden_snapshot *snap)
{
	u8 *packed = NULL;
	u32 len;

	if (snap->nr_bytes >= PACK_FROM && !snap->nr_packed)
		packed = warden_pack(snap->bytes, snap->nr_bytes, &len);
	if (!packed)
		return;
	kvfree(snap->bytes);
	snap->bytes = packed;
	WRITE_ONCE(snap->nr_packed, len);
}

static void pack_late(struct work_struct *work)
{
	const struct warden_layers *layers;
	u32 i;

	warden_change_lock();
	layers = warden_layers_get_rcu();
	for (i = 0; i < layers->nr; i++)
		pack(layers->layer[i]);
	warden_change_unlock();
}

static void measure(const struct warden_snapshot *snap)
{
	struct warden_digest digest = { .alg = WARDEN_DIGEST_ALG_SHA256 };

	memcpy(digest.bytes, snap->digest, sizeof(digest.bytes));
	if (snap->measure & BIT(WARDEN_DOMAIN_POLICY))
		warden_measure_policy(&digest, snap->name);
}

static void raise_floor(const struct warden_layers *layers, u8 layer)
{
	const struct warden_snapshot *snap = warden_layers_find(layers, layer);

	if (!snap)
		return;
	WRITE_ONCE(floors[layer], snap->version);
	from_before[layer] = false;
}

/**
 * warden_policy_settle() - a layer is there to stay
 * @layers: the policy in force
 * @layer: enum warden_role
 *
 * Context: In a change; sleeps.
 */
void warden_policy_settle(const struct warden_layers *layers, u8 layer)
{
	raise_floor(layers, layer);
	if (layer == WARDEN_ROLE_MAKER)
		warden_quarantine_review(warden_layers_find(layers, layer));
	warden_owner_review(layers);
}

/* --- what a policy must be ---------------------------------------------------------------- */

static int check_layer(const struct warden_snapshot *snap, const struct warden_layers *in_force,
		       struct netlink_ext_ack *extack)
{
	u32 i;

	if (snap->layer == WARDEN_ROLE_MAKER)
		return 0;
	if (snap->setup)
		return warden_refuse(extack, NULL, -EINVAL,
				     "only the maker's policy can ask for an owner");
	if (!warden_layers_find(in_force, WARDEN_ROLE_MAKER))
		return warden_refuse(extack, NULL, -ENOENT,
				     "no maker layer is loaded that this one could narrow");
	if (snap->nr_signers)
		return warden_refuse(extack, NULL, -EINVAL,
				     "only the maker's policy names whose signatures count");
	for (i = 0; i < snap->nr_rules; i++)
		if (snap->rules[i].flags & WARDEN_RULE_FLAG_SAFETY)
			return warden_refuse(extack, NULL, -EINVAL,
					     "only the maker's policy has a safety list");
	return 0;
}

/* The certificates it names must be some: a name that cannot be used vouches for nobody. */
static int check_signers(struct warden_snapshot *snap, struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < snap->nr_signers; i++) {
		struct warden_signer *s = &snap->signers[i];
		int err = warden_trust_name(s->certificate, s->len, s->name);

		if (err) {
			NL_SET_ERR_MSG_FMT(extack, "certificate %u of the policy cannot be used (%d)",
					   i + 1, -err);
			return err;
		}
	}
	return 0;
}

static int check_floor(const struct warden_snapshot *snap, const struct warden_layers *in_force,
		       bool force, struct netlink_ext_ack *extack)
{
	const struct warden_snapshot *now = warden_layers_find(in_force, snap->layer);
	u32 floor = floors[snap->layer];

	if (snap->version > floor || (force && !warden_trust_roots()) ||
	    (snap->version == floor && from_before[snap->layer]))
		return 0;
	if (now && !memcmp(now->digest, snap->digest, sizeof(now->digest)))
		return warden_refuse(extack, NULL, -ESTALE, "this very policy is in force already");
	NL_SET_ERR_MSG_FMT(extack, "version %u is not newer than version %u of the %s layer",
			   snap->version, floor, warden_policy_word(snap->layer));
	return -ESTALE;
}

/* --- layers below --------------------------------------------------------------------------- */

/*
 * A layer stays when the one above it changes: it takes away and gives nothing,
 * so that neither side loses by the other's update. Only what the maker vouches
 * for no more goes. A rule that is now wider than the layer above has no effect,
 * and is told.
 */
static void drop_unvouched(struct warden_layers *layers, const struct warden_snapshot *maker)
{
	u8 layer;

	for (layer = WARDEN_ROLE_OPERATOR; layer <= WARDEN_LAYERS; layer++) {
		struct warden_snapshot *snap = warden_layers_find(layers, layer);

		if (!snap || warden_trust_vouches(maker, snap))
			continue;
		warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_POLICY_DROP,
							    .reason = WARDEN_REASON_UNVOUCHED,
							    .snap = snap });
		warden_layers_put(layers, layer, NULL);
	}
}

static u32 find_wider(const struct warden_snapshot *snap, const struct warden_layers *layers)
{
	u32 i, line = 0, domain;

	for (i = 0; i < layers->nr && layers->layer[i]->layer < snap->layer; i++)
		if (warden_cover_narrows(snap, layers->layer[i], &line, &domain))
			return line ?: U32_MAX;
	return 0;
}

static void tell_wider(const struct warden_layers *layers, u8 above)
{
	u32 i, line;

	for (i = 0; i < layers->nr; i++) {
		struct warden_snapshot *snap = layers->layer[i];

		if (snap->layer <= above)
			continue;
		line = find_wider(snap, layers);
		WRITE_ONCE(snap->wider, line);
		if (line)
			warden_change_tell(&(struct warden_change){
				.event = WARDEN_EVENT_POLICY_WIDER,
				.reason = WARDEN_REASON_WIDER,
				.line = line == U32_MAX ? 0 : line,
				.snap = snap });
	}
}

/* --- the commands ----------------------------------------------------------------------------- */

static int check_origin(struct warden_snapshot *snap, const struct warden_commit *c,
			struct netlink_ext_ack *extack)
{
	const struct warden_layers *in_force = warden_layers_get_rcu();
	int err = warden_policy_check_waiting(extack);

	if (!err)
		err = warden_trust_verify(snap, warden_layers_find(in_force, WARDEN_ROLE_MAKER),
					  c->signature, c->signature_len, extack);
	if (!err)
		err = check_layer(snap, in_force, extack);
	if (!err && snap->nr_tampers && !IS_ENABLED(CONFIG_INPUT))
		err = warden_refuse(extack, NULL, -EOPNOTSUPP, "this kernel has no input devices to watch");
	if (!err)
		err = check_signers(snap, extack);
	return err ?: check_floor(snap, in_force, c->force, extack);
}

static int begin_uses(struct warden_snapshot *snap, struct netlink_ext_ack *extack)
{
	if (warden_use_begin(snap, warden_layers_find(warden_layers_get_rcu(), snap->layer)))
		return warden_refuse(extack, NULL, -ENOMEM, "out of memory for the rules of the policy");
	return 0;
}

/* The policy with this layer in it, checked; or an error, and nothing has happened. */
static struct warden_layers *prepare(struct warden_snapshot *snap, const struct warden_commit *c,
				     u32 *line, struct netlink_ext_ack *extack)
{
	struct warden_layers *layers;
	int err = check_origin(snap, c, extack);

	if (err)
		return ERR_PTR(err);
	layers = warden_layers_copy();
	if (!layers)
		return ERR_PTR(warden_refuse(extack, NULL, -ENOMEM, "out of memory for the policy"));
	warden_layers_put(layers, snap->layer, snap);
	warden_owner_settle(layers);
	err = warden_lock_renew(layers) ? warden_refuse(extack, NULL, -ENOMEM, "out of memory for the policy") : 0;
	if (!err)
		err = warden_policy_check(snap, layers, c, line, extack);
	if (!err)
		err = begin_uses(snap, extack);
	if (!err)
		warden_purpose_begin(snap, warden_layers_find(warden_layers_get_rcu(), snap->layer));
	if (!err)
		err = warden_inbound_prepare(layers, extack);
	if (!err)
		err = ready(layers, extack);
	if (err) {
		warden_layers_free(layers);
		return ERR_PTR(err);
	}
	return layers;
}

static struct warden_committed put_in_force(struct warden_layers *layers,
					    struct warden_snapshot *snap,
					    const struct warden_commit *c)
{
	struct warden_layers *old;
	struct warden_committed done;

	measure(snap);
	if (snap->layer == WARDEN_ROLE_MAKER)
		drop_unvouched(layers, snap);
	warden_ports_renew(layers); /* of the layers that are left */
	if (c->confirm) /* what may come back keeps its hooks: they are attached now, so this cannot fail */
		warden_links_need(WARDEN_NEED_WAITING, warden_needs(warden_layers_get_rcu()));
	done = warden_policy_publish(layers, &old, WARDEN_REASON_POLICY_CHANGED);
	warden_change_tell(&(struct warden_change){
		.event = WARDEN_EVENT_POLICY_LOAD,
		.reason = c->force ? WARDEN_REASON_FORCED : WARDEN_REASON_NONE,
		.snap = snap });
	tell_wider(layers, snap->layer);
	if (c->confirm) {
		warden_policy_wait(old, snap->layer, c->confirm);
	} else {
		warden_layers_retire(old);
		warden_policy_settle(layers, snap->layer);
	}
	done.ended = warden_policy_review(WARDEN_REASON_POLICY_CHANGED);
	return done;
}

/**
 * warden_policy_commit() - put a layer in force, or refuse it
 * @snap: the layer; given away
 * @c: how
 * @done: filled in where it is in force
 * @extack: told why not
 *
 * Context: In a change; sleeps.
 * Return: 0; what warden_trust_verify() returns; -EBUSY while another waits to be
 * confirmed, -ENOENT for a layer with none above, -ESTALE for one that is not
 * newer, -EPERM for one that is wider or denies what must not be denied, -EINVAL,
 * -E2BIG, -ENOMEM, or what the kernel said to a program it was to attach.
 */
int warden_policy_commit(struct warden_snapshot *snap, const struct warden_commit *c,
			 struct warden_committed *done, struct netlink_ext_ack *extack)
{
	struct warden_layers *layers;
	u32 line = 0;

	warden_change_assert_held();
	layers = prepare(snap, c, &line, extack);
	if (IS_ERR(layers))
		warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_POLICY_REFUSE,
							    .object = extack->_msg,
							    .line = line,
							    .snap = snap });
	else
		*done = put_in_force(layers, snap, c);
	warden_snapshot_put(snap);
	return PTR_ERR_OR_ZERO(layers);
}

static int check_drop(u8 layer, struct netlink_ext_ack *extack)
{
	if (warden_trust_roots())
		return warden_refuse(extack, NULL, -EPERM,
				     "a layer that is signed is replaced by a newer one, not dropped");
	if (layer == WARDEN_ROLE_MAKER)
		return warden_refuse(extack, NULL, -EPERM,
				     "the maker's layer can be replaced, not dropped");
	if (!warden_layers_find(warden_layers_get_rcu(), layer))
		return warden_refuse(extack, NULL, -ENOENT, "this layer is not loaded");
	return warden_policy_check_waiting(extack);
}

/**
 * warden_policy_drop() - take a layer out
 * @layer: enum warden_role
 * @done: filled in
 * @extack: told why not
 *
 * Context: In a change; sleeps.
 * Return: 0; -EPERM for the maker's layer, and where a root of trust is set;
 * -ENOENT, -EBUSY, -ENOMEM.
 */
int warden_policy_drop(u8 layer, struct warden_committed *done, struct netlink_ext_ack *extack)
{
	const struct warden_snapshot *snap;
	struct warden_layers *layers, *old;
	int err = check_drop(layer, extack);

	warden_change_assert_held();
	if (err)
		return err;
	layers = warden_layers_copy();
	if (!layers)
		return -ENOMEM;
	snap = warden_layers_find(warden_layers_get_rcu(), layer);
	warden_layers_put(layers, layer, NULL); /* it needs no more hooks than it did */
	err = warden_inbound_prepare(layers, extack);
	if (err) {
		warden_layers_free(layers);
		return err;
	}
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_POLICY_DROP,
						    .snap = snap });
	*done = warden_policy_publish(layers, &old, WARDEN_REASON_POLICY_CHANGED);
	warden_layers_retire(old);
	tell_wider(layers, layer);
	done->ended = warden_policy_review(WARDEN_REASON_POLICY_CHANGED);
	return 0;
}

/**
 * warden_policy_again() - put the policy in force anew: rules lapsed, ended or were renewed, or the owner changed
 * @reason: enum warden_reason, of what ends by it
 *
 * Context: In a change; sleeps.
 * Return: 0, or -ENOMEM, where the ports that packets find closed are those of before.
 */
int warden_policy_again(u32 reason)
{
	struct netlink_ext_ack extack = {};
	struct warden_layers *layers = warden_layers_copy(), *old;
	const struct warden_snapshot *maker;

	warden_change_assert_held();
	if (!layers)
		return -ENOMEM;
	warden_owner_settle(layers);
	maker = warden_layers_find(layers, WARDEN_ROLE_MAKER);
	if (maker)
		drop_unvouched(layers, maker);
	if (warden_lock_renew(layers) || warden_inbound_prepare(layers, &extack)) {
		warden_layers_free(layers);
		return -ENOMEM;
	}
	warden_policy_publish(layers, &old, reason);
	warden_layers_retire(old);
	warden_policy_review(reason);
	return 0;
}

/**
 * warden_policy_enroll() - set the root of trust, where there is none
 * @der: its certificate
 * @len: bytes of @der
 * @not_after: seconds since 1970, UTC
 * @extack: told why not
 *
 * From here on the versions count of what is signed: those of before were
 * anybody's.
 *
 * Context: In a change; may sleep.
 * Return: 0 or what warden_trust_enroll() returns; -EBUSY while a policy waits
 * to be confirmed.
 */
int warden_policy_enroll(const u8 *der, u32 len, u64 not_after, struct netlink_ext_ack *extack)
{
	int err = warden_policy_check_waiting(extack);

	if (!err)
		err = warden_trust_enroll(der, len, not_after, extack);
	if (err)
		return err;
	memset(floors, 0, sizeof(floors));
	memset(from_before, 0, sizeof(from_before));
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_TRUST_ENROLL,
						    .object = warden_trust_root(0)->name });
	return 0;
}

/**
 * warden_policy_floor() - the version what comes must be above
 * @layer: enum warden_role, up to WARDEN_LAYERS
 *
 * Context: Any.
 * Return: the highest version that was in force; 0 for none.
 */
u32 warden_policy_floor(u8 layer)
{
	return READ_ONCE(floors[layer]);
}

/**
 * warden_policy_raise_floor() - let nothing come in a layer that is below a version
 * @layer: enum warden_role, up to WARDEN_LAYERS
 * @version: one that was in force before this life, and may come once more; one that is not
 *	     above what holds changes nothing
 *
 * Context: In a change.
 */
void warden_policy_raise_floor(u8 layer, u32 version)
{
	warden_change_assert_held();
	if (version <= floors[layer])
		return;
	WRITE_ONCE(floors[layer], version);
	from_before[layer] = true;
}

/**
 * warden_policy_init() - nothing waits, and the boot profile's hooks are needed
 *
 * Context: Module init.
 */
void __init warden_policy_init(void)
{
	warden_use_init();
	warden_purpose_init();
	warden_policy_confirm_init();
	warden_links_need(WARDEN_NEED_POLICY, warden_needs(warden_layers_get_rcu()));
}

/**
 * warden_policy_exit() - forget what waits
 *
 * Context: Process context, sleeps; no command can run any more. Before
 * warden_layers_exit().
 */
void warden_policy_exit(void)
{
	warden_policy_confirm_exit();
	warden_purpose_exit();
	warden_use_exit(); /* what was taken back may have begun a look, which may have packing begun */
	cancel_delayed_work_sync(&pack_work);
	warden_shadow_exit();
}

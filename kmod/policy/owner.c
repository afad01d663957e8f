// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose the device is. A maker's policy can ask for an owner before it opens anything: until the
 * certificate of one is enrolled, no rule and no default allows a sensor, a port, a connection or
 * what is plugged in, but for what the policy marks as needed to set the device up, and its safety
 * list. That is said in the rules themselves (warden_snapshot_set_up()), so that whatever reads them
 * follows, and the layers are published anew.
 *
 * Who enrolls first is the owner. What protects the time before is the gate itself, and whom the
 * policy lets reach the device until then.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "change.h"
#include "consent/consent.h"
#include "debug/debug.h"
#include "layers.h"
#include "netlink/extack.h"
#include "network/opening.h"
#include "owner.h"
#include "policy.h"
#include "snapshot.h"
#include "trust.h"
#include "use.h"

/* Replaced inside a change. */
static struct warden_certificate __rcu *owner;

/**
 * warden_owner_get_rcu() - the owner's certificate
 *
 * Context: Inside rcu_read_lock(), which bounds how long it may be used; or in a change.
 * Return: it, or NULL where there is none.
 */
const struct warden_certificate *warden_owner_get_rcu(void)
{
	return rcu_dereference_check(owner, 1);
}

/**
 * warden_owner_stands() - has the device an owner?
 *
 * Context: Any.
 * Return: true if it has.
 */
bool warden_owner_stands(void)
{
	return rcu_access_pointer(owner);
}

/**
 * warden_owner_setup() - does the policy ask for an owner, and is there one?
 * @layers: the policy
 *
 * Context: Any; the caller keeps @layers alive.
 * Return: enum warden_setup.
 */
u32 warden_owner_setup(const struct warden_layers *layers)
{
	if (!layers->layer[0]->setup)
		return WARDEN_SETUP_NOT_ASKED;
	return warden_owner_stands() ? WARDEN_SETUP_DONE : WARDEN_SETUP_NEEDED;
}

/**
 * warden_owner_check() - may somebody open something by a command?
 * @extack: told why not
 *
 * Context: In a change.
 * Return: 0, or -EPERM where the device is to have an owner first.
 */
int warden_owner_check(struct netlink_ext_ack *extack)
{
	warden_change_assert_held();
	if (warden_owner_setup(warden_layers_get_rcu()) != WARDEN_SETUP_NEEDED)
		return 0;
	return warden_refuse(extack, NULL, -EPERM,
			     "the device is not set up: enroll its owner first (wardenctl setup)");
}

/**
 * warden_owner_settle() - let a policy say what it says with the owner there is, or without one
 * @layers: the policy; its maker's layer is changed in place
 *
 * Context: In a change. Where it is in force, it is to be published anew.
 * Return: true if anything changed.
 */
bool warden_owner_settle(struct warden_layers *layers)
{
	warden_change_assert_held();
	return warden_snapshot_set_up(layers->layer[0], warden_owner_stands());
}

/**
 * warden_owner_review() - a policy is there to stay
 * @layers: the policy
 *
 * Where it asks for an owner and there is none, nobody can have consented. A saved state still
 * may bring its owner back, and the consents with it.
 *
 * Context: In a change; may sleep.
 */
void warden_owner_review(const struct warden_layers *layers)
{
	if (warden_owner_setup(layers) == WARDEN_SETUP_NEEDED)
		warden_consent_clear(WARDEN_REASON_NOT_SET_UP);
}

/* Ports and debug surfaces that somebody opened for a time are the last owner's, too. */
static void close_openings(void)
{
	struct warden_opening o;
	u32 n, ended;

	for (n = 0; !warden_opening_get(n, &o); n++)
		if (o.protocol)
			warden_opening_close(o.protocol, o.port, &ended);
	warden_debug_close_all();
}

/* There is an owner now, or none any more. */
static void follow(void)
{
	struct warden_snapshot *maker = warden_layers_get_rcu()->layer[0];

	if (maker->setup && warden_owner_stands())
		warden_use_restart(maker);
	if (warden_policy_again(WARDEN_REASON_POLICY_CHANGED))
		warden_use_again();
}

static struct warden_certificate *read_certificate(const u8 *der, u32 len, u64 not_after,
						   struct netlink_ext_ack *extack)
{
	struct warden_certificate *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int err = -ENOMEM;

	if (!c)
		return ERR_PTR(err);
	*c = (struct warden_certificate){ .source = WARDEN_TRUST_SOURCE_OWNER, .role = WARDEN_ROLE_USER,
					  .not_after = not_after, .len = len };
	err = warden_trust_read(der, len, not_after, c->name, extack);
	if (!err) {
		c->der = kmemdup(der, len, GFP_KERNEL);
		err = c->der ? 0 : -ENOMEM;
	}
	if (!err)
		return c;
	kfree(c);
	return ERR_PTR(err);
}

static int check_enroll(struct netlink_ext_ack *extack)
{
	struct warden_waiting w;

	warden_policy_waiting(&w);
	if (w.layer)
		return warden_refuse(extack, NULL, -EBUSY, "a policy waits to be confirmed or taken back");
	if (warden_owner_stands())
		return warden_refuse(extack, NULL, -EPERM,
				     "the device is set up: it has an owner, until it is handed over "
				     "(wardenctl consent withdraw --all --owner-transfer)");
	return 0;
}

/**
 * warden_owner_enroll() - give the device its owner
 * @der: the certificate
 * @len: bytes of @der
 * @not_after: seconds since 1970, UTC
 * @restored: it is that of an earlier life, whose consents come after it
 * @extack: told why not
 *
 * What the policy allows with an owner is allowed when it returns. Who becomes one begins without
 * consents: those that somebody else gave are ended, and no saved state brings any more.
 *
 * Context: In a change; sleeps.
 * Return: 0; -EPERM where there is an owner, -EBUSY while a policy waits to be confirmed, or
 * what warden_trust_read() returns; -ENOMEM.
 */
int warden_owner_enroll(const u8 *der, u32 len, u64 not_after, bool restored,
			struct netlink_ext_ack *extack)
{
	static const struct warden_consent_match all;
	struct warden_certificate *c;
	int err = check_enroll(extack);

	warden_change_assert_held();
	if (err)
		return err;
	c = read_certificate(der, len, not_after, extack);
	if (IS_ERR(c))
		return PTR_ERR(c);
	if (!restored)
		warden_consent_withdraw(&all, WARDEN_REASON_NOT_SET_UP);
	rcu_assign_pointer(owner, c);
	warden_change_tell(&(struct warden_change){
		.event = WARDEN_EVENT_OWNER_ENROLL,
		.reason = restored ? WARDEN_REASON_RESTORED : WARDEN_REASON_NONE,
		.object = c->name });
	follow();
	return 0;
}

/**
 * warden_owner_forget() - the device is handed over
 *
 * Where the policy asks for an owner, it closes again. Nothing happens where there was none.
 *
 * Context: In a change; sleeps.
 */
void warden_owner_forget(void)
{
	struct warden_certificate *c = rcu_dereference_protected(owner, 1);

	warden_change_assert_held();
	if (!c)
		return;
	RCU_INIT_POINTER(owner, NULL);
	if (warden_owner_setup(warden_layers_get_rcu()) == WARDEN_SETUP_NEEDED)
		close_openings();
	follow();
	synchronize_rcu();
	kfree(c->der);
	kfree(c);
}

/**
 * warden_owner_exit() - forget the owner
 *
 * Context: Process context; no command can run any more.
 */
void warden_owner_exit(void)
{
	struct warden_certificate *c = rcu_dereference_protected(owner, 1);

	RCU_INIT_POINTER(owner, NULL);
	if (c)
		kfree(c->der);
	kfree(c);
}

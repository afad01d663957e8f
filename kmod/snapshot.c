// SPDX-License-Identifier: GPL-2.0-only
/*
 * The published policy: one immutable snapshot behind an RCU pointer, and the
 * boot profile that stands until the first policy is loaded.
 */
#include <crypto/sha2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "snapshot.h"

/* Replaced only inside a change (change.h), by warden_snapshot_publish(). */
static struct warden_snapshot __rcu *current_snapshot;

/**
 * warden_snapshot_alloc() - an empty snapshot with the safe defaults
 *
 * Sensors and listening are denied, everything else is allowed.
 *
 * Context: Process context, may sleep.
 * Return: the snapshot, or NULL without memory.
 */
struct warden_snapshot *warden_snapshot_alloc(void)
{
	struct warden_snapshot *snap = kzalloc(sizeof(*snap), GFP_KERNEL_ACCOUNT);
	u32 domain;

	if (!snap)
		return NULL;
	for (domain = WARDEN_DOMAIN_CONNECT; domain < WARDEN_DOMAIN_RULES; domain++)
		snap->defaults[domain].action = WARDEN_ACTION_ALLOW;
	return snap;
}

/**
 * warden_snapshot_free() - free a snapshot nobody can see
 * @snap: the snapshot, or NULL
 *
 * Context: Process context, may sleep.
 */
void warden_snapshot_free(struct warden_snapshot *snap)
{
	u32 domain;

	if (!snap)
		return;
	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		kvfree(snap->reference[domain].digests);
	kvfree(snap->programs);
	kvfree(snap->refs);
	kvfree(snap->purposes);
	kvfree(snap->rules);
	kvfree(snap->rule_digests);
	kfree(snap);
}

/**
 * warden_snapshot_get_rcu() - the snapshot in force
 *
 * Context: Inside rcu_read_lock(), which bounds how long it may be used; or in a change.
 * Return: the snapshot; never NULL between init and exit.
 */
const struct warden_snapshot *warden_snapshot_get_rcu(void)
{
	return rcu_dereference_check(current_snapshot, 1);
}

/**
 * warden_snapshot_copy() - the scalars of the snapshot in force
 * @snap: filled in; its tables are not to be followed
 *
 * Context: Any.
 */
void warden_snapshot_copy(struct warden_snapshot *snap)
{
	rcu_read_lock();
	*snap = *warden_snapshot_get_rcu();
	rcu_read_unlock();
}

/**
 * warden_snapshot_publish() - put a snapshot in force and free the one before
 * @snap: the new snapshot, which is given away
 *
 * Context: Process context, sleeps for a grace period. The caller holds
 * the change lock, or is init.
 * Return: its generation.
 */
u64 warden_snapshot_publish(struct warden_snapshot *snap)
{
	struct warden_snapshot *old = rcu_dereference_protected(current_snapshot, 1);
	u64 generation = old ? old->generation + 1 : 1;

	snap->generation = generation;
	rcu_assign_pointer(current_snapshot, snap);
	if (old) {
		synchronize_rcu();
		warden_snapshot_free(old);
	}
	return generation;
}

/**
 * warden_snapshot_key() - a number that stands for a name
 * @name: the name
 *
 * The first 8 bytes of its SHA-256, so that a hook compares two words and no
 * strings; two names with one key would take 2^32 tries to find and give no
 * more than one rule read as another the same author wrote.
 *
 * Context: Any.
 * Return: the key, never 0.
 */
u64 warden_snapshot_key(const char *name)
{
	u8 digest[SHA256_DIGEST_SIZE];

	sha256(name, strlen(name), digest);
	return get_unaligned_le64(digest) ?: 1;
}

/**
 * warden_snapshot_init() - put the boot profile in force
 * @observe: record what would be denied and deny nothing
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int warden_snapshot_init(bool observe)
{
	struct warden_snapshot *snap = warden_snapshot_alloc();
	u32 domain;

	if (!snap)
		return -ENOMEM;
	strscpy(snap->name, observe ? "boot=observe" : "boot=deny", sizeof(snap->name));
	snap->measure = BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) |
			BIT(WARDEN_DOMAIN_FIRMWARE) | BIT(WARDEN_DOMAIN_POLICY);
	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		snap->defaults[domain].mode = observe ? WARDEN_MODE_OBSERVE : WARDEN_MODE_ENFORCE;
	warden_snapshot_publish(snap);
	return 0;
}

/**
 * warden_snapshot_exit() - free the snapshot in force
 *
 * Context: Process context; no hook and no command can run any more.
 */
void warden_snapshot_exit(void)
{
	warden_snapshot_free(rcu_dereference_protected(current_snapshot, 1));
	RCU_INIT_POINTER(current_snapshot, NULL);
}

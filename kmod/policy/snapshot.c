// SPDX-License-Identifier: GPL-2.0-only
/*
 * One layer of the policy, from the empty one on, and the boot profile that
 * stands until the first policy is loaded.
 */
#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "snapshot.h"

/**
 * warden_snapshot_alloc() - an empty snapshot with the safe defaults
 *
 * Sensors, listening and kinds of sockets are denied, everything else is allowed.
 *
 * Context: Process context, may sleep.
 * Return: the snapshot, held once, or NULL without memory.
 */
struct warden_snapshot *warden_snapshot_alloc(void)
{
	struct warden_snapshot *snap = kzalloc(sizeof(*snap), GFP_KERNEL_ACCOUNT);
	u32 domain;

	if (!snap)
		return NULL;
	snap->users = 1;
	for (domain = WARDEN_DOMAIN_CONNECT; domain < WARDEN_DOMAIN_RULES; domain++)
		if (domain != WARDEN_DOMAIN_PROTOCOL)
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
	u32 domain, i;

	if (!snap)
		return;
	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		kvfree(snap->reference[domain].digests);
	kvfree(snap->programs);
	kvfree(snap->refs);
	kvfree(snap->purposes);
	kvfree(snap->rules);
	kvfree(snap->uses);
	kvfree(snap->rule_digests);
	kvfree(snap->nets);
	kvfree(snap->patterns);
	kvfree(snap->quorums);
	kvfree(snap->classings);
	kvfree(snap->brokers);
	kvfree(snap->tampers);
	kvfree(snap->arguments);
	for (i = 0; i < snap->nr_signers; i++)
		kfree(snap->signers[i].certificate);
	kvfree(snap->signers);
	kvfree(snap->bytes);
	kfree(snap);
}

/**
 * warden_snapshot_put() - let go of a snapshot
 * @snap: the snapshot, or NULL; freed where nobody else holds it
 *
 * Context: In a change, may sleep; what was published waited a grace period.
 */
void warden_snapshot_put(struct warden_snapshot *snap)
{
	if (snap && !--snap->users)
		warden_snapshot_free(snap);
}

/**
 * warden_snapshot_key() - a number that stands for a name
 * @name: the name
 *
 * So that a hook compares two words and no strings. SipHash with a secret of
 * this boot: who can name devices or write policies cannot look for two names
 * with one key.
 *
 * Context: Any.
 * Return: the key, never 0.
 */
u64 warden_snapshot_key(const char *name)
{
	static siphash_key_t secret;

	get_random_once(&secret, sizeof(secret));
	return siphash(name, strlen(name), &secret) ?: 1;
}

/**
 * warden_snapshot_name_key() - the key of a driver's or a node's name
 * @name: the name
 *
 * Context: Any.
 * Return: the key, which is none of a topology name; 0 where @name is empty.
 */
u64 warden_snapshot_name_key(const char *name)
{
	char marked[sizeof(WARDEN_NAME_MARK) + WARDEN_TOPOLOGY_MAX];

	snprintf(marked, sizeof(marked), WARDEN_NAME_MARK "%s", name);
	return *name ? warden_snapshot_key(marked) : 0;
}

/**
 * warden_snapshot_boot() - the boot profile
 * @observe: record what would be denied and deny nothing
 *
 * What is plugged in while it stands waits for the first policy. What was there before
 * goes on: it may be the keyboard of who loads that policy.
 *
 * Context: Process context, may sleep.
 * Return: the snapshot, of version 0, or NULL without memory.
 */
struct warden_snapshot *warden_snapshot_boot(bool observe)
{
	struct warden_snapshot *snap = warden_snapshot_alloc();
	u32 domain;

	if (!snap)
		return NULL;
	strscpy(snap->name, observe ? "boot=observe" : "boot=deny", sizeof(snap->name));
	snap->measure = BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) |
			BIT(WARDEN_DOMAIN_FIRMWARE) | BIT(WARDEN_DOMAIN_POLICY);
	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		snap->defaults[domain].mode = observe ? WARDEN_MODE_OBSERVE : WARDEN_MODE_ENFORCE;
	snap->defaults[WARDEN_DOMAIN_USB].action = WARDEN_ACTION_DENY;
	return snap;
}

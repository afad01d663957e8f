// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom UDP, or UDP-Lite, was sent to from a closed port a moment ago: only they may answer.
 *
 * Not connection tracking: no state, no memory per flow, nothing of TCP. A place
 * holds a keyed hash of a flow and when it was used last. Who makes more flows
 * than there are places loses the oldest.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/net_namespace.h>

#include "flow.h"

#define SETS 1024
#define WAYS 4

/* How long an answer may take: RFC 4787, REQ-5 asks for two minutes at least. */
#define LIFE (120 * HZ)

/* A place is not written again more often than this. */
#define FRESH (HZ)

/*
 * Read and written with no lock. The time is written before the key, which is released: whoever
 * finds a key finds its time, or a later one.
 */
struct place {
	u64 key; /* 0 is free */
	unsigned long used;
};

/* There while the packets are looked at. */
static struct place *places;

static u64 key_of(const struct warden_flow *flow)
{
	static siphash_key_t secret;
	u64 high, low;

	get_random_once(&secret, sizeof(secret));
	memcpy(&high, flow->peer.s6_addr, sizeof(high));
	memcpy(&low, flow->peer.s6_addr + sizeof(high), sizeof(low));
	return siphash_4u64(high, low, flow->net->net_cookie,
			    (u64)flow->protocol << 32 | (u64)flow->port << 16 | flow->peer_port,
			    &secret) ?: 1;
}

static struct place *set_of(u64 key)
{
	return &places[(key % SETS) * WAYS];
}

/**
 * warden_flow_note() - something is sent
 * @flow: from where to whom
 *
 * Context: Any but hard interrupt; between warden_flow_init() and warden_flow_exit().
 */
void warden_flow_note(const struct warden_flow *flow)
{
	u64 key = key_of(flow);
	struct place *set = set_of(key), *oldest = set;
	unsigned long now = jiffies;
	u32 i;

	for (i = 0; i < WAYS; i++) {
		if (READ_ONCE(set[i].key) == key || !READ_ONCE(set[i].key)) {
			oldest = &set[i];
			break;
		}
		if (time_before(READ_ONCE(set[i].used), READ_ONCE(oldest->used)))
			oldest = &set[i];
	}
	if (READ_ONCE(oldest->key) == key && time_before(now, READ_ONCE(oldest->used) + FRESH))
		return;
	WRITE_ONCE(oldest->used, now);
	smp_store_release(&oldest->key, key);
}

/**
 * warden_flow_known() - is this an answer?
 * @flow: to whom something came, and from where
 *
 * Context: As warden_flow_note().
 * Return: true if something was sent that way a moment ago.
 */
bool warden_flow_known(const struct warden_flow *flow)
{
	u64 key = key_of(flow);
	const struct place *set = set_of(key);
	u32 i;

	for (i = 0; i < WAYS; i++)
		if (smp_load_acquire(&set[i].key) == key)
			return time_before(jiffies, READ_ONCE(set[i].used) + LIFE);
	return false;
}

/**
 * warden_flow_init() - make room
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_flow_init(void)
{
	places = kvcalloc(SETS * WAYS, sizeof(*places), GFP_KERNEL);
	return places ? 0 : -ENOMEM;
}

/**
 * warden_flow_exit() - forget all
 *
 * Context: Process context, may sleep; nobody looks any more.
 */
void warden_flow_exit(void)
{
	kvfree(places);
	places = NULL;
}

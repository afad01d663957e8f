// SPDX-License-Identifier: GPL-2.0-only
/*
 * Audit records: a ring in memory, chained, told in order by one work item.
 *
 * A record is numbered, timed and put into the ring in one critical section.
 * The chain follows the numbers, but not at once: hashing a record costs more
 * than the verdict it tells of, so the work item does it, before it tells the
 * record. Nobody sees a record that is not chained, since a reader chains what
 * is left, and a maker chains the record whose place it takes.
 * Telling is apart from it: the notifier may sleep and may be slow, and where
 * the ring overtakes it, the number of the records it missed becomes a record
 * of its own.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <uapi/linux/warden.h>
#include <warden/text.h>
#include "program/sha256.h"
#include "record.h"

#define RING_MASK (WARDEN_RECORDS_MAX - 1)
#define SLOT_BITS 8
#define SLOTS	  (1 << SLOT_BITS) /* per table */
#define WINDOW	  HZ

_Static_assert((WARDEN_RECORDS_MAX & RING_MASK) == 0, "the ring is indexed by a mask");

/* What makes two verdicts the same: all but number, time, count and chain. No padding in either. */
#define KEY_HEAD      offsetof(struct warden_record, generation)
#define KEY_HEAD_SIZE (offsetof(struct warden_record, count) - KEY_HEAD)
#define KEY_TAIL      offsetofend(struct warden_record, count)
#define KEY_TAIL_SIZE (offsetof(struct warden_record, chain) - KEY_TAIL)

/*
 * Whoever knows its number counts an event without the lock; the number is never that of
 * another, and where it has gone nothing is counted.
 */
#define MORE_BITS 24
#define MORE_MAX  ((1u << MORE_BITS) - 1)

/*
 * Events that equal @first and came within a second of it. A table with one
 * place per hash: who comes to a taken place sends the holder's count on its
 * way, so nothing is lost and the memory is fixed. Verdicts are compared by
 * their records, events with a key by their keys, each in a table of its own.
 */
struct slot {
	bool used;
	atomic64_t count;    /* number of the event that has it, above MORE_BITS of equal ones after it */
	unsigned long until; /* end of the second, in jiffies */
	struct warden_record_key key;
	struct warden_record first;
};

static struct {
	/*
	 * All below but @buffer. Innermost. Taken by hooks in process and softirq context, with RCU
	 * read-side sections around them, hence a spinlock and _bh; never by hard interrupts, so
	 * they stay on during the 12 rounds of SHA-256 that a record may cost; whoever chains
	 * lets the lock go after each record. Nothing is allocated and no hook can run inside.
	 */
	spinlock_t lock;
	struct warden_record *ring; /* record n is at n & RING_MASK */
	struct slot *slots; /* SLOTS of verdicts, then SLOTS of events with a key */
	u64 made; /* number of the last record */
	u64 chained; /* number of the last one that is chained; the ring has all after it */
	u64 told; /* number of the last one the notifier was given or missed */
	u64 lost;
	u64 unreported; /* of @lost, those in no loss record that is told or waits to be */
	u64 loss_at;	/* number of the last loss record */
	u64 loss_count; /* its count while it waits to be told, else 0 */
	u64 denials;
	u64 taken; /* events that had a place */
	u32 seed;
	u8 chain[WARDEN_DIGEST_SIZE];
	struct {
		u8 chain[WARDEN_DIGEST_SIZE];
		u8 packed[WARDEN_RECORD_PACKED_MAX];
	} link; /* what is hashed next */

	struct warden_record buffer; /* the drain's own; an ordered queue runs one at a time */
	void (*notify)(const struct warden_record *r);
	struct workqueue_struct *queue;
	struct work_struct drain;
	struct delayed_work expire;
} log;

static bool is_same(const struct warden_record *a, const struct warden_record *b)
{
	return !memcmp((const u8 *)a + KEY_HEAD, (const u8 *)b + KEY_HEAD, KEY_HEAD_SIZE) &&
	       !memcmp((const u8 *)a + KEY_TAIL, (const u8 *)b + KEY_TAIL, KEY_TAIL_SIZE);
}

/*
 * A maker zeroes the tails of its strings, so hashing the whole is right; only
 * the start of them is hashed, as a collision costs a record, not a count.
 */
static u32 hash_of(const struct warden_record *r)
{
	u32 hash = jhash((const u8 *)r + KEY_HEAD, KEY_HEAD_SIZE, log.seed);

	hash = jhash_3words(r->pid, r->uid, (u32)r->port << 16 | r->protocol, hash);
	return jhash(r->object, strnlen(r->object, sizeof(r->object)), hash);
}

static void chain_next(void)
{
	struct warden_record *r = &log.ring[++log.chained & RING_MASK];

	lockdep_assert_held(&log.lock);
	memcpy(log.link.chain, log.chain, sizeof(log.chain));
	warden_sha256(log.chain, &log.link,
		      sizeof(log.chain) + warden_record_pack(r, log.link.packed));
	memcpy(r->chain, log.chain, sizeof(r->chain));
}

static void make_record(const struct warden_record *from, u32 count)
{
	u64 seq = log.made + 1;
	struct warden_record *r = &log.ring[seq & RING_MASK];

	lockdep_assert_held(&log.lock);
	if (seq - log.chained > WARDEN_RECORDS_MAX)
		chain_next();
	*r = *from;
	warden_text_repair(r->program);
	warden_text_repair(r->object);
	r->seq = seq;
	r->time = ktime_get_boottime_ns();
	r->count = count;
	log.made = seq;
	queue_work(log.queue, &log.drain);
}

static void free_slot(struct slot *slot)
{
	const u32 more = atomic64_xchg(&slot->count, 0) & MORE_MAX;

	lockdep_assert_held(&log.lock);
	if (slot->used && more)
		make_record(&slot->first, more);
	slot->used = false;
}

static bool is_over(const struct slot *slot)
{
	return time_after_eq(jiffies, READ_ONCE(slot->until));
}

/* More of the event with this number, unless its second is over or another has the place. */
static bool count_more(struct slot *slot, u64 taken, u32 more)
{
	u64 is = atomic64_read(&slot->count);

	do {
		if (is >> MORE_BITS != taken || MORE_MAX - (is & MORE_MAX) < more || is_over(slot))
			return false;
	} while (!atomic64_try_cmpxchg(&slot->count, &is, is + more));
	return true;
}

static u64 taken_by(const struct slot *slot)
{
	return atomic64_read(&slot->count) >> MORE_BITS;
}

/*
 * A place whose second is over is not reused for the next one, so that a count
 * never spans more than it says.
 */
static void take_slot(struct slot *slot, const struct warden_record *r)
{
	lockdep_assert_held(&log.lock);
	free_slot(slot);
	slot->used = true;
	slot->first = *r;
	WRITE_ONCE(slot->until, jiffies + WINDOW);
	atomic64_set_release(&slot->count, ++log.taken << MORE_BITS);
	queue_delayed_work(log.queue, &log.expire, WINDOW);
}

/* True where the verdict was counted and needs no record of its own. */
static bool coalesce(const struct warden_record *r)
{
	struct slot *slot = &log.slots[hash_of(r) % SLOTS];

	lockdep_assert_held(&log.lock);
	if (slot->used && is_same(&slot->first, r) && count_more(slot, taken_by(slot), 1))
		return true;
	take_slot(slot, r);
	return false;
}

void warden_record_add(const struct warden_record *r)
{
	bool verdict = r->event == WARDEN_EVENT_VERDICT;

	spin_lock_bh(&log.lock);
	if (verdict && r->action == WARDEN_ACTION_DENY)
		log.denials++;
	if (!verdict || !coalesce(r))
		make_record(r, r->count ?: 1);
	spin_unlock_bh(&log.lock);
}

/* Who makes keys collide has records made, as without the table: no secret is needed. */
static struct slot *slot_of(const struct warden_record_key *key)
{
	u64 mixed = key->object ^ (u64)key->pid << 32 ^ key->event;

	return &log.slots[SLOTS + hash_64(mixed, SLOT_BITS)];
}

static bool is_at(const struct slot *slot, const struct warden_record_key *key)
{
	lockdep_assert_held(&log.lock);
	return slot->used && !memcmp(&slot->key, key, sizeof(*key));
}

static bool count_again(struct slot *slot, const struct warden_record_key *key, u32 times)
{
	lockdep_assert_held(&log.lock);
	return is_at(slot, key) && count_more(slot, taken_by(slot), times);
}

bool warden_record_repeat(const struct warden_record_key *key, u32 times)
{
	bool counted;

	spin_lock_bh(&log.lock);
	counted = count_again(slot_of(key), key, times);
	spin_unlock_bh(&log.lock);
	return counted;
}

void warden_record_add_keyed(const struct warden_record *r, const struct warden_record_key *key)
{
	struct slot *slot = slot_of(key);
	const u32 times = r->count ?: 1;

	spin_lock_bh(&log.lock);
	/* once more: another task of the program may have been here meanwhile */
	if (!count_again(slot, key, times)) {
		take_slot(slot, r);
		slot->key = *key;
		make_record(r, times);
	}
	spin_unlock_bh(&log.lock);
}

void warden_record_find(const struct warden_record_key *key, struct warden_record_mark *mark)
{
	struct slot *slot = slot_of(key);

	spin_lock_bh(&log.lock);
	mark->place = slot - log.slots;
	mark->taken = is_at(slot, key) ? taken_by(slot) : 0;
	spin_unlock_bh(&log.lock);
}

bool warden_record_again(const struct warden_record_mark *mark)
{
	return mark->taken && count_more(&log.slots[mark->place], mark->taken, 1);
}

void warden_record_lose(bool denial)
{
	spin_lock_bh(&log.lock);
	log.lost++;
	log.unreported++;
	log.denials += denial;
	queue_work(log.queue, &log.drain);
	spin_unlock_bh(&log.lock);
}

/* The lock is let go after each place: a place may cost a record. */
static void free_slots(bool all)
{
	bool again = false;
	int i;

	for (i = 0; i < 2 * SLOTS; i++) {
		struct slot *slot = &log.slots[i];

		spin_lock_bh(&log.lock);
		if (slot->used && (all || is_over(slot)))
			free_slot(slot);
		again |= slot->used;
		spin_unlock_bh(&log.lock);
	}
	if (again)
		queue_delayed_work(log.queue, &log.expire, WINDOW);
}

static void expire_slots(struct work_struct *work)
{
	free_slots(false);
}

/*
 * Records the ring has dropped untold count as lost, and the one whose place
 * the loss record will take.
 */
static void skip_dropped(void)
{
	u64 gap;

	lockdep_assert_held(&log.lock);
	if (log.made - log.told <= WARDEN_RECORDS_MAX)
		return;
	gap = log.made + 1 - WARDEN_RECORDS_MAX - log.told;
	log.told += gap;
	log.lost += gap;
	log.unreported += gap;
}

/*
 * One loss record at a time waits to be told. Where it was dropped itself, the
 * next one counts what it counted, so that the records told and the losses told
 * make up all there was.
 */
static void note_loss(void)
{
	static const struct warden_record loss = {
		.event = WARDEN_EVENT_LOSS,
		.domain = WARDEN_DOMAIN_SYSTEM,
		.object = "audit records",
	};

	skip_dropped();
	if (log.loss_at <= log.told) {
		log.unreported += log.loss_count;
		log.loss_count = 0;
	}
	if (!log.unreported || log.loss_count)
		return;
	log.loss_at = log.made + 1;
	log.loss_count = log.unreported;
	log.unreported = 0;
	make_record(&loss, log.loss_count);
}

static bool take_next(struct warden_record *r)
{
	bool any;

	spin_lock_bh(&log.lock);
	note_loss();
	any = log.told < log.made;
	if (any)
		log.told++;
	while (log.chained < log.told)
		chain_next();
	if (any)
		*r = log.ring[log.told & RING_MASK];
	if (any && log.told == log.loss_at)
		log.loss_count = 0;
	spin_unlock_bh(&log.lock);
	return any;
}

static void tell_records(struct work_struct *work)
{
	while (take_next(&log.buffer)) {
		log.notify(&log.buffer);
		cond_resched();
	}
}

static u64 first_from(u64 seq)
{
	lockdep_assert_held(&log.lock);
	if (log.made >= WARDEN_RECORDS_MAX)
		seq = max(seq, log.made - WARDEN_RECORDS_MAX + 1);
	return max_t(u64, seq, 1);
}

int warden_record_get(u64 seq, struct warden_record *r)
{
	bool there, chained;

	/* One record is chained per turn, so that makers wait for no more than that. */
	do {
		spin_lock_bh(&log.lock);
		seq = first_from(seq);
		there = seq <= log.made;
		chained = seq <= log.chained;
		if (there && chained)
			*r = log.ring[seq & RING_MASK];
		else if (there)
			chain_next();
		spin_unlock_bh(&log.lock);
	} while (there && !chained);
	return there ? 0 : -ENOENT;
}

void warden_record_status(struct warden_record_status *st)
{
	spin_lock_bh(&log.lock);
	st->made = log.made;
	st->lost = log.lost;
	st->denials = log.denials;
	spin_unlock_bh(&log.lock);
}

void warden_record_flush(void)
{
	free_slots(true);
	flush_work(&log.drain);
}

int warden_record_init(void (*notify)(const struct warden_record *r))
{
	spin_lock_init(&log.lock);
	INIT_WORK(&log.drain, tell_records);
	INIT_DELAYED_WORK(&log.expire, expire_slots);
	log.notify = notify;
	log.seed = get_random_u32();
	log.ring = vzalloc(array_size(WARDEN_RECORDS_MAX, sizeof(*log.ring)));
	if (!log.ring)
		return -ENOMEM;
	log.slots = vzalloc(array_size(2 * SLOTS, sizeof(*log.slots)));
	if (!log.slots)
		goto err_free_ring;
	log.queue = alloc_ordered_workqueue("warden_record", 0);
	if (log.queue)
		return 0;
	vfree(log.slots);
err_free_ring:
	vfree(log.ring);
	return -ENOMEM;
}

void warden_record_exit(void)
{
	/*
	 * 1. No maker is left: programs detached, commands and timers gone.
	 * 2. The counts that wait become records, and all are told.
	 * 3. The expiry, which 2 may have left pending with nothing to do.
	 */
	warden_record_flush();
	cancel_delayed_work_sync(&log.expire);
	destroy_workqueue(log.queue);
	vfree(log.slots);
	vfree(log.ring);
}

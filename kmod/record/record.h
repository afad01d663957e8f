/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_RECORD_H
#define WARDEN_RECORD_H

#include <linux/types.h>
#include <warden/chain.h>

/**
 * struct warden_record_status - counts since the module was loaded
 * @made: records made
 * @lost: records that left the ring before the notifier had them, or could not be made;
 *	  each is in the count of a loss record
 * @denials: denials, each coalesced one counted, observed ones too
 */
struct warden_record_status {
	u64 made;
	u64 lost;
	u64 denials;
};

/**
 * struct warden_record_key - what tells an event from others, for a maker that comes often
 * @generation: snapshot of the verdict; with @line it tells rule, labels and policy version
 * @object: a key of what it is about
 * @event: enum warden_event
 * @line: line of the rule
 * @pid: thread group
 * @uid: real user id
 * @class: enum warden_sensor_class
 * @reason: enum warden_reason
 * @observed: the denial was recorded and not carried out
 * @program: the program
 * @receipt: consent it is about; zero for none
 *
 * Compared with memcmp(): zeroed by its maker, padding included. Where the keys
 * of two events are equal, their records are, but for number, time and count.
 */
struct warden_record_key {
	u64 generation;
	u64 object;
	u32 event;
	u32 line;
	u32 pid;
	u32 uid;
	u32 class;
	u8 reason;
	u8 observed;
	struct warden_digest program;
	u8 receipt[WARDEN_RECEIPT_SIZE];
};

/**
 * struct warden_record_mark - where an event is counted that equals one of the last second
 * @place: which of the places
 * @taken: number of the event that has it; 0 is none
 */
struct warden_record_mark {
	u32 place;
	u64 taken;
};

/**
 * warden_record_init() - set up the ring and its notifier
 * @notify: told each record once, in order; called in process context, may sleep,
 *	    must not add records
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_record_init(void (*notify)(const struct warden_record *r));

/**
 * warden_record_exit() - tell what is left and drop the ring
 *
 * Context: Process context, may sleep; nobody may be adding or reading any more.
 */
void warden_record_exit(void);

/**
 * warden_record_add() - number and keep a record, have it chained and told
 * @r: the record; copied
 *
 * A verdict that equals one of the last second but for time is not kept: the
 * first one is told at once, and one record with the count of the others
 * follows when the second is over. Every other event is kept each time.
 *
 * Context: Any but hard interrupt; does not sleep, does not allocate.
 */
void warden_record_add(const struct warden_record *r);

/**
 * warden_record_repeat() - count an event that equals one of the last second
 * @key: what it is
 * @times: how often it was
 *
 * Spares its maker the record. As with verdicts, one record with the count of
 * all that were spared follows when the second is over.
 *
 * Context: Any but hard interrupt; does not sleep, does not allocate.
 * Return: true if it was counted; false if it wants a record of its own, by
 * warden_record_add_keyed().
 */
bool warden_record_repeat(const struct warden_record_key *key, u32 times);

/**
 * warden_record_add_keyed() - add a record, and count what equals it for a second
 * @r: the record; copied. Its count is how often it was; 0 is once
 * @key: what it is; copied
 *
 * Context: Any but hard interrupt; does not sleep, does not allocate.
 */
void warden_record_add_keyed(const struct warden_record *r, const struct warden_record_key *key);

/**
 * warden_record_find() - where an event with a key is counted now
 * @key: what it is
 * @mark: filled in; one that counts nothing where there is none
 *
 * Context: Any but hard interrupt; does not sleep, does not allocate.
 */
void warden_record_find(const struct warden_record_key *key, struct warden_record_mark *mark);

/**
 * warden_record_again() - warden_record_repeat() without the key
 * @mark: from warden_record_find() of the event; zeroed counts nothing
 *
 * Context: Any but hard interrupt; does not sleep, does not allocate.
 * Return: true if it was counted; false once the second is over, or the place another's.
 */
bool warden_record_again(const struct warden_record_mark *mark);

/**
 * warden_record_lose() - count a record that could not even be written
 * @denial: it was a denial, and counts as one
 *
 * For makers that found no memory. It counts as lost; the notifier makes one
 * loss record for all that came since the last one, so that a shortage does not
 * fill the ring.
 *
 * Context: Any but hard interrupt; does not sleep, does not allocate.
 */
void warden_record_lose(bool denial);

/**
 * warden_record_get() - copy the first record at or after a sequence number
 * @seq: sequence number
 * @r: filled in, chained
 *
 * Chains what was made up to there and is not chained yet.
 *
 * Context: Process context.
 * Return: 0, or -ENOENT when there is none yet.
 */
int warden_record_get(u64 seq, struct warden_record *r);

/**
 * warden_record_flush() - make records of the counts that wait, and wait until all is told
 *
 * Context: Process context, may sleep; not from the notifier.
 */
void warden_record_flush(void);

/**
 * warden_record_status() - how many there were
 * @st: filled in; consistent
 *
 * Context: Any but hard interrupt.
 */
void warden_record_status(struct warden_record_status *st);

#endif /* WARDEN_RECORD_H */

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

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_RECORD_H
#define WARDEN_RECORD_H

#include <linux/types.h>
#include <warden/chain.h>

/**
 * struct warden_record_status - counts since the module was loaded
 * @made: records made
 * @lost: records that left the ring unread by the notifier, or could not be made
 * @denials: denials, each coalesced one counted
 */
struct warden_record_status {
	u64 made;
	u64 lost;
	u64 denials;
};

int warden_record_init(void);
void warden_record_exit(void);

/**
 * warden_record_add() - number, chain and keep a record, and tell the audit group
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
 * warden_record_get() - copy the first record at or after a sequence number
 * @seq: sequence number
 * @r: filled in
 *
 * Context: Process context.
 * Return: 0, or -ENOENT when there is none yet.
 */
int warden_record_get(u64 seq, struct warden_record *r);
void warden_record_status(struct warden_record_status *st);

#endif /* WARDEN_RECORD_H */

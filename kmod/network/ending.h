/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_ENDING_H
#define WARDEN_ENDING_H

#include <linux/types.h>

struct sock;
struct warden_ending;
struct warden_record;
struct work_struct;

/**
 * enum warden_enders - workers for ends that may wait for ever, which keep no others from theirs
 * @WARDEN_ENDERS_LINK: of connections to brokers
 * @WARDEN_ENDERS_SWEEP: of sockets that are older than a policy, or live on an opening that is over
 * @WARDEN_ENDERS_NR: how many kinds there are
 */
enum warden_enders {
	WARDEN_ENDERS_LINK,
	WARDEN_ENDERS_SWEEP,
	WARDEN_ENDERS_NR,
};

/* What of a socket is ended, besides all of it, and one association by its number. */
#define WARDEN_ENDING_ALL   0
#define WARDEN_ENDING_TAKEN -1 /* a server goes on, and ends what it has taken */

bool warden_ending_now(struct sock *sk);
struct warden_ending *warden_ending_begin(struct sock *sk, struct warden_record *told, s32 what);
bool warden_ending_settle(struct warden_ending *c, unsigned long deadline, bool *late);
bool warden_ending_queue(enum warden_enders kind, const struct sock *sk, struct work_struct *work);
void warden_ending_flush(enum warden_enders kind);
int warden_ending_init(void);
void warden_ending_exit(void);

#endif /* WARDEN_ENDING_H */

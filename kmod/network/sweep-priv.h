/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SWEEP_PRIV_H
#define WARDEN_SWEEP_PRIV_H

#include <linux/in.h>
#include <linux/types.h>
#include <net/sock.h>
#include <warden/address.h>

struct request_sock;
struct warden_request;
struct warden_ending;
struct warden_layers;
struct warden_ports;

/* Sockets there is room for at first and at most, and ends that are under way at once. */
#define WARDEN_SWEEP_ROOM     512
#define WARDEN_SWEEP_ROOM_MAX (1U << 20)
#define WARDEN_SWEEP_ENDS     512

/**
 * struct warden_sweep_found - what a walk has found
 * @sk: the socket, held
 * @asoc: of a socket of many associations: the one it is about; 0 is all of the socket
 * @peer: with whom @asoc is, unmapped
 * @port: its port there, host order
 * @settled: it was looked at
 */
struct warden_sweep_found {
	struct sock *sk;
	s32 asoc;
	struct warden_address peer;
	u16 port;
	bool settled;
};

/**
 * struct warden_sweep - one walk over all sockets
 * @layers: the policy in force now
 * @before: the policy of before
 * @old: where that let nobody receive; NULL is nowhere
 * @out: it is about those that speak to others, and not about those that receive
 * @had: there was a policy before, and no boot profile
 * @abort: the policy has what is older ended
 * @reason: enum warden_reason, why the policy in force is another
 * @note: it only finds which sockets there are (sweep-note.c)
 * @nr: how many @found
 * @missed: those for which there was no room
 * @room: for how many @found has room
 * @older: sockets that it is not for, which end or go on
 * @told: records that were made
 * @more: sockets that none was made for
 * @halves: connections that were dropped before they were complete
 * @slipped: how many of these became complete meanwhile, or found no room
 * @late: an end was not there in time
 * @found: in the order of the walk
 * @nr_half: how many @half
 * @half: connections that are not complete and are to be dropped, held
 * @endings: ends that are under way
 */
struct warden_sweep {
	const struct warden_layers *layers;
	const struct warden_layers *before;
	const struct warden_ports *old;
	bool out;
	bool had;
	bool abort;
	bool note;
	u8 reason;
	u32 nr;
	u32 missed;
	u32 room;
	u32 older;
	u32 told;
	u32 more;
	u32 halves;
	u32 slipped;
	bool late;
	struct warden_sweep_found *found;
	u32 nr_half;
	struct request_sock *half[WARDEN_SWEEP_ENDS];
	struct warden_ending *endings[WARDEN_SWEEP_ENDS];
};

/**
 * warden_sweep_is_datagram() - is it one of UDP, of either kind?
 * @sk: the socket
 *
 * Context: Any.
 * Return: true where it is.
 */
static inline bool warden_sweep_is_datagram(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE;
}

bool warden_sweep_drops(const struct warden_sweep *s, const struct request_sock *half, u16 protocol);
bool warden_sweep_concerns(const struct warden_sweep *s, const struct warden_sweep_found *f, bool taken);
void warden_sweep_settle(struct warden_sweep *s);
void warden_sweep_consider(struct warden_sweep *s, struct sock *sk, bool taken);
void warden_sweep_consider_one(struct warden_sweep *s, const struct warden_sweep_found *f);
void warden_sweep_read_peer(struct warden_request *req, const struct warden_sweep_found *f);
void warden_sweep_let_go(struct sock *sk);
u32 warden_sweep_gather(struct warden_sweep *s);
void warden_sweep_free(struct warden_sweep *s);
void warden_sweep_walk_sctp(struct warden_sweep *s);
bool warden_sweep_empty_sctp(struct sock *sk);
bool warden_sweep_abort_sctp(struct sock *sk, s32 asoc);
bool warden_sweep_end_sctp(struct sock *sk);

#endif /* WARDEN_SWEEP_PRIV_H */

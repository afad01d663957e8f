/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SWEEP_PRIV_H
#define WARDEN_SWEEP_PRIV_H

#include <linux/in.h>
#include <linux/types.h>
#include <net/sock.h>
#include <warden/address.h>

struct warden_request;
struct warden_ending;
struct warden_layers;
struct warden_ports;

/* Sockets that are held at once, and how often the tables are walked for more of them. */
#define WARDEN_SWEEP_BATCH  512
#define WARDEN_SWEEP_ROUNDS 64

/**
 * struct warden_sweep_found - what a walk has found
 * @sk: the socket, held
 * @asoc: of a socket of many associations: the one it is about; 0 is all of the socket
 * @peer: with whom @asoc is, unmapped
 * @port: its port there, host order
 */
struct warden_sweep_found {
	struct sock *sk;
	s32 asoc;
	struct warden_address peer;
	u16 port;
};

/**
 * struct warden_sweep - one walk over all sockets
 * @layers: the policy in force now
 * @before: the policy of before
 * @old: where that let nobody receive; NULL is nowhere
 * @out: it is about those that speak to others, and not about those that receive
 * @had: there was a policy before, and no boot profile
 * @abort: the policy has what is older ended
 * @note: it only finds which sockets there are (sweep-note.c)
 * @skip: sockets to pass by, as those before them were looked at and still stand
 * @seen: sockets that were passed by
 * @nr: how many @found
 * @told: records that were made
 * @more: sockets that none was made for
 * @late: an end was not there in time
 * @found: in the order of the walk
 * @settled: those of @found that were looked at
 * @endings: their ends that are under way
 */
struct warden_sweep {
	const struct warden_layers *layers;
	const struct warden_layers *before;
	const struct warden_ports *old;
	bool out;
	bool had;
	bool abort;
	bool note;
	u32 skip;
	u32 seen;
	u32 nr;
	u32 told;
	u32 more;
	bool late;
	struct warden_sweep_found found[WARDEN_SWEEP_BATCH];
	bool settled[WARDEN_SWEEP_BATCH];
	struct warden_ending *endings[WARDEN_SWEEP_BATCH];
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

bool warden_sweep_concerns(const struct warden_sweep *s, const struct warden_sweep_found *f, bool taken);
u32 warden_sweep_settle(struct warden_sweep *s);
void warden_sweep_consider(struct warden_sweep *s, struct sock *sk, bool taken);
void warden_sweep_consider_one(struct warden_sweep *s, const struct warden_sweep_found *f);
void warden_sweep_read_peer(struct warden_request *req, const struct warden_sweep_found *f);
void warden_sweep_let_go(struct sock *sk);
void warden_sweep_walk(struct warden_sweep *s);
void warden_sweep_walk_sctp(struct warden_sweep *s);
bool warden_sweep_empty_sctp(struct sock *sk);
bool warden_sweep_abort_sctp(struct sock *sk, s32 asoc);
bool warden_sweep_end_sctp(struct sock *sk);

#endif /* WARDEN_SWEEP_PRIV_H */

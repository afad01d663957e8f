/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_AUDIT_STREAM_H
#define WARDEN_AUDIT_STREAM_H

#include <stdbool.h>

#include "nl.h"

/* Records in the order of their numbers, each once, however they came. */
struct warden_audit_stream {
	struct warden_nl *nl;
	uint64_t next;	/* number of the record that is due */
	uint64_t lost;	/* records that had left the ring before they could be read */
	uint64_t until; /* what is read from the ring ends before this number */
	bool overran;	/* the socket dropped records; which ones is seen once it is empty */
	warden_object_fn fn;
	void *ctx;
	struct warden_fault *fault;
};

/**
 * warden_audit_stream_start() - join the audit group and find out where we are
 * @s: the stream; nl, fn, ctx and fault are set
 * @since: number to start from, those of the ring first; 0 is only new ones
 *
 * Return: 0, what fn returned, or a negative errno with the fault set.
 */
int warden_audit_stream_start(struct warden_audit_stream *s, uint64_t since);

/**
 * warden_audit_stream_wait() - wait, and hand on what is due
 * @s: the stream
 * @timeout_ms: how long, -1 is for ever
 *
 * A record that was missed, because the socket overran or the module had no
 * memory to tell it, is read from the ring; what is not there any more is
 * counted in lost.
 *
 * Return: 0, -ETIMEDOUT, what fn returned, or a negative errno with the fault set.
 */
int warden_audit_stream_wait(struct warden_audit_stream *s, int timeout_ms);

#endif /* WARDEN_AUDIT_STREAM_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows libnl. Requests go in as attributes (blob.h),
 * answers come out as objects (wire.h), refusals as a fault with the kernel's
 * own sentence and the name of the attribute it is about.
 */
#ifndef WARDEN_NL_H
#define WARDEN_NL_H

#include "blob.h"
#include "fault.h"
#include "wire.h"

struct warden_nl;

/* Gets one object; it lives until the function returns. Not 0 ends a dump and is returned. */
typedef int (*warden_object_fn)(void *ctx, const struct warden_object *o);

/**
 * warden_nl_open() - connect to the module
 * @out: the connection
 * @f: why not
 *
 * Return: 0, -ENOENT where the module is not there, or another negative errno.
 */
int warden_nl_open(struct warden_nl **out, struct warden_fault *f);
void warden_nl_close(struct warden_nl *nl);

/**
 * warden_nl_do() - one command
 * @nl: the connection
 * @cmd: WARDEN_CMD_*
 * @request: its attributes, NULL for none
 * @fn: gets the answer, NULL where nobody wants it
 * @ctx: handed to @fn
 * @f: why it was refused
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int warden_nl_do(struct warden_nl *nl, int cmd, const struct warden_blob *request,
		 warden_object_fn fn, void *ctx, struct warden_fault *f);

/**
 * warden_nl_dump() - all objects of a list, read whole before the first is handed on
 *
 * As warden_nl_do(). A list that changes while it is read is read again, a few
 * times; then it is handed on as it is.
 */
int warden_nl_dump(struct warden_nl *nl, int cmd, const struct warden_blob *request,
		   warden_object_fn fn, void *ctx, struct warden_fault *f);

/**
 * warden_nl_audit_join() - have records sent from now on
 * @nl: the connection; a second socket is opened on it
 * @f: why not
 *
 * Return: 0, or a negative errno.
 */
int warden_nl_audit_join(struct warden_nl *nl, struct warden_fault *f);

/**
 * warden_nl_audit_wait() - wait for records and hand them on
 * @nl: a connection that joined
 * @timeout_ms: how long, -1 is for ever
 * @fn: gets each record
 * @ctx: handed to @fn
 * @f: why not
 *
 * Return: 0 where some came, -ETIMEDOUT where none did, -ENOBUFS where the
 * socket overran and some are missing, what @fn returned, or a negative errno.
 */
int warden_nl_audit_wait(struct warden_nl *nl, int timeout_ms, warden_object_fn fn, void *ctx,
			 struct warden_fault *f);

/**
 * warden_nl_audit_fd() - what tells that records are there to be read
 * @nl: a connection that joined
 *
 * Return: a descriptor to poll for input; it stays the connection's.
 */
int warden_nl_audit_fd(const struct warden_nl *nl);

#endif /* WARDEN_NL_H */

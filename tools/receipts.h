/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Consent records as JSON with the fields of ISO/IEC TS 27560:2023, to be kept or taken
 * elsewhere. What that document has no field for stands in a member "warden".
 */
#ifndef WARDEN_RECEIPTS_H
#define WARDEN_RECEIPTS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "blob.h"
#include "fault.h"
#include "wire.h"

#define WARDEN_RECEIPTS_SCHEMA "ISO/IEC TS 27560:2023, warden 1"

struct json_object;

/**
 * struct warden_receipt - what is taken of a record that is read
 * @request: attributes of a consent-restore, without the validity and the second of the week
 * @alive: it is given, dormant or suspended; others are history
 * @lasting: it is not for one open, one process or one life of Warden
 * @windows: it holds in parts of the week only
 * @seconds: of validity left when it was written; 0 is until withdrawn
 */
struct warden_receipt {
	struct warden_blob request;
	bool alive;
	bool lasting;
	bool windows;
	uint64_t seconds;
};

/**
 * warden_receipts_write() - a record of the module, written out
 * @o: the record
 * @boot: now on the boot-time clock, in ns
 * @wall: now on the wall clock, which moments are told by
 *
 * Return: the record; to be put by the caller.
 */
struct json_object *warden_receipts_write(const struct warden_object *o, uint64_t boot, time_t wall);

/**
 * warden_receipts_read() - a written record, read back
 * @r: filled in; its request is freed with warden_blob_free() in any case
 * @json: the record
 * @f: which field is none, or is not as it is written
 *
 * Return: 0 or -EBADMSG.
 */
int warden_receipts_read(struct warden_receipt *r, struct json_object *json, struct warden_fault *f);

/* Moments as these files have them: 2030-01-31T12:00:00Z. */
#define WARDEN_RECEIPT_TIME 24
const char *warden_receipts_time(char to[WARDEN_RECEIPT_TIME], time_t at);
bool warden_receipts_moment(time_t *at, const char *text);

#endif /* WARDEN_RECEIPTS_H */

// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "chains.h"
#include "policy/digest.h"

static bool differs(struct warden_walk *w, uint64_t seq, const char *what)
{
	w->wrong = seq;
	snprintf(w->what, sizeof(w->what), "%s", what);
	return false;
}

/* Copies what is there, of exactly @size bytes; what is absent stays zero. */
static bool copy_bytes(uint8_t *to, size_t size, const struct warden_object *o, int attr)
{
	const struct warden_value *v = &o->v[attr];

	if (v->data && v->len != size)
		return false;
	if (v->data)
		memcpy(to, v->data, size);
	return true;
}

static bool copy_text(char *to, size_t max, const struct warden_object *o, int attr)
{
	const char *text = warden_object_string(o, attr);
	size_t len = strlen(text);

	if (len > max)
		return false;
	memcpy(to, text, len + 1);
	return true;
}

static void extend(uint8_t chain[WARDEN_DIGEST_SIZE], const void *data, size_t len)
{
	uint8_t buf[WARDEN_DIGEST_SIZE + WARDEN_RECORD_PACKED_MAX];

	memcpy(buf, chain, WARDEN_DIGEST_SIZE);
	memcpy(buf + WARDEN_DIGEST_SIZE, data, len);
	warden_sha256(chain, buf, WARDEN_DIGEST_SIZE + len);
}

static bool read_record(struct warden_record *r, const struct warden_object *o)
{
	memset(r, 0, sizeof(*r));
	r->seq = warden_object_number(o, WARDEN_A_RECORD_SEQ);
	r->time = warden_object_number(o, WARDEN_A_RECORD_TIME);
	r->generation = warden_object_number(o, WARDEN_A_RECORD_GENERATION);
	r->took = warden_object_number(o, WARDEN_A_RECORD_TOOK);
	r->event = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_EVENT);
	r->domain = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_DOMAIN);
	r->action = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_ACTION);
	r->reason = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_REASON);
	r->line = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_LINE);
	r->policy_version = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_POLICY_VERSION);
	r->count = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_COUNT);
	r->pid = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_PID);
	r->uid = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_UID);
	r->class = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_CLASS);
	r->layer = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_LAYER);
	r->family = (uint16_t)warden_object_number(o, WARDEN_A_RECORD_FAMILY);
	r->protocol = (uint16_t)warden_object_number(o, WARDEN_A_RECORD_PROTOCOL);
	r->port = (uint16_t)warden_object_number(o, WARDEN_A_RECORD_PORT);
	r->observed = (uint8_t)warden_object_number(o, WARDEN_A_RECORD_OBSERVED);
	r->has_receipt = warden_object_has(o, WARDEN_A_RECORD_RECEIPT);
	r->program_digest.alg = (uint8_t)warden_object_number(o, WARDEN_A_RECORD_PROGRAM_ALG);
	r->object_digest.alg = (uint8_t)warden_object_number(o, WARDEN_A_RECORD_OBJECT_ALG);
	return copy_bytes(r->program_digest.bytes, WARDEN_DIGEST_SIZE, o,
			  WARDEN_A_RECORD_PROGRAM_DIGEST) &&
	       copy_bytes(r->object_digest.bytes, WARDEN_DIGEST_SIZE, o,
			  WARDEN_A_RECORD_OBJECT_DIGEST) &&
	       copy_bytes(r->receipt, WARDEN_RECEIPT_SIZE, o, WARDEN_A_RECORD_RECEIPT) &&
	       copy_bytes(r->chain, WARDEN_DIGEST_SIZE, o, WARDEN_A_RECORD_CHAIN) &&
	       copy_text(r->program, WARDEN_PATH_MAX, o, WARDEN_A_RECORD_PROGRAM) &&
	       copy_text(r->object, WARDEN_PATH_MAX, o, WARDEN_A_RECORD_OBJECT) &&
	       copy_text(r->purpose, WARDEN_LABEL_MAX, o, WARDEN_A_RECORD_PURPOSE);
}

/* Numbers go up by one; the walk may begin anywhere. */
static bool step(struct warden_walk *w, uint64_t seq)
{
	char what[80];

	if (w->entries && seq != w->last + 1) {
		snprintf(what, sizeof(what), "number %" PRIu64 " follows number %" PRIu64, seq,
			 w->last);
		return differs(w, seq, what);
	}
	if (!w->entries)
		w->first = seq;
	w->entries++;
	w->last = seq;
	return true;
}

bool warden_walk_record(struct warden_walk *w, const struct warden_object *o)
{
	uint8_t packed[WARDEN_RECORD_PACKED_MAX];
	uint64_t seq = warden_object_number(o, WARDEN_A_RECORD_SEQ);
	struct warden_record r;
	bool trusted = !w->entries && seq != 1;

	if (!step(w, seq))
		return false;
	if (!read_record(&r, o))
		return differs(w, seq, "a field has the wrong size");
	if (trusted) {
		memcpy(w->chain, r.chain, sizeof(w->chain));
		return true;
	}
	extend(w->chain, packed, warden_record_pack(&r, packed));
	if (memcmp(w->chain, r.chain, sizeof(w->chain)))
		return differs(w, seq, "the chain value is not that of this record");
	return true;
}

static bool read_measurement(struct warden_measurement *m, const struct warden_object *o)
{
	memset(m, 0, sizeof(*m));
	m->seq = warden_object_number(o, WARDEN_A_MEASUREMENT_SEQ);
	m->domain = (uint32_t)warden_object_number(o, WARDEN_A_MEASUREMENT_DOMAIN);
	m->digest.alg = (uint8_t)warden_object_number(o, WARDEN_A_MEASUREMENT_ALG);
	return copy_bytes(m->digest.bytes, WARDEN_DIGEST_SIZE, o, WARDEN_A_MEASUREMENT_DIGEST) &&
	       copy_bytes(m->template, WARDEN_DIGEST_SIZE, o, WARDEN_A_MEASUREMENT_TEMPLATE) &&
	       copy_bytes(m->chain, WARDEN_DIGEST_SIZE, o, WARDEN_A_MEASUREMENT_CHAIN) &&
	       copy_text(m->label, WARDEN_PATH_MAX, o, WARDEN_A_MEASUREMENT_LABEL);
}

bool warden_walk_measurement(struct warden_walk *w, const struct warden_object *o)
{
	uint8_t packed[WARDEN_MEASUREMENT_PACKED_MAX], template[WARDEN_DIGEST_SIZE];
	uint64_t seq = warden_object_number(o, WARDEN_A_MEASUREMENT_SEQ);
	struct warden_measurement m;

	if (!w->entries && seq != 1)
		return differs(w, seq, "the log does not begin with number 1");
	if (!step(w, seq))
		return false;
	if (!read_measurement(&m, o))
		return differs(w, seq, "a field has the wrong size");
	warden_sha256(template, packed, warden_measurement_pack(&m, packed));
	if (memcmp(template, m.template, sizeof(template)))
		return differs(w, seq, "the template is not that of its fields");
	extend(w->chain, template, sizeof(template));
	if (memcmp(w->chain, m.chain, sizeof(w->chain)))
		return differs(w, seq, "the chain value is not that of this entry");
	/* The start entry holds what the PCR was; all others were extended into it. */
	if (seq == 1)
		memcpy(w->pcr, m.digest.bytes, sizeof(w->pcr));
	else
		extend(w->pcr, template, sizeof(template));
	return true;
}

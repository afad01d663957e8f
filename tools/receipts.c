// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "json_wire.h"
#include "output.h"
#include "receipts.h"

#define NS_PER_S 1000000000u

enum section { HEADER, PURPOSES, WARDEN, SECTIONS };

/* Where an attribute stands in a record. "purposes" is a list, as there, of one. */
static const char *const sections[SECTIONS] = { NULL, "purposes", "warden" };

static const struct place {
	const char *wire; /* NULL: made of several, and told for people alone */
	enum section section;
	const char *name;
} places[] = {
	{ "receipt", HEADER, "record_id" },
	{ "principal", HEADER, "pii_principal_id" },
	{ "notice", HEADER, "privacy_notice" },
	{ NULL, HEADER, "purposes" },
	{ NULL, HEADER, "validity_duration" },
	{ NULL, HEADER, "events" },
	{ NULL, HEADER, "warden" },
	{ "purpose", PURPOSES, "purpose" },
	{ "basis", PURPOSES, "lawful_basis" },
	{ "class", PURPOSES, "pii_type" },
	{ "jurisdiction", PURPOSES, "jurisdiction" },
	{ "program", WARDEN, "program" },
	{ "program-digest", WARDEN, "program_digests" },
	{ "state", WARDEN, "state" },
	{ "validity", WARDEN, "validity" },
	{ "context", WARDEN, "context" },
	{ "window", WARDEN, "windows" },
	{ "week", WARDEN, "week" },
	{ "issued", WARDEN, "issued" },
	{ "uses", WARDEN, "uses" },
	{ NULL, WARDEN, "last_used" },
};

#define PLACES (sizeof(places) / sizeof(*places))

/* What consent-restore takes; of the week, the second of now is the importer's to put. */
static const char *const restored[] = {
	"receipt", "program", "class", "purpose", "principal", "basis", "notice", "context",
	"window", "jurisdiction", "issued", "uses", "program-digest", NULL,
};

const char *warden_receipts_time(char to[WARDEN_RECEIPT_TIME], time_t at)
{
	struct tm tm;

	if (!gmtime_r(&at, &tm) || !strftime(to, WARDEN_RECEIPT_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm))
		to[0] = '\0';
	return to;
}

bool warden_receipts_moment(time_t *at, const char *text)
{
	struct tm tm = { .tm_sec = 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	*at = timegm(&tm);
	return end && !*end;
}

/* --- written ------------------------------------------------------------------------------ */

static void add_time(struct json_object *to, const char *name, time_t at)
{
	char text[WARDEN_RECEIPT_TIME];

	json_object_object_add(to, name, json_object_new_string(warden_receipts_time(text, at)));
}

static void add_event(struct json_object *events, time_t at, const char *state, const char *reason)
{
	struct json_object *event = json_object_new_object();

	add_time(event, "event_time", at);
	json_object_object_add(event, "event_state", json_object_new_string(state));
	json_object_object_add(event, "event_type", json_object_new_string(reason));
	json_object_array_add(events, event);
}

/* What was on the boot-time clock, by the wall clock of now; what came while the records were read is now. */
static time_t wall_of(uint64_t boot_ns, uint64_t boot, time_t wall)
{
	return boot_ns < boot ? wall - (time_t)((boot - boot_ns) / NS_PER_S) : wall;
}

static struct json_object *write_events(const struct warden_object *o, uint64_t boot, time_t wall)
{
	struct json_object *events = json_object_new_array();
	struct warden_object step;
	size_t n;

	add_event(events, (time_t)warden_object_number(o, WARDEN_A_CONSENT_ISSUED), "given", "none");
	for (n = 0; !warden_object_nth(o, WARDEN_A_CONSENT_STEP, n, &step); n++)
		add_event(events, wall_of(warden_object_number(&step, WARDEN_A_CONSENT_STEP_TIME), boot,
					  wall),
			  warden_object_word(&step, WARDEN_A_CONSENT_STEP_STATE),
			  warden_object_word(&step, WARDEN_A_CONSENT_STEP_REASON));
	return events;
}

/* Each attribute into its section. */
static void write_places(struct json_object *all, struct json_object *into[SECTIONS])
{
	struct json_object *value;
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (places[i].wire && json_object_object_get_ex(all, places[i].wire, &value))
			json_object_object_add(into[places[i].section], places[i].name,
					       json_object_get(value));
}

struct json_object *warden_receipts_write(const struct warden_object *o, uint64_t boot, time_t wall)
{
	struct json_object *record = json_object_new_object(), *all = warden_output_object(o);
	struct json_object *into[SECTIONS] = { record, json_object_new_object(),
					       json_object_new_object() };
	struct json_object *purposes = json_object_new_array();
	uint64_t expires = warden_object_number(o, WARDEN_A_CONSENT_EXPIRES);
	uint64_t used = warden_object_number(o, WARDEN_A_CONSENT_USED);

	write_places(all, into);
	if (used)
		add_time(into[WARDEN], "last_used", wall_of(used, boot, wall));
	if (expires)
		json_object_object_add(record, "validity_duration", json_object_new_uint64(
			expires > boot ? (expires - boot + NS_PER_S - 1) / NS_PER_S : 0));
	json_object_array_add(purposes, into[PURPOSES]);
	json_object_object_add(record, "purposes", purposes);
	json_object_object_add(record, "events", write_events(o, boot, wall));
	json_object_object_add(record, "warden", into[WARDEN]);
	json_object_put(all);
	return record;
}

/* --- read --------------------------------------------------------------------------------- */

static int bad(struct warden_fault *f, const char *what, const char *name)
{
	return warden_fault_set(f, -EBADMSG, "import what `consent export` wrote, with a wardenctl that "
				"knows its fields", "%s `%s`", what, name);
}

static const struct place *find_place(enum section section, const char *name)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (places[i].section == section && !strcmp(places[i].name, name))
			return &places[i];
	return NULL;
}

/* The members of a section, by the names of the wire. */
static int read_section(struct json_object *wire, enum section section, struct json_object *from,
			struct warden_fault *f)
{
	if (!json_object_is_type(from, json_type_object))
		return bad(f, "there is no field", sections[section] ?: "record_id");
	json_object_object_foreach(from, name, value) {
		const struct place *place = find_place(section, name);

		if (!place)
			return bad(f, "no record has a field", name);
		if (place->wire)
			json_object_object_add(wire, place->wire, json_object_get(value));
	}
	return 0;
}

static struct json_object *member(struct json_object *json, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(json, name, &value);
	return value;
}

static int read_sections(struct json_object *wire, struct json_object *json, struct warden_fault *f)
{
	struct json_object *purposes;
	int err = read_section(wire, HEADER, json, f);

	if (err)
		return err;
	purposes = member(json, "purposes");
	if (!json_object_is_type(purposes, json_type_array) || json_object_array_length(purposes) != 1)
		return bad(f, "one purpose is wanted in", "purposes");
	err = read_section(wire, PURPOSES, json_object_array_get_idx(purposes, 0), f);
	return err ? err : read_section(wire, WARDEN, member(json, "warden"), f);
}

/*
 * What is read must come out of the wire as it went in: that finds a member too many, of
 * another kind, or in a form nobody writes, in whatever depth.
 */
static int read_wire(struct warden_blob *b, struct warden_object *o, struct json_object *wire)
{
	struct json_object *again;
	bool same = false;

	if (warden_json_blob(b, wire, warden_set_consent()) ||
	    warden_object_parse(o, warden_set_consent(), b->data, b->len))
		return -EBADMSG;
	again = warden_output_object(o);
	same = json_object_equal(wire, again);
	json_object_put(again);
	return same ? 0 : -EBADMSG;
}

static int read_duration(struct warden_receipt *r, struct json_object *json, struct warden_fault *f)
{
	struct json_object *seconds = member(json, "validity_duration");

	if (seconds && !json_object_is_type(seconds, json_type_int))
		return bad(f, "seconds are wanted in", "validity_duration");
	r->seconds = seconds ? json_object_get_uint64(seconds) : 0;
	if (seconds && !r->seconds) /* it had run out */
		r->alive = false;
	return 0;
}

static void read_state(struct warden_receipt *r, const struct warden_object *o)
{
	uint64_t state = warden_object_number(o, WARDEN_A_CONSENT_STATE);

	r->alive = state == WARDEN_CONSENT_STATE_GIVEN || state == WARDEN_CONSENT_STATE_DORMANT ||
		   state == WARDEN_CONSENT_STATE_SUSPENDED;
	r->lasting = warden_object_number(o, WARDEN_A_CONSENT_VALIDITY) ==
		     WARDEN_CONSENT_VALIDITY_LASTING;
	r->windows = warden_object_has(o, WARDEN_A_CONSENT_WINDOW);
}

int warden_receipts_read(struct warden_receipt *r, struct json_object *json, struct warden_fault *f)
{
	struct json_object *wire = json_object_new_object();
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;
	int err;

	memset(r, 0, sizeof(*r));
	err = read_sections(wire, json, f);
	if (!err && read_wire(&b, &o, wire))
		err = bad(f, "a field is not as it is written in record", json_object_get_string(
			member(json, "record_id")) ?: "?");
	if (!err) {
		read_state(r, &o);
		err = read_duration(r, json, f);
	}
	if (!err)
		err = warden_json_members(&r->request, wire, restored, warden_set_consent());
	warden_blob_free(&b);
	json_object_put(wire);
	return err;
}

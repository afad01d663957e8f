// SPDX-License-Identifier: GPL-2.0-only
/*
 * What outlives Warden and the power: consents, switches, the quarantine, the lock, unused rules,
 * versions, an enrolled root, the owner.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../cmd.h"
#include "../json_wire.h"
#include "../nl.h"
#include "../output.h"
#include "../state_file.h"
#include "../window.h"
#include "state_cut.h"
#include "state_owner.h"
#include "state_purpose.h"
#include "state_tamper.h"
#include "state_use.h"

#define FORMAT 1
#define NS_PER_S 1000000000u

/* What of a record is saved, by the names the wire has. */
static const char *const saved_members[] = {
	"receipt", "program", "class", "purpose", "principal", "basis", "notice", "context",
	"window", "week", "jurisdiction", "issued", "uses", "program-digest", NULL,
};

struct options {
	const char *file;
	char counter[4096];
	bool trust_clock;
};

static int read_options(struct options *o, int argc, char **argv, bool restore)
{
	static const struct option options[] = {
		{ "counter", required_argument, NULL, 'c' },
		{ "trust-clock", no_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	const char *counter = NULL;
	int c;

	memset(o, 0, sizeof(*o));
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			counter = optarg;
		else if (c == 't' && restore)
			o->trust_clock = true;
		else
			return c == 't' ? warden_usage_wrong("state save takes no --trust-clock") :
					  WARDEN_EXIT_USAGE;
	}
	if (argc - optind != 1)
		return warden_usage_wrong("state %s wants one file", argv[0]);
	o->file = argv[optind];
	if (snprintf(o->counter, sizeof(o->counter), counter ? "%s" : "%s.counter",
		     counter ? counter : o->file) >= (int)sizeof(o->counter))
		return warden_usage_wrong("the name of the counter's file is too long");
	return 0;
}

/* --- save ------------------------------------------------------------------------------- */

struct saving {
	struct json_object *state;
	struct json_object *consents;
	uint64_t now; /* boot-time clock, in ns */
	size_t left_out;
};

static void save_floor(struct json_object *floors, const struct warden_object *layer)
{
	struct json_object *one = json_object_new_object();

	json_object_object_add(one, "layer", json_object_new_string(
		warden_object_word(layer, WARDEN_A_LAYER_LAYER)));
	json_object_object_add(one, "floor", json_object_new_uint64(
		warden_object_number(layer, WARDEN_A_LAYER_FLOOR)));
	json_object_array_add(floors, one);
}

static int save_status(void *ctx, const struct warden_object *o)
{
	struct json_object *off = json_object_new_array(), *floors = json_object_new_array();
	struct saving *s = ctx;
	struct warden_object nest;
	size_t n;

	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_SWITCHED_OFF, n, &nest); n++)
		json_object_array_add(off, json_object_new_string(
			warden_object_word(&nest, WARDEN_A_SWITCHED_CLASS)));
	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_LAYER, n, &nest); n++)
		if (warden_object_number(&nest, WARDEN_A_LAYER_FLOOR))
			save_floor(floors, &nest);
	json_object_object_add(s->state, "off", off);
	json_object_object_add(s->state, "floors", floors);
	json_object_object_add(s->state, "context", json_object_new_string(
		warden_object_word(o, WARDEN_A_STATUS_CONTEXT)));
	warden_state_save_tamper(s->state, o);
	s->now = warden_object_number(o, WARDEN_A_STATUS_NOW);
	return 0;
}

static bool is_lasting(const struct warden_object *o)
{
	uint64_t state = warden_object_number(o, WARDEN_A_CONSENT_STATE);

	return state == WARDEN_CONSENT_STATE_GIVEN || state == WARDEN_CONSENT_STATE_DORMANT ||
	       state == WARDEN_CONSENT_STATE_SUSPENDED;
}

static int save_consent(void *ctx, const struct warden_object *o)
{
	struct saving *s = ctx;
	struct json_object *all, *one, *value;
	uint64_t expires = warden_object_number(o, WARDEN_A_CONSENT_EXPIRES);
	size_t i;

	if (!is_lasting(o) || (expires && expires <= s->now))
		return 0;
	if (warden_object_number(o, WARDEN_A_CONSENT_VALIDITY) != WARDEN_CONSENT_VALIDITY_LASTING) {
		s->left_out++;
		return 0;
	}
	all = warden_output_object(o);
	one = json_object_new_object();
	for (i = 0; saved_members[i]; i++)
		if (json_object_object_get_ex(all, saved_members[i], &value))
			json_object_object_add(one, saved_members[i], json_object_get(value));
	if (expires)
		json_object_object_add(one, "seconds",
				       json_object_new_uint64((expires - s->now) / NS_PER_S));
	json_object_array_add(s->consents, one);
	json_object_put(all);
	return 0;
}

/* A root that was built in is there anyhow. */
static int save_trusted(void *ctx, const struct warden_object *o)
{
	struct saving *s = ctx;

	if (warden_object_number(o, WARDEN_A_TRUST_SOURCE) == WARDEN_TRUST_SOURCE_ENROLLED)
		json_object_object_add(s->state, "root", warden_output_object(o));
	if (warden_object_number(o, WARDEN_A_TRUST_SOURCE) == WARDEN_TRUST_SOURCE_OWNER)
		json_object_object_add(s->state, "owner", warden_output_object(o));
	return 0;
}

static int gather(struct saving *s, struct warden_fault *f)
{
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (err)
		return err;
	err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, save_status, s, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_TRUST_GET, NULL, save_trusted, s, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_CONSENT_GET, NULL, save_consent, s, f);
	if (!err)
		err = warden_state_save_cut(s->state, nl, f);
	if (!err)
		err = warden_state_save_use(s->state, nl, f);
	if (!err)
		err = warden_state_save_purposes(s->state, nl, f);
	warden_nl_close(nl);
	return err;
}

static int save(struct saving *s, const struct options *o, struct warden_fault *f)
{
	uint64_t counter;
	int err = warden_counter_make(o->counter, f);

	if (!err)
		err = warden_counter_read(o->counter, &counter, f);
	if (!err)
		err = gather(s, f);
	if (err)
		return err;
	json_object_object_add(s->state, "warden-state", json_object_new_int(FORMAT));
	json_object_object_add(s->state, "counter", json_object_new_uint64(counter + 1));
	json_object_object_add(s->state, "saved", json_object_new_uint64((uint64_t)time(NULL)));
	json_object_object_add(s->state, "consents", json_object_get(s->consents));
	warden_state_save_device(s->state);
	/* The state first: where the power goes in between, it is newer than its counter. */
	err = warden_state_write(o->file, json_object_to_json_string_ext(
		s->state, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE), f);
	return err ? err : warden_counter_write(o->counter, counter + 1, f);
}

static int run_save(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct saving s = { .left_out = 0 };
	struct warden_fault f;
	struct options o;
	int err;

	if (read_options(&o, argc, argv, false))
		return WARDEN_EXIT_USAGE;
	s.state = json_object_new_object();
	s.consents = json_object_new_array();
	err = save(&s, &o, &f);
	if (!err && ctl->json)
		printf("{\"consents\":%zu,\"left-out\":%zu}\n", json_object_array_length(s.consents),
		       s.left_out);
	else if (!err)
		printf("saved: %zu consents; %zu for one open, run or session are left out\n",
		       json_object_array_length(s.consents), s.left_out);
	json_object_put(s.consents);
	json_object_put(s.state);
	return err ? warden_fault_print(&f, "state save") : WARDEN_EXIT_OK;
}

/* --- restore ---------------------------------------------------------------------------- */

struct restoring {
	struct json_object *state;
	struct warden_nl *nl;
	struct warden_fault *f;
	bool trust_clock;
	uint64_t away; /* seconds since the save, by the wall clock */
	size_t back;
	size_t ended;
};

static int bad_state(struct restoring *r)
{
	return warden_fault_set(r->f, -EBADMSG, "name a file that state save wrote",
				"this is no state that this wardenctl can read");
}

static struct json_object *member(struct restoring *r, const char *name, enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(r->state, name, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

static int send(struct restoring *r, int cmd, struct warden_blob *b)
{
	int err = warden_nl_do(r->nl, cmd, b, NULL, NULL, r->f);

	warden_blob_free(b);
	*b = (struct warden_blob){ NULL, 0, 0 };
	return err;
}

/* One message for each element of an array. */
static int send_each(struct restoring *r, const char *name, int cmd, const char *const *names,
		     const struct warden_wire_set *set)
{
	struct json_object *array = member(r, name, json_type_array);
	struct warden_blob b = { NULL, 0, 0 };
	size_t i;
	int err = array ? 0 : bad_state(r);

	for (i = 0; !err && i < json_object_array_length(array); i++) {
		err = warden_json_members(&b, json_object_array_get_idx(array, i), names, set);
		err = err ? bad_state(r) : send(r, cmd, &b);
	}
	warden_blob_free(&b);
	return err;
}

static int restore_root(struct restoring *r)
{
	static const char *const names[] = { "certificate", "not-after", NULL };
	struct json_object *root = member(r, "root", json_type_object);
	struct warden_blob b = { NULL, 0, 0 };

	if (!root)
		return 0;
	if (warden_json_members(&b, root, names, warden_set_trust())) {
		warden_blob_free(&b);
		return bad_state(r);
	}
	return send(r, WARDEN_CMD_TRUST_ENROLL, &b);
}

static int restore_switches(struct restoring *r)
{
	struct json_object *off = member(r, "off", json_type_array);
	struct warden_blob b = { NULL, 0, 0 };
	size_t i;
	int class, err = off ? 0 : bad_state(r);

	for (i = 0; !err && i < json_object_array_length(off); i++) {
		class = warden_enum_value(warden_enum_sensor_class(), json_object_get_string(
			json_object_array_get_idx(off, i)));
		if (class <= WARDEN_SENSOR_CLASS_FREE)
			return bad_state(r);
		warden_blob_put_u32(&b, WARDEN_A_SWITCH_CLASS, (uint32_t)class);
		warden_blob_put_u32(&b, WARDEN_A_SWITCH_OFF, 1);
		err = send(r, WARDEN_CMD_SWITCH_SET, &b);
	}
	return err;
}

static int restore_context(struct restoring *r)
{
	static const char *const names[] = { "context", NULL };
	struct warden_blob b = { NULL, 0, 0 };

	if (warden_json_members(&b, r->state, names, warden_set_consent()))
		return bad_state(r);
	return send(r, WARDEN_CMD_CONTEXT_SET, &b);
}

/* False where a consent has ended, or nothing says how long Warden was away. */
static bool put_time(struct restoring *r, struct warden_blob *b, struct json_object *consent)
{
	struct json_object *seconds, *window;
	uint64_t left;

	if (json_object_object_get_ex(consent, "window", &window)) {
		if (!r->trust_clock)
			return false;
		json_object_object_add(consent, "week", json_object_new_uint64(warden_window_now()));
	}
	if (!json_object_object_get_ex(consent, "seconds", &seconds))
		return true;
	left = json_object_get_uint64(seconds);
	if (!r->trust_clock || left <= r->away)
		return false;
	warden_blob_put_u64(b, WARDEN_A_CONSENT_SECONDS, left - r->away);
	return true;
}

static int restore_consents(struct restoring *r)
{
	struct json_object *consents = member(r, "consents", json_type_array), *one;
	struct warden_blob b = { NULL, 0, 0 };
	size_t i;
	int err = consents ? 0 : bad_state(r);

	for (i = 0; !err && i < json_object_array_length(consents); i++) {
		one = json_object_array_get_idx(consents, i);
		if (!json_object_is_type(one, json_type_object))
			return bad_state(r);
		if (!put_time(r, &b, one)) {
			r->ended++;
			continue;
		}
		if (warden_json_members(&b, one, saved_members, warden_set_consent()))
			err = bad_state(r);
		else
			err = send(r, WARDEN_CMD_CONSENT_RESTORE, &b);
		r->back += !err;
	}
	warden_blob_free(&b);
	return err;
}

/* An older state would bring back what was withdrawn since. */
static int check_state(struct restoring *r, uint64_t counter)
{
	struct json_object *format = member(r, "warden-state", json_type_int);
	struct json_object *own = member(r, "counter", json_type_int);
	struct json_object *saved = member(r, "saved", json_type_int);
	uint64_t now = (uint64_t)time(NULL);

	if (!format || !own || !saved || json_object_get_int(format) != FORMAT)
		return bad_state(r);
	if (json_object_get_uint64(own) < counter)
		return warden_fault_set(r->f, -ESTALE, "restore the newest state",
					"this is state %" PRIu64 ", and %" PRIu64 " was saved since",
					json_object_get_uint64(own), counter);
	if (r->trust_clock && now < json_object_get_uint64(saved))
		return warden_fault_set(r->f, -ESTALE, "set the clock, or leave --trust-clock out",
					"the wall clock is before the time of the save");
	r->away = now - json_object_get_uint64(saved);
	return 0;
}

static int restore(struct restoring *r, const struct options *o)
{
	static const char *const floor[] = { "layer", "floor", NULL };
	struct warden_blob none = { NULL, 0, 0 };
	uint64_t counter;
	char *text;
	int err = warden_state_read(o->file, &text, r->f);

	if (err)
		return err;
	r->state = json_tokener_parse(text);
	free(text);
	err = warden_counter_read(o->counter, &counter, r->f);
	if (!err)
		err = check_state(r, counter);
	if (!err)
		err = warden_state_check_device(r->state, r->f);
	if (!err)
		err = warden_nl_open(&r->nl, r->f);
	if (err)
		return err;
	/* What takes away comes first: where the rest fails, less is open and not more. */
	err = warden_state_restore_tamper(r->state, r->nl, r->f);
	if (!err)
		err = restore_switches(r);
	if (!err)
		err = warden_state_restore_cut(r->state, r->nl, r->f);
	if (!err)
		err = warden_state_restore_purposes(r->state, r->trust_clock ? r->away : 0, r->nl, r->f);
	if (!err)
		err = restore_root(r);
	if (!err)
		err = warden_state_restore_owner(r->state, r->nl, r->f);
	if (!err)
		err = warden_state_restore_use(r->state, r->nl, r->f);
	if (!err)
		err = send_each(r, "floors", WARDEN_CMD_POLICY_FLOOR, floor, warden_set_policy());
	if (!err)
		err = restore_context(r);
	if (!err)
		err = restore_consents(r);
	if (!err)
		err = send(r, WARDEN_CMD_STATE_SEAL, &none);
	warden_nl_close(r->nl);
	return err;
}

static int run_restore(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_fault f;
	struct restoring r = { .f = &f };
	struct options o;
	int err;

	if (read_options(&o, argc, argv, true))
		return WARDEN_EXIT_USAGE;
	r.trust_clock = o.trust_clock;
	err = restore(&r, &o);
	json_object_put(r.state);
	if (err)
		return warden_fault_print(&f, "state restore");
	if (ctl->json)
		printf("{\"consents\":%zu,\"ended\":%zu}\n", r.back, r.ended);
	else
		printf("restored: %zu consents; %zu ended meanwhile\n", r.back, r.ended);
	return WARDEN_EXIT_OK;
}

const struct warden_noun *warden_noun_state(void)
{
	static const struct warden_verb verbs[] = {
		{ "save", "FILE [--counter FILE|tpm:INDEX]", run_save },
		{ "restore", "FILE [--counter FILE|tpm:INDEX] [--trust-clock]", run_restore },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "state", "what outlives Warden and the power",
						 verbs };

	return &noun;
}

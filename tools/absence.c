// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "absence.h"
#include "usage.h"

__attribute__((format(printf, 2, 3)))
static int refuse(struct warden_absence *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(a->why, sizeof(a->why), format, args);
	va_end(args);
	return 1;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* A topology name ends with the node's. */
static const char *node_of(const char *object)
{
	const char *slash = strrchr(object, '/');

	return slash ? slash + 1 : object;
}

/* A raw node of an input device, or what debugfs tells of one, shows whatever that device measures. */
static bool is_raw(const char *object)
{
	const char *node = node_of(object);

	return begins(node, "hidraw") || begins(node, "hiddev") || begins(object, "debugfs/hid/");
}

/* What the maker of a hub of sensors made up is of one class, and may measure anything. */
static bool is_made_up(const char *object)
{
	return begins(node_of(object), "HID-SENSOR-");
}

static bool is_chip(const char *object)
{
	return begins(node_of(object), "iio:device") || strstr(object, "/iio:device");
}

/*
 * A chip that measures motion, or a pulse, may tell temperature, pressure and voltages besides, one of those
 * voltages, and is one class as a whole.
 */
static bool may_tell(uint64_t chip, uint64_t class)
{
	const bool feels = chip == WARDEN_SENSOR_CLASS_MOTION || chip == WARDEN_SENSOR_CLASS_BIOMETRIC;

	return (feels && (class == WARDEN_SENSOR_CLASS_ENVIRONMENT || class == WARDEN_SENSOR_CLASS_UNKNOWN)) ||
	       (chip == WARDEN_SENSOR_CLASS_ENVIRONMENT && class == WARDEN_SENSOR_CLASS_UNKNOWN);
}

/* Behind a bus there may be a sensor of any class, and one of unknown kind may be of any. */
static bool is_of_class(const struct warden_absence *a, const struct warden_object *o)
{
	const uint64_t class = warden_object_number(o, WARDEN_A_RECORD_CLASS);
	const char *object = warden_object_string(o, WARDEN_A_RECORD_OBJECT);

	if (class == WARDEN_SENSOR_CLASS_INPUT && is_raw(object))
		return true;
	if (is_made_up(object) || (is_chip(object) && may_tell(class, a->class)))
		return true;
	return class == a->class || class == WARDEN_SENSOR_CLASS_BUS || class == WARDEN_SENSOR_CLASS_UNKNOWN;
}

/* What a record tells of a use of a sensor; NULL where it tells of none. */
static const char *what_of(uint64_t event)
{
	switch (event) {
	case WARDEN_EVENT_SESSION_START:
		return "a session%s that began";
	case WARDEN_EVENT_SESSION_END:
		return "a session%s that ended";
	case WARDEN_EVENT_USE:
		return "a use%s";
	default:
		return NULL;
	}
}

/* True where all that happened before @moment has been told by the time of this record. */
static bool is_told(uint64_t moment, uint64_t time, uint64_t event)
{
	/* a mark is made after all that came before it */
	return event == WARDEN_EVENT_MARK ? time >= moment : time >= moment + WARDEN_TOLD_LATE_NS;
}

static int refuse_use(struct warden_absence *a, const struct warden_object *o, const char *what)
{
	const bool own = warden_object_number(o, WARDEN_A_RECORD_CLASS) == a->class;
	char text[80];

	snprintf(text, sizeof(text), what, own ? "" : " of another class, behind which it may be,");
	return refuse(a, "it was in use: record %" PRIu64 " is of %s in that time, or just before it",
		      warden_object_number(o, WARDEN_A_RECORD_SEQ), text);
}

/* A use that is over at once leaves nothing open. */
static int take_use(struct warden_absence *a, const struct warden_object *o, uint64_t event,
		    const char *what)
{
	int64_t count = (int64_t)warden_object_number(o, WARDEN_A_RECORD_COUNT);

	if (warden_object_number(o, WARDEN_A_RECORD_TIME) >= a->from)
		return refuse_use(a, o, what);
	if (event != WARDEN_EVENT_USE)
		a->open += event == WARDEN_EVENT_SESSION_START ? count : -count;
	return 0;
}

static int take_event(struct warden_absence *a, const struct warden_object *o)
{
	uint64_t event = warden_object_number(o, WARDEN_A_RECORD_EVENT);
	uint64_t time = warden_object_number(o, WARDEN_A_RECORD_TIME);
	uint64_t seq = a->walk.last;
	const char *what = what_of(event);

	/* The devices it finds are told before its start is. */
	a->began |= event == WARDEN_EVENT_START && time <= a->from;
	if (!a->began && time > a->from)
		return refuse(a, "Warden began after that time did");
	if (event == WARDEN_EVENT_LOSS)
		return refuse(a, "record %" PRIu64 " says that records were lost", seq);
	if (event == WARDEN_EVENT_STOP)
		return refuse(a, "record %" PRIu64 " says that Warden was stopped", seq);
	if (what && is_of_class(a, o) && take_use(a, o, event, what))
		return 1;
	a->done = is_told(a->to, time, event);
	return a->until ? seq == a->until : a->done;
}

int warden_absence_take(struct warden_absence *a, const struct warden_object *o)
{
	uint64_t seq = warden_object_number(o, WARDEN_A_RECORD_SEQ);

	if (a->why[0])
		return 1;
	if (!a->walk.entries && seq != 1)
		return refuse(a, "the records begin with number %" PRIu64 ", and what came before "
			      "may hold a session that was still open", seq);
	if (!warden_walk_record(&a->walk, o))
		return refuse(a, "record %" PRIu64 ": %s", a->walk.wrong, a->walk.what);
	return take_event(a, o);
}

bool warden_absence_end(struct warden_absence *a)
{
	if (a->why[0])
		return false;
	if (!a->walk.entries)
		refuse(a, "there is no record");
	else if (!a->done)
		refuse(a, "the records end too early to know that all of that time was told");
	else if (a->open)
		refuse(a, "a session was open when that time began");
	return !a->why[0];
}

// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "absence.h"

/*
 * Sessions that repeat within a second are told when it is over, and the work
 * that tells them has to run. A mark is made after all that came before it.
 */
#define TOLD_LATE_NS 3000000000u

__attribute__((format(printf, 2, 3)))
static int refuse(struct warden_absence *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(a->why, sizeof(a->why), format, args);
	va_end(args);
	return 1;
}

/* Behind a bus there may be a sensor of any class. */
static bool is_session(const struct warden_absence *a, const struct warden_object *o, uint64_t event)
{
	const uint64_t class = warden_object_number(o, WARDEN_A_RECORD_CLASS);

	return (event == WARDEN_EVENT_SESSION_START || event == WARDEN_EVENT_SESSION_END) &&
	       (class == a->class || class == WARDEN_SENSOR_CLASS_BUS);
}

/* True where all that happened before @moment has been told by the time of this record. */
static bool is_told(uint64_t moment, uint64_t time, uint64_t event)
{
	return event == WARDEN_EVENT_MARK ? time >= moment : time >= moment + TOLD_LATE_NS;
}

static int take_session(struct warden_absence *a, const struct warden_object *o, uint64_t event)
{
	uint64_t seq = warden_object_number(o, WARDEN_A_RECORD_SEQ);
	uint64_t time = warden_object_number(o, WARDEN_A_RECORD_TIME);
	int64_t count = (int64_t)warden_object_number(o, WARDEN_A_RECORD_COUNT);

	if (time >= a->from)
		return refuse(a, "record %" PRIu64 " is of a session%s that %s in that time, or just "
			      "before it", seq,
			      warden_object_number(o, WARDEN_A_RECORD_CLASS) == a->class ?
				      "" : " of class bus, behind which it may be,",
			      event == WARDEN_EVENT_SESSION_START ? "began" : "ended");
	a->open += event == WARDEN_EVENT_SESSION_START ? count : -count;
	return 0;
}

static int take_event(struct warden_absence *a, const struct warden_object *o)
{
	uint64_t event = warden_object_number(o, WARDEN_A_RECORD_EVENT);
	uint64_t time = warden_object_number(o, WARDEN_A_RECORD_TIME);
	uint64_t seq = a->walk.last;

	/* The devices it finds are told before its start is. */
	a->began |= event == WARDEN_EVENT_START && time <= a->from;
	if (!a->began && time > a->from)
		return refuse(a, "Warden began after that time did");
	if (event == WARDEN_EVENT_LOSS)
		return refuse(a, "record %" PRIu64 " says that records were lost", seq);
	if (event == WARDEN_EVENT_STOP)
		return refuse(a, "record %" PRIu64 " says that Warden was stopped", seq);
	if (is_session(a, o, event) && take_session(a, o, event))
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

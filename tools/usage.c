// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "usage.h"

static char *copy(const char *text)
{
	char *to = strdup(text);

	if (!to)
		abort();
	return to;
}

static struct warden_use *find(struct warden_usage *u, const struct warden_object *o)
{
	const char *program = warden_object_string(o, WARDEN_A_RECORD_PROGRAM);
	const char *object = warden_object_string(o, WARDEN_A_RECORD_OBJECT);
	uint32_t class = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_CLASS);
	struct warden_use *use;
	size_t i;

	for (i = 0; i < u->uses.n; i++) {
		use = &u->uses.v[i];
		if (use->class == class && !strcmp(use->program, program) &&
		    !strcmp(use->object, object))
			return use;
	}
	use = warden_array_add(&u->uses);
	*use = (struct warden_use){ .program = copy(program), .object = copy(object),
				    .class = class };
	return use;
}

/* Time is counted from the moment asked for: what was before it is at it. */
static int64_t since(const struct warden_usage *u, uint64_t time)
{
	return time > u->since ? (int64_t)(time - u->since) : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How many of these begins had their ends told before them. */
static uint64_t pay_back(struct warden_use *use, uint64_t time, uint64_t count)
{
	uint64_t paid = time - use->owed_at < WARDEN_TOLD_LATE_NS ? least(count, use->owed) : 0;

	use->owed = paid ? use->owed - paid : 0;
	return paid;
}

static void begin(struct warden_usage *u, struct warden_use *use, uint64_t time, uint64_t count)
{
	const uint64_t still = count - pay_back(use, time, count);

	use->open += still;
	use->opens += time >= u->since ? count : 0;
	use->time -= since(u, time) * (int64_t)still;
	use->began = time;
}

/*
 * What began before the first record is not counted, so its end is not either. Behind a begin the ends of others
 * may come, whose begins are counted with that one and told later.
 */
static void end(struct warden_usage *u, struct warden_use *use, uint64_t time, uint64_t count)
{
	const uint64_t more = count - least(count, use->open);

	count -= more;
	if (more && use->began && time - use->began < WARDEN_TOLD_LATE_NS) {
		use->owed += more;
		use->owed_at = time;
	}
	use->open -= count;
	use->time += since(u, time) * (int64_t)count;
}

static void end_all(struct warden_usage *u, struct warden_use *use)
{
	end(u, use, u->newest, use->open);
	use->began = 0;
	use->owed = 0;
}

/* Where the power went, nothing told of the end of what was open; the clock began anew. */
static void start_anew(struct warden_usage *u, uint64_t time)
{
	size_t i;

	for (i = 0; i < u->uses.n; i++)
		end_all(u, &u->uses.v[i]);
	u->newest = time;
}

void warden_usage_take(struct warden_usage *u, const struct warden_object *o)
{
	uint64_t event = warden_object_number(o, WARDEN_A_RECORD_EVENT);
	uint64_t time = warden_object_number(o, WARDEN_A_RECORD_TIME);
	uint64_t count = warden_object_number(o, WARDEN_A_RECORD_COUNT);
	struct warden_use *use;

	if (!u->first)
		u->first = warden_object_number(o, WARDEN_A_RECORD_SEQ);
	if (event == WARDEN_EVENT_START && time < u->newest)
		start_anew(u, time);
	else if (time > u->newest)
		u->newest = time;
	if (event == WARDEN_EVENT_LOSS)
		u->lost += count;
	if (event != WARDEN_EVENT_SESSION_START && event != WARDEN_EVENT_SESSION_END &&
	    event != WARDEN_EVENT_USE)
		return;
	use = find(u, o);
	use->last = time;
	if (event != WARDEN_EVENT_SESSION_END)
		begin(u, use, time, count);
	if (event != WARDEN_EVENT_SESSION_START)
		end(u, use, time, count);
}

void warden_usage_end(struct warden_usage *u, uint64_t now)
{
	size_t i;

	for (i = 0; i < u->uses.n; i++) {
		struct warden_use *use = &u->uses.v[i];

		use->time += since(u, now) * (int64_t)use->open;
	}
}

void warden_usage_free(struct warden_usage *u)
{
	size_t i;

	for (i = 0; i < u->uses.n; i++) {
		free(u->uses.v[i].program);
		free(u->uses.v[i].object);
	}
	free(u->uses.v);
}

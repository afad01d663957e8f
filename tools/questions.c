// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "questions.h"

static void remove_at(struct warden_questions *q, unsigned int at)
{
	q->n--;
	memmove(&q->list[at], &q->list[at + 1], (q->n - at) * sizeof(q->list[0]));
}

static bool is_about(const struct warden_question *q, const char *program, const char *purpose,
		     uint64_t class)
{
	return q->class == class && !strcmp(q->program, program) && !strcmp(q->purpose, purpose);
}

static void drop_over(struct warden_questions *q, uint64_t now)
{
	unsigned int i = q->n;

	while (i-- > 0)
		if (q->list[i].refused && q->list[i].until <= now)
			remove_at(q, i);
}

/* Of its kind; a new one where there is none yet, NULL where there is no room. */
static struct warden_question *find_or_add(struct warden_questions *q, const struct warden_object *o)
{
	const char *program = warden_object_string(o, WARDEN_A_RECORD_PROGRAM);
	const char *purpose = warden_object_string(o, WARDEN_A_RECORD_PURPOSE);
	uint64_t class = warden_object_number(o, WARDEN_A_RECORD_CLASS);
	struct warden_question *found;
	unsigned int i;

	for (i = 0; i < q->n; i++)
		if (is_about(&q->list[i], program, purpose, class))
			return &q->list[i];
	if (q->n == WARDEN_QUESTIONS_MAX)
		return NULL;
	found = &q->list[q->n++];
	memset(found, 0, sizeof(*found));
	snprintf(found->program, sizeof(found->program), "%s", program);
	snprintf(found->purpose, sizeof(found->purpose), "%s", purpose);
	found->class = (uint32_t)class;
	return found;
}

void warden_questions_add(struct warden_questions *q, const struct warden_object *record,
			  uint64_t now)
{
	struct warden_question *one;

	drop_over(q, now);
	one = find_or_add(q, record);
	if (!one)
		return;
	snprintf(one->object, sizeof(one->object), "%s",
		 warden_object_string(record, WARDEN_A_RECORD_OBJECT));
	one->line = (uint32_t)warden_object_number(record, WARDEN_A_RECORD_LINE);
	one->layer = (uint32_t)warden_object_number(record, WARDEN_A_RECORD_LAYER);
	one->pid = (uint32_t)warden_object_number(record, WARDEN_A_RECORD_PID);
	one->uid = (uint32_t)warden_object_number(record, WARDEN_A_RECORD_UID);
	one->uses += warden_object_number(record, WARDEN_A_RECORD_COUNT);
}

static unsigned int front_of(const struct warden_questions *q)
{
	unsigned int i;

	for (i = 0; i < q->n && q->list[i].refused; i++)
		;
	return i;
}

const struct warden_question *warden_questions_front(const struct warden_questions *q)
{
	unsigned int i = front_of(q);

	return i < q->n ? &q->list[i] : NULL;
}

bool warden_questions_settle(struct warden_questions *q, const struct warden_object *record)
{
	const char *program = warden_object_string(record, WARDEN_A_RECORD_PROGRAM);
	const char *purpose = warden_object_string(record, WARDEN_A_RECORD_OBJECT);
	uint64_t class = warden_object_number(record, WARDEN_A_RECORD_CLASS);
	unsigned int front = front_of(q), i;

	for (i = 0; i < q->n; i++) {
		if (!is_about(&q->list[i], program, purpose, class))
			continue;
		remove_at(q, i);
		return i == front;
	}
	return false;
}

void warden_questions_pop(struct warden_questions *q)
{
	unsigned int i = front_of(q);

	if (i < q->n)
		remove_at(q, i);
}

void warden_questions_refuse(struct warden_questions *q, uint64_t until)
{
	unsigned int i = front_of(q);

	if (i == q->n)
		return;
	q->list[i].refused = true;
	q->list[i].until = until;
}

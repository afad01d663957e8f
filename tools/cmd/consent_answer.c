// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../blob.h"
#include "../cmd.h"
#include "../output.h"
#include "consent_answer.h"

#define SECONDS_MAX 3153600000u /* a hundred years, the most the wire takes */
#define NO_MAX	    31536000u	/* a year */

static const struct {
	const char *word;
	enum warden_answer_kind kind;
} words[] = {
	{ "y", WARDEN_ANSWER_ONCE },	   { "yes", WARDEN_ANSWER_ONCE },
	{ "once", WARDEN_ANSWER_ONCE },	   { "s", WARDEN_ANSWER_SESSION },
	{ "session", WARDEN_ANSWER_SESSION }, { "t", WARDEN_ANSWER_FOR },
	{ "for", WARDEN_ANSWER_FOR },	   { "n", WARDEN_ANSWER_NO },
	{ "no", WARDEN_ANSWER_NO },	   { "d", WARDEN_ANSWER_DISMISS },
	{ "dismiss", WARDEN_ANSWER_DISMISS },
};

static enum warden_answer_kind kind_of(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].word, word))
			return words[i].kind;
	return WARDEN_ANSWER_NONE;
}

/* A yes for a time needs it, a no may have it, and nothing else does. */
static bool has_span(struct warden_consent_answer *a, const char *span)
{
	if (a->kind == WARDEN_ANSWER_FOR)
		return *span && !warden_usage_span(span, "t", SECONDS_MAX, &a->seconds);
	if (a->kind == WARDEN_ANSWER_NO)
		return !*span || !warden_usage_span(span, "n", NO_MAX, &a->seconds);
	return !*span;
}

struct warden_consent_answer warden_consent_answer_read(const char *text)
{
	struct warden_consent_answer a = { WARDEN_ANSWER_NONE, 0 };
	char word[16] = "", span[32] = "", more[2] = "";

	if (sscanf(text, "%15s %31s %1s", word, span, more) >= 1 && !*more)
		a.kind = kind_of(word);
	if (!has_span(&a, span))
		a.kind = WARDEN_ANSWER_NONE;
	return a;
}

void warden_consent_answer_put(struct warden_blob *b, const struct warden_question *q,
			       const struct warden_consent_answer *answer)
{
	warden_blob_put_string(b, WARDEN_A_CONSENT_PROGRAM, q->program);
	warden_blob_put_u32(b, WARDEN_A_CONSENT_CLASS, q->class);
	warden_blob_put_string(b, WARDEN_A_CONSENT_PURPOSE, q->purpose);
	if (answer->kind == WARDEN_ANSWER_ONCE)
		warden_blob_put_u32(b, WARDEN_A_CONSENT_VALIDITY, WARDEN_CONSENT_VALIDITY_ONCE);
	if (answer->kind == WARDEN_ANSWER_SESSION)
		warden_blob_put_u32(b, WARDEN_A_CONSENT_VALIDITY, WARDEN_CONSENT_VALIDITY_SESSION);
	if (answer->kind == WARDEN_ANSWER_FOR)
		warden_blob_put_u64(b, WARDEN_A_CONSENT_SECONDS, answer->seconds);
}

/* What a class lets its reader know, as one says it. */
static const char *say_class(uint32_t class)
{
	static const char *const said[] = {
		[WARDEN_SENSOR_CLASS_CAMERA] = "the camera",
		[WARDEN_SENSOR_CLASS_MICROPHONE] = "the microphone",
		[WARDEN_SENSOR_CLASS_LOCATION] = "the location",
		[WARDEN_SENSOR_CLASS_MOTION] = "the motion sensors",
		[WARDEN_SENSOR_CLASS_ENVIRONMENT] = "the environment sensors",
		[WARDEN_SENSOR_CLASS_BIOMETRIC] = "the biometric sensor",
		[WARDEN_SENSOR_CLASS_INPUT] = "what is typed and pointed at",
		[WARDEN_SENSOR_CLASS_SCREEN] = "what is on the screen",
		[WARDEN_SENSOR_CLASS_RADIO] = "what the radio receives",
		[WARDEN_SENSOR_CLASS_BUS] = "a bus that sensors are on",
	};

	return class < sizeof(said) / sizeof(*said) && said[class] ? said[class] :
								      "a device of an unknown kind";
}

void warden_consent_question_print(const struct warden_question *q, const char *text)
{
	char program[256], object[512], purpose[256], why[1024];

	warden_output_escape(program, sizeof(program), q->program);
	warden_output_escape(object, sizeof(object), q->object);
	warden_output_escape(purpose, sizeof(purpose), q->purpose);
	warden_output_escape(why, sizeof(why), *text ? text : q->purpose);
	printf("%s (process %" PRIu32 ", user %" PRIu32 ") asks to use %s, for: %s\n", program, q->pid,
	       q->uid, say_class(q->class), why);
	printf("  device %s, purpose %s, line %" PRIu32 "; refused %" PRIu64 " time%s so far\n",
	       object, purpose, q->line, q->uses, q->uses == 1 ? "" : "s");
	printf("  [y]es, once   [s]ession, until Warden ends   [t] 10m, for a time\n"
	       "  [n]o, or n 1h to hear no more of it for a time   [d]ismiss, to be asked again\n");
	fflush(stdout);
}

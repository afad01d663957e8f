// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../blob.h"
#include "../cmd.h"
#include "../policy/index.h"
#include "../wire.h"
#include "consent_words.h"

static const char *nth_class(const void *ctx, size_t n)
{
	(void)ctx;
	return warden_enum_nth(warden_enum_sensor_class(), n + 1);
}

int warden_consent_class(const char *word)
{
	int class = warden_enum_value(warden_enum_sensor_class(), word);

	return class > WARDEN_SENSOR_CLASS_FREE ? class : -1;
}

int warden_consent_no_class(const char *word)
{
	const char *near = warden_word_nearest(word, nth_class, NULL);

	if (near)
		return warden_usage_wrong("there is no sensor class `%s`; did you mean `%s`?", word,
					  near);
	return warden_usage_wrong("there is no sensor class `%s`", word);
}

int warden_consent_put_label(struct warden_blob *b, uint16_t type, const char *what, const char *text)
{
	if (!text[0] || strlen(text) > WARDEN_LABEL_MAX)
		return warden_usage_wrong("%s wants 1 to %u bytes", what, WARDEN_LABEL_MAX);
	warden_blob_put_string(b, type, text);
	return 0;
}

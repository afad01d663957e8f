// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "rate.h"

static const struct warden_rate_unit units[] = { { "second", 3600 }, { "minute", 60 }, { "hour", 1 } };

#define UNITS (sizeof(units) / sizeof(*units))

const struct warden_rate_unit *warden_rate_unit(const char *word)
{
	size_t i;

	for (i = 0; i < UNITS; i++)
		if (!strcmp(units[i].word, word))
			return &units[i];
	return NULL;
}

const struct warden_rate_unit *warden_rate_unit_of(uint32_t rate)
{
	const struct warden_rate_unit *unit = units;

	while (rate % unit->in_hour)
		unit++;
	return unit;
}

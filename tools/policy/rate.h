/* SPDX-License-Identifier: GPL-2.0-only */
/* How often a rule lets a sensor be used, as texts say it: `at most 5 per second`. */
#ifndef WARDEN_POLICY_RATE_H
#define WARDEN_POLICY_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct warden_rate_unit {
	const char *word;
	uint32_t in_hour; /* how many of these an hour has */
};

/* `second`, `minute` or `hour`; NULL where the word is none of these. */
const struct warden_rate_unit *warden_rate_unit(const char *word);

/* The shortest unit in which a rate of so many uses in an hour is a whole number. */
const struct warden_rate_unit *warden_rate_unit_of(uint32_t rate);

#endif /* WARDEN_POLICY_RATE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* What this kernel has of what Warden needs; works without the module. */
#ifndef WARDEN_DOCTOR_H
#define WARDEN_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum warden_health {
	WARDEN_HEALTH_OK,
	WARDEN_HEALTH_WARN,  /* something is less than it could be */
	WARDEN_HEALTH_LACKS, /* Warden cannot enforce without it */
};

struct warden_finding {
	enum warden_health health;
	const char *check;
	char text[512];
	char remedy[512]; /* "" where there is nothing to mend */
};

/**
 * warden_doctor_check() - make one check
 * @n: which, from 0
 * @f: filled in
 *
 * The order is that of weight: the first that lacks is the one to mend first.
 *
 * Return: true, or false past the last check.
 */
bool warden_doctor_check(size_t n, struct warden_finding *f);

const char *warden_health_word(enum warden_health health);

#endif /* WARDEN_DOCTOR_H */

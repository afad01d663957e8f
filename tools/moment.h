/* SPDX-License-Identifier: GPL-2.0-only */
/* Moments, as people write them, on the clock of records. */
#ifndef WARDEN_MOMENT_H
#define WARDEN_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/**
 * warden_moment_read() - a moment on the boot-time clock
 * @ns: filled in
 * @text: `now`; local time, 2030-01-31T12:00[:30] or 12:00 of this day; a length of
 *	  time before now, -90s, -15m, -2h, -1d; or `@` and seconds of the boot-time clock
 *
 * A moment before the boot is that of the boot, 0: nothing on that clock is earlier.
 *
 * Return: true where it is one.
 */
bool warden_moment_read(uint64_t *ns, const char *text);

#endif /* WARDEN_MOMENT_H */

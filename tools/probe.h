/* SPDX-License-Identifier: GPL-2.0-only */
/* Things that a hook of Warden must notice, done for real and without harm. */
#ifndef WARDEN_PROBE_H
#define WARDEN_PROBE_H

#include <stddef.h>

#include <linux/warden.h>

/**
 * struct warden_trial - one thing that is tried
 * @what: what it is, for people
 * @hook: the hook it must reach
 * @run: does it; 0, the errno that the kernel gave, or a negative errno where it
 *	 could not be tried at all
 * @always_refused: it must be refused, whatever the policy says
 */
struct warden_trial {
	const char *what;
	enum warden_hook hook;
	int (*run)(void);
	int always_refused;
};

/* What a run gives where the kernel has not loaded what the hook is about, or is not let so far. */
#define WARDEN_TRIAL_ABSENT (-ENOPKG)

/**
 * warden_trial_nth() - the trials, in their order
 * @n: from 0
 *
 * Return: the trial, NULL past the last. What a trial opens it closes, what it
 * makes (a file without a name, a mount in a namespace of its own) goes with it.
 */
const struct warden_trial *warden_trial_nth(size_t n);

#endif /* WARDEN_PROBE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_FAULT_H
#define WARDEN_FAULT_H

/* Why something failed and what to do, for the one line the command prints. */
struct warden_fault {
	char why[512];
	char advice[384];
};

/**
 * warden_fault_set() - say why, and what to do
 * @f: where
 * @error: negative errno, returned
 * @advice: what to do; "" where there is nothing
 * @format: why
 *
 * Return: @error, so that a caller can return it in the same breath.
 */
int warden_fault_set(struct warden_fault *f, int error, const char *advice, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * warden_fault_advise() - say what to do where nobody has said it yet
 * @f: where
 * @advice: what to do
 */
void warden_fault_advise(struct warden_fault *f, const char *advice);

/**
 * warden_fault_print() - print `wardenctl: what failed: why; what to do` to stderr
 * @f: why
 * @format: what failed
 *
 * Return: 1, the exit status of a command that failed.
 */
int warden_fault_print(const struct warden_fault *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* WARDEN_FAULT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that holds a state from one life of Warden to the next: whole or not
 * there, its bytes checked, and not older than a counter beside it says.
 */
#ifndef WARDEN_STATE_FILE_H
#define WARDEN_STATE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

/**
 * warden_state_write() - replace the file in one step
 * @file: its name
 * @text: what it holds
 * @f: why not; the file of before then stands whole
 *
 * A line with the SHA-256 of @text ends it. It is on the disk when this returns.
 *
 * Return: 0 or a negative errno.
 */
int warden_state_write(const char *file, const char *text, struct warden_fault *f);

/**
 * warden_file_replace() - replace a file in one step, without a line that ends it
 * @file: its name
 * @bytes: what it holds
 * @len: how many
 * @f: why not; the file of before then stands whole
 *
 * Return: 0 or a negative errno.
 */
int warden_file_replace(const char *file, const void *bytes, size_t len, struct warden_fault *f);

/**
 * warden_state_read() - read what was written
 * @file: its name
 * @text: set to what it holds; freed by the caller
 * @f: why not
 *
 * Return: 0; -EBADMSG where it is cut short or altered; another negative errno.
 */
int warden_state_read(const char *file, char **text, struct warden_fault *f);

/*
 * A counter is a file, or tpm:INDEX in a TPM, which is made before a state is saved that
 * it has to count. Each fails with a negative errno.
 */
int warden_counter_make(const char *file, struct warden_fault *f);

/* The number it holds; 0 where there is no such file. */
int warden_counter_read(const char *file, uint64_t *number, struct warden_fault *f);
int warden_counter_write(const char *file, uint64_t number, struct warden_fault *f);

#endif /* WARDEN_STATE_FILE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A counter in the memory of a TPM 2.0: it only rises, by one, also where its index was
 * deleted and made anew.
 */
#ifndef WARDEN_TPM_COUNTER_H
#define WARDEN_TPM_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

/**
 * warden_tpm_counter_is() - does this name one?
 * @name: ``tpm:0x01800057``, an index of the TPM's memory, or a file
 * @index: filled in where it does
 *
 * Return: true if it does.
 */
bool warden_tpm_counter_is(const char *name, uint32_t *index);

/* Makes it unless it is there. Each fails with a negative errno and the fault set. */
int warden_tpm_counter_make(uint32_t index, struct warden_fault *f);

/* What it says; -ENOENT where it is not there. */
int warden_tpm_counter_read(uint32_t index, uint64_t *number, struct warden_fault *f);

/* Raises it to @number, which is one more than it says; -ESTALE where another was quicker. */
int warden_tpm_counter_raise(uint32_t index, uint64_t number, struct warden_fault *f);

#endif /* WARDEN_TPM_COUNTER_H */

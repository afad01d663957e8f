/* SPDX-License-Identifier: GPL-2.0-only */
/* The line between what the language can say and what this build carries out. */
#ifndef WARDEN_ENFORCE_H
#define WARDEN_ENFORCE_H

#include "model.h"

/**
 * warden_enforce_model() - find what this build does not enforce
 * @m: a model that parsed without error; its rules get their @lacks, its programs
 *     their numbers on the wire
 * @d: an error for each such statement where @loads is set, else a note; a note
 *     always where the statement is optional
 * @loads: the policy is to be put in force
 */
void warden_enforce_model(struct warden_model *m, struct warden_diags *d, bool loads);

/* Can this build carry out a default? */
bool warden_enforces_default(uint32_t domain, enum warden_action action);

#endif /* WARDEN_ENFORCE_H */

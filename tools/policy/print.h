/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PRINT_H
#define WARDEN_PRINT_H

#include <stdio.h>

#include "model.h"

/**
 * warden_print_model() - write a policy in its canonical form
 * @m: a model that parsed without error
 * @to: stream
 *
 * One statement per line, kinds in a fixed order, the author's order inside a
 * kind, no comments, what is included in place. Reading what was written and writing it again gives the
 * same bytes.
 */
void warden_print_model(const struct warden_model *m, FILE *to);

/**
 * warden_print_rule() - write one rule in its canonical form, with its `;` and line end
 * @m: the model
 * @r: a rule of it
 * @to: stream
 */
void warden_print_rule(const struct warden_model *m, const struct warden_rule *r, FILE *to);

#endif /* WARDEN_PRINT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_LINT_H
#define WARDEN_LINT_H

#include "model.h"

/**
 * warden_lint_model() - find rules that are probably not meant
 * @m: a model that parsed without error
 * @d: a warning for each rule that can never match, does nothing another does
 *     not do, or contradicts another; each names both lines
 *
 * One rule is held against one other at a time, in n log n of the rules once
 * groups and port sets are spread out.
 */
void warden_lint_model(struct warden_model *m, struct warden_diags *d);

#endif /* WARDEN_LINT_H */

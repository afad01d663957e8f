/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SAFETY_H
#define WARDEN_SAFETY_H

#include "source.h"

/**
 * warden_safety_check() - is what the safety list names allowed?
 * @s: a source that was compiled without error; told of each entry that is not
 *
 * Each entry is asked of the module's own decision, without any consent. The module
 * takes an entry for a rule that allows, so one that the policy does not allow
 * anyway is marked as lacking, and must not get there: it would allow more than
 * the rules say. An allowed one gets the terms of the rules that allow it.
 *
 * Return: 0, or -EINVAL where @s->diags holds an error.
 */
int warden_safety_check(struct warden_source *s);

#endif /* WARDEN_SAFETY_H */

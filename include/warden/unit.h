/* SPDX-License-Identifier: GPL-2.0-only */
/* What a unit can be called, once for the module and the tools. */
#ifndef WARDEN_CONTRACT_UNIT_H
#define WARDEN_CONTRACT_UNIT_H

#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <string.h>
#endif

#define WARDEN_SLICE ".slice" /* how the name of a group of units ends */

/**
 * warden_unit_is_name() - can a unit be called so?
 * @name: the name
 *
 * Context: Any.
 * Return: true if it is the name of a control group, and not of a slice.
 */
static inline bool warden_unit_is_name(const char *name)
{
	size_t len = strlen(name), slice = strlen(WARDEN_SLICE);

	return len && !strchr(name, '/') &&
	       (len < slice || strcmp(name + len - slice, WARDEN_SLICE));
}

#endif /* WARDEN_CONTRACT_UNIT_H */

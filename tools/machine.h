/* SPDX-License-Identifier: GPL-2.0-only */
/* What tells this device from others, without telling which it is. */
#ifndef WARDEN_MACHINE_H
#define WARDEN_MACHINE_H

#include <warden/limits.h>

#include "fault.h"

/**
 * warden_machine_id() - a number that is this device's
 * @hex: filled in: SHA-256 over a word of ours and /etc/machine-id, which is not to be
 *	 given away itself (machine-id(5))
 * @f: why not
 *
 * Return: 0, or a negative errno where the device has no such file.
 */
int warden_machine_id(char hex[2 * WARDEN_DIGEST_SIZE + 1], struct warden_fault *f);

#endif /* WARDEN_MACHINE_H */

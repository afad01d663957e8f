/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Bluetooth radio of no substance: the kernel's driver for radios on a serial line (H4) has one end
 * of a pseudo terminal, and a process at the other end tells it that each command is done.
 */
#ifndef WARDEN_TEST_RADIO_H
#define WARDEN_TEST_RADIO_H

#include <stdbool.h>

/* Has this kernel that driver? */
bool radio_is_known(void);

/* Make it: a descriptor, with which it goes, or -1. */
int radio_make(void);

/* A file of it in debugfs, which is made once it is reset; "" where none came. */
const char *radio_file(void);

#endif /* WARDEN_TEST_RADIO_H */

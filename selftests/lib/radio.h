/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Bluetooth radio of no substance: a process tells the kernel that each command is done. It is that of
 * hci_vhci; where the kernel has none, the driver for radios on a serial line (H4) has one end of a pseudo terminal.
 */
#ifndef WARDEN_TEST_RADIO_H
#define WARDEN_TEST_RADIO_H

#include <stdbool.h>

/* Has this kernel one of these drivers? */
bool radio_is_known(void);

/* Make it: a descriptor, with which it goes, or -1. */
int radio_make(void);

/* A file of it in debugfs, which is made once it is reset; "" where none came. */
const char *radio_file(void);

#endif /* WARDEN_TEST_RADIO_H */

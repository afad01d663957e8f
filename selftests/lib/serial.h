/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A receiver on a serial line: a USB modem of the kernel's own (g_serial), plugged into a host that
 * exists in memory (dummy_hcd). What is written to its other end it tells.
 */
#ifndef WARDEN_TEST_SERIAL_H
#define WARDEN_TEST_SERIAL_H

#include <stdbool.h>

#define SERIAL_RECEIVER "/dev/ttyACM0"
#define SERIAL_SENTENCE "$GPRMC,081836,A,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E*62\n"

/* Has this kernel all it takes? */
bool serial_is_known(void);

/* Plug it in, and wait for it: its other end, or -errno. */
int serial_plug(void);

/* The one place to plug in is for the next who needs it. */
void serial_unplug(int other);

/* Open a terminal whose bytes pass as they are: a descriptor, or -errno. */
int serial_open(const char *path);

/* Have it tell one sentence; false where the line is full or gone. */
bool serial_tell(int other);

#endif /* WARDEN_TEST_SERIAL_H */

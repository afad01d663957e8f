/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bridge from USB to an I2C bus and eight lines of GPIO (the CP2112), for kernels without
 * a bus in memory: the kernel's own drivers talk to it, and a process of its own answers as
 * the chip does, with registers behind the bus that keep what was written.
 */
#ifndef WARDEN_TEST_BRIDGE_H
#define WARDEN_TEST_BRIDGE_H

#include <stdbool.h>

/* Has this kernel the drivers that it takes? */
bool bridge_is_known(void);

/*
 * Plug it in unless it is there; it stays until the guest ends, as a module would. Chips are at the
 * addresses 0x0e, 0x18 and 0x48. Gives the number of its bus, or -errno.
 */
int bridge_plug(void);

/* Number of its bus; -ENODEV where it was not plugged in. */
int bridge_bus(void);

/* Node of the gpio chip of its lines, "" where it was not plugged in; the next call overwrites it. */
const char *bridge_lines(void);

/* The node by which it is spoken to without its driver (hidraw); the same. */
const char *bridge_raw(void);

#endif /* WARDEN_TEST_BRIDGE_H */

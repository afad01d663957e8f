/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chips on a bus that exists in memory only, i2c-stub's or that of a bridge (lib/bridge.h): a compass
 * (IIO), and a thermometer (hwmon) where the kernel has its driver.
 */
#ifndef WARDEN_TEST_CHIP_H
#define WARDEN_TEST_CHIP_H

#include <stdbool.h>

#define COMPASS_ADDRESS	    0x0e
#define THERMOMETER_ADDRESS 0x48

/* Has this kernel such a bus? */
bool chip_is_known(void);

/* Number of the bus, made with its chips unless it is there; -1 where it cannot be. */
int chip_bus(void);

/* Is the thermometer's driver there? */
bool chip_has_thermometer(void);

/* A file of the compass, and of the thermometer, in sysfs; the next call overwrites it. */
const char *chip_compass(const char *attribute);
const char *chip_thermometer(const char *attribute);

/*
 * A file of a thermometer on a 1-wire bus, which is made unless it is there, and takes the right to all that is
 * behind the bus; NULL where the kernel has none. The next call overwrites it.
 */
const char *chip_wire(const char *attribute);

/* Node of a gpio chip: the machine's own, or that of a bridge, which is then plugged in; "" for none. */
const char *chip_lines(void);

/* Topology name of the compass. */
const char *chip_compass_topology(void);

/* Write to an attribute; 0 or an errno. */
int chip_put(const char *path, const char *text);

/* A timer of this frequency, in Hz, fills the compass's buffer; -errno. */
int chip_fill_buffer(const char *frequency);

/* Open the compass's node, which is how its buffer is read; -errno in errno. */
int chip_open_buffer(void);

/* Read a register as i2cget does: the value, or -errno of the call that failed. */
int chip_read(int bus, unsigned int address, unsigned int reg);

#endif /* WARDEN_TEST_CHIP_H */

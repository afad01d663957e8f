// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge.h"
#include "chip.h"
#include "devices.h"
#include "warden.h"

/* drivers/iio/magnetometer/mag3110.c: data is ready; what the chip says it is. */
#define COMPASS_STATUS	 0x00
#define COMPASS_X	 0x01
#define COMPASS_WHO_AM_I 0x07

/* drivers/w1/slaves/w1_therm.c: family 0x28, and a number. */
#define WIRED_NAME "28-000000000001"
#define WIRED	   "/sys/bus/w1/devices/" WIRED_NAME

static int transfer(int bus, unsigned int address, struct i2c_smbus_ioctl_data *args)
{
	char path[32];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/dev/i2c-%d", bus);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, I2C_SLAVE_FORCE, (unsigned long)address) || ioctl(fd, I2C_SMBUS, args))
		err = -errno;
	close(fd);
	return err;
}

int chip_read(int bus, unsigned int address, unsigned int reg)
{
	union i2c_smbus_data data = { 0 };
	struct i2c_smbus_ioctl_data args = {
		.read_write = I2C_SMBUS_READ, .command = (uint8_t)reg,
		.size = I2C_SMBUS_BYTE_DATA, .data = &data,
	};
	int err = transfer(bus, address, &args);

	return err ? err : data.byte;
}

static int write_register(int bus, unsigned int address, unsigned int reg, unsigned int value)
{
	union i2c_smbus_data data = { .byte = (uint8_t)value };
	struct i2c_smbus_ioctl_data args = {
		.read_write = I2C_SMBUS_WRITE, .command = (uint8_t)reg,
		.size = I2C_SMBUS_BYTE_DATA, .data = &data,
	};

	return transfer(bus, address, &args);
}

/* The bus of i2c-stub, which not each kernel has. */
static int find_stub(void)
{
	char path[64], name[64];
	int bus, found = -1;

	for (bus = 0; bus < 32 && found < 0; bus++) {
		FILE *f;

		snprintf(path, sizeof(path), "/sys/bus/i2c/devices/i2c-%d/name", bus);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fgets(name, sizeof(name), f) && strstr(name, "stub"))
			found = bus;
		fclose(f);
	}
	return found;
}

/* Which bus is the one in memory? The bridge may be there for its lines only. */
static int find_bus(void)
{
	int bus = find_stub();

	return bus >= 0 ? bus : bridge_bus();
}

static int make_bus(void)
{
	if (!device_is_known("i2c-stub"))
		return bridge_plug();
	return device_load("i2c-stub", "chip_addr=0x0e,0x18,0x48") ? -1 : find_stub();
}

bool chip_is_known(void)
{
	return find_bus() >= 0 || device_is_known("i2c-stub") || bridge_is_known();
}

static bool is_plugged(int bus, unsigned int address)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/i2c/devices/%d-%04x", bus, address);
	return !access(path, F_OK);
}

static int plug(int bus, const char *chip, unsigned int address)
{
	char path[64];
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "/sys/bus/i2c/devices/i2c-%d/new_device", bus);
	f = fopen(path, "w");
	if (!f)
		return -1;
	n = fprintf(f, "%s 0x%02x\n", chip, address);
	return fclose(f) || n < 0 ? -1 : 0;
}

bool chip_has_thermometer(void)
{
	static int there = -1;

	if (there < 0)
		there = !device_load("lm75", "");
	return there;
}

int chip_bus(void)
{
	int bus = find_bus();

	if (bus >= 0 && is_plugged(bus, COMPASS_ADDRESS))
		return bus;
	if (warden_load(warden_policy("allow any use bus;\n")) || device_load("i2c-dev", "") ||
	    device_load("mag3110", ""))
		return -1;
	bus = make_bus();
	if (bus < 0 || write_register(bus, COMPASS_ADDRESS, COMPASS_WHO_AM_I, 0xc4) ||
	    write_register(bus, COMPASS_ADDRESS, COMPASS_STATUS, 0xff) ||
	    plug(bus, "mag3110", COMPASS_ADDRESS))
		return -1;
	if (chip_has_thermometer() && plug(bus, "lm75", THERMOMETER_ADDRESS))
		return -1;
	return bus;
}

const char *chip_wire(const char *attribute)
{
	static char path[128];
	int bus;

	snprintf(path, sizeof(path), WIRED "/%s", attribute);
	if (!access(path, F_OK))
		return path;
	bus = chip_bus();
	/* drivers/w1/masters/ds2482.c resets it, by a command that is read back: it is, and its wire is free */
	if (bus < 0 || device_load("wire", "search_count=0") || device_load("ds2482", "") ||
	    device_load("w1_therm", "") || write_register(bus, 0x18, 0xf0, 0x18) ||
	    plug(bus, "ds2482", 0x18) ||
	    chip_put("/sys/bus/w1/devices/w1_bus_master1/w1_master_add", WIRED_NAME))
		return NULL;
	return path;
}

/* The first file that fits below the chip's directory. */
static const char *find(unsigned int address, const char *device, const char *attribute)
{
	static char path[256];
	char pattern[256];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/sys/bus/i2c/devices/%d-%04x/%s/%s", find_bus(), address,
		 device, attribute);
	snprintf(path, sizeof(path), "%s", pattern);
	if (!glob(pattern, 0, NULL, &found)) {
		snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
		globfree(&found);
	}
	return path;
}

const char *chip_compass(const char *attribute)
{
	return find(COMPASS_ADDRESS, "iio:device*", attribute);
}

const char *chip_thermometer(const char *attribute)
{
	return find(THERMOMETER_ADDRESS, "hwmon/hwmon*", attribute);
}

const char *chip_lines(void)
{
	if (!access("/dev/gpiochip0", F_OK))
		return "/dev/gpiochip0";
	return bridge_plug() < 0 ? "" : bridge_lines();
}

const char *chip_compass_topology(void)
{
	static char topology[PATH_MAX];
	char path[PATH_MAX];
	const char *from = realpath(chip_compass("name"), path) ? path + strlen("/sys/devices/") : "/";

	snprintf(topology, sizeof(topology), "%.*s", (int)(strrchr(from, '/') - from), from);
	return topology;
}

int chip_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err;

	if (fd < 0)
		return errno;
	err = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	return err;
}

#define TRIGGERS "/sys/kernel/config/iio/triggers/hrtimer"

static const char *timer_file(const char *name)
{
	static char path[96];
	char type[32] = "";
	int i, fd;

	for (i = 0; i < 16; i++) {
		snprintf(path, sizeof(path), "/sys/bus/iio/devices/trigger%d/name", i);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		if (read(fd, type, sizeof(type) - 1) > 0 && !strncmp(type, "rate", 4)) {
			close(fd);
			snprintf(path, sizeof(path), "/sys/bus/iio/devices/trigger%d/%s", i, name);
			return path;
		}
		close(fd);
	}
	return "";
}

int chip_fill_buffer(const char *frequency)
{
	if (device_load("iio-trig-hrtimer", ""))
		return -ENODEV;
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	if (mkdir(TRIGGERS "/rate", 0755) && errno != EEXIST)
		return -errno;
	chip_put(chip_compass("buffer/enable"), "0");
	if (chip_put(timer_file("sampling_frequency"), frequency) ||
	    chip_put(chip_compass("trigger/current_trigger"), "rate") ||
	    chip_put(chip_compass("scan_elements/in_magn_x_en"), "1") ||
	    chip_put(chip_compass("buffer/length"), "64") || chip_put(chip_compass("buffer/enable"), "1"))
		return -EIO;
	return 0;
}

int chip_open_buffer(void)
{
	char node[64];

	snprintf(node, sizeof(node), "/dev/%s", strstr(chip_compass_topology(), "iio:device"));
	return open(node, O_RDONLY);
}

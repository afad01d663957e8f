// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/uhid.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "button.h"

int button_plug(char node[32])
{
	static const uint8_t report[] = { 0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x01,
					  0x15, 0x00, 0x25, 0x01, 0x75, 0x08, 0x95, 0x01, 0x81,
					  0x02, 0xc0 };
	struct uhid_event e = { .type = UHID_CREATE2, .u.create2 = {
		.name = "warden button", .rd_size = sizeof(report), .bus = BUS_USB,
		.vendor = 0x1209, .product = 1,
	} };
	int fd = open("/dev/uhid", O_RDWR | O_CLOEXEC), tries;
	glob_t found;

	memcpy(e.u.create2.rd_data, report, sizeof(report));
	if (fd < 0 || write(fd, &e, sizeof(e)) != sizeof(e))
		return -errno;
	for (tries = 0; tries < 200; tries++) { /* made by a worker */
		if (!glob("/sys/devices/virtual/misc/uhid/*:1209:0001.*/hidraw/hidraw*", 0, NULL, &found)) {
			snprintf(node, 32, "/dev/%.16s", strrchr(found.gl_pathv[0], '/') + 1);
			globfree(&found);
			return fd;
		}
		usleep(10000);
	}
	return -ENOENT;
}

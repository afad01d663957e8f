// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "devices.h"
#include "serial.h"

#define OTHER_END "/dev/ttyGS0"

bool serial_is_known(void)
{
	return device_is_known("dummy_hcd") && device_is_known("g_serial");
}

/* No udev here that would load the modem's driver. */
int serial_plug(void)
{
	if (device_load("cdc-acm", "") || device_load("dummy_hcd", "") || device_load("g_serial", "") ||
	    !device_comes(SERIAL_RECEIVER) || !device_comes(OTHER_END))
		return -ENODEV;
	return serial_open(OTHER_END);
}

void serial_unplug(int other)
{
	if (other >= 0)
		close(other);
	device_unload("g_serial");
}

int serial_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t))
		return -errno;
	cfmakeraw(&t);
	return tcsetattr(fd, TCSANOW, &t) ? -errno : fd;
}

bool serial_tell(int other)
{
	return write(other, SERIAL_SENTENCE, strlen(SERIAL_SENTENCE)) == (ssize_t)strlen(SERIAL_SENTENCE);
}

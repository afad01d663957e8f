// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/tty.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "devices.h"
#include "radio.h"

/* drivers/bluetooth/hci_uart.h */
#define HCIUARTSETPROTO _IOW('U', 200, int)
#define HCIUARTSETFLAGS _IOW('U', 203, int)
#define UART_H4		0
#define UART_EXT_CONFIG (1 << 4) /* is reset, and asked nothing further */

/* Packets of H4: Bluetooth Core 5.4, volume 4, part A, 2; and of HCI: part E, 5.4.1 and 7.7.14. */
enum { H4_COMMAND = 1, H4_EVENT = 4, COMMAND_COMPLETE = 0x0e };

/* drivers/bluetooth/hci_vhci.c: make a radio that is reset, and asked nothing further. */
enum { VHCI_MAKE = 0xff, VHCI_EXT_CONFIG = 0x40 };

bool radio_is_known(void)
{
	return device_is_known("hci_vhci") || device_is_known("hci_uart");
}

/* Bytes of what a command gives back, the status first: part E, 7.4.1 and 7.4.6. */
static uint8_t outcome_size(const uint8_t *opcode)
{
	switch (opcode[1] << 8 | opcode[0]) {
	case 0x1001: /* its version */
		return 9;
	case 0x1009: /* its address */
		return 7;
	default:
		return 1;
	}
}

static int tell_done(int line, const uint8_t *opcode)
{
	uint8_t size = outcome_size(opcode);
	uint8_t done[7 + 8] = { H4_EVENT, COMMAND_COMPLETE, 3 + size, 1, opcode[0], opcode[1] };

	return write(line, done, 6u + size) < 0 ? -errno : 0;
}

/* Wait until something is to be read; false once nobody has the other end of @leash. */
static bool waits(int line, int leash)
{
	struct pollfd p[] = { { .fd = line, .events = POLLIN }, { .fd = leash } };

	return poll(p, 2, -1) > 0 && !p[1].revents;
}

/* Each command is told to be done, until the line is closed or the leash let go; -1 is none. */
static void serve(int line, int leash)
{
	uint8_t command[4 + 255];
	size_t have = 0;
	ssize_t n;

	while (waits(line, leash) && (n = read(line, command + have, sizeof(command) - have)) > 0) {
		have += (size_t)n;
		while (have >= 4 && have >= 4u + command[3]) {
			if (command[0] == H4_COMMAND && tell_done(line, command + 1))
				return;
			have -= 4u + command[3];
			memmove(command, command + 4 + command[3], have);
		}
	}
}

static int attach(int end)
{
	int discipline = N_HCI;

	return ioctl(end, TIOCSETD, &discipline) || ioctl(end, HCIUARTSETFLAGS, UART_EXT_CONFIG) ||
	       ioctl(end, HCIUARTSETPROTO, UART_H4);
}

static int make_virtual(void)
{
	static const uint8_t make[] = { VHCI_MAKE, VHCI_EXT_CONFIG };
	int line = open("/dev/vhci", O_RDWR | O_CLOEXEC), leash[2];
	pid_t pid;

	if (line < 0 || pipe2(leash, O_CLOEXEC) || write(line, make, sizeof(make)) != sizeof(make))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(leash[1]);
		serve(line, leash[0]);
		_exit(0);
	}
	close(line);
	close(leash[0]);
	return leash[1];
}

static int make_on_a_line(void)
{
	int line = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), end = -1;
	pid_t pid;

	if (line >= 0 && !unlockpt(line))
		end = ioctl(line, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (end < 0 || device_load("hci_uart", ""))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(end);
		serve(line, -1);
		_exit(0);
	}
	close(line);
	if (attach(end)) {
		close(end);
		return -1;
	}
	return end;
}

int radio_make(void)
{
	return device_load("hci_vhci", "") ? make_on_a_line() : make_virtual();
}

const char *radio_file(void)
{
	static char path[128];
	glob_t found;
	int tries;

	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	path[0] = '\0';
	for (tries = 0; tries < 200 && !path[0]; tries++) {
		if (!glob("/sys/kernel/debug/bluetooth/hci*/dut_mode", 0, NULL, &found)) {
			snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
			globfree(&found);
		} else {
			usleep(20000); /* once it is reset */
		}
	}
	return path;
}

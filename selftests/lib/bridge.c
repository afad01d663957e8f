// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge.h"
#include "devices.h"

#define VENDOR	0x10c4
#define PRODUCT 0xea90
#define DEVICE	"/sys/bus/hid/devices/0003:10C4:EA90.*/"

/* Reports of the CP2112: drivers/hid/hid-cp2112.c (6.12), and AN495 of Silicon Labs. */
enum {
	GPIO_CONFIG = 0x02,
	GPIO_GET = 0x03,
	GPIO_SET = 0x04,
	VERSION = 0x05,
	SMBUS_CONFIG = 0x06,
	READ_REQUEST = 0x10,
	WRITE_READ_REQUEST = 0x11,
	READ_FORCE_SEND = 0x12,
	READ_RESPONSE = 0x13,
	WRITE_REQUEST = 0x14,
	STATUS_REQUEST = 0x15,
	STATUS_RESPONSE = 0x16,
	CANCEL = 0x17,
	LOCK_BYTE = 0x20,
	USB_CONFIG = 0x21,
	MANUFACTURER = 0x22,
	PRODUCT_NAME = 0x23,
	SERIAL = 0x24,
};

/* The first byte of the item that declares a report: HID 1.11, 6.2.2.4. */
enum { INPUT = 0x81, OUTPUT = 0x91, FEATURE = 0xb1 };

#define REPORT_MAX 64 /* bytes, with the number in front */
#define DATA_MAX   61 /* of a read, in one report */
#define READ_MAX   512

/**
 * struct report - one that the bridge declares
 * @id: its number
 * @kind: the item that declares it
 * @size: bytes after the number
 * @first: how a feature begins
 */
static const struct report {
	uint8_t id;
	uint8_t kind;
	uint8_t size;
	uint8_t first[2];
} reports[] = {
	{ GPIO_CONFIG, FEATURE, 4, { 0 } },
	{ GPIO_GET, FEATURE, 1, { 0 } },
	{ GPIO_SET, FEATURE, 2, { 0 } },
	{ VERSION, FEATURE, 2, { 0x0c, 3 } },
	{ SMBUS_CONFIG, FEATURE, 13, { 0 } },
	{ READ_REQUEST, OUTPUT, 3, { 0 } },
	{ WRITE_READ_REQUEST, OUTPUT, 20, { 0 } },
	{ READ_FORCE_SEND, OUTPUT, 2, { 0 } },
	{ READ_RESPONSE, INPUT, 2 + DATA_MAX, { 0 } },
	{ WRITE_REQUEST, OUTPUT, 2 + DATA_MAX, { 0 } },
	{ STATUS_REQUEST, OUTPUT, 1, { 0 } },
	{ STATUS_RESPONSE, INPUT, 6, { 0 } },
	{ CANCEL, OUTPUT, 1, { 0 } },
	{ LOCK_BYTE, FEATURE, 1, { 0xff } },
	{ USB_CONFIG, FEATURE, 9, { 0 } },
	{ MANUFACTURER, FEATURE, 62, { 2, 3 } }, /* a string of no letters */
	{ PRODUCT_NAME, FEATURE, 62, { 2, 3 } },
	{ SERIAL, FEATURE, 62, { 2, 3 } },
};

#define REPORTS (sizeof(reports) / sizeof(reports[0]))

/* What is behind the bus: registers, and where a read without an address goes on, as of i2c-stub. */
struct chip {
	uint8_t address;
	uint8_t next;
	uint8_t registers[256];
};

/**
 * struct bridge - what the process that answers knows
 * @fd: /dev/uhid, which the device goes with
 * @event: what the kernel asked last
 * @features: each, as it was set last
 * @chips: behind the bus
 * @acknowledged: was there a chip at the address of the last transfer?
 * @data: what the last transfer has read
 * @length: of that, bytes
 * @given: of those, how many were handed on
 */
struct bridge {
	int fd;
	struct uhid_event event;
	uint8_t features[REPORTS][REPORT_MAX];
	struct chip chips[3];
	bool acknowledged;
	uint8_t data[READ_MAX];
	size_t length;
	size_t given;
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t big_endian(const uint8_t *bytes)
{
	return (size_t)bytes[0] << 8 | bytes[1];
}

/* --- as the chip answers -------------------------------------------------------------- */

static void answer(struct bridge *b, const struct uhid_event *e)
{
	if (write(b->fd, e, sizeof(*e)) < 0)
		_exit(1); /* unplugged */
}

static void send_report(struct bridge *b, const uint8_t *report, size_t size)
{
	struct uhid_event e = { .type = UHID_INPUT2, .u.input2.size = (uint16_t)size };

	memcpy(e.u.input2.data, report, size);
	answer(b, &e);
}

/* The place of a feature, or REPORTS. */
static size_t find_feature(uint8_t id)
{
	size_t i;

	for (i = 0; i < REPORTS; i++)
		if (reports[i].id == id && reports[i].kind == FEATURE)
			break;
	return i;
}

static void get_feature(struct bridge *b, const struct uhid_get_report_req *asked)
{
	size_t i = find_feature(asked->rnum);
	struct uhid_event e = {
		.type = UHID_GET_REPORT_REPLY,
		.u.get_report_reply = { .id = asked->id, .err = i == REPORTS ? EIO : 0 },
	};

	if (i < REPORTS) {
		e.u.get_report_reply.size = reports[i].size + 1;
		memcpy(e.u.get_report_reply.data, b->features[i], REPORT_MAX);
	}
	answer(b, &e);
}

static void set_lines(struct bridge *b, uint8_t values, uint8_t mask)
{
	uint8_t *lines = &b->features[find_feature(GPIO_GET)][1];

	*lines = (uint8_t)((*lines & ~mask) | (values & mask));
}

static void set_feature(struct bridge *b, const struct uhid_set_report_req *asked)
{
	size_t i = find_feature(asked->rnum);
	struct uhid_event e = {
		.type = UHID_SET_REPORT_REPLY,
		.u.set_report_reply = { .id = asked->id, .err = i == REPORTS ? EIO : 0 },
	};

	if (asked->rnum == GPIO_SET)
		set_lines(b, asked->data[1], asked->data[2]);
	else if (i < REPORTS)
		memcpy(b->features[i], asked->data, smaller(asked->size, REPORT_MAX));
	answer(b, &e);
}

static struct chip *find_chip(struct bridge *b, uint8_t address)
{
	size_t i;

	for (i = 0; i < sizeof(b->chips) / sizeof(b->chips[0]); i++)
		if (b->chips[i].address == address)
			return &b->chips[i];
	return NULL;
}

/* @sent bytes go out, of which the first is a register, and then @wanted come back. */
static void transfer(struct bridge *b, uint8_t address, const uint8_t *out, size_t sent, size_t wanted)
{
	struct chip *c = find_chip(b, address >> 1);
	uint8_t reg;
	size_t i;

	b->acknowledged = c;
	b->length = 0;
	b->given = 0;
	if (!c)
		return;
	reg = sent ? out[0] : c->next;
	for (i = 1; i < sent; i++)
		c->registers[(uint8_t)(reg + i - 1)] = out[i];
	for (; b->length < smaller(wanted, READ_MAX); b->length++)
		b->data[b->length] = c->registers[(uint8_t)(reg + b->length)];
	if (sent + wanted == 1)
		c->next = (uint8_t)(reg + wanted);
}

static void tell_status(struct bridge *b)
{
	const uint8_t report[] = {
		STATUS_RESPONSE,
		b->acknowledged ? 2 : 3, /* complete, or failed */
		b->acknowledged ? 5 : 0, /* with success, or for want of an answer */
		0, 0, (uint8_t)(b->length >> 8), (uint8_t)b->length,
	};

	send_report(b, report, sizeof(report));
}

static void hand_on(struct bridge *b, size_t wanted)
{
	size_t n = smaller(smaller(wanted, DATA_MAX), b->length - b->given);
	uint8_t report[3 + DATA_MAX] = { READ_RESPONSE, 2, (uint8_t)n };

	memcpy(report + 3, b->data + b->given, n);
	b->given += n;
	send_report(b, report, sizeof(report));
}

static void take_request(struct bridge *b, const uint8_t *d)
{
	switch (d[0]) {
	case READ_REQUEST:
		transfer(b, d[1], NULL, 0, big_endian(d + 2));
		break;
	case WRITE_READ_REQUEST:
		transfer(b, d[1], d + 5, smaller(d[4], 16), big_endian(d + 2));
		break;
	case WRITE_REQUEST:
		transfer(b, d[1], d + 3, smaller(d[2], DATA_MAX), 0);
		break;
	case STATUS_REQUEST:
		tell_status(b);
		break;
	case READ_FORCE_SEND:
		hand_on(b, big_endian(d + 1));
		break;
	}
}

/* Until the guest ends. */
static void serve(struct bridge *b)
{
	while (read(b->fd, &b->event, sizeof(b->event)) > 0) {
		if (b->event.type == UHID_GET_REPORT)
			get_feature(b, &b->event.u.get_report);
		else if (b->event.type == UHID_SET_REPORT)
			set_feature(b, &b->event.u.set_report);
		else if (b->event.type == UHID_OUTPUT)
			take_request(b, b->event.u.output.data);
	}
}

/* --- plugging it in -------------------------------------------------------------------- */

static struct bridge bridge = {
	.chips = { { .address = 0x0e }, { .address = 0x18 }, { .address = 0x48 } },
};

/* Reports of a vendor's own, each of bytes: HID 1.11, 6.2.2. */
static uint16_t describe(uint8_t *to)
{
	static const uint8_t begin[] = { 0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15,
					 0x00, 0x26, 0xff, 0x00, 0x75, 0x08 };
	uint8_t *at = to + sizeof(begin);
	size_t i;

	memcpy(to, begin, sizeof(begin));
	for (i = 0; i < REPORTS; i++) {
		const uint8_t items[] = { 0x85, reports[i].id, 0x95, reports[i].size,
					  0x09, 0x01, reports[i].kind, 0x02 };

		memcpy(at, items, sizeof(items));
		at += sizeof(items);
	}
	*at++ = 0xc0;
	return (uint16_t)(at - to);
}

static int create(struct bridge *b)
{
	struct uhid_event e = {
		.type = UHID_CREATE2,
		.u.create2 = { .name = "warden bridge", .bus = BUS_USB, .vendor = VENDOR, .product = PRODUCT },
	};
	size_t i;

	for (i = 0; i < REPORTS; i++) {
		b->features[i][0] = reports[i].id;
		memcpy(&b->features[i][1], reports[i].first, sizeof(reports[i].first));
	}
	e.u.create2.rd_size = describe(e.u.create2.rd_data);
	b->fd = open("/dev/uhid", O_RDWR | O_CLOEXEC);
	return b->fd < 0 || write(b->fd, &e, sizeof(e)) < 0 ? -errno : 0;
}

/* Nobody's child, and without the files of the test. The driver waits 50 ms for an answer: it comes first. */
static void leave_and_serve(struct bridge *b)
{
	const struct sched_param first = { .sched_priority = 1 };

	if (setsid() < 0 || fork() || dup2(b->fd, STDIN_FILENO) || close_range(1, ~0u, 0) || chdir("/"))
		_exit(0);
	b->fd = STDIN_FILENO;
	sched_setscheduler(0, SCHED_FIFO, &first);
	serve(b);
	_exit(0);
}

/* The number behind the name of what stands below the device, or -ENODEV. */
static int find_number(const char *name)
{
	char pattern[96];
	int number = -ENODEV;
	const char *digits;
	glob_t found;

	snprintf(pattern, sizeof(pattern), DEVICE "%s[0-9]*", name);
	if (!glob(pattern, 0, NULL, &found)) {
		for (digits = strchr(found.gl_pathv[0], '\0'); isdigit(digits[-1]);)
			digits--;
		number = atoi(digits);
		globfree(&found);
	}
	return number;
}

int bridge_bus(void)
{
	return find_number("i2c-");
}

const char *bridge_lines(void)
{
	static char path[32];
	int number = find_number("gpiochip");

	snprintf(path, sizeof(path), number < 0 ? "" : "/dev/gpiochip%d", number);
	return path;
}

const char *bridge_raw(void)
{
	static char path[32];
	int number = find_number("hidraw/hidraw");

	snprintf(path, sizeof(path), number < 0 ? "" : "/dev/hidraw%d", number);
	return path;
}

bool bridge_is_known(void)
{
	return device_is_known("uhid") && device_is_known("hid-cp2112");
}

int bridge_plug(void)
{
	int tries, err;
	pid_t pid;

	if (bridge_bus() >= 0)
		return bridge_bus();
	if (device_load("uhid", "") || device_load("hid-cp2112", ""))
		return -ENODEV;
	err = create(&bridge);
	if (err)
		return err;
	pid = fork();
	if (!pid)
		leave_and_serve(&bridge);
	close(bridge.fd);
	waitpid(pid, NULL, 0);
	for (tries = 0; tries < 500 && !bridge_lines()[0]; tries++) /* made by a worker, the lines last */
		usleep(10000);
	return bridge_lines()[0] ? bridge_bus() : -ENODEV;
}

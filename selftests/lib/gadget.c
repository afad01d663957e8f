// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/devices.h"
#include "lib/gadget.h"

#define CONFIGFS "/sys/kernel/config"
#define DEVICES	 "/sys/bus/usb/devices/"
#define STEP_US	 20000
#define STEPS	 1500 /* half a minute */

/* A keyboard as it is at boot (HID 1.11, appendix B.1): modifiers, a byte, six keys. */
static const unsigned char keyboard[] = {
	0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01,
	0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x03, 0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65,
	0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0,
};

static bool write_bytes(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, bytes, len) == (ssize_t)len;
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return done;
}

bool gadget_write(const char *path, const char *text)
{
	return write_bytes(path, text, strlen(text));
}

static void name_file(char *path, size_t size, const struct gadget *g, const char *file)
{
	snprintf(path, size, CONFIGFS "/usb_gadget/test%u/%s", g->n, file);
}

bool gadget_put(const struct gadget *g, const char *file, const char *text)
{
	char path[192];

	name_file(path, sizeof(path), g, file);
	return gadget_write(path, text);
}

/* --- making one -------------------------------------------------------------------- */

/* One wire is what others leave, who need no more; a driver that is there is not loaded with more. */
static bool load_drivers(const char *functions)
{
	if (!access("/sys/class/udc/dummy_udc.0", F_OK) && access("/sys/class/udc/dummy_udc.1", F_OK))
		device_unload("dummy_hcd");
	if (device_load("dummy_hcd", "num=2") || device_load("libcomposite", ""))
		return false;
	return (!strstr(functions, "acm") || !device_load("usb_f_acm", "")) &&
	       (!strstr(functions, "hid") || !device_load("usb_f_hid", "")) &&
	       (!strstr(functions, "mass") || !device_load("usb_f_mass_storage", ""));
}

static bool describe_keyboard(const struct gadget *g)
{
	char path[192];

	name_file(path, sizeof(path), g, "functions/hid.0/report_desc");
	return gadget_put(g, "functions/hid.0/protocol", "1") &&
	       gadget_put(g, "functions/hid.0/subclass", "1") &&
	       gadget_put(g, "functions/hid.0/report_length", "8") &&
	       write_bytes(path, keyboard, sizeof(keyboard));
}

static bool add_function(const struct gadget *g, const char *function)
{
	char command[384];

	snprintf(command, sizeof(command), "cd " CONFIGFS "/usb_gadget/test%u && mkdir -p functions/%s", g->n,
		 function);
	if (!client_shell(command) || (!strncmp(function, "hid", 3) && !describe_keyboard(g)))
		return false;
	if (!strncmp(function, "mass", 4) &&
	    (!client_shell("truncate -s 1M " GADGET_DISK) ||
	     !gadget_put(g, "functions/mass_storage.0/lun.0/file", GADGET_DISK)))
		return false;
	snprintf(command, sizeof(command), "cd " CONFIGFS "/usb_gadget/test%u && ln -s functions/%s configs/c.1",
		 g->n, function);
	return client_shell(command);
}

bool gadget_make(struct gadget *g, unsigned int n, const char *functions)
{
	char command[192], list[sizeof(g->functions)], *rest = list, *function;
	bool made;

	*g = (struct gadget){ .n = n };
	if (!load_drivers(functions))
		return false;
	mount("configfs", CONFIGFS, "configfs", 0, NULL);
	snprintf(g->functions, sizeof(g->functions), "%s", functions);
	snprintf(list, sizeof(list), "%s", functions);
	snprintf(command, sizeof(command), "mkdir -p " CONFIGFS "/usb_gadget/test%u/configs/c.1", n);
	made = client_shell(command) && gadget_put(g, "idVendor", "0x1d6b") &&
	       gadget_put(g, "idProduct", n ? "0xc0df" : "0xc0de");
	while (made && (function = strsep(&rest, " ")))
		made = add_function(g, function);
	return made;
}

void gadget_break(struct gadget *g)
{
	char command[512];

	if (!g->functions[0])
		return;
	gadget_unplug(g);
	snprintf(command, sizeof(command),
		 "cd " CONFIGFS "/usb_gadget/test%u || exit 0; find configs/c.1 -type l -delete; rmdir configs/c.1; "
		 "for f in %s; do rmdir functions/$f; done; cd ..; rmdir test%u; rm -f " GADGET_DISK, g->n,
		 g->functions, g->n);
	client_shell(command);
	client_shell("test -n \"$(ls " CONFIGFS "/usb_gadget)\" || modprobe -r usb_f_acm usb_f_hid usb_f_mass_storage "
		     "dummy_hcd; true");
	g->functions[0] = '\0';
}

/* --- plugging it in ------------------------------------------------------------------ */

/* Found by what it says of itself. */
static void find_port(struct gadget *g)
{
	char command[128];
	FILE *f;

	snprintf(command, sizeof(command), "grep -lx %s " DEVICES "*/idProduct 2>/dev/null | cut -d/ -f6",
		 g->n ? "c0df" : "c0de");
	f = popen(command, "r");
	g->port[0] = '\0';
	if (f && fgets(g->port, sizeof(g->port), f))
		g->port[strcspn(g->port, "\n")] = '\0';
	if (f)
		pclose(f);
}

bool gadget_plug(struct gadget *g)
{
	char udc[16];
	int i;

	snprintf(udc, sizeof(udc), "dummy_udc.%u", g->n);
	if (!gadget_put(g, "UDC", udc))
		return false;
	for (i = 0; i < STEPS; i++) {
		find_port(g);
		if (g->port[0] && (gadget_authorized(g->port) == '0' ||
				   gadget_authorized(gadget_interface(g, 0)) != '?'))
			return true;
		usleep(STEP_US);
	}
	return false;
}

void gadget_unplug(struct gadget *g)
{
	int i;

	gadget_put(g, "UDC", "\n");
	for (i = 0; i < STEPS; i++) {
		find_port(g);
		if (!g->port[0])
			return;
		usleep(STEP_US);
	}
}

/* --- what the host has of it ------------------------------------------------------------- */

const char *gadget_interface(const struct gadget *g, unsigned int number)
{
	static char names[4][48];
	static unsigned int next;
	char *name = names[next++ % 4];

	snprintf(name, sizeof(names[0]), "%s:1.%u", g->port, number);
	return name;
}

const char *gadget_path(const char *name, const char *file)
{
	static char path[192];

	snprintf(path, sizeof(path), DEVICES "%s/%s", name, file);
	return path;
}

char gadget_authorized(const char *name)
{
	int fd = open(gadget_path(name, "authorized"), O_RDONLY | O_CLOEXEC);
	char value = '?';

	if (fd < 0)
		return value;
	if (read(fd, &value, 1) != 1)
		value = '?';
	close(fd);
	return value;
}

bool gadget_becomes(const char *name, char authorized)
{
	int i;

	for (i = 0; i < STEPS && gadget_authorized(name) != authorized; i++)
		usleep(STEP_US);
	return gadget_authorized(name) == authorized;
}

bool gadget_is_bound(const char *name)
{
	return !access(gadget_path(name, "driver"), F_OK);
}

bool gadget_binds(const char *name)
{
	int i;

	for (i = 0; i < STEPS && !gadget_is_bound(name); i++)
		usleep(STEP_US);
	return gadget_is_bound(name);
}

bool gadget_unbinds(const char *name)
{
	int i;

	for (i = 0; i < STEPS && gadget_is_bound(name); i++)
		usleep(STEP_US);
	return !gadget_is_bound(name);
}

const char *gadget_finds(const char *pattern)
{
	static char found[256];
	glob_t list = { 0 };
	int i;

	found[0] = '\0';
	for (i = 0; i < STEPS && !found[0]; i++) {
		if (!glob(pattern, 0, NULL, &list))
			snprintf(found, sizeof(found), "%s", list.gl_pathv[0]);
		globfree(&list);
		if (!found[0])
			usleep(STEP_US);
	}
	return found;
}

/* A report is taken when the host asks for it; the next one waits for that. */
bool gadget_type(unsigned char usage)
{
	const unsigned char down[8] = { 0, 0, usage }, up[8] = { 0 };
	int fd = open("/dev/hidg0", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct pollfd taken = { .fd = fd, .events = POLLOUT };
	bool done = fd >= 0 && write(fd, down, sizeof(down)) == sizeof(down) && poll(&taken, 1, 2000) == 1 &&
		    taken.revents & POLLOUT && write(fd, up, sizeof(up)) == sizeof(up);

	if (fd >= 0)
		close(fd);
	return done;
}

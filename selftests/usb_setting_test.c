// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interface has settings, of which a policy sees the first when it comes: one that is a keyboard
 * in its second gets no driver as that.
 *
 * The device plays along, so it is answered for by a process (gadgetfs): it does not go back to its
 * first setting when it is told to.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/usb/ch9.h>
#include <linux/usb/gadgetfs.h>
#include <linux/usbdevice_fs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/gadget.h"
#include "lib/harness.h"
#include "lib/users.h"

#define GADGETFS "/tmp/gadgetfs"
#define NUMBERS	 "1d6b:c0e0"
#define VENDOR	 0x1d6b
#define PRODUCT	 0xc0e0

/* --- the device ------------------------------------------------------------------------------ */

/* A setting of the interface, whose endpoint says when a key was pressed. */
struct setting {
	struct usb_interface_descriptor interface;
	struct {
		__u8 length, type, version[2], country, count, report, size[2];
	} __attribute__((packed)) hid;
	__u8 endpoint[USB_DT_ENDPOINT_SIZE];
} __attribute__((packed));

struct configuration {
	struct usb_config_descriptor config;
	struct setting setting[2];
} __attribute__((packed));

static struct setting setting_of(__u8 number, __u8 class)
{
	return (struct setting){
		.interface = { .bLength = USB_DT_INTERFACE_SIZE,
			       .bDescriptorType = USB_DT_INTERFACE,
			       .bAlternateSetting = number,
			       .bNumEndpoints = 1,
			       .bInterfaceClass = class },
		.hid = { 9, 0x21, { 0x11, 0x01 }, 0, 1, 0x22, { 45, 0 } },
		.endpoint = { USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, USB_DIR_IN | 1,
			      USB_ENDPOINT_XFER_INT, 8, 0, 4 },
	};
}

static bool describe(int fd)
{
	const struct configuration c = {
		.config = { .bLength = USB_DT_CONFIG_SIZE,
			    .bDescriptorType = USB_DT_CONFIG,
			    .wTotalLength = sizeof(c),
			    .bNumInterfaces = 1,
			    .bConfigurationValue = 1,
			    .bmAttributes = USB_CONFIG_ATT_ONE,
			    .bMaxPower = 1 },
		.setting = { setting_of(0, USB_CLASS_VENDOR_SPEC), setting_of(1, USB_CLASS_HID) },
	};
	const struct usb_device_descriptor device = {
		.bLength = USB_DT_DEVICE_SIZE,
		.bDescriptorType = USB_DT_DEVICE,
		.bcdUSB = 0x0200,
		.bMaxPacketSize0 = 64,
		.idVendor = VENDOR,
		.idProduct = PRODUCT,
		.bNumConfigurations = 1,
	};
	unsigned char all[sizeof(__u32) + 2 * sizeof(c) + USB_DT_DEVICE_SIZE] = { 0 },
							  *at = all + sizeof(__u32);

	memcpy(at, &c, sizeof(c)); /* at full speed, then at high speed */
	memcpy(at + sizeof(c), &c, sizeof(c));
	memcpy(at + 2 * sizeof(c), &device, USB_DT_DEVICE_SIZE);
	return write(fd, all, sizeof(all)) == (ssize_t)sizeof(all);
}

/* What goes the other way than is asked for refuses it. */
static void answer(int fd, const struct usb_ctrlrequest *asked)
{
	bool taken = asked->bRequest == USB_REQ_SET_CONFIGURATION ||
		     (asked->bRequest == USB_REQ_SET_INTERFACE && asked->wValue);
	bool reads = asked->bRequestType & USB_DIR_IN ? true : taken;
	char nothing;
	ssize_t n = reads ? read(fd, &nothing, 0) : write(fd, &nothing, 0);

	(void)n;
}

/* In a child, until it is killed. */
static void be_device(const char *controller)
{
	struct usb_gadgetfs_event events[5];
	int fd = open(controller, O_RDWR | O_CLOEXEC);
	ssize_t n, i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0 || !describe(fd))
		_exit(1);
	while ((n = read(fd, events, sizeof(events))) >= 0)
		for (i = 0; i < n / (ssize_t)sizeof(*events); i++)
			if (events[i].type == GADGETFS_SETUP)
				answer(fd, &events[i].u.setup);
	_exit(1);
}

/* --- who uses it
 * ---------------------------------------------------------------------------------- */

FIXTURE(setting)
{
	struct mark mark;
	char controller[64];
};

FIXTURE_SETUP(setting)
{
	glob_t found;

	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	mkdir(GADGETFS, 0700);
	if (device_load("usbhid", "") || device_load("dummy_hcd", "") ||
	    device_load("gadgetfs", "") || mount("none", GADGETFS, "gadgetfs", 0, NULL))
		SKIP(return, "this kernel has no gadgetfs, or no controller for it");
	if (glob(GADGETFS "/dummy_udc*", 0, NULL, &found))
		SKIP(return, "gadgetfs has no controller");
	snprintf(self->controller, sizeof(self->controller), "%s", found.gl_pathv[0]);
	globfree(&found);
}

FIXTURE_TEARDOWN(setting)
{
	umount(GADGETFS);
	warden_load(warden_policy("\n"));
}

/* Its port, once it is there with its interface; "" where it does not come. */
static const char *find_port(void)
{
	static char port[32];
	FILE *f;
	int i;

	for (i = 0, port[0] = '\0'; i < 1500 && !port[0]; i++) {
		f = popen(
			"grep -lx c0e0 /sys/bus/usb/devices/*/idProduct 2>/dev/null | cut -d/ -f6",
			"r");
		if (f && fgets(port, sizeof(port), f))
			port[strcspn(port, "\n")] = '\0';
		if (f)
			pclose(f);
		if (!port[0])
			usleep(20000);
	}
	return port;
}

/* Its node, which anybody may write to, as many a machine has it. */
static const char *open_node(const char *port)
{
	static char node[80];
	char line[64];
	FILE *f = fopen(gadget_path(port, "uevent"), "re");

	node[0] = '\0';
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "DEVNAME=%40s", line) == 1)
			snprintf(node, sizeof(node), "/dev/%s", line);
	if (f)
		fclose(f);
	chmod(node, 0666);
	return node;
}

/* Another setting, and then a driver: 0, or the step that was refused. */
static int change_setting(const struct user *u, void *node)
{
	struct usbdevfs_setinterface second = { .interface = 0, .altsetting = 1 };
	struct usbdevfs_ioctl connect = { .ifno = 0, .ioctl_code = USBDEVFS_CONNECT };
	unsigned int interface = 0;
	int fd = open(node, O_RDWR | O_CLOEXEC);

	(void)u;
	if (fd < 0)
		return 1;
	if (ioctl(fd, USBDEVFS_CLAIMINTERFACE, &interface))
		return 2;
	if (ioctl(fd, USBDEVFS_SETINTERFACE, &second))
		return 3;
	if (ioctl(fd, USBDEVFS_RELEASEINTERFACE, &interface))
		return 4;
	ioctl(fd, USBDEVFS_IOCTL, &connect); /* whether it has a driver then is seen elsewhere */
	close(fd);
	return 0;
}

/* What was done of a device that @user changed the setting of. */
struct outcome {
	char interface[48];
	int refused;
	char authorized;
};

static struct outcome try(const char *controller, const struct user *user, char wanted)
{
	struct outcome o = { .refused = -1, .authorized = '?' };
	pid_t device;

	fflush(stdout);
	device = fork();
	if (!device)
		be_device(controller);
	snprintf(o.interface, sizeof(o.interface), "%.32s:1.0", find_port());
	if (gadget_becomes(o.interface, '1'))
		o.refused = users_run(user, change_setting, (void *)open_node(find_port()));
	gadget_becomes(o.interface, wanted);
	o.authorized = gadget_authorized(o.interface);
	kill(device, SIGKILL);
	waitpid(device, NULL, 0);
	gadget_becomes(o.interface, '?'); /* it is gone */
	return o;
}

TEST_F(setting, keyboard_is_none_of_those_named)
{
	struct claim denied = { .domain = "usb", .reason = "default", .line = UINT32_MAX };
	char object[96];
	size_t i;

	for (i = 0; i < USERS_COUNT; i++) {
		struct outcome o;

		ASSERT_LOADED(warden_policy(
			"default sensor allow; default usb deny;\nallow usb class \"vendor\";\n"));
		self->mark = evidence_mark();
		o = try(self->controller, users_at(i), '0');
		EXPECT_EQ(0, o.refused);
		EXPECT_EQ('0', o.authorized)
		{
			TH_LOG("%s changed it to a keyboard", users_at(i)->name);
		}
		snprintf(object, sizeof(object), "%s " NUMBERS " class 03", o.interface);
		denied.object = object;
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
}

/* Rules that keep out some alone: what they do not name was let in as anything. */
TEST_F(setting, keyboard_is_kept_out_by_a_rule_for_it)
{
	struct outcome o;

	ASSERT_LOADED(warden_policy(
		"default sensor allow; default usb allow;\ndeny usb class \"hid\";\n"));
	o = try(self->controller, users_at(0), '0');
	EXPECT_EQ(0, o.refused);
	EXPECT_EQ('0', o.authorized);
	ASSERT_LOADED(warden_policy("default sensor allow; default usb deny;\n"
				    "allow usb class \"vendor\";\nallow usb class \"hid\";\n"));
	o = try(self->controller, users_at(0), '1');
	EXPECT_EQ(0, o.refused);
	EXPECT_EQ('1', o.authorized);
}

TEST_HARNESS_MAIN

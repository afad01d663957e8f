// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is plugged in: a device no rule allows is quarantined before a driver has
 * it, and of one that is let in each interface is judged for itself. The host
 * controller and the device are real drivers on both ends of a wire in memory.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/harness.h"

#define GADGET	"/sys/kernel/config/usb_gadget/test"
#define DEVICES "/sys/bus/usb/devices/"

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* The port the device is in, found by what it says of itself; "" where there is none. */
static const char *port_of_device(void)
{
	static char port[32];
	FILE *f = popen("grep -lx c0de " DEVICES "*/idProduct 2>/dev/null | cut -d/ -f6", "r");

	port[0] = '\0';
	if (f && fgets(port, sizeof(port), f))
		port[strcspn(port, "\n")] = '\0';
	if (f)
		pclose(f);
	return port;
}

static char read_authorized(const char *name)
{
	char path[128], value = '?';
	int fd;

	snprintf(path, sizeof(path), DEVICES "%s/authorized", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &value, 1) != 1)
			value = '?';
		close(fd);
	}
	return value;
}

/* The digest `wardenctl service list --usb` has for an interface in this state; "" without one. */
static const char *digest_in_state(const char *state)
{
	static char digest[65];
	struct json_object *list, *entry, *value;
	size_t i;

	digest[0] = '\0';
	list = warden_json(ARGV("service", "list", "--usb"));
	for (i = 0; list && i < json_object_array_length(list); i++) {
		entry = json_object_array_get_idx(list, i);
		if (json_object_object_get_ex(entry, "state", &value) &&
		    !strcmp(json_object_get_string(value), state) &&
		    json_object_object_get_ex(entry, "sha256", &value))
			snprintf(digest, sizeof(digest), "%s", json_object_get_string(value));
	}
	json_object_put(list);
	return digest;
}

static bool is_bound(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICES "%s/driver", name);
	return !access(path, F_OK);
}

FIXTURE(usb)
{
	struct mark mark;
	char port[32];
	char interface[2][48];
};

/* A modem of two interfaces, communications and its data. */
FIXTURE_SETUP(usb)
{
	ASSERT_LOADED(warden_policy("\n"));
	device_load("cdc-acm", ""); /* takes the second interface with the first where it may */
	if (device_load("dummy_hcd", "") || device_load("libcomposite", "") ||
	    device_load("usb_f_acm", ""))
		SKIP(return, "this kernel has no dummy_hcd or no gadgets");
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	ASSERT_TRUE(client_shell("mkdir -p " GADGET "/configs/c.1 " GADGET "/functions/acm.0 && cd " GADGET
			  " && echo 0x1d6b >idVendor && echo 0xc0de >idProduct && "
			  "{ test -e configs/c.1/acm.0 || ln -s functions/acm.0 configs/c.1; }"));
}

FIXTURE_TEARDOWN(usb)
{
	put(GADGET "/UDC", "\n");
	warden_load(warden_policy("\n"));
	client_shell("cd " GADGET " 2>/dev/null || exit 0; rm configs/c.1/acm.0; rmdir configs/c.1 "
	      "functions/acm.0; cd ..; rmdir test; modprobe -r usb_f_acm dummy_hcd; true");
}

/* Plug it in, and wait until the host has it, configured or not. */
static bool plug_in(char port[32])
{
	char name[48];
	int i;

	if (!put(GADGET "/UDC", "dummy_udc.0"))
		return false;
	for (i = 0; i < 100; i++) {
		snprintf(port, 32, "%s", port_of_device());
		snprintf(name, sizeof(name), "%.31s:1.1", port);
		if (port[0] && (read_authorized(port) == '0' || read_authorized(name) != '?'))
			return true;
		usleep(50000);
	}
	return false;
}

static void pull_out(void)
{
	int i;

	put(GADGET "/UDC", "\n");
	for (i = 0; i < 100 && port_of_device()[0]; i++)
		usleep(50000);
}

TEST_F(usb, unnamed_device_is_quarantined_until_a_rule_names_it)
{
	char object[64], authorized[128];
	struct claim denied = { .domain = "usb", .reason = "default", .object = object,
				.line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy("default usb deny;\n"));
	self->mark = evidence_mark();
	ASSERT_TRUE(plug_in(self->port));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 02", self->port);
	EXPECT_EQ('0', read_authorized(self->port));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, warden_ctl(ARGV("usb", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "quarantined"));
	/* Root's own way to let it in asks the policy, too. */
	self->mark = evidence_mark();
	snprintf(authorized, sizeof(authorized), DEVICES "%s/authorized", self->port);
	EXPECT_FALSE(put(authorized, "1"));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(1, warden_ctl(ARGV("usb", "admit", self->port)));
	EXPECT_EQ('0', read_authorized(self->port));

	ASSERT_LOADED(warden_policy("default usb deny;\nallow usb \"1d6b:C0DE\" on \"%s\";\n",
				    self->port));
	self->mark = evidence_mark();
	EXPECT_EQ(0, warden_ctl(ARGV("usb", "admit", self->port)));
	EXPECT_EQ('1', read_authorized(self->port));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	pull_out();
	ASSERT_TRUE(plug_in(self->port));
	EXPECT_EQ('1', read_authorized(self->port));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(usb, interface_is_refused_and_its_neighbour_is_not)
{
	char first[48], second[48], object[96];
	struct claim denied = { .domain = "usb", .reason = "rule", .object = object, .times = 1 };
	const char *policy = warden_policy("allow usb class \"cdc\";\ndeny usb class \"cdc-data\";\n"
					   "default usb deny;\n");

	denied.line = warden_line(policy, "deny usb");
	ASSERT_LOADED(policy);
	self->mark = evidence_mark();
	ASSERT_TRUE(plug_in(self->port));
	snprintf(first, sizeof(first), "%.31s:1.0", self->port);
	snprintf(second, sizeof(second), "%.31s:1.1", self->port);
	EXPECT_EQ('1', read_authorized(self->port));
	EXPECT_EQ('1', read_authorized(first));
	EXPECT_EQ('0', read_authorized(second));
	EXPECT_FALSE(is_bound(second));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 0a", second);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(usb, device_is_admitted_by_its_descriptors_and_one_that_says_another_thing_is_not)
{
	char digest[65], object[64];
	struct claim denied = { .domain = "usb", .reason = "default", .object = object,
				.line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy("default usb deny;\n"));
	ASSERT_TRUE(plug_in(self->port));
	EXPECT_EQ('0', read_authorized(self->port));
	snprintf(digest, sizeof(digest), "%s", digest_in_state("quarantined"));
	ASSERT_EQ(64, strlen(digest));
	/* The record has it as well. */
	EXPECT_EQ(0, warden_ctl(ARGV("--json", "audit", "show")));
	EXPECT_NE(NULL, strstr(warden_said(), digest));
	pull_out();

	ASSERT_LOADED(warden_policy("default usb deny;\nallow usb sha256 \"%s\";\n", digest));
	EXPECT_STREQ(digest, digest_in_state("not-there"));
	self->mark = evidence_mark();
	ASSERT_TRUE(plug_in(self->port));
	EXPECT_EQ('1', read_authorized(self->port));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_STREQ(digest, digest_in_state("declared"));
	pull_out();

	/* The same numbers and classes, and another release of the device. */
	ASSERT_TRUE(put(GADGET "/bcdDevice", "0x4242"));
	self->mark = evidence_mark();
	ASSERT_TRUE(plug_in(self->port));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 02", self->port);
	EXPECT_EQ('0', read_authorized(self->port));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_STRNE(digest, digest_in_state("quarantined"));
}

TEST_HARNESS_MAIN

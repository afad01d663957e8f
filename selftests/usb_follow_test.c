// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is plugged in follows the policy: what Warden shut is let in once a policy names it, with
 * nobody's help; what a policy does not name any more is shut. What others shut, and what the machine
 * stands on, stays as it is.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/gadget.h"
#include "lib/harness.h"

#define CLOSED "default usb deny;\n"
#define MODEM  CLOSED "allow usb \"1d6b:c0de\";\n"
#define BOTH   CLOSED "allow usb \"1d6b:*\";\n"

FIXTURE(follow)
{
	struct mark mark;
	struct gadget modem, other;
	char object[96];
};

FIXTURE_SETUP(follow)
{
	ASSERT_LOADED(warden_policy("\n"));
	device_load("cdc-acm", "");
	if (!gadget_make(&self->modem, 0, "acm.0"))
		SKIP(return, "this kernel has no dummy_hcd or no gadgets");
}

FIXTURE_TEARDOWN(follow)
{
	gadget_unplug(&self->modem);
	gadget_unplug(&self->other);
	warden_ctl(ARGV("policy", "confirm"));
	warden_load(warden_policy("\n"));
	gadget_break(&self->other);
	gadget_break(&self->modem);
}

/* A record of this about the modem or an interface of it, which ends so; waited for. */
static const char *told_by(const struct mark *m, struct claim c, const char *name, const char *how)
{
	static char object[96];
	struct json_object *record;

	snprintf(object, sizeof(object), "%s 1d6b:c0de class 02 %s", name, how);
	c.domain = "usb";
	c.reason = "policy-changed";
	c.object = object;
	record = evidence_find(m, &c, 30000);
	json_object_put(record);
	return record ? NULL : object;
}

static const char *told_of(const struct mark *m, const char *event, const char *port, const char *how)
{
	return told_by(m, (struct claim){ .event = event }, port, how);
}

TEST_F(follow, what_is_quarantined_is_let_in_by_the_policy_that_names_it)
{
	ASSERT_LOADED(warden_policy(CLOSED));
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	ASSERT_TRUE(gadget_make(&self->other, 1, "acm.0"));
	ASSERT_TRUE(gadget_plug(&self->other));
	EXPECT_EQ('0', gadget_authorized(self->other.port));
	/* One that names another device does not; that one came after it, and is looked at after it. */
	ASSERT_LOADED(warden_policy(CLOSED "allow usb \"1d6b:c0df\";\n"));
	EXPECT_TRUE(gadget_becomes(self->other.port, '1'));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));

	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(MODEM));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '1'));
	EXPECT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
	EXPECT_TRUE(gadget_binds(gadget_interface(&self->modem, 1)));
	EXPECT_FOUND(told_of(&self->mark, "admit", self->modem.port, "is let in"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(0, warden_ctl(ARGV("service", "list", "--usb")));
	EXPECT_EQ(NULL, strstr(warden_said(), "not admitted"));
}

TEST_F(follow, what_is_quarantined_is_let_in_where_it_is_observed_alone)
{
	ASSERT_LOADED(warden_policy(CLOSED));
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	ASSERT_LOADED(warden_policy("default usb deny observe;\n"));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '1'));
	EXPECT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
}

TEST_F(follow, interface_is_let_in_and_so_is_the_one_that_needed_it)
{
	const char *first, *second;

	ASSERT_LOADED(warden_policy(CLOSED "allow usb class \"cdc\";\n"));
	ASSERT_TRUE(gadget_plug(&self->modem));
	first = gadget_interface(&self->modem, 0);
	second = gadget_interface(&self->modem, 1);
	EXPECT_TRUE(gadget_becomes(second, '0'));
	EXPECT_EQ('1', gadget_authorized(first));
	EXPECT_FALSE(gadget_is_bound(first)); /* its driver wants both */

	ASSERT_LOADED(warden_policy(CLOSED "allow usb class \"cdc\"; allow usb class \"cdc-data\";\n"));
	EXPECT_TRUE(gadget_becomes(second, '1'));
	EXPECT_TRUE(gadget_binds(first));
	EXPECT_TRUE(gadget_binds(second));

	/* Its rule goes, and with it the driver that has both. */
	ASSERT_LOADED(warden_policy(CLOSED "allow usb class \"cdc\";\n"));
	EXPECT_TRUE(gadget_becomes(second, '0'));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	EXPECT_EQ('1', gadget_authorized(first));
	EXPECT_TRUE(gadget_unbinds(second));
}

/* Devices are looked at in the order they came in, so the second one tells that the first was. */
TEST_F(follow, what_somebody_else_shut_stays_shut)
{
	ASSERT_LOADED(warden_policy(MODEM));
	ASSERT_TRUE(gadget_plug(&self->modem));
	ASSERT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
	ASSERT_TRUE(gadget_write(gadget_path(self->modem.port, "authorized"), "0"));
	ASSERT_TRUE(gadget_make(&self->other, 1, "acm.0"));
	ASSERT_TRUE(gadget_plug(&self->other));
	EXPECT_EQ('0', gadget_authorized(self->other.port));

	ASSERT_LOADED(warden_policy(BOTH));
	EXPECT_TRUE(gadget_becomes(self->other.port, '1'));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
}

TEST_F(follow, what_was_let_in_by_hand_and_shut_by_hand_stays_shut)
{
	ASSERT_LOADED(warden_policy(CLOSED));
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	ASSERT_TRUE(gadget_make(&self->other, 1, "acm.0"));
	ASSERT_TRUE(gadget_plug(&self->other));
	ASSERT_LOADED(warden_policy(MODEM));
	EXPECT_EQ(0, warden_ctl(ARGV("usb", "admit", self->modem.port)));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	ASSERT_TRUE(gadget_write(gadget_path(self->modem.port, "authorized"), "0"));

	ASSERT_LOADED(warden_policy(BOTH));
	EXPECT_TRUE(gadget_becomes(self->other.port, '1'));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
}

TEST_F(follow, what_a_policy_does_not_name_any_more_is_shut_and_comes_back_with_its_rule)
{
	ASSERT_LOADED(warden_policy(MODEM));
	ASSERT_TRUE(gadget_plug(&self->modem));
	ASSERT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(CLOSED));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '0'));
	EXPECT_FOUND(told_of(&self->mark, "sweep", self->modem.port, "is shut"));
	EXPECT_EQ('?', gadget_authorized(gadget_interface(&self->modem, 0)));

	ASSERT_LOADED(warden_policy(MODEM));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '1'));
	EXPECT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
}

/* A keyboard, say: who is locked out has it back when nobody confirms. */
TEST_F(follow, what_a_policy_on_trial_shut_comes_back_when_it_goes)
{
	static const char path[] = "/tmp/usb-trial.policy";

	ASSERT_LOADED(warden_policy(MODEM));
	ASSERT_TRUE(gadget_plug(&self->modem));
	ASSERT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	ASSERT_TRUE(gadget_write(path, warden_policy(CLOSED "sweep usb;\n")));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--force", "--confirm", "600", path)));
	unlink(path);
	EXPECT_TRUE(gadget_becomes(self->modem.port, '0'));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "confirm", "--revert")));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '1'));
	EXPECT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
}

TEST_F(follow, what_was_there_before_goes_on_until_a_policy_sweeps)
{
	ASSERT_TRUE(gadget_plug(&self->modem));
	ASSERT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(CLOSED));
	EXPECT_FOUND(told_of(&self->mark, "sweep", self->modem.port, "goes on"));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	EXPECT_TRUE(gadget_is_bound(gadget_interface(&self->modem, 0)));

	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy("default usb deny observe;\nsweep usb;\n"));
	EXPECT_FOUND(told_by(&self->mark, (struct claim){ .event = "sweep", .observed = true },
			     gadget_interface(&self->modem, 0), "goes on"));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));

	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(CLOSED "sweep usb;\n"));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '0'));
	EXPECT_FOUND(told_of(&self->mark, "sweep", self->modem.port, "is shut"));
	/* And it is Warden's to let in again. */
	ASSERT_LOADED(warden_policy("\n"));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '1'));
}

/* By descriptors of `authorized` from when the policy allowed what it does not any more. */
TEST_F(follow, file_from_before_lets_nothing_in)
{
	char first[48];
	int device, interface;

	ASSERT_LOADED(warden_policy(MODEM));
	ASSERT_TRUE(gadget_plug(&self->modem));
	ASSERT_TRUE(gadget_binds(gadget_interface(&self->modem, 0)));
	device = open(gadget_path(self->modem.port, "authorized"), O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, device);
	ASSERT_LOADED(warden_policy(CLOSED "sweep usb;\n"));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '0'));
	EXPECT_EQ(1, write(device, "1", 1));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '0'));
	close(device);

	ASSERT_LOADED(warden_policy(MODEM));
	snprintf(first, sizeof(first), "%s", gadget_interface(&self->modem, 0));
	EXPECT_TRUE(gadget_binds(first));
	interface = open(gadget_path(first, "authorized"), O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, interface);
	ASSERT_LOADED(warden_policy(CLOSED "allow usb class \"cdc-data\";\nsweep usb;\ndefault sensor allow;\n"));
	EXPECT_TRUE(gadget_becomes(first, '0'));
	EXPECT_TRUE(gadget_unbinds(first));
	EXPECT_EQ(1, write(interface, "1", 1));
	EXPECT_TRUE(gadget_write("/sys/bus/usb/drivers_probe", first));
	EXPECT_EQ('0', gadget_authorized(first));
	EXPECT_FALSE(gadget_is_bound(first));
	close(interface);
}

/* A number that sysfs tells of the device; -1 where it does not. */
static int number_of(const char *port, const char *file)
{
	FILE *f = fopen(gadget_path(port, file), "re");
	int number = -1;

	if (f && fscanf(f, "%d", &number) != 1)
		number = -1;
	if (f)
		fclose(f);
	return number;
}

static int open_usbfs(const char *port)
{
	char node[64];

	snprintf(node, sizeof(node), "/dev/bus/usb/%03d/%03d", number_of(port, "busnum"),
		 number_of(port, "devnum"));
	return open(node, O_RDWR | O_CLOEXEC);
}

/* Its driver is usbfs, which is asked by nobody whether it wants it. */
TEST_F(follow, file_from_before_claims_nothing_by_usbfs)
{
	unsigned int number = 0;
	int interface, device;
	char first[48];

	ASSERT_LOADED(warden_policy(MODEM "default sensor allow;\n"));
	ASSERT_TRUE(gadget_plug(&self->modem));
	snprintf(first, sizeof(first), "%s", gadget_interface(&self->modem, 0));
	ASSERT_TRUE(gadget_binds(first));
	interface = open(gadget_path(first, "authorized"), O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, interface);
	device = open_usbfs(self->modem.port);
	ASSERT_LE(0, device);
	ASSERT_LOADED(warden_policy(CLOSED "allow usb class \"cdc-data\";\nsweep usb;\ndefault sensor allow;\n"));
	EXPECT_TRUE(gadget_becomes(first, '0'));
	EXPECT_TRUE(gadget_unbinds(first));
	EXPECT_EQ(-1, ioctl(device, USBDEVFS_CLAIMINTERFACE, &number));
	self->mark = evidence_mark();
	EXPECT_EQ(1, write(interface, "1", 1));
	EXPECT_EQ(0, ioctl(device, USBDEVFS_CLAIMINTERFACE, &number)); /* before the bus tells of it */
	EXPECT_TRUE(gadget_becomes(first, '0'));
	EXPECT_TRUE(gadget_unbinds(first));
	EXPECT_FOUND(told_of(&self->mark, "sweep", first, "is shut"));
	EXPECT_EQ(-1, ioctl(device, USBDEVFS_RELEASEINTERFACE, &number)); /* it has it no more */
	/* Its twin, which the policy names. */
	ASSERT_LOADED(warden_policy(MODEM "default sensor allow;\n"));
	EXPECT_TRUE(gadget_becomes(first, '1'));
	EXPECT_TRUE(gadget_binds(first));
	close(interface);
	close(device);
}

/* --- what the machine stands on ------------------------------------------------------------- */

TEST_F(follow, disk_in_use_goes_on_and_one_that_is_not_is_shut)
{
	char pattern[192], disk[64];
	const char *found;
	int claim;

	if (device_load("usb-storage", "") || device_load("sd_mod", "") ||
	    !gadget_make(&self->other, 1, "mass_storage.0"))
		SKIP(return, "this kernel has no disks on USB");
	ASSERT_TRUE(gadget_plug(&self->other));
	snprintf(pattern, sizeof(pattern), "/sys/bus/usb/devices/%s/host*/target*/*/block/*",
		 gadget_interface(&self->other, 0));
	found = gadget_finds(pattern);
	ASSERT_STRNE("", found);
	snprintf(disk, sizeof(disk), "/dev/%s", strrchr(found, '/') + 1);
	claim = open(gadget_finds(disk), O_RDONLY | O_EXCL | O_CLOEXEC); /* as a mount does */
	ASSERT_LE(0, claim);
	ASSERT_TRUE(gadget_plug(&self->modem));

	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(CLOSED "sweep usb;\n"));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '0')); /* the disk came before it */
	EXPECT_EQ('1', gadget_authorized(self->other.port));
	EXPECT_TRUE(gadget_is_bound(gadget_interface(&self->other, 0)));
	snprintf(self->object, sizeof(self->object), "%s 1d6b:c0df class 08 is in use, goes on", self->other.port);
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "sweep", .domain = "usb",
								     .object = self->object }));
	close(claim);
	ASSERT_LOADED(warden_policy(CLOSED "sweep usb;\n"));
	EXPECT_TRUE(gadget_becomes(self->other.port, '0'));
}

TEST_HARNESS_MAIN

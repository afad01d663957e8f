// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scan for Wi-Fi networks tells where the device is: it takes the right to class
 * location, whoever asks.
 */
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/harness.h"

#define NOTHING "default sensor deny;\n"
#define RADIO	"wlan0"

static int bring_up(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	err = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

static struct claim refused(const char *program)
{
	return (struct claim){
		.domain = "sensor", .reason = "program-unknown", .program = program,
		.object = "nl80211", .line = UINT32_MAX,
	};
}

FIXTURE(scan)
{
	struct mark mark;
};

FIXTURE_SETUP(scan)
{
	if (device_load("mac80211_hwsim", "radios=1"))
		SKIP(return, "this kernel has no mac80211_hwsim");
	ASSERT_EQ(0, bring_up(RADIO));
	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(scan)
{
}

FIXTURE_VARIANT(scan)
{
	const char *kind;
};

FIXTURE_VARIANT_ADD(scan, of_its_own){
	.kind = "trigger",
};

FIXTURE_VARIANT_ADD(scan, of_others){
	.kind = "dump",
};

TEST_F(scan, takes_the_right_to_location)
{
	const char *const *iw = ARGV("iw", "dev", RADIO, "scan", variant->kind);
	struct claim denied = refused("/usr/sbin/iw");
	struct client c;

	EXPECT_NE(0, client_run(&c, iw));
	EXPECT_NE(NULL, strstr(c.text, "command failed"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* What else is asked of the radio is free. */
	self->mark = evidence_mark();
	EXPECT_EQ(0, client_run(&c, ARGV("iw", "dev", RADIO, "info")));
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use location;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, client_run(&c, iw))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* <bluetooth/hci.h>, which is no header of the kernel's. */
#define BTPROTO_HCI 1
#define HCIINQUIRY  _IOR('H', 240, int)

struct hci_inquiry_req {
	uint16_t dev_id;
	uint16_t flags;
	uint8_t lap[3];
	uint8_t length;
	uint8_t num_rsp;
};

/*
 * S29 as it stands: a scan by Bluetooth asks for no location. Who may make a socket of
 * that kind may scan; what closes it is the kind.
 */
TEST(bluetooth_scan_is_closed_as_a_kind_of_socket_and_not_as_location)
{
	struct hci_inquiry_req request = { .lap = { 0x33, 0x8b, 0x9e }, .length = 1, .num_rsp = 1 };
	struct claim denied = {
		.domain = "protocol", .reason = "program-unknown", .program = warden_self(),
		.object = "bluetooth", .line = UINT32_MAX, .pid = getpid(), .times = 1,
	};
	struct mark mark;
	int fd;

	if (device_load("bluetooth", ""))
		SKIP(return, "this kernel has no Bluetooth");
	ASSERT_LOADED(warden_policy(NOTHING "deny any use location;\n"));
	mark = evidence_mark();
	fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, ioctl(fd, HCIINQUIRY, &request));
	EXPECT_EQ(ENODEV, errno); /* it was asked, and there is no radio */
	close(fd);
	EXPECT_FOUND(evidence_of_peace(&mark));
	ASSERT_LOADED(warden_policy("default protocol deny;\n"));
	mark = evidence_mark();
	EXPECT_EQ(-1, socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
}

TEST_HARNESS_MAIN

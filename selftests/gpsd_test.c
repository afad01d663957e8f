// SPDX-License-Identifier: GPL-2.0-only
/*
 * S20 with a real broker and its real clients, unmodified: gpsd, gpspipe and gpsdctl. The receiver
 * is a serial line on USB (xhci, ftdi_sio), where the rig has one; or a pseudo terminal.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/networks.h"

#define CONTROL "/run/test-gpsd.sock"
#define POLICY                                                                                     \
	OWN "program pipe { path \"/usr/bin/gpspipe\"; }\npurpose way \"Find the way\";\n"            \
	"default sensor deny;\ndefault listen allow;\n"                                            \
	"classify broker gpsd at tcp 2947 as location;\n"                                          \
	"classify broker commands at unix \"" CONTROL "\" as location;\n"
#define RECEIVER   "/dev/ttyUSB0"
#define SATELLITES "/dev/vport0p4" /* what is written there the rig's receiver tells */
#define OWN                                                                                        \
	"program server { path \"/usr/sbin/gpsd\"; }\n"                                            \
	"classify name \"ttyUSB*\" as location;\nallow server use location;\n"
#define SENTENCES                                                                                  \
	"$GPRMC,081836,A,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E*62\r\n"                    \
	"$GPGGA,081836,3751.65,S,14507.36,E,1,04,1.9,50.0,M,5.0,M,,*7C\r\n"

FIXTURE(gpsd)
{
	int satellites;
	char receiver[64];
	pid_t feeder;
	struct client server;
	struct mark mark;
};

FIXTURE_VARIANT(gpsd)
{
	bool on_usb;
};

FIXTURE_VARIANT_ADD(gpsd, of_a_terminal) { .on_usb = false };
FIXTURE_VARIANT_ADD(gpsd, of_usb) { .on_usb = true };

/* Five times a second, as long as somebody may listen. */
static pid_t feed(int to)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (write(to, SENTENCES, strlen(SENTENCES)) > 0)
		usleep(200000);
	_exit(0);
}

static bool is_up(void)
{
	int i;

	for (i = 0; i < 600 && (access(CONTROL, F_OK) || networks_reach(getpid(), "127.0.0.1", 2947, 1000)); i++)
		usleep(50000);
	return i < 600;
}

static int make_terminal(char receiver[64])
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || grantpt(fd) || unlockpt(fd))
		return -errno;
	snprintf(receiver, 64, "%s", ptsname(fd));
	return fd;
}

/* Its host and its driver are loaded here, as no udev does. */
static int plug_in_usb(char receiver[64])
{
	int fd = open(SATELLITES, O_RDWR | O_CLOEXEC);

	if (fd < 0 || device_load("ftdi_sio", "") || device_load("xhci_pci", "") || !device_comes(RECEIVER))
		return -ENODEV;
	snprintf(receiver, 64, RECEIVER);
	return fd;
}

static bool has_usb(void)
{
	return !access(SATELLITES, F_OK) && device_is_known("ftdi_sio") && device_is_known("xhci_pci");
}

FIXTURE_SETUP(gpsd)
{
	char line[128];

	if (access("/usr/sbin/gpsd", X_OK) || access("/usr/bin/gpspipe", X_OK))
		SKIP(return, "gpsd or gpspipe is not installed");
	if (variant->on_usb && !has_usb())
		SKIP(return, "there is no receiver on USB, or no driver for it");
	memset(&self->server, 0, sizeof(self->server));
	ASSERT_LOADED(warden_policy(OWN "default sensor deny;\ndefault listen allow;\n"));
	self->satellites = variant->on_usb ? plug_in_usb(self->receiver) : make_terminal(self->receiver);
	ASSERT_LE(0, self->satellites);
	ASSERT_EQ(0, chmod(self->receiver, 0666));
	self->feeder = feed(self->satellites);
	ASSERT_TRUE(client_shell("ip link set lo up"));
	/* -b: it only listens, so that nothing it says comes back from the other end */
	snprintf(line, sizeof(line), "exec gpsd -N -n -b -F " CONTROL " %s", self->receiver);
	ASSERT_EQ(0, client_start(&self->server, ARGV("sh", "-c", line)));
	ASSERT_TRUE(is_up())
	{
		TH_LOG("%s", self->server.text);
	}
	ASSERT_LOADED(warden_policy(POLICY "allow pipe use location for way with consent;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(gpsd)
{
	client_end(&self->server);
	kill(self->feeder, SIGKILL);
	waitpid(self->feeder, NULL, 0);
	close(self->satellites);
	warden_withdraw_all();
	unlink(CONTROL);
	if (variant->on_usb) {
		device_unload("xhci_pci"); /* others bring a host of their own */
		device_unload("ftdi_sio");
	}
}

TEST_F(gpsd, tells_its_client_where_it_is_as_long_as_that_may_know)
{
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "pipe",
				.object = "broker:gpsd" };
	struct claim event = { .event = "session-start", .domain = "sensor", .program = "pipe",
			       .object = "broker:gpsd" };
	struct json_object *record;
	struct client c;

	EXPECT_LT(0, client_run(&c, ARGV("gpspipe", "-r", "-n", "1")));
	EXPECT_EQ(NULL, strstr(c.text, "$GPRMC"));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_grant("pipe", "location", "way"));
	ASSERT_EQ(0, client_start(&c, ARGV("stdbuf", "-o0", "gpspipe", "-r")));
	EXPECT_TRUE(client_says(&c, "$GPRMC", 20000))
	{
		TH_LOG("gpspipe: %s gpsd: %s", c.text, self->server.text);
	}
	EXPECT_FOUND(evidence_of_event(&self->mark, &event));
	ASSERT_EQ(0, warden_withdraw("pipe", "location"));
	event.event = "session-end";
	event.reason = "withdrawn";
	record = evidence_find(&self->mark, &event, 1000);
	ASSERT_NE(NULL, record);
	EXPECT_GE(200000000u, evidence_number(record, "took"));
	EXPECT_LE(0, client_wait(&c, 10000)); /* it sees its connection gone, and ends */
	EXPECT_GE(evidence_number(record, "time") + 200000000u, c.last);
	json_object_put(record);
	client_end(&c);
}

/* Its control socket tells who may add a receiver. */
TEST_F(gpsd, is_not_commanded_by_who_may_not_use_it)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown",
				.object = "broker:commands", .program = "/usr/sbin/gpsdctl" };
	struct client c;

	EXPECT_LT(0, client_run(&c, ARGV("env", "GPSD_SOCKET=" CONTROL, "gpsdctl", "add", "/dev/null")));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(POLICY "allow any use device \"broker:commands\";\n"));
	self->mark = evidence_mark();
	client_run(&c, ARGV("env", "GPSD_SOCKET=" CONTROL, "gpsdctl", "add", "/dev/null"));
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){
		.event = "session-start", .domain = "sensor", .object = "broker:commands" }));
}

/* Past the server nobody hears a receiver that the policy names, though everybody may open its node. */
TEST_F(gpsd, has_its_receiver_alone_where_the_policy_names_it)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown" };

	ASSERT_LOADED(warden_policy(POLICY));
	self->mark = evidence_mark();
	if (!variant->on_usb) {
		EXPECT_EQ(0, device_try(self->receiver, O_RDONLY | O_NOCTTY | O_NONBLOCK));
		EXPECT_FOUND(evidence_of_peace(&self->mark));
		return;
	}
	denied.object = device_topology("ttyUSB0");
	EXPECT_EQ(EACCES, device_try(self->receiver, O_RDONLY | O_NOCTTY | O_NONBLOCK));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_HARNESS_MAIN

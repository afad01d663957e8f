// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consents for what is behind a bus: who opens the bus past a chip's driver rests on the consent for the
 * chip as if that were opened, for one open, for one process, and as long as it is in use.
 */
#include <fcntl.h>
#include <linux/i2c.h>
#include <linux/i2c-dev.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/chip.h"
#include "lib/handing.h"
#include "lib/surface.h"

/* Beside the chip is a thermometer; of a bridge a raw node, too. */
#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\npurpose way \"Find the way\";\ndefault sensor deny;\n"     \
	"allow tester use motion for way with consent;\n"                                         \
	"allow tester use environment;\nallow tester use input;\n"
#define WITH_CONSENT POLICY "allow tester use bus for way with consent;\n"
#define WITHOUT	     POLICY "allow tester use bus;\n"

#define GRANT(class, ...)                                                                          \
	warden_ctl(ARGV("consent", "grant", "tester", class, "--purpose", "way", "--principal",    \
			"owner", ##__VA_ARGS__))

FIXTURE(behind)
{
	char bus[32];
	int fd;
	struct mark mark;
};

FIXTURE_SETUP(behind)
{
	const int bus = chip_bus();

	self->fd = -1;
	if (bus < 0)
		SKIP(return, "this kernel has no chip in memory");
	snprintf(self->bus, sizeof(self->bus), "/dev/i2c-%d", bus);
	ASSERT_LOADED(warden_policy(WITH_CONSENT, warden_self()));
	warden_withdraw_all();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(behind)
{
	if (self->fd >= 0)
		close(self->fd);
	warden_withdraw_all();
	EXPECT_EQ(0, warden_load(warden_policy("default sensor allow;\n")));
}

/* Open the bus; its descriptor or -errno. */
static int open_bus(const char *bus)
{
	int fd = open(bus, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Another process of this program opens it; gives 0 or -errno. */
static int open_in_child(const char *bus)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		int fd = open_bus(bus);

		_exit(fd < 0 ? -fd : 0);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? -WEXITSTATUS(status) : 1;
}

/* Ask the chip by its bus who it is; 0 or -errno. */
static int use_bus(int fd)
{
	union i2c_smbus_data data = { 0 };
	struct i2c_smbus_ioctl_data args = {
		.read_write = I2C_SMBUS_READ, .command = 7, .size = I2C_SMBUS_BYTE_DATA, .data = &data,
	};

	return ioctl(fd, I2C_SLAVE_FORCE, (unsigned long)COMPASS_ADDRESS) || ioctl(fd, I2C_SMBUS, &args) ?
		       -errno : 0;
}

/* A review, which nothing has changed for. */
static int look_again(void)
{
	return warden_ctl(ARGV("consent", "context", "armed")) ||
	       warden_ctl(ARGV("consent", "context", "disarmed"));
}

static struct claim refused(void)
{
	return (struct claim){ .domain = "sensor", .reason = "no-consent", .program = "tester",
			       .object = chip_compass_topology(), };
}

static struct claim used_up(void)
{
	return (struct claim){ .event = "expire", .domain = "consent", .reason = "used-up",
			       .program = "tester" };
}

TEST_F(behind, consent_for_one_open_is_used_up_by_the_bus)
{
	struct claim used = used_up(), denied = refused();

	ASSERT_EQ(0, GRANT("bus"));
	ASSERT_EQ(0, GRANT("motion", "--once"));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, use_bus(self->fd));
	EXPECT_EQ(-EACCES, open_in_child(self->bus));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, look_again());
	EXPECT_EQ(0, use_bus(self->fd)); /* the first goes on */
	close(self->fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	self->fd = open_bus(self->bus);
	EXPECT_EQ(-EACCES, self->fd);
	EXPECT_EQ(1, warden_status("consents")); /* that for the bus */
}

/* All that one open rests on is bound by it. */
TEST_F(behind, consents_for_the_bus_and_for_the_chip_are_used_up_together)
{
	struct claim used = used_up();

	ASSERT_EQ(0, GRANT("bus", "--once"));
	ASSERT_EQ(0, GRANT("motion", "--once"));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, look_again());
	EXPECT_EQ(0, use_bus(self->fd));
	EXPECT_EQ(2, warden_status("consents"));
	close(self->fd);
	self->fd = -1;
	used.times = 2;
	EXPECT_EQ(2, evidence_times(&self->mark, &used, 20000));
	EXPECT_EQ(0, warden_status("consents"));
}

/* What is in use by the chip's own node opens no bus to it, and the bus's consent is not spent on that. */
TEST_F(behind, consent_that_the_chip_itself_is_opened_by_opens_no_bus)
{
	int chip;

	ASSERT_EQ(0, GRANT("bus", "--once"));
	ASSERT_EQ(0, GRANT("motion", "--once"));
	chip = chip_open_buffer();
	ASSERT_LE(0, chip);
	EXPECT_EQ(-EACCES, open_bus(self->bus));
	close(chip);
	ASSERT_EQ(0, GRANT("motion", "--once"));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, use_bus(self->fd));
}

TEST_F(behind, consent_for_this_run_is_the_first_process_alone)
{
	ASSERT_EQ(0, GRANT("bus"));
	ASSERT_EQ(0, GRANT("motion", "--run"));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(-EACCES, open_in_child(self->bus));
	close(self->fd);
	EXPECT_EQ(-EACCES, open_in_child(self->bus));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, use_bus(self->fd));
}

TEST_F(behind, consent_that_is_withdrawn_ends_the_bus)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .reason = "withdrawn",
			       .program = "tester", .pid = getpid() };

	ASSERT_EQ(0, GRANT("bus"));
	ASSERT_EQ(0, GRANT("motion"));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, use_bus(self->fd));
	ASSERT_EQ(0, warden_withdraw("tester", "motion"));
	EXPECT_EQ(-EACCES, use_bus(self->fd));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
}

TEST_F(behind, consent_is_in_use_as_long_as_the_bus)
{
	ASSERT_LOADED(warden_policy("consent unused 2 seconds;\n" WITH_CONSENT, warden_self()));
	ASSERT_EQ(0, GRANT("bus"));
	ASSERT_EQ(0, GRANT("motion"));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	sleep(5);
	EXPECT_EQ(2, warden_status("consents"));
	EXPECT_EQ(0, use_bus(self->fd));
}

/* The bus itself asks for none: what comes by it is what was consented to all the same. */
TEST_F(behind, consent_keeps_who_has_the_bus_from_a_core_and_a_disk)
{
	struct claim used = used_up();

	ASSERT_LOADED(warden_policy(WITHOUT, warden_self()));
	ASSERT_EQ(0, GRANT("motion", "--once"));
	ASSERT_EQ(0, prctl(PR_SET_DUMPABLE, 1));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	EXPECT_EQ(0, prctl(PR_GET_DUMPABLE));
	EXPECT_EQ(-1, prctl(PR_SET_DUMPABLE, 1));
	EXPECT_EQ(EPERM, errno);
	EXPECT_FALSE(surface_may_hibernate()); /* nor does a kernel that cannot */
	close(self->fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	self->fd = open_bus(self->bus);
	EXPECT_EQ(-EACCES, self->fd);
	EXPECT_EQ(0, prctl(PR_SET_DUMPABLE, 1));
}

/* Who is handed the bus rests on a consent of its own for the chip. */
TEST_F(behind, consent_of_whom_the_bus_was_handed_to_is_used_up_with_it)
{
	struct claim used = used_up();
	struct client c;

	ASSERT_LOADED(warden_policy(WITHOUT "program heir { path \"%s\"; }\nallow heir use bus;\n"
				    "allow heir use environment;\nallow heir use input;\n"
				    "allow heir use motion for way with consent;\n",
				    warden_self(), warden_beside("stranger")));
	ASSERT_EQ(0, GRANT("motion"));
	self->fd = open_bus(self->bus);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "heir", "motion", "--purpose", "way",
				     "--principal", "owner", "--once")));
	EXPECT_EQ(0, handing_over(self->fd, warden_beside("stranger"), &c))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_EQ(2, warden_status("consents"));
	EXPECT_EQ(0, use_bus(self->fd));
	close(self->fd);
	self->fd = -1;
	used.program = "heir";
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	EXPECT_EQ(1, warden_status("consents"));
}

TEST_HARNESS_MAIN

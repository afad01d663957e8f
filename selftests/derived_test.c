// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver gives out on a sensor's file (the buffer of a chip, the lines of a gpio
 * chip) is a file of its own, and has the gate of the sensor all the same.
 */
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/iio/buffer.h>
#include <linux/iio/events.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "lib/harness.h"
#include "lib/chip.h"
#include "lib/handing.h"

#define OPEN "default sensor deny;\nallow any use motion;\n"
#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\npurpose way \"Find the way\";\ndefault sensor deny;\n"     \
	"allow tester use motion for way with consent;\n"                                         \
	"allow tester use bus for way with consent;\n"

static struct claim ended(const char *reason)
{
	return (struct claim){
		.event = "session-end", .domain = "sensor", .reason = reason,
		.program = "tester", .pid = getpid(),
	};
}

/* --- a chip ----------------------------------------------------------------------- */

FIXTURE(chip)
{
	int fd;
	int buffer;
	struct mark mark;
};

FIXTURE_SETUP(chip)
{
	char scans[256];

	self->fd = -1;
	self->buffer = -1;
	if (chip_bus() < 0 || !device_is_known("iio-trig-hrtimer"))
		SKIP(return, "this kernel has no chip in memory, or no timer that triggers it");
	ASSERT_LOADED(warden_policy(OPEN));
	ASSERT_EQ(0, chip_fill_buffer("200"));
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "motion", "way"));
	self->fd = chip_open_buffer();
	ASSERT_LE(0, self->fd);
	self->buffer = 0; /* of this number */
	ASSERT_EQ(0, ioctl(self->fd, IIO_BUFFER_GET_FD_IOCTL, &self->buffer));
	ASSERT_LT(2, self->buffer);
	EXPECT_EQ(FD_CLOEXEC, fcntl(self->buffer, F_GETFD));
	EXPECT_LT(0, read(self->buffer, scans, sizeof(scans)));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(chip)
{
	if (self->buffer >= 0)
		close(self->buffer);
	if (self->fd >= 0)
		close(self->fd);
	warden_withdraw_all();
	EXPECT_EQ(0, warden_load(warden_policy(OPEN)));
	chip_put(chip_compass("buffer/enable"), "0");
}

TEST_F(chip, buffer_of_its_own_is_a_session_and_ends_with_the_consent)
{
	struct claim withdrawn = ended("withdrawn");
	char scans[256];

	EXPECT_EQ(2, warden_status("sessions"));
	close(self->fd); /* where it came from need not stay */
	self->fd = -1;
	EXPECT_LT(0, read(self->buffer, scans, sizeof(scans)));
	ASSERT_EQ(0, warden_withdraw("tester", "motion"));
	EXPECT_EQ(-1, read(self->buffer, scans, sizeof(scans)));
	EXPECT_EQ(EACCES, errno);
	withdrawn.object = chip_compass_topology();
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	close(self->buffer);
	self->buffer = -1;
	EXPECT_EQ(0, warden_status("sessions"));
}

TEST_F(chip, reader_that_waits_on_its_buffer_is_asked_out)
{
	char scans[256];
	int status;
	pid_t pid;

	chip_put(chip_compass("buffer/enable"), "0"); /* nothing comes any more */
	pid = fork();
	if (!pid) {
		while (read(self->buffer, scans, sizeof(scans)) > 0)
			;
		_exit(errno);
	}
	usleep(200000);
	ASSERT_EQ(0, warden_withdraw("tester", "motion"));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(EACCES, WEXITSTATUS(status));
}

TEST_F(chip, buffer_of_its_own_is_not_handed_to_a_stranger)
{
	struct claim denied = {
		.domain = "sensor", .reason = "program-unknown",
		.program = warden_beside("stranger"), .object = chip_compass_topology(),
	};
	struct client c;

	EXPECT_EQ(1, handing_over(self->buffer, warden_beside("stranger"), &c));
	EXPECT_STREQ("MSG_CTRUNC\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Where it is made it is in the table of the kernel's threads for a moment. */
TEST_F(chip, nobody_takes_a_descriptor_from_a_thread_of_the_kernel)
{
	struct claim denied = { .domain = "sensor", .reason = "session-held", .object = "kernel",
				.line = UINT32_MAX };
	int threads = (int)syscall(SYS_pidfd_open, 2, 0);

	ASSERT_LE(0, threads);
	EXPECT_EQ(-1, syscall(SYS_pidfd_getfd, threads, 0, 0));
	EXPECT_EQ(EPERM, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(threads);
}

TEST_F(chip, buffer_may_be_got_with_a_consent_for_one_use)
{
	char scans[256];

	close(self->buffer);
	close(self->fd);
	warden_withdraw_all();
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "motion", "--purpose", "way",
				     "--once", "--principal", "owner")));
	self->fd = chip_open_buffer();
	ASSERT_LE(0, self->fd);
	self->buffer = 0;
	ASSERT_EQ(0, ioctl(self->fd, IIO_BUFFER_GET_FD_IOCTL, &self->buffer));
	EXPECT_LT(0, read(self->buffer, scans, sizeof(scans)));
	close(self->buffer);
	self->buffer = -1;
	EXPECT_LT(0, read(self->fd, scans, sizeof(scans)));
	close(self->fd);
	self->fd = chip_open_buffer();
	EXPECT_EQ(-1, self->fd);
	EXPECT_EQ(EACCES, errno);
}

/* The chip's file is closed, its buffer goes on: the one open is not over before that ends. */
TEST_F(chip, buffer_outlives_its_chip_and_not_the_consent_for_one_use)
{
	struct claim withdrawn = ended("withdrawn");
	char scans[256];

	close(self->buffer);
	close(self->fd);
	warden_withdraw_all();
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "motion", "--purpose", "way",
				     "--once", "--principal", "owner")));
	self->fd = chip_open_buffer();
	ASSERT_LE(0, self->fd);
	self->buffer = 0;
	ASSERT_EQ(0, ioctl(self->fd, IIO_BUFFER_GET_FD_IOCTL, &self->buffer));
	close(self->fd);
	self->fd = -1;
	EXPECT_LT(0, read(self->buffer, scans, sizeof(scans)));
	self->mark = evidence_mark();
	EXPECT_EQ(0, warden_withdraw("tester", "motion"));
	EXPECT_EQ(-1, read(self->buffer, scans, sizeof(scans)));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
}

/* It rests on who asked for it, and not on who opened the chip alone. */
TEST_F(chip, buffer_that_an_heir_of_the_chip_asked_for_ends_with_its_consent)
{
	struct claim withdrawn = ended("withdrawn");
	char number[16];
	struct client c;
	int chip;

	ASSERT_LOADED(warden_policy(POLICY "program heir { path \"%s\"; }\n"
				    "allow heir use motion for way with consent;\n",
				    warden_self(), warden_beside("stranger")));
	ASSERT_EQ(0, warden_grant("heir", "motion", "way"));
	close(self->buffer); /* there is one at a time */
	self->buffer = -1;
	chip = dup(self->fd);
	snprintf(number, sizeof(number), "%d", chip);
	ASSERT_EQ(0, client_start(&c, ARGV(warden_beside("stranger"), "sample", number)));
	close(chip);
	EXPECT_TRUE(client_says(&c, "sampling", 20000))
	{
		TH_LOG("%s", c.text);
	}
	self->mark = evidence_mark();
	withdrawn.times = 2; /* the chip's, and the buffer's */
	ASSERT_EQ(0, warden_withdraw("heir", "motion"));
	EXPECT_EQ(1, client_wait(&c, 20000));
	EXPECT_NE(NULL, strstr(c.text, "EACCES"));
	EXPECT_EQ(2, evidence_times(&self->mark, &withdrawn, 20000));
	client_end(&c);
}

/* The client that everybody has for such chips, unmodified. */
TEST_F(chip, readdev_samples_with_consent_until_it_is_withdrawn)
{
	struct claim withdrawn = { .event = "session-end", .domain = "sensor", .reason = "withdrawn",
				   .program = "readdev" };
	struct client c;

	close(self->buffer);
	close(self->fd);
	self->buffer = -1;
	self->fd = -1;
	chip_put(chip_compass("buffer/enable"), "0");
	ASSERT_LOADED(warden_policy(POLICY "program readdev { path \"/usr/bin/iio_readdev\"; }\n"
				    "allow readdev use motion for way with consent;\n",
				    warden_self()));
	EXPECT_NE(0, client_run(&c, ARGV("iio_readdev", "-s", "8", "-b", "4", "mag3110", "magn_x")));
	client_end(&c);
	ASSERT_EQ(0, warden_grant("readdev", "motion", "way"));
	EXPECT_EQ(0, client_run(&c, ARGV("iio_readdev", "-s", "8", "-b", "4", "mag3110", "magn_x")))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	ASSERT_EQ(0, client_start(&c, ARGV("sh", "-c", "exec iio_readdev -b 4 mag3110 magn_x >/dev/null")));
	while (client_runs(&c) && warden_status("sessions") < 1)
		usleep(20000);
	self->mark = evidence_mark();
	ASSERT_EQ(0, warden_withdraw("readdev", "motion"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	EXPECT_TRUE(client_says(&c, "ermission denied", 10000))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
}

/* A driver that says no is heard, and nothing is left open. */
TEST_F(chip, what_the_driver_refuses_stays_refused)
{
	int own = 7; /* there is no such buffer */

	EXPECT_EQ(-1, ioctl(self->fd, IIO_BUFFER_GET_FD_IOCTL, &own));
	EXPECT_EQ(ENODEV, errno);
	own = 0; /* there is one, and it is given out once */
	EXPECT_EQ(-1, ioctl(self->fd, IIO_BUFFER_GET_FD_IOCTL, &own));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, IIO_BUFFER_GET_FD_IOCTL, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(2, warden_status("sessions"));
}

/* --- lines ------------------------------------------------------------------------- */

TEST(lines_of_a_gpio_chip_end_with_the_consent)
{
	struct gpio_v2_line_request request = {
		.num_lines = 1, .consumer = "tester", .config.flags = GPIO_V2_LINE_FLAG_INPUT,
	};
	struct gpio_v2_line_values values = { .mask = 1 };
	struct claim withdrawn = ended("withdrawn");
	struct mark mark = evidence_mark();
	int fd;

	if (!chip_lines()[0])
		SKIP(return, "this machine has no gpio chip, and its kernel no bridge to one");
	/* beside the lines of a bridge is its raw node, which is asked for with them */
	ASSERT_LOADED(warden_policy(POLICY "allow tester use input;\n", warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "bus", "way"));
	fd = open(chip_lines(), O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ioctl(fd, GPIO_V2_GET_LINE_IOCTL, &request));
	close(fd);
	EXPECT_EQ(0, ioctl(request.fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values));
	ASSERT_EQ(0, warden_withdraw("tester", "bus"));
	EXPECT_EQ(-1, ioctl(request.fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_event(&mark, &withdrawn));
	close(request.fd);
	warden_withdraw_all();
}

/* They tell of each change, as often as there is one. */
TEST(lines_of_a_gpio_chip_keep_no_rate)
{
	struct claim denied = { .domain = "sensor", .reason = "rate-unkept", .pid = getpid(),
				.times = 1 };
	struct mark mark;

	if (!chip_lines()[0])
		SKIP(return, "this machine has no gpio chip, and its kernel no bridge to one");
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use input;\n"
				    "allow any use bus at most 5 per second;\n"));
	mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(chip_lines(), O_RDWR));
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
}

TEST_HARNESS_MAIN

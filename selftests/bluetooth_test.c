// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a Bluetooth radio hears tells where the device is: a socket that hears it takes
 * the right to class location, at each of its uses.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/harness.h"
#include "lib/radio.h"
#include "lib/uring.h"
#include "lib/users.h"

#define NOTHING "default protocol allow; default sensor deny;\n"
#define BY_CONSENT                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose find \"Find the headphones\";\n" NOTHING                                          \
	"allow tester use location for find with consent;\n"

/* <bluetooth/hci.h>, which is no header of the kernel's. */
#define BTPROTO_HCI 1
#define HCIINQUIRY  _IOR('H', 240, int)
#define HCI_NONE    0xffff
#define HCI_FILTER  2

struct hci_filter {
	uint32_t types;
	uint32_t events[2];
	uint16_t opcode;
};

enum { CHANNEL_RAW, CHANNEL_USER, CHANNEL_MONITOR, CHANNEL_CONTROL, CHANNEL_LOGGING };

struct hci_address {
	sa_family_t family;
	uint16_t device;
	uint16_t channel;
};

struct hci_inquiry_req {
	uint16_t dev_id;
	uint16_t flags;
	uint8_t lap[3];
	uint8_t length;
	uint8_t num_rsp;
};

static int hci_socket(void)
{
	return socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI);
}

static int bind_to(int fd, uint16_t channel)
{
	const struct hci_address a = {
		.family = AF_BLUETOOTH,
		.device = channel == CHANNEL_USER ? 0 : HCI_NONE,
		.channel = channel,
	};

	return bind(fd, (const struct sockaddr *)&a, sizeof(a)) ? errno : 0;
}

static int try_channel(uint16_t channel)
{
	int fd = hci_socket(), err = fd < 0 ? errno : bind_to(fd, channel);

	close(fd);
	return err;
}

static int inquire(void)
{
	struct hci_inquiry_req request = {
		.dev_id = 77, .lap = { 0x33, 0x8b, 0x9e }, .length = 1, .num_rsp = 1
	};
	int fd = hci_socket(), err;

	err = ioctl(fd, HCIINQUIRY, &request) ? errno : 0;
	close(fd);
	return err;
}

/* Which needs no privilege: how many answers are wrong. */
static int hear_as(const struct user *u, void *unused)
{
	const int inquired = inquire(), raw = try_channel(CHANNEL_RAW);

	(void)unused;
	if (inquired != EACCES || raw != EACCES)
		printf("# %s: inquiry %d, channel %d\n", u->name, inquired, raw);
	return (inquired != EACCES) + (raw != EACCES);
}

FIXTURE(bluetooth)
{
	struct mark mark;
	struct claim denied;
};

FIXTURE_SETUP(bluetooth)
{
	if (device_load("bluetooth", ""))
		SKIP(return, "this kernel has no Bluetooth");
	self->denied = (struct claim){
		.domain = "sensor",
		.reason = "program-unknown",
		.program = warden_self(),
		.object = "hci",
		.line = UINT32_MAX,
	};
	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(bluetooth)
{
	warden_withdraw_all();
}

TEST_F(bluetooth, each_channel_that_hears_takes_the_right_to_location)
{
	const struct claim used = {
		.event = "use", .domain = "sensor", .program = warden_self(), .object = "hci",
		.pid = getpid(),
	};
	uint16_t channel;
	size_t i;

	for (channel = CHANNEL_RAW; channel <= CHANNEL_CONTROL; channel++)
		EXPECT_EQ(EACCES, try_channel(channel));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hear_as, NULL));
	self->denied.times = 4 + 2 * USERS_COUNT;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, try_channel(CHANNEL_LOGGING));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use device \"hci\";\n"));
	self->mark = evidence_mark();
	for (channel = CHANNEL_RAW; channel <= CHANNEL_CONTROL; channel++)
		EXPECT_EQ(channel == CHANNEL_USER ? ENODEV : 0, try_channel(channel));
	EXPECT_EQ(ENODEV, inquire()); /* it was asked, and there is no radio */
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
}

/* Listens to all radios until it is refused; tells @told of the first thing it hears. */
static int listen_in(int told, bool by_ring)
{
	int fd = hci_socket(), n = -bind_to(fd, CHANNEL_MONITOR);
	char event[512];

	while (n >= 0) {
		n = by_ring ? uring_read(fd, event, sizeof(event))
			    : (int)recv(fd, event, sizeof(event), 0);
		if (n < 0 && !by_ring)
			n = -errno;
		if (n > 0 && told >= 0 && write(told, "h", 1) == 1)
			told = -1;
	}
	return -n;
}

static pid_t start_listening(bool by_ring)
{
	int pair[2];
	char heard;
	pid_t pid;

	if (pipe(pair))
		return -1;
	pid = fork();
	if (!pid)
		_exit(listen_in(pair[1], by_ring));
	close(pair[1]);
	if (read(pair[0], &heard, 1) != 1)
		waitpid(pid, NULL, 0);
	close(pair[0]);
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void *receive_one(void *fd)
{
	char event[512];

	return (void *)(long)(recv(*(int *)fd, event, sizeof(event), 0) < 0 ? errno : 0);
}

/* Waits on a socket that is bound only then, which a byte tells to @told. */
static int wait_before(int told)
{
	static const struct hci_filter events = { 1 << 4, { ~0u, ~0u }, 0 };
	int fd = hci_socket();
	pthread_t thread;
	void *end;

	if (setsockopt(fd, 0, HCI_FILTER, &events, sizeof(events)) ||
	    pthread_create(&thread, NULL, receive_one, &fd))
		return 255;
	usleep(200000); /* until it waits */
	if (bind_to(fd, CHANNEL_RAW) || write(told, "w", 1) != 1)
		return 254;
	return pthread_join(thread, &end) ? 253 : (int)(long)end;
}

static pid_t start_waiting(void)
{
	int pair[2];
	char byte;
	pid_t pid;

	if (pipe(pair))
		return -1;
	pid = fork();
	if (!pid)
		_exit(wait_before(pair[1]));
	close(pair[1]);
	if (read(pair[0], &byte, 1) != 1)
		printf("# who was to wait did not\n");
	close(pair[0]);
	return pid;
}

/* A consent for one open is the process's that came first, here, until it ends. */
TEST_F(bluetooth, consent_for_one_open_is_that_of_one_process)
{
	pid_t pid;

	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "location", "--purpose", "find",
				     "--once", "--principal", "owner")));
	self->mark = evidence_mark();
	pid = fork();
	if (!pid)
		_exit(try_channel(CHANNEL_RAW) ?: try_channel(CHANNEL_RAW));
	EXPECT_EQ(0, end_of(pid));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	self->denied = (struct claim){
		.domain = "sensor", .reason = "no-consent", .program = "tester", .object = "hci",
		.times = 1,
	};
	EXPECT_EQ(EACCES, try_channel(CHANNEL_RAW));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
}

TEST_F(bluetooth, who_waits_hears_nothing_after_withdrawal)
{
	struct claim told = {
		.event = "session-start", .domain = "sensor", .reason = "consent",
		.program = "tester", .object = "hci",
	};
	pid_t by_call, by_ring, before;
	int radio;

	if (!radio_is_known())
		SKIP(return, "this kernel has no driver for radios on a serial line");
	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	self->denied = (struct claim){
		.domain = "sensor", .reason = "no-consent", .program = "tester", .object = "hci"
	};
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, try_channel(CHANNEL_MONITOR));
	self->denied.times = 1;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
	ASSERT_EQ(0, warden_grant("tester", "location", "find"));
	self->mark = evidence_mark();
	by_call = start_listening(false);
	by_ring = start_listening(true);
	before = start_waiting();
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	told.pid = by_call;
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_EQ(0, waitpid(by_call, NULL, WNOHANG));
	EXPECT_EQ(0, waitpid(by_ring, NULL, WNOHANG));
	EXPECT_EQ(0, waitpid(before, NULL, WNOHANG));
	self->mark = evidence_mark();
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	radio = radio_make(); /* which all that listen are told of */
	EXPECT_LE(0, radio);
	EXPECT_EQ(EACCES, end_of(by_call));
	EXPECT_EQ(EACCES, end_of(by_ring));
	EXPECT_EQ(EACCES, end_of(before));
	self->denied.times = 3;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
	told.event = "session-end";
	told.reason = NULL; /* that of the withdrawal, or of the use it denies, whichever looks first */
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_EQ(EACCES, device_try(radio_file(), O_RDONLY));
	close(radio);
}

TEST_HARNESS_MAIN

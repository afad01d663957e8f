// SPDX-License-Identifier: GPL-2.0-only
/*
 * A purpose that ends takes along what its rules allowed: flows, sessions, devices. It ends by the day the
 * wall clock says, which these tests set, and by the boot-time clock, which nobody sets.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/camera.h"
#include "lib/explained.h"
#include "lib/gadget.h"
#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/users.h"

#define LISTENS 7421
#define SERVER	7423 /* on the far side, of TCP and of UDP */
#define NOBODY	7425 /* where nobody listens */

#define LAST_DAY   "2098-12-31"
#define DAY_BEFORE 4070822400 /* the begin of that day, UTC */
#define DAY_AFTER  (DAY_BEFORE + 86400)

#define HEAD                                                                                       \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose care \"Care for who lives here\" until " LAST_DAY ";\n"                           \
	"default protocol allow;\n"
#define FLOWS                                                                                      \
	"default listen deny; default connect deny;\n"                                             \
	"allow tester listen tcp 7421 for care;\n"                                                 \
	"allow tester connect any {7423, 7425} for care;\n"                                        \
	"allow tester connect tcp 7421;\n"                                                         \
	"allow tester listen any 7423;\n"

#define CONNECTS(port) ARGV("--program", "tester", "--connect", "tcp/" #port)

FIXTURE(purpose)
{
	struct networks net;
	struct mark mark;
	time_t at; /* what the clocks said at the begin */
	struct timespec boot;
};

static time_t seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec;
}

static bool set_clock(time_t to)
{
	return !clock_settime(CLOCK_REALTIME, &(struct timespec){ .tv_sec = to });
}

FIXTURE_SETUP(purpose)
{
	memset(self, 0, sizeof(*self));
	self->at = seconds_of(CLOCK_REALTIME);
	clock_gettime(CLOCK_BOOTTIME, &self->boot);
	ASSERT_LOADED(warden_policy("\n")); /* what has ended does not count for the next test */
	warden_withdraw_all();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(purpose)
{
	if (self->net.near)
		networks_end(&self->net);
	set_clock(self->at + seconds_of(CLOCK_BOOTTIME) - self->boot.tv_sec);
	warden_load(warden_policy("\n"));
}

/* All that tests write is version 1. */
static const char *newer(const char *text)
{
	static char copy[4096];
	char *version;

	snprintf(copy, sizeof(copy), "%s", text);
	version = strstr(copy, "version 1;");
	version[strlen("version ")] = '2';
	return copy;
}

#define EXPECT_END(name)                                                                           \
	do {                                                                                       \
		struct claim end = { .event = "purpose-end", .reason = "purpose-ended", .object = name }; \
		struct json_object *told = evidence_find(&self->mark, &end, 60000);                \
                                                                                                   \
		EXPECT_NE(NULL, told);                                                             \
		json_object_put(told);                                                             \
	} while (0)

/* A denial that says which purpose it was. */
static bool names_purpose(const struct mark *m, const char *domain)
{
	struct claim c = { .domain = domain, .reason = "purpose-ended", .program = "tester" };
	struct json_object *record = evidence_find(m, &c, 20000);
	bool right = record && !strcmp("care", evidence_string(record, "purpose"));

	json_object_put(record);
	return right;
}

/* --- flows ---------------------------------------------------------------------------------- */

struct flows {
	int listener, client, accepted; /* to a port here */
	int server, caller, remote;	/* from here, by TCP */
	int receiver, datagrams, loose; /* from here, by UDP; connected, and not */
};

static bool open_flows(struct flows *f, const struct networks *net)
{
	union address far = address_of(FAR4, SERVER);

	f->listener = networks_serve(net->near, SOCK_STREAM, LISTENS);
	f->server = networks_serve(net->far, SOCK_STREAM, SERVER);
	f->receiver = networks_serve(net->far, SOCK_DGRAM, SERVER);
	f->client = networks_connect(net->far, NEAR4, LISTENS, 20000);
	f->accepted = accept(f->listener, NULL, NULL);
	f->caller = networks_connect(net->near, FAR4, SERVER, 20000);
	f->remote = accept(f->server, NULL, NULL);
	f->datagrams = networks_socket(net->near, AF_INET, SOCK_DGRAM);
	f->loose = networks_socket(net->near, AF_INET, SOCK_DGRAM);
	return f->client >= 0 && f->accepted >= 0 && f->caller >= 0 && f->remote >= 0 &&
	       !connect(f->datagrams, &far.any, size_of(&far));
}

static bool flows(const struct flows *f)
{
	return send(f->client, "x", 1, MSG_NOSIGNAL) == 1 && networks_receive(f->accepted, 20000) &&
	       send(f->caller, "x", 1, MSG_NOSIGNAL) == 1 && networks_receive(f->remote, 20000) &&
	       send(f->datagrams, "x", 1, MSG_NOSIGNAL) == 1 && networks_receive(f->receiver, 20000) &&
	       networks_send(f->loose, FAR4, SERVER) && networks_receive(f->receiver, 20000);
}

static void close_flows(const struct flows *f)
{
	const int fds[] = { f->listener, f->client, f->accepted, f->server, f->caller,
			    f->remote, f->receiver, f->datagrams, f->loose };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

/* 0 or the errno: of a port where nobody listens. */
static int reach(const struct user *u, void *unused)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(NOBODY),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	(void)u;
	(void)unused;
	close(fd);
	return err;
}

#define EXPECT_OF_EACH(result)                                                                     \
	do {                                                                                       \
		size_t i_;                                                                         \
                                                                                                   \
		for (i_ = 0; i_ < USERS_COUNT; i_++)                                               \
			EXPECT_EQ(result, users_run(users_at(i_), reach, NULL))                    \
			{                                                                          \
				TH_LOG("%s", users_at(i_)->name);                                  \
			}                                                                          \
	} while (0)

TEST_F_TIMEOUT(purpose, that_ends_cuts_its_flows_and_stays_ended_until_a_newer_policy, 300)
{
	struct claim swept = { .event = "sweep", .domain = "connect", .reason = "purpose-ended",
			       .object = "connection to " FAR4 " ended", .port = SERVER + 1,
			       .protocol = IPPROTO_TCP };
	struct claim taken = { .event = "sweep", .domain = "listen", .reason = "purpose-ended",
			       .port = LISTENS + 1, .protocol = IPPROTO_TCP };
	struct flows f;

	client_shell("ip link set lo up || ifconfig lo up");
	ASSERT_LOADED(warden_policy(HEAD FLOWS, warden_self()));
	ASSERT_TRUE(networks_make(&self->net, false));
	ASSERT_TRUE(open_flows(&f, &self->net));
	EXPECT_TRUE(flows(&f));
	EXPECT_OF_EACH(ECONNREFUSED);
	EXPECT_STREQ("allowed", explained(CONNECTS(7423)));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "purpose     care (maker) ends in "));
	self->mark = evidence_mark();

	ASSERT_TRUE(set_clock(DAY_AFTER));
	EXPECT_EQ(ECONNABORTED, networks_end_of(f.caller, 20000));
	EXPECT_EQ(ECONNABORTED, networks_end_of(f.accepted, 20000));
	EXPECT_EQ(ECONNABORTED, networks_end_of(f.datagrams, 20000));
	EXPECT_END("care");
	EXPECT_FOUND(evidence_of_event(&self->mark, &swept));
	swept.protocol = IPPROTO_UDP;
	EXPECT_FOUND(evidence_of_event(&self->mark, &swept));
	EXPECT_FOUND(evidence_of_event(&self->mark, &taken));
	EXPECT_FALSE(networks_send(f.loose, FAR4, SERVER));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(EACCES, networks_reach(self->net.near, FAR4, SERVER, 5000));
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->net.far, NEAR4, LISTENS, 2000));
	EXPECT_OF_EACH(EACCES);
	EXPECT_TRUE(names_purpose(&self->mark, "connect"));
	EXPECT_STREQ("purpose-ended", explained(CONNECTS(7423)));
	EXPECT_STREQ("allowed", explained(CONNECTS(7421)));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "connect", "tcp", "7425")));
	EXPECT_NE(NULL, strstr(warden_said(), "nobody"));
	close_flows(&f);

	/* Whoever sets the clock back brings nothing back. */
	ASSERT_TRUE(set_clock(self->at));
	EXPECT_OF_EACH(EACCES);
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "purpose     care (maker) has ended"));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "purposes")));
	EXPECT_NE(NULL, strstr(warden_said(), LAST_DAY));
	/* The same again renews nothing, and a newer policy does. */
	ASSERT_LOADED(warden_policy(HEAD FLOWS, warden_self()));
	EXPECT_OF_EACH(EACCES);
	ASSERT_LOADED(newer(warden_policy(HEAD FLOWS, warden_self())));
	EXPECT_OF_EACH(ECONNREFUSED);
	ASSERT_TRUE(open_flows(&f, &self->net));
	EXPECT_TRUE(flows(&f));
	close_flows(&f);
}

/* By the boot-time clock, whatever the other says meanwhile. */
TEST_F_TIMEOUT(purpose, is_made_no_longer_by_a_clock_that_is_set_back, 300)
{
	ASSERT_TRUE(set_clock(DAY_AFTER - 3));
	ASSERT_LOADED(warden_policy(HEAD FLOWS, warden_self()));
	ASSERT_TRUE(set_clock(DAY_BEFORE - 400 * 86400l));
	EXPECT_END("care");
	EXPECT_OF_EACH(EACCES);
}

TEST_F_TIMEOUT(purpose, ends_so_long_after_its_load_and_is_over_before_where_its_day_is_past, 300)
{
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\ndefault protocol allow;\n"
				    "purpose soon \"A try\" for 2 seconds;\n"
				    "default connect deny;\nallow tester connect tcp any for soon;\n",
				    warden_self()));
	EXPECT_END("soon");
	EXPECT_OF_EACH(EACCES);
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\ndefault protocol allow;\n"
				    "purpose gone \"Over\" until 2001-02-28;\n"
				    "default connect deny;\nallow tester connect tcp any for gone;\n",
				    warden_self()));
	EXPECT_OF_EACH(EACCES);
	EXPECT_END("gone");
}

/* --- sensors and what was seen by them -------------------------------------------------------- */

struct holding {
	const char *camera;
	int talk;
};

static int hold_camera(const struct user *u, void *holding)
{
	struct holding *h = holding;
	int fd = open(h->camera, O_RDWR | O_CLOEXEC);
	char byte = 0;

	(void)u;
	if (fd < 0 || write(h->talk, &byte, 1) != 1 || read(h->talk, &byte, 1) != 1)
		return USERS_NOBODY;
	return read(fd, &byte, 1) == -1 && errno == EACCES && open(h->camera, O_RDWR) < 0 && errno == EACCES ?
		       0 : 1;
}

TEST_F_TIMEOUT(purpose, that_ends_takes_the_camera_from_whoever_has_it, 300)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .reason = "purpose-ended",
			       .program = "tester", .object = CAMERA_TOPOLOGY };
	int pair[USERS_COUNT][2], status;
	pid_t pid[USERS_COUNT];
	struct holding h;
	char camera[64], byte = 0;
	size_t i;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(camera, sizeof(camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, chmod(camera, 0666));
	ASSERT_LOADED(warden_policy(HEAD "default sensor deny;\nallow tester use camera for care;\n",
				    warden_self()));
	h.camera = camera;
	for (i = 0; i < USERS_COUNT; i++) {
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair[i]));
		h.talk = pair[i][1];
		pid[i] = users_start(users_at(i), hold_camera, &h);
		ASSERT_EQ(1, read(pair[i][0], &byte, 1));
	}
	self->mark = evidence_mark();
	ASSERT_TRUE(set_clock(DAY_AFTER));
	EXPECT_END("care");
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	for (i = 0; i < USERS_COUNT; i++) {
		EXPECT_EQ(1, write(pair[i][0], &byte, 1));
		EXPECT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status)
		{
			TH_LOG("%s", users_at(i)->name);
		}
	}
	EXPECT_TRUE(names_purpose(&self->mark, "sensor"));
	chmod(camera, 0600);
}

/* What the rule let go to one peer goes to none when it has ended, and not to all. */
TEST_F_TIMEOUT(purpose, that_ends_leaves_no_peer_to_who_used_a_sensor, 300)
{
	struct sockaddr_in good = { .sin_family = AF_INET, .sin_port = htons(9),
				    .sin_addr.s_addr = htonl(0x7f000002) };
	int linked = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), sensor;
	pid_t pid;
	int status, pair[2];
	char byte = 0;

	client_shell("ip link set lo up || ifconfig lo up");
	ASSERT_LOADED(warden_policy(HEAD "default sensor deny;\nallow tester use any;\n"
				    "egress allow tester while using any to 127.0.0.2 for care;\n",
				    warden_self()));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	self->mark = evidence_mark();
	pid = fork();
	if (!pid) {
		sensor = open("/dev/warden-canary", O_RDONLY | O_CLOEXEC);
		if (sensor < 0 || connect(linked, (struct sockaddr *)&good, sizeof(good)) ||
		    send(linked, "x", 1, 0) != 1)
			_exit(1);
		if (write(pair[1], &byte, 1) != 1 || read(pair[1], &byte, 1) != 1)
			_exit(2);
		while (send(linked, "x", 1, 0) == 1 || errno == ECONNREFUSED)
			usleep(1000);
		_exit(errno == EACCES ? 0 : 3);
	}
	ASSERT_EQ(1, read(pair[0], &byte, 1));
	ASSERT_TRUE(set_clock(DAY_AFTER));
	EXPECT_END("care");
	EXPECT_EQ(1, write(pair[0], &byte, 1));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(names_purpose(&self->mark, "egress"));
	close(linked);
}

/* --- devices -------------------------------------------------------------------------------------- */

TEST_F_TIMEOUT(purpose, that_ends_shuts_the_usb_device_it_let_in, 300)
{
	struct claim shut = { .event = "sweep", .domain = "usb", .reason = "purpose-ended" };
	struct json_object *record;
	struct gadget modem;

	ASSERT_LOADED(warden_policy("\n"));
	device_load("cdc-acm", "");
	if (!gadget_make(&modem, 0, "acm.0"))
		SKIP(return, "this kernel has no dummy_hcd or no gadgets");
	ASSERT_LOADED(warden_policy("purpose care \"Care\" until " LAST_DAY ";\ndefault usb deny;\n"
				    "allow usb \"1d6b:c0de\" for care;\n"));
	ASSERT_TRUE(gadget_plug(&modem));
	EXPECT_TRUE(gadget_becomes(modem.port, '1'));
	self->mark = evidence_mark();
	ASSERT_TRUE(set_clock(DAY_AFTER));
	EXPECT_TRUE(gadget_becomes(modem.port, '0'));
	record = evidence_find(&self->mark, &shut, 30000);
	EXPECT_NE(NULL, record);
	json_object_put(record);
	EXPECT_END("care");
	gadget_unplug(&modem);
	ASSERT_LOADED(warden_policy("\n"));
	gadget_break(&modem);
}

/* --- another life ----------------------------------------------------------------------------------- */

static uint64_t left(void)
{
	struct json_object *list = warden_json(ARGV("policy", "purposes"));
	uint64_t seconds = list && json_object_array_length(list) == 1 ?
		evidence_number(json_object_array_get_idx(list, 0), "left") : UINT64_MAX;

	json_object_put(list);
	return seconds;
}

TEST_F_TIMEOUT(purpose, has_in_the_next_life_no_more_time_than_it_had_left, 300)
{
	const char *policy = "purpose long \"An hour\" for 1 hours;\n";
	uint64_t before;
	char text[4096];

	unlink("/tmp/purpose.state");
	unlink("/tmp/purpose.state.counter");
	snprintf(text, sizeof(text), "%s", warden_policy("%s", policy));
	ASSERT_LOADED(text);
	usleep(2100000); /* some of it has passed */
	before = left();
	EXPECT_GT(3600, before);
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", "/tmp/purpose.state")));
	ASSERT_TRUE(warden_live_again());
	ASSERT_LOADED(text);
	EXPECT_LT(before, left());
	ASSERT_EQ(0, warden_ctl(ARGV("state", "restore", "/tmp/purpose.state")))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_GE(before, left());
	EXPECT_LT(0, left());
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * S20: a broker at a local socket, by whatever name it is reached, is no way around the
 * gate of its sensor either.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/handing.h"
#include "lib/harness.h"
#include "lib/relay.h"

#define FOLDER "/run/test-broker"
#define SOCKET FOLDER "/gps"
#define OTHER  FOLDER "/other"
#define CLIENT FOLDER "/client"
#define OBJECT "broker:gps"
#define HEADER "program tester { path \"%s\"; }\npurpose way \"Find the way\";\n"
#define NAMED                                                                                      \
	"default sensor deny;\nclassify broker gps at unix \"" FOLDER "/g*\" as location;\n"     \
	"classify broker far at unix \"@test-gps\" as location;\n"
#define OPEN	NAMED "allow any use location;\n"
#define CONSENT HEADER NAMED "allow tester use location for way with consent;\n"

FIXTURE(local)
{
	pid_t server;
	pid_t other;
	struct mark mark;
};

FIXTURE_SETUP(local)
{
	ASSERT_TRUE(client_shell("umount " FOLDER "-bound 2>/dev/null; rm -rf " FOLDER "* && mkdir -p " FOLDER));
	self->other = relay_start(OTHER, SOCK_STREAM);
	ASSERT_LT(0, self->other);
	self->server = -1;
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(local)
{
	relay_end(&self->server);
	relay_end(&self->other);
	warden_withdraw_all();
}

static struct claim refused(const char *object, uint64_t times)
{
	return (struct claim){ .domain = "sensor", .reason = "program-unknown",
			       .program = warden_self(), .object = object, .line = UINT32_MAX,
			       .times = times };
}

/* Its answer comes, within a second. */
static bool is_answered(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return fd >= 0 && poll(&p, 1, 1000) == 1 && read(fd, &byte, 1) == 1 && byte == '$';
}

static bool is_ended(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&p, 1, 1000) == 1 && read(fd, &byte, 1) <= 0;
}

static bool close_answered(int fd)
{
	bool answered = is_answered(fd);

	close(fd);
	return answered;
}

TEST_F(local, is_reached_by_who_may_use_its_sensor)
{
	struct claim denied = refused(OBJECT, 1);

	self->server = relay_start(SOCKET, SOCK_STREAM);
	ASSERT_LT(0, self->server);
	ASSERT_LOADED(warden_policy(NAMED));
	self->mark = evidence_mark();
	denied.pid = getpid();
	EXPECT_EQ(-EACCES, relay_reach(SOCKET, SOCK_STREAM)); /* it is older than the policy */
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_TRUE(close_answered(relay_reach(OTHER, SOCK_STREAM)));
	relay_end(&self->server);
	EXPECT_EQ(-ECONNREFUSED, relay_reach(SOCKET, SOCK_STREAM));
	self->server = relay_start(SOCKET, SOCK_STREAM); /* and younger */
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, relay_reach(SOCKET, SOCK_STREAM));
	EXPECT_EQ(-EACCES, relay_reach_by_uring(SOCKET, SOCK_STREAM));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "sensor", .object = OBJECT, .times = 2 }));
	ASSERT_LOADED(warden_policy(NAMED "allow any use device \"" OBJECT "\";\n"));
	self->mark = evidence_mark();
	EXPECT_TRUE(close_answered(relay_reach(SOCKET, SOCK_STREAM)));
	EXPECT_TRUE(close_answered(relay_reach_by_uring(SOCKET, SOCK_STREAM)));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* In a child, which may change where it is: its errno. */
static int reach_from(const char *root, const char *name)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		int fd = unshare(CLONE_NEWUSER | CLONE_NEWNS) || chroot(root) || chdir("/") ?
				 -ENOTRECOVERABLE : relay_reach(name, SOCK_STREAM);

		_exit(fd < 0 ? -fd : 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static const char *const names[] = {
	SOCKET, FOLDER "/../test-broker/gps", FOLDER "/hard", FOLDER "/soft", FOLDER "-link/gps",
	FOLDER "-bound/gps", FOLDER "/renamed", "/proc/self/root" SOCKET, "gps",
};

static int reach_all(int errno_wanted)
{
	int nr = 0;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd = relay_reach(names[i], SOCK_STREAM);

		if (fd == -errno_wanted || (!errno_wanted && close_answered(fd)))
			nr++;
		else
			printf("# %s: %d\n", names[i], fd);
	}
	return nr;
}

TEST_F(local, name_it_is_reached_by_is_no_matter)
{
	struct claim denied = { .domain = "sensor", .object = OBJECT, .times = 11 };
	const int all = sizeof(names) / sizeof(*names);
	pid_t moved;

	ASSERT_LOADED(warden_policy(NAMED));
	ASSERT_TRUE(client_shell("ln -s " FOLDER " " FOLDER "-link && mkdir " FOLDER "-bound && "
				 "mount --bind " FOLDER " " FOLDER "-bound"));
	self->server = relay_start(FOLDER "-link/gps", SOCK_STREAM); /* its address is not its name */
	ASSERT_LT(0, self->server);
	moved = relay_start(FOLDER "/gone", SOCK_STREAM);
	ASSERT_LT(0, moved);
	ASSERT_TRUE(client_shell("cd " FOLDER " && ln gps hard && ln -s gps soft && mv gone renamed"));
	ASSERT_EQ(0, chdir(FOLDER));
	self->mark = evidence_mark();
	EXPECT_EQ(all, reach_all(EACCES));
	EXPECT_EQ(EACCES, reach_from(FOLDER, "/gps"));
	EXPECT_EQ(EACCES, reach_from(FOLDER "-bound", "/hard"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(OPEN));
	self->mark = evidence_mark();
	EXPECT_EQ(all, reach_all(0));
	EXPECT_EQ(0, reach_from(FOLDER, "/gps"));
	EXPECT_EQ(0, reach_from(FOLDER "-bound", "/hard"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	relay_end(&moved);
	EXPECT_EQ(0, chdir("/"));
	EXPECT_TRUE(client_shell("umount " FOLDER "-bound"));
}

TEST_F(local, packets_and_datagrams_are_judged_too)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
	pid_t datagrams;

	/* A name of the kernel's own choice, so that it can be answered. */
	ASSERT_EQ(0, bind(fd, &(struct sockaddr){ .sa_family = AF_UNIX }, sizeof(sa_family_t)));
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	self->server = relay_start("@test-gps", SOCK_SEQPACKET);
	datagrams = relay_start(SOCKET, SOCK_DGRAM);
	ASSERT_LOADED(warden_policy(NAMED));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, relay_reach("@test-gps", SOCK_SEQPACKET));
	EXPECT_EQ(-ECONNREFUSED, relay_reach("@test-gpsd", SOCK_SEQPACKET));
	EXPECT_EQ(-EACCES, relay_reach(SOCKET, SOCK_DGRAM));
	EXPECT_EQ(-EACCES, relay_send(fd, SOCKET));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){ .domain = "sensor", .times = 3 }));
	ASSERT_LOADED(warden_policy(CONSENT, warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	EXPECT_TRUE(close_answered(relay_reach("@test-gps", SOCK_SEQPACKET)));
	EXPECT_EQ(0, relay_send(fd, SOCKET));
	EXPECT_TRUE(is_answered(fd));
	EXPECT_EQ(0, relay_send(fd, SOCKET));
	usleep(10000); /* the answer lies there, unread */
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_TRUE(is_ended(fd));
	EXPECT_GT(0, relay_send(fd, SOCKET));
	close(fd);
	relay_end(&datagrams);
}

/* Who has its listening socket could say that it is his. */
TEST_F(local, broker_itself_is_judged_when_it_connects)
{
	int own = relay_open(SOCKET, SOCK_STREAM);

	ASSERT_LOADED(warden_policy(NAMED));
	EXPECT_EQ(0, listen(own, 1)); /* once more */
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, relay_reach(SOCKET, SOCK_STREAM));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){ .domain = "sensor", .object = OBJECT,
								      .pid = getpid(), .times = 1 }));
	ASSERT_LOADED(warden_policy(OPEN));
	EXPECT_LE(0, relay_reach(SOCKET, SOCK_STREAM));
}

/* The next one who has the name of a client is another client. */
TEST_F(local, broker_does_not_send_to_who_did_not_ask_it)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unreadable", .object = OBJECT,
				.times = 1 };
	int own = relay_open(SOCKET, SOCK_DGRAM), client = relay_open(CLIENT, SOCK_DGRAM);

	ASSERT_LOADED(warden_policy(CONSENT, warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	EXPECT_EQ(0, relay_send(client, SOCKET));
	self->mark = evidence_mark();
	EXPECT_EQ(0, relay_send(own, CLIENT));
	EXPECT_EQ(0, relay_send(client, CLIENT)); /* and who is no broker sends to anybody */
	close(client);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	client = relay_open(CLIENT, SOCK_DGRAM);
	EXPECT_EQ(-EACCES, relay_send(own, CLIENT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	ASSERT_LOADED(warden_policy(OPEN));
	EXPECT_EQ(0, relay_send(own, CLIENT));
	close(client);
	close(own);
}

TEST_F(local, connection_is_a_session_and_ends_with_the_consent)
{
	struct claim event = { .event = "session-start", .domain = "sensor", .program = "tester",
			       .object = OBJECT };
	struct json_object *record;
	int read_out, unread;

	self->server = relay_start(SOCKET, SOCK_STREAM);
	ASSERT_LOADED(warden_policy(CONSENT, warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, relay_reach(SOCKET, SOCK_STREAM));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	read_out = relay_reach(SOCKET, SOCK_STREAM);
	unread = relay_reach(SOCKET, SOCK_STREAM);
	EXPECT_TRUE(is_answered(read_out));
	EXPECT_FOUND(evidence_of_event(&self->mark, &event));
	EXPECT_EQ(-1, prctl(PR_SET_DUMPABLE, 1)); /* and leaves no core */
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(0, warden_ctl(ARGV("sensor", "usage")));
	EXPECT_NE(NULL, strstr(warden_said(), OBJECT));
	EXPECT_EQ(1, warden_ctl(ARGV("sensor", "prove-off", "location", "-1s", "now")));
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_TRUE(is_ended(read_out));
	EXPECT_TRUE(is_ended(unread));
	EXPECT_EQ(-1, send(read_out, "?", 1, MSG_NOSIGNAL));
	event.event = "session-end";
	event.reason = "withdrawn";
	record = evidence_find(&self->mark, &event, 1000);
	ASSERT_NE(NULL, record);
	EXPECT_GE(200000000u, evidence_number(record, "took"));
	json_object_put(record);
	close(read_out);
	close(unread);
	EXPECT_EQ(-EACCES, relay_reach(SOCKET, SOCK_STREAM));
	/* One that its holder closes is told when it is. */
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	EXPECT_TRUE(close_answered(relay_reach(SOCKET, SOCK_STREAM)));
	event.reason = "closed";
	EXPECT_FOUND(evidence_of_event(&self->mark, &event));
}

TEST_F(local, connection_from_before_the_policy_ends_where_nobody_is_allowed)
{
	struct claim ended = { .event = "session-end", .domain = "sensor",
			       .reason = "policy-changed", .object = OBJECT };
	int fd, bystander;

	ASSERT_LOADED(warden_policy("\n"));
	self->server = relay_start(SOCKET, SOCK_STREAM);
	fd = relay_reach(SOCKET, SOCK_STREAM);
	bystander = relay_reach(OTHER, SOCK_STREAM);
	EXPECT_TRUE(is_answered(fd));
	EXPECT_TRUE(is_answered(bystander));
	ASSERT_LOADED(warden_policy(OPEN));
	EXPECT_EQ(5, write(fd, "hello", 5));
	close(fd);
	ASSERT_LOADED(warden_policy("\n"));
	fd = relay_reach(SOCKET, SOCK_STREAM);
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(NAMED));
	EXPECT_TRUE(is_ended(fd) || is_ended(fd)); /* what had come may be read, or be gone */
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_EQ(5, write(bystander, "hello", 5));
	close(fd);
	close(bystander);
}

/* A process sends its connection to itself, and takes it as another program: whose status. */
static int receive_as_stranger(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		int fd = relay_reach(SOCKET, SOCK_STREAM), pair[2];
		char number[16];

		if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || handing_send(pair[0], fd))
			_exit(9);
		snprintf(number, sizeof(number), "%d", pair[1]);
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execl(warden_beside("stranger"), "stranger", "receive", number, NULL);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(local, connection_sent_to_itself_is_judged_when_it_is_received)
{
	int fd, pair[2];

	self->server = relay_start(SOCKET, SOCK_STREAM);
	ASSERT_LOADED(warden_policy(CONSENT, warden_self()));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "location", "--purpose", "way", "--once")));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	fd = relay_reach(SOCKET, SOCK_STREAM);
	EXPECT_TRUE(is_answered(fd));
	self->mark = evidence_mark();
	EXPECT_EQ(0, handing_send(pair[0], fd));
	EXPECT_LE(0, handing_receive(pair[1])); /* which needs no other consent */
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	ASSERT_LOADED(warden_policy(HEADER NAMED "allow tester use location;\n", warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(1, receive_as_stranger());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "sensor", .object = OBJECT, .program = warden_beside("stranger"), .times = 1 }));
	ASSERT_LOADED(warden_policy(OPEN));
	EXPECT_EQ(0, receive_as_stranger());
}

TEST_F(local, connection_is_not_handed_to_another_program)
{
	struct claim denied = { .domain = "sensor", .object = OBJECT,
				.program = warden_beside("stranger"), .times = 1 };
	struct client c;
	char number[16], self_pid[16];
	int fd;

	self->server = relay_start(SOCKET, SOCK_STREAM);
	ASSERT_LOADED(warden_policy(HEADER NAMED "allow tester use location;\n", warden_self()));
	fd = relay_reach(SOCKET, SOCK_STREAM);
	EXPECT_TRUE(is_answered(fd));
	self->mark = evidence_mark();
	EXPECT_EQ(1, handing_over(fd, warden_beside("stranger"), &c));
	EXPECT_STREQ("MSG_CTRUNC\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	ASSERT_EQ(0, fcntl(fd, F_SETFD, 0));
	snprintf(number, sizeof(number), "%d", fd);
	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "held", number)));
	EXPECT_STREQ("EBADF\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, fcntl(fd, F_SETFD, FD_CLOEXEC));
	denied.reason = "session-held";
	self->mark = evidence_mark();
	snprintf(self_pid, sizeof(self_pid), "%d", getpid());
	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "steal", self_pid, number)));
	EXPECT_STREQ("EPERM\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(1, send(fd, "?", 1, MSG_NOSIGNAL)); /* whose it is keeps it */
	close(fd);
}

TEST_HARNESS_MAIN

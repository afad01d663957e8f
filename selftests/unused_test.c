// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule that nobody uses is told of, and lapses where the policy says so; one that is used, or that
 * something open rests on, does not.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/camera.h"
#include "lib/explained.h"
#include "lib/harness.h"

#define SERVER	  7301 /* a server of TCP that stands, and a connection to it */
#define DATAGRAMS 7302 /* a socket of UDP that stands */
#define CLOSED	  7303 /* nobody listens there, and nobody speaks to it */
#define SPOKEN	  7304 /* nobody listens there, and it is spoken to all the time */
#define STATE	  "/tmp/unused.state"

#define WAIT_MS 120000

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\n"                                                        \
	"default sensor deny;\ndefault listen deny;\ndefault connect deny;\n"                      \
	"default protocol allow;\n"                                                                \
	"sensor unused %u seconds;\nlisten unused %u seconds;\nconnect unused %u seconds;\n"       \
	"allow tester use camera;\n"                                                               \
	"allow tester use microphone;\n"                                                           \
	"allow tester listen tcp 7301;\n"                                                          \
	"allow tester listen udp 7302;\n"                                                          \
	"allow tester connect tcp 7301;\n"                                                         \
	"allow tester connect tcp 7303;\n"                                                         \
	"allow tester connect tcp 7304;\n"

#define TESTER(...) ARGV("--program", "tester", __VA_ARGS__)

FIXTURE(unused)
{
	char camera[128];
	struct camera c;
	struct mark mark;
	char text[2048];
	int server;
};

FIXTURE_SETUP(unused)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	self->server = -1;
	unlink(STATE);
	unlink(STATE ".counter");
}

FIXTURE_TEARDOWN(unused)
{
	warden_load(warden_policy("default protocol allow; default listen allow; default sensor allow;\n"));
	unlink(STATE);
	unlink(STATE ".counter");
}

static struct sockaddr_in at(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* The socket, or -errno. */
static int receive_at(int type, uint16_t port)
{
	struct sockaddr_in to = at(port);
	int one = 1, err, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(fd, (struct sockaddr *)&to, sizeof(to)) && (type == SOCK_DGRAM || !listen(fd, 4)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* The socket, or -errno. */
static int speak_to(uint16_t port)
{
	struct sockaddr_in to = at(port), from = at(0); /* which leaves the port to the kernel */
	int err, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!bind(fd, (struct sockaddr *)&from, sizeof(from)) && !connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static const char *policy_of(char *text, size_t size, uint32_t seconds)
{
	snprintf(text, size, "%s", warden_policy(POLICY, warden_self(), seconds, seconds, seconds));
	return text;
}

/* Waits until the rule of a line has lapsed; true where it has. */
static bool lapses(const struct mark *mark, uint32_t line)
{
	struct claim claim = { .event = "rule-lapse", .domain = "policy", .reason = "lapsed", .line = line };
	struct json_object *r = evidence_find(mark, &claim, WAIT_MS);

	json_object_put(r);
	return r;
}

/*
 * What `policy unused` tells of @part, "rules" or "sensors": the one whose topology is @text or, where
 * that is NULL, whose line is @line; NULL where it is not listed. To be put by the caller.
 */
static struct json_object *told(const char *how, const char *part, const char *text, uint32_t line)
{
	struct json_object *all = how ? warden_json(ARGV("policy", "unused", how)) :
					warden_json(ARGV("policy", "unused")), *list = NULL, *found = NULL;
	size_t i;

	if (all)
		json_object_object_get_ex(all, part, &list);
	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (text ? !strcmp(evidence_string(one, "topology"), text) :
			   evidence_number(one, "line") == line)
			found = one;
	}
	json_object_get(found);
	json_object_put(all);
	return found;
}

static struct json_object *told_of(const char *how, uint32_t line)
{
	return told(how, "rules", NULL, line);
}

static bool lists_sensor(const char *how, const char *topology)
{
	struct json_object *one = told(how, "sensors", topology, 0);

	json_object_put(one);
	return one;
}

static bool has_lapsed(uint32_t line)
{
	struct json_object *one = told_of("--all", line);
	bool lapsed = one && evidence_number(one, "lapsed");

	json_object_put(one);
	return lapsed;
}

/* Which rules matched nothing is told without any rule that lapses. */
TEST_F(unused, rules_and_sensors_are_listed_until_they_are_used)
{
	uint32_t camera, closed;
	struct json_object *one;

	snprintf(self->text, sizeof(self->text), "%s",
		 warden_policy("program tester { path \"%s\"; }\n"
			       "default sensor deny; default connect deny; default protocol allow;\n"
			       "allow tester use camera;\n"
			       "allow tester connect tcp 7303;\n"
			       "deny any use location;\n", warden_self()));
	ASSERT_LOADED(self->text);
	/* a camera that has just come */
	device_unload("vivid");
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	camera = warden_line(self->text, "use camera");
	closed = warden_line(self->text, "7303");
	one = told_of(NULL, camera);
	ASSERT_NE(NULL, one);
	EXPECT_STREQ("allow tester use camera", evidence_string(one, "rule"));
	EXPECT_FALSE(json_object_object_get_ex(one, "after", NULL));
	json_object_put(one);
	one = told_of(NULL, closed);
	ASSERT_NE(NULL, one);
	EXPECT_STREQ("allow tester connect tcp 7303", evidence_string(one, "rule"));
	json_object_put(one);
	EXPECT_NE(NULL, one = told_of(NULL, warden_line(self->text, "use location")));
	json_object_put(one);
	EXPECT_TRUE(lists_sensor(NULL, CAMERA_TOPOLOGY));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	EXPECT_FALSE(lists_sensor(NULL, CAMERA_TOPOLOGY));
	camera_close(&self->c);
	EXPECT_FALSE(lists_sensor(NULL, CAMERA_TOPOLOGY));
	EXPECT_TRUE(lists_sensor("--all", CAMERA_TOPOLOGY));
	EXPECT_EQ(-ECONNREFUSED, speak_to(CLOSED));
	EXPECT_EQ(NULL, one = told_of(NULL, camera));
	json_object_put(one);
	EXPECT_EQ(NULL, one = told_of(NULL, closed));
	json_object_put(one);
	one = told_of("--all", camera);
	ASSERT_NE(NULL, one);
	EXPECT_EQ(1, evidence_number(one, "used"));
	json_object_put(one);
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "unused")));
	EXPECT_NE(NULL, strstr(warden_said(), "use location"));
	EXPECT_EQ(NULL, strstr(warden_said(), "use camera"));
}

/* Of several on a line each is told by its own words, and by its domain where it cannot be known. */
TEST_F(unused, rules_are_told_as_the_policy_says_them)
{
	struct json_object *one;

	snprintf(self->text, sizeof(self->text), "%s",
		 warden_policy("program tester { path \"%s\"; }\n"
			       "default sensor deny; default listen deny; default protocol allow;\n"
			       "allow usb class \"hub\";\n"
			       "allow module \"usbhid\";\n"
			       "allow tester debug tracefs;\n"
			       "allow tester listen tcp 7305; allow tester listen udp 7305;\n"
			       "allow tester use device \"a/camera\"; allow tester use device \"b/camera\";\n",
			       warden_self()));
	ASSERT_LOADED(self->text);
	one = told_of("--all", warden_line(self->text, "hub"));
	ASSERT_NE(NULL, one);
	EXPECT_STREQ("allow usb class \"hub\"", evidence_string(one, "rule"));
	json_object_put(one);
	one = told_of("--all", warden_line(self->text, "usbhid"));
	ASSERT_NE(NULL, one);
	EXPECT_STREQ("allow module \"usbhid\"", evidence_string(one, "rule"));
	json_object_put(one);
	one = told_of("--all", warden_line(self->text, "tracefs"));
	ASSERT_NE(NULL, one);
	EXPECT_STREQ("allow tester debug tracefs", evidence_string(one, "rule"));
	json_object_put(one);
	one = told_of("--all", warden_line(self->text, "use device"));
	ASSERT_NE(NULL, one);
	EXPECT_STREQ("allow sensor", evidence_string(one, "rule"));
	json_object_put(one);
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "unused", "--all")));
	EXPECT_NE(NULL, strstr(warden_said(), "allow tester listen tcp 7305"));
	EXPECT_NE(NULL, strstr(warden_said(), "allow tester listen udp 7305"));
}

/* What is open is used: a session, a server, a bound socket, a connection. */
TEST_F(unused, rule_lapses_and_one_that_something_rests_on_does_not)
{
	struct claim denied = { .domain = "connect", .reason = "lapsed", .program = "tester" };
	struct claim blind = { .domain = "sensor", .reason = "lapsed", .program = "tester" };
	struct claim renewed = { .event = "rule-renew", .domain = "policy" };
	uint32_t closed, camera, server;
	int datagrams, connection, taken;
	char line[16];

	policy_of(self->text, sizeof(self->text), 20); /* which a slow guest needs to open all of it */
	closed = warden_line(self->text, "7303");
	camera = warden_line(self->text, "use camera");
	server = warden_line(self->text, "listen tcp 7301");
	self->mark = evidence_mark();
	ASSERT_LOADED(self->text);
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_LE(0, self->server = receive_at(SOCK_STREAM, SERVER));
	ASSERT_LE(0, datagrams = receive_at(SOCK_DGRAM, DATAGRAMS));
	ASSERT_LE(0, connection = speak_to(SERVER));
	ASSERT_LE(0, taken = accept4(self->server, NULL, NULL, SOCK_CLOEXEC));
	ASSERT_TRUE(lapses(&self->mark, closed));
	ASSERT_TRUE(lapses(&self->mark, warden_line(self->text, "7304")));
	ASSERT_TRUE(lapses(&self->mark, warden_line(self->text, "use microphone")));
	EXPECT_TRUE(has_lapsed(closed));
	EXPECT_FALSE(has_lapsed(camera));
	EXPECT_FALSE(has_lapsed(server));
	EXPECT_FALSE(has_lapsed(warden_line(self->text, "udp 7302")));
	EXPECT_FALSE(has_lapsed(warden_line(self->text, "connect tcp 7301")));
	self->mark = evidence_mark();
	denied.line = closed;
	EXPECT_EQ(-EACCES, speak_to(CLOSED));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_STREQ("lapsed", explained(TESTER("--connect", "tcp/7303")));
	EXPECT_STREQ("lapsed", explained(TESTER("--sensor", "microphone")));
	EXPECT_STREQ("allowed", explained(TESTER("--sensor", "camera")));
	EXPECT_STREQ("allowed", explained(TESTER("--connect", "tcp/7301")));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "unused")));
	EXPECT_NE(NULL, strstr(warden_said(), "lapsed"));
	EXPECT_EQ(2, warden_ctl(ARGV("policy", "renew", "0")));
	EXPECT_NE(NULL, strstr(warden_said(), "wants the line of a rule"));
	snprintf(line, sizeof(line), "%u", closed);
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "renew", line)));
	EXPECT_NE(NULL, strstr(warden_said(), "1 rule had lapsed and stands again"));
	renewed.line = closed;
	EXPECT_FOUND(evidence_of_event(&self->mark, &renewed));
	EXPECT_EQ(-ECONNREFUSED, speak_to(CLOSED));
	EXPECT_STREQ("allowed", explained(TESTER("--connect", "tcp/7303")));
	/* what rested on nothing but what is closed now goes the same way */
	self->mark = evidence_mark();
	camera_close(&self->c);
	close(taken);
	close(connection);
	close(self->server);
	close(datagrams);
	ASSERT_TRUE(lapses(&self->mark, camera));
	ASSERT_TRUE(lapses(&self->mark, server));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &blind));
	EXPECT_EQ(-EACCES, receive_at(SOCK_STREAM, SERVER));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "renew", "all")));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	ASSERT_LE(0, self->server = receive_at(SOCK_STREAM, SERVER));
	ASSERT_LE(0, connection = speak_to(SERVER)); /* its packets come in again */
	close(connection);
	close(self->server);
}

static uint64_t boot_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Of several rules on a line that speak of one port, each keeps its own time, and is told for itself. */
TEST_F(unused, rule_that_lapsed_is_told_from_its_neighbour_on_the_line)
{
	struct claim lapsed = { .event = "rule-lapse", .domain = "policy", .reason = "lapsed" };
	struct json_object *r = NULL;
	const uint64_t end = boot_ms() + WAIT_MS;

	snprintf(self->text, sizeof(self->text), "%s",
		 warden_policy("program tester { path \"%s\"; }\n"
			       "default sensor deny; default connect deny; default protocol allow;\n"
			       "connect unused 10 seconds;\n"
			       "allow tester connect tcp 7306 to 127.0.0.3; allow tester connect tcp 7306 to 127.0.0.1; "
			       "allow tester connect tcp 7306 to 127.0.0.2;\n"
			       "allow tester use camera;\n", warden_self()));
	lapsed.line = warden_line(self->text, "7306");
	self->mark = evidence_mark();
	ASSERT_LOADED(self->text);
	while (!r && boot_ms() < end) {
		EXPECT_EQ(-ECONNREFUSED, speak_to(7306));
		r = evidence_find(&self->mark, &lapsed, 100);
	}
	ASSERT_NE(NULL, r);
	json_object_put(r);
	EXPECT_EQ(-ECONNREFUSED, speak_to(7306));
	EXPECT_STREQ("allowed", explained(TESTER("--connect", "tcp/7306", "--to", "127.0.0.1")));
	EXPECT_STREQ("lapsed", explained(TESTER("--connect", "tcp/7306", "--to", "127.0.0.2")));
	EXPECT_STREQ("lapsed", explained(TESTER("--connect", "tcp/7306", "--to", "127.0.0.3")));
}

/* A program that is answered from its ticket uses its rule all the same. */
TEST_F(unused, rule_in_use_stands_though_nobody_is_asked)
{
	const uint64_t begin = boot_ms();
	uint64_t last = begin, now, gap = 0;

	policy_of(self->text, sizeof(self->text), 8);
	ASSERT_LOADED(self->text);
	do {
		ASSERT_EQ(-ECONNREFUSED, speak_to(SPOKEN))
		{
			TH_LOG("after %u ms, the longest pause %u ms", (unsigned int)(last - begin),
			       (unsigned int)gap);
		}
		usleep(100000);
		now = boot_ms();
		gap = now - last > gap ? now - last : gap;
		last = now;
	} while (now - begin < 30000 && gap < 6000);
	if (gap >= 6000)
		SKIP(return, "the machine stood still for longer than a rule may");
	EXPECT_FALSE(has_lapsed(warden_line(self->text, "7304")));
	EXPECT_TRUE(has_lapsed(warden_line(self->text, "7303")));
}

/* A look that is due is not put off by who publishes something more often than there are looks. */
TEST_F(unused, rule_lapses_however_often_another_is_renewed)
{
	struct claim gone = { .event = "rule-lapse", .domain = "policy", .reason = "lapsed" };
	struct json_object *record = NULL;
	uint64_t until = boot_ms() + WAIT_MS;
	unsigned int times = 0;
	char other[16];

	policy_of(self->text, sizeof(self->text), 16); /* a look each two seconds */
	snprintf(other, sizeof(other), "%u", warden_line(self->text, "7304"));
	gone.line = warden_line(self->text, "7303");
	self->mark = evidence_mark();
	ASSERT_LOADED(self->text);
	while (!record && boot_ms() < until) {
		ASSERT_EQ(0, warden_ctl(ARGV("policy", "renew", other)));
		times++;
		record = evidence_find(&self->mark, &gone, 200);
	}
	ASSERT_NE(NULL, record);
	json_object_put(record);
	EXPECT_LT(8, times); /* more often than there were looks */
	EXPECT_TRUE(has_lapsed(gone.line));
	EXPECT_FALSE(has_lapsed(warden_line(self->text, "7304")));
}

#define DATAGRAM_RULES                                                                             \
	"program tester { path \"%s\"; }\n"                                                        \
	"default listen deny;\ndefault protocol allow;\nlisten unused 20 seconds;\n"               \
	"allow tester listen udp 7302;\nallow tester listen udp 0;\nallow tester listen tcp 7301;\n"

/* A socket of datagrams that was bound, and then connected, still receives at its port. */
TEST_F(unused, rule_of_datagrams_that_are_connected_or_at_no_port_of_their_own_stands)
{
	const struct sockaddr_in to = at(9);
	int connected, unnamed;
	uint32_t named, none;

	snprintf(self->text, sizeof(self->text), "%s", warden_policy(DATAGRAM_RULES, warden_self()));
	named = warden_line(self->text, "udp 7302");
	none = warden_line(self->text, "udp 0");
	self->mark = evidence_mark();
	ASSERT_LOADED(self->text);
	ASSERT_LE(0, connected = receive_at(SOCK_DGRAM, DATAGRAMS));
	ASSERT_EQ(0, connect(connected, (const struct sockaddr *)&to, sizeof(to)));
	ASSERT_LE(0, unnamed = receive_at(SOCK_DGRAM, 0));
	ASSERT_TRUE(lapses(&self->mark, warden_line(self->text, "tcp 7301")));
	EXPECT_FALSE(has_lapsed(named));
	EXPECT_FALSE(has_lapsed(none));
	close(connected);
	close(unnamed);
	EXPECT_TRUE(lapses(&self->mark, named));
	EXPECT_TRUE(lapses(&self->mark, none));
}

#define WITHOUT "allow tester use camera for door;\n"
#define WITH	"allow tester use camera for door with consent;\n"
#define TERMS(rules)                                                                               \
	"program tester { path \"%s\"; }\npurpose door \"Show who is at the door\";\n"             \
	"default sensor deny;\nsensor unused 20 seconds;\n" rules

/* Two rules that differ in consent alone, of which one is used: an update does not mix them up. */
TEST_F(unused, rule_that_differs_in_consent_alone_goes_on_from_where_it_was)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .program = "tester",
			       .object = CAMERA_TOPOLOGY };
	uint32_t with;

	snprintf(self->text, sizeof(self->text), "%s", warden_policy(TERMS(WITH WITHOUT), warden_self()));
	with = warden_line(self->text, "with consent");
	self->mark = evidence_mark();
	ASSERT_LOADED(self->text);
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, camera_start(&self->c));
	ASSERT_TRUE(lapses(&self->mark, with));
	EXPECT_FALSE(has_lapsed(with + 1));
	/* the other way round, and on other lines */
	snprintf(self->text, sizeof(self->text), "%s", warden_policy(TERMS("\n" WITHOUT "\n" WITH), warden_self()));
	ASSERT_LOADED(self->text);
	EXPECT_TRUE(has_lapsed(warden_line(self->text, "with consent")));
	EXPECT_FALSE(has_lapsed(warden_line(self->text, "for door;")));
	EXPECT_EQ(0, camera_frame(&self->c, 20000));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &ended, 0));
	/* and consent, which is there, does not stand in for the rule that asks for none */
	ASSERT_LOADED(warden_policy(TERMS(WITH), warden_self()));
	EXPECT_EQ(-EACCES, camera_frame(&self->c, 20000));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	camera_close(&self->c);
	warden_withdraw_all();
}

/* Neither an update nor the next life lets a rule stand again. */
TEST_F(unused, rule_that_lapsed_is_so_after_an_update_and_in_the_next_life)
{
	struct claim denied = { .domain = "connect", .reason = "lapsed", .program = "tester" };
	uint32_t closed;

	policy_of(self->text, sizeof(self->text), 5);
	self->mark = evidence_mark();
	ASSERT_LOADED(self->text);
	ASSERT_TRUE(lapses(&self->mark, warden_line(self->text, "7303")));
	/* the same rule on another line, in a policy that lets rules stand for longer */
	snprintf(self->text, sizeof(self->text), "%s",
		 warden_policy("program tester { path \"%s\"; }\n"
			       "default connect deny; default protocol allow;\n"
			       "connect unused 90 days;\n"
			       "allow tester connect tcp 7309;\n\n\n"
			       "allow tester connect tcp 7303;\n", warden_self()));
	ASSERT_LOADED(self->text);
	closed = warden_line(self->text, "7303");
	EXPECT_EQ(-EACCES, speak_to(CLOSED));
	EXPECT_EQ(-ECONNREFUSED, speak_to(7309));
	EXPECT_TRUE(has_lapsed(closed));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", STATE)))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_TRUE(warden_live_again());
	ASSERT_LOADED(self->text);
	EXPECT_EQ(-ECONNREFUSED, speak_to(CLOSED));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "restore", STATE)))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
	denied.line = closed;
	EXPECT_EQ(-EACCES, speak_to(CLOSED));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(-ECONNREFUSED, speak_to(7309));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "renew", "all")));
	EXPECT_EQ(-ECONNREFUSED, speak_to(CLOSED));
}

/* Nor does an update that lets nothing lapse any more. */
TEST_F(unused, rule_that_lapsed_is_so_in_the_next_life_of_a_policy_where_none_does)
{
	policy_of(self->text, sizeof(self->text), 5);
	self->mark = evidence_mark();
	ASSERT_LOADED(self->text);
	ASSERT_TRUE(lapses(&self->mark, warden_line(self->text, "7303")));
	snprintf(self->text, sizeof(self->text), "%s",
		 warden_policy("program tester { path \"%s\"; }\n"
			       "default connect deny; default protocol allow;\n"
			       "allow tester connect tcp 7303;\n", warden_self()));
	ASSERT_LOADED(self->text);
	EXPECT_EQ(-EACCES, speak_to(CLOSED));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", STATE)))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_TRUE(warden_live_again());
	ASSERT_LOADED(self->text);
	EXPECT_EQ(-ECONNREFUSED, speak_to(CLOSED));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "restore", STATE)))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(-EACCES, speak_to(CLOSED));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "renew", "all")));
	EXPECT_EQ(-ECONNREFUSED, speak_to(CLOSED));
}

TEST_HARNESS_MAIN

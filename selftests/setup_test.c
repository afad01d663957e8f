// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that is new: policy/factory.policy, as it is shipped, opens nothing; rules beside it wait
 * for an owner, whoever asks; then it is set up, and what was to wait stands at once.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/explained.h"
#include "lib/keys.h"
#include "lib/stay.h"
#include "lib/told.h"
#include "lib/users.h"

/* The file itself, so that what is tested is what is shipped. */
__asm__(".pushsection .rodata\n"
	"factory_policy:\n"
	".incbin \"policy/factory.policy\"\n"
	".byte 0\n"
	".popsection\n");
extern const char factory_policy[];

#define LATER  7401 /* a port the policy opens with an owner */
#define EARLY  7402 /* until there is one */
#define SAFE   7403 /* always */
#define STATE  "/tmp/setup.state"
#define EXPORT "/tmp/setup.export"
#define WAIT_MS 60000

/* A state of a device without an id, with a counter of its own. */
#define NAMELESS "/tmp/setup.nameless", "--counter", "/tmp/setup.nameless.counter"

/* What a maker adds to it for the programs of the device. */
static const char *device_policy(unsigned int version)
{
	static char text[32768];

	snprintf(text, sizeof(text),
		 "%s\nprogram tester { path \"%s\"; }\n"
		 "purpose door \"Show who is at the door\";\n"
		 "allow tester use camera for door with consent;\n"
		 "allow tester listen tcp {%d, %d};\n"
		 "allow tester bind tcp {%d, %d, %d};\n"
		 "allow tester bind tcp %d until setup;\n"
		 "allow tester listen tcp %d until setup;\n"
		 "allow tester connect udp 7404 to 127.0.0.1;\n"
		 "safety { tester listen tcp %d; tester bind tcp %d; }\n",
		 factory_policy, warden_self(), LATER, SAFE, LATER, EARLY, SAFE, EARLY, EARLY, SAFE, SAFE);
	if (version > 1)
		memcpy(strstr(text, "\"factory\" version 1") + 18, version == 2 ? "2" : "3", 1);
	return text;
}

static int listen_at(uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP), one = 1, err;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	err = bind(fd, (const struct sockaddr *)&at, sizeof(at)) || listen(fd, 1) ? errno : 0;
	close(fd);
	return err;
}

static int connect_out(void)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7404),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, (const struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return err;
}

/* The word of the status's setup. */
static bool setup_is(const char *word)
{
	struct json_object *status = told_status();
	bool is = status && !strcmp(evidence_string(status, "setup"), word);

	json_object_put(status);
	return is;
}

static int set_up(void)
{
	return warden_ctl(ARGV("setup", "--owner", keys_cert("owner"), "--yes"));
}

/* How many differences are told, but for a serial line the tests' own terminal is. */
static int drift(const char *kind)
{
	struct json_object *list;
	size_t i;
	int n = 0;

	warden_ctl(ARGV("--json", "policy", "drift"));
	list = json_tokener_parse(warden_said());
	for (i = 0; list && i < json_object_array_length(list); i++) {
		const char *is = evidence_string(json_object_array_get_idx(list, i), "kind");

		n += kind ? !strcmp(is, kind) : strcmp(is, "debug") != 0;
	}
	n = list ? n : -1;
	json_object_put(list);
	return n;
}

#define LISTENS(port) ARGV("--program", "tester", "--listen", "tcp/" #port)
#define USES(...)     ARGV("--program", "tester", "--sensor", __VA_ARGS__)

FIXTURE(setup)
{
	char camera[128];
	struct mark mark;
};

/* A life of its own: no owner, no policy, no consent. What the last one leaves is gone with end_life(). */
FIXTURE_SETUP(setup)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	if (!keys_make("owner", "prime256v1", 30) || !keys_make("maker", "prime256v1", 30))
		SKIP(return, "there is no openssl to make keys with");
	unlink(STATE);
	unlink(STATE ".counter");
	ASSERT_TRUE(client_shell("test -s /etc/machine-id || echo 0123456789abcdef0123456789abcdef "
				 ">/etc/machine-id; ip link set lo up"));
	ASSERT_TRUE(warden_live_again());
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, chmod(self->camera, 0666)); /* so that it is Warden that refuses */
}

FIXTURE_TEARDOWN(setup)
{
}

/* One is enough behind all of them, as each costs seconds. */
static void __attribute__((destructor)) end_life(void)
{
	warden_live_again();
	warden_load(warden_policy("default protocol allow; default listen allow;\n"));
}

/* The device as it comes from its maker. */
static bool deliver(struct mark *mark)
{
	bool loaded = !warden_load(device_policy(1));

	*mark = evidence_mark();
	return loaded;
}

#define ASSERT_DELIVERED()                                                                         \
	ASSERT_TRUE(deliver(&self->mark))                                                          \
	{                                                                                          \
		TH_LOG("the policy was refused: %s", warden_said());                               \
	}

/* --- a fresh image ---------------------------------------------------------------------- */

/* Listeners that the policy does not keep from being reached. */
static int listeners(void)
{
	struct json_object *list = warden_json(ARGV("service", "list"));
	size_t i;
	int n = 0;

	for (i = 0; list && i < json_object_array_length(list); i++)
		n += !strstr(evidence_string(json_object_array_get_idx(list, i), "state"), "closed");
	n = list ? n : -1;
	json_object_put(list);
	return n;
}

static int try_camera(const struct user *u, void *arg)
{
	(void)u;
	return device_try(arg, O_RDONLY | O_NONBLOCK);
}

TEST_F(setup, a_fresh_image_has_no_listener_no_readable_sensor_and_no_drift)
{
	size_t i;

	ASSERT_LOADED(factory_policy);
	EXPECT_TRUE(setup_is("needed"));
	EXPECT_EQ(0, warden_status("open-defaults"));
	EXPECT_EQ(0, warden_status("open-sensors"));
	EXPECT_EQ(0, drift(NULL))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, listeners());
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), try_camera, self->camera));
	EXPECT_EQ(EACCES, listen_at(LATER));
	EXPECT_EQ(EACCES, connect_out());
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_SAID("0 defaults allow, 0 sensor rules");
	EXPECT_SAID("try: wardenctl setup");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "probe")))
	{
		TH_LOG("%s", warden_said());
	}
}

TEST_F(setup, status_counts_what_asks_nobody)
{
	ASSERT_LOADED(warden_policy("default sensor allow; default listen allow; default usb deny;\n"
				    "default protocol deny; default connect deny; debug closed; default bind deny;\n"
				    "program tester { path \"%s\"; }\n"
				    "purpose door \"Show who is at the door\";\n"
				    "allow tester use camera for door with consent;\n"
				    "allow tester use microphone;\n"
				    "allow any use motion;\n", warden_self()));
	EXPECT_EQ(2, warden_status("open-sensors"));
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_SAID("2 defaults allow (sensor, listen), 2 sensor rules");
}

/* --- the gate ------------------------------------------------------------------------------ */

TEST_F(setup, open_before_it_is_denied_whoever_asks)
{
	struct claim denied = { .domain = "sensor", .reason = "not-set-up", .program = "tester",
				.object = CAMERA_TOPOLOGY, .times = USERS_COUNT };
	size_t i;

	ASSERT_DELIVERED();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), try_camera, self->camera))
		{
			TH_LOG("%s", users_at(i)->name);
		}
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Does `service list` tell of a rule for this port that it would let somebody listen there? */
static bool is_declared(const char *port)
{
	struct json_object *list = warden_json(ARGV("service", "list"));
	bool is = false;
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *of = json_object_array_get_idx(list, i);

		is |= !strcmp(evidence_string(of, "where"), port) &&
		      !strcmp(evidence_string(of, "state"), "not-open");
	}
	json_object_put(list);
	return is;
}

TEST_F(setup, ports_and_connections_wait_but_for_what_setup_and_safety_name)
{
	struct claim listens = { .reason = "not-set-up", .port = LATER + 1, .program = "tester" };
	struct claim connects = { .domain = "connect", .reason = "not-set-up", .port = 7404 + 1 };

	ASSERT_DELIVERED();
	EXPECT_EQ(EACCES, listen_at(LATER));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &listens));
	EXPECT_EQ(EACCES, connect_out());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &connects));
	EXPECT_STREQ("not-set-up", explained(LISTENS(7401)));
	EXPECT_STREQ("allowed", explained(LISTENS(7402)));
	EXPECT_STREQ("allowed", explained(LISTENS(7403)));
	EXPECT_STREQ("not-set-up", explained(USES("camera", "--consent")));
	EXPECT_STREQ("program-unknown", explained(ARGV("--listen", "tcp/7401")));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "listen", "tcp", "7401")));
	EXPECT_SAID("nobody");
	EXPECT_FALSE(is_declared("7401"));
	EXPECT_TRUE(is_declared("7402"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, listen_at(EARLY));
	EXPECT_EQ(0, listen_at(SAFE));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_EQ(0, set_up())
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, listen_at(LATER));
	EXPECT_EQ(0, listen_at(SAFE));
	EXPECT_EQ(0, connect_out());
	EXPECT_EQ(EACCES, listen_at(EARLY));
	EXPECT_STREQ("allowed", explained(LISTENS(7401)));
	EXPECT_STREQ("port-not-named", explained(LISTENS(7402)));
	EXPECT_TRUE(is_declared("7401"));
	EXPECT_FALSE(is_declared("7402"));
	EXPECT_STREQ("consent", explained(USES("camera")));
}

TEST_F(setup, nothing_is_opened_and_nobody_consents_by_command_before_it)
{
	ASSERT_DELIVERED();
	EXPECT_EQ(1, warden_grant("tester", "camera", "door"));
	EXPECT_SAID("the device is not set up");
	EXPECT_SAID("wardenctl setup");
	EXPECT_EQ(1, warden_ctl(ARGV("service", "open", "tcp", "7405", "for", "10m")));
	EXPECT_SAID("the device is not set up");
	EXPECT_EQ(EACCES, listen_at(7405));
	EXPECT_EQ(0, warden_status("consents"));
}

TEST_F(setup, the_owner_opens_it_at_once_and_consents)
{
	struct claim enrolled = { .event = "owner-enroll", .domain = "consent" };
	struct claim asks = { .domain = "sensor", .reason = "no-consent", .program = "tester" };
	struct camera c;

	ASSERT_DELIVERED();
	EXPECT_EQ(-EACCES, camera_open(&c, self->camera));
	ASSERT_EQ(0, warden_ctl(ARGV("setup", "--show")));
	EXPECT_SAID("tester uses camera: Show who is at the door");
	EXPECT_SAID("tester listen tcp 7401");
	EXPECT_SAID("security@example.com");
	EXPECT_TRUE(setup_is("needed"));
	ASSERT_EQ(0, set_up());
	EXPECT_SAID("set up: the owner is Test: owner");
	EXPECT_SAID("What is otherwise than the maker's policy says");
	EXPECT_EQ(0, drift(NULL));
	EXPECT_TRUE(setup_is("done"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &enrolled));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, camera_open(&c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &asks));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	camera_close(&c);
	EXPECT_EQ(1, drift("consent"));
	EXPECT_EQ(1, set_up());
	EXPECT_SAID("the device is set up, its owner is Test: owner");
	ASSERT_EQ(0, warden_ctl(ARGV("trust", "list")));
	EXPECT_SAID("owner");
}

TEST_F(setup, is_asked_step_by_step_and_nothing_happens_without_a_yes)
{
	struct client c;
	char command[512];

	ASSERT_DELIVERED();
	ASSERT_EQ(1, client_run(&c, ARGV("sh", "-c", "echo no | wardenctl setup 2>&1")));
	EXPECT_NE(NULL, strstr(c.text, "nobody said yes"));
	client_end(&c);
	ASSERT_EQ(1, client_run(&c, ARGV("sh", "-c", "wardenctl setup </dev/null 2>&1")));
	client_end(&c);
	EXPECT_TRUE(setup_is("needed"));
	snprintf(command, sizeof(command), "printf 'yes\\n%s\\n%s\\n' | wardenctl setup 2>&1",
		 keys_cert("owner"), STATE);
	ASSERT_EQ(0, client_run(&c, ARGV("sh", "-c", command)))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_NE(NULL, strstr(c.text, "Whose is it?"));
	EXPECT_NE(NULL, strstr(c.text, "saved: 0 consents"));
	client_end(&c);
	EXPECT_TRUE(setup_is("done"));
	EXPECT_EQ(0, access(STATE, R_OK));
	EXPECT_EQ(2, warden_ctl(ARGV("setup", "--yes")));
	EXPECT_EQ(2, warden_ctl(ARGV("--json", "setup")));
}

TEST_F(setup, is_refused_where_there_is_nothing_to_set_up)
{
	EXPECT_EQ(1, set_up());
	EXPECT_SAID("no policy is loaded");
	ASSERT_LOADED(warden_policy("default protocol allow;\n"));
	EXPECT_EQ(1, set_up());
	EXPECT_SAID("asks for no owner");
}

TEST_F(setup, a_policy_on_trial_lets_nobody_own_the_device)
{
	ASSERT_DELIVERED();
	ASSERT_TRUE(warden_write("/tmp/setup.policy", device_policy(2)));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--confirm", "600", "/tmp/setup.policy")))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(1, set_up());
	EXPECT_SAID("waits to be confirmed");
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "confirm")));
	EXPECT_EQ(0, set_up());
	unlink("/tmp/setup.policy");
}

/* --- lives and owners ------------------------------------------------------------------------ */

TEST_F(setup, is_kept_over_a_restart_by_the_state)
{
	struct camera c;

	ASSERT_DELIVERED();
	ASSERT_EQ(0, set_up());
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", STATE)));
	ASSERT_TRUE(warden_live_again());
	ASSERT_EQ(0, warden_ctl(ARGV("state", "restore", STATE)))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_LOADED(device_policy(1));
	EXPECT_TRUE(setup_is("done"));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	camera_close(&c);
	EXPECT_EQ(0, listen_at(LATER));
	/* The policy may come first, too. */
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", STATE)));
	ASSERT_TRUE(warden_live_again());
	ASSERT_LOADED(device_policy(1));
	EXPECT_EQ(EACCES, listen_at(LATER));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "restore", STATE)));
	EXPECT_EQ(0, listen_at(LATER));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	camera_close(&c);
}

TEST_F(setup, a_state_of_another_device_brings_neither_owner_nor_consent)
{
	ASSERT_DELIVERED();
	ASSERT_EQ(0, set_up());
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", STATE)));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "export", "--key", keys_key("owner"), "--cert",
				     keys_cert("owner"), EXPORT)));
	ASSERT_TRUE(client_shell("mv /etc/machine-id /tmp/setup.id"));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", NAMELESS)));
	EXPECT_SAID("this device cannot be told from others");
	ASSERT_TRUE(client_shell("cp /tmp/setup.id /etc/machine-id"));
	ASSERT_TRUE(warden_live_again());
	ASSERT_LOADED(device_policy(1));
	EXPECT_EQ(1, warden_ctl(ARGV("consent", "import", "--cert", keys_cert("owner"), EXPORT)));
	EXPECT_SAID("the device is not set up");
	ASSERT_TRUE(client_shell("rm /etc/machine-id"));
	EXPECT_EQ(1, warden_ctl(ARGV("state", "restore", NAMELESS)));
	EXPECT_SAID("this device cannot be told from others");
	ASSERT_TRUE(client_shell("tr 0-9a-f 1-9a-f0 </tmp/setup.id >/etc/machine-id"));
	EXPECT_EQ(1, warden_ctl(ARGV("state", "restore", STATE)));
	EXPECT_SAID("this state is of another device");
	EXPECT_EQ(1, warden_ctl(ARGV("state", "restore", NAMELESS)));
	EXPECT_SAID("this state is of another device");
	ASSERT_TRUE(client_shell("cp /tmp/setup.id /etc/machine-id"));
	EXPECT_TRUE(setup_is("needed"));
	EXPECT_EQ(0, warden_status("consents"));
	/* Nor does one with its owner cut out. */
	ASSERT_TRUE(client_shell("grep -q '\"owner\":{' " STATE " && "
				 "sed '/\"owner\":{/,/}/d; $s/sha256 [0-9a-f]*$//' " STATE " >/tmp/setup.other && "
				 "printf 'sha256 %s\\n' \"$(sha256sum </tmp/setup.other | cut -c1-64)\" "
				 ">>/tmp/setup.other"));
	EXPECT_EQ(1, warden_ctl(ARGV("state", "restore", "/tmp/setup.other")));
	EXPECT_SAID("the device is not set up");
	EXPECT_EQ(0, warden_status("consents"));
	EXPECT_EQ(EACCES, device_try(self->camera, O_RDONLY | O_NONBLOCK));
}

/* Control 30: no record means no. */
TEST_F(setup, without_the_store_of_consents_nothing_opens)
{
	struct claim asks = { .domain = "sensor", .reason = "no-consent", .program = "tester",
			      .times = USERS_COUNT };
	size_t i;

	ASSERT_DELIVERED();
	ASSERT_EQ(0, set_up());
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", STATE)));
	unlink(STATE);
	ASSERT_TRUE(warden_live_again());
	EXPECT_EQ(1, warden_ctl(ARGV("state", "restore", STATE)));
	ASSERT_LOADED(device_policy(1));
	EXPECT_EQ(0, warden_status("consents"));
	EXPECT_EQ(EACCES, device_try(self->camera, O_RDONLY | O_NONBLOCK));
	EXPECT_EQ(EACCES, listen_at(LATER));
	/* The owner alone brings none back. */
	ASSERT_EQ(0, set_up());
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), try_camera, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &asks));
	EXPECT_EQ(0, warden_status("open-sensors"));
}

TEST_F(setup, handing_the_device_over_closes_it)
{
	struct claim denied = { .domain = "sensor", .reason = "not-set-up", .program = "tester" };
	struct camera c;

	ASSERT_DELIVERED();
	ASSERT_EQ(0, set_up());
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7405", "for", "10m")));
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "open", "tracefs", "for", "10m")));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, listen_at(LATER));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--all", "--owner-transfer")));
	EXPECT_EQ(-EACCES, camera_start(&c));
	camera_close(&c);
	EXPECT_TRUE(setup_is("needed"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(self->camera, O_RDONLY | O_NONBLOCK));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(EACCES, listen_at(LATER));
	EXPECT_EQ(EACCES, listen_at(7405));
	EXPECT_EQ(0, listen_at(EARLY));
	EXPECT_EQ(1, warden_ctl(ARGV("debug", "close", "tracefs"))); /* it is not open any more */
	EXPECT_EQ(1, warden_grant("tester", "camera", "door"));
	EXPECT_EQ(0, drift("opening"));
	/* The next one owns it as the first did. */
	ASSERT_EQ(0, set_up());
	EXPECT_EQ(0, listen_at(LATER));
	EXPECT_EQ(EACCES, listen_at(EARLY));
}

TEST_F(setup, an_older_listener_ends_with_the_policy_that_waits)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(LATER) };
	int fd, accepts = 1;
	socklen_t len = sizeof(accepts);

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	ASSERT_EQ(0, bind(fd, (const struct sockaddr *)&at, sizeof(at)));
	ASSERT_EQ(0, listen(fd, 1));
	ASSERT_LOADED(device_policy(2));
	ASSERT_EQ(0, getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len));
	EXPECT_EQ(0, accepts);
	close(fd);
}

/* The owner's signature counts for the user's layer, as long as he is the owner. */
TEST_F(setup, the_owner_signs_the_layer_of_the_user)
{
	const char *narrow = "policy \"mine\" version 1;\ncontact \"a@b.c\"; support until 2040-01-01;\n"
			     "deny any listen tcp 7401;\n";

	ASSERT_EQ(0, keys_enroll("maker"));
	ASSERT_EQ(0, keys_sign("factory", device_policy(1), "maker", "maker", NULL));
	ASSERT_EQ(0, keys_load("factory", "factory"))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_EQ(0, keys_sign("mine", narrow, "user", "owner", NULL));
	EXPECT_EQ(1, keys_load("mine", "mine"));
	EXPECT_SAID("nothing here vouches for");
	ASSERT_EQ(0, set_up());
	EXPECT_EQ(0, listen_at(LATER));
	ASSERT_EQ(0, keys_load("mine", "mine"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(EACCES, listen_at(LATER));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--all", "--owner-transfer")));
	EXPECT_EQ(0, drift("layer"));
	ASSERT_EQ(0, set_up());
	EXPECT_EQ(0, listen_at(LATER));
}

/* A task that stays in the kernel keeps hooks from being attached; another owner needs none that was not. */
TEST_F(setup, owners_come_and_go_while_no_hook_can_be_attached)
{
	struct client trace, enroll, transfer;
	char text[16384];
	pid_t stays;

	if (!stay_can_shut())
		SKIP(return, "this kernel traces no functions, or waits for no task that stays");
	snprintf(text, sizeof(text), "%sallow any debug tracefs; allow any debug bpf;\n", device_policy(2));
	ASSERT_LOADED(text);
	stays = stay_shut(&trace);
	ASSERT_LT(0, stays);
	client_start(&enroll, ARGV("wardenctl", "setup", "--owner", keys_cert("owner"), "--yes"));
	EXPECT_EQ(0, client_wait(&enroll, WAIT_MS));
	EXPECT_TRUE(setup_is("done"));
	EXPECT_EQ(0, listen_at(LATER));
	client_start(&transfer, ARGV("wardenctl", "consent", "withdraw", "--all", "--owner-transfer"));
	EXPECT_EQ(0, client_wait(&transfer, WAIT_MS));
	EXPECT_TRUE(setup_is("needed"));
	EXPECT_EQ(EACCES, listen_at(LATER));
	EXPECT_TRUE(client_runs(&trace));
	stay_end(stays); /* whoever waits for it can end then */
	client_end(&enroll);
	client_end(&transfer);
	client_end(&trace);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A class of sensors that is switched off is off, whatever the policy says.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <linux/input.h>
#include <poll.h>

#include "lib/explained.h"
#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/keypad.h"
#include "lib/times.h"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera;\n"

#define SWITCH(class, to) warden_ctl(ARGV("sensor", "switch", class, to))

FIXTURE(sensor_switch)
{
	char camera[128];
	struct camera c;
	struct sight *sight;
	struct mark mark;
};

FIXTURE_SETUP(sensor_switch)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	self->sight = sight_new();
	ASSERT_NE(NULL, self->sight);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(sensor_switch)
{
	SWITCH("all", "on");
}

static struct claim refused(void)
{
	return (struct claim){
		.domain = "sensor", .reason = "switched-off", .program = "tester",
		.object = CAMERA_TOPOLOGY, .pid = getpid(), .times = 1,
	};
}

static struct claim switched(const char *to)
{
	return (struct claim){ .event = "switch", .domain = "sensor", .object = to };
}

static size_t classes_off(void)
{
	struct json_object *status = warden_json(ARGV("status"));
	struct json_object *off;
	size_t n = 0;

	if (json_object_object_get_ex(status, "switched-off", &off))
		n = json_object_array_length(off);
	json_object_put(status);
	return n;
}

TEST_F(sensor_switch, off_ends_a_stream_in_time_and_refuses_opens_until_on)
{
	struct claim denied = refused(), off = switched("off"), on = switched("on");
	struct claim ended = { .event = "session-end", .domain = "sensor",
			       .reason = "switched-off", .program = "tester",
			       .object = CAMERA_TOPOLOGY };
	struct times frame = { .cause = "switch", .reason = "switched-off" };
	uint64_t command;

	/* The line is that of the rule that would allow it. */
	denied.line = warden_line(warden_policy(STATEMENTS, warden_self()), "allow tester");
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, camera_start(&self->c));
	ASSERT_LT(0, camera_watch(&self->c, self->sight));
	ASSERT_TRUE(sight_flows(self->sight, 3, 20000));
	command = now_ns();
	ASSERT_EQ(0, SWITCH("camera", "off"));
	EXPECT_NE(NULL, strstr(warden_said(), "1 session ended"));
	wait(NULL);
	times_add(&frame, &self->mark, command, self->sight->frame);
	EXPECT_EQ(EACCES, self->sight->ioctl_errno);
	EXPECT_NE(0, self->sight->fault);
	camera_close(&self->c);
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_FOUND(evidence_of_event(&self->mark, &off));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	ASSERT_EQ(0, SWITCH("camera", "on"));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	EXPECT_FOUND(evidence_of_event(&self->mark, &on));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_IN_TIME(&frame, "a program's last frame");
}

TEST_F(sensor_switch, off_outlives_a_policy_and_holds_in_observe_mode)
{
	struct claim denied = refused();

	ASSERT_EQ(0, SWITCH("camera", "off"));
	ASSERT_LOADED(warden_policy("mode observe;\n" STATEMENTS, warden_self()));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(1, classes_off());
	/* A class beside it is no concern of the camera's. */
	ASSERT_EQ(0, SWITCH("camera", "on"));
	ASSERT_EQ(0, SWITCH("microphone", "off"));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
}

TEST_F(sensor_switch, all_covers_every_class_and_is_shown)
{
	ASSERT_EQ(0, SWITCH("all", "off"));
	EXPECT_LE(11, classes_off());
	EXPECT_STREQ("switched-off", explained(ARGV("--program", "tester", "--sensor", "camera")));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "use", "camera")));
	EXPECT_NE(NULL, strstr(warden_said(), "nobody"));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "list")));
	EXPECT_EQ(NULL, strstr(warden_said(), "idle"));
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "camera, microphone, location"));
	ASSERT_EQ(0, SWITCH("all", "on"));
	EXPECT_EQ(0, classes_off());
	EXPECT_STREQ("allowed", explained(ARGV("--program", "tester", "--sensor", "camera")));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	EXPECT_EQ(2, SWITCH("camra", "off"));
	EXPECT_NE(NULL, strstr(warden_said(), "did you mean `camera`"));
	EXPECT_EQ(2, SWITCH("camera", "away"));
}

/* A key before the device, and what a lamp says beside it; the program that reads it is named. */
TEST_F(sensor_switch, key_pauses_the_camera_and_lets_it_go_on)
{
	char command[256];
	struct client keeper;
	struct keypad k;

	ASSERT_EQ(0, keypad_plug(&k));
	ASSERT_LOADED(warden_policy(STATEMENTS "program keeper { path \"/usr/sbin/wardenctl\"; }\n"
				    "allow keeper use device \"%s\";\n",
				    warden_self(), k.topology));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	snprintf(command, sizeof(command), "exec wardenctl sensor switch camera toggle --button %s:%d",
		 k.node, KEY_Y);
	ASSERT_EQ(0, client_start(&keeper, ARGV("sh", "-c", command)));
	/* When it listens nobody is told; a press that comes too soon is made again. */
	while (!client_says(&keeper, "switched off: 1 session ended", 500) && client_runs(&keeper))
		keypad_press(&k, KEY_Y, 10);
	EXPECT_EQ(1, classes_off());
	EXPECT_EQ(EACCES, device_try(self->camera, O_RDONLY));
	keypad_press(&k, KEY_N, 10);
	keypad_press(&k, KEY_Y, 10);
	EXPECT_TRUE(client_says(&keeper, "switched on", 5000));
	EXPECT_EQ(0, classes_off());
	EXPECT_EQ(0, device_try(self->camera, O_RDONLY));
	camera_close(&self->c);
	client_end(&keeper);
	keypad_unplug(&k);
}

/* All but the class of the key itself, which has to be read again; a lamp beside it says so. */
TEST_F(sensor_switch, key_switches_all_off_but_itself_and_the_lamp_says_so)
{
	char command[256];
	struct client keeper;
	struct keypad k;

	ASSERT_EQ(0, keypad_plug(&k));
	ASSERT_LOADED(warden_policy(STATEMENTS "program keeper { path \"/usr/sbin/wardenctl\"; }\n"
				    "allow keeper use input;\n", warden_self()));
	snprintf(command, sizeof(command), "exec wardenctl sensor switch all toggle --button %s:%d %s%s", k.node,
		 KEY_Y, k.led[0] ? "--led " : "", k.led);
	ASSERT_EQ(0, client_start(&keeper, ARGV("sh", "-c", command)));
	while (!client_says(&keeper, "switched off: ", 500) && client_runs(&keeper))
		keypad_press(&k, KEY_Y, 10);
	EXPECT_EQ(10, classes_off());
	EXPECT_EQ(EACCES, device_try(self->camera, O_RDONLY));
	if (k.led[0])
		EXPECT_TRUE(keypad_shows(&k, true, 5000));
	keypad_press(&k, KEY_Y, 10);
	EXPECT_TRUE(client_says(&keeper, "switched on", 5000))
	{
		TH_LOG("%s", keeper.text);
	}
	EXPECT_EQ(0, classes_off());
	if (k.led[0])
		EXPECT_TRUE(keypad_shows(&k, false, 5000));
	client_end(&keeper);
	keypad_unplug(&k);
}

TEST_HARNESS_MAIN

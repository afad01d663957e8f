// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which devices are sensors, and that nobody opens one without a rule.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/sight.h"
#include "lib/told.h"

#define OPENS 500

/* Nothing is allowed, and this program is not named. */
#define NOTHING "default sensor deny;\n"

static int open_errno(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* This process was refused @object once, by no rule. */
static struct claim refused(const char *reason, const char *program, const char *object)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = program, .object = object,
		.line = UINT32_MAX, .pid = getpid(), .times = 1,
	};
}

FIXTURE(sensor)
{
	char camera[128];
	char place[64]; /* a tmpfs that takes device nodes */
};

FIXTURE_SETUP(sensor)
{
	const char *node;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", "pcm_substreams=1"));
	node = device_node(CAMERA_TOPOLOGY);
	ASSERT_NE(NULL, node);
	snprintf(self->camera, sizeof(self->camera), "%s", node);
	strcpy(self->place, "/var/tmp/sensor-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->place));
	ASSERT_EQ(0, mount("nodes", self->place, "tmpfs", 0, NULL));
	ASSERT_LOADED(warden_policy(NOTHING));
}

FIXTURE_TEARDOWN(sensor)
{
	umount2(self->place, MNT_DETACH);
	rmdir(self->place);
}

TEST_F(sensor, camera_is_listed_with_class_topology_and_driver)
{
	struct json_object *e = device_entry(CAMERA_TOPOLOGY);

	ASSERT_NE(NULL, e);
	EXPECT_STREQ("camera", evidence_string(e, "class"));
	EXPECT_STREQ("vivid", evidence_string(e, "driver"));
	EXPECT_STREQ(self->camera + strlen("/dev/"), evidence_string(e, "node"));
	EXPECT_EQ(0, evidence_number(e, "sessions"));
	json_object_put(e);
}

static bool is_told_alike(void)
{
	struct json_object *told = told_sensors(), *list = warden_json(ARGV("sensor", "list"));
	bool is = told && json_object_array_length(told) && json_object_equal(told, list);

	json_object_put(told);
	json_object_put(list);
	return is;
}

#define TRIES 5

/* What somebody used before may end, or be idle for a second more, between the two. */
TEST_F(sensor, list_is_told_by_wardenctl_as_the_module_tells_it)
{
	int i = 0;

	while (i < TRIES && !is_told_alike())
		i++;
	EXPECT_GT(TRIES, i);
}

TEST_F(sensor, microphone_is_listed_with_class_topology_and_driver)
{
	struct json_object *e = device_entry(MICROPHONE_TOPOLOGY);

	ASSERT_NE(NULL, e);
	EXPECT_STREQ("microphone", evidence_string(e, "class"));
	EXPECT_STREQ("snd_aloop", evidence_string(e, "driver"));
	json_object_put(e);
}

TEST_F(sensor, playback_and_video_output_are_not_listed)
{
	EXPECT_FALSE(device_listed("pcmC0D0p"));
	EXPECT_FALSE(device_listed("pcmC0D1p"));
	EXPECT_FALSE(device_listed("controlC0"));
	/* vivid's second video node shows and does not capture */
	EXPECT_EQ(0, access("/dev/video1", F_OK));
	EXPECT_FALSE(device_listed("video1"));
}

TEST_F(sensor, hot_plugged_camera_appears_and_goes)
{
	const struct claim added = { .event = "device-add", .object = CAMERA_TOPOLOGY };
	const struct claim removed = { .event = "device-del", .object = CAMERA_TOPOLOGY };
	const struct claim denied = refused("program-unknown", warden_self(), CAMERA_TOPOLOGY);
	struct mark m = evidence_mark();

	ASSERT_EQ(0, device_unload("vivid"));
	EXPECT_EQ(NULL, device_node(CAMERA_TOPOLOGY));
	EXPECT_FOUND(evidence_of_event(&m, &removed));
	m = evidence_mark();
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	EXPECT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	EXPECT_FOUND(evidence_of_event(&m, &added));
	EXPECT_EQ(EACCES, open_errno(device_node(CAMERA_TOPOLOGY)));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	EXPECT_EQ(0, open_errno(device_node(CAMERA_TOPOLOGY)));
}

/* The driver's nodes get other numbers; @options say which. */
static int reload(const char *options)
{
	int status = device_unload("vivid");

	return status ? status : device_load("vivid", options);
}

TEST_F(sensor, topology_survives_renumbering)
{
	struct claim denied;
	struct mark m;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n"
				    "default sensor deny;\n"
				    "allow tester use device \"" CAMERA_TOPOLOGY "\";\n",
				    warden_self()));
	EXPECT_STREQ("/dev/video0", self->camera);
	EXPECT_EQ(0, open_errno(self->camera));
	ASSERT_EQ(0, reload("n_devs=1 vid_cap_nr=5"));
	EXPECT_STREQ("/dev/video5", device_node(CAMERA_TOPOLOGY));
	m = evidence_mark();
	EXPECT_EQ(0, open_errno("/dev/video5"));
	EXPECT_FOUND(evidence_of_peace(&m));
	denied = refused("default", "tester", device_topology("vbi0"));
	EXPECT_EQ(EACCES, open_errno("/dev/vbi0"));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	EXPECT_EQ(0, reload("n_devs=1"));
}

/* vivid's cameras hang on one device, as those of a card with several inputs do. */
TEST_F(sensor, each_camera_has_a_topology_name_of_its_own)
{
	struct claim denied;
	struct mark m;

	ASSERT_EQ(0, reload("n_devs=2 vid_cap_nr=5,6"));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n"
				    "default sensor deny;\n"
				    "allow tester use device \"" CAMERA_TOPOLOGY "\";\n",
				    warden_self()));
	m = evidence_mark();
	denied = refused("default", "tester", device_topology("video6"));
	EXPECT_EQ(0, open_errno("/dev/video5"));
	EXPECT_EQ(EACCES, open_errno("/dev/video6"));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	EXPECT_EQ(0, reload("n_devs=1"));
}

TEST_F(sensor, plain_read_by_root_is_denied)
{
	struct mark m = evidence_mark();
	struct claim denied = refused("program-unknown", "/usr/bin/head", CAMERA_TOPOLOGY);
	struct client c;

	denied.pid = 0;
	ASSERT_EQ(0, geteuid());
	EXPECT_NE(0, client_run(&c, ARGV("head", "-c", "1", self->camera)));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
}

TEST_F(sensor, plain_read_by_root_is_allowed_by_a_rule)
{
	const struct claim closed = {
		.event = "session-end", .domain = "sensor", .reason = "closed",
		.program = "/usr/bin/head", .object = CAMERA_TOPOLOGY,
	};
	struct mark m;
	struct client c;

	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	m = evidence_mark();
	EXPECT_EQ(0, client_run(&c, ARGV("head", "-c", "1", self->camera)))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_EQ(1, c.len);
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&m));
	EXPECT_FOUND(evidence_of_event(&m, &closed));
}

/* A node of one's own: what counts is the number, not where the node is. */
static int open_own_node(const char *place, dev_t number)
{
	char path[96];
	int err;

	snprintf(path, sizeof(path), "%s/node", place);
	unlink(path);
	if (mknod(path, S_IFCHR | 0666, number))
		return -1;
	err = open_errno(path);
	unlink(path);
	return err;
}

TEST_F(sensor, second_node_of_the_camera_is_denied)
{
	struct claim denied = refused("program-unknown", warden_self(), CAMERA_TOPOLOGY);
	struct stat st;
	struct mark m;

	ASSERT_EQ(0, stat(self->camera, &st));
	m = evidence_mark();
	EXPECT_EQ(EACCES, open_own_node(self->place, st.st_rdev));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	EXPECT_EQ(0, open_own_node(self->place, st.st_rdev));
}

TEST_F(sensor, number_nobody_knows_is_denied)
{
	struct claim denied = refused("class-unknown", warden_self(), "char:240:77");
	struct mark m = evidence_mark();
	int err;

	EXPECT_EQ(EACCES, open_own_node(self->place, makedev(240, 77)));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	/* Its twin gets as far as the kernel: there is no such device, nor maybe a driver. */
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use unknown;\n"));
	err = open_own_node(self->place, makedev(240, 77));
	EXPECT_TRUE(err == ENXIO || err == ENODEV)
	{
		TH_LOG("%s", strerror(err));
	}
}

/* What the cache of network file systems is told by its daemon. */
TEST_F(sensor, device_of_unknown_kind_is_denied)
{
	struct claim denied = refused("class-unknown", warden_self(), "virtual/cachefiles");
	struct json_object *e;
	struct mark m;

	if (device_load("cachefiles", ""))
		SKIP(return, "this kernel has no /dev/cachefiles");
	EXPECT_TRUE(device_comes("/dev/cachefiles"));
	e = device_entry("virtual/cachefiles");
	ASSERT_NE(NULL, e);
	EXPECT_STREQ("unknown", evidence_string(e, "class"));
	json_object_put(e);
	m = evidence_mark();
	EXPECT_EQ(EACCES, open_errno("/dev/cachefiles"));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use unknown;\n"));
	EXPECT_EQ(0, open_errno("/dev/cachefiles"));
}

/* A mouse of PS/2, as it is, and not among those of /dev/input. */
TEST_F(sensor, mouse_of_another_name_is_input)
{
	struct json_object *e = device_entry("virtual/psaux");
	struct claim denied = refused("program-unknown", warden_self(), "virtual/psaux");
	struct mark m = evidence_mark();

	if (!e)
		SKIP(return, "this kernel has no /dev/psaux");
	EXPECT_STREQ("input", evidence_string(e, "class"));
	json_object_put(e);
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use unknown;\n"));
	EXPECT_EQ(EACCES, open_errno("/dev/psaux"));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use input;\n"));
	EXPECT_EQ(0, open_errno("/dev/psaux"));
}

/* Calls into the module while @path is opened @times times, and wardenctl asks for the count. */
static uint64_t calls_of_opens(const char *path, int times)
{
	uint64_t before = warden_status("calls");
	int i;

	for (i = 0; i < times; i++)
		if (open_errno(path))
			return UINT64_MAX;
	return warden_status("calls") - before;
}

TEST_F(sensor, opens_of_what_is_no_sensor_do_not_call_the_module)
{
	static const char *const paths[] = {
		"/etc/passwd", "/dev/null", "/dev/zero", "/dev/snd/pcmC0D0p", "/dev/snd/controlC0",
		"/proc/self/maps", "/dev/ptmx",
	};
	uint64_t asking = calls_of_opens("/dev/null", 0);
	const char *const *path;

	for (path = paths; path < paths + ARRAY_SIZE(paths); path++) {
		uint64_t calls = calls_of_opens(*path, OPENS);

		if (calls != asking)
			printf("# opening %s calls the module\n", *path);
		EXPECT_EQ(asking, calls);
	}
	/* The measure is able to tell: a sensor does call. */
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	EXPECT_LE(asking + 10, calls_of_opens(self->camera, 10));
}

/* A process that has the camera open from now on; -1 where it could not. */
static pid_t start_holder(const char *camera)
{
	pid_t pid;
	int ends[2];
	char c;

	if (pipe(ends))
		return -1;
	pid = sight_fork();
	if (!pid) {
		if (open(camera, O_RDONLY) < 0 || write(ends[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	if (read(ends[0], &c, 1) != 1)
		pid = -1;
	close(ends[0]);
	return pid;
}

/* Sessions that end together are ended together, and each holder gets what its own rule says. */
TEST_F(sensor, kills_by_the_rule_of_what_was_held_alone)
{
	int status = 0, fd;
	pid_t holder;
	char c;

	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera kill;\n"
				    "allow any use microphone;\n"));
	fd = open(device_node(MICROPHONE_TOPOLOGY), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, fd);
	holder = start_holder(self->camera);
	ASSERT_LT(0, holder);
	EXPECT_EQ(2, warden_status("sessions"));
	ASSERT_LOADED(warden_policy(NOTHING));
	EXPECT_EQ(holder, waitpid(holder, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	EXPECT_EQ(-1, read(fd, &c, 1));
	EXPECT_EQ(EACCES, errno);
	close(fd);
}

TEST_HARNESS_MAIN

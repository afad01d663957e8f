// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every call that reads from an open file, on every kind of sensor this guest has: with consent it gives what
 * the driver gives, and without it gives nothing, to who comes then and to who waits already.
 */
#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <signal.h>
#include <sys/wait.h>

#include "lib/camera.h"
#include "lib/chip.h"
#include "lib/harness.h"
#include "lib/keypad.h"
#include "lib/reads.h"
#include "lib/serial.h"
#include "lib/sound.h"

#define BY_CONSENT                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"classify name \"ttyACM*\" as location;\n"                                                 \
	"allow tester use camera for door with consent;\n"                                         \
	"allow tester use microphone for door with consent;\n"                                     \
	"allow tester use motion for door with consent;\n"                                         \
	"allow tester use environment for door with consent;\n"                                    \
	"allow tester use input for door with consent;\n"                                          \
	"allow tester use location for door with consent;\n"

#define LIMIT 600 /* s, for a slow guest */
#define SOME  48 /* bytes: two key events, 24 samples of sound */

static struct keypad keys;
static int satellites = -1;

/* --- the sensors ------------------------------------------------------------------------ */

static int open_camera(void)
{
	static struct camera c;
	int err = camera_open(&c, device_node(CAMERA_TOPOLOGY));

	return err ?: c.fd;
}

static int open_microphone(void)
{
	struct sound s;
	int err = sound_open(&s, device_node(MICROPHONE_TOPOLOGY)) ?: sound_start_reading(&s);

	return err ?: s.fd;
}

static int result_of(int fd)
{
	return fd < 0 ? -errno : fd;
}

static int open_keys(void)
{
	return result_of(open(keys.node, O_RDONLY | O_CLOEXEC));
}

static int open_value(void)
{
	return result_of(open(chip_thermometer("temp1_input"), O_RDONLY | O_CLOEXEC));
}

static int open_buffer(void)
{
	return result_of(chip_open_buffer());
}

static int open_receiver(void)
{
	return serial_open(SERIAL_RECEIVER);
}

static void press_a_key(void)
{
	keypad_press(&keys, KEY_Y, 0);
}

static void send_a_sentence(void)
{
	if (!serial_tell(satellites))
		printf("# nothing can be sent: %s\n", strerror(errno));
}

static bool has_chips(void)
{
	return chip_is_known() && chip_bus() >= 0;
}

static bool has_value(void)
{
	return has_chips() && chip_has_thermometer();
}

static bool has_buffer(void)
{
	int err = has_chips() ? chip_fill_buffer("200") : -ENODEV;

	if (err)
		printf("# the compass fills no buffer: %s\n", strerror(-err));
	return !err;
}

static bool has_receiver(void)
{
	satellites = serial_is_known() ? serial_plug() : -ENODEV;
	return satellites >= 0;
}

static bool is_always_there(void)
{
	return true;
}

/**
 * struct sensor - something to read from
 * @name: for people
 * @is_there: makes it, too
 * @open: the file, ready to be read; -errno
 * @feed: have it deliver something; NULL where it always does
 */
static const struct sensor {
	char name[12];
	bool (*is_there)(void);
	int (*open)(void);
	void (*feed)(void);
} sensors[] = {
	{ "camera", is_always_there, open_camera, NULL },
	{ "microphone", is_always_there, open_microphone, NULL },
	{ "keys", is_always_there, open_keys, press_a_key },
	{ "value", has_value, open_value, NULL },
	{ "buffer", has_buffer, open_buffer, NULL },
	{ "receiver", has_receiver, open_receiver, send_a_sentence },
};

#define SENSORS ARRAY_SIZE(sensors)

FIXTURE(reads)
{
	bool there[SENSORS];
	int fds[SENSORS];
	int results[SENSORS][READS_COUNT]; /* with consent */
	struct mark mark;
};

static void grant_all(void)
{
	static const char *const classes[] = { "camera", "microphone", "motion", "environment", "input",
					       "location" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		warden_grant("tester", classes[i], "door");
}

FIXTURE_SETUP(reads)
{
	size_t i;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", ""));
	ASSERT_EQ(0, keypad_plug(&keys));
	has_chips(); /* which loads a policy, where it makes them */
	ASSERT_LOADED(warden_policy("default sensor allow;\nallow any use motion;\n"));
	for (i = 0; i < SENSORS; i++)
		self->there[i] = sensors[i].is_there();
	for (i = 0; i < SENSORS; i++)
		if (!self->there[i])
			TH_LOG("no %s here", sensors[i].name);
	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	warden_withdraw_all();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(reads)
{
	warden_withdraw_all();
	warden_load(warden_policy("default sensor allow;\n"));
	if (has_chips())
		chip_put(chip_compass("buffer/enable"), "0"); /* its values are busy meanwhile */
	keypad_unplug(&keys);
	serial_unplug(satellites);
}

static int read_by(const struct reading *r, int fd)
{
	char some[SOME] __attribute__((aligned(8)));

	lseek(fd, 0, SEEK_SET); /* of a value; others have no place */
	return r->read(fd, some, sizeof(some));
}

static void open_all(int fds[SENSORS], const bool there[SENSORS])
{
	size_t i;

	for (i = 0; i < SENSORS; i++)
		fds[i] = there[i] ? sensors[i].open() : -ENODEV;
}

static void close_all(const int fds[SENSORS])
{
	size_t i;

	for (i = 0; i < SENSORS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* How many calls on this sensor neither delivered nor were unknown to its driver. */
static int read_all(const struct sensor *s, int fd, int results[READS_COUNT])
{
	int wrong = 0;
	size_t i;

	for (i = 0; i < READS_COUNT; i++) {
		if (s->feed)
			s->feed();
		results[i] = read_by(reads_at(i), fd);
		if (results[i] >= 0 ? !reads_at(i)->none : reads_unknown(results[i]))
			continue;
		printf("# %s by %s: %d\n", s->name, reads_at(i)->name, results[i]);
		wrong++;
	}
	return wrong;
}

static bool is_read(const char *path)
{
	char some[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && read(fd, some, sizeof(some)) > 0;

	close(fd);
	return is;
}

/* What else a file can be asked, of which the kernel knew at its open that it can. */
static int ask_dead(const struct sensor *s, int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (lseek(fd, 0, SEEK_SET) == -1 && fsync(fd) == -1 && write(fd, "", 1) == -1 && is_read(path))
		return 0;
	printf("# %s can be sought or written, or its descriptor tells nothing\n", s->name);
	return 1;
}

/* The same when it has ended: what delivered is refused, and nothing delivers. */
static int read_dead(const struct sensor *s, int fd, const int results[READS_COUNT])
{
	int wrong = 0, result;
	size_t i;

	for (i = 0; i < READS_COUNT; i++) {
		if (s->feed)
			s->feed();
		result = read_by(reads_at(i), fd);
		if (result == -EACCES || reads_unknown(result))
			continue;
		printf("# %s by %s: %d, before %d\n", s->name, reads_at(i)->name, result, results[i]);
		wrong++;
	}
	return wrong;
}

/* A call that delivers nowhere is tried for nothing, unless none of these drivers knows it. */
static int delivers_nowhere(size_t call, int (*results)[READS_COUNT])
{
	size_t i;

	for (i = 0; i < SENSORS; i++)
		if (results[i][call] > 0)
			return 0;
	return !reads_at(call)->none;
}

TEST_F_TIMEOUT(reads, give_nothing_without_consent_and_after_it, LIMIT)
{
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "tester" };
	size_t i;

	open_all(self->fds, self->there);
	for (i = 0; i < SENSORS; i++)
		EXPECT_EQ(self->there[i] ? -EACCES : -ENODEV, self->fds[i]);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	grant_all();
	open_all(self->fds, self->there);
	for (i = 0; i < SENSORS; i++) {
		if (!self->there[i])
			continue;
		ASSERT_LE(0, self->fds[i])
		{
			TH_LOG("%s: %s", sensors[i].name, strerror(-self->fds[i]));
		}
		EXPECT_EQ(0, read_all(&sensors[i], self->fds[i], self->results[i]));
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	for (i = 0; self->there[SENSORS - 1] && i < READS_COUNT; i++) {
		EXPECT_EQ(0, delivers_nowhere(i, self->results))
		{
			TH_LOG("%s", reads_at(i)->name);
		}
	}
	warden_withdraw_all();
	for (i = 0; i < SENSORS; i++)
		if (self->there[i])
			EXPECT_EQ(0, read_dead(&sensors[i], self->fds[i], self->results[i]) +
					     ask_dead(&sensors[i], self->fds[i]));
	close_all(self->fds);
}

/* --- who waits -------------------------------------------------------------------------- */

#define SILENT 2 /* sensors that deliver when they are fed */

/* A process that reads by this call what does not come: its exit status is the errno. */
static pid_t start(const struct sensor *s, const struct reading *r)
{
	int fd, result;
	pid_t pid = sight_fork();

	if (pid)
		return pid;
	fd = s->open();
	if (fd < 0)
		_exit(255);
	result = read_by(r, fd);
	_exit(result < 0 ? -result : 0);
}

/* Has it slept at each of several looks? */
static bool sleeps(pid_t pid)
{
	char path[32], text[512], state;
	int looks = 0, i;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (i = 0; i < 2000 && looks < 8; i++) {
		FILE *f = fopen(path, "r");

		state = '?';
		if (f && fgets(text, sizeof(text), f) && strrchr(text, ')'))
			state = strrchr(text, ')')[2];
		if (f)
			fclose(f);
		if (state == 'Z')
			return false;
		looks = state == 'S' ? looks + 1 : 0;
		usleep(10000);
	}
	return looks == 8;
}

/* Its exit status, or -1 where it still waits. */
static int end_of(pid_t pid)
{
	int status, i;

	for (i = 0; i < 1000; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
		usleep(20000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return -1;
}

/* Does this call wait, where nothing comes? One that the driver does not know may end at once. */
static bool waits(const struct sensor *s, const struct reading *r, pid_t *pid)
{
	int status;

	*pid = start(s, r);
	if (sleeps(*pid))
		return true;
	status = end_of(*pid);
	*pid = 0;
	return reads_unknown(-status);
}

static int count_wrong_ends(const struct sensor *s, const pid_t pids[READS_COUNT])
{
	int wrong = 0, status;
	size_t i;

	for (i = 0; i < READS_COUNT; i++) {
		status = pids[i] ? end_of(pids[i]) : EACCES;
		if (status == EACCES || status == EINTR || reads_unknown(-status))
			continue;
		printf("# %s by %s: %d\n", s->name, reads_at(i)->name, status);
		wrong++;
	}
	return wrong;
}

TEST_F_TIMEOUT(reads, that_wait_end_with_consent_and_give_nothing, LIMIT)
{
	static const char *const silent[SILENT] = { "keys", "receiver" };
	pid_t pids[SILENT][READS_COUNT] = { { 0 } };
	const struct sensor *s;
	size_t i, k, at[SILENT];

	grant_all();
	for (k = 0; k < SILENT; k++) {
		for (at[k] = 0; strcmp(sensors[at[k]].name, silent[k]); at[k]++)
			;
		s = &sensors[at[k]];
		for (i = 0; self->there[at[k]] && i < READS_COUNT; i++) {
			EXPECT_TRUE(waits(s, reads_at(i), &pids[k][i]))
			{
				TH_LOG("%s by %s", s->name, reads_at(i)->name);
			}
		}
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	warden_withdraw_all();
	for (k = 0; k < SILENT; k++)
		EXPECT_EQ(0, count_wrong_ends(&sensors[at[k]], pids[k]));
}

TEST_HARNESS_MAIN

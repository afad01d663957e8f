// SPDX-License-Identifier: GPL-2.0-only
/*
 * What root, a plain user and the root of a user name space have open: it ends with its consent,
 * another program gets it by none of the ways there are; and who would hand it to them. Permissions
 * let everybody.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/address.h"
#include "lib/camera.h"
#include "lib/chip.h"
#include "lib/compat.h"
#include "lib/handing.h"
#include "lib/harness.h"
#include "lib/keypad.h"
#include "lib/relay.h"
#include "lib/sound.h"
#include "lib/uring.h"
#include "lib/users.h"

FIXTURE(users)
{
	char camera[64], microphone[64];
	struct keypad keys;
	struct mark mark;
};

/* Where a node is only root is told, so what the others open is looked up here. */
FIXTURE_SETUP(users)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", ""));
	ASSERT_EQ(0, keypad_plug(&self->keys));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_NE(NULL, device_node(MICROPHONE_TOPOLOGY));
	snprintf(self->microphone, sizeof(self->microphone), "%s", device_node(MICROPHONE_TOPOLOGY));
	ASSERT_EQ(0, chmod(self->camera, 0666));
	ASSERT_EQ(0, chmod(self->microphone, 0666));
	ASSERT_EQ(0, chmod(self->keys.node, 0666));
	warden_withdraw_all();
}

FIXTURE_TEARDOWN(users)
{
	chmod(self->camera, 0600);
	chmod(self->microphone, 0600);
	keypad_unplug(&self->keys);
	warden_withdraw_all();
}

/* --- what they have open, at a withdrawal ------------------------------------------ */

#define BY_CONSENT                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"                                         \
	"allow tester use microphone for door with consent;\n"                                     \
	"allow tester use input for door with consent;\n"

#define PRIVATE _IOWR('w', 77, char[64])

/* What a process of some user opens, and has. */
struct having {
	const char *nodes[3]; /* camera, microphone, keys */
	struct camera camera;
	struct sound sound;
	int keys;
	int talk; /* a byte goes out when it has them all, and comes in when that has ended */
};

/* S31: an ioctl that no driver here has, and that of a program of 32 bits: the greater of both errnos. */
static int ask_privately(int fd)
{
	char answer[64] = "";
	const int plain = ioctl(fd, PRIVATE, answer) ? errno : 0;
	const int narrow = -compat_ioctl(fd, (unsigned int)PRIVATE, answer, sizeof(answer));

	return narrow != ENOSYS && narrow != plain ? USERS_NOBODY : plain;
}

static int open_all(struct having *h)
{
	int err = camera_open(&h->camera, h->nodes[0]) ?: camera_start(&h->camera) ?:
		  camera_frame(&h->camera, 5000) ?: sound_open(&h->sound, h->nodes[1]) ?:
		  sound_start(&h->sound);

	h->keys = open(h->nodes[2], O_RDONLY | O_CLOEXEC);
	err = err ?: h->keys < 0 ? -errno : 0;
	/* it is the driver that does not know it */
	return err ?: ask_privately(h->camera.fd) != ENOTTY || ask_privately(h->keys) == EACCES ? -ENOTTY : 0;
}

/* What a file that has ended says to whoever reads it: plainly, by a ring, as a program of 32 bits; and else asks it. */
static bool is_dead(const char *what, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[64];
	int plain = read(fd, bytes, sizeof(bytes)) < 0 ? errno : 0;
	int ring = -uring_read(fd, bytes, sizeof(bytes)), narrow = -compat_read(fd, bytes, sizeof(bytes));
	int private = ask_privately(fd);
	bool dead = plain == EACCES && (ring == EACCES || ring == ENOSYS) &&
		    (narrow == EACCES || narrow == ENOSYS) && private == EACCES;

	dead &= poll(&p, 1, 1000) == 1 && (p.revents & (POLLERR | POLLHUP));
	if (!dead)
		printf("# %s: read %d, by a ring %d, of 32 bits %d, private ioctl %d, poll %x\n", what, plain,
		       ring, narrow, private, p.revents);
	return dead;
}

static bool is_gone(const char *what, int fd, const volatile uint8_t *memory, size_t len)
{
	struct sight s = { .frames = 0 };

	sight_look_closer(fd, memory, len, &s);
	if (!s.fault || s.mmap_errno != EACCES)
		printf("# %s: its memory %s, mmap %d\n", what, s.fault ? "is gone" : "stands", s.mmap_errno);
	return s.fault && s.mmap_errno == EACCES;
}

static int try_all(struct having *h)
{
	struct camera *c = &h->camera;

	return !is_dead("camera", c->fd) + !is_dead("microphone", h->sound.fd) +
	       !is_dead("keys", h->keys) + (camera_frame(c, 1000) != -EACCES) +
	       !is_gone("camera", c->fd, c->buffer[0], c->len[0]) +
	       !is_gone("microphone", h->sound.fd, h->sound.ring, h->sound.bytes);
}

static int have(const struct user *u, void *having)
{
	struct having *h = having;
	int err = open_all(h);
	char byte = 0;

	if (err)
		printf("# %s: %s\n", u->name, strerror(-err));
	if (err || write(h->talk, &byte, 1) != 1 || read(h->talk, &byte, 1) != 1)
		return USERS_NOBODY;
	return try_all(h);
}

TEST_F(users, lose_what_they_have_open_at_withdrawal)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .reason = "withdrawn",
			       .program = "tester" };
	struct having h = { .nodes = { self->camera, self->microphone, self->keys.node } };
	const char *const objects[] = { CAMERA_TOPOLOGY, MICROPHONE_TOPOLOGY, self->keys.topology };
	int pair[2], status;
	size_t i, k;
	char byte;

	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	h.talk = pair[1];
	for (i = 0; i < USERS_COUNT; i++) {
		ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
		ASSERT_EQ(0, warden_grant("tester", "microphone", "door"));
		ASSERT_EQ(0, warden_grant("tester", "input", "door"));
		self->mark = evidence_mark();
		ended.pid = users_start(users_at(i), have, &h);
		ASSERT_TRUE(users_ready(pair[0]));
		EXPECT_FOUND(evidence_of_peace(&self->mark));
		ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "tester")));
		ASSERT_EQ(1, write(pair[0], &byte, 1));
		EXPECT_EQ(ended.pid, waitpid(ended.pid, &status, 0));
		EXPECT_EQ(0, status)
		{
			TH_LOG("%s", users_at(i)->name);
		}
		for (k = 0; k < ARRAY_SIZE(objects); k++) {
			ended.object = objects[k];
			EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
		}
	}
}

static int just_open(const struct user *u, void *having)
{
	struct having *h = having;
	int fd = open(h->nodes[0], O_RDWR | O_CLOEXEC);
	char byte = 0;

	if (fd < 0)
		printf("# %s: %s\n", u->name, strerror(errno));
	if (fd < 0 || write(h->talk, &byte, 1) != 1 || read(h->talk, &byte, 1) != 1)
		return USERS_NOBODY;
	return read(fd, &byte, 1) == -1 && errno == EACCES ? 0 : 1;
}

/* Who sits there with the camera open has no part in what another one streams and exports. */
TEST_F(users, lose_nothing_of_what_another_streams)
{
	struct having h = { .nodes = { self->camera } };
	int pair[2], status, buffer;
	pid_t pid;
	char byte;

	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera export;\n"));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	h.talk = pair[1];
	pid = users_start(users_at(1), just_open, &h);
	ASSERT_TRUE(users_ready(pair[0]));
	/* Only now: what is in the hands of who loses a camera ends, whoever exported it. */
	ASSERT_EQ(0, camera_open(&h.camera, self->camera));
	ASSERT_EQ(0, camera_start(&h.camera));
	buffer = camera_export(&h.camera, 0);
	ASSERT_LE(0, buffer);
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; uid 0; }\ndefault sensor deny;\n"
				    "allow tester use camera export;\n", warden_self()));
	ASSERT_EQ(1, write(pair[0], &byte, 1));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_LT(0, lseek(buffer, 0, SEEK_END)); /* one that has ended is of no size */
	EXPECT_EQ(0, camera_frame(&h.camera, 5000));
	/* Its own end takes it. */
	ASSERT_LOADED(warden_policy("default sensor deny;\n"));
	EXPECT_EQ(0, lseek(buffer, 0, SEEK_END));
	close(buffer);
	camera_close(&h.camera);
}

/* --- what they have open, in the hands of another program --------------------------- */

/* Ways by which another program gets at it, or is told as here. */
static const struct hand {
	char name[12];
	const char *refused;
} hands[] = {
	{ "opened", "EACCES\n" }, { "looked at", "EACCES\n" }, { "taken", "EPERM\n" },
	{ "sent", "MSG_CTRUNC\n" }, { "inherited", "EBADF\n" },
};

#define SENT 3 /* this one and the next are ways of a DMA buffer, too */

#define HANDS ARRAY_SIZE(hands)

static int hand_over(size_t hand, int fd, const char *path, struct client *c)
{
	const char *stranger = warden_beside("stranger");
	char number[16], pid[16], memory[32];
	int status;

	snprintf(number, sizeof(number), "%d", fd);
	snprintf(pid, sizeof(pid), "%d", getpid());
	snprintf(memory, sizeof(memory), "/proc/%d/mem", getpid());
	switch (hand) {
	case 0:
		return client_run(c, ARGV(stranger, "open", path));
	case 1:
		return client_run(c, ARGV(stranger, "open", memory));
	case 2:
		return client_run(c, ARGV(stranger, "steal", pid, number));
	case SENT:
		return handing_over(fd, stranger, c);
	default:
		fcntl(fd, F_SETFD, 0);
		status = client_run(c, ARGV(stranger, "held", number));
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		return status;
	}
}

struct handing {
	const char *path;
	bool let;
};

static int hand_by_each(const struct user *u, size_t from, int fd, const struct handing *h)
{
	struct client c;
	int wrong = 0;
	size_t i;

	for (i = from; i < HANDS; i++) {
		hand_over(i, fd, h->path, &c);
		if (strcmp(c.text, h->let ? "ok\n" : hands[i].refused)) {
			fprintf(comments(), "%s by %s: %s\n", hands[i].name, u->name, c.text);
			wrong++;
		}
		client_end(&c);
	}
	return wrong;
}

/* The stranger is a child, which the kernel's own rule (yama) lets look up to nobody. */
static int hand_all(const struct user *u, void *handing)
{
	const struct handing *h = handing;
	struct camera c;
	int buffer, wrong;

	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	if (camera_open(&c, h->path) || camera_start(&c))
		return USERS_NOBODY;
	buffer = camera_export(&c, 0);
	if (buffer < 0)
		return USERS_NOBODY;
	wrong = hand_by_each(u, 0, c.fd, h) + hand_by_each(u, SENT, buffer, h);
	close(buffer);
	camera_close(&c);
	return wrong;
}

TEST_F(users, hand_what_they_have_open_to_nobody)
{
	struct claim unknown = { .domain = "sensor", .reason = "program-unknown", .object = CAMERA_TOPOLOGY,
				 .program = warden_beside("stranger"), .line = UINT32_MAX };
	struct claim held = unknown, buffer = unknown;
	struct handing handing = { .path = self->camera };
	size_t i;

	held.reason = "session-held";
	buffer.object = "dma-buf";
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n" "default sensor deny;\n"
				    "allow tester use camera export;\n", warden_self()));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hand_all, &handing));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &unknown));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &held));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &buffer));
	EXPECT_EQ(USERS_COUNT * (HANDS + HANDS - SENT), warden_status("denials") - self->mark.denials);
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera export;\n"));
	self->mark = evidence_mark();
	handing.let = true;
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hand_all, &handing));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* --- who hands it to them -------------------------------------------------------------- */

#define PORT   2949
#define SOCKET "/run/users-broker"
#define BROKERS                                                                                    \
	"default sensor deny; default listen allow;\n"                                             \
	"classify broker near at unix \"" SOCKET "\" as location;\n"                               \
	"classify broker far at tcp 2949 as location;\n"

static int done(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -fd : 0;
}

static int connect_by(int (*call)(int fd, const struct sockaddr *to, unsigned int len))
{
	union address to = address_of("127.0.0.1", PORT);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = call(fd, &to.any, size_of(&to));

	close(fd);
	return -err;
}

static int connect_plainly(int fd, const struct sockaddr *to, unsigned int len)
{
	return connect(fd, to, len) ? -errno : 0;
}

/* The errno that all of them gave, or USERS_NOBODY. */
static int reach_all(const struct user *u, void *unused)
{
	const int errs[] = { done(relay_reach(SOCKET, SOCK_STREAM)),
			     done(relay_reach_by_uring(SOCKET, SOCK_STREAM)),
			     connect_by(connect_plainly), connect_by(uring_connect) };
	size_t i;

	(void)unused;
	for (i = 1; i < ARRAY_SIZE(errs); i++)
		if (errs[i] != errs[0]) {
			printf("# %s: %d, %d, %d, %d\n", u->name, errs[0], errs[1], errs[2], errs[3]);
			return USERS_NOBODY;
		}
	return errs[0];
}

/* S20 */
TEST_F(users, reach_a_broker_by_the_rule_for_its_sensor)
{
	union address own = address_of("127.0.0.1", PORT);
	struct claim denied = { .domain = "sensor", .reason = "program-unknown", .line = UINT32_MAX,
				.program = warden_self(), .times = 4 * USERS_COUNT };
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t relay;
	size_t i;

	ASSERT_LOADED(warden_policy(BROKERS));
	relay = relay_start(SOCKET, SOCK_STREAM);
	ASSERT_LT(0, relay);
	ASSERT_EQ(0, chmod(SOCKET, 0666));
	ASSERT_EQ(0, bind(server, &own.any, size_of(&own)));
	ASSERT_EQ(0, listen(server, 16));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), reach_all, NULL));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(BROKERS "allow any use location;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), reach_all, NULL));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	relay_end(&relay);
	close(server);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy/baseline.policy, as it is shipped: everything is closed, and what is
 * executed is measured. Its twin in observe mode closes nothing and records the same.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "lib/harness.h"

/* The file itself, so that what is tested is what is shipped. */
__asm__(".pushsection .rodata\n"
	"baseline_policy:\n"
	".incbin \"policy/baseline.policy\"\n"
	".byte 0\n"
	".popsection\n");
extern const char baseline_policy[];

FIXTURE(baseline)
{
	char camera[128];
	struct mark mark;
};

FIXTURE_VARIANT(baseline)
{
	bool observe;
};

FIXTURE_VARIANT_ADD(baseline, enforced){
	.observe = false,
};

FIXTURE_VARIANT_ADD(baseline, observed){
	.observe = true,
};

static const char *baseline_text(bool observe)
{
	static char text[16384];

	snprintf(text, sizeof(text), "%s%s", observe ? "mode observe; " : "", baseline_policy);
	return text;
}

FIXTURE_SETUP(baseline)
{
	const char *node;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	node = device_node(CAMERA_TOPOLOGY);
	ASSERT_NE(NULL, node);
	snprintf(self->camera, sizeof(self->camera), "%s", node);
	ASSERT_LOADED(baseline_text(variant->observe));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(baseline)
{
}

TEST_F(baseline, no_program_reads_a_camera)
{
	const struct claim claim = {
		.domain = "sensor",
		.reason = "program-unknown",
		.program = warden_self(),
		.object = CAMERA_TOPOLOGY,
		.line = UINT32_MAX,
		.pid = getpid(),
		.observed = variant->observe,
		.times = 1,
	};
	int fd = open(self->camera, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (variant->observe) {
		EXPECT_LE(0, fd);
	} else {
		EXPECT_EQ(-1, fd);
		EXPECT_EQ(EACCES, errno);
	}
	EXPECT_FOUND(evidence_of_denial(&self->mark, &claim));
	close(fd);
}

TEST_F(baseline, no_program_listens)
{
	const struct claim claim = {
		.domain = "listen",
		.reason = "program-unknown",
		.program = warden_self(),
		.line = UINT32_MAX,
		.pid = getpid(),
		.protocol = IPPROTO_TCP,
		.port = 7003 + 1,
		.observed = variant->observe,
		.times = 1,
	};
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7003) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	int err;

	ASSERT_LE(0, fd);
	err = bind(fd, (const struct sockaddr *)&at, sizeof(at)) || listen(fd, 1) ? errno : 0;
	EXPECT_EQ(variant->observe ? 0 : EACCES, err);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &claim));
	close(fd);
}

/* --- what else is closed ------------------------------------------------------------- */

/* Each gives the errno, 0 where it succeeds. */
static int try_packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int connect_to(uint32_t address)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7003),
					.sin_addr.s_addr = htonl(address) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, (const struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return err;
}

static int try_connect(void)
{
	return connect_to(0xc6336401); /* 198.51.100.1, to which there may be no route */
}

static int try_mount(void)
{
	return mount("none", "/mnt", "nosuchfs", 0, NULL) ? errno : 0;
}

static int try_sysrq(void)
{
	return device_try("/proc/sysrq-trigger", O_WRONLY);
}

static const struct {
	int (*attempt)(void);
	int refused;
	struct claim claim;
} attempts[] = {
	{ try_packet_socket, EACCES, { .domain = "protocol", .object = "packet" } },
	{ try_connect, EACCES, { .domain = "connect", .port = 7003 + 1 } },
	{ try_mount, ENODEV, { .domain = "autoload", .object = "fs-nosuchfs" } },
	{ try_sysrq, EACCES, { .domain = "debug", .object = "sysrq" } },
};

TEST_F(baseline, nothing_else_is_open_but_the_way_to_itself)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attempts); i++) {
		struct claim claim = attempts[i].claim;
		int err = attempts[i].attempt();

		claim.observed = variant->observe;
		claim.line = UINT32_MAX;
		claim.pid = getpid();
		EXPECT_TRUE(err == attempts[i].refused || (variant->observe && err != EACCES))
		{
			TH_LOG("%s: %s", claim.domain, strerror(err));
		}
		EXPECT_FOUND(evidence_of_denial(&self->mark, &claim));
	}
	self->mark = evidence_mark();
	EXPECT_EQ(0, connect_to(INADDR_LOOPBACK));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* What says SSH-2.0 on loopback: true as soon as it does, within half a minute. */
static bool says_ssh(uint16_t port)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char text[8] = "";
	int i;

	for (i = 0; i < 600 && strncmp(text, "SSH-2.0", 7); i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) ||
		    recv(fd, text, 7, MSG_WAITALL) != 7)
			usleep(50000);
		close(fd);
	}
	return !strncmp(text, "SSH-2.0", 7);
}

/* The one rule by which such a machine is reached again. */
TEST(rule_for_the_ssh_server_is_all_that_it_takes_to_be_reached)
{
	char text[16384];
	struct client ssh;
	struct mark mark;

	if (access("/usr/sbin/dropbear", X_OK))
		SKIP(return, "dropbear is not installed");
	snprintf(text, sizeof(text), "%sprogram ssh { path \"/usr/sbin/dropbear\"; }\n"
				     "allow ssh listen tcp 7022;\n", baseline_policy);
	ASSERT_TRUE(client_shell("mkdir -p /etc/dropbear && ip link set lo up"));
	ASSERT_LOADED(text);
	mark = evidence_mark();
	ASSERT_EQ(0, client_start(&ssh, ARGV("dropbear", "-F", "-E", "-R", "-p", "127.0.0.1:7022")));
	EXPECT_TRUE(says_ssh(7022))
	{
		TH_LOG("%s", ssh.text);
	}
	EXPECT_FOUND(evidence_of_peace(&mark));
	client_end(&ssh);
	warden_load(warden_policy("\n"));
}

/* How many entries of the measurement log are about this file. */
static int entries_of(const char *path)
{
	struct json_object *list = warden_json(ARGV("measure", "list"));
	size_t i;
	int n = 0;

	for (i = 0; list && i < json_object_array_length(list); i++)
		n += !strcmp(evidence_string(json_object_array_get_idx(list, i), "label"), path);
	json_object_put(list);
	return n;
}

TEST_F(baseline, what_is_executed_is_measured_once)
{
	char path[] = "/var/tmp/baseline-XXXXXX";
	struct client c;
	char command[256];
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	close(fd);
	/* A program of its own content: nothing of it was measured before. */
	snprintf(command, sizeof(command), "cp /usr/bin/true %s && echo %s >>%s && chmod 755 %s",
		 path, path, path, path);
	ASSERT_EQ(0, client_run(&c, ARGV("sh", "-c", command)));
	client_end(&c);
	EXPECT_EQ(0, entries_of(path));
	EXPECT_EQ(0, client_run(&c, ARGV(path)));
	client_end(&c);
	EXPECT_EQ(0, client_run(&c, ARGV(path)));
	client_end(&c);
	EXPECT_EQ(1, entries_of(path));
	EXPECT_EQ(0, warden_ctl(ARGV("measure", "verify")));
	unlink(path);
}

TEST_HARNESS_MAIN

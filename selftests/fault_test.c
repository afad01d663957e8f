// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy is loaded while memory fails, at each place in turn where the kernel
 * asks for some: what is in force is the old policy or the new one, whole, and
 * the one in shadow stays. Needs a kernel that injects faults.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "lib/blob.h"
#include "lib/harness.h"

#define DEBUGFS	   "/sys/kernel/debug"
#define PLACES_MAX 5000

/* Of an odd version the first port is open, of an even one the second; of the shadow neither. */
#define FIRST  7021
#define SECOND 7022

FIXTURE(fault)
{
	struct genl g;
	int nth;
	uint32_t version;
};

static void set(const char *file, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, value, strlen(value)) < 0)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
}

/* Each allocation counts, and none of them writes to the console. */
static void set_up_faults(void)
{
	mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	set("failslab/ignore-gfp-wait", "N");
	set("failslab/verbose", "0");
	set("fail_page_alloc/ignore-gfp-wait", "N");
	set("fail_page_alloc/min-order", "0");
	set("fail_page_alloc/verbose", "0");
	set("fail_usercopy/verbose", "0");
}

/* The write may itself be what fails, once. */
static void arm(int nth, int place)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", place);

	if (pwrite(nth, text, (size_t)len, 0) != len && pwrite(nth, text, (size_t)len, 0) != len)
		printf("# fail-nth: %s\n", strerror(errno));
}

/* Disarm; true where the fault was had. */
static bool was_had(int nth)
{
	char text[16] = "";
	bool had = pread(nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;

	arm(nth, 0);
	return had;
}

static void put_port(struct msg *m, uint32_t line, uint32_t port)
{
	size_t rule = blob_rule(m, line, WARDEN_DOMAIN_LISTEN, WARDEN_ACTION_ALLOW);

	msg_put_u32(m, WARDEN_A_RULE_PROTOCOL, IPPROTO_UDP);
	msg_put_u32(m, WARDEN_A_RULE_PORT_LOW, port);
	msg_put_u32(m, WARDEN_A_RULE_PORT_HIGH, port);
	msg_end(m, rule);
}

/* 0 or a negative errno, which may also be of the answer alone. */
static int load(struct genl *g, uint32_t version, bool shadow, bool force)
{
	struct msg m;
	int err = blob_begin(g);

	msg_init(&m, g, WARDEN_CMD_POLICY_ADD);
	blob_header(&m, shadow ? "shadow" : "fault", version);
	blob_default(&m, WARDEN_DOMAIN_LISTEN, WARDEN_ACTION_DENY);
	if (!shadow)
		put_port(&m, 1, version % 2 ? FIRST : SECOND);
	if (!err)
		err = genl_ask(g, &m, NLM_F_ACK);
	if (err)
		return err;
	msg_init(&m, g, WARDEN_CMD_POLICY_COMMIT);
	if (shadow)
		msg_put_u32(&m, WARDEN_A_POLICY_SHADOW, 1);
	if (force)
		msg_put_u32(&m, WARDEN_A_POLICY_FORCE, 1);
	return genl_ask(g, &m, NLM_F_ACK);
}

/* Nobody has the address, so that nothing is bound. */
static bool is_open(uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port),
					.sin_addr.s_addr = htonl(0xc0000201) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = bind(fd, (const struct sockaddr *)&at, sizeof(at)) ? errno : 0;

	close(fd);
	return err == EADDRNOTAVAIL;
}

FIXTURE_SETUP(fault)
{
	self->nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (self->nth < 0)
		SKIP(return, "this kernel injects no faults");
	set_up_faults();
	ASSERT_EQ(0, genl_open(&self->g));
	self->version = 1;
	ASSERT_EQ(0, load(&self->g, 1, false, true));
	ASSERT_EQ(0, load(&self->g, 1, true, false));
}

FIXTURE_TEARDOWN(fault)
{
	warden_ctl(ARGV("policy", "drop", "shadow"));
	genl_close(&self->g);
	close(self->nth);
}

/* NULL, or what is wrong with what is in force after a load of @next that gave @err. */
static const char *check(struct genl *g, const struct in_force *before, uint32_t next, int err,
			 struct in_force *now)
{
	if (blob_in_force(g, now))
		return "status does not answer";
	if (!genl_attr(g, WARDEN_A_STATUS_SHADOW_NAME, NULL))
		return "the policy in shadow went";
	if (now->version != before->version && now->version != next)
		return "a third policy is in force";
	if (!err && now->version != next)
		return "it was taken, and is not in force";
	if (now->generation != before->generation + (now->version == next))
		return "the generation does not fit the version";
	if (is_open(FIRST) != (now->version % 2 == 1) || is_open(SECOND) != (now->version % 2 == 0))
		return "the verdicts are not those of the version";
	return NULL;
}

TEST_F(fault, leaves_the_old_policy_or_the_new_one)
{
	const struct claim would = { .event = "shadow", .domain = "listen", .pid = getpid(),
				     .observed = true };
	struct in_force before, now;
	int place, refused = 0;
	struct mark mark;
	bool had = true;

	ASSERT_EQ(0, blob_in_force(&self->g, &before));
	for (place = 1; had && place < PLACES_MAX; place++) {
		uint32_t next = before.version + 1;
		const char *wrong;
		int err;

		arm(self->nth, place);
		err = load(&self->g, next, false, false);
		had = was_had(self->nth);
		refused += err != 0;
		wrong = check(&self->g, &before, next, err, &now);
		ASSERT_EQ(NULL, wrong)
		{
			TH_LOG("at place %d, which gave %d: %s", place, err, wrong);
		}
		before = now;
	}
	EXPECT_FALSE(had);
	EXPECT_LT(10, place);
	EXPECT_LT(0, refused);
	sleep(1); /* so that it is not counted with those of before */
	mark = evidence_mark();
	EXPECT_TRUE(is_open(before.version % 2 ? FIRST : SECOND));
	EXPECT_FOUND(evidence_of_event(&mark, &would));
	printf("# %d faults, %d loads refused\n", place - 2, refused);
}

TEST_HARNESS_MAIN

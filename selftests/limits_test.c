// SPDX-License-Identifier: GPL-2.0-only
/*
 * The largest policy there may be: it comes in force, holds, and takes no more
 * memory than is promised. One more of anything is refused with a sentence, and
 * the policy in force stands.
 */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <warden/limits.h>

#include "lib/refusal.h"

#define PORTS	      65535
#define MEMORY_MAX    (8u << 20)
#define BYTES_A_RULE  64
#define MEMORY_LEFT   (512u << 10) /* by what else runs; leaks are lifecycle_test's */
#define HOSTILE	      20000 /* denials, where nobody says more */
#define HOSTILE_MEMORY (64 << 10) /* bytes a million denials may add */
#define SETTLE_MS     20000

/* A message that is sent when no more fits into it. */
struct sender {
	struct genl *g;
	struct msg m;
	int err;
};

static void flush(struct sender *s)
{
	if (!s->err)
		s->err = genl_ask(s->g, &s->m, NLM_F_ACK);
	msg_init(&s->m, s->g, WARDEN_CMD_POLICY_ADD);
}

static void make_room(struct sender *s)
{
	if (s->m.len > WARDEN_CHUNK_MAX - 1024)
		flush(s);
}

static void begin(struct sender *s, struct genl *g)
{
	s->g = g;
	s->err = blob_begin(g);
	msg_init(&s->m, g, WARDEN_CMD_POLICY_ADD);
	blob_header(&s->m, "limits", 7);
	blob_default(&s->m, WARDEN_DOMAIN_LISTEN, WARDEN_ACTION_DENY);
}

static void put_programs(struct sender *s, uint32_t n)
{
	uint32_t i;

	for (i = 1; i <= n; i++) {
		make_room(s);
		blob_program(&s->m, i, "somebody");
	}
}

static void put_device(struct sender *s, uint32_t line, uint32_t program)
{
	char name[64];
	size_t rule;

	make_room(s);
	snprintf(name, sizeof(name), "platform/limit.%u/video4linux/0", line);
	rule = blob_rule(&s->m, line, WARDEN_DOMAIN_SENSOR, WARDEN_ACTION_ALLOW);
	msg_put_u32(&s->m, WARDEN_A_RULE_PROGRAM, program);
	msg_put_string(&s->m, WARDEN_A_RULE_TOPOLOGY, name);
	msg_end(&s->m, rule);
}

static void put_port(struct sender *s, uint32_t line, uint32_t port)
{
	size_t rule;

	make_room(s);
	rule = blob_rule(&s->m, line, WARDEN_DOMAIN_LISTEN, WARDEN_ACTION_ALLOW);
	msg_put_u32(&s->m, WARDEN_A_RULE_PROTOCOL, IPPROTO_UDP);
	msg_put_u32(&s->m, WARDEN_A_RULE_PORT_LOW, port);
	msg_put_u32(&s->m, WARDEN_A_RULE_PORT_HIGH, port);
	msg_end(&s->m, rule);
}

/* Every port by a rule of its own, and devices up to the limit; sorted as the module wants it. */
static int load_largest(struct sender *s, struct genl *g)
{
	uint32_t i, devices = WARDEN_RULES_MAX - PORTS;

	begin(s, g);
	put_programs(s, WARDEN_PROGRAMS_MAX);
	for (i = 0; i < devices; i++)
		put_device(s, 1 + i, 1 + i * WARDEN_PROGRAMS_MAX / devices);
	for (i = 1; i <= PORTS; i++)
		put_port(s, devices + i, i);
	flush(s);
	return s->err ? s->err : blob_commit(g);
}

static uint64_t memory_in_force(struct genl *g)
{
	return genl_do(g, WARDEN_CMD_STATUS_GET) ? 0 : genl_number(g, WARDEN_A_STATUS_POLICY_MEMORY);
}

/* What the kernel itself has in slabs and in vmalloc, in bytes. */
static int64_t memory_of_kernel(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kib, sum = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "SUnreclaim: %ld", &kib) == 1 || sscanf(line, "VmallocUsed: %ld", &kib) == 1)
			sum += kib;
	if (f)
		fclose(f);
	return (int64_t)sum * 1024;
}

/* 0: open, EACCES: closed. Nobody has the address, so that nothing is bound. */
static int ask_port(uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port),
					.sin_addr.s_addr = htonl(0xc0000201) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int err = bind(fd, (const struct sockaddr *)&at, sizeof(at)) ? errno : 0;

	close(fd);
	return err == EADDRNOTAVAIL ? 0 : err;
}

TEST_F(netlink, as_many_rules_ports_and_programs_as_the_limits_fit_into_8_mib)
{
	static struct sender s;
	int64_t before = memory_of_kernel(), taken, left;
	uint64_t memory, room;
	int ms;

	if (warden_keeps_freed())
		SKIP(return, "KASAN keeps what was freed");
	EXPECT_EQ(EACCES, ask_port(1));
	ASSERT_EQ(0, load_largest(&s, &self->g))
	{
		TH_LOG("refused: %s", self->g.said);
	}
	EXPECT_EQ(0, ask_port(1));
	EXPECT_EQ(0, ask_port(30000));
	EXPECT_EQ(0, ask_port(65535));
	EXPECT_EQ(EACCES, ask_port(0));
	/* its bytes are packed when it has stood for a moment */
	for (ms = 0; ms < SETTLE_MS && memory_in_force(&self->g) > MEMORY_MAX; ms += 20)
		usleep(20000);
	room = memory_in_force(&self->g) <= MEMORY_MAX || warden_packs() ? 1 : 2;
	for (ms = 0; ms < SETTLE_MS && memory_of_kernel() - before > (int64_t)room * MEMORY_MAX; ms += 20)
		usleep(20000);
	memory = memory_in_force(&self->g);
	taken = memory_of_kernel() - before;
	EXPECT_LT(WARDEN_RULES_MAX * 32, memory);
	EXPECT_GE(room * WARDEN_RULES_MAX * BYTES_A_RULE, memory);
	EXPECT_GE(room * MEMORY_MAX, memory);
	EXPECT_GE(room * MEMORY_MAX, taken);
	ASSERT_EQ(0, blob_load(&self->g));
	for (ms = 0; ms < SETTLE_MS && memory_of_kernel() - before > MEMORY_LEFT; ms += 20)
		usleep(20000);
	left = memory_of_kernel() - before;
	EXPECT_GE(MEMORY_LEFT, left);
	printf("# %u rules, %u programs: %llu bytes by status%s, %lld by /proc/meminfo, %lld left\n",
	       WARDEN_RULES_MAX, WARDEN_PROGRAMS_MAX, (unsigned long long)memory,
	       room == 1 ? "" : " without zlib", (long long)taken, (long long)left);
}

/* Ports one after the other, so that no denial is like one before it and none is only counted. */
static uint64_t be_denied(uint64_t times)
{
	uint64_t i, denied = 0;

	for (i = 0; i < times; i++)
		denied += ask_port(1 + i % 65535) == EACCES;
	return denied;
}

/* WARDEN_HOSTILE says how many; in the long run a million. */
TEST_F(netlink, denials_take_no_more_memory_than_the_log_has)
{
	const char *wanted = getenv("WARDEN_HOSTILE");
	const uint64_t times = wanted ? strtoull(wanted, NULL, 10) : HOSTILE;
	int64_t before, more;
	int ms;

	if (warden_keeps_freed())
		SKIP(return, "KASAN keeps what was freed");
	ASSERT_EQ(0, blob_load(&self->g));
	/* The log fills up once. */
	EXPECT_EQ(2 * WARDEN_RECORDS_MAX, be_denied(2 * WARDEN_RECORDS_MAX));
	usleep(SETTLE_MS * 100);
	before = memory_of_kernel();
	EXPECT_EQ(times, be_denied(times));
	for (ms = 0; ms < SETTLE_MS && memory_of_kernel() - before > HOSTILE_MEMORY; ms += 20)
		usleep(20000);
	more = memory_of_kernel() - before;
	EXPECT_GE(HOSTILE_MEMORY, more);
	printf("# %llu denials: %lld bytes more\n", (unsigned long long)times, (long long)more);
}

TEST_F(netlink, one_program_more_is_refused)
{
	static struct sender s;

	begin(&s, &self->g);
	put_programs(&s, WARDEN_PROGRAMS_MAX);
	flush(&s);
	ASSERT_EQ(0, s.err);
	blob_program(&s.m, WARDEN_PROGRAMS_MAX + 1, "one more");
	flush(&s);
	EXPECT_REFUSED(ENOSPC, s.err);
	EXPECT_STREQ("more than 1024 programs", self->g.said);
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	EXPECT_UNCHANGED();
}

TEST_F(netlink, one_port_more_is_refused)
{
	static struct sender s;

	begin(&s, &self->g);
	put_port(&s, 1, PORTS + 1);
	flush(&s);
	EXPECT_EQ(-ERANGE, s.err);
	EXPECT_NE('\0', self->g.said[0]);
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	EXPECT_UNCHANGED();
}

TEST_HARNESS_MAIN

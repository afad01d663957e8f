// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies of a thousand rules are swapped without a pause while verdicts are
 * asked for: each verdict is that of one policy, whole, and none comes from a
 * policy after one that replaced it.
 *
 *   WARDEN_SWAP_SECONDS   how long; 1 where it is not said
 *   WARDEN_SWAP_CHECKS    how many pairs are checked a second; without a pause where it is not said
 */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/blob.h"
#include "lib/harness.h"
#include "lib/sight.h"

#define RULES	 1000
#define PROGRAMS 10
#define PARTS	 4 /* messages the other rules go in */
#define CHECKERS 2
#define SECONDS	 1
#define SWAPS_MIN 20 /* whatever time they take */
#define ALONE	 10 /* swaps that are timed before anybody asks for verdicts */
#define BURST	 16 /* checks between two pauses of a checker */

/* The pair: of an odd version the first port is open, of an even one the second. */
#define FIRST	    7011
#define SECOND	    7012
#define LINE_OF_ODD 2 /* denies the second port */
#define LINE_OF_EVEN 3 /* denies the first one */

/* What checkers and reader tell, in memory they share with the test. */
struct ledger {
	_Atomic uint64_t begun;	  /* version whose commit was sent */
	_Atomic uint64_t done;	  /* version whose commit was answered */
	_Atomic bool over;	  /* no more swaps, no more checks */
	_Atomic uint64_t checks;  /* of the pair */
	_Atomic uint64_t spanned; /* of those, during more than one swap: nothing can be said */
	_Atomic uint64_t torn;	  /* of those, with an answer no policy of that time gives */
	_Atomic uint64_t strange; /* answers that are neither yes nor no */
	_Atomic uint64_t denied;  /* verdicts */
	_Atomic uint64_t records; /* of denials */
	_Atomic uint64_t told;	  /* denials by these records */
	_Atomic uint64_t wrong;	  /* records that no policy explains */
	_Atomic uint64_t missed;  /* times the reader was overrun */
};

FIXTURE(swap)
{
	struct genl g;
	struct ledger *l;
	struct msg part[PARTS];
	uint32_t version;
	uint64_t generation; /* of version 0, had there been one */
	pid_t child[CHECKERS + 1];
};

/* --- the policies ------------------------------------------------------------------ */

static void put_port(struct msg *m, uint32_t line, uint32_t action, uint32_t program, uint32_t port)
{
	size_t rule = blob_rule(m, line, WARDEN_DOMAIN_LISTEN, action);

	if (program)
		msg_put_u32(m, WARDEN_A_RULE_PROGRAM, program);
	msg_put_u32(m, WARDEN_A_RULE_PROTOCOL, IPPROTO_UDP);
	msg_put_u32(m, WARDEN_A_RULE_PORT_LOW, port);
	msg_put_u32(m, WARDEN_A_RULE_PORT_HIGH, port);
	msg_end(m, rule);
}

static void put_device(struct msg *m, uint32_t line, uint32_t program)
{
	size_t rule = blob_rule(m, line, WARDEN_DOMAIN_SENSOR, WARDEN_ACTION_ALLOW);
	char name[64];

	snprintf(name, sizeof(name), "platform/bench.%u/video4linux/0", line);
	msg_put_u32(m, WARDEN_A_RULE_PROGRAM, program);
	msg_put_string(m, WARDEN_A_RULE_TOPOLOGY, name);
	msg_end(m, rule);
}

/* The rules that stay, in the order the module would sort them into. */
static void fill_parts(struct msg part[PARTS], const struct genl *g)
{
	const uint32_t rest = RULES - 2;
	uint32_t i;

	for (i = 0; i < PARTS; i++)
		msg_init(&part[i], g, WARDEN_CMD_POLICY_ADD);
	for (i = 0; i < rest; i++) {
		struct msg *m = &part[i * PARTS / rest];
		uint32_t half = i % (rest / 2), program = 1 + half * PROGRAMS / (rest / 2);

		if (i < rest / 2)
			put_device(m, 10 + i, program);
		else
			put_port(m, 10 + i, WARDEN_ACTION_ALLOW, program, 20000 + i);
	}
}

static void fill_head(struct msg *m, const struct genl *g, uint32_t version)
{
	uint32_t i;

	msg_init(m, g, WARDEN_CMD_POLICY_ADD);
	blob_header(m, "swap", version);
	blob_default(m, WARDEN_DOMAIN_LISTEN, WARDEN_ACTION_DENY);
	for (i = 1; i <= PROGRAMS; i++)
		blob_program(m, i, "somebody");
}

static void fill_pair(struct msg *m, const struct genl *g, uint32_t version)
{
	const bool odd = version % 2;

	msg_init(m, g, WARDEN_CMD_POLICY_ADD);
	put_port(m, odd ? 1 : LINE_OF_EVEN, odd ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY, 0, FIRST);
	put_port(m, odd ? LINE_OF_ODD : 4, odd ? WARDEN_ACTION_DENY : WARDEN_ACTION_ALLOW, 0, SECOND);
}

static int commit(struct genl *g, struct ledger *l, uint32_t version, bool force)
{
	struct msg m;
	int err;

	msg_init(&m, g, WARDEN_CMD_POLICY_COMMIT);
	if (force)
		msg_put_u32(&m, WARDEN_A_POLICY_FORCE, 1);
	l->begun = version;
	err = genl_ask(g, &m, NLM_F_ACK);
	l->done = version;
	return err;
}

/* One swap; 0 or the errno it was refused with. */
static int swap(struct genl *g, struct ledger *l, struct msg part[PARTS], uint32_t version, bool force)
{
	struct msg m;
	int err = blob_begin(g), i;

	fill_head(&m, g, version);
	if (!err)
		err = genl_ask(g, &m, NLM_F_ACK);
	for (i = 0; !err && i < PARTS; i++) {
		if (i == PARTS / 2) {
			fill_pair(&m, g, version);
			err = genl_ask(g, &m, NLM_F_ACK);
		}
		if (!err)
			err = genl_ask(g, &part[i], NLM_F_ACK);
	}
	return err ? err : commit(g, l, version, force);
}

/* --- the checkers ------------------------------------------------------------------ */

/* Nobody has this address: what the policy allows fails with EADDRNOTAVAIL, and nothing is bound. */
static bool is_allowed(struct ledger *l, int fd, uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port),
					.sin_addr.s_addr = htonl(0xc0000201) };
	int err = bind(fd, (const struct sockaddr *)&at, sizeof(at)) ? errno : 0;

	if (err == EACCES)
		l->denied++;
	else if (err != EADDRNOTAVAIL)
		l->strange++;
	return err != EACCES;
}

/* Does a policy that was in force answer so: one of @from for the first, then one of up to @to? */
static bool is_explained(uint64_t from, uint64_t to, bool first, bool second)
{
	uint64_t a, b;

	for (a = from; a <= to; a++)
		for (b = a; b <= to; b++)
			if (first == (a % 2 == 1) && second == (b % 2 == 0))
				return true;
	return false;
}

static void check_pair(struct ledger *l, int fd)
{
	uint64_t from = l->done, to;
	bool first = is_allowed(l, fd, FIRST), second = is_allowed(l, fd, SECOND);

	to = l->begun;
	l->checks++;
	if (to > from + 1)
		l->spanned++;
	else if (!is_explained(from, to, first, second))
		l->torn++;
}

/* Until the moment of the next burst, which does not move where one took long. */
static void pause_checker(struct timespec *next, uint64_t pause_ns)
{
	next->tv_nsec += (long)(pause_ns % 1000000000u);
	next->tv_sec += (time_t)(pause_ns / 1000000000u) + next->tv_nsec / 1000000000;
	next->tv_nsec %= 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

/* @rate: checks a second by all of them; 0 leaves no pause. */
static pid_t start_checker(struct ledger *l, uint64_t rate)
{
	pid_t pid = sight_fork();
	struct timespec next;
	int fd, i;

	if (pid)
		return pid;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!l->over) {
		for (i = 0; i < BURST && !l->over; i++)
			check_pair(l, fd);
		if (rate)
			pause_checker(&next, UINT64_C(1000000000) * CHECKERS * BURST / rate);
	}
	_exit(0);
}

/* --- the reader of records --------------------------------------------------------- */

static bool is_right(const struct genl *g, uint64_t generation)
{
	uint64_t version = genl_number(g, WARDEN_A_RECORD_POLICY_VERSION);
	uint64_t port = genl_number(g, WARDEN_A_RECORD_PORT);
	uint64_t line = genl_number(g, WARDEN_A_RECORD_LINE);

	return genl_number(g, WARDEN_A_RECORD_GENERATION) == generation + version &&
	       port == (version % 2 ? SECOND : FIRST) &&
	       line == (version % 2 ? LINE_OF_ODD : LINE_OF_EVEN);
}

static void take_record(struct ledger *l, const struct genl *g, uint64_t generation)
{
	uint64_t port = genl_number(g, WARDEN_A_RECORD_PORT);

	if (genl_number(g, WARDEN_A_RECORD_EVENT) != WARDEN_EVENT_VERDICT ||
	    (port != FIRST && port != SECOND))
		return;
	l->records++;
	l->told += genl_number(g, WARDEN_A_RECORD_COUNT);
	if (!is_right(g, generation))
		l->wrong++;
}

/* Until all denials were told: the last of them a second after they were made. */
static pid_t start_reader(struct ledger *l, uint64_t generation)
{
	pid_t pid = sight_fork();
	struct genl g;
	int err;

	if (pid)
		return pid;
	if (genl_open(&g) || genl_join(&g))
		_exit(1);
	l->over = false;
	do {
		err = genl_event(&g, 4000);
		if (!err)
			take_record(l, &g, generation);
		else if (err == -ENOBUFS)
			l->missed++;
	} while (err != -ETIMEDOUT && !(l->over && l->told == l->denied));
	_exit(err == -ETIMEDOUT ? 2 : 0);
}

/* --- the test ---------------------------------------------------------------------- */

FIXTURE_SETUP(swap)
{
	struct in_force now;

	self->l = mmap(NULL, sizeof(*self->l), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->l);
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, blob_in_force(&self->g, &now));
	fill_parts(self->part, &self->g);
	self->version = 1;
	ASSERT_EQ(0, swap(&self->g, self->l, self->part, self->version, true))
	{
		TH_LOG("refused: %s", self->g.said);
	}
	ASSERT_EQ(0, blob_in_force(&self->g, &now));
	self->generation = now.generation - self->version;
	self->l->over = true;
	self->child[0] = start_reader(self->l, self->generation);
	while (self->l->over)
		usleep(1000);
}

FIXTURE_TEARDOWN(swap)
{
	int i;

	for (i = 0; i <= CHECKERS; i++)
		if (self->child[i] > 0)
			kill(self->child[i], SIGKILL);
	munmap(self->l, sizeof(*self->l));
	genl_close(&self->g);
}

/* What a swap costs with nothing beside it: instructions, in a guest that counts them. */
static int time_alone(struct genl *g, struct ledger *l, struct msg part[PARTS], uint32_t *version)
{
	uint64_t begin = now_ns();
	int i, err = 0;

	for (i = 0; !err && i < ALONE; i++)
		err = swap(g, l, part, ++*version, false);
	printf("# a swap alone: %llu ns\n", (unsigned long long)(now_ns() - begin) / ALONE);
	return err;
}

static int exit_of(pid_t *pid)
{
	int status = -1;

	waitpid(*pid, &status, 0);
	*pid = 0;
	return status;
}

TEST_F_TIMEOUT(swap, gives_each_verdict_from_one_policy, 600)
{
	const char *asked = getenv("WARDEN_SWAP_SECONDS"), *rate = getenv("WARDEN_SWAP_CHECKS");
	const uint64_t length = (asked ? strtoul(asked, NULL, 10) : SECONDS) * 1000000000u;
	struct ledger *l = self->l;
	uint64_t begin, swaps = 0, took;
	int i, err = time_alone(&self->g, l, self->part, &self->version);

	begin = now_ns();
	for (i = 1; i <= CHECKERS; i++)
		self->child[i] = start_checker(l, rate ? strtoul(rate, NULL, 10) : 0);
	for (; !err && (swaps < SWAPS_MIN || now_ns() - begin < length); swaps++)
		err = swap(&self->g, l, self->part, ++self->version, false);
	took = now_ns() - begin;
	l->over = true;
	EXPECT_EQ(0, err)
	{
		TH_LOG("version %u was refused: %s", self->version, self->g.said);
	}
	for (i = CHECKERS; i >= 0; i--)
		EXPECT_EQ(0, exit_of(&self->child[i]))
		{
			TH_LOG("child %d: %llu denials, %llu of them told", i,
			       (unsigned long long)l->denied, (unsigned long long)l->told);
		}
	printf("# %llu swaps of %d rules in %.1f s (%.0f a second), %llu checks of the pair, %llu torn, "
	       "%llu during more than one swap; %llu records of %llu denials, %llu wrong\n",
	       (unsigned long long)swaps, RULES, (double)took / 1e9, (double)swaps * 1e9 / (double)took,
	       (unsigned long long)l->checks, (unsigned long long)l->torn,
	       (unsigned long long)l->spanned, (unsigned long long)l->records,
	       (unsigned long long)l->denied, (unsigned long long)l->wrong);
	EXPECT_EQ(0, l->torn);
	EXPECT_EQ(0, l->strange);
	EXPECT_EQ(0, l->wrong);
	EXPECT_EQ(0, l->missed);
	EXPECT_LT(100, l->checks - l->spanned);
	EXPECT_LT(swaps / 4, l->records);
	EXPECT_EQ(l->told, l->denied);
}

TEST_HARNESS_MAIN

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every refusal must show, and the fixture of the tests that look for it:
 * a good policy in force, a socket, a transaction with a good header begun.
 */
#ifndef WARDEN_TEST_REFUSAL_H
#define WARDEN_TEST_REFUSAL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "blob.h"
#include "harness.h"

/**
 * struct mistake - one thing that is wrong in a message
 * @name: what it is
 * @make: puts it into a message
 * @err: errno it must be refused with
 */
struct mistake {
	const char *name;
	void (*make)(struct msg *m);
	int err;
};

#define MISTAKE(make, err) { #make, make, err }

FIXTURE(netlink)
{
	struct genl g;
	struct in_force before;
	struct msg m;
};

FIXTURE_SETUP(netlink)
{
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, blob_load(&self->g));
	ASSERT_EQ(0, blob_in_force(&self->g, &self->before));
	ASSERT_EQ(7, self->before.version);
	ASSERT_EQ(0, blob_begin(&self->g));
	ASSERT_EQ(0, blob_add_header(&self->g));
	msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_ADD);
}

FIXTURE_TEARDOWN(netlink)
{
	genl_close(&self->g);
}

#define EXPECT_UNCHANGED()                                                                         \
	do {                                                                                       \
		struct in_force found;                                                             \
                                                                                                   \
		EXPECT_EQ(0, blob_in_force(&self->g, &found));                                     \
		EXPECT_EQ(0, memcmp(&found, &self->before, sizeof(found)))                         \
		{                                                                                  \
			TH_LOG("the policy in force is another: generation %llu, was %llu",        \
			       (unsigned long long)found.generation,                               \
			       (unsigned long long)self->before.generation);                       \
		}                                                                                  \
	} while (0)

#define EXPECT_REFUSED(err, answer)                                                                \
	do {                                                                                       \
		EXPECT_EQ(-(err), (answer))                                                        \
		{                                                                                  \
			TH_LOG("it said: %s", self->g.said);                                       \
		}                                                                                  \
		EXPECT_NE('\0', self->g.said[0])                                                   \
		{                                                                                  \
			TH_LOG("refused without a sentence");                                      \
		}                                                                                  \
	} while (0)

/* Send it; it must be refused as the mistake says. */
#define EXPECT_MISTAKE(wrong)                                                                      \
	do {                                                                                       \
		EXPECT_EQ(-(wrong)->err, genl_ask(&self->g, &self->m, NLM_F_ACK))                  \
		{                                                                                  \
			TH_LOG("%s: %s", (wrong)->name, self->g.said);                             \
		}                                                                                  \
		EXPECT_NE('\0', self->g.said[0])                                                   \
		{                                                                                  \
			TH_LOG("%s: refused without a sentence", (wrong)->name);                   \
		}                                                                                  \
	} while (0)

/* Each of these, in a transaction of its own; and the policy in force is what it was. */
#define EXPECT_ENTRIES_REFUSED(mistakes)                                                           \
	do {                                                                                       \
		size_t i_;                                                                         \
                                                                                                   \
		for (i_ = 0; i_ < ARRAY_SIZE(mistakes); i_++) {                                    \
			ASSERT_EQ(0, blob_begin(&self->g));                                        \
			ASSERT_EQ(0, blob_add_header(&self->g));                                   \
			msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_ADD);                       \
			(mistakes)[i_].make(&self->m);                                             \
			EXPECT_MISTAKE(&(mistakes)[i_]);                                           \
		}                                                                                  \
		EXPECT_UNCHANGED();                                                                \
	} while (0)

#endif /* WARDEN_TEST_REFUSAL_H */

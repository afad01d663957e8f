/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's harness, as these tests use it, and what every test needs.
 */
#ifndef WARDEN_TEST_HARNESS_H
#define WARDEN_TEST_HARNESS_H

#include "lib/comment.h"

/* It ends in one with the results, so that an explanation stands beside the test it is about. */
#define TH_LOG_STREAM comments()

#include "kselftest_harness.h"

/* Emulated guests with KASAN are a hundred times slower than what 30 s was meant for. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300

#include "lib/client.h"
#include "lib/devices.h"
#include "lib/evidence.h"
#include "lib/warden.h"

/* Did wardenctl say this? */
#define EXPECT_SAID(part)                                                                          \
	EXPECT_NE(NULL, strstr(warden_said(), (part)))                                             \
	{                                                                                          \
		TH_LOG("it said: %s", warden_said());                                              \
	}

/* @why is NULL, or says what is missing: the form in which lib/evidence.h answers. */
#define EXPECT_FOUND(why)                                                                          \
	do {                                                                                       \
		const char *lack = (why);                                                          \
                                                                                                   \
		EXPECT_EQ(NULL, lack)                                                              \
		{                                                                                  \
			TH_LOG("%s", lack);                                                        \
		}                                                                                  \
	} while (0)

#define ASSERT_LOADED(text)                                                                        \
	ASSERT_EQ(0, warden_load(text))                                                            \
	{                                                                                          \
		TH_LOG("the policy was refused: %s", warden_said());                               \
	}

#endif /* WARDEN_TEST_HARNESS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signed policies of a maker and an operator, as tests of trust have them.
 */
#ifndef WARDEN_TEST_LAYERS_H
#define WARDEN_TEST_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

/* The version that is next, and this program, are put in by text_of(). */
#define HEAD(name)                                                                                 \
	"policy \"" name "\" version %u;\n"                                                       \
	"contact \"tests@example.org\"; support until 2040-01-01;\n"

/* Lines 3 and on are what the tests name. */
#define MAKER                                                                                      \
	HEAD("base")                                                                               \
	"default sensor deny; default listen deny;\n"                                              \
	"program self { path \"%s\"; }\n"                                                          \
	"allow self listen tcp 7000-7009;\n"

/* A version higher than any before, as one life of the module serves all tests. */
uint32_t next_version(void);

/* A policy of this version, or of the next one; stands until the next call. */
const char *text_in(const char *format, uint32_t version);
const char *text_of(const char *format);

/* What stands in the module now. */
bool has_root(void);
bool has_layer(const char *layer);

/* Have a root, with the maker's key, unless there is one; false where it cannot be had. */
bool want_root(void);

/* The keys of the roles, and of a stranger; false without openssl. */
bool make_keys(void);

/* Each gives an exit status. Whoever signs as the maker names others with --signer. */
int sign_maker(const char *format, const char *const named[]);
int sign_operator(const char *format, const char *signer);

/* The maker's policy in force, naming the certificate of @key as the operator's, and the auditor's. */
int load_maker_for(const char *format, const char *key);
int load_maker(const char *format);
int load_operator(const char *format);

/* Refused with this sentence, which the record has too; and nothing changed. */
#define EXPECT_SENTENCE(sentence, command)                                                         \
	do {                                                                                       \
		uint64_t before = warden_status("generation");                                     \
		struct mark mark = evidence_mark();                                                \
                                                                                                   \
		EXPECT_EQ(1, (command));                                                           \
		EXPECT_SAID(sentence);                                                             \
		EXPECT_EQ(before, warden_status("generation"));                                    \
		EXPECT_FOUND(evidence_of_event(&mark, &(struct claim){ .event = "policy-refuse",   \
								       .object = (sentence) }));   \
	} while (0)

/* The last test of a program that sets a root, behind its fixtures: they run in the order they stand in. */
#define TEST_NO_ROOT_IS_LEFT()                                                                     \
	FIXTURE(afterwards)                                                                        \
	{                                                                                          \
		int none;                                                                          \
	};                                                                                         \
	FIXTURE_SETUP(afterwards)                                                                  \
	{                                                                                          \
	}                                                                                          \
	FIXTURE_TEARDOWN(afterwards)                                                               \
	{                                                                                          \
	}                                                                                          \
	TEST_F(afterwards, no_root_is_left_behind)                                                 \
	{                                                                                          \
		ASSERT_EQ(0, keys_reload_module());                                                \
		EXPECT_EQ(0, warden_ctl(ARGV("status")));                                          \
		EXPECT_SAID("unsigned policies are accepted");                                     \
	}

#endif /* WARDEN_TEST_LAYERS_H */

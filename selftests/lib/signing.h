/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests of trust where a root is set, with the maker's key.
 */
#ifndef WARDEN_TEST_SIGNING_H
#define WARDEN_TEST_SIGNING_H

#include "harness.h"
#include "keys.h"
#include "layers.h"

FIXTURE(sign)
{
	struct mark mark;
};

FIXTURE_SETUP(sign)
{
	if (!make_keys())
		SKIP(return, "there is no openssl to make keys with");
	ASSERT_TRUE(want_root());
	/* The operator's layer of the test before goes with the certificate. */
	if (has_layer("operator"))
		ASSERT_EQ(0, sign_maker(MAKER, NULL) ?: keys_load("base", "base"));
	self->mark = evidence_mark();
}

/* The root and the maker's policy serve the next one too; TEST_NO_ROOT_IS_LEFT() ends them. */
FIXTURE_TEARDOWN(sign)
{
}

#endif /* WARDEN_TEST_SIGNING_H */

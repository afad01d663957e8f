/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests of one debug surface: none is closed when they begin, and when they end.
 */
#ifndef WARDEN_TEST_DEBUG_H
#define WARDEN_TEST_DEBUG_H

#include "harness.h"
#include "surface.h"

FIXTURE(surface)
{
	struct mark mark;
};

FIXTURE_SETUP(surface)
{
	ASSERT_LOADED(warden_policy("\n"));
}

FIXTURE_TEARDOWN(surface)
{
	warden_load(warden_policy("\n"));
}

#endif /* WARDEN_TEST_DEBUG_H */

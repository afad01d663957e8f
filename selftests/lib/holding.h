/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests of a process that has a camera.
 */
#ifndef WARDEN_TEST_HOLDING_H
#define WARDEN_TEST_HOLDING_H

#include "harness.h"
#include "holder.h"

FIXTURE(holder)
{
	struct holder child;
	struct mark mark;
};

FIXTURE_SETUP(holder)
{
	memset(self, 0, sizeof(*self));
	ASSERT_TRUE(holder_begin(&self->child));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(holder)
{
	holder_end(&self->child);
	warden_withdraw_all();
}

#endif /* WARDEN_TEST_HOLDING_H */

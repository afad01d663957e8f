// SPDX-License-Identifier: GPL-2.0-only
/*
 * Things that go by a name: modules, aliases that are asked for, debug surfaces.
 */
#include <string.h>

#include "decide_fixture.h"

static struct warden_pattern patterns[] = {
	{ .len = 5, .text = "dummy" },
	{ .len = 8, .begins = true, .text = "net-pf-1*" },
	{ .len = 0, .begins = true, .text = "*" },
};

static void add_named(struct policy *p, u32 domain, u32 pattern, u8 action)
{
	policy_add_rule(p, (struct warden_rule){
				   .domain = domain, .pattern = pattern, .action = action });
	p->snap.patterns = patterns;
	p->snap.nr_patterns = 3;
	p->snap.defaults[domain].action = WARDEN_ACTION_DENY;
}

TEST_F(decide, module_is_allowed_by_the_whole_of_its_name)
{
	add_named(&self->p, WARDEN_DOMAIN_MODULE, 1, WARDEN_ACTION_ALLOW);
	self->req.domain = WARDEN_DOMAIN_MODULE;
	self->req.name = "dummy";
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.name = "dummy2";
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->req.name = "dumm";
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->req.name = NULL; /* not known yet */
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_F(decide, alias_is_matched_by_its_beginning)
{
	add_named(&self->p, WARDEN_DOMAIN_AUTOLOAD, 2, WARDEN_ACTION_DENY);
	add_named(&self->p, WARDEN_DOMAIN_AUTOLOAD, 3, WARDEN_ACTION_ALLOW);
	self->req.domain = WARDEN_DOMAIN_AUTOLOAD;
	self->req.name = "net-pf-10";
	EXPECT_VERDICT(DENY, RULE, 1);
	self->req.name = "net-pf-2";
	EXPECT_VERDICT(ALLOW, RULE, 2);
	self->req.name = "";
	EXPECT_VERDICT(ALLOW, RULE, 2);
}

TEST_F(decide, surface_is_closed_to_all_but_who_is_named)
{
	self->p.snap.defaults[WARDEN_DOMAIN_DEBUG].action = WARDEN_ACTION_DENY;
	policy_add_rule(&self->p, (struct warden_rule){ .domain = WARDEN_DOMAIN_DEBUG,
							.program = 1,
							.class = WARDEN_DEBUG_SURFACE_PERF,
							.action = WARDEN_ACTION_ALLOW });
	self->req.domain = WARDEN_DOMAIN_DEBUG;
	self->req.surface = WARDEN_DEBUG_SURFACE_PERF;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.surface = WARDEN_DEBUG_SURFACE_BPF;
	EXPECT_VERDICT(DENY, SURFACE_CLOSED, 0);
	self->subject.reason = WARDEN_REASON_PROGRAM_UNREADABLE;
	self->req.surface = WARDEN_DEBUG_SURFACE_PERF;
	EXPECT_VERDICT(DENY, SURFACE_CLOSED, 0);
}

TEST_F(decide, exception_opens_what_the_default_closes_and_no_rule)
{
	self->p.snap.defaults[WARDEN_DOMAIN_DEBUG].action = WARDEN_ACTION_DENY;
	policy_add_rule(&self->p, (struct warden_rule){ .domain = WARDEN_DOMAIN_DEBUG,
							.class = WARDEN_DEBUG_SURFACE_BPF,
							.action = WARDEN_ACTION_DENY });
	self->req.domain = WARDEN_DOMAIN_DEBUG;
	self->req.surface = WARDEN_DEBUG_SURFACE_PERF;
	EXPECT_VERDICT(DENY, SURFACE_CLOSED, 0);
	self->req.excepted = true;
	DECIDE();
	EXPECT_EQ(WARDEN_ACTION_ALLOW, self->v.action);
	self->req.surface = WARDEN_DEBUG_SURFACE_BPF;
	EXPECT_VERDICT(DENY, RULE, 1);
}

TEST_HARNESS_MAIN

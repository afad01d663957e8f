// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports a rule opens.
 */
#include "decide_fixture.h"

TEST_F(decide, listen_matches_port_ranges_at_both_ends)
{
	static const struct {
		u16 port;
		u8 action;
	} row[] = {
		{ 8079, WARDEN_ACTION_DENY },  { 8080, WARDEN_ACTION_ALLOW },
		{ 8085, WARDEN_ACTION_ALLOW }, { 8090, WARDEN_ACTION_ALLOW },
		{ 8091, WARDEN_ACTION_DENY },  { 0, WARDEN_ACTION_DENY },
		{ 65535, WARDEN_ACTION_DENY },
	};
	unsigned int i;

	policy_add_rule(&self->p, rule_listen(1, 6, 8080, 8090));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.protocol = 6;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		self->req.port = row[i].port;
		DECIDE();
		EXPECT_EQ(row[i].action, self->v.action)
		{
			TH_LOG("port %u", row[i].port);
		}
	}
}

TEST_F(decide, listen_tells_a_port_that_is_not_named)
{
	policy_add_rule(&self->p, rule_listen(1, 6, 80, 80));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.protocol = 17;
	self->req.port = 80;
	EXPECT_VERDICT(DENY, PORT_NOT_NAMED, 0);
	self->req.protocol = 6;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, listen_rule_without_protocol_takes_any)
{
	policy_add_rule(&self->p, rule_listen(1, 0, 80, 80));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.port = 80;
	self->req.protocol = 17;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.protocol = 262;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_HARNESS_MAIN

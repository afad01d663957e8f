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

/* MPTCP and SMC, which are TCP on the wire. */
TEST_F(decide, rule_that_denies_tcp_denies_what_is_tcp_on_the_wire)
{
	static const u16 like[] = { 6, 262, 256 };
	struct warden_rule rule = rule_listen(1, 6, 80, 80);
	unsigned int i;

	rule.action = WARDEN_ACTION_DENY;
	policy_add_rule(&self->p, rule);
	self->p.snap.defaults[WARDEN_DOMAIN_LISTEN].action = WARDEN_ACTION_ALLOW;
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.port = 80;
	for (i = 0; i < ARRAY_SIZE(like); i++) {
		self->req.protocol = like[i];
		EXPECT_VERDICT(DENY, RULE, 1);
	}
	self->req.protocol = 17;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, rule_that_allows_tcp_allows_nothing_else)
{
	policy_add_rule(&self->p, rule_listen(1, 6, 80, 80));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.port = 80;
	self->req.protocol = 262;
	EXPECT_VERDICT(DENY, PORT_NOT_NAMED, 0);
}

/* eth0, and 10.1.0.0/17. */
static void add_conditional(struct policy *p, u16 protocol, u32 program, u8 action)
{
	static struct warden_pattern eth0 = { .len = 4, .text = "eth0" };
	struct warden_rule rule = rule_listen(program, protocol, 443, 443);

	p->snap.patterns = &eth0;
	p->snap.nr_patterns = 1;
	rule.pattern = 1;
	rule.net = 3;
	rule.action = action;
	policy_add_rule(p, rule);
}

TEST_F(decide, listen_matches_an_interface_and_a_net_both)
{
	static const struct {
		const char *interface;
		struct warden_address from;
		u8 allows; /* where a rule allows eth0 from 10.1.0.0/17 */
		u8 denies; /* where one denies it, and another allows all */
	} row[] = {
		{ "eth0", { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_ALLOW, WARDEN_ACTION_DENY },
		{ "eth0", { 4, { 10, 2, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ "eth1", { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ "eth", { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ "eth01", { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ "", { 6, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		/* Of another network the interface is the one that is worse. */
		{ WARDEN_INTERFACE_FOREIGN, { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_DENY },
		/* Nothing has come yet: somebody can come in. */
		{ NULL, { 0, { 0 } }, WARDEN_ACTION_ALLOW, WARDEN_ACTION_ALLOW },
		{ "eth0", { 0, { 0 } }, WARDEN_ACTION_ALLOW, WARDEN_ACTION_ALLOW },
		{ "eth1", { 0, { 0 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
	};
	struct policy denying = self->p;
	unsigned int i;

	add_conditional(&self->p, 0, 1, WARDEN_ACTION_ALLOW);
	denying.snap.rules = denying.rules;
	denying.snap.programs = denying.programs;
	denying.snap.refs = denying.refs;
	denying.snap.nets = denying.nets;
	add_conditional(&denying, 0, 0, WARDEN_ACTION_DENY);
	policy_add_rule(&denying, rule_listen(1, 0, 443, 443));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.protocol = 6;
	self->req.port = 443;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		self->req.interface = row[i].interface;
		self->req.address = row[i].from;
		DECIDE();
		EXPECT_EQ(row[i].allows, self->v.action)
		{
			TH_LOG("row %u, allowing", i);
		}
		warden_decide(&denying.snap, &self->req, &self->v);
		EXPECT_EQ(row[i].denies, self->v.action)
		{
			TH_LOG("row %u, denying", i);
		}
	}
}

TEST_F(decide, listen_keeps_conditions_where_no_packet_is_looked_at)
{
	add_conditional(&self->p, 0, 1, WARDEN_ACTION_ALLOW);
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.port = 443;
	self->req.protocol = 253;
	EXPECT_VERDICT(DENY, PORT_NOT_NAMED, 0);
	self->req.protocol = 262;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	policy_add_rule(&self->p, rule_listen(1, 0, 443, 443));
	self->req.protocol = 253;
	EXPECT_VERDICT(ALLOW, RULE, 2);
	add_conditional(&self->p, 0, 0, WARDEN_ACTION_DENY);
	EXPECT_VERDICT(DENY, RULE, 3);
	self->req.protocol = 17;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

/* Before something comes, somebody may; then it came to an address. */
TEST_F(decide, listen_matches_the_own_address)
{
	static const struct {
		struct warden_address own;
		u8 allows, denies;
	} row[] = {
		{ { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_ALLOW, WARDEN_ACTION_DENY },
		{ { 4, { 10, 1, 128, 0 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ { 6, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ { 0, { 0 } }, WARDEN_ACTION_ALLOW, WARDEN_ACTION_ALLOW },
	};
	struct warden_rule rule = rule_listen(0, 6, 443, 443);
	u8 action;
	unsigned int i;

	rule.own = 3; /* 10.1.0.0/17 */
	policy_add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.protocol = 6;
	self->req.port = 443;
	for (action = WARDEN_ACTION_DENY; action <= WARDEN_ACTION_ALLOW; action++) {
		self->p.rules[0].action = action;
		self->p.snap.defaults[WARDEN_DOMAIN_LISTEN].action =
			action == WARDEN_ACTION_ALLOW ? WARDEN_ACTION_DENY : WARDEN_ACTION_ALLOW;
		for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
			self->req.own = row[i].own;
			DECIDE();
			EXPECT_EQ(action == WARDEN_ACTION_ALLOW ? row[i].allows : row[i].denies,
				  self->v.action)
			{
				TH_LOG("row %u, action %u", i, action);
			}
		}
	}
}

/* eth0, and 10.1.0.0/17. */
static struct warden_rule by_eth0(struct policy *p, u8 domain, u8 action)
{
	static struct warden_pattern eth0 = { .len = 4, .text = "eth0" };
	struct warden_rule rule = rule_listen(1, 0, 443, 443);

	p->snap.patterns = &eth0;
	p->snap.nr_patterns = 1;
	rule.pattern = 1;
	rule.net = 3;
	rule.domain = domain;
	rule.action = action;
	return rule;
}

/* Who is not held to an interface may go by any: what allows one is not met, what denies one is. */
static const struct {
	const char *interface;
	u8 allows;
	u8 reason;
	u8 denies;
} ways[] = {
	{ "eth0", WARDEN_ACTION_ALLOW, WARDEN_REASON_RULE, WARDEN_ACTION_DENY },
	{ "eth1", WARDEN_ACTION_DENY, WARDEN_REASON_INTERFACE_NOT_NAMED, WARDEN_ACTION_ALLOW },
	{ "", WARDEN_ACTION_DENY, WARDEN_REASON_INTERFACE_NOT_NAMED, WARDEN_ACTION_ALLOW },
	{ NULL, WARDEN_ACTION_DENY, WARDEN_REASON_INTERFACE_NOT_NAMED, WARDEN_ACTION_DENY },
	{ WARDEN_INTERFACE_FOREIGN, WARDEN_ACTION_DENY, WARDEN_REASON_INTERFACE_NOT_NAMED,
	  WARDEN_ACTION_DENY },
};

/* SCTP may send to addresses that nobody names; of others, what has no address goes to none. */
TEST_F(decide, egress_by_sctp_to_anywhere_takes_a_rule_for_everywhere)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_EGRESS, .action = WARDEN_ACTION_ALLOW,
				    .program = 1, .net = 1, .line = 1 };
	struct policy denying = self->p;

	policy_add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_EGRESS;
	self->req.protocol = 132;
	EXPECT_VERDICT(DENY, PORT_NOT_NAMED, 0);
	self->p.rules[0].net = 0;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	denying.snap.rules = denying.rules;
	denying.snap.programs = denying.programs;
	denying.snap.refs = denying.refs;
	denying.snap.nets = denying.nets;
	denying.snap.defaults[WARDEN_DOMAIN_EGRESS].action = WARDEN_ACTION_ALLOW;
	rule.action = WARDEN_ACTION_DENY;
	policy_add_rule(&denying, rule);
	warden_decide(&denying.snap, &self->req, &self->v);
	EXPECT_EQ(WARDEN_ACTION_DENY, self->v.action);
	self->req.protocol = 6;
	warden_decide(&denying.snap, &self->req, &self->v);
	EXPECT_EQ(WARDEN_ACTION_ALLOW, self->v.action);
}

TEST_F(decide, connect_and_egress_match_the_interface_that_is_gone_by)
{
	static const u8 domains[] = { WARDEN_DOMAIN_CONNECT, WARDEN_DOMAIN_EGRESS };
	struct policy denying = self->p;
	unsigned int i, k;

	for (k = 0; k < sizeof(domains); k++)
		policy_add_rule(&self->p, by_eth0(&self->p, domains[k], WARDEN_ACTION_ALLOW));
	denying.snap.rules = denying.rules;
	denying.snap.programs = denying.programs;
	denying.snap.refs = denying.refs;
	denying.snap.nets = denying.nets;
	for (k = 0; k < sizeof(domains); k++) {
		policy_add_rule(&denying, by_eth0(&denying, domains[k], WARDEN_ACTION_DENY));
		denying.snap.defaults[domains[k]].action = WARDEN_ACTION_ALLOW;
	}
	self->req.protocol = 6;
	self->req.port = 443;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		for (k = 0; k < sizeof(domains); k++) {
			self->req.domain = domains[k];
			self->req.interface = ways[i].interface;
			self->req.address = (struct warden_address){ 4, { 10, 1, 0, 1 } };
			DECIDE();
			EXPECT_EQ(ways[i].allows, self->v.action);
			EXPECT_EQ(ways[i].reason, self->v.reason)
			{
				TH_LOG("row %u, domain %u", i, domains[k]);
			}
			warden_decide(&denying.snap, &self->req, &self->v);
			EXPECT_EQ(ways[i].denies, self->v.action)
			{
				TH_LOG("row %u, domain %u, denying", i, domains[k]);
			}
			self->req.address = (struct warden_address){ 4, { 10, 2, 0, 1 } };
			DECIDE();
			EXPECT_NE(WARDEN_REASON_INTERFACE_NOT_NAMED, self->v.reason);
		}
}

TEST_F(decide, connect_matches_a_net_and_no_other_address)
{
	static const struct {
		struct warden_address to;
		u8 action;
	} row[] = {
		{ { 4, { 10, 1, 0, 0 } }, WARDEN_ACTION_ALLOW },
		{ { 4, { 10, 1, 127, 255 } }, WARDEN_ACTION_ALLOW },
		{ { 4, { 10, 1, 128, 0 } }, WARDEN_ACTION_DENY },
		{ { 4, { 10, 0, 255, 255 } }, WARDEN_ACTION_DENY },
		{ { 6, { 10, 1, 0, 0 } }, WARDEN_ACTION_DENY },
		{ { 0, { 10, 1, 0, 0 } }, WARDEN_ACTION_DENY },
	};
	struct warden_rule rule = rule_listen(1, 6, 443, 443);
	unsigned int i;

	rule.domain = WARDEN_DOMAIN_CONNECT;
	rule.net = 3; /* 10.1.0.0/17 */
	policy_add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_CONNECT;
	self->req.protocol = 6;
	self->req.port = 443;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		self->req.address = row[i].to;
		DECIDE();
		EXPECT_EQ(row[i].action, self->v.action)
		{
			TH_LOG("row %u", i);
		}
	}
	self->req.port = 80;
	self->req.address = row[0].to;
	EXPECT_VERDICT(DENY, PORT_NOT_NAMED, 0);
}

/* Where what is bound is not known, or is any, an allow of one does not match, and a denial does. */
TEST_F(decide, bind_asks_the_port_the_interface_and_the_own_address)
{
	static const struct {
		const char *interface;
		struct warden_address own;
		u8 allow, deny;
	} row[] = {
		{ "eth0", { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_ALLOW, WARDEN_ACTION_DENY },
		{ "eth0", { 4, { 10, 1, 128, 0 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ "eth1", { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ "", { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_ALLOW },
		{ "eth0", { 0 }, WARDEN_ACTION_DENY, WARDEN_ACTION_DENY },
		{ NULL, { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY, WARDEN_ACTION_DENY },
		{ WARDEN_INTERFACE_FOREIGN, { 4, { 10, 1, 0, 1 } }, WARDEN_ACTION_DENY,
		  WARDEN_ACTION_DENY },
		{ NULL, { 0 }, WARDEN_ACTION_DENY, WARDEN_ACTION_DENY },
	};
	u8 action;
	unsigned int i;

	self->req.domain = WARDEN_DOMAIN_BIND;
	self->req.protocol = 6;
	add_conditional(&self->p, 6, 0, WARDEN_ACTION_ALLOW);
	self->p.rules[0].domain = WARDEN_DOMAIN_BIND;
	for (action = WARDEN_ACTION_DENY; action <= WARDEN_ACTION_ALLOW; action++) {
		self->p.rules[0].action = action;
		self->p.snap.defaults[WARDEN_DOMAIN_BIND].action =
			action == WARDEN_ACTION_ALLOW ? WARDEN_ACTION_DENY : WARDEN_ACTION_ALLOW;
		for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
			self->req.port = 443;
			self->req.interface = row[i].interface;
			self->req.address = row[i].own;
			DECIDE();
			EXPECT_EQ(action == WARDEN_ACTION_ALLOW ? row[i].allow : row[i].deny,
				  self->v.action)
			{
				TH_LOG("row %u, action %u", i, action);
			}
		}
		self->req.port = 444;
		DECIDE();
		EXPECT_EQ(self->p.snap.defaults[WARDEN_DOMAIN_BIND].action, self->v.action);
	}
}

TEST_F(decide, connect_behind_a_net_begins_another_one)
{
	static const struct {
		struct warden_net net;
		struct warden_address next;
	} row[] = {
		{ { { 4, { 10, 1 } }, 17 }, { 4, { 10, 1, 128 } } },
		{ { { 4, { 10, 255 } }, 16 }, { 4, { 11, 0 } } },
		{ { { 4, { 255, 255, 255, 255 } }, 32 }, { 0, { 0 } } },
		{ { { 4, { 0 } }, 0 }, { 0, { 0 } } },
		{ { { 6, { 0x20, 0x01, 0x0d, 0xb8 } }, 29 }, { 6, { 0x20, 0x01, 0x0d, 0xc0 } } },
	};
	unsigned int i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct warden_address next = warden_net_next(&row[i].net);

		EXPECT_TRUE(warden_net_is_valid(&row[i].net));
		EXPECT_EQ(row[i].next.version, next.version)
		{
			TH_LOG("row %u", i);
		}
		EXPECT_TRUE(!next.version ||
			    !memcmp(row[i].next.bytes, next.bytes, sizeof(next.bytes)));
	}
}

TEST_F(decide, protocol_default_does_not_close_what_a_system_needs)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_PROTOCOL, .program = 1,
				    .action = WARDEN_ACTION_ALLOW,
				    .class = WARDEN_SOCKET_CLASS_RAW };

	self->p.snap.defaults[WARDEN_DOMAIN_PROTOCOL].action = WARDEN_ACTION_DENY;
	policy_add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_PROTOCOL;
	self->req.socket = WARDEN_SOCKET_CLASS_NETLINK;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	self->req.socket = WARDEN_SOCKET_CLASS_UNKNOWN;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->req.socket = WARDEN_SOCKET_CLASS_PACKET;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->req.socket = WARDEN_SOCKET_CLASS_RAW;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	rule.action = WARDEN_ACTION_DENY;
	rule.class = WARDEN_SOCKET_CLASS_NETLINK;
	policy_add_rule(&self->p, rule);
	self->req.socket = WARDEN_SOCKET_CLASS_NETLINK;
	EXPECT_VERDICT(DENY, RULE, 2);
}

TEST_HARNESS_MAIN

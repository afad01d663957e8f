// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layers, without a kernel: kmod/judge/cover.c as it stands, by small cases whose answer can be read off.
 */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "judge/cover.h"
#include "layer.h"

FIXTURE(cover)
{
	struct policy maker;
	struct policy below;
	u32 line;
	u32 domain;
};

FIXTURE_SETUP(cover)
{
	layer_init(&self->maker, WARDEN_ROLE_MAKER);
	layer_init(&self->below, WARDEN_ROLE_OPERATOR);
}

FIXTURE_TEARDOWN(cover)
{
}

#define EXPECT_NARROWS()                                                                           \
	EXPECT_EQ(0, warden_cover_narrows(&self->below.snap, &self->maker.snap, &self->line,       \
					  &self->domain))

#define EXPECT_WIDENS(at)                                                                          \
	do {                                                                                       \
		u32 expected = (at);                                                               \
                                                                                                   \
		EXPECT_EQ(-EPERM, warden_cover_narrows(&self->below.snap, &self->maker.snap,       \
						       &self->line, &self->domain));               \
		EXPECT_EQ(expected, self->line);                                                   \
	} while (0)

static struct warden_pattern patterns[] = {
	{ .len = 7, .begins = true, .text = "net-pf-*" },
	{ .len = 9, .text = "net-pf-10" },
	{ .len = 8, .begins = true, .text = "net-pf-1*" },
};

static u32 named(struct policy *l, u32 domain, u32 pattern, u8 action)
{
	l->snap.patterns = patterns;
	l->snap.nr_patterns = 3;
	return layer_add_rule(l, (struct warden_rule){ .domain = domain, .pattern = pattern,
						 .action = action, .port_high = U16_MAX });
}

TEST_F(cover, names_narrow_and_widen_as_their_patterns_do)
{
	u32 line;

	layer_set_default(&self->maker, WARDEN_DOMAIN_AUTOLOAD, DENY);
	named(&self->maker, WARDEN_DOMAIN_AUTOLOAD, 3, ALLOW);
	named(&self->below, WARDEN_DOMAIN_AUTOLOAD, 2, ALLOW);
	EXPECT_NARROWS();
	line = named(&self->below, WARDEN_DOMAIN_AUTOLOAD, 1, ALLOW);
	EXPECT_WIDENS(line);
	named(&self->maker, WARDEN_DOMAIN_AUTOLOAD, 1, ALLOW);
	EXPECT_NARROWS();
	named(&self->maker, WARDEN_DOMAIN_AUTOLOAD, 2, DENY);
	EXPECT_WIDENS(1);
}

TEST_F(cover, a_module_of_another_name_widens)
{
	layer_set_default(&self->maker, MODULE, DENY);
	named(&self->maker, MODULE, 2, ALLOW);
	EXPECT_WIDENS(named(&self->below, MODULE, 3, ALLOW));
}

TEST_F(cover, a_surface_the_maker_closes_widens)
{
	u32 line = layer_add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_DEBUG,
								.class = WARDEN_DEBUG_SURFACE_PERF,
								.action = ALLOW });

	EXPECT_NARROWS();
	layer_set_default(&self->maker, WARDEN_DOMAIN_DEBUG, DENY);
	EXPECT_WIDENS(line);
}

TEST_F(cover, a_class_in_a_port_is_found_that_the_maker_denies)
{
	u32 line = layer_add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB,
								.topology = 7, .action = ALLOW });

	EXPECT_NARROWS();
	layer_add_rule(&self->maker, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB, .class = 3,
						     .action = DENY });
	EXPECT_WIDENS(line);
}

TEST_F(cover, a_device_is_found_that_the_maker_knows_by_its_descriptors)
{
	static struct warden_digest known[1];
	u32 line;

	known[0] = digest_of(1);
	self->maker.snap.rule_digests = known;
	self->below.snap.rule_digests = known;
	line = layer_add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB,
							    .digest = 1, .action = ALLOW });
	EXPECT_NARROWS();
	layer_add_rule(&self->maker, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB, .digest = 1,
						     .action = DENY });
	EXPECT_WIDENS(line);
}

TEST_F(cover, a_layer_that_says_nothing_narrows)
{
	EXPECT_NARROWS();
}

TEST_F(cover, a_rule_the_maker_has_too_narrows)
{
	layer_use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	layer_use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, another_program_widens)
{
	layer_use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	EXPECT_WIDENS(layer_use(&self->below, policy_add_program(&self->below, 2), CAM, ALLOW));
}

TEST_F(cover, any_program_widens_and_any_of_the_maker_covers_one)
{
	u32 line = layer_use(&self->below, 0, CAM, ALLOW);

	layer_use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	EXPECT_WIDENS(line);
	layer_use(&self->maker, 0, CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, one_program_of_another_digest_than_the_makers_widens)
{
	struct warden_program *p;

	layer_use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	layer_use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW);
	p = &self->below.programs[0];
	p->digests[p->nr_digests++] = digest_of(2);
	EXPECT_WIDENS(1);
}

TEST_F(cover, any_user_widens_where_the_maker_names_one)
{
	layer_use(&self->maker, policy_add_program_of(&self->maker, 1, 1000), CAM, ALLOW);
	EXPECT_WIDENS(layer_use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW));
}

TEST_F(cover, the_user_the_maker_names_narrows)
{
	layer_use(&self->maker, policy_add_program_of(&self->maker, 1, 1000), CAM, ALLOW);
	layer_use(&self->below, policy_add_program_of(&self->below, 1, 1000), CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, a_consent_of_the_maker_stays_asked_for)
{
	u32 program = policy_add_program(&self->maker, 1);

	layer_add_rule(&self->maker, (struct warden_rule){ .domain = SENSOR, .program = program, .class = CAM,
						     .action = ALLOW, .purpose = PURPOSE,
						     .flags = WARDEN_RULE_FLAG_CONSENT });
	layer_use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, two_ranges_of_the_maker_cover_one_across_them)
{
	layer_listen(&self->maker, 0, TCP, 8000, 8010, ALLOW);
	layer_listen(&self->maker, 0, TCP, 8011, 8020, ALLOW);
	layer_listen(&self->below, 0, TCP, 8005, 8015, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, one_port_between_two_ranges_widens)
{
	layer_listen(&self->maker, 0, TCP, 8000, 8010, ALLOW);
	layer_listen(&self->maker, 0, TCP, 8012, 8020, ALLOW);
	EXPECT_WIDENS(layer_listen(&self->below, 0, TCP, 8005, 8015, ALLOW));
}

TEST_F(cover, any_protocol_widens_where_the_maker_names_one)
{
	layer_listen(&self->maker, 0, TCP, 0, U16_MAX, ALLOW);
	EXPECT_WIDENS(layer_listen(&self->below, 0, 0, 80, 80, ALLOW));
}

TEST_F(cover, what_the_maker_denies_inside_widens_unless_the_layer_denies_it_too)
{
	u32 line = layer_listen(&self->below, 0, TCP, 80, 90, ALLOW);

	layer_listen(&self->maker, 0, TCP, 0, U16_MAX, ALLOW);
	layer_listen(&self->maker, 0, TCP, 85, 85, DENY);
	EXPECT_WIDENS(line);
	layer_listen(&self->below, 0, TCP, 85, 85, DENY);
	EXPECT_NARROWS();
}

TEST_F(cover, a_default_that_is_given_and_wider_widens)
{
	layer_set_default(&self->below, LISTEN, ALLOW);
	EXPECT_WIDENS(0);
	EXPECT_EQ(LISTEN, self->domain);
	layer_set_default(&self->maker, LISTEN, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, a_kind_of_socket_the_maker_does_not_name_widens)
{
	u32 line = layer_add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_PROTOCOL,
								.class = WARDEN_SOCKET_CLASS_RAW,
								.action = ALLOW });

	EXPECT_WIDENS(line);
	layer_set_default(&self->maker, WARDEN_DOMAIN_PROTOCOL, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, a_module_the_maker_does_not_accept_widens)
{
	self->maker.accepted[0] = digest_of(7);
	self->maker.snap.reference[MODULE] = (struct warden_reference){ true, 1, self->maker.accepted };
	self->below.digests[0] = digest_of(8);
	self->below.snap.nr_rule_digests = 1;
	EXPECT_WIDENS(layer_add_rule(&self->below, (struct warden_rule){ .domain = MODULE, .action = ALLOW,
								   .digest = 1 }));
	self->below.digests[0] = digest_of(7);
	EXPECT_NARROWS();
}

TEST_F(cover, the_safety_list_is_denied_by_a_rule_or_a_default)
{
	u32 line = layer_add_rule(&self->maker, (struct warden_rule){ .domain = LISTEN, .protocol = TCP,
								.port_low = 22, .port_high = 22,
								.action = ALLOW,
								.flags = WARDEN_RULE_FLAG_SAFETY });

	EXPECT_EQ(0, warden_cover_safety(&self->maker.snap, &self->maker.snap, &self->line));
	EXPECT_EQ(0, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	layer_listen(&self->below, policy_add_program(&self->below, 3), TCP, 20, 30, DENY);
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	EXPECT_EQ(line, self->line);
	layer_init(&self->below, WARDEN_ROLE_USER);
	layer_set_default(&self->below, LISTEN, DENY);
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	layer_listen(&self->maker, 0, 0, 0, U16_MAX, DENY);
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->maker.snap, &self->line));
}

static u32 keep_port_22(struct policy *l, u8 program)
{
	return layer_add_rule(l, (struct warden_rule){ .domain = LISTEN, .program = program, .protocol = TCP,
						 .port_low = 22, .port_high = 22, .action = ALLOW,
						 .flags = WARDEN_RULE_FLAG_SAFETY });
}

TEST_F(cover, the_safety_list_binds_the_next_policy_too)
{
	u32 line = keep_port_22(&self->maker, 0);

	layer_init(&self->below, WARDEN_ROLE_MAKER);
	EXPECT_EQ(-EPERM, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
	EXPECT_EQ(line, self->line);
	layer_listen(&self->below, 0, TCP, 20, 30, ALLOW);
	EXPECT_EQ(0, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
}

/* The program was updated in between; what it is called says that it is the same. */
TEST_F(cover, the_next_policy_may_know_a_program_by_another_file)
{
	u32 old, new;

	layer_init(&self->below, WARDEN_ROLE_MAKER);
	old = policy_add_program(&self->maker, 3);
	strscpy(self->maker.snap.programs[old - 1].label, "sshd", WARDEN_LABEL_MAX);
	keep_port_22(&self->maker, old);
	new = policy_add_program(&self->below, 4);
	layer_listen(&self->below, new, TCP, 22, 22, ALLOW);
	EXPECT_EQ(-EPERM, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
	strscpy(self->below.snap.programs[new - 1].label, "sshd", WARDEN_LABEL_MAX);
	EXPECT_EQ(0, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
	/* A layer below names its programs as it likes, and is held to the file. */
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	layer_listen(&self->below, new, TCP, 22, 22, DENY);
	EXPECT_EQ(-EPERM, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
}

/* A comparison must end: a hundred thousand rules of one program are refused, not pondered. */
TEST(a_layer_that_takes_too_long_is_refused)
{
	const u32 nr = 60000;
	struct warden_rule *rules = calloc(nr, sizeof(*rules));
	struct policy maker, below;
	u32 i, line, domain;

	layer_init(&maker, WARDEN_ROLE_MAKER);
	layer_init(&below, WARDEN_ROLE_OPERATOR);
	for (i = 0; i < nr; i++)
		rules[i] = (struct warden_rule){ .domain = LISTEN, .protocol = TCP, .port_low = i,
						 .port_high = i, .action = ALLOW, .line = i + 1 };
	maker.snap.rules = below.snap.rules = rules;
	maker.snap.nr_rules = below.snap.nr_rules = nr;
	EXPECT_EQ(-E2BIG, warden_cover_narrows(&below.snap, &maker.snap, &line, &domain));
	free(rules);
}

static struct warden_pattern interfaces[] = {
	{ .len = 4, .text = "eth0" }, { .len = 2, .text = "lo" },
};

/* A rule about ports, for an interface and an own address, where they are not 0. */
static u32 at_place(struct policy *l, u32 domain, u32 pattern, u32 own)
{
	l->snap.patterns = interfaces;
	l->snap.nr_patterns = ARRAY_SIZE(interfaces);
	return layer_add_rule(l, (struct warden_rule){ .domain = domain, .pattern = pattern, .own = own,
						 .protocol = TCP, .port_low = 22, .port_high = 22,
						 .action = ALLOW });
}

TEST_F(cover, own_addresses_narrow_and_widen_as_their_nets_do)
{
	at_place(&self->maker, LISTEN, 0, 2);
	at_place(&self->below, LISTEN, 0, 3);
	at_place(&self->below, LISTEN, 1, 4);
	EXPECT_NARROWS();
	EXPECT_WIDENS(at_place(&self->below, LISTEN, 1, 1));
	at_place(&self->maker, LISTEN, 0, 0);
	EXPECT_NARROWS();
}

TEST_F(cover, ways_narrow_and_widen_as_their_interfaces_do)
{
	static const u32 domains[] = { CONNECT, WARDEN_DOMAIN_EGRESS };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(domains); i++) {
		layer_init(&self->maker, WARDEN_ROLE_MAKER);
		layer_init(&self->below, WARDEN_ROLE_OPERATOR);
		layer_set_default(&self->maker, domains[i], DENY);
		at_place(&self->maker, domains[i], 1, 0);
		at_place(&self->below, domains[i], 1, 0);
		EXPECT_NARROWS();
		EXPECT_WIDENS(at_place(&self->below, domains[i], 2, 0));
		at_place(&self->maker, domains[i], 2, 0);
		EXPECT_NARROWS();
		EXPECT_WIDENS(at_place(&self->below, domains[i], 0, 0));
	}
}

TEST_HARNESS_MAIN

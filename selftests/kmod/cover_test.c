// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layers, without a kernel: kmod/judge/decide.c and kmod/judge/cover.c as they stand. Small
 * cases whose answer can be read off, and random pairs of layers, where cover
 * must find a rule that widens exactly when some point of a small world, all of
 * whose points are tried, is allowed below and not above.
 */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "decide_policy.h"
#include "judge/arguments.h"
#include "judge/cover.h"

#define PAIRS 20000

enum { SENSOR = WARDEN_DOMAIN_SENSOR, LISTEN = WARDEN_DOMAIN_LISTEN };
enum { MODULE = WARDEN_DOMAIN_MODULE, CONNECT = WARDEN_DOMAIN_CONNECT };
enum { ALLOW = WARDEN_ACTION_ALLOW, DENY = WARDEN_ACTION_DENY };
enum { TCP = 6, UDP = 17, MPTCP = 262 };

/* What a maker's policy denies that says nothing of it (warden_snapshot_alloc()). */
static bool is_denied_unsaid(u32 domain)
{
	return domain <= LISTEN || domain == WARDEN_DOMAIN_PROTOCOL;
}

static void layer_init(struct policy *l, u8 role)
{
	u32 domain;

	policy_init(l);
	l->snap.layer = role;
	for (domain = SENSOR; domain < WARDEN_DOMAIN_RULES; domain++)
		l->snap.defaults[domain].action = role != WARDEN_ROLE_MAKER ||
						  !is_denied_unsaid(domain);
}

static void set_default(struct policy *l, u32 domain, u8 action)
{
	l->snap.has_default |= BIT(domain);
	l->snap.defaults[domain].action = action;
}

/* Gives the line, which counts the rules. */
static u32 add_rule(struct policy *l, struct warden_rule rule)
{
	policy_add_rule(l, rule);
	return l->snap.nr_rules;
}

static u32 use(struct policy *l, u32 program, u8 class, u8 action)
{
	return add_rule(l, (struct warden_rule){ .domain = SENSOR, .program = program, .class = class,
						 .action = action, .port_high = U16_MAX });
}

static u32 listen_on(struct policy *l, u32 program, u16 protocol, u16 low, u16 high, u8 action)
{
	return add_rule(l, (struct warden_rule){ .domain = LISTEN, .program = program,
						 .protocol = protocol, .port_low = low,
						 .port_high = high, .action = action });
}

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
	return add_rule(l, (struct warden_rule){ .domain = domain, .pattern = pattern,
						 .action = action, .port_high = U16_MAX });
}

TEST_F(cover, names_narrow_and_widen_as_their_patterns_do)
{
	u32 line;

	set_default(&self->maker, WARDEN_DOMAIN_AUTOLOAD, DENY);
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
	set_default(&self->maker, MODULE, DENY);
	named(&self->maker, MODULE, 2, ALLOW);
	EXPECT_WIDENS(named(&self->below, MODULE, 3, ALLOW));
}

TEST_F(cover, a_surface_the_maker_closes_widens)
{
	u32 line = add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_DEBUG,
								.class = WARDEN_DEBUG_SURFACE_PERF,
								.action = ALLOW });

	EXPECT_NARROWS();
	set_default(&self->maker, WARDEN_DOMAIN_DEBUG, DENY);
	EXPECT_WIDENS(line);
}

TEST_F(cover, a_class_in_a_port_is_found_that_the_maker_denies)
{
	u32 line = add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB,
								.topology = 7, .action = ALLOW });

	EXPECT_NARROWS();
	add_rule(&self->maker, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB, .class = 3,
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
	line = add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB,
							    .digest = 1, .action = ALLOW });
	EXPECT_NARROWS();
	add_rule(&self->maker, (struct warden_rule){ .domain = WARDEN_DOMAIN_USB, .digest = 1,
						     .action = DENY });
	EXPECT_WIDENS(line);
}

TEST_F(cover, a_layer_that_says_nothing_narrows)
{
	EXPECT_NARROWS();
}

TEST_F(cover, a_rule_the_maker_has_too_narrows)
{
	use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, another_program_widens)
{
	use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	EXPECT_WIDENS(use(&self->below, policy_add_program(&self->below, 2), CAM, ALLOW));
}

TEST_F(cover, any_program_widens_and_any_of_the_maker_covers_one)
{
	u32 line = use(&self->below, 0, CAM, ALLOW);

	use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	EXPECT_WIDENS(line);
	use(&self->maker, 0, CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, one_program_of_another_digest_than_the_makers_widens)
{
	struct warden_program *p;

	use(&self->maker, policy_add_program(&self->maker, 1), CAM, ALLOW);
	use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW);
	p = &self->below.programs[0];
	p->digests[p->nr_digests++] = digest_of(2);
	EXPECT_WIDENS(1);
}

TEST_F(cover, any_user_widens_where_the_maker_names_one)
{
	use(&self->maker, policy_add_program_of(&self->maker, 1, 1000), CAM, ALLOW);
	EXPECT_WIDENS(use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW));
}

TEST_F(cover, the_user_the_maker_names_narrows)
{
	use(&self->maker, policy_add_program_of(&self->maker, 1, 1000), CAM, ALLOW);
	use(&self->below, policy_add_program_of(&self->below, 1, 1000), CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, a_consent_of_the_maker_stays_asked_for)
{
	u32 program = policy_add_program(&self->maker, 1);

	add_rule(&self->maker, (struct warden_rule){ .domain = SENSOR, .program = program, .class = CAM,
						     .action = ALLOW, .purpose = PURPOSE,
						     .flags = WARDEN_RULE_FLAG_CONSENT });
	use(&self->below, policy_add_program(&self->below, 1), CAM, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, two_ranges_of_the_maker_cover_one_across_them)
{
	listen_on(&self->maker, 0, TCP, 8000, 8010, ALLOW);
	listen_on(&self->maker, 0, TCP, 8011, 8020, ALLOW);
	listen_on(&self->below, 0, TCP, 8005, 8015, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, one_port_between_two_ranges_widens)
{
	listen_on(&self->maker, 0, TCP, 8000, 8010, ALLOW);
	listen_on(&self->maker, 0, TCP, 8012, 8020, ALLOW);
	EXPECT_WIDENS(listen_on(&self->below, 0, TCP, 8005, 8015, ALLOW));
}

TEST_F(cover, any_protocol_widens_where_the_maker_names_one)
{
	listen_on(&self->maker, 0, TCP, 0, U16_MAX, ALLOW);
	EXPECT_WIDENS(listen_on(&self->below, 0, 0, 80, 80, ALLOW));
}

TEST_F(cover, what_the_maker_denies_inside_widens_unless_the_layer_denies_it_too)
{
	u32 line = listen_on(&self->below, 0, TCP, 80, 90, ALLOW);

	listen_on(&self->maker, 0, TCP, 0, U16_MAX, ALLOW);
	listen_on(&self->maker, 0, TCP, 85, 85, DENY);
	EXPECT_WIDENS(line);
	listen_on(&self->below, 0, TCP, 85, 85, DENY);
	EXPECT_NARROWS();
}

TEST_F(cover, a_default_that_is_given_and_wider_widens)
{
	set_default(&self->below, LISTEN, ALLOW);
	EXPECT_WIDENS(0);
	EXPECT_EQ(LISTEN, self->domain);
	set_default(&self->maker, LISTEN, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, a_kind_of_socket_the_maker_does_not_name_widens)
{
	u32 line = add_rule(&self->below, (struct warden_rule){ .domain = WARDEN_DOMAIN_PROTOCOL,
								.class = WARDEN_SOCKET_CLASS_RAW,
								.action = ALLOW });

	EXPECT_WIDENS(line);
	set_default(&self->maker, WARDEN_DOMAIN_PROTOCOL, ALLOW);
	EXPECT_NARROWS();
}

TEST_F(cover, a_module_the_maker_does_not_accept_widens)
{
	self->maker.accepted[0] = digest_of(7);
	self->maker.snap.reference[MODULE] = (struct warden_reference){ true, 1, self->maker.accepted };
	self->below.digests[0] = digest_of(8);
	self->below.snap.nr_rule_digests = 1;
	EXPECT_WIDENS(add_rule(&self->below, (struct warden_rule){ .domain = MODULE, .action = ALLOW,
								   .digest = 1 }));
	self->below.digests[0] = digest_of(7);
	EXPECT_NARROWS();
}

TEST_F(cover, the_safety_list_is_denied_by_a_rule_or_a_default)
{
	u32 line = add_rule(&self->maker, (struct warden_rule){ .domain = LISTEN, .protocol = TCP,
								.port_low = 22, .port_high = 22,
								.action = ALLOW,
								.flags = WARDEN_RULE_FLAG_SAFETY });

	EXPECT_EQ(0, warden_cover_safety(&self->maker.snap, &self->maker.snap, &self->line));
	EXPECT_EQ(0, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	listen_on(&self->below, policy_add_program(&self->below, 3), TCP, 20, 30, DENY);
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	EXPECT_EQ(line, self->line);
	layer_init(&self->below, WARDEN_ROLE_USER);
	set_default(&self->below, LISTEN, DENY);
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	listen_on(&self->maker, 0, 0, 0, U16_MAX, DENY);
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->maker.snap, &self->line));
}

static u32 keep_port_22(struct policy *l, u8 program)
{
	return add_rule(l, (struct warden_rule){ .domain = LISTEN, .program = program, .protocol = TCP,
						 .port_low = 22, .port_high = 22, .action = ALLOW,
						 .flags = WARDEN_RULE_FLAG_SAFETY });
}

TEST_F(cover, the_safety_list_binds_the_next_policy_too)
{
	u32 line = keep_port_22(&self->maker, 0);

	layer_init(&self->below, WARDEN_ROLE_MAKER);
	EXPECT_EQ(-EPERM, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
	EXPECT_EQ(line, self->line);
	listen_on(&self->below, 0, TCP, 20, 30, ALLOW);
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
	listen_on(&self->below, new, TCP, 22, 22, ALLOW);
	EXPECT_EQ(-EPERM, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
	strscpy(self->below.snap.programs[new - 1].label, "sshd", WARDEN_LABEL_MAX);
	EXPECT_EQ(0, warden_cover_renewal(&self->maker.snap, &self->below.snap, &self->line));
	/* A layer below names its programs as it likes, and is held to the file. */
	EXPECT_EQ(-EPERM, warden_cover_safety(&self->maker.snap, &self->below.snap, &self->line));
	listen_on(&self->below, new, TCP, 22, 22, DENY);
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

/* --- the decision of several layers ------------------------------------------------------ */

FIXTURE(stack)
{
	struct policy maker;
	struct policy user;
	struct warden_layers layers;
	struct warden_identity subject;
	struct warden_request req;
	struct warden_verdict v;
};

FIXTURE_SETUP(stack)
{
	layer_init(&self->maker, WARDEN_ROLE_MAKER);
	layer_init(&self->user, WARDEN_ROLE_USER);
	self->layers = (struct warden_layers){
		.generation = 1, .nr = 2, .layer = { &self->maker.snap, &self->user.snap }
	};
	self->subject.digest = digest_of(1);
	self->req = (struct warden_request){ .domain = SENSOR, .subject = &self->subject,
					     .class = CAM, .now = 1 };
	use(&self->maker, policy_add_program(&self->maker, 1), 0, ALLOW);
}

FIXTURE_TEARDOWN(stack)
{
}

TEST_F(stack, what_every_layer_allows_is_allowed)
{
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(ALLOW, self->v.action);
	EXPECT_EQ(WARDEN_ROLE_MAKER, self->v.snap->layer);
}

TEST_F(stack, one_layer_that_denies_is_enough_and_is_named)
{
	u32 line = use(&self->user, 0, CAM, DENY);

	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_EQ(WARDEN_ROLE_USER, self->v.snap->layer);
	EXPECT_EQ(line, self->v.rule->line);
}

TEST_F(stack, what_is_only_observed_gives_way_to_what_is_denied)
{
	use(&self->maker, 0, CAM, DENY);
	self->maker.snap.defaults[SENSOR].mode = WARDEN_MODE_OBSERVE;
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_FALSE(warden_verdict_denies(&self->v));
	use(&self->user, 0, CAM, DENY);
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_TRUE(warden_verdict_denies(&self->v));
	EXPECT_EQ(WARDEN_ROLE_USER, self->v.snap->layer);
}

TEST_F(stack, a_layer_below_cannot_allow_what_one_above_denies)
{
	self->subject.digest = digest_of(2);
	use(&self->user, 0, 0, ALLOW);
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_EQ(WARDEN_ROLE_MAKER, self->v.snap->layer);
}

TEST_F(stack, what_each_layer_asks_for_at_the_end_of_a_session_holds)
{
	self->maker.rules[0].withdraw_ms = 300;
	self->maker.rules[0].flags = WARDEN_RULE_FLAG_KILL;
	use(&self->user, 0, CAM, ALLOW);
	self->user.rules[0].withdraw_ms = 100;
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(ALLOW, self->v.action);
	EXPECT_EQ(100, self->v.withdraw_ms);
	EXPECT_EQ(WARDEN_RULE_FLAG_KILL, self->v.flags);
}

TEST_F(stack, what_is_done_beside_an_observed_denial_is_done_on_the_terms_of_the_allow)
{
	self->maker.rules[0].rate = 7;
	self->maker.rules[0].flags = WARDEN_RULE_FLAG_KILL;
	self->maker.rules[0].withdraw_ms = 50;
	self->user.snap.defaults[SENSOR].action = DENY;
	self->user.snap.defaults[SENSOR].mode = WARDEN_MODE_OBSERVE;
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_FALSE(warden_verdict_denies(&self->v));
	EXPECT_EQ(WARDEN_ROLE_USER, self->v.snap->layer);
	EXPECT_EQ(WARDEN_RULE_FLAG_KILL, self->v.flags);
	EXPECT_EQ(50, self->v.withdraw_ms);
	ASSERT_NE(NULL, self->v.limit);
	EXPECT_EQ(7, self->v.limit->rate);
}

/* --- random pairs --------------------------------------------------------------------------- */

static u32 state = 1;

static u32 pick(u32 n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % n;
}

static struct warden_pattern interfaces[] = {
	{ .len = 4, .text = "eth0" }, { .len = 2, .text = "lo" },
};

/* A rule about ports, for an interface and an own address, where they are not 0. */
static u32 at_place(struct policy *l, u32 domain, u32 pattern, u32 own)
{
	l->snap.patterns = interfaces;
	l->snap.nr_patterns = ARRAY_SIZE(interfaces);
	return add_rule(l, (struct warden_rule){ .domain = domain, .pattern = pattern, .own = own,
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
		set_default(&self->maker, domains[i], DENY);
		at_place(&self->maker, domains[i], 1, 0);
		at_place(&self->below, domains[i], 1, 0);
		EXPECT_NARROWS();
		EXPECT_WIDENS(at_place(&self->below, domains[i], 2, 0));
		at_place(&self->maker, domains[i], 2, 0);
		EXPECT_NARROWS();
		EXPECT_WIDENS(at_place(&self->below, domains[i], 0, 0));
	}
}

static void random_layer(struct policy *l, u8 role)
{
	const bool conditional = !pick(24);
	u32 i, nr = 1 + pick(4);

	layer_init(l, role);
	l->snap.patterns = interfaces;
	l->snap.nr_patterns = ARRAY_SIZE(interfaces);
	for (i = 0; i < 2; i++)
		if (pick(2))
			policy_add_program(l, 1 + pick(2));
		else
			policy_add_program_of(l, 1 + pick(2), pick(2));
	l->digests[0] = digest_of(7);
	l->digests[1] = digest_of(8);
	l->snap.nr_rule_digests = 2;
	if (pick(3) == 0)
		l->snap.defaults[SENSOR + pick(3)].action = pick(2);
	for (i = 0; i < nr; i++) {
		static const u8 domains[] = { SENSOR, LISTEN, MODULE, CONNECT };
		static const u16 protocols[] = { 0, TCP, UDP, MPTCP };
		struct warden_rule r = { .domain = domains[pick(4)], .action = pick(3) != 0,
					 .program = pick(3), .port_high = U16_MAX };

		if (r.domain == SENSOR) {
			r.class = pick(3);
			r.topology = pick(3);
		} else if (r.domain != MODULE) {
			r.protocol = protocols[pick(4)];
			r.port_low = pick(6);
			r.port_high = pick(4) ? r.port_low + pick(4) : U16_MAX;
			if (r.domain == CONNECT || (conditional && pick(2)))
				r.net = pick(NETS + 1);
			if (r.domain == LISTEN && conditional && pick(2))
				r.pattern = pick(ARRAY_SIZE(interfaces) + 1);
		} else {
			r.digest = pick(3);
		}
		add_rule(l, r);
	}
}

static void put_in_a_unit(struct policy *l)
{
	l->programs[pick(2)].unit = 1 + pick(2);
	l->snap.units = true;
}

static void start_with_arguments(struct policy *l)
{
	struct warden_program *program = &l->programs[pick(2)];

	program->arguments = 1 + pick(2);
	program->words = 1; /* which no command line of these is compared with */
	l->snap.nr_arguments = 1;
}

static bool allows(const struct policy *l, const struct warden_request *req)
{
	struct warden_verdict v;

	warden_decide(&l->snap, req, &v);
	return v.action == ALLOW;
}

/* Does some allow rule of the layer speak of this point? */
static bool is_spoken_of(const struct policy *l, const struct warden_request *req)
{
	u32 i;

	for (i = 0; i < l->snap.nr_rules; i++) {
		struct policy only = *l;

		if (l->rules[i].action != ALLOW || l->rules[i].domain != req->domain)
			continue;
		only.rules[0] = l->rules[i];
		only.snap.rules = only.rules;
		only.snap.nr_rules = 1;
		only.snap.defaults[req->domain].action = DENY;
		if (allows(&only, req))
			return true;
	}
	return false;
}

static bool widens_at(const struct policy *below, const struct policy *above,
		      const struct warden_request *req)
{
	return allows(below, req) && !allows(above, req) && is_spoken_of(below, req);
}

static bool widens_at_a_port(const struct policy *below, const struct policy *above,
			     struct warden_request *req, u16 protocol)
{
	u32 port;

	req->protocol = protocol;
	for (port = 0; port < 16; port++) {
		req->port = port == 15 ? U16_MAX : port;
		if (widens_at(below, above, req))
			return true;
	}
	return false;
}

static bool asks_from_where(const struct policy *l)
{
	u32 i;

	for (i = 0; i < l->snap.nr_rules; i++)
		if (l->rules[i].domain == LISTEN && (l->rules[i].pattern || l->rules[i].net))
			return true;
	return false;
}

/* Every object of one domain, for one subject. */
static bool widens_somewhere(const struct policy *below, const struct policy *above,
			     struct warden_request *req, struct warden_identity *object)
{
	static const u16 protocols[] = { TCP, UDP, MPTCP, 99 };
	/* One of each piece that the nets of policy_init() cut the addresses into. */
	const struct warden_address addresses[] = {
		address_of(0, 0, 0, 0, 0),  address_of(4, 9, 0, 0, 1),  address_of(4, 10, 0, 0, 1),
		address_of(4, 10, 1, 0, 1), address_of(4, 10, 1, 128, 0), address_of(4, 10, 2, 0, 1),
		address_of(4, 11, 0, 0, 1), address_of(6, 10, 1, 0, 1), address_of(6, 10, 2, 0, 1),
	};
	const bool conditional = asks_from_where(below) || asks_from_where(above);
	u32 i;

	for (i = 0; i < 4 * 4 && req->domain == SENSOR; i++) {
		req->class = 1 + i % 4;
		req->topology = i / 4;
		if (widens_at(below, above, req))
			return true;
	}
	for (i = 0; i < 4 * 4 * ARRAY_SIZE(addresses) && req->domain == LISTEN; i++) {
		static const char *const names[] = { "", "eth0", "lo", WARDEN_INTERFACE_FOREIGN };

		req->interface = names[i % 4];
		req->address = addresses[i / 16];
		if (req->address.version && (i == 16 + i / 4 % 4 * 4 || conditional) &&
		    widens_at_a_port(below, above, req, protocols[i / 4 % 4]))
			return true;
	}
	for (i = 0; i < 4 * ARRAY_SIZE(addresses) && req->domain == CONNECT; i++) {
		req->address = addresses[i / 4];
		if (widens_at_a_port(below, above, req, protocols[i % 4]))
			return true;
	}
	for (i = 6; i <= 8 && req->domain == MODULE; i++) {
		object->digest = digest_of(i);
		if (widens_at(below, above, req))
			return true;
	}
	return false;
}

static bool widens(const struct policy *below, const struct policy *above)
{
	static const u8 domains[] = { SENSOR, LISTEN, MODULE, CONNECT };
	struct warden_identity subject = {}, object = {};
	u32 units = below->snap.units || above->snap.units ? 3 : 1;
	u32 commands = below->snap.nr_arguments || above->snap.nr_arguments ? 3 : 1;
	u32 who, d;

	for (who = 0; who < 3 * 3 * units * commands; who++)
		for (d = 0; d < ARRAY_SIZE(domains); d++) {
			const struct warden_command command = { .key = who / 9 / units };
			struct warden_request req = { .domain = domains[d], .uid = who / 3 % 3,
						      .unit = who / 9 % units, .subject = &subject, .object = &object,
						      .command = command.key ? &command : NULL };

			subject.digest = digest_of(1 + who % 3);
			if (widens_somewhere(below, above, &req, &object))
				return true;
		}
	return false;
}

/* So many pairs take a machine that others use, too, longer than the harness waits. */
TEST_F_TIMEOUT(cover, finds_what_widens_and_nothing_else, 300)
{
	struct policy above, below;
	u32 i, line, domain, wide = 0;

	for (i = 0; i < PAIRS; i++) {
		bool expected;

		random_layer(&above, WARDEN_ROLE_MAKER);
		random_layer(&below, WARDEN_ROLE_OPERATOR);
		expected = widens(&below, &above);
		wide += expected;
		ASSERT_EQ(expected ? -EPERM : 0,
			  warden_cover_narrows(&below.snap, &above.snap, &line, &domain))
		{
			TH_LOG("pair %u, line %u", i, line);
		}
	}
	/* The random worlds must hold both kinds, or the test says nothing. */
	EXPECT_LT(PAIRS / 20, wide);
	EXPECT_GT(PAIRS - PAIRS / 20, wide);
}

/* Pairs of which programs are bound to where they run, or to what they are started with. */
static u32 count_wide(void (*bind)(struct policy *l), struct __test_metadata *_metadata)
{
	struct policy above, below;
	u32 i, line, domain, wide = 0;

	for (i = 0; i < PAIRS / 10; i++) { /* three times as many subjects to try */
		bool expected;

		random_layer(&above, WARDEN_ROLE_MAKER);
		random_layer(&below, WARDEN_ROLE_OPERATOR);
		if (pick(2))
			bind(&above);
		bind(&below);
		expected = widens(&below, &above);
		wide += expected;
		EXPECT_EQ(expected ? -EPERM : 0,
			  warden_cover_narrows(&below.snap, &above.snap, &line, &domain))
		{
			TH_LOG("pair %u, line %u", i, line);
		}
	}
	return wide;
}

TEST_F_TIMEOUT(cover, finds_what_widens_in_a_unit_and_nothing_else, 300)
{
	u32 wide = count_wide(put_in_a_unit, _metadata);

	EXPECT_LT(PAIRS / 200, wide);
	EXPECT_GT(PAIRS / 10 - PAIRS / 200, wide);
}

TEST_F_TIMEOUT(cover, finds_what_widens_with_arguments_and_nothing_else, 300)
{
	u32 wide = count_wide(start_with_arguments, _metadata);

	EXPECT_LT(PAIRS / 200, wide);
	EXPECT_GT(PAIRS / 10 - PAIRS / 200, wide);
}

TEST_HARNESS_MAIN

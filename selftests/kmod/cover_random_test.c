// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random pairs of layers, where kmod/judge/cover.c must find a rule that widens exactly when some
 * point of a small world, all of whose points are tried, is allowed below and not above.
 */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "judge/arguments.h"
#include "judge/cover.h"
#include "layer.h"

#define PAIRS 20000

static u32 state = 1;

static u32 pick(u32 n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % n;
}

static struct warden_pattern interfaces[] = {
	{ .len = 4, .text = "eth0" }, { .len = 2, .text = "lo" },
};

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
		layer_add_rule(l, r);
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

FIXTURE(pairs)
{
	struct policy above;
	struct policy below;
};

FIXTURE_SETUP(pairs)
{
}

FIXTURE_TEARDOWN(pairs)
{
}

/* So many pairs take a machine that others use, too, longer than the harness waits. */
TEST_F_TIMEOUT(pairs, finds_what_widens_and_nothing_else, 300)
{
	u32 i, line, domain, wide = 0;

	for (i = 0; i < PAIRS; i++) {
		bool expected;

		random_layer(&self->above, WARDEN_ROLE_MAKER);
		random_layer(&self->below, WARDEN_ROLE_OPERATOR);
		expected = widens(&self->below, &self->above);
		wide += expected;
		ASSERT_EQ(expected ? -EPERM : 0,
			  warden_cover_narrows(&self->below.snap, &self->above.snap, &line, &domain))
		{
			TH_LOG("pair %u, line %u", i, line);
		}
	}
	/* The random worlds must hold both kinds, or the test says nothing. */
	EXPECT_LT(PAIRS / 20, wide);
	EXPECT_GT(PAIRS - PAIRS / 20, wide);
}

/* Pairs of which programs are bound to where they run, or to what they are started with. */
static u32 count_wide(FIXTURE_DATA(pairs) *self, void (*bind)(struct policy *l), struct __test_metadata *_metadata)
{
	u32 i, line, domain, wide = 0;

	for (i = 0; i < PAIRS / 10; i++) { /* three times as many subjects to try */
		bool expected;

		random_layer(&self->above, WARDEN_ROLE_MAKER);
		random_layer(&self->below, WARDEN_ROLE_OPERATOR);
		if (pick(2))
			bind(&self->above);
		bind(&self->below);
		expected = widens(&self->below, &self->above);
		wide += expected;
		EXPECT_EQ(expected ? -EPERM : 0,
			  warden_cover_narrows(&self->below.snap, &self->above.snap, &line, &domain))
		{
			TH_LOG("pair %u, line %u", i, line);
		}
	}
	return wide;
}

TEST_F_TIMEOUT(pairs, finds_what_widens_in_a_unit_and_nothing_else, 300)
{
	u32 wide = count_wide(self, put_in_a_unit, _metadata);

	EXPECT_LT(PAIRS / 200, wide);
	EXPECT_GT(PAIRS / 10 - PAIRS / 200, wide);
}

TEST_F_TIMEOUT(pairs, finds_what_widens_with_arguments_and_nothing_else, 300)
{
	u32 wide = count_wide(self, start_with_arguments, _metadata);

	EXPECT_LT(PAIRS / 200, wide);
	EXPECT_GT(PAIRS / 10 - PAIRS / 200, wide);
}

TEST_HARNESS_MAIN

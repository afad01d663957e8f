// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports are closed to all, without a kernel: kmod/network/ports.c as it stands. Cases
 * whose answer can be read off, and random policies of up to three layers, where
 * each bit of each map must be what asking for every program, port by port, gives.
 */
#include <netinet/in.h>
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "decide_policy.h"
#include "network/ports.h"
#include "policy/change.h"

#define PROGRAMS 3
#define KERNEL	 3 /* one of them is the kernel */
#define EDGES	 8
#define POLICIES 300

#define TCP WARDEN_TRANSPORT_TCP
#define UDP WARDEN_TRANSPORT_UDP

/* No rule here says from where. */
static const struct warden_origin anywhere;
static const struct warden_origin to_kernel = { .kernel = true };

static const u16 protocols[WARDEN_TRANSPORTS] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE,
						  IPPROTO_SCTP, IPPROTO_DCCP };

/* Where rules say from where, reach.c knows; it is not here, and must not be asked. */
int warden_reach_make(const struct warden_layers *layers, bool kernels, struct warden_reach **to,
		      struct netlink_ext_ack *extack)
{
	*to = NULL;
	return 0;
}

void warden_reach_free(struct warden_reach *reach)
{
}

size_t warden_reach_size(const struct warden_reach *reach)
{
	return 0;
}

void warden_reach_mark(const struct warden_reach *reach, unsigned long *map)
{
}

bool warden_reach_has(const struct warden_reach *reach, u32 bit)
{
	return false;
}

u8 warden_reach_state(const struct warden_reach *reach, u32 bit, const struct warden_origin *origin)
{
	abort();
}

/* ports.c runs inside a change, which here is the whole test. */
void warden_change_assert_held(void)
{
}

FIXTURE(ports)
{
	struct policy layer[WARDEN_LAYERS];
	struct warden_layers layers;
};

FIXTURE_SETUP(ports)
{
	u32 i;

	for (i = 0; i < WARDEN_LAYERS; i++) {
		policy_init(&self->layer[i]);
		self->layer[i].snap.layer = WARDEN_ROLE_MAKER + i;
		self->layers.layer[i] = &self->layer[i].snap;
	}
	self->layers.nr = 1;
}

FIXTURE_TEARDOWN(ports)
{
	warden_ports_free(self->layers.ports);
}

/* The kernel is the last program. */
static void add_kernel(struct policy *p)
{
	static const struct warden_digest kernel = { .alg = WARDEN_DIGEST_ALG_KERNEL };

	p->programs[KERNEL - 1].digests[0] = kernel;
	p->refs[0] = (struct warden_digest_ref){ kernel, KERNEL - 1 };
	p->snap.nr_programs = KERNEL;
	p->snap.nr_refs = 1;
}

static void set_default(struct policy *p, u8 action, u8 mode)
{
	p->snap.defaults[WARDEN_DOMAIN_LISTEN].action = action;
	p->snap.defaults[WARDEN_DOMAIN_LISTEN].mode = mode;
}

static void add_rule(struct policy *p, u32 program, u16 protocol, u16 low, u16 high, u8 action)
{
	policy_add_rule(p, (struct warden_rule){ .domain = WARDEN_DOMAIN_LISTEN, .program = program,
						 .protocol = protocol, .port_low = low,
						 .port_high = high, .action = action });
}

static void set_policy(struct policy *p, u8 action)
{
	set_default(p, action, WARDEN_MODE_ENFORCE);
}

static void make(struct __test_metadata *_metadata, struct warden_layers *layers)
{
	warden_ports_free(layers->ports);
	layers->ports = NULL;
	ASSERT_EQ(0, warden_ports_make(layers, NULL));
}

static bool is_closed(const struct warden_layers *layers, enum warden_transport transport, u16 port)
{
	return layers->ports && warden_port_stops(layers->ports, warden_port_bit(transport, port));
}

/* --- cases ------------------------------------------------------------------------ */

TEST_F(ports, what_allows_listening_closes_nothing_and_takes_no_memory)
{
	set_policy(&self->layer[0], WARDEN_ACTION_ALLOW);
	make(_metadata, &self->layers);
	EXPECT_EQ(NULL, self->layers.ports);
	EXPECT_EQ(0, warden_ports_size(self->layers.ports));
}

TEST_F(ports, the_boot_profile_closes_nothing)
{
	set_policy(&self->layer[0], WARDEN_ACTION_DENY);
	self->layer[0].snap.version = 0;
	make(_metadata, &self->layers);
	EXPECT_EQ(NULL, self->layers.ports);
}

TEST_F(ports, a_default_closes_what_no_rule_opens)
{
	set_policy(&self->layer[0], WARDEN_ACTION_DENY);
	add_rule(&self->layer[0], 2, IPPROTO_TCP, 80, 90, WARDEN_ACTION_ALLOW);
	add_rule(&self->layer[0], 0, IPPROTO_UDP, 65535, 65535, WARDEN_ACTION_ALLOW);
	make(_metadata, &self->layers);
	EXPECT_TRUE(is_closed(&self->layers, TCP, 79));
	EXPECT_FALSE(is_closed(&self->layers, TCP, 80));
	EXPECT_FALSE(is_closed(&self->layers, TCP, 90));
	EXPECT_TRUE(is_closed(&self->layers, TCP, 91));
	EXPECT_TRUE(is_closed(&self->layers, UDP, 80));
	EXPECT_TRUE(is_closed(&self->layers, UDP, 65534));
	EXPECT_FALSE(is_closed(&self->layers, UDP, 65535));
	EXPECT_TRUE(is_closed(&self->layers, TCP, 65535));
	EXPECT_TRUE(is_closed(&self->layers, TCP, 0));
}

TEST_F(ports, a_denial_to_one_program_closes_nothing_for_another)
{
	set_policy(&self->layer[0], WARDEN_ACTION_DENY);
	add_rule(&self->layer[0], 1, IPPROTO_TCP, 80, 80, WARDEN_ACTION_ALLOW);
	add_rule(&self->layer[0], 1, IPPROTO_TCP, 80, 80, WARDEN_ACTION_DENY);
	make(_metadata, &self->layers);
	EXPECT_TRUE(is_closed(&self->layers, TCP, 80));
	add_rule(&self->layer[0], 2, IPPROTO_TCP, 80, 80, WARDEN_ACTION_ALLOW);
	make(_metadata, &self->layers);
	EXPECT_FALSE(is_closed(&self->layers, TCP, 80));
}

TEST_F(ports, where_mptcp_may_listen_tcp_comes_in)
{
	set_policy(&self->layer[0], WARDEN_ACTION_DENY);
	add_rule(&self->layer[0], 0, IPPROTO_MPTCP, 80, 80, WARDEN_ACTION_ALLOW);
	make(_metadata, &self->layers);
	EXPECT_FALSE(is_closed(&self->layers, TCP, 80));
	add_rule(&self->layer[0], 0, IPPROTO_TCP, 80, 80, WARDEN_ACTION_DENY);
	make(_metadata, &self->layers);
	EXPECT_TRUE(is_closed(&self->layers, TCP, 80));
}

TEST_F(ports, a_rule_is_told_from_a_default_and_a_layer_from_another)
{
	struct warden_ports *ports;
	u32 line;

	set_policy(&self->layer[0], WARDEN_ACTION_ALLOW);
	add_rule(&self->layer[0], 0, IPPROTO_TCP, 23, 23, WARDEN_ACTION_DENY);
	set_default(&self->layer[1], WARDEN_ACTION_DENY, WARDEN_MODE_OBSERVE);
	self->layers.nr = 2;
	make(_metadata, &self->layers);
	ports = self->layers.ports;
	ASSERT_NE(NULL, ports);
	EXPECT_TRUE(warden_port_is_ruled(ports, warden_port_bit(TCP, 23)));
	EXPECT_FALSE(warden_port_is_ruled(ports, warden_port_bit(TCP, 24)));
	EXPECT_TRUE(warden_port_is_hard(ports, warden_port_bit(TCP, 23)));
	EXPECT_FALSE(warden_port_is_hard(ports, warden_port_bit(TCP, 24)));
	EXPECT_TRUE(is_closed(&self->layers, TCP, 24));
	EXPECT_EQ(&self->layer[0].snap, warden_ports_closer(&self->layers, TCP, 23, &anywhere, &line));
	EXPECT_EQ(1, line);
	EXPECT_EQ(&self->layer[1].snap, warden_ports_closer(&self->layers, TCP, 24, &anywhere, &line));
	EXPECT_EQ(0, line);
	/* a program that is allowed and denied a port does not open it */
	set_policy(&self->layer[0], WARDEN_ACTION_DENY);
	add_rule(&self->layer[0], 1, IPPROTO_TCP, 80, 80, WARDEN_ACTION_ALLOW);
	add_rule(&self->layer[0], 1, IPPROTO_TCP, 80, 80, WARDEN_ACTION_DENY);
	make(_metadata, &self->layers);
	EXPECT_EQ(&self->layer[0].snap, warden_ports_closer(&self->layers, TCP, 80, &anywhere, &line));
	ports = self->layers.ports;
	EXPECT_LT(3 * WARDEN_PORT_BITS / 8, warden_ports_size(ports));
}

TEST_F(ports, a_layer_that_goes_takes_its_ports_along)
{
	set_policy(&self->layer[0], WARDEN_ACTION_DENY);
	add_rule(&self->layer[0], 0, IPPROTO_TCP, 80, 80, WARDEN_ACTION_ALLOW);
	set_policy(&self->layer[1], WARDEN_ACTION_DENY);
	self->layers.nr = 2;
	make(_metadata, &self->layers);
	EXPECT_TRUE(is_closed(&self->layers, TCP, 80));
	self->layers.nr = 1;
	warden_ports_renew(&self->layers);
	EXPECT_FALSE(is_closed(&self->layers, TCP, 80));
	EXPECT_TRUE(is_closed(&self->layers, TCP, 81));
}

static bool is_closed_to_kernel(const struct warden_layers *layers, u16 port)
{
	return layers->ports && warden_ports_state(layers->ports, warden_port_bit(UDP, port), &to_kernel);
}

TEST_F(ports, what_a_program_may_the_kernel_may_where_it_is_named)
{
	add_kernel(&self->layer[0]);
	set_policy(&self->layer[0], WARDEN_ACTION_DENY);
	add_rule(&self->layer[0], 0, IPPROTO_UDP, 1, 1, WARDEN_ACTION_ALLOW);
	make(_metadata, &self->layers);
	EXPECT_EQ(NULL, self->layers.ports->kernel); /* nobody pays for what makes no difference */
	add_rule(&self->layer[0], 1, IPPROTO_UDP, 2, 3, WARDEN_ACTION_ALLOW);
	add_rule(&self->layer[0], KERNEL, IPPROTO_UDP, 3, 4, WARDEN_ACTION_ALLOW);
	make(_metadata, &self->layers);
	EXPECT_FALSE(is_closed_to_kernel(&self->layers, 1));
	EXPECT_TRUE(is_closed_to_kernel(&self->layers, 2));
	EXPECT_FALSE(is_closed(&self->layers, UDP, 2));
	EXPECT_FALSE(is_closed_to_kernel(&self->layers, 3));
	EXPECT_FALSE(is_closed_to_kernel(&self->layers, 4));
	EXPECT_FALSE(is_closed(&self->layers, UDP, 4));
	EXPECT_TRUE(is_closed_to_kernel(&self->layers, 5));
	EXPECT_LT(2 * WARDEN_PORT_BITS / 8, warden_ports_size(self->layers.ports));
	/* What is denied to it alone is open to all others. */
	self->layer[0].snap.nr_rules = 0;
	set_policy(&self->layer[0], WARDEN_ACTION_ALLOW);
	add_rule(&self->layer[0], KERNEL, IPPROTO_UDP, 6, 6, WARDEN_ACTION_DENY);
	make(_metadata, &self->layers);
	EXPECT_TRUE(is_closed_to_kernel(&self->layers, 6));
	EXPECT_FALSE(is_closed(&self->layers, UDP, 6));
	EXPECT_FALSE(is_closed_to_kernel(&self->layers, 7));
}

/* --- random policies ---------------------------------------------------------------- */

static const u16 edges[EDGES] = { 0, 1, 63, 64, 80, 1024, 65534, 65535 };

static u32 draw(u32 n)
{
	static u64 state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (u32)(state >> 33) % n;
}

static void draw_policy(struct policy *p)
{
	static const u16 named[] = { 0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_MPTCP, IPPROTO_SMC,
				     IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_UDPLITE };
	u32 i, n = draw(7);

	p->snap.nr_rules = 0;
	set_default(p, draw(2) ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY,
		    draw(3) ? WARDEN_MODE_ENFORCE : WARDEN_MODE_OBSERVE);
	for (i = 0; i < n; i++) {
		u32 low = draw(EDGES), high = low + draw(EDGES - low);

		add_rule(p, draw(PROGRAMS + 1), named[draw(ARRAY_SIZE(named))], edges[low],
			 edges[high], draw(2) ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY);
	}
}

/* Whatever comes in as TCP: who may listen with MPTCP or SMC gets it, too. */
static bool is_about(const struct warden_rule *r, enum warden_transport transport, u16 port)
{
	if (port < r->port_low || port > r->port_high)
		return false;
	if (!r->protocol || r->protocol == protocols[transport])
		return true;
	return transport == TCP && r->action == WARDEN_ACTION_ALLOW &&
	       (r->protocol == IPPROTO_MPTCP || r->protocol == IPPROTO_SMC);
}

/* One program, or none of them, where deny beats allow. */
static bool may_receive(const struct warden_snapshot *snap, u32 program, enum warden_transport transport, u16 port)
{
	bool allowed = snap->defaults[WARDEN_DOMAIN_LISTEN].action == WARDEN_ACTION_ALLOW;
	u32 i;

	for (i = 0; i < snap->nr_rules; i++) {
		const struct warden_rule *r = &snap->rules[i];

		if ((r->program && r->program != program) || !is_about(r, transport, port))
			continue;
		if (r->action == WARDEN_ACTION_DENY)
			return false;
		allowed = true;
	}
	return allowed;
}

static bool closes_for_all(const struct warden_snapshot *snap, enum warden_transport transport, u16 port)
{
	u32 program;

	for (program = 0; program <= PROGRAMS; program++)
		if (may_receive(snap, program, transport, port))
			return false;
	return true;
}

/* Is a rule for any program the ground? */
static bool is_ruled(const struct warden_snapshot *snap, enum warden_transport transport, u16 port)
{
	u32 i;

	for (i = 0; i < snap->nr_rules; i++)
		if (!snap->rules[i].program && snap->rules[i].action == WARDEN_ACTION_DENY &&
		    is_about(&snap->rules[i], transport, port))
			return true;
	return false;
}

static bool is_ruled_for_kernel(const struct warden_snapshot *snap, enum warden_transport transport,
				u16 port)
{
	u32 i;

	for (i = 0; i < snap->nr_rules; i++)
		if (snap->rules[i].program == KERNEL && snap->rules[i].action == WARDEN_ACTION_DENY &&
		    is_about(&snap->rules[i], transport, port))
			return true;
	return is_ruled(snap, transport, port);
}

/* The same of the kernel, which is one program. */
static void check_kernel(struct __test_metadata *_metadata, const struct warden_layers *layers,
			 enum warden_transport transport, u16 port)
{
	const struct warden_ports *ports = layers->ports ? warden_ports_of(layers->ports, true) : NULL;
	const u32 bit = warden_port_bit(transport, port);
	const struct warden_snapshot *closer = NULL;
	bool hard = false, ruled = false;
	u32 i, line;

	for (i = 0; i < layers->nr; i++) {
		const struct warden_snapshot *snap = layers->layer[i];

		if (may_receive(snap, KERNEL, transport, port))
			continue;
		closer = closer ? closer : snap;
		hard |= snap->defaults[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_ENFORCE;
		ruled |= is_ruled_for_kernel(snap, transport, port);
	}
	EXPECT_EQ(closer != NULL, ports && warden_port_stops(ports, bit))
	{
		TH_LOG("transport %u port %u", transport, port);
	}
	EXPECT_TRUE(closer || !is_closed(layers, transport, port));
	if (!closer || !ports)
		return;
	EXPECT_EQ(hard, warden_port_is_hard(ports, bit));
	EXPECT_EQ(ruled, warden_port_is_ruled(ports, bit));
	EXPECT_EQ(closer, warden_ports_closer(layers, transport, port, &to_kernel, &line));
	EXPECT_EQ(is_ruled_for_kernel(closer, transport, port), line != 0);
}

static void check_port(struct __test_metadata *_metadata, const struct warden_layers *layers, enum warden_transport transport,
		       u16 port)
{
	const u32 bit = warden_port_bit(transport, port);
	const struct warden_snapshot *closer = NULL;
	bool closed = false, hard = false, ruled = false;
	u32 i, line;

	for (i = 0; i < layers->nr; i++) {
		const struct warden_snapshot *snap = layers->layer[i];

		if (!closes_for_all(snap, transport, port))
			continue;
		closer = closer ? closer : snap;
		closed = true;
		hard |= snap->defaults[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_ENFORCE;
		ruled |= is_ruled(snap, transport, port);
	}
	EXPECT_EQ(closed, is_closed(layers, transport, port))
	{
		TH_LOG("transport %u port %u", transport, port);
	}
	if (!closed || !layers->ports)
		return;
	EXPECT_EQ(hard, warden_port_is_hard(layers->ports, bit));
	EXPECT_EQ(ruled, warden_port_is_ruled(layers->ports, bit));
	EXPECT_EQ(closer, warden_ports_closer(layers, transport, port, &anywhere, &line));
	EXPECT_EQ(is_ruled(closer, transport, port), line != 0);
}

TEST_F(ports, each_bit_is_what_asking_for_every_program_gives)
{
	u32 n, i;

	for (n = 0; n < POLICIES; n++) {
		self->layers.nr = 1 + draw(WARDEN_LAYERS);
		for (i = 0; i < self->layers.nr; i++)
			draw_policy(&self->layer[i]);
		for (i = 0; i < self->layers.nr; i++)
			add_kernel(&self->layer[i]);
		make(_metadata, &self->layers);
		for (i = 0; i < WARDEN_TRANSPORTS * EDGES; i++) {
			check_kernel(_metadata, &self->layers, i / EDGES, edges[i % EDGES]);
			check_port(_metadata, &self->layers, i / EDGES, edges[i % EDGES]);
			check_port(_metadata, &self->layers, i / EDGES, (u16)(edges[i % EDGES] + 1));
		}
	}
}

TEST_HARNESS_MAIN

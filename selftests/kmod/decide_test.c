// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision, without a kernel: kmod/decide.c as it stands, asked about small
 * policies whose answer can be read off, and about random ones whose answer a
 * slow and plain reference knows.
 */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "decide.h"

#define RULES_MAX 64
#define EXPIRED 1000
#define NOW 2000
#define ALIVE 3000

enum { CAM = WARDEN_SENSOR_CLASS_CAMERA, MIC = WARDEN_SENSOR_CLASS_MICROPHONE };
enum { PURPOSE = 77, OTHER_PURPOSE = 78, PLACE = 501, OTHER_PLACE = 502 };

/* A policy under construction, its parts in the order the snapshot promises. */
struct policy {
	struct warden_snapshot snap;
	struct warden_program programs[4];
	struct warden_digest_ref refs[8];
	struct warden_rule rules[RULES_MAX];
	struct warden_digest digests[RULES_MAX];
	struct warden_digest accepted[4];
};

static struct warden_digest digest_of(u8 seed)
{
	struct warden_digest d = { .alg = WARDEN_DIGEST_ALG_SHA256 };

	memset(d.bytes, seed, sizeof(d.bytes));
	return d;
}

static void policy_init(struct policy *p)
{
	*p = (struct policy){ .snap = { .version = 1 } };
	p->snap.programs = p->programs;
	p->snap.refs = p->refs;
	p->snap.rules = p->rules;
	p->snap.rule_digests = p->digests;
}

static int compare_refs(const void *a, const void *b)
{
	const struct warden_digest_ref *x = a, *y = b;
	int order = memcmp(&x->digest, &y->digest, sizeof(x->digest));

	return order ? order : (int)x->program - (int)y->program;
}

static int compare_rules(const void *a, const void *b)
{
	const struct warden_rule *x = a, *y = b;

	if (x->domain != y->domain)
		return x->domain - y->domain;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	return (int)x->line - (int)y->line;
}

/* Returns the number a rule names the program by. */
static u32 add_program(struct policy *p, u8 seed)
{
	u32 nr = p->snap.nr_programs++;

	p->programs[nr].id = nr + 1;
	p->refs[p->snap.nr_refs++] = (struct warden_digest_ref){ digest_of(seed), nr };
	qsort(p->refs, p->snap.nr_refs, sizeof(p->refs[0]), compare_refs);
	return nr + 1;
}

static u32 add_program_of(struct policy *p, u8 seed, u32 uid)
{
	u32 program = add_program(p, seed);

	p->programs[program - 1].has_uid = true;
	p->programs[program - 1].uid = uid;
	return program;
}

/* Rules are numbered by line in the order they are added. */
static void add_rule(struct policy *p, struct warden_rule rule)
{
	rule.line = p->snap.nr_rules + 1;
	if (!rule.port_high)
		rule.port_high = U16_MAX;
	p->rules[p->snap.nr_rules++] = rule;
	qsort(p->rules, p->snap.nr_rules, sizeof(rule), compare_rules);
}

static struct warden_rule camera(u32 program, u8 action)
{
	return (struct warden_rule){ .domain = WARDEN_DOMAIN_SENSOR, .action = action,
				     .program = program, .class = CAM };
}

static struct warden_rule camera_with_consent(u32 program)
{
	struct warden_rule rule = camera(program, WARDEN_ACTION_ALLOW);

	rule.flags = WARDEN_RULE_FLAG_CONSENT;
	rule.purpose = PURPOSE;
	return rule;
}

static struct warden_rule listen_on(u32 program, u16 protocol, u16 low, u16 high)
{
	return (struct warden_rule){ .domain = WARDEN_DOMAIN_LISTEN, .action = WARDEN_ACTION_ALLOW,
				     .program = program, .protocol = protocol, .port_low = low,
				     .port_high = high };
}

FIXTURE(decide)
{
	struct policy p;
	struct warden_identity subject;
	struct warden_identity object;
	struct warden_request req;
	struct warden_verdict v;
	struct {
		struct warden_grants head;
		struct warden_grant grant[4];
	} grants;
};

/* The subject is program 1 of the policy, with digest 0x11, and asks for the camera. */
FIXTURE_SETUP(decide)
{
	policy_init(&self->p);
	EXPECT_EQ(1, add_program(&self->p, 0x11));
	self->subject.digest = digest_of(0x11);
	self->object.digest = digest_of(0x66);
	self->req = (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = 1000,
		.now = NOW,
		.subject = &self->subject,
		.object = &self->object,
		.grants = &self->grants.head,
		.class = CAM,
		.topology = PLACE,
	};
}

FIXTURE_TEARDOWN(decide)
{
}

/* Grants must come in rising order of seed. */
static void grant(struct warden_grants *grants, u8 seed, u8 class, u64 purpose, u64 expires)
{
	grants->grant[grants->nr++] = (struct warden_grant){ digest_of(seed), class, purpose, expires, {} };
}

#define DECIDE() warden_decide(&self->p.snap, &self->req, &self->v)

/* The verdict is @action for @reason by the rule of @line; 0 is by no rule. */
#define EXPECT_VERDICT(ACTION, REASON, LINE)                                                       \
	do {                                                                                       \
		DECIDE();                                                                          \
		EXPECT_EQ(WARDEN_ACTION_##ACTION, self->v.action);                                 \
		EXPECT_EQ(WARDEN_REASON_##REASON, self->v.reason);                                 \
		EXPECT_EQ(LINE, self->v.rule ? self->v.rule->line : 0);                            \
	} while (0)

TEST_F(decide, default_denies_a_named_program_without_a_rule)
{
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
}

TEST_F(decide, default_allow_is_an_allow_by_default)
{
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, default_tells_a_program_the_policy_does_not_name)
{
	self->subject.digest = digest_of(0x22);
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(DENY, PROGRAM_UNKNOWN, 0);
	EXPECT_EQ(NULL, self->v.program);
}

TEST_F(decide, default_tells_a_program_that_cannot_be_known)
{
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	self->subject.reason = WARDEN_REASON_PROGRAM_WRITABLE;
	EXPECT_VERDICT(DENY, PROGRAM_WRITABLE, 0);
	self->subject.reason = WARDEN_REASON_NO_MEMORY;
	EXPECT_VERDICT(DENY, NO_MEMORY, 0);
	self->subject.reason = WARDEN_REASON_NONE;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, default_tells_a_device_of_unknown_class)
{
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	self->req.class = WARDEN_SENSOR_CLASS_UNKNOWN;
	EXPECT_VERDICT(DENY, CLASS_UNKNOWN, 0);
}

TEST_F(decide, default_tells_the_boot_profile)
{
	self->p.snap.version = 0;
	EXPECT_VERDICT(DENY, BOOT_PROFILE, 0);
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, allow_names_its_rule_and_program)
{
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
	EXPECT_EQ(NULL, self->v.grant);
}

TEST_F(decide, deny_beats_allow_in_either_order)
{
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	add_rule(&self->p, camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	self->p.rules[0].action = WARDEN_ACTION_DENY;
	self->p.rules[1].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(DENY, RULE, 1);
}

TEST_F(decide, deny_for_any_beats_allow_for_one)
{
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	add_rule(&self->p, camera(0, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
}

TEST_F(decide, deny_for_one_beats_allow_for_any)
{
	add_rule(&self->p, camera(0, WARDEN_ACTION_ALLOW));
	add_rule(&self->p, camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	self->subject.digest = digest_of(0x22);
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, deny_for_any_reaches_a_program_that_cannot_be_known)
{
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	self->subject.reason = WARDEN_REASON_PROGRAM_UNREADABLE;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	add_rule(&self->p, camera(0, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 1);
}

TEST_F(decide, deny_beats_living_consent)
{
	grant(&self->grants.head, 0x11, CAM, PURPOSE, ALIVE);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	add_rule(&self->p, camera(0, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	EXPECT_EQ(NULL, self->v.grant);
}

TEST_F(decide, rule_of_another_class_does_not_match)
{
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	self->req.class = MIC;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->p.rules[0].class = 0;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, rule_of_one_place_matches_no_other)
{
	struct warden_rule rule = camera(1, WARDEN_ACTION_ALLOW);

	rule.topology = PLACE;
	add_rule(&self->p, rule);
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.topology = OTHER_PLACE;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_F(decide, rule_of_another_domain_does_not_match)
{
	add_rule(&self->p, listen_on(1, 0, 0, U16_MAX));
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_F(decide, consent_missing_denies_and_names_the_rule)
{
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->req.grants = NULL;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_present_allows_and_is_named)
{
	grant(&self->grants.head, 0x01, CAM, PURPOSE, ALIVE);
	grant(&self->grants.head, 0x11, CAM, PURPOSE, ALIVE);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.head.grant[1], self->v.grant);
}

TEST_F(decide, consent_without_an_end_allows)
{
	grant(&self->grants.head, 0x11, CAM, PURPOSE, U64_MAX);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
}

TEST_F(decide, consent_expired_denies)
{
	grant(&self->grants.head, 0x11, CAM, PURPOSE, EXPIRED);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->req.now = EXPIRED;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->req.now = EXPIRED - 1;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
}

TEST_F(decide, consent_expired_does_not_hide_a_living_one)
{
	grant(&self->grants.head, 0x11, CAM, PURPOSE, EXPIRED);
	grant(&self->grants.head, 0x11, CAM, PURPOSE, ALIVE);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.head.grant[1], self->v.grant);
}

TEST_F(decide, consent_for_another_purpose_denies)
{
	grant(&self->grants.head, 0x11, CAM, OTHER_PURPOSE, ALIVE);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_for_another_class_denies)
{
	grant(&self->grants.head, 0x11, MIC, PURPOSE, ALIVE);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_for_another_program_denies)
{
	grant(&self->grants.head, 0x10, CAM, PURPOSE, ALIVE);
	grant(&self->grants.head, 0x12, CAM, PURPOSE, ALIVE);
	add_rule(&self->p, camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_is_not_asked_for_by_a_plain_allow)
{
	add_rule(&self->p, camera_with_consent(1));
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 2);
	self->p.rules[0] = camera(1, WARDEN_ACTION_ALLOW);
	self->p.rules[0].line = 1;
	self->p.rules[1] = camera_with_consent(1);
	self->p.rules[1].line = 2;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, consent_of_a_second_rule_allows)
{
	struct warden_rule other = camera_with_consent(1);

	other.purpose = OTHER_PURPOSE;
	add_rule(&self->p, camera_with_consent(1));
	add_rule(&self->p, other);
	grant(&self->grants.head, 0x11, CAM, OTHER_PURPOSE, ALIVE);
	EXPECT_VERDICT(ALLOW, CONSENT, 2);
}

TEST_F(decide, uid_binds_a_program_to_a_user)
{
	self->p.programs[0].has_uid = true;
	self->p.programs[0].uid = 1000;
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.uid = 0;
	EXPECT_VERDICT(DENY, PROGRAM_UNKNOWN, 0);
	self->p.programs[0].uid = 0;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, shared_digest_is_all_its_programs)
{
	u32 second = add_program_of(&self->p, 0x11, 1000);

	add_rule(&self->p, camera(second, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(&self->p.programs[second - 1], self->v.program);
	add_rule(&self->p, camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
}

TEST_F(decide, shared_digest_names_the_program_whose_rule_decided)
{
	u32 second = add_program(&self->p, 0x11);

	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	add_rule(&self->p, listen_on(second, 6, 80, 80));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
}

TEST_F(decide, second_digest_of_a_program_is_the_program)
{
	self->p.refs[self->p.snap.nr_refs++] = (struct warden_digest_ref){ digest_of(0x55), 0 };
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	self->subject.digest = digest_of(0x55);
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, digest_of_another_algorithm_is_another_program)
{
	add_rule(&self->p, camera(1, WARDEN_ACTION_ALLOW));
	self->subject.digest.alg = WARDEN_DIGEST_ALG_FSVERITY_SHA256;
	EXPECT_VERDICT(DENY, PROGRAM_UNKNOWN, 0);
}

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

	add_rule(&self->p, listen_on(1, 6, 8080, 8090));
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
	add_rule(&self->p, listen_on(1, 6, 80, 80));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.protocol = 17;
	self->req.port = 80;
	EXPECT_VERDICT(DENY, PORT_NOT_NAMED, 0);
	self->req.protocol = 6;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, listen_rule_without_protocol_takes_any)
{
	add_rule(&self->p, listen_on(1, 0, 80, 80));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	self->req.port = 80;
	self->req.protocol = 17;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.protocol = 262;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

static void appraise(struct policy *p, u32 domain, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		p->accepted[i] = digest_of(0x40 + 0x26 * i); /* 0x40, 0x66, 0x8c */
	p->snap.reference[domain] = (struct warden_reference){ true, nr, p->accepted };
	p->snap.defaults[domain].action = WARDEN_ACTION_ALLOW;
}

TEST_F(decide, appraise_allows_what_the_list_holds)
{
	appraise(&self->p, WARDEN_DOMAIN_EXEC, 3);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	self->object.digest.bytes[31] ^= 1;
	EXPECT_VERDICT(DENY, NOT_APPRAISED, 0);
}

TEST_F(decide, appraise_by_an_empty_list_allows_nothing)
{
	appraise(&self->p, WARDEN_DOMAIN_MODULE, 0);
	self->req.domain = WARDEN_DOMAIN_MODULE;
	EXPECT_VERDICT(DENY, NOT_APPRAISED, 0);
}

TEST_F(decide, appraise_denies_what_cannot_be_measured)
{
	appraise(&self->p, WARDEN_DOMAIN_EXEC, 3);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	self->object.reason = WARDEN_REASON_PROGRAM_WRITABLE;
	EXPECT_VERDICT(DENY, PROGRAM_WRITABLE, 0);
}

TEST_F(decide, appraise_is_no_leave_a_deny_rule_still_counts)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_EXEC, .action = WARDEN_ACTION_DENY };

	appraise(&self->p, WARDEN_DOMAIN_EXEC, 3);
	add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(DENY, RULE, 1);
}

TEST_F(decide, appraise_beats_an_allow_rule)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_EXEC, .action = WARDEN_ACTION_ALLOW };

	appraise(&self->p, WARDEN_DOMAIN_EXEC, 1);
	add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(DENY, NOT_APPRAISED, 0);
}

TEST_F(decide, appraise_of_one_domain_leaves_the_others)
{
	appraise(&self->p, WARDEN_DOMAIN_MODULE, 0);
	self->p.snap.defaults[WARDEN_DOMAIN_EXEC].action = WARDEN_ACTION_ALLOW;
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, module_that_cannot_be_measured_is_denied_where_modules_are)
{
	self->p.snap.defaults[WARDEN_DOMAIN_MODULE].action = WARDEN_ACTION_ALLOW;
	self->req.domain = WARDEN_DOMAIN_MODULE;
	self->object.reason = WARDEN_REASON_PROGRAM_UNREADABLE;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	self->p.snap.measure = 1u << WARDEN_DOMAIN_MODULE;
	EXPECT_VERDICT(DENY, PROGRAM_UNREADABLE, 0);
}

TEST_F(decide, rule_about_one_file_matches_its_digest_only)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_MODULE, .action = WARDEN_ACTION_ALLOW,
				    .digest = 1 };

	self->p.digests[0] = digest_of(0x66);
	self->p.snap.nr_rule_digests = 1;
	add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_MODULE;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->object.reason = WARDEN_REASON_PROGRAM_WRITABLE;
	EXPECT_VERDICT(DENY, PROGRAM_WRITABLE, 0);
	self->object.reason = WARDEN_REASON_NONE;
	self->object.digest = digest_of(0x67);
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_F(decide, observe_mode_leaves_the_verdict_and_stops_nobody)
{
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	EXPECT_TRUE(warden_verdict_denies(&self->v));
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].mode = WARDEN_MODE_OBSERVE;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	EXPECT_EQ(WARDEN_MODE_OBSERVE, self->v.mode);
	EXPECT_FALSE(warden_verdict_denies(&self->v));
}

TEST_F(decide, observe_mode_of_one_domain_is_not_that_of_another)
{
	self->p.snap.defaults[WARDEN_DOMAIN_LISTEN].mode = WARDEN_MODE_OBSERVE;
	DECIDE();
	EXPECT_TRUE(warden_verdict_denies(&self->v));
}

/*
 * The reference: no order, no search, every rule against every program, and
 * what the design says of them, in its words.
 */
static bool is_program(const struct warden_snapshot *snap, u32 program,
		       const struct warden_request *req)
{
	const struct warden_program *p = &snap->programs[program - 1];
	u32 i;

	if (req->subject->reason || (p->has_uid && p->uid != req->uid))
		return false;
	for (i = 0; i < snap->nr_refs; i++)
		if (snap->refs[i].program == program - 1 &&
		    !memcmp(&snap->refs[i].digest, &req->subject->digest, sizeof(struct warden_digest)))
			return true;
	return false;
}

static bool is_about(const struct warden_snapshot *snap, const struct warden_rule *rule,
		     const struct warden_request *req)
{
	if (rule->domain != req->domain)
		return false;
	if (rule->program && !is_program(snap, rule->program, req))
		return false;
	if (rule->class && rule->class != req->class)
		return false;
	if (rule->topology && rule->topology != req->topology)
		return false;
	if (rule->domain == WARDEN_DOMAIN_LISTEN &&
	    ((rule->protocol && rule->protocol != req->protocol) || req->port < rule->port_low ||
	     req->port > rule->port_high))
		return false;
	return !rule->digest || (!req->object->reason &&
				 !memcmp(&snap->rule_digests[rule->digest - 1],
					 &req->object->digest, sizeof(struct warden_digest)));
}

static bool is_consented(const struct warden_rule *rule, const struct warden_request *req)
{
	u32 i;

	for (i = 0; i < req->grants->nr; i++) {
		const struct warden_grant *g = &req->grants->grant[i];

		if (!memcmp(&g->digest, &req->subject->digest, sizeof(g->digest)) &&
		    g->class == req->class && g->purpose == rule->purpose && g->expires > req->now)
			return true;
	}
	return false;
}

static u8 answer(const struct warden_snapshot *snap, const struct warden_request *req)
{
	bool denied = false, allowed = false, lacks_consent = false;
	u32 i;

	for (i = 0; i < snap->nr_rules; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (!is_about(snap, rule, req))
			continue;
		if (rule->action == WARDEN_ACTION_DENY)
			denied = true;
		else if (!(rule->flags & WARDEN_RULE_FLAG_CONSENT) || is_consented(rule, req))
			allowed = true;
		else
			lacks_consent = true;
	}
	if (denied)
		return WARDEN_ACTION_DENY;
	if (allowed)
		return WARDEN_ACTION_ALLOW;
	return lacks_consent ? WARDEN_ACTION_DENY : snap->defaults[req->domain].action;
}

/* xorshift64: the same numbers everywhere, so a failure can be had again by its round. */
static u64 state;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (u32)(state >> 33) % n;
}

static struct warden_rule random_rule(u32 nr_programs)
{
	static const u8 domains[] = { WARDEN_DOMAIN_SENSOR, WARDEN_DOMAIN_LISTEN,
				      WARDEN_DOMAIN_MODULE };
	struct warden_rule rule = {
		.domain = domains[below(3)],
		.action = below(3) ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY,
		.program = below(nr_programs + 1),
	};

	if (rule.domain == WARDEN_DOMAIN_SENSOR) {
		rule.class = below(3);
		rule.topology = below(3) ? 0 : PLACE + below(2);
		if (rule.action == WARDEN_ACTION_ALLOW && rule.program && below(2)) {
			rule.flags = WARDEN_RULE_FLAG_CONSENT;
			rule.purpose = PURPOSE + below(2);
		}
	} else if (rule.domain == WARDEN_DOMAIN_LISTEN) {
		rule.protocol = below(2) ? 6 : 0;
		rule.port_low = below(6);
		rule.port_high = rule.port_low + below(4);
	} else if (below(2)) {
		rule.digest = 1 + below(2);
	}
	return rule;
}

static void random_policy(struct policy *p)
{
	u32 i, nr = below(12);

	policy_init(p);
	for (i = 0; i < 3; i++) {
		if (below(3))
			add_program(p, 0x11 + below(2));
		else
			add_program_of(p, 0x11 + below(2), 1000 + below(2));
	}
	for (i = 0; i < nr; i++)
		add_rule(p, random_rule(3));
	p->digests[0] = digest_of(0x66);
	p->digests[1] = digest_of(0x67);
	p->snap.nr_rule_digests = 2;
	for (i = WARDEN_DOMAIN_SENSOR; i < WARDEN_DOMAIN_RULES; i++)
		p->snap.defaults[i].action = below(2);
}

static void random_request(struct warden_request *req, struct warden_identity *subject,
			   struct warden_identity *object)
{
	static const u8 domains[] = { WARDEN_DOMAIN_SENSOR, WARDEN_DOMAIN_LISTEN,
				      WARDEN_DOMAIN_MODULE };

	subject->reason = below(8) ? 0 : WARDEN_REASON_PROGRAM_WRITABLE;
	subject->digest = digest_of(0x10 + below(4));
	object->reason = below(8) ? 0 : WARDEN_REASON_PROGRAM_UNREADABLE;
	object->digest = digest_of(0x65 + below(3));
	req->domain = domains[below(3)];
	req->uid = 1000 + below(2);
	req->class = req->domain == WARDEN_DOMAIN_SENSOR ? 1 + below(2) : 0;
	req->topology = req->domain == WARDEN_DOMAIN_SENSOR ? PLACE + below(2) : 0;
	req->protocol = below(2) ? 6 : 17;
	req->port = below(10);
}

static void random_grants(struct warden_grants *grants)
{
	u32 i;

	grants->nr = 0;
	for (i = 0; i < 2; i++)
		if (below(2))
			grant(grants, 0x11 + i, 1 + below(2), PURPOSE + below(2),
			      below(2) ? ALIVE : EXPIRED);
}

TEST_F(decide, agrees_with_a_plain_reference_on_random_policies)
{
	u32 round, i;

	for (round = 0; round < 20000; round++) {
		state = 0x9e3779b97f4a7c15ULL * (round + 1);
		random_policy(&self->p);
		random_grants(&self->grants.head);
		for (i = 0; i < 10; i++) {
			random_request(&self->req, &self->subject, &self->object);
			DECIDE();
			ASSERT_EQ(answer(&self->p.snap, &self->req), self->v.action)
			{
				TH_LOG("round %u request %u", round, i);
			}
			if (!self->v.rule)
				continue;
			ASSERT_TRUE(is_about(&self->p.snap, self->v.rule, &self->req))
			{
				TH_LOG("round %u request %u: a rule decided that is not about it",
				       round, i);
			}
			if (!self->v.rule->program)
				continue;
			ASSERT_EQ(&self->p.programs[self->v.rule->program - 1], self->v.program)
			{
				TH_LOG("round %u request %u: another program is named", round, i);
			}
		}
	}
}

TEST_HARNESS_MAIN

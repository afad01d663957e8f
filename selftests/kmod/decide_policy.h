/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small policies, as a decision sees them, put together by hand.
 */
#ifndef WARDEN_TEST_DECIDE_POLICY_H
#define WARDEN_TEST_DECIDE_POLICY_H

#include "judge/decide.h"

#define RULES_MAX 64
#define EXPIRED 1000
#define NOW 2000
#define ALIVE 3000

enum { CAM = WARDEN_SENSOR_CLASS_CAMERA, MIC = WARDEN_SENSOR_CLASS_MICROPHONE };
enum { PURPOSE = 77, OTHER_PURPOSE = 78, PLACE = 501, OTHER_PLACE = 502 };

/* What policy_init() has rules find, by number from 1: all of IPv4, and nets in and beside others. */
#define NETS 5

/* An address of IPv4 as its four bytes say, or of IPv6 that begins with them. */
struct warden_address address_of(u8 version, u8 a, u8 b, u8 c, u8 d);

/* A policy under construction, its parts in the order the snapshot promises. */
struct policy {
	struct warden_snapshot snap;
	struct warden_program programs[4];
	struct warden_digest_ref refs[8];
	struct warden_rule rules[RULES_MAX];
	struct warden_digest digests[RULES_MAX];
	struct warden_digest accepted[4];
	struct warden_net nets[NETS];
};

struct warden_digest digest_of(u8 seed);

void policy_init(struct policy *p);

/* Each returns the number a rule names the program by. */
u32 policy_add_program(struct policy *p, u8 seed);
u32 policy_add_program_of(struct policy *p, u8 seed, u32 uid);

/* Rules are numbered by line in the order they are added. */
void policy_add_rule(struct policy *p, struct warden_rule rule);

struct warden_rule rule_camera(u32 program, u8 action);
struct warden_rule rule_camera_with_consent(u32 program);
struct warden_rule rule_listen(u32 program, u16 protocol, u16 low, u16 high);

/* Grants must come in rising order of seed. */

/* Consents, and the table of them. */
struct grants {
	struct warden_grants head;
	u32 nr;
	struct warden_grant grant[4];
	struct warden_grant_link link[4];
};

void grants_add(struct grants *grants, u8 seed, u8 class, u64 purpose, u64 expires);

#endif /* WARDEN_TEST_DECIDE_POLICY_H */

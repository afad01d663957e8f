/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_USE_H
#define WARDEN_USE_H

#include <linux/types.h>
#include <warden/limits.h>

struct warden_layers;
struct warden_rule;
struct warden_snapshot;
struct warden_verdict;

/**
 * struct warden_rule_state - a rule, and when it was used, for people
 * @layer: enum warden_role
 * @digest: of the compiled policy of that layer
 * @at: place among its rules, from 1
 * @line: line in the policy text
 * @domain: enum warden_domain
 * @action: enum warden_action, as the policy says it
 * @class: enum warden_sensor_class; 0 is any, or another domain
 * @protocol: IPPROTO_*; 0 is any, or another domain
 * @has_ports: @port_low and @port_high are set
 * @port_low: first port
 * @port_high: last port
 * @idle: seconds since it was used last, or loaded or renewed where that was later
 * @used: it was used
 * @after: seconds after which it lapses; 0 is never
 * @lapsed: it has
 * @program: label of the program it is for; empty is any
 */
struct warden_rule_state {
	u8 layer;
	u8 digest[WARDEN_DIGEST_SIZE];
	u32 at;
	u32 line;
	u32 domain;
	u32 action;
	u32 class;
	u32 protocol;
	bool has_ports;
	u16 port_low;
	u16 port_high;
	u32 idle;
	bool used;
	u32 after;
	bool lapsed;
	char program[WARDEN_LABEL_MAX + 1];
};

void warden_use_note(const struct warden_layers *layers, const struct warden_verdict *v, bool denied);
void warden_use_rule(const struct warden_snapshot *snap, const struct warden_rule *rule);
int warden_use_begin(struct warden_snapshot *snap, const struct warden_snapshot *before);
void warden_use_follow(const struct warden_layers *layers);
int warden_use_renew(u8 layer, u32 line);
bool warden_use_restore(const struct warden_rule_state *state);
void warden_use_doubt(void);
void warden_use_restart(struct warden_snapshot *snap);
void warden_use_again(void);
int warden_use_settle(void);
int warden_use_get(u64 *cursor, struct warden_rule_state *state);
void warden_use_init(void);
void warden_use_exit(void);

/* use-carry.c */
int warden_use_carry(struct warden_snapshot *snap, const struct warden_snapshot *before);

#endif /* WARDEN_USE_H */

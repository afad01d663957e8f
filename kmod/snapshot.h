/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SNAPSHOT_H
#define WARDEN_SNAPSHOT_H

#include <linux/types.h>
#include <uapi/linux/warden.h>
#include <warden/limits.h>
#include <warden/chain.h>

/* Domains a rule or a default can name: sensor to firmware. */
#define WARDEN_DOMAIN_RULES	(WARDEN_DOMAIN_FIRMWARE + 1)

/**
 * struct warden_program - a program the policy names
 * @id: number inside the policy
 * @uid: real user id it must run as, if @has_uid
 * @has_uid: @uid counts
 * @nr_digests: how many of @digests are set
 * @digests: it is any file with one of these
 * @label: its name
 */
struct warden_program {
	u32 id;
	u32 uid;
	bool has_uid;
	u8 nr_digests;
	struct warden_digest digests[WARDEN_PROGRAM_DIGESTS_MAX];
	char label[WARDEN_LABEL_MAX + 1];
};

/**
 * struct warden_purpose - a purpose the policy names
 * @id: number inside the policy
 * @key: warden_snapshot_key() of @label
 * @label: its name
 */
struct warden_purpose {
	u32 id;
	u64 key;
	char label[WARDEN_LABEL_MAX + 1];
};

/**
 * struct warden_rule - one rule, names resolved
 * @topology: warden_snapshot_key() of the one device it is about; 0 is any
 * @purpose: key of the purpose; 0 is none
 * @line: line in the policy text
 * @program: index into the programs plus one; 0 is any program
 * @digest: index into the rule digests plus one; 0 is any object
 * @protocol: IPPROTO_*; 0 is any
 * @port_low: first port, host order
 * @port_high: last port
 * @withdraw_ms: bound on the end of a session; 0 is WARDEN_WITHDRAW_MS
 * @domain: enum warden_domain
 * @action: enum warden_action
 * @class: enum warden_sensor_class; 0 is any
 * @flags: bit mask of enum warden_rule_flag
 */
struct warden_rule {
	u64 topology;
	u64 purpose;
	u32 line;
	u32 program;
	u32 digest;
	u16 protocol;
	u16 port_low;
	u16 port_high;
	u16 withdraw_ms;
	u8 domain;
	u8 action;
	u8 class;
	u8 flags;
};

/**
 * struct warden_digest_ref - a digest and the program it stands for
 * @digest: the digest
 * @program: index into the programs
 */
struct warden_digest_ref {
	struct warden_digest digest;
	u32 program;
};

/**
 * struct warden_default - what holds in a domain where no rule matches
 * @action: enum warden_action
 * @mode: enum warden_mode
 */
struct warden_default {
	u8 action;
	u8 mode;
};

/**
 * struct warden_reference - accepted digests of a domain
 * @on: the domain is appraised; with no digest then, nothing is accepted
 * @nr: how many
 * @digests: in rising memcmp() order
 */
struct warden_reference {
	bool on;
	u32 nr;
	const struct warden_digest *digests;
};

/**
 * struct warden_snapshot - a published policy; nobody writes to it any more
 * @generation: counts published snapshots from 1
 * @version: version of the policy; 0 is the boot profile
 * @measure: bit mask of enum warden_domain to measure
 * @defaults: per domain
 * @nr_programs: how many @programs
 * @nr_refs: how many @refs
 * @nr_purposes: how many @purposes
 * @nr_rules: how many @rules
 * @nr_rule_digests: how many @rule_digests
 * @programs: in rising id
 * @refs: in rising digest
 * @purposes: in rising id
 * @rules: in rising (domain, program)
 * @rule_digests: digests that rules name
 * @reference: per domain, what is accepted there
 * @digest: SHA-256 of the compiled policy
 * @name: name of the policy
 * @contact: whom to tell of a flaw
 * @support_until: YYYY-MM-DD
 *
 * Published with RCU and freed a grace period after it was replaced. A reader
 * that must sleep copies what it needs first.
 */
struct warden_snapshot {
	u64 generation;
	u32 version;
	u32 measure;
	struct warden_default defaults[WARDEN_DOMAIN_RULES];
	u32 nr_programs;
	u32 nr_refs;
	u32 nr_purposes;
	u32 nr_rules;
	u32 nr_rule_digests;
	struct warden_program *programs;
	struct warden_digest_ref *refs;
	struct warden_purpose *purposes;
	struct warden_rule *rules;
	struct warden_digest *rule_digests;
	struct warden_reference reference[WARDEN_DOMAIN_RULES];
	u8 digest[WARDEN_DIGEST_SIZE];
	char name[WARDEN_LABEL_MAX + 1];
	char contact[WARDEN_CONTACT_MAX + 1];
	char support_until[WARDEN_DATE_MAX + 1];
};

#ifdef __KERNEL__

int warden_snapshot_init(bool observe);
void warden_snapshot_exit(void);
struct warden_snapshot *warden_snapshot_alloc(void);
void warden_snapshot_free(struct warden_snapshot *snap);
const struct warden_snapshot *warden_snapshot_get_rcu(void);
void warden_snapshot_copy(struct warden_snapshot *snap);
u64 warden_snapshot_publish(struct warden_snapshot *snap);
u64 warden_snapshot_key(const char *name);

#endif
#endif /* WARDEN_SNAPSHOT_H */

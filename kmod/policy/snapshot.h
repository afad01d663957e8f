/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SNAPSHOT_H
#define WARDEN_SNAPSHOT_H

#include <linux/types.h>
#include <uapi/linux/warden.h>
#include <warden/address.h>
#include <warden/domain.h>
#include <warden/limits.h>
#include <warden/chain.h>

/* Layers there can be: maker, operator, user. */
#define WARDEN_LAYERS		WARDEN_ROLE_USER

/* The same, and the lock of a device that was tampered with (lock.h). */
#define WARDEN_STACK		(WARDEN_LAYERS + 1)

/* One more than the last domain a rule or a default can name; see warden_domain_has_rules(). */
#define WARDEN_DOMAIN_RULES	(WARDEN_DOMAIN_BPF + 1)

/* Domains whose rules may lapse: sensor, listen, connect; the first is none. */
#define WARDEN_DOMAIN_LAPSES	(WARDEN_DOMAIN_CONNECT + 1)

/*
 * What a rule that allowed does instead, one or more of these: neither WARDEN_ACTION_DENY nor _ALLOW. It
 * lapsed, as nobody used it; its purpose ended, and that is being put in force; it waits until the device
 * has an owner, or was for the time before.
 */
#define WARDEN_RULE_LAPSED	0x02
#define WARDEN_RULE_ENDED	0x04
#define WARDEN_RULE_ENDING	0x08
#define WARDEN_RULE_WAITS	0x10
#define WARDEN_RULE_OVER	0x20

/* What a rule that allows, or did, does with one more of these, and without some. */
static inline u8 warden_action_with(u8 action, u8 why)
{
	return (action & ~WARDEN_ACTION_ALLOW) | why;
}

static inline u8 warden_action_without(u8 action, u8 why)
{
	return (action & ~why) ?: WARDEN_ACTION_ALLOW;
}

/**
 * struct warden_program - a program the policy names
 * @id: number inside the policy
 * @uid: real user id it must run as, if @has_uid
 * @has_uid: @uid counts
 * @unit: warden_snapshot_key() of the unit it must run in; 0 is any
 * @arguments: warden_snapshot_key() of the arguments it must be started with; 0 is any
 * @words: index of these into the arguments plus one, where @arguments is set
 * @nr_digests: how many of @digests are set
 * @digests: it is any file with one of these
 * @label: its name
 */
struct warden_program {
	u32 id;
	u32 uid;
	bool has_uid;
	u8 nr_digests;
	u64 unit;
	u64 arguments;
	u32 words;
	struct warden_digest digests[WARDEN_PROGRAM_DIGESTS_MAX];
	char label[WARDEN_LABEL_MAX + 1];
};

/**
 * struct warden_arguments - what a program must be started with
 * @text: as warden_arguments_is_pattern() wants it
 */
struct warden_arguments {
	char text[WARDEN_ARGUMENTS_MAX + 1];
};

/**
 * struct warden_purpose - a purpose the policy names
 * @id: number inside the policy
 * @has_notice: @notice is set
 * @notice: SHA-256 of the privacy notice a consent to it is given to
 * @key: warden_snapshot_key() of @label
 * @until: seconds since 1970, UTC, when it ends; 0 is never
 * @lasts: seconds after its load when it ends; 0 is never
 * @ends: both of them on the boot-time clock, in ns, from when it is in force; changed inside a change
 * @ended: it has; the same
 * @told: there is a record of it; the same
 * @label: its name
 */
struct warden_purpose {
	u32 id;
	bool has_notice;
	u8 notice[WARDEN_DIGEST_SIZE];
	u64 key;
	u64 until;
	u32 lasts;
	u64 ends;
	bool ended;
	bool told;
	char label[WARDEN_LABEL_MAX + 1];
};

/**
 * struct warden_quorum - whose consent a rule asks for
 * @need: how many of them must give it
 * @nr: how many @principal
 * @principal: warden_snapshot_key() of each
 */
struct warden_quorum {
	u8 need;
	u8 nr;
	u64 principal[WARDEN_PRINCIPALS_MAX];
};

/**
 * struct warden_rule - one rule, names resolved
 * @topology: warden_snapshot_key() of the one device or port it is about, or
 *	      warden_snapshot_name_key() of a driver or node; 0 is any
 * @purpose: key of the purpose, with which a rule that allows ends; 0 is none
 * @line: line in the policy text
 * @program: index into the programs plus one; 0 is any program
 * @digest: exec, module, firmware, usb, bpf: index into the rule digests plus one; 0 is any object
 * @net: connect, listen, bind, egress: index into the nets plus one; 0 is anywhere
 * @pattern: module, autoload, usb: index into the patterns plus one; 0 is any name; listen,
 *	     bind, connect, egress: the name of an interface, 0 is any
 * @own: listen: index into the nets plus one, of the device's own addresses; 0 is any
 * @protocol: listen, connect, bind: IPPROTO_*; 0 is any
 * @quorum: sensor: index into the quorums plus one; 0 is the consent of anybody
 * @port_low: first port, host order
 * @port_high: last port
 * @withdraw_ms: bound on the end of a session; 0 is WARDEN_WITHDRAW_MS
 * @rate: sensor: uses in an hour, at most; 0 is no limit
 * @domain: enum warden_domain
 * @action: enum warden_action, or WARDEN_RULE_*; that alone changes once it is published
 * @class: sensor, egress: enum warden_sensor_class; protocol: enum warden_socket_class; debug:
 *	   enum warden_debug_surface; usb: class of an interface; 0 is any
 * @flags: bit mask of enum warden_rule_flag
 */
struct warden_rule {
	union {
		u64 topology;
		u32 own;
	};
	u64 purpose;
	u32 line;
	u32 program;
	union {
		u32 digest;
		u32 net;
	};
	u32 pattern;
	union {
		u16 protocol;
		u16 quorum;
	};
	u16 port_low;
	u16 port_high;
	u16 withdraw_ms;
	u32 rate;
	u8 action;
	u8 class;
	u16 domain : 5;
	u16 flags : 11;
};

/**
 * struct warden_pattern - what a rule says of a name
 * @len: characters of @text that are compared
 * @begins: that is how the name begins, and not all of it
 * @text: the name, an asterisk behind it where it @begins
 */
struct warden_pattern {
	u8 len;
	bool begins;
	char text[WARDEN_PATTERN_MAX + 1];
};

/**
 * struct warden_classing - what a policy says a device is
 * @class: enum warden_sensor_class
 * @is_name: @text is the name of its driver or node
 * @text: its topology name, or that name; one "*" is any run of characters
 */
struct warden_classing {
	u8 class;
	bool is_name;
	char text[WARDEN_TOPOLOGY_MAX + 1];
};

/**
 * struct warden_broker - a program that hands on what a sensor tells
 * @key: warden_snapshot_key() of @name
 * @protocol: IPPROTO_TCP or IPPROTO_UDP; 0 where it is a local socket
 * @port: where it does, host order
 * @class: enum warden_sensor_class
 * @name: its name, with WARDEN_BROKER_MARK before it
 * @path: name of a local socket, "@" before an abstract one; one "*" is any run of
 *	  characters; empty where it is a port
 */
struct warden_broker {
	u64 key;
	u16 protocol;
	u16 port;
	u8 class;
	char name[sizeof(WARDEN_BROKER_MARK) + WARDEN_LABEL_MAX];
	char path[WARDEN_BROKER_PATH_MAX + 1];
};

/**
 * struct warden_tamper - an input whose change means that somebody tampers with the device
 * @line: line in the policy text
 * @kind: enum warden_tamper_kind
 * @at: the state in which it counts; negative is each change
 * @is_name: @text is what the input device is called, or its driver
 * @code: KEY_*, BTN_* or SW_* number
 * @text: topology name of the input device, or that name; one "*" is any run of characters, empty
 *	  is every device
 */
struct warden_tamper {
	u32 line;
	u8 kind;
	s8 at;
	bool is_name;
	u16 code;
	char text[WARDEN_TOPOLOGY_MAX + 1];
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
 * struct warden_signer - a certificate the maker's policy vouches for
 * @not_after: seconds since 1970, UTC
 * @role: enum warden_role
 * @len: bytes of @certificate
 * @certificate: X.509, DER
 * @name: name and key id, as the kernel reads them
 */
struct warden_signer {
	u64 not_after;
	u8 role;
	u16 len;
	u8 *certificate;
	char name[WARDEN_SIGNER_NAME_MAX + 1];
};

/**
 * struct warden_snapshot - one layer of the policy; nobody writes to it once it is published
 * @users: who holds it; changed inside a change (change.h) only
 * @layer: enum warden_role
 * @has_default: bit mask of the domains the policy itself gives a default for
 * @wider: line of a rule that allows what a layer above does not; 0 is none
 * @version: version of the policy; 0 is the boot profile
 * @measure: bit mask of enum warden_domain to measure
 * @defaults: per domain
 * @nr_programs: how many @programs
 * @nr_refs: how many @refs
 * @nr_purposes: how many @purposes
 * @nr_rules: how many @rules
 * @nr_rule_digests: how many @rule_digests
 * @nr_nets: how many @nets
 * @nr_patterns: how many @patterns
 * @programs: in rising id
 * @refs: in rising digest
 * @purposes: in rising id
 * @rules: in rising (domain, program)
 * @uses: when each of @rules was used (use.c); NULL where the layer was never in force
 * @rule_digests: digests that rules name
 * @nets: where rules say the other side is
 * @patterns: names that rules speak of
 * @nr_quorums: how many @quorums
 * @quorums: whose consent rules ask for
 * @nr_classings: how many @classings
 * @classings: maker: what devices are, the first that fits a device counts
 * @nr_brokers: how many @brokers
 * @brokers: whom to connect to is to use a sensor
 * @nr_tampers: how many @tampers
 * @tampers: maker: inputs that lock the device
 * @locks: it is the lock of a device that was tampered with, and no policy
 * @nr_arguments: how many @arguments
 * @arguments: what programs must be started with
 * @sweep: end what is older than the policy and receives where nobody may
 * @sweep_usb: shut what was plugged in before the policy, and it does not allow
 * @units: some program must run in a unit
 * @setup: maker: it asks for an owner before it opens anything
 * @shut: it does, and there is none
 * @waits: bit mask of the domains it allows by default, and closes until there is one
 * @unused: seconds after which a consent nobody uses ends; 0 is never
 * @lapse: per domain, seconds after which a rule that allows and that nobody uses lapses; 0 is never
 * @reference: per domain, what is accepted there
 * @nr_signers: how many @signers
 * @signers: whom a maker's policy vouches for
 * @nr_bytes: bytes of the compiled policy
 * @nr_packed: bytes of it packed (pack.h), which is what @bytes then are; 0 is as it came in
 * @bytes: the compiled policy; read and replaced inside a change only, as is @nr_packed
 * @signer: name of the certificate it was signed with; empty where it was not
 * @signer_digest: SHA-256 of that certificate
 * @digest: SHA-256 of the compiled policy
 * @name: name of the policy
 * @contact: whom to tell of a flaw
 * @support_until: YYYY-MM-DD
 *
 * Published in a struct warden_layers and freed a grace period after the last
 * of those that hold it was replaced. A reader that must sleep copies what it
 * needs first. @wider and how the bytes are kept are what changes: told, never decided by; and what
 * use.c, purpose.c and setup.c write: @uses, @waits and @shut, and which rules do not stand now, after which the
 * layers are published anew.
 */
struct warden_snapshot {
	u32 users;
	u8 layer;
	u32 has_default;
	u32 wider;
	u32 version;
	u32 measure;
	struct warden_default defaults[WARDEN_DOMAIN_RULES];
	u32 nr_programs;
	u32 nr_refs;
	u32 nr_purposes;
	u32 nr_rules;
	u32 nr_rule_digests;
	u32 nr_nets;
	u32 nr_patterns;
	struct warden_program *programs;
	struct warden_digest_ref *refs;
	struct warden_purpose *purposes;
	struct warden_rule *rules;
	s32 *uses;
	struct warden_digest *rule_digests;
	struct warden_net *nets;
	struct warden_pattern *patterns;
	u32 nr_quorums;
	struct warden_quorum *quorums;
	u32 nr_classings;
	struct warden_classing *classings;
	u32 nr_brokers;
	struct warden_broker *brokers;
	u32 nr_tampers;
	struct warden_tamper *tampers;
	bool locks;
	u32 nr_arguments;
	struct warden_arguments *arguments;
	bool sweep;
	bool sweep_usb;
	bool units;
	bool setup;
	bool shut;
	u32 waits;
	u32 unused;
	u32 lapse[WARDEN_DOMAIN_LAPSES];
	struct warden_reference reference[WARDEN_DOMAIN_RULES];
	u32 nr_signers;
	struct warden_signer *signers;
	u32 nr_bytes;
	u32 nr_packed;
	u8 *bytes;
	char signer[WARDEN_SIGNER_NAME_MAX + 1];
	u8 signer_digest[WARDEN_DIGEST_SIZE];
	u8 digest[WARDEN_DIGEST_SIZE];
	char name[WARDEN_LABEL_MAX + 1];
	char contact[WARDEN_CONTACT_MAX + 1];
	char support_until[WARDEN_DATE_MAX + 1];
};

/**
 * struct warden_layers - the policy in force: what is done needs the assent of each layer
 * @generation: counts what was published, from 1
 * @nr: how many layers
 * @layer: in rising enum warden_role; the first is the maker's, or the boot profile; the lock,
 *	   where there is one, is the last
 * @ports: where nobody may receive (ports.h); NULL is nowhere
 * @grace: once replaced, the grace period that lets its last readers go; 0 is never published
 * @size: once retired, the bytes it took then
 * @next: the next that waits for its readers; these three are changed inside a change
 *
 * Published with RCU; of what readers see nothing changes.
 */
struct warden_layers {
	u64 generation;
	u32 nr;
	struct warden_snapshot *layer[WARDEN_STACK];
	struct warden_ports *ports;
	unsigned long grace;
	size_t size;
	struct warden_layers *next;
};

/**
 * warden_snapshot_gates() - does this domain wait for an owner, where the policy asks for one?
 * @domain: enum warden_domain
 *
 * It is what a device tells of people and whom it speaks with. What it takes to start the device
 * (programs, modules, firmware) is as the policy says from the first moment.
 *
 * Return: true if it does.
 */
static inline bool warden_snapshot_gates(u32 domain)
{
	return domain == WARDEN_DOMAIN_SENSOR || domain == WARDEN_DOMAIN_LISTEN ||
	       domain == WARDEN_DOMAIN_CONNECT || domain == WARDEN_DOMAIN_BIND ||
	       domain == WARDEN_DOMAIN_USB;
}

/**
 * warden_snapshot_shuts() - does the lock of a device that was tampered with close this domain?
 * @domain: enum warden_domain
 *
 * It is what a safety list can name, which is what stays open then.
 *
 * Return: true if it does.
 */
static inline bool warden_snapshot_shuts(u32 domain)
{
	return domain == WARDEN_DOMAIN_SENSOR || domain == WARDEN_DOMAIN_LISTEN ||
	       domain == WARDEN_DOMAIN_CONNECT || domain == WARDEN_DOMAIN_PROTOCOL ||
	       domain == WARDEN_DOMAIN_MODULE || domain == WARDEN_DOMAIN_AUTOLOAD ||
	       domain == WARDEN_DOMAIN_USB || domain == WARDEN_DOMAIN_DEBUG;
}

/* setup.c */
bool warden_snapshot_set_up(struct warden_snapshot *snap, bool owned);

#ifdef __KERNEL__

struct warden_snapshot *warden_snapshot_alloc(void);
struct warden_snapshot *warden_snapshot_boot(bool observe);
void warden_snapshot_free(struct warden_snapshot *snap);
void warden_snapshot_put(struct warden_snapshot *snap);
u64 warden_snapshot_key(const char *name);
u64 warden_snapshot_name_key(const char *name);

#endif
#endif /* WARDEN_SNAPSHOT_H */

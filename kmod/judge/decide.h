/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DECIDE_H
#define WARDEN_DECIDE_H

#include <linux/types.h>
#include "policy/snapshot.h"
#include "program/identity.h"

struct warden_command;

/* Chains of grants; a power of two. */
#define WARDEN_GRANT_CHAINS 1024

/**
 * struct warden_grant - a living consent, as decisions see it
 * @purpose: warden_snapshot_key() of the purpose's label
 * @principal: warden_snapshot_key() of who gave it; 0 is everybody, for a question what
 *	       a policy means
 * @expires: boot-time clock in ns, when it ends or its window closes; U64_MAX is never
 * @holder: who alone may use it: of validity once a session's number, of validity run
 *	    what a request has as its process; 0 is whoever comes first
 * @receipt: the record
 * @class: enum warden_sensor_class
 * @validity: enum warden_consent_validity
 *
 * Read with no lock: @expires and @holder may change meanwhile, each in one
 * step. Its memory stays for a grace period after its links left their chains.
 */
struct warden_grant {
	u64 purpose;
	u64 principal;
	u64 expires;
	u64 holder;
	u8 receipt[WARDEN_RECEIPT_SIZE];
	u8 class;
	u8 validity;
};

/**
 * struct warden_grant_link - a grant in the chain of one digest of its program
 * @next: the next one of the chain; may change while it is read
 * @grant: the grant
 * @digest: what the program is
 */
struct warden_grant_link {
	struct warden_grant_link *next;
	const struct warden_grant *grant;
	struct warden_digest digest;
};

/**
 * struct warden_grants - all living consents
 * @chain: by warden_grants_chain() of the digest
 *
 * Grants come and go while it is read. Who has to know that nothing came
 * between compares warden_consent_generation() before and after.
 */
struct warden_grants {
	struct warden_grant_link *chain[WARDEN_GRANT_CHAINS];
};

/**
 * warden_grants_chain() - which chain the grants of a program are in
 * @digest: the program
 *
 * Return: index into the chains. A digest is random already.
 */
static inline u32 warden_grants_chain(const struct warden_digest *digest)
{
	return (digest->bytes[0] | (u32)digest->bytes[1] << 8) % WARDEN_GRANT_CHAINS;
}

/* Stands for all interfaces of another network than the initial one; no name has a slash. */
#define WARDEN_INTERFACE_FOREIGN "/"

/**
 * struct warden_request - what is asked
 * @domain: enum warden_domain, one that has rules
 * @uid: real user id of the subject, in the initial user namespace
 * @unit: warden_snapshot_key() of the unit the subject runs in; 0 is none
 * @command: what the subject was started with; NULL is not known
 * @now: boot-time clock, in ns
 * @atomic: who asks holds a spinlock
 * @tries: a denial is not the answer yet: who asks may find another way
 * @subject: the program that asks
 * @grants: the consents there are; NULL is none
 * @process: sensor: what tells the process that asks from all others; 0 is none
 * @session: sensor: number of the session that is looked at again; 0 is a new open
 * @claims: sensor: @session is about to hold what nobody holds yet
 * @class: sensor: enum warden_sensor_class; usb: class of the interface; egress: what was used
 * @topology: sensor: key of the topology name; usb: of the port
 * @keeps: sensor: uses in an hour that who asks keeps to, 1 where it will keep to whatever
 *	   the rule says; 0 is no limit kept
 * @exports: sensor: what it delivers is to be given out, as a file that can be handed on
 * @names: sensor: keys of its driver's and its node's name; 0 is none
 * @protocol: listen, connect, bind: IPPROTO_*
 * @port: listen, bind: host order, 0 is any port the kernel picks; connect: that of the other side
 * @socket: protocol: enum warden_socket_class
 * @address: connect, egress: where the other side is, unmapped; listen: the same, no version where
 *	     that is not known yet; bind: the socket's own, no version where it is any
 * @own: listen: at which of the device's own addresses, unmapped, no version where that is not
 *	 known yet
 * @interface: listen, bind, connect, egress: by which interface of the initial network, "" for one
 *	       that no rule can name, or WARDEN_INTERFACE_FOREIGN; NULL where that is not known yet
 * @object: exec, module, firmware, bpf: what is executed or loaded; usb: the descriptors of the
 *	    device
 * @name: module, autoload, usb: its name, the alias that is asked for, vendor and product;
 *	  NULL is not known
 * @surface: debug: enum warden_debug_surface
 * @excepted: debug, listen: the surface, or the port, is open for a time, whatever the default says
 */
struct warden_request {
	u32 domain;
	u32 uid;
	u64 unit;
	const struct warden_command *command;
	u64 now;
	bool atomic;
	bool tries;
	const struct warden_identity *subject;
	const struct warden_grants *grants;
	u64 process;
	u64 session;
	bool claims;
	u32 class;
	u32 keeps;
	bool exports;
	u64 topology;
	u64 names[2];
	u16 protocol;
	u16 port;
	u32 socket;
	struct warden_address address;
	struct warden_address own;
	const char *interface;
	const struct warden_identity *object;
	const char *name;
	u32 surface;
	bool excepted;
};

/**
 * struct warden_verdict - what is answered
 * @action: enum warden_action, observe mode not yet applied
 * @mode: enum warden_mode of the domain
 * @reason: enum warden_reason
 * @rule: the rule that decided, NULL for none
 * @flags: bit mask of enum warden_rule_flag of the rules it rests on
 * @withdraw_ms: bound on the end of a session, the shortest of those rules; 0 is none given
 * @snap: the layer that decided
 * @bound: egress: a rule lets the program send to some peers after it used the sensor, and
 *	   so to no others
 * @astray: connect, egress: a rule would allow it by another interface
 * @doubtful: sensor: a rule would allow it to the program, had that been started since it is named
 * @program: the program the subject is, that of @rule where it names one; NULL where
 *	     the policy does not name it
 * @grant: the consent it rests on, NULL for none
 * @several: it rests on more consents than @grant
 * @limit: sensor: the rule whose rate is to be kept, the lowest of the layers; NULL for none
 * @limiter: the layer of @limit
 * @lapsed: a rule that would allow it, had it not lapsed; NULL for none
 * @waits: a rule that would allow it, had the device an owner; NULL for none
 * @ended: a rule that would allow it, had its purpose not ended; NULL for none
 * @kept: sensor: a rule that allows its use, and no export; NULL for none
 * @ground: of all layers together: the rule of each that was asked, NULL for none
 *
 * The pointers live as long as the snapshot and the grants they point into.
 */
struct warden_verdict {
	u8 action;
	u8 mode;
	u8 reason;
	u16 flags;
	u16 withdraw_ms;
	bool bound;
	bool astray;
	bool doubtful;
	bool several;
	const struct warden_snapshot *snap;
	const struct warden_rule *rule;
	const struct warden_program *program;
	const struct warden_grant *grant;
	const struct warden_rule *limit;
	const struct warden_snapshot *limiter;
	const struct warden_rule *lapsed;
	const struct warden_rule *waits;
	const struct warden_rule *ended;
	const struct warden_rule *kept;
	const struct warden_rule *ground[WARDEN_STACK];
};

void warden_decide(const struct warden_snapshot *snap, const struct warden_request *req,
		   struct warden_verdict *verdict);

void warden_decide_layers(const struct warden_layers *layers, const struct warden_request *req,
			  struct warden_verdict *verdict);

u32 warden_decide_grants(const struct warden_snapshot *snap, const struct warden_request *req,
			 const struct warden_rule *rule,
			 const struct warden_grant *grants[WARDEN_PRINCIPALS_MAX]);

bool warden_decide_speaks(const struct warden_snapshot *snap, u32 domain);
bool warden_decide_touches(const struct warden_snapshot *snap, u32 domain);
u32 warden_decide_rules(const struct warden_snapshot *snap, u32 domain, u32 program);
u32 warden_decide_refs(const struct warden_snapshot *snap, const struct warden_digest *digest);
bool warden_decide_same(const struct warden_digest *a, const struct warden_digest *b);

bool warden_decide_names(const struct warden_snapshot *snap, const struct warden_digest *digest);

/**
 * warden_verdict_denies() - does this verdict stop the caller?
 * @verdict: the verdict
 *
 * Return: true if it is a denial and the domain is enforced.
 */
static inline bool warden_verdict_denies(const struct warden_verdict *verdict)
{
	return verdict->action == WARDEN_ACTION_DENY && verdict->mode == WARDEN_MODE_ENFORCE;
}

#endif /* WARDEN_DECIDE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_RECORD_H
#define WARDEN_RECORD_H

#include <linux/types.h>
#include "identity.h"

struct sk_buff;

/**
 * struct warden_record - one thing that happened
 * @seq: from 1, without a gap; set by warden_record_add()
 * @time: boot-time clock in ns; set by warden_record_add()
 * @generation: snapshot the verdict was made with
 * @took: session-end by withdrawal: ns from the command to the end
 * @event: enum warden_event
 * @domain: enum warden_domain
 * @action: enum warden_action
 * @reason: enum warden_reason
 * @line: line of the rule in the policy text; 0 is no rule
 * @policy_version: version of the policy the verdict was made with; 0 is the boot profile
 * @count: events this record stands for, from 1
 * @pid: thread group in the initial pid namespace
 * @uid: real user id in the initial user namespace
 * @class: enum warden_sensor_class, 0 outside the sensor domain
 * @family: AF_* of a socket, 0 for none
 * @protocol: IPPROTO_*
 * @port: host order
 * @observed: the denial was recorded and not carried out
 * @has_receipt: @receipt is set
 * @program_digest: digest of the program; alg 0 where there is none
 * @object_digest: digest of what was executed or loaded; alg 0 where there is none
 * @receipt: consent it is about
 * @program: label of the program, or the path of its executable
 * @object: topology name, file, or name of what was loaded
 * @chain: SHA-256 over the chain value before and the record; set by warden_record_add()
 *
 * Zeroed by its maker: padding and unused tails are part of nothing, but they
 * must not carry stack content.
 */
struct warden_record {
	u64 seq;
	u64 time;
	u64 generation;
	u64 took;
	u32 event;
	u32 domain;
	u32 action;
	u32 reason;
	u32 line;
	u32 policy_version;
	u32 count;
	u32 pid;
	u32 uid;
	u32 class;
	u16 family;
	u16 protocol;
	u16 port;
	u8 observed;
	u8 has_receipt;
	struct warden_digest program_digest;
	struct warden_digest object_digest;
	u8 receipt[WARDEN_RECEIPT_SIZE];
	char program[WARDEN_PATH_MAX + 1];
	char object[WARDEN_PATH_MAX + 1];
	u8 chain[WARDEN_DIGEST_SIZE];
};

/**
 * struct warden_record_status - counts since the module was loaded
 * @made: records made
 * @lost: records that left the ring unread by the notifier, or could not be made
 * @denials: denials, each coalesced one counted
 */
struct warden_record_status {
	u64 made;
	u64 lost;
	u64 denials;
};

int warden_record_init(void);
void warden_record_exit(void);

/**
 * warden_record_add() - number, chain and keep a record, and tell the audit group
 * @r: the record; copied
 *
 * A verdict that equals one of the last second but for time is not kept: the
 * first one is told at once, and one record with the count of the others
 * follows when the second is over. Every other event is kept each time.
 *
 * Context: Any but hard interrupt; does not sleep, does not allocate.
 */
void warden_record_add(const struct warden_record *r);

/**
 * warden_record_get() - copy the first record at or after a sequence number
 * @seq: sequence number
 * @r: filled in
 *
 * Context: Process context.
 * Return: 0, or -ENOENT when there is none yet.
 */
int warden_record_get(u64 seq, struct warden_record *r);
void warden_record_status(struct warden_record_status *st);

#endif /* WARDEN_RECORD_H */

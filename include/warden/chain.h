/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an audit record and a measurement are, and the bytes of each that are
 * hashed. The module makes the chains with these functions and the tools verify
 * them with the same ones, so there is one definition of both.
 *
 * A packed form has no padding and no dependence on the machine: integers are
 * little-endian, a string is its length as le32 and its characters without the
 * NUL. Two different values never pack to the same bytes.
 */
#ifndef WARDEN_CHAIN_H
#define WARDEN_CHAIN_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif
#include <warden/limits.h>

/**
 * struct warden_digest - one digest of a file's content
 * @alg: enum warden_digest_alg
 * @bytes: the digest
 *
 * Compared as 33 bytes with memcmp(), so it has no padding.
 */
struct warden_digest {
	__u8 alg;
	__u8 bytes[WARDEN_DIGEST_SIZE];
};

/**
 * struct warden_measurement - one entry of the measurement log
 * @seq: from 1, without a gap
 * @time: boot-time clock, in ns
 * @domain: enum warden_domain: exec, module, firmware, policy or system
 * @digest: digest of the content
 * @template: SHA-256 over warden_measurement_pack(); what the chain and the PCR are
 *	      extended with
 * @chain: SHA-256 over the chain value before (32 zero bytes at first) and @template
 * @label: the path as the kernel saw it, or the name of the policy
 *
 * The first entry has domain system and label "start": its digest is the value
 * of the PCR (SHA-256 bank) before the first extend, zero without a TPM. The
 * PCR is not extended with it.
 */
struct warden_measurement {
	__u64 seq;
	__u64 time;
	__u32 domain;
	struct warden_digest digest;
	__u8 template[WARDEN_DIGEST_SIZE];
	__u8 chain[WARDEN_DIGEST_SIZE];
	char label[WARDEN_PATH_MAX + 1];
};

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
 * @layer: enum warden_role of the layer that decided or was changed; 0 is the boot profile
 * @family: AF_* of a socket, 0 for none
 * @protocol: IPPROTO_*
 * @port: host order
 * @observed: the denial was recorded and not carried out
 * @has_receipt: @receipt is set
 * @program_digest: digest of the program; alg 0 where there is none
 * @object_digest: digest of what was executed or loaded; alg 0 where there is none
 * @receipt: consent it is about
 * @program: label of the program, or the path of its executable; of a change of the policy
 *	     the certificate it was signed with
 * @object: topology name, file, or name of what was loaded
 * @purpose: consent-request: label of the purpose; empty in every other record
 * @chain: SHA-256 over the chain value before (32 zero bytes at first) and
 *	   warden_record_pack(); set by warden_record_add()
 *
 * Zeroed by its maker: padding and unused tails are part of nothing, but they
 * must not carry stack content.
 */
struct warden_record {
	__u64 seq;
	__u64 time;
	__u64 generation;
	__u64 took;
	__u32 event;
	__u32 domain;
	__u32 action;
	__u32 reason;
	__u32 line;
	__u32 policy_version;
	__u32 count;
	__u32 pid;
	__u32 uid;
	__u32 class;
	__u32 layer;
	__u16 family;
	__u16 protocol;
	__u16 port;
	__u8 observed;
	__u8 has_receipt;
	struct warden_digest program_digest;
	struct warden_digest object_digest;
	__u8 receipt[WARDEN_RECEIPT_SIZE];
	char program[WARDEN_PATH_MAX + 1];
	char object[WARDEN_PATH_MAX + 1];
	char purpose[WARDEN_LABEL_MAX + 1];
	__u8 chain[WARDEN_DIGEST_SIZE];
};

#define WARDEN_PACKED_STRING_MAX      (4 + WARDEN_PATH_MAX)
#define WARDEN_MEASUREMENT_PACKED_MAX (2 * 4 + WARDEN_DIGEST_SIZE + WARDEN_PACKED_STRING_MAX)
#define WARDEN_RECORD_PACKED_MAX                                                                   \
	(4 * 8 + 16 * 4 + 2 * (1 + WARDEN_DIGEST_SIZE) + WARDEN_RECEIPT_SIZE +                     \
	 2 * WARDEN_PACKED_STRING_MAX + 4 + WARDEN_LABEL_MAX)

_Static_assert(sizeof(struct warden_digest) == 1 + WARDEN_DIGEST_SIZE, "a digest has padding");
_Static_assert(WARDEN_MEASUREMENT_PACKED_MAX == 299, "the template of a measurement changed");
_Static_assert(WARDEN_RECORD_PACKED_MAX == 763, "the hashed bytes of a record changed");

static inline __u8 *warden_pack_le32(__u8 *p, __u32 v)
{
	int i;

	for (i = 0; i < 4; i++)
		*p++ = (__u8)(v >> (8 * i));
	return p;
}

static inline __u8 *warden_pack_le64(__u8 *p, __u64 v)
{
	p = warden_pack_le32(p, (__u32)v);
	return warden_pack_le32(p, (__u32)(v >> 32));
}

static inline __u8 *warden_pack_bytes(__u8 *p, const void *bytes, __u32 len)
{
	memcpy(p, bytes, len);
	return p + len;
}

/* @s is an array of @max + 1 characters, NUL-terminated or full. */
static inline __u8 *warden_pack_text(__u8 *p, const char *s, __u32 max)
{
	__u32 len = 0;

	while (len < max && s[len])
		len++;
	p = warden_pack_le32(p, len);
	return warden_pack_bytes(p, s, len);
}

/* @s is an array of WARDEN_PATH_MAX + 1 characters, NUL-terminated or full. */
static inline __u8 *warden_pack_string(__u8 *p, const char *s)
{
	return warden_pack_text(p, s, WARDEN_PATH_MAX);
}

/**
 * warden_measurement_pack() - the bytes whose SHA-256 is the template of a measurement
 * @m: the measurement; domain, digest and label are read
 * @buf: where to put them
 *
 * domain le32, alg le32, the 32 bytes of the digest, length of the label le32,
 * the label.
 *
 * Return: the number of bytes.
 */
static inline __u32 warden_measurement_pack(const struct warden_measurement *m,
					    __u8 buf[WARDEN_MEASUREMENT_PACKED_MAX])
{
	__u8 *p = buf;

	p = warden_pack_le32(p, m->domain);
	p = warden_pack_le32(p, m->digest.alg);
	p = warden_pack_bytes(p, m->digest.bytes, sizeof(m->digest.bytes));
	p = warden_pack_string(p, m->label);
	return (__u32)(p - buf);
}

static inline __u8 *warden_record_pack_numbers(__u8 *p, const struct warden_record *r)
{
	p = warden_pack_le64(p, r->seq);
	p = warden_pack_le64(p, r->time);
	p = warden_pack_le64(p, r->generation);
	p = warden_pack_le64(p, r->took);
	p = warden_pack_le32(p, r->event);
	p = warden_pack_le32(p, r->domain);
	p = warden_pack_le32(p, r->action);
	p = warden_pack_le32(p, r->reason);
	p = warden_pack_le32(p, r->line);
	p = warden_pack_le32(p, r->policy_version);
	p = warden_pack_le32(p, r->count);
	p = warden_pack_le32(p, r->pid);
	p = warden_pack_le32(p, r->uid);
	p = warden_pack_le32(p, r->class);
	p = warden_pack_le32(p, r->layer);
	p = warden_pack_le32(p, r->family);
	p = warden_pack_le32(p, r->protocol);
	p = warden_pack_le32(p, r->port);
	p = warden_pack_le32(p, r->observed);
	return warden_pack_le32(p, r->has_receipt);
}

/**
 * warden_record_pack() - the bytes of a record that the audit chain hashes
 * @r: the record; all but its chain is read
 * @buf: where to put them
 *
 * Every integer in the order of the structure, 64-bit ones as le64 and all
 * others as le32; the program's digest and the object's, 33 bytes each; the 16
 * bytes of the receipt; the length of the program as le32 and the program; the
 * length of the object as le32 and the object; where there is a purpose, its
 * length as le32 and the purpose.
 *
 * Return: the number of bytes.
 */
static inline __u32 warden_record_pack(const struct warden_record *r,
				       __u8 buf[WARDEN_RECORD_PACKED_MAX])
{
	__u8 *p = warden_record_pack_numbers(buf, r);

	p = warden_pack_bytes(p, &r->program_digest, sizeof(r->program_digest));
	p = warden_pack_bytes(p, &r->object_digest, sizeof(r->object_digest));
	p = warden_pack_bytes(p, r->receipt, sizeof(r->receipt));
	p = warden_pack_string(p, r->program);
	p = warden_pack_string(p, r->object);
	if (r->purpose[0]) /* records of before there were purposes hash as they did */
		p = warden_pack_text(p, r->purpose, WARDEN_LABEL_MAX);
	return (__u32)(p - buf);
}

#endif /* WARDEN_CHAIN_H */

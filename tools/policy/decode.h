/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled policy, read back: the parts questions are made of. */
#ifndef WARDEN_DECODE_H
#define WARDEN_DECODE_H

#include <linux/warden.h>
#include <warden/address.h>
#include <warden/chain.h>

#include "arena.h"
#include "kernel/oracle.h"

struct warden_program_view {
	const char *label;
	const char *path; /* "" where it has none */
	bool has_uid;
	uint32_t uid;
	const char *unit; /* NULL is any */
	const char *arguments; /* NULL is any */
	struct warden_digest digests[2 * WARDEN_PROGRAM_DIGESTS_MAX];
	uint32_t n;
};

/* One rule of the wire. Its number is its place in the policy, from 1. */
struct warden_rule_view {
	uint32_t line;
	uint32_t number; /* of its first range of ports, by which the oracle speaks of all of them */
	uint32_t domain;
	uint32_t action;
	uint32_t program; /* from 1; 0 is any */
	uint32_t class;	  /* of a sensor, or of an interface; 0 is any */
	uint32_t purpose; /* from 1; 0 is none */
	uint32_t flags;
	uint32_t withdraw_ms;
	uint32_t rate;	   /* uses in an hour; 0 is no limit */
	uint32_t protocol; /* 0 is any */
	uint32_t low;
	uint32_t high;
	uint32_t socket;	     /* 0 is any */
	const char *topology;	     /* of a device, or a port; NULL is any */
	struct warden_net net;	     /* version 0 is anywhere */
	struct warden_net own;	     /* version 0 is any address of the device */
	const char *interface;	     /* NULL is any */
	struct warden_digest digest; /* alg 0 is any file */
	uint32_t surface;	     /* 0 is any */
	const char *pattern;	     /* NULL is any */
};

/* A broker at a port. */
struct warden_broker_view {
	uint32_t protocol;
	uint32_t port;
	uint32_t class;
	const char *topology; /* as a rule for a device names it */
};

/* A digest, and a program that is known by it. */
struct warden_owner {
	struct warden_digest digest;
	uint32_t program; /* from 1 */
};

struct warden_view {
	const char *title; /* what it is called in what is printed */
	const char *name;
	uint32_t version;
	uint32_t measure;
	uint8_t *bytes; /* the policy; the line of a rule is its number */
	size_t len;
	struct warden_arena arena;
	WARDEN_ARRAY(struct warden_program_view) programs;
	WARDEN_ARRAY(const char *) purposes;
	WARDEN_ARRAY(bool) ends; /* of each purpose: whether it does */
	WARDEN_ARRAY(struct warden_rule_view) rules;
	WARDEN_ARRAY(struct warden_broker_view) brokers;
	WARDEN_ARRAY(struct warden_owner) owners; /* by digest */
	WARDEN_ARRAY(uint32_t) consents; /* numbers of the rules with consent, by program */
	WARDEN_ARRAY(uint32_t) devices;	 /* of those that name a device, by program */
	WARDEN_ARRAY(struct warden_digest) references[WARDEN_DOMAIN_BPF + 1];
	struct warden_oracle *oracle; /* which knows the rules by their numbers */
};

/**
 * warden_view_open() - read a compiled policy
 * @v: filled in; closed with warden_view_close() in any case
 * @title: what to call it
 * @blob: the policy, as it stands on the wire
 * @len: bytes of it
 * @why: what is wrong with it
 *
 * Return: 0, or -EBADMSG.
 */
int warden_view_open(struct warden_view *v, const char *title, const void *blob, size_t len,
		     char why[WARDEN_ORACLE_WHY]);
void warden_view_close(struct warden_view *v);

/* The rule with a number from a reply; NULL for 0. */
const struct warden_rule_view *warden_view_rule(const struct warden_view *v, uint32_t number);

/* Where the owners of a digest begin in @v->owners. */
size_t warden_view_owners(const struct warden_view *v, const struct warden_digest *digest);

/* Where the rules with consent of a program begin in @v->consents. */
size_t warden_view_consents(const struct warden_view *v, uint32_t program);

#endif /* WARDEN_DECODE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module would answer: its own kmod/policy/stage.c and kmod/judge/decide.c, asked by
 * a tool. There is no second decision that could say something else.
 */
#ifndef WARDEN_ORACLE_H
#define WARDEN_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warden/address.h>
#include <warden/chain.h>

struct warden_oracle;

#define WARDEN_ORACLE_PURPOSES 16 /* consents of one question */
#define WARDEN_ORACLE_WHY      160

/**
 * struct warden_question - who asks for what
 * @domain: enum warden_domain, one that has rules
 * @uid: real user of the program
 * @unit: the unit it runs in; NULL is none
 * @arguments: what it was started with is what a policy says so; NULL is something else
 * @command: what it was started with itself, each argument with its NUL; asked where @arguments is NULL
 * @command_len: bytes of it
 * @subject: digest of the program
 * @class: sensor: enum warden_sensor_class; egress: what was used
 * @topology: sensor: topology name; NULL is a device no rule names
 * @names: sensor: its driver's and its node's name; NULL is one no rule names
 * @exports: sensor: what it delivers is to be exported
 * @protocol: listen, connect: IPPROTO_*
 * @port: listen, connect
 * @socket: protocol: enum warden_socket_class
 * @address: connect, egress: unmapped; no version is an address no rule names; listen: the other
 *	     side, no version where it may be anywhere
 * @own: listen: at which address of the device; no version is any
 * @interface: listen, bind, connect, egress: by which it comes in or goes out, "" is one no rule
 *	       names; NULL is any, or what a route may tell
 * @object: exec, module, firmware: digest of the file; usb: of the descriptors
 * @name: module, autoload, usb: its name, the alias, vendor and product; NULL is one no
 *	  rule names
 * @surface: debug: enum warden_debug_surface
 * @purposes: the program has a living consent for each of these, and for @class
 * @consents: how many
 */
struct warden_question {
	uint32_t domain;
	uint32_t uid;
	const char *unit;
	const char *arguments;
	const char *command;
	uint32_t command_len;
	struct warden_digest subject;
	uint32_t class;
	const char *topology;
	const char *names[2];
	bool exports;
	uint16_t protocol;
	uint16_t port;
	uint32_t socket;
	struct warden_address address;
	struct warden_address own;
	const char *interface;
	struct warden_digest object;
	const char *name;
	uint32_t surface;
	const char *purposes[WARDEN_ORACLE_PURPOSES];
	unsigned int consents;
};

/**
 * struct warden_reply - the verdict
 * @action: enum warden_action
 * @mode: enum warden_mode of the domain
 * @reason: enum warden_reason
 * @rule: number of the rule that decided, as its line attribute says; 0 is none
 */
struct warden_reply {
	uint32_t action;
	uint32_t mode;
	uint32_t reason;
	uint32_t rule;
};

/**
 * warden_oracle_new() - read a compiled policy as the module would
 * @blob: the policy
 * @len: bytes of it
 * @why: what is wrong with it, where NULL is returned
 */
struct warden_oracle *warden_oracle_new(const void *blob, size_t len, char why[WARDEN_ORACLE_WHY]);
void warden_oracle_free(struct warden_oracle *o);
void warden_oracle_ask(const struct warden_oracle *o, const struct warden_question *q,
		       struct warden_reply *reply);

/**
 * warden_oracle_is_started() - was a program started as a policy says?
 * @arguments: what the policy says
 * @command: what it was started with, each argument behind its name with its NUL
 * @len: bytes of @command
 */
bool warden_oracle_is_started(const char *arguments, const char *command, uint32_t len);

/**
 * warden_oracle_decides() - which of several layers decides
 * @o: the layers, the highest first
 * @n: how many, one for each role at most
 * @q: the question
 *
 * Return: the number of the layer, from 0.
 */
unsigned int warden_oracle_decides(const struct warden_oracle *const *o, unsigned int n,
				   const struct warden_question *q);

/**
 * warden_oracle_view() - the same policy with some of its rules
 * @o: the policy; must outlive the view
 * @keep: tells of each rule's number whether it stays
 * @ctx: handed to it
 *
 * Return: the view, freed with warden_oracle_free().
 */
struct warden_oracle *warden_oracle_view(const struct warden_oracle *o,
					 bool (*keep)(const void *ctx, uint32_t rule),
					 const void *ctx);

/**
 * warden_oracle_matching() - which rules a question meets
 * @o: the policy
 * @q: the question
 * @fn: called with the number of each; of one with several ranges of ports once for each that it meets
 * @ctx: handed to it
 */
void warden_oracle_matching(const struct warden_oracle *o, const struct warden_question *q,
			    void (*fn)(void *ctx, uint32_t rule), void *ctx);

/* --- what the module tells of a layer in force, which its bytes do not say --- */

/* Whether the device has an owner, for a layer that asks for one. */
void warden_oracle_set_up(struct warden_oracle *o, bool owned);

/**
 * warden_oracle_lapse() - a rule lapsed
 * @o: the policy
 * @line_of: the line in the text of a rule, by its number
 * @ctx: handed to it
 * @place: of the rule among those of the module, from 1
 *
 * Return: the line of that rule; 0 where there is none.
 */
uint32_t warden_oracle_lapse(struct warden_oracle *o, uint32_t (*line_of)(const void *ctx, uint32_t rule),
			     const void *ctx, uint32_t place);

/* A purpose ended, and with it what its rules allow. */
void warden_oracle_end(struct warden_oracle *o, const char *purpose);

/* Does a rule allow now, none of the above being true of it? */
bool warden_oracle_stands(const struct warden_oracle *o, uint32_t rule);

/* Make of the maker's layer the lock of a device that was tampered with: see kmod/policy/lock.c. */
void warden_oracle_lock(struct warden_oracle *o);

#endif /* WARDEN_ORACLE_H */

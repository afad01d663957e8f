/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as its author wrote it: statements with their places, names not yet
 * numbers, files not yet digests. parse.c fills it; resolve.c adds what the
 * names and groups stand for and enforce.c what this build cannot carry out;
 * print.c, lint.c and compile.c read it.
 */
#ifndef WARDEN_MODEL_H
#define WARDEN_MODEL_H

#include <linux/warden.h>
#include <netinet/in.h>
#include <warden/domain.h>
#include <warden/limits.h>

#include "arena.h"
#include "diag.h"
#include "index.h"
#include "prefix.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* Domains of the language that the wire does not have yet, after those it has. */
enum warden_model_domain {
	WARDEN_MODEL_LIBRARY = WARDEN_DOMAIN_BPF + 1,
	WARDEN_MODEL_DOMAINS
};

#define WARDEN_GROUPS_MAX	 1024 /* groups of one policy */
#define WARDEN_GROUP_SENSORS_MAX 256  /* sensors of one group, groups inside it spread out */
#define WARDEN_GROUP_PORTS_MAX	 1024 /* ranges of one group, merged */
#define WARDEN_CONTROL_MAX	 15   /* bytes of a control's number */

/* Some text and where it stands; NULL is absent. */
struct warden_name {
	const char *text;
	struct warden_place at;
};

/* Some elements of one of the model's arrays. */
struct warden_part {
	uint32_t first;
	uint32_t n;
};

enum warden_item_kind {
	WARDEN_ITEM_PATH,
	WARDEN_ITEM_SHA256,
	WARDEN_ITEM_USER,
	WARDEN_ITEM_UID,
	WARDEN_ITEM_UNIT,
	WARDEN_ITEM_ARGUMENTS,
	WARDEN_ITEM_KERNEL,
};

/* One line inside the braces of a program. */
struct warden_item {
	enum warden_item_kind kind;
	struct warden_name name; /* the path, the digits, the user */
	uint32_t uid;
	uint8_t digest[WARDEN_DIGEST_SIZE];
};

struct warden_program {
	struct warden_name name;
	size_t first_item;
	size_t items;
};

struct warden_purpose {
	struct warden_name name;
	struct warden_name text;
	struct warden_name notice; /* file of the privacy notice; NULL is none */
	struct warden_name until;  /* its last day; NULL is none */
	struct warden_place after; /* of @lasts */
	uint32_t lasts;		   /* seconds after its load; 0 is for ever */
};

/* What may stand behind most statements. */
struct warden_tags {
	struct warden_name control;
	struct warden_place optional; /* line 0: it does not stand there */
};

struct warden_default {
	struct warden_place at; /* line 0: the policy does not say */
	enum warden_action action;
	bool has_mode;
	enum warden_mode mode;
	struct warden_tags tags;
};

struct warden_ports {
	struct warden_place at;
	uint32_t low;
	uint32_t high;
	const char *group; /* the group that stands there instead, or NULL */
};

enum warden_sensor_kind {
	WARDEN_SENSOR_ANY,
	WARDEN_SENSOR_CLASS,
	WARDEN_SENSOR_DEVICE, /* by topology */
	WARDEN_SENSOR_NAME,   /* by the name of its driver, card or node */
	WARDEN_SENSOR_GROUP,
};

struct warden_sensor {
	enum warden_sensor_kind kind;
	uint32_t class; /* enum warden_sensor_class */
	struct warden_name name;
};

enum warden_group_kind {
	WARDEN_GROUP_PROGRAMS,
	WARDEN_GROUP_SENSORS,
	WARDEN_GROUP_PORTS,
};

/*
 * A group: its members as written, and what they come to with the groups among
 * them spread out, each once: of the model's members, sensors or ranges.
 */
struct warden_group {
	struct warden_name name;
	enum warden_group_kind kind;
	struct warden_part written; /* program names: the model's names; else as spread */
	struct warden_part spread;
	enum { WARDEN_GROUP_NEW, WARDEN_GROUP_OPEN, WARDEN_GROUP_DONE } state;
};

/* What a rule's ids are before they are resolved. */
#define WARDEN_MODEL_ANY 0

struct warden_rule {
	struct warden_place at;
	uint32_t domain; /* enum warden_domain or enum warden_model_domain */
	enum warden_action action;
	struct warden_name who;	    /* program or group; NULL is any */
	struct warden_name purpose; /* NULL is none */
	struct warden_name object;  /* file, module, usb device or debug surface; NULL is any */
	struct warden_sensor sensor;
	struct warden_tags tags;
	struct warden_place consent; /* where `with consent` stands */
	struct warden_place of;	     /* where it says whose */
	struct warden_part people;   /* of the model's names; none is anybody's */
	uint32_t quorum;	     /* how many of them; 0 is each */
	struct warden_place withdraw;
	struct warden_place signal; /* where `kill`, `term` or `freeze` stands */
	struct warden_place at_most;
	struct warden_place blank;
	struct warden_place until_setup;
	struct warden_place exports;
	struct warden_place from;
	struct warden_place own;
	struct warden_place to;
	struct warden_place while_using;
	struct warden_part ranges;     /* as written; none is any port */
	struct warden_part interfaces; /* of the model's names */
	struct warden_part prefixes;
	struct warden_part owns;     /* of the model's prefixes: addresses of the device */
	struct warden_part programs; /* resolved: ids from 1, of the model's members */
	struct warden_part sensors;  /* resolved */
	struct warden_part ports;    /* resolved, of the ranges */
	uint32_t purpose_id;	     /* resolved, from 1 */
	uint32_t flags;		     /* enum warden_rule_flag */
	uint32_t withdraw_ms;	     /* 0 is not said */
	uint32_t rate;		     /* uses in an hour; 0 is no limit */
	uint32_t protocol;	     /* IPPROTO_*; WARDEN_MODEL_ANY is any */
	uint32_t socket;	     /* protocol: enum warden_socket_class; 0 is any */
	bool by_class;		     /* usb: the object is a class of devices */
	bool by_digest;		     /* usb, bpf: the object is a SHA-256 */
	const char *lacks;	     /* what this build does not enforce of it, or NULL */
};

/* What a device is; by its topology name, or by that of its driver or node. */
struct warden_classing {
	struct warden_place at;
	struct warden_sensor device;
	uint32_t class;
};

/* A program that hands on what a sensor tells, at a port or at a local socket. */
struct warden_broker {
	struct warden_place at;
	struct warden_name name;
	uint32_t class;
	uint32_t protocol;	 /* 0 where it is a local socket */
	uint32_t port;
	struct warden_name path; /* of a local socket; no text where it is a port */
};

/* An input whose change means that somebody tampers with the device. */
struct warden_tamper {
	struct warden_place at;
	uint32_t kind; /* enum warden_tamper_kind; none is one that was told to be wrong */
	uint32_t code;
	uint32_t state;
	bool has_state;
	bool has_device;
	struct warden_sensor device;
};

struct warden_appraise {
	struct warden_place at;
	uint32_t domain;
	struct warden_name file; /* a relative one starts at the folder of the policy */
	struct warden_tags tags;
};

/* When what nobody uses ends: consents, or the rules of a domain that allow. 0 seconds is never. */
struct warden_unused {
	struct warden_place at;
	uint32_t seconds;
};

struct warden_model {
	struct warden_arena arena;
	struct warden_name name;
	uint32_t version;
	struct warden_name contact;
	struct warden_name support_until;
	struct warden_place sweep; /* where sockets that are older than the policy are to be ended */
	struct warden_place sweep_usb; /* where what was plugged in before it is to be shut */
	struct warden_unused unused[WARDEN_DOMAIN_CONSENT + 1]; /* by domain */
	struct warden_place setup;     /* where it asks for an owner before it opens anything */
	struct warden_place mode_at;
	enum warden_mode mode;
	struct warden_default defaults[WARDEN_MODEL_DOMAINS];
	WARDEN_ARRAY(struct warden_program) programs;
	WARDEN_ARRAY(struct warden_item) items;
	WARDEN_ARRAY(struct warden_group) groups;
	WARDEN_ARRAY(struct warden_purpose) purposes;
	WARDEN_ARRAY(struct warden_rule) rules;
	WARDEN_ARRAY(struct warden_rule) safety; /* what must stay allowed; flag `safety` */
	WARDEN_ARRAY(struct warden_ports) ranges;
	WARDEN_ARRAY(struct warden_sensor) sensors;
	WARDEN_ARRAY(struct warden_prefix) prefixes;
	WARDEN_ARRAY(struct warden_name) names;
	WARDEN_ARRAY(uint32_t) members;
	WARDEN_ARRAY(struct warden_appraise) appraises;
	WARDEN_ARRAY(struct warden_classing) classings;
	WARDEN_ARRAY(struct warden_broker) brokers;
	WARDEN_ARRAY(struct warden_tamper) tampers;
	uint32_t measure;		/* bit mask of domains */
	struct warden_place library;	/* where libraries are to be measured */
	struct warden_tags library_tags;
	size_t wire_rules; /* rules once groups and port sets are spread out */
	struct warden_index program_names;
	struct warden_index group_names;
	struct warden_index purpose_names;
};

/* A unit the language counts time in. */
/* The longest time a statement can name. */
#define WARDEN_MODEL_SPAN_MAX (36500 * 86400u)

/* When the day of a date has ended, in seconds since 1970, UTC. */
uint64_t warden_model_day_end(const char *date);

struct warden_time_unit {
	const char *word;
	uint32_t seconds;
};

/* From the largest to seconds; NULL past the last. */
const struct warden_time_unit *warden_time_unit(size_t n);

/* A protocol that can listen, by the name the language has for it. */
struct warden_protocol {
	const char *name;
	uint32_t number;
};

/* What the switch of a SW_* number is called, or NULL. */
const char *warden_tamper_switch(uint32_t code);

void warden_model_init(struct warden_model *m);
void warden_model_free(struct warden_model *m);

/* Each of these notes in @d what is wrong with its argument, and takes it all the same. */
void warden_model_set_header(struct warden_model *m, struct warden_diags *d,
			     struct warden_name name, uint32_t version,
			     struct warden_place version_at);
void warden_model_set_contact(struct warden_model *m, struct warden_diags *d,
			      struct warden_name contact);
void warden_model_set_support(struct warden_model *m, struct warden_diags *d,
			      struct warden_name date);
void warden_model_set_mode(struct warden_model *m, struct warden_diags *d, enum warden_mode mode,
			   struct warden_place at);
void warden_model_set_default(struct warden_model *m, struct warden_diags *d, uint32_t domain,
			      const struct warden_default *def);

/* Is a program the kernel itself? */
bool warden_model_is_kernel(const struct warden_model *m, const struct warden_program *p);

/* Starts a program; the items that follow are its own. */
void warden_model_add_program(struct warden_model *m, struct warden_diags *d,
			      struct warden_name name);
void warden_model_add_item(struct warden_model *m, struct warden_diags *d,
			   const struct warden_item *item);

/* Ends the program started last; @at is the place of its closing brace. */
void warden_model_end_program(struct warden_model *m, struct warden_diags *d,
			      struct warden_place at);
void warden_model_add_purpose(struct warden_model *m, struct warden_diags *d,
			      const struct warden_purpose *purpose);
void warden_model_set_sweep(struct warden_place *sweep, struct warden_diags *d, struct warden_place at,
			    const char *words);
void warden_model_set_unused(struct warden_model *m, struct warden_diags *d, uint32_t domain,
			     uint64_t seconds, struct warden_place at);
void warden_model_add_group(struct warden_model *m, struct warden_diags *d,
			    const struct warden_group *group);

/* Parts of what is being read; they stay together in the order they are added. */
void warden_model_add_range(struct warden_model *m, struct warden_diags *d,
			    const struct warden_ports *ports);
void warden_model_add_rule(struct warden_model *m, struct warden_diags *d,
			   const struct warden_rule *rule);
void warden_model_add_safety(struct warden_model *m, struct warden_diags *d,
			     const struct warden_rule *rule);
void warden_model_add_appraise(struct warden_model *m, struct warden_diags *d,
			       const struct warden_appraise *appraise);

/* Note in @d that a text is empty or has more than @max bytes. */
void warden_model_check_length(struct warden_diags *d, struct warden_name n, const char *what,
			       size_t max);

/* rules.c: note in @d what cannot stand in a rule. */
void warden_model_check_rule(struct warden_diags *d, const struct warden_rule *rule);

/**
 * warden_model_check() - resolve names, check what only the whole can tell
 * @m: the model
 * @d: what is wrong is noted here
 * @whole: false where a statement was lost to a syntax error, so that what is
 *	   missing may have stood there
 */
void warden_model_check(struct warden_model *m, struct warden_diags *d, bool whole);

/* resolve.c: turn the names of the rules into numbers and spread the groups out. */
void warden_model_resolve(struct warden_model *m, struct warden_diags *d);

/* Sort ranges and join what overlaps or touches; gives how many are left. */
uint32_t warden_ports_merge(struct warden_ports *v, uint32_t n);

/* usb.c: the number of a class of interfaces by its name or as 0x03; -1 where there is none. */
int warden_usb_class(const char *word);
const char *warden_usb_class_nth(const void *ctx, size_t n);

/* The name of a class in @to, or its number. */
const char *warden_usb_class_word(char to[16], uint32_t class);

/* Does a rule speak of its object by name: a module, or an alias that is asked for? */
bool warden_model_has_name(const struct warden_rule *rule);

/* How many rules of the compiled policy a rule becomes. */
size_t warden_model_spread(const struct warden_rule *rule);

/* How many entries of the compiled policy keep the safety list. */
size_t warden_model_kept(const struct warden_model *m);

/* The word of a domain, of the wire or of the language alone. */
const char *warden_model_domain(uint32_t domain);

/* The domain of a word; -1 where there is none. */
int warden_model_domain_value(const char *word);

/* NULL and -1 for what does not exist. */
const struct warden_protocol *warden_protocol_nth(size_t n);
const char *warden_protocol_name(uint32_t number);
int warden_protocol_number(const char *name);

#endif /* WARDEN_MODEL_H */

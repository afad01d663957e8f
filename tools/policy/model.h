/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as its author wrote it: statements with their places, names not yet
 * numbers, files not yet digests. parse.c fills it, print.c and compile.c read it.
 */
#ifndef WARDEN_MODEL_H
#define WARDEN_MODEL_H

#include <linux/warden.h>
#include <warden/limits.h>

#include "arena.h"
#include "diag.h"
#include "index.h"

#define WARDEN_MODEL_DOMAINS (WARDEN_DOMAIN_SYSTEM + 1)

/* Some text and where it stands; NULL is absent. */
struct warden_name {
	const char *text;
	struct warden_place at;
};

enum warden_item_kind {
	WARDEN_ITEM_PATH,
	WARDEN_ITEM_SHA256,
	WARDEN_ITEM_USER,
	WARDEN_ITEM_UID,
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
};

struct warden_default {
	struct warden_place at; /* line 0: the policy does not say */
	enum warden_action action;
	bool has_mode;
	enum warden_mode mode;
};

struct warden_ports {
	struct warden_place at;
	uint32_t low;
	uint32_t high;
};

/* What a rule's ids are before warden_model_check() has resolved them. */
#define WARDEN_MODEL_ANY 0

struct warden_rule {
	struct warden_place at;
	enum warden_domain domain;
	enum warden_action action;
	struct warden_name program;  /* NULL is any */
	struct warden_name purpose;  /* NULL is none */
	struct warden_name topology; /* sensor: one device */
	struct warden_name file;     /* module, firmware */
	struct warden_place consent; /* where `with consent` stands */
	struct warden_place withdraw;
	struct warden_place kill;
	uint32_t program_id;  /* from 1; resolved */
	uint32_t purpose_id;  /* from 1; resolved */
	uint32_t class;	      /* enum warden_sensor_class; WARDEN_MODEL_ANY is any */
	uint32_t flags;	      /* enum warden_rule_flag */
	uint32_t withdraw_ms; /* 0 is not said */
	uint32_t protocol;    /* IPPROTO_*; WARDEN_MODEL_ANY is any */
	size_t first_range;   /* of the model's ranges */
	size_t ranges;	      /* 0 is any port */
};

struct warden_appraise {
	struct warden_place at;
	enum warden_domain domain;
	struct warden_name file;
};

struct warden_model {
	struct warden_arena arena;
	struct warden_name name;
	uint32_t version;
	struct warden_name contact;
	struct warden_name support_until;
	struct warden_place mode_at;
	enum warden_mode mode;
	struct warden_default defaults[WARDEN_MODEL_DOMAINS];
	WARDEN_ARRAY(struct warden_program) programs;
	WARDEN_ARRAY(struct warden_item) items;
	WARDEN_ARRAY(struct warden_purpose) purposes;
	WARDEN_ARRAY(struct warden_rule) rules;
	WARDEN_ARRAY(struct warden_ports) ranges;
	WARDEN_ARRAY(struct warden_appraise) appraises;
	uint32_t measure;  /* bit mask of enum warden_domain */
	size_t wire_rules; /* rules once port sets are spread out */
	struct warden_index program_names;
	struct warden_index purpose_names;
};

/* A protocol that can listen, by the name the language has for it. */
struct warden_protocol {
	const char *name;
	uint32_t number;
};

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
void warden_model_set_default(struct warden_model *m, struct warden_diags *d,
			      enum warden_domain domain, const struct warden_default *def);

/* Starts a program; the items that follow are its own. */
void warden_model_add_program(struct warden_model *m, struct warden_diags *d,
			      struct warden_name name);
void warden_model_add_item(struct warden_model *m, struct warden_diags *d,
			   const struct warden_item *item);

/* Ends the program started last; @at is the place of its closing brace. */
void warden_model_end_program(struct warden_model *m, struct warden_diags *d,
			      struct warden_place at);
void warden_model_add_purpose(struct warden_model *m, struct warden_diags *d,
			      struct warden_name name, struct warden_name text);
void warden_model_add_range(struct warden_model *m, struct warden_diags *d,
			    const struct warden_ports *ports);
void warden_model_add_rule(struct warden_model *m, struct warden_diags *d,
			   const struct warden_rule *rule);
void warden_model_add_appraise(struct warden_model *m, struct warden_diags *d,
			       const struct warden_appraise *appraise);

/**
 * warden_model_check() - resolve names, check what only the whole can tell
 * @m: the model
 * @d: what is wrong is noted here
 * @whole: false where a statement was lost to a syntax error, so that what is
 *	   missing may have stood there
 */
void warden_model_check(struct warden_model *m, struct warden_diags *d, bool whole);

/* NULL and -1 for what does not exist. */
const struct warden_protocol *warden_protocol_nth(size_t n);
const char *warden_protocol_name(uint32_t number);
int warden_protocol_number(const char *name);

#endif /* WARDEN_MODEL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* What the lexer, the grammar and parse.c share, and nobody else. */
#ifndef WARDEN_PARSE_PRIV_H
#define WARDEN_PARSE_PRIV_H

#include "model.h"
#include "parse.h"

/* Where a token stands. */
struct warden_span {
	struct warden_place from;
	struct warden_place to; /* just past it */
};

/* What a token or a piece of a statement carries. */
union warden_token {
	struct warden_name name;
	uint32_t number;
	enum warden_action action;
	enum warden_mode mode;
	struct warden_part part;
	struct warden_sensor sensor;
	struct warden_tamper tamper;
};

/* A file that is included, waiting to be read once the text before it has been. */
struct warden_include {
	const char *file;	 /* from the folder of the policy, or from the root */
	struct warden_place at;	 /* of the statement that asks for it */
	struct warden_place own; /* line 1 of the file itself */
	size_t parent;		 /* the file that asks, counted from 1; 0 is the policy text */
	unsigned int depth;
	char *text; /* once it is read, to the end */
	size_t len;
};

/* All the texts of one policy. */
struct warden_texts {
	WARDEN_ARRAY(struct warden_include) includes;
	size_t current; /* the file being read, counted from 1; 0 is the policy text */
	size_t bytes;	/* read so far */
	const char *text; /* of the policy itself */
	size_t len;
};

struct warden_parse {
	struct warden_model *model;
	struct warden_diags *diags;
	struct warden_texts *texts;
	void *scanner;
	struct warden_place at;	      /* of the next character to be lexed */
	struct warden_span statement; /* of the comment or string being lexed */
	struct warden_rule rule;      /* the rule being read */
	struct warden_purpose purpose; /* the same */
	struct warden_tags tags;      /* what stands behind the statement being read */
	struct warden_place library;  /* where the measurement of libraries is asked for */
	struct warden_place unclosed; /* the text that lacks its closing quote */
	bool in_program;	      /* between braces that enclose items */
	bool lost;		      /* a statement was lost to a syntax error */
	/*
	 * The last token, and a plan to hand out `;` and then that token again:
	 * how a missing `;` costs one error and not the next statement too.
	 */
	int last;
	union warden_token last_value;
	struct warden_span last_span;
	int previous;			 /* the token before it */
	struct warden_place before_last; /* end of that */
	struct warden_place fed_before;	 /* the token a `;` was handed out before */
	enum { WARDEN_FEED_NEXT, WARDEN_FEED_SEMICOLON, WARDEN_FEED_AGAIN } feed;
};

#define WARDEN_TEXT_STYPE	      union warden_token
#define WARDEN_TEXT_STYPE_IS_DECLARED 1
#define WARDEN_TEXT_LTYPE	      struct warden_span
#define WARDEN_TEXT_LTYPE_IS_DECLARED 1

/* Generated from policy.l; flex hands it its own scanner. */
int warden_scan_lex(union warden_token *value, struct warden_span *span, void *scanner);
int warden_scan_open(struct warden_parse *p, const char *text, size_t len);
void warden_scan_close(struct warden_parse *p);

/* The lexer as the grammar sees it: the scanner's tokens and the `;` that was missing. */
int warden_text_lex(union warden_token *value, struct warden_span *span, struct warden_parse *p);

/* Move a place past some text. */
void warden_parse_advance(struct warden_place *at, const char *text, size_t len);

/* words.c: how the words that stand in tables are found, with an advice where not. */
uint32_t warden_parse_domain(struct warden_parse *p, struct warden_name word, uint32_t allowed,
			     const char *use);
struct warden_sensor warden_parse_sensor(struct warden_parse *p, struct warden_name word);
struct warden_sensor warden_parse_sensor_by(struct warden_parse *p, struct warden_name word,
					    struct warden_name text);
uint32_t warden_parse_protocol(struct warden_parse *p, struct warden_name word);
enum warden_group_kind warden_parse_group_kind(struct warden_parse *p, struct warden_name word);
enum warden_action warden_parse_debug(struct warden_parse *p, struct warden_name word);

/* A rule about a kind of socket. */
void warden_parse_socket(struct warden_parse *p, struct warden_name kind);
void warden_parse_surface(struct warden_parse *p, struct warden_name word);
bool warden_parse_until_setup(struct warden_parse *p, struct warden_name word);
void warden_parse_until(struct warden_parse *p, struct warden_name setup, struct warden_name closed,
			struct warden_place at);
void warden_parse_sweep(struct warden_parse *p, struct warden_name word, struct warden_place at);
/* `kernel` inside the braces of a program; false for any other name. */
bool warden_parse_kernel(struct warden_parse *p, struct warden_name word);
/* `DOMAIN unused N days`: of consents, or of the rules of a domain. */
void warden_parse_unused(struct warden_parse *p, uint32_t domain, struct warden_name word, uint32_t n,
			 struct warden_place at, struct warden_name unit);
/* `for N days`: seconds, or 0 where it is wrong. */
uint32_t warden_parse_span(struct warden_parse *p, uint32_t n, struct warden_place at, struct warden_name unit);
/* `at most N per second`: uses in an hour, or 0 where it is wrong. */
uint32_t warden_parse_rate(struct warden_parse *p, struct warden_name most, uint32_t n,
			   struct warden_place at, struct warden_name per, struct warden_name unit);
/* classing.c: `classify broker NAME at PROTOCOL PORT as CLASS`, and `classify` of a device */
void warden_parse_broker(struct warden_parse *p, struct warden_broker broker, struct warden_name what,
			 struct warden_name protocol, struct warden_name as, struct warden_name class);
void warden_parse_classing(struct warden_parse *p, struct warden_place at, struct warden_sensor device,
			   struct warden_name as, struct warden_name class);
/* tamper.c: `tamper switch "NAME"`, `tamper key N on ...` */
struct warden_tamper warden_parse_tamper_switch(struct warden_parse *p, struct warden_place at,
						struct warden_name what, struct warden_name text);
struct warden_tamper warden_parse_tamper_key(struct warden_parse *p, struct warden_place at,
					     struct warden_name what, uint32_t code,
					     struct warden_place code_at);
void warden_parse_tamper(struct warden_parse *p, const struct warden_tamper *t,
			 const struct warden_sensor *device);
void warden_parse_usb_class(struct warden_parse *p, struct warden_name word,
			    struct warden_name text);

/* include.c: take note of a file to be read, and the name of a file a text speaks of. */
void warden_parse_include(struct warden_parse *p, struct warden_name file);
struct warden_name warden_parse_relative(struct warden_parse *p, struct warden_name file);

/* errors.c: the grammar's syntax error, with the words that would have been right. */
void warden_parse_unexpected(struct warden_parse *p, struct warden_span at, const char *got,
			     bool got_is_name, const char *const *expected, int count);

/* Read one text into the model; false where a statement was lost to a syntax error. */
bool warden_parse_one(const char *text, size_t len, struct warden_place own,
		      struct warden_texts *texts, struct warden_model *m, struct warden_diags *d);

/* errors.c: writes `a, b, c`. */
void warden_parse_list(char *to, size_t size, const char *(*nth)(const void *ctx, size_t n),
		       const void *ctx);

#endif /* WARDEN_PARSE_PRIV_H */

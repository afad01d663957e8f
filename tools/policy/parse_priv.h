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

/* What a token carries. */
union warden_token {
	struct warden_name name;
	uint32_t number;
	enum warden_action action;
	enum warden_mode mode;
};

struct warden_parse {
	struct warden_model *model;
	struct warden_diags *diags;
	void *scanner;
	struct warden_place at;	      /* of the next character to be lexed */
	struct warden_span statement; /* of the comment or string being lexed */
	struct warden_rule rule;      /* the rule being read */
	struct warden_default def;    /* the default being read */
	struct warden_place unclosed; /* the text that lacks its closing quote */
	bool in_program;	      /* between the braces of a program */
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

/* How the words of the statements that have tables are found, with an advice where not. */
enum warden_domain warden_parse_domain(struct warden_parse *p, struct warden_name word,
				       uint32_t allowed, const char *use);
uint32_t warden_parse_class(struct warden_parse *p, struct warden_name word);
uint32_t warden_parse_protocol(struct warden_parse *p, struct warden_name word);

/* Refuse a statement that parses and that this build cannot carry out. */
void warden_parse_refuse(struct warden_parse *p, struct warden_place at, const char *what);

/* The grammar's syntax error, with the words that would have been right. */
void warden_parse_unexpected(struct warden_parse *p, struct warden_span at, const char *got,
			     bool got_is_name, const char *const *expected, int count);

#endif /* WARDEN_PARSE_PRIV_H */

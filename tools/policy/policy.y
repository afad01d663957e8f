/* SPDX-License-Identifier: GPL-2.0-only */
/* The grammar of the policy language; Documentation/policy-language.rst tells it to people. */
%require "3.7"
%define api.pure full
%define api.prefix {warden_text_}
%define parse.error custom
%define parse.lac full
%locations
%param { struct warden_parse *p }

%code requires {
#include "policy/parse_priv.h"
}

%code {
#include <string.h>

#define YYLLOC_DEFAULT(now, rhs, n)                                                                \
	do {                                                                                       \
		(now).from = (n) ? YYRHSLOC(rhs, 1).from : YYRHSLOC(rhs, 0).to;                    \
		(now).to = (n) ? YYRHSLOC(rhs, n).to : YYRHSLOC(rhs, 0).to;                        \
	} while (0)

#define MODEL (p->model)
#define DIAGS (p->diags)
#define BIT(domain) (1u << (domain))

#define DOMAINS_WITH_DEFAULT                                                                       \
	(BIT(WARDEN_DOMAIN_SENSOR) | BIT(WARDEN_DOMAIN_LISTEN) | BIT(WARDEN_DOMAIN_CONNECT) |      \
	 BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) | BIT(WARDEN_DOMAIN_FIRMWARE))
#define DOMAINS_MEASURED                                                                           \
	(BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) | BIT(WARDEN_DOMAIN_FIRMWARE) |       \
	 BIT(WARDEN_DOMAIN_POLICY))
#define DOMAINS_APPRAISED (BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE))

static void add_item(struct warden_parse *p, enum warden_item_kind kind, struct warden_name name,
		     uint32_t uid)
{
	struct warden_item item = { .kind = kind, .name = name, .uid = uid };

	warden_model_add_item(p->model, p->diags, &item);
}

static void add_range(struct warden_parse *p, struct warden_place at, uint32_t low, uint32_t high)
{
	struct warden_ports ports = { at, low, high };

	if (!p->rule.ranges++)
		p->rule.first_range = p->model->ranges.n;
	warden_model_add_range(p->model, p->diags, &ports);
}

static void set_default(struct warden_parse *p, struct warden_name word, struct warden_place at,
			enum warden_action action)
{
	enum warden_domain domain = warden_parse_domain(p, word, DOMAINS_WITH_DEFAULT, "default");

	p->def.at = at;
	p->def.action = action;
	if (domain != WARDEN_DOMAIN_NONE)
		warden_model_set_default(p->model, p->diags, domain, &p->def);
}

static void add_appraise(struct warden_parse *p, struct warden_place at, struct warden_name word,
			 struct warden_name file)
{
	struct warden_appraise a = { .at = at, .file = file };

	a.domain = warden_parse_domain(p, word, DOMAINS_APPRAISED, "appraise");
	if (a.domain != WARDEN_DOMAIN_NONE)
		warden_model_add_appraise(p->model, p->diags, &a);
}

/* An option that says twice what it says. */
static void once(struct warden_parse *p, struct warden_place *kept, struct warden_place at,
		 const char *what)
{
	if (kept->line)
		warden_diags_add(p->diags, at, "%s stands in this rule already; keep one", what);
	*kept = at;
}

static void warden_text_error(struct warden_span *at, struct warden_parse *p, const char *text)
{
	warden_diags_add(p->diags, at->from, "%s; make it smaller", text);
}
}

%token END_OF_TEXT 0 "the end of the file"
%token <name> ALLOW "allow" ANY "any" APPRAISE "appraise" BIND "bind" CONNECT "connect"
%token <name> CONSENT "consent" CONTACT "contact" CONTROL "control" DEBUG "debug"
%token <name> DEFAULT "default" DENY "deny" DEVICE "device" EGRESS "egress" ENFORCE "enforce"
%token <name> FIRMWARE "firmware" FOR "for" FROM "from" GROUP "group" INCLUDE "include"
%token <name> KILL "kill" LISTEN "listen" MEASURE "measure" MODE "mode" MODULE "module"
%token <name> OBSERVE "observe" ON "on" OPTIONAL "optional" PATH "path" POLICY "policy"
%token <name> PROGRAM "program" PURPOSE "purpose" SAFETY "safety" SHA256 "sha256"
%token <name> SUPPORT "support" UID "uid" UNIT "unit" UNTIL "until" USB "usb" USE "use"
%token <name> USER "user" VERSION "version" WITH "with" WITHDRAW "withdraw" WITHIN "within"
%token <name> NAME "a name" STRING "a text in quotes" DATE "a date" ADDRESS "an address"
%token <number> NUMBER "a number" DURATION "a duration like 200ms"

%type <name> domain refused ruled_out
%type <action> action
%type <mode> mode

%%

text:
	%empty
	| text statement
	;

statement:
	';'
	| simple ';'
	| program
	| refused tail ';'	{ warden_parse_refuse(p, @1.from, $1.text); }
	| error ';'		{ yyerrok; }
	| error '}'		{ p->in_program = false; yyerrok; }
	;

simple:
	POLICY STRING VERSION NUMBER	{ warden_model_set_header(MODEL, DIAGS, $2, $4, @4.from); }
	| CONTACT STRING		{ warden_model_set_contact(MODEL, DIAGS, $2); }
	| SUPPORT UNTIL DATE		{ warden_model_set_support(MODEL, DIAGS, $3); }
	| MODE mode			{ warden_model_set_mode(MODEL, DIAGS, $2, @1.from); }
	| PURPOSE NAME STRING		{ warden_model_add_purpose(MODEL, DIAGS, $2, $3); }
	| DEFAULT domain action default_mode	{ set_default(p, $2, @1.from, $3); }
	| MEASURE measured
	| APPRAISE domain FROM STRING	{ add_appraise(p, @1.from, $2, $4); }
	| rule
	;

mode:
	ENFORCE		{ $$ = WARDEN_MODE_ENFORCE; }
	| OBSERVE	{ $$ = WARDEN_MODE_OBSERVE; }
	;

action:
	ALLOW		{ $$ = WARDEN_ACTION_ALLOW; }
	| DENY		{ $$ = WARDEN_ACTION_DENY; }
	;

default_mode:
	%empty		{ p->def = (struct warden_default){ .has_mode = false }; }
	| mode		{ p->def = (struct warden_default){ .has_mode = true, .mode = $1 }; }
	;

/* Words of the language that name a domain, too. */
domain:
	NAME
	| LISTEN
	| CONNECT
	| MODULE
	| FIRMWARE
	| POLICY
	| CONSENT
	| DEVICE
	;

measured:
	one_measured
	| measured ',' one_measured
	;

one_measured:
	domain {
		enum warden_domain d = warden_parse_domain(p, $1, DOMAINS_MEASURED, "measure");

		if (d != WARDEN_DOMAIN_NONE)
			MODEL->measure |= BIT(d);
	}
	;

program:
	program_head open items '}' {
		p->in_program = false;
		warden_model_end_program(MODEL, DIAGS, @4.from);
	}
	;

program_head:
	PROGRAM NAME		{ warden_model_add_program(MODEL, DIAGS, $2); }
	;

open:
	'{'			{ p->in_program = true; }
	;

items:
	%empty
	| items item ';'
	| items error ';'	{ yyerrok; }
	;

item:
	PATH STRING		{ add_item(p, WARDEN_ITEM_PATH, $2, 0); }
	| SHA256 STRING		{ add_item(p, WARDEN_ITEM_SHA256, $2, 0); }
	| USER STRING		{ add_item(p, WARDEN_ITEM_USER, $2, 0); }
	| UID NUMBER {
		add_item(p, WARDEN_ITEM_UID, (struct warden_name){ NULL, @2.from }, $2);
	}
	| UNIT STRING		{ warden_parse_refuse(p, @1.from, $1.text); }
	;

rule:
	start who what options	{ p->rule.at = @1.from;
				  warden_model_add_rule(MODEL, DIAGS, &p->rule); }
	| start object options	{ p->rule.at = @1.from;
				  warden_model_add_rule(MODEL, DIAGS, &p->rule); }
	| start who ruled_out tail	{ warden_parse_refuse(p, @3.from, $3.text); }
	| start ruled_out tail		{ warden_parse_refuse(p, @2.from, $2.text); }
	;

start:
	action	{ p->rule = (struct warden_rule){ .action = $1 }; }
	;

who:
	NAME	{ p->rule.program = $1; }
	| ANY
	;

what:
	USE sensor	{ p->rule.domain = WARDEN_DOMAIN_SENSOR; }
	| LISTEN protocol ports	{ p->rule.domain = WARDEN_DOMAIN_LISTEN; }
	| object
	;

object:
	MODULE STRING		{ p->rule.domain = WARDEN_DOMAIN_MODULE; p->rule.file = $2; }
	| FIRMWARE STRING	{ p->rule.domain = WARDEN_DOMAIN_FIRMWARE; p->rule.file = $2; }
	;

sensor:
	NAME			{ p->rule.class = warden_parse_class(p, $1); }
	| DEVICE STRING		{ p->rule.topology = $2; }
	| ANY
	;

protocol:
	NAME			{ p->rule.protocol = warden_parse_protocol(p, $1); }
	| ANY
	;

ports:
	range
	| '{' range_list '}'
	| ANY
	;

range_list:
	range
	| range_list ',' range
	;

range:
	NUMBER			{ add_range(p, @1.from, $1, $1); }
	| NUMBER '-' NUMBER	{ add_range(p, @1.from, $1, $3); }
	;

options:
	%empty
	| options option
	;

option:
	FOR NAME {
		struct warden_place at = p->rule.purpose.at;

		once(p, &at, @1.from, "`for`");
		p->rule.purpose = $2;
	}
	| WITH CONSENT {
		once(p, &p->rule.consent, @1.from, "`with consent`");
		p->rule.flags |= WARDEN_RULE_FLAG_CONSENT;
	}
	| WITHDRAW WITHIN DURATION {
		once(p, &p->rule.withdraw, @3.from, "`withdraw within`");
		p->rule.withdraw_ms = $3;
	}
	| KILL {
		once(p, &p->rule.kill, @1.from, "`kill`");
		p->rule.flags |= WARDEN_RULE_FLAG_KILL;
	}
	| OPTIONAL		{ p->rule.flags |= WARDEN_RULE_FLAG_OPTIONAL; }
	| ON NAME		{ warden_parse_refuse(p, @1.from, $1.text); }
	| FROM ADDRESS		{ warden_parse_refuse(p, @1.from, $1.text); }
	| CONTROL STRING	{ warden_parse_refuse(p, @1.from, $1.text); }
	;

/* Statements that are words of the language already and have no road yet. */
refused:
	GROUP
	| USB
	| DEBUG
	| INCLUDE
	| SAFETY
	| EGRESS
	;

ruled_out:
	CONNECT
	| BIND
	| USB
	| DEBUG
	;

tail:
	%empty
	| tail word
	| tail '{' inner '}'
	;

inner:
	%empty
	| inner word
	| inner ';'
	| inner '{' inner '}'
	;

word:
	NAME | STRING | DATE | ADDRESS | NUMBER | DURATION | ',' | '-'
	| ALLOW | ANY | APPRAISE | BIND | CONNECT | CONSENT | CONTACT | CONTROL | DEBUG
	| DEFAULT | DENY | DEVICE | EGRESS | ENFORCE | FIRMWARE | FOR | FROM | GROUP | INCLUDE
	| KILL | LISTEN | MEASURE | MODE | MODULE | OBSERVE | ON | OPTIONAL | PATH | POLICY
	| PROGRAM | PURPOSE | SAFETY | SHA256 | SUPPORT | UID | UNIT | UNTIL | USB | USE | USER
	| VERSION | WITH | WITHDRAW | WITHIN
	;

%%

static int yyreport_syntax_error(const yypcontext_t *context, struct warden_parse *p)
{
	const struct warden_span *at = yypcontext_location(context);
	yysymbol_kind_t got = yypcontext_token(context);
	yysymbol_kind_t kinds[YYNTOKENS];
	const char *expected[YYNTOKENS];
	int count, i;

	count = yypcontext_expected_tokens(context, kinds, YYNTOKENS);
	for (i = 0; i < count; i++)
		expected[i] = yysymbol_name(kinds[i]);
	warden_parse_unexpected(p, *at, yysymbol_name(got), got == YYSYMBOL_NAME, expected,
				count > 0 ? count : 0);
	return 0;
}

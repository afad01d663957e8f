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
	 BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) | BIT(WARDEN_DOMAIN_FIRMWARE) |       \
	 BIT(WARDEN_DOMAIN_PROTOCOL) | BIT(WARDEN_DOMAIN_BIND) | BIT(WARDEN_DOMAIN_USB) |           \
	 BIT(WARDEN_DOMAIN_DEBUG) | BIT(WARDEN_DOMAIN_AUTOLOAD) | BIT(WARDEN_DOMAIN_BPF))
#define DOMAINS_MEASURED                                                                           \
	(BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) | BIT(WARDEN_DOMAIN_FIRMWARE) |       \
	 BIT(WARDEN_DOMAIN_POLICY) | BIT(WARDEN_MODEL_LIBRARY))
#define DOMAINS_APPRAISED                                                                          \
	(BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) | BIT(WARDEN_DOMAIN_FIRMWARE) |       \
	 BIT(WARDEN_DOMAIN_BPF) | BIT(WARDEN_MODEL_LIBRARY))

static void add_item(struct warden_parse *p, enum warden_item_kind kind, struct warden_name name,
		     uint32_t uid)
{
	struct warden_item item = { .kind = kind, .name = name, .uid = uid };

	warden_model_add_item(p->model, p->diags, &item);
}

static void add_group(struct warden_parse *p, struct warden_name name, enum warden_group_kind kind,
		      struct warden_part written)
{
	struct warden_group group = { .name = name, .kind = kind, .written = written };

	warden_model_add_group(p->model, p->diags, &group);
}

/* Each of these adds an element and gives the part that holds it. */
static struct warden_part add_range(struct warden_parse *p, struct warden_place at, uint32_t low,
				    uint32_t high, const char *group)
{
	struct warden_part part = { (uint32_t)p->model->ranges.n, 1 };
	struct warden_ports ports = { at, low, high, group };

	warden_model_add_range(p->model, p->diags, &ports);
	return part;
}

static struct warden_part add_name(struct warden_parse *p, struct warden_name name)
{
	struct warden_part part = { (uint32_t)p->model->names.n, 1 };

	*warden_array_add(&p->model->names) = name;
	return part;
}

static struct warden_part add_sensor(struct warden_parse *p, struct warden_sensor sensor)
{
	struct warden_part part = { (uint32_t)p->model->sensors.n, 1 };

	*warden_array_add(&p->model->sensors) = sensor;
	return part;
}

static struct warden_part add_prefix(struct warden_parse *p, struct warden_name text)
{
	struct warden_part part = { (uint32_t)p->model->prefixes.n, 1 };

	warden_prefix_parse(warden_array_add(&p->model->prefixes), p->diags, text.text, text.at);
	return part;
}

/* The lexer adds runs of ports itself, so what was added is counted at the end. */
static struct warden_part add_ranges(struct warden_parse *p, struct warden_part list)
{
	list.n = (uint32_t)p->model->ranges.n - list.first;
	return list;
}

static struct warden_part joined(struct warden_part list, struct warden_part one)
{
	list.n += one.n;
	return list;
}

static void begin_purpose(struct warden_parse *p, struct warden_name name, struct warden_name text)
{
	p->purpose = (struct warden_purpose){ .name = name, .text = text };
}

/* Who must consent, and how many of them; 0 is each. */
static void set_people(struct warden_parse *p, uint32_t quorum, struct warden_place at,
		       struct warden_part people)
{
	p->rule.people = people;
	p->rule.quorum = quorum;
	p->rule.of = at;
}

static void set_default(struct warden_parse *p, uint32_t domain, struct warden_default def)
{
	def.tags = p->tags;
	if (domain != WARDEN_DOMAIN_NONE)
		warden_model_set_default(p->model, p->diags, domain, &def);
}

static void add_measured(struct warden_parse *p, struct warden_name word)
{
	uint32_t domain = warden_parse_domain(p, word, DOMAINS_MEASURED, "measure");

	if (domain == WARDEN_MODEL_LIBRARY)
		p->library = word.at;
	else if (domain != WARDEN_DOMAIN_NONE)
		p->model->measure |= BIT(domain);
}

static void end_measure(struct warden_parse *p)
{
	if (!p->library.line)
		return;
	p->model->library = p->library;
	p->model->library_tags = p->tags;
	p->library = (struct warden_place){ .line = 0 };
}

static void add_appraise(struct warden_parse *p, struct warden_place at, struct warden_name word,
			 struct warden_name file)
{
	struct warden_appraise a = { .at = at, .tags = p->tags };

	a.domain = warden_parse_domain(p, word, DOMAINS_APPRAISED, "appraise");
	a.file = warden_parse_relative(p, file);
	if (a.domain != WARDEN_DOMAIN_NONE)
		warden_model_add_appraise(p->model, p->diags, &a);
}

static void begin_rule(struct warden_parse *p, enum warden_action action)
{
	p->rule = (struct warden_rule){ .action = action };
	p->tags = (struct warden_tags){ .control = { .text = NULL } };
}

static void end_rule(struct warden_parse *p, struct warden_place at)
{
	p->rule.at = at;
	p->rule.tags = p->tags;
	warden_model_add_rule(p->model, p->diags, &p->rule);
}

static void end_safety(struct warden_parse *p, struct warden_place at)
{
	p->rule.at = at;
	warden_model_add_safety(p->model, p->diags, &p->rule);
	begin_rule(p, WARDEN_ACTION_ALLOW);
}

static void set_object(struct warden_parse *p, uint32_t domain, struct warden_name object)
{
	p->rule.domain = domain;
	p->rule.object = object;
}

static void set_ports(struct warden_parse *p, uint32_t domain, struct warden_part ranges)
{
	p->rule.domain = domain;
	p->rule.ranges = ranges;
}

/* An option that says twice what it says. */
static void once(struct warden_parse *p, struct warden_place *kept, struct warden_place at,
		 const char *what)
{
	if (kept->line)
		warden_diags_add(p->diags, at, "%s stands in this rule already; keep one", what);
	*kept = at;
}

/* The same for one whose place is that of its first element. */
static void once_part(struct warden_parse *p, struct warden_part *kept, struct warden_part part,
		      struct warden_place at, const char *what)
{
	if (kept->n)
		warden_diags_add(p->diags, at, "%s stands in this rule already; write `{a, b}`",
				 what);
	*kept = part;
}

static void warden_text_error(struct warden_span *at, struct warden_parse *p, const char *text)
{
	warden_diags_add(p->diags, at->from, "%s; make it smaller", text);
}
}

%token END_OF_TEXT 0 "the end of the file"
%token <name> ALLOW "allow" ANY "any" APPRAISE "appraise" ARGUMENTS "arguments" AT "at" AUTOLOAD "autoload" BIND "bind" BLANK "blank"
%token <name> BPF "bpf"
%token <name> CLASSIFY "classify" CONNECT "connect"
%token <name> CONSENT "consent" CONTACT "contact" CONTROL "control" DEBUG "debug"
%token <name> DEFAULT "default" DENY "deny" DEVICE "device" EGRESS "egress" ENFORCE "enforce"
%token <name> EXPORT "export"
%token <name> FIRMWARE "firmware" FOR "for" FREEZE "freeze" FROM "from" GROUP "group" INCLUDE "include"
%token <name> KILL "kill" LISTEN "listen" MEASURE "measure" MODE "mode" MODULE "module"
%token <name> NOTICE "notice" OBSERVE "observe" OF "of" ON "on" OPTIONAL "optional" PATH "path"
%token <name> POLICY "policy" PORT "port" PROGRAM "program" PROTOCOL "protocol" PURPOSE "purpose"
%token <name> SAFETY "safety" SENSOR "sensor"
%token <name> SHA256 "sha256"
%token <name> SUPPORT "support" SWEEP "sweep" TAMPER "tamper" TERM "term" TO "to" UID "uid" UNIT "unit" UNTIL "until" USB "usb" USE "use"
%token <name> USER "user" USING "using" VERSION "version" WHILE "while" WITH "with"
%token <name> WITHDRAW "withdraw" WITHIN "within"
%token <name> NAME "a name" STRING "a text in quotes" DATE "a date" ADDRESS "an address"
%token <number> NUMBER "a number" DURATION "a duration like 200ms"

%type <name> domain interface
%type <number> signal
%type <action> action
%type <mode> mode
%type <part> ports range_list range sensors names people interfaces interface_list prefixes prefix_list
%type <sensor> sensor named_sensor
%type <tamper> tamper tamper_input

%%

text:
	%empty
	| text statement
	;

statement:
	';'
	| simple ';'
	| program
	| group
	| safety
	| error ';'		{ yyerrok; }
	| error '}'		{ p->in_program = false; yyerrok; }
	;

simple:
	POLICY STRING VERSION NUMBER	{ warden_model_set_header(MODEL, DIAGS, $2, $4, @4.from); }
	| CONTACT STRING		{ warden_model_set_contact(MODEL, DIAGS, $2); }
	| SUPPORT UNTIL DATE		{ warden_model_set_support(MODEL, DIAGS, $3); }
	| MODE mode			{ warden_model_set_mode(MODEL, DIAGS, $2, @1.from); }
	| purpose purpose_options	{ warden_model_add_purpose(MODEL, DIAGS, &p->purpose); }
	| CONSENT NAME NUMBER NAME {
		warden_parse_unused(p, WARDEN_DOMAIN_CONSENT, $2, $3, @3.from, $4);
	}
	| SENSOR NAME NUMBER NAME {
		warden_parse_unused(p, WARDEN_DOMAIN_SENSOR, $2, $3, @3.from, $4);
	}
	| LISTEN NAME NUMBER NAME {
		warden_parse_unused(p, WARDEN_DOMAIN_LISTEN, $2, $3, @3.from, $4);
	}
	| CONNECT NAME NUMBER NAME {
		warden_parse_unused(p, WARDEN_DOMAIN_CONNECT, $2, $3, @3.from, $4);
	}
	| UNTIL NAME NAME		{ warden_parse_until(p, $2, $3, @1.from); }
	| SWEEP NAME			{ warden_parse_sweep(p, $2, @1.from); }
	| SWEEP USB			{ warden_model_set_sweep(&MODEL->sweep_usb, DIAGS, @1.from, "sweep usb"); }
	| CLASSIFY named_sensor NAME NAME	{ warden_parse_classing(p, @1.from, $2, $3, $4); }
	| CLASSIFY NAME NAME AT NAME NUMBER NAME NAME {
		warden_parse_broker(p, (struct warden_broker){ .at = @1.from, .name = $3, .port = $6 },
				    $2, $5, $7, $8);
	}
	| CLASSIFY NAME NAME AT NAME STRING NAME NAME {
		warden_parse_broker(p, (struct warden_broker){ .at = @1.from, .name = $3, .path = $6 },
				    $2, $5, $7, $8);
	}
	| tamper			{ warden_parse_tamper(p, &$1, NULL); }
	| tamper ON named_sensor	{ warden_parse_tamper(p, &$1, &$3); }
	| INCLUDE STRING		{ warden_parse_include(p, $2); }
	| DEFAULT domain action no_tags tags {
		set_default(p, warden_parse_domain(p, $2, DOMAINS_WITH_DEFAULT, "default"),
			    (struct warden_default){ .at = @1.from, .action = $3 });
	}
	| DEFAULT domain action mode no_tags tags {
		set_default(p, warden_parse_domain(p, $2, DOMAINS_WITH_DEFAULT, "default"),
			    (struct warden_default){ .at = @1.from, .action = $3,
						     .has_mode = true, .mode = $4 });
	}
	| DEBUG NAME no_tags tags {
		set_default(p, WARDEN_DOMAIN_DEBUG,
			    (struct warden_default){ .at = @1.from,
						     .action = warden_parse_debug(p, $2) });
	}
	| MEASURE measured no_tags tags	{ end_measure(p); }
	| APPRAISE domain FROM STRING no_tags tags	{ add_appraise(p, @1.from, $2, $4); }
	| rule
	;

purpose:
	PURPOSE NAME STRING	{ begin_purpose(p, $2, $3); }
	;

purpose_options:
	%empty
	| purpose_options purpose_option
	;

purpose_option:
	NOTICE STRING {
		once(p, &p->purpose.notice.at, @1.from, "`notice`");
		p->purpose.notice = warden_parse_relative(p, $2);
	}
	| UNTIL DATE {
		once(p, &p->purpose.until.at, @1.from, "`until`");
		p->purpose.until = $2;
	}
	| FOR NUMBER NAME {
		once(p, &p->purpose.after, @1.from, "`for`");
		p->purpose.lasts = warden_parse_span(p, $2, @2.from, $3);
	}
	;

tamper:
	tamper_input		{ $$ = $1; }
	| tamper_input AT NUMBER {
		$$ = $1;
		$$.state = $3;
		$$.has_state = true;
	}
	;

tamper_input:
	TAMPER NAME STRING	{ $$ = warden_parse_tamper_switch(p, @1.from, $2, $3); }
	| TAMPER NAME NUMBER	{ $$ = warden_parse_tamper_key(p, @1.from, $2, $3, @3.from); }
	;

/* What may stand behind a statement that is no rule. */
no_tags:
	%empty		{ p->tags = (struct warden_tags){ .control = { .text = NULL } }; }
	;

tags:
	%empty
	| tags tag
	;

tag:
	OPTIONAL	{ p->tags.optional = @1.from; }
	| CONTROL STRING {
		struct warden_place at = p->tags.control.at;

		once(p, &at, @1.from, "`control`");
		p->tags.control = $2;
	}
	;

mode:
	ENFORCE		{ $$ = WARDEN_MODE_ENFORCE; }
	| OBSERVE	{ $$ = WARDEN_MODE_OBSERVE; }
	;

action:
	ALLOW		{ $$ = WARDEN_ACTION_ALLOW; }
	| DENY		{ $$ = WARDEN_ACTION_DENY; }
	;

/* Words of the language that name a domain, too. */
domain:
	NAME
	| SENSOR
	| LISTEN
	| CONNECT
	| BIND
	| BPF
	| MODULE
	| FIRMWARE
	| PROTOCOL
	| AUTOLOAD
	| POLICY
	| CONSENT
	| DEVICE
	| USB
	| DEBUG
	;

measured:
	domain			{ add_measured(p, $1); }
	| measured ',' domain	{ add_measured(p, $3); }
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
	| UNIT STRING		{ add_item(p, WARDEN_ITEM_UNIT, $2, 0); }
	| ARGUMENTS STRING	{ add_item(p, WARDEN_ITEM_ARGUMENTS, $2, 0); }
	| NAME {
		if (!warden_parse_kernel(p, $1))
			YYERROR;
	}
	;

group:
	GROUP NAME '{' names '}'	{ add_group(p, $2, WARDEN_GROUP_PROGRAMS, $4); }
	| GROUP SENSOR NAME '{' sensors '}' {
		add_group(p, $3, WARDEN_GROUP_SENSORS, $5);
	}
	| GROUP PORT NAME '{' range_list '}' {
		add_group(p, $3, WARDEN_GROUP_PORTS, $5);
	}
	;

names:
	NAME			{ $$ = add_name(p, $1); }
	| names ',' NAME	{ $$ = joined($1, add_name(p, $3)); }
	;

sensors:
	sensor			{ $$ = add_sensor(p, $1); }
	| sensors ',' sensor	{ $$ = joined($1, add_sensor(p, $3)); }
	;

safety:
	SAFETY safety_open safe_items '}'	{ p->in_program = false; }
	;

safety_open:
	'{'	{ p->in_program = true; begin_rule(p, WARDEN_ACTION_ALLOW); }
	;

safe_items:
	%empty
	| safe_items who what ';'	{ end_safety(p, @2.from); }
	| safe_items object ';'		{ end_safety(p, @2.from); }
	| safe_items error ';'		{ begin_rule(p, WARDEN_ACTION_ALLOW); yyerrok; }
	;

rule:
	start who what options		{ end_rule(p, @1.from); }
	| start object options		{ end_rule(p, @1.from); }
	| start surface options		{ end_rule(p, @1.from); }
	| EGRESS egress_start options	{ end_rule(p, @1.from); }
	| EGRESS egress_start NAME options {
		p->rule.who = $3;
		end_rule(p, @1.from);
	}
	| EGRESS egress_start ANY options	{ end_rule(p, @1.from); }
	;

start:
	action	{ begin_rule(p, $1); }
	;

egress_start:
	action	{ begin_rule(p, $1); p->rule.domain = WARDEN_DOMAIN_EGRESS; }
	;

who:
	NAME	{ p->rule.who = $1; }
	| ANY
	;

what:
	USE sensor	{ p->rule.domain = WARDEN_DOMAIN_SENSOR; p->rule.sensor = $2; }
	| USE PROTOCOL NAME		{ warden_parse_socket(p, $3); }
	| USE PROTOCOL ANY		{ p->rule.domain = WARDEN_DOMAIN_PROTOCOL; }
	| LISTEN protocol ports		{ set_ports(p, WARDEN_DOMAIN_LISTEN, $3); }
	| BIND protocol ports		{ set_ports(p, WARDEN_DOMAIN_BIND, $3); }
	| CONNECT protocol ports	{ set_ports(p, WARDEN_DOMAIN_CONNECT, $3); }
	| object
	| surface
	;

object:
	MODULE STRING		{ set_object(p, WARDEN_DOMAIN_MODULE, $2); }
	| FIRMWARE STRING	{ set_object(p, WARDEN_DOMAIN_FIRMWARE, $2); }
	| BPF SHA256 STRING	{ set_object(p, WARDEN_DOMAIN_BPF, $3); p->rule.by_digest = true; }
	| AUTOLOAD STRING	{ set_object(p, WARDEN_DOMAIN_AUTOLOAD, $2); }
	| USB STRING		{ set_object(p, WARDEN_DOMAIN_USB, $2); }
	| USB ANY		{ p->rule.domain = WARDEN_DOMAIN_USB; }
	| USB NAME STRING	{ warden_parse_usb_class(p, $2, $3); }
	| USB SHA256 STRING	{ set_object(p, WARDEN_DOMAIN_USB, $3); p->rule.by_digest = true; }
	;

surface:
	DEBUG NAME		{ warden_parse_surface(p, $2); }
	| DEBUG BPF		{ warden_parse_surface(p, $2); }
	;

sensor:
	NAME			{ $$ = warden_parse_sensor(p, $1); }
	| named_sensor
	| ANY			{ $$ = (struct warden_sensor){ .kind = WARDEN_SENSOR_ANY }; }
	;

named_sensor:
	DEVICE STRING {
		$$ = (struct warden_sensor){ .kind = WARDEN_SENSOR_DEVICE, .name = $2 };
	}
	| NAME STRING		{ $$ = warden_parse_sensor_by(p, $1, $2); }
	;

protocol:
	NAME			{ p->rule.protocol = warden_parse_protocol(p, $1); }
	| ANY
	;

ports:
	range
	| '{' range_list '}'	{ $$ = $2; }
	| ANY			{ $$ = (struct warden_part){ .n = 0 }; }
	;

range_list:
	range
	| range_list ',' range	{ $$ = add_ranges(p, $1); }
	;

range:
	NUMBER			{ $$ = add_range(p, @1.from, $1, $1, NULL); }
	| NUMBER '-' NUMBER	{ $$ = add_range(p, @1.from, $1, $3, NULL); }
	| NAME			{ $$ = add_range(p, @1.from, 0, 0, $1.text); }
	;

options:
	%empty
	| options option
	| options tag
	;

signal:
	KILL		{ $$ = WARDEN_RULE_FLAG_KILL; }
	| TERM		{ $$ = WARDEN_RULE_FLAG_TERM; }
	| FREEZE	{ $$ = WARDEN_RULE_FLAG_FREEZE; }
	;

option:
	FOR NAME {
		struct warden_place at = p->rule.purpose.at;

		once(p, &at, @1.from, "`for`");
		p->rule.purpose = $2;
	}
	| with_consent
	| with_consent OF people	{ set_people(p, 0, @2.from, $3); }
	| with_consent OF NUMBER OF people {
		set_people(p, $3, @3.from, $5);
		if (!$3)
			warden_diags_add(DIAGS, @3.from,
					 "the consent of none is no consent; say how many");
	}
	| WITHDRAW WITHIN DURATION {
		once(p, &p->rule.withdraw, @3.from, "`withdraw within`");
		p->rule.withdraw_ms = $3;
	}
	| signal {
		once(p, &p->rule.signal, @1.from, "`kill`, `term` or `freeze`");
		p->rule.flags |= $1;
	}
	| BLANK {
		once(p, &p->rule.blank, @1.from, "`blank`");
		p->rule.flags |= WARDEN_RULE_FLAG_BLANK;
	}
	| UNTIL NAME {
		once(p, &p->rule.until_setup, @1.from, "`until setup`");
		p->rule.flags |= warden_parse_until_setup(p, $2) ? WARDEN_RULE_FLAG_SETUP : 0;
	}
	| EXPORT {
		once(p, &p->rule.exports, @1.from, "`export`");
		p->rule.flags |= WARDEN_RULE_FLAG_EXPORT;
	}
	| AT NAME NUMBER NAME NAME {
		once(p, &p->rule.at_most, @1.from, "`at most`");
		p->rule.rate = warden_parse_rate(p, $2, $3, @3.from, $4, $5);
	}
	| AT prefixes	{
		once_part(p, &p->rule.owns, $2, @1.from, "`at`");
		p->rule.own = @1.from;
	}
	| ON interfaces	{ once_part(p, &p->rule.interfaces, $2, @1.from, "`on`"); }
	| FROM prefixes	{
		once_part(p, &p->rule.prefixes, $2, @1.from, "`from`");
		p->rule.from = @1.from;
	}
	| TO prefixes	{
		once_part(p, &p->rule.prefixes, $2, @1.from, "`to`");
		p->rule.to = @1.from;
	}
	| WHILE USING sensor {
		once(p, &p->rule.while_using, @1.from, "`while using`");
		p->rule.sensor = $3;
	}
	;

with_consent:
	WITH CONSENT {
		once(p, &p->rule.consent, @1.from, "`with consent`");
		p->rule.flags |= WARDEN_RULE_FLAG_CONSENT;
	}
	;

people:
	NAME			{ $$ = add_name(p, $1); }
	| '{' names '}'		{ $$ = $2; }
	;

interfaces:
	interface			{ $$ = add_name(p, $1); }
	| '{' interface_list '}'	{ $$ = $2; }
	;

interface_list:
	interface			{ $$ = add_name(p, $1); }
	| interface_list ',' interface	{ $$ = joined($1, add_name(p, $3)); }
	;

interface:
	NAME
	| STRING
	;

prefixes:
	ADDRESS				{ $$ = add_prefix(p, $1); }
	| '{' prefix_list '}'		{ $$ = $2; }
	;

prefix_list:
	ADDRESS				{ $$ = add_prefix(p, $1); }
	| prefix_list ',' ADDRESS	{ $$ = joined($1, add_prefix(p, $3)); }
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

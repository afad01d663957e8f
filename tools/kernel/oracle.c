// SPDX-License-Identifier: GPL-2.0-only
#include "hosted.h"

#include <net/netlink.h>

#include "judge/arguments.h"
#include "judge/decide.h"
#include "netlink/netlink-gen.h"
#include "oracle.h"
#include "policy/snapshot.h"
#include "policy/stage.h"

struct warden_oracle {
	struct warden_snapshot *snap; /* of a view: a copy that owns its rules alone */
	bool is_view;
	u32 *places; /* index of the rule at each place of the module, once it was asked for */
};

static int add_entries(struct warden_stage *stage, const u8 *blob, size_t len,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int left, err;

	nla_for_each_attr(attr, (const struct nlattr *)blob, len, left) {
		int size = min(NLA_ALIGN(attr->nla_len), left);

		err = warden_stage_add(stage, attr, size, extack);
		if (err)
			return err;
	}
	if (!left)
		return 0;
	NL_SET_ERR_MSG(extack, "it is cut short");
	return -EINVAL;
}

struct warden_oracle *warden_oracle_new(const void *blob, size_t len, char why[WARDEN_ORACLE_WHY])
{
	struct warden_oracle *o = calloc(1, sizeof(*o));
	struct warden_stage *stage = warden_stage_new();
	struct netlink_ext_ack extack = { ._msg = "no memory is left" };
	struct warden_snapshot *snap = NULL;

	if (o && stage && !add_entries(stage, blob, len, &extack))
		snap = warden_stage_finish(stage, NULL, &extack);
	warden_stage_free(stage);
	if (!IS_ERR(snap) && snap) {
		warden_snapshot_set_up(snap, true); /* what it means, once there is an owner */
		o->snap = snap;
		return o;
	}
	snprintf(why, WARDEN_ORACLE_WHY, "%s", extack._msg ? extack._msg : "it is not well formed");
	free(o);
	return NULL;
}

void warden_oracle_free(struct warden_oracle *o)
{
	if (!o)
		return;
	if (o->is_view) {
		free(o->snap->rules);
		free(o->snap);
	} else {
		warden_snapshot_put(o->snap);
	}
	free(o->places);
	free(o);
}

/* Consents, and the table of them. */
struct consents {
	struct warden_grants table;
	struct warden_grant grant[WARDEN_ORACLE_PURPOSES];
	struct warden_grant_link link[WARDEN_ORACLE_PURPOSES];
};

/* The consents a question comes with: of this program, for this class, and for ever. */
static struct consents *consents_of(const struct warden_question *q)
{
	struct consents *c = calloc(1, sizeof(*c));
	struct warden_grant_link **chain;
	unsigned int i;

	if (!c)
		abort();
	chain = &c->table.chain[warden_grants_chain(&q->subject)];
	for (i = 0; i < q->consents; i++) {
		c->link[i].digest = q->subject;
		c->link[i].grant = &c->grant[i];
		c->grant[i].class = q->class;
		c->grant[i].purpose = warden_snapshot_key(q->purposes[i]);
		c->grant[i].expires = U64_MAX;
		c->link[i].next = *chain;
		*chain = &c->link[i];
	}
	return c;
}

static u64 name_key(const char *name)
{
	return name ? warden_snapshot_name_key(name) : 0;
}

static void ask_layers(const struct warden_layers *layers, const struct warden_question *q,
		       struct warden_verdict *v)
{
	struct warden_identity subject = { .digest = q->subject }, object = { .digest = q->object };
	struct consents *consents = q->consents ? consents_of(q) : NULL;
	struct warden_command command = {
		.key = q->arguments ? warden_snapshot_key(q->arguments) : 0,
		.len = q->command_len,
		.text = q->command,
	};
	struct warden_request req = {
		.domain = q->domain,
		.uid = q->uid,
		.unit = q->unit ? warden_snapshot_key(q->unit) : 0,
		.command = q->arguments || q->command ? &command : NULL,
		.subject = &subject,
		.grants = consents ? &consents->table : NULL,
		.class = q->class,
		.topology = q->topology ? warden_snapshot_key(q->topology) : 0,
		.names = { name_key(q->names[0]), name_key(q->names[1]) },
		.exports = q->exports,
		.protocol = q->protocol,
		.port = q->port,
		.address = q->address,
		.interface = q->interface,
		.own = q->own,
		.socket = q->socket,
		.object = &object,
		.name = q->name ? q->name : "",
		.surface = q->surface,
	};

	warden_decide_layers(layers, &req, v);
	free(consents);
}

static void ask(struct warden_snapshot *snap, const struct warden_question *q,
		struct warden_verdict *v)
{
	const struct warden_layers one = { .nr = 1, .layer = { snap } };

	ask_layers(&one, q, v);
}

void warden_oracle_ask(const struct warden_oracle *o, const struct warden_question *q,
		       struct warden_reply *reply)
{
	struct warden_verdict v;

	ask(o->snap, q, &v);
	*reply = (struct warden_reply){ v.action, v.mode, v.reason, v.rule ? v.rule->line : 0 };
}

bool warden_oracle_is_started(const char *arguments, const char *command, uint32_t len)
{
	const struct warden_command started = { .len = len, .text = command };
	struct warden_arguments as = { "" };

	snprintf(as.text, sizeof(as.text), "%s", arguments);
	return warden_arguments_match(&as, 0, &started);
}

unsigned int warden_oracle_decides(const struct warden_oracle *const *o, unsigned int n,
				   const struct warden_question *q)
{
	struct warden_layers layers = { .nr = n };
	struct warden_verdict v;
	unsigned int i;

	for (i = 0; i < n; i++)
		layers.layer[i] = o[i]->snap;
	ask_layers(&layers, q, &v);
	for (i = 0; i + 1 < n && v.snap != o[i]->snap; i++)
		;
	return i;
}

struct warden_oracle *warden_oracle_view(const struct warden_oracle *o,
					 bool (*keep)(const void *ctx, uint32_t rule),
					 const void *ctx)
{
	struct warden_oracle *view = calloc(1, sizeof(*view));
	struct warden_snapshot *snap = malloc(sizeof(*snap));
	struct warden_rule *rules = calloc(o->snap->nr_rules + 1, sizeof(*rules));
	u32 i;

	if (!view || !snap || !rules)
		abort();
	*snap = *o->snap;
	snap->rules = rules;
	snap->nr_rules = 0;
	for (i = 0; i < o->snap->nr_rules; i++)
		if (keep(ctx, o->snap->rules[i].line))
			rules[snap->nr_rules++] = o->snap->rules[i];
	*view = (struct warden_oracle){ .snap = snap, .is_view = true };
	return view;
}

/* Each rule is asked as if there were no other. */
void warden_oracle_matching(const struct warden_oracle *o, const struct warden_question *q,
			    void (*fn)(void *ctx, uint32_t rule), void *ctx)
{
	const u32 end = warden_decide_rules(o->snap, q->domain + 1, 0);
	struct warden_snapshot snap = *o->snap;
	struct warden_verdict v;
	u32 i;

	memset(snap.reference, 0, sizeof(snap.reference));
	snap.nr_rules = 1;
	for (i = warden_decide_rules(o->snap, q->domain, 0); i < end; i++) {
		snap.rules = &o->snap->rules[i];
		ask(&snap, q, &v);
		if (v.rule)
			fn(ctx, v.rule->line);
	}
}

/* --- the state of a layer in force ------------------------------------------------------ */

void warden_oracle_set_up(struct warden_oracle *o, bool owned)
{
	warden_snapshot_set_up(o->snap, owned);
}

/* The module has the lines of the text, and sorts by them. */
static u32 *find_places(const struct warden_snapshot *snap, uint32_t (*line_of)(const void *ctx, uint32_t rule),
			const void *ctx)
{
	struct warden_rule *rules = calloc(snap->nr_rules + 1, sizeof(*rules));
	u32 *places = calloc(snap->nr_rules + 1, sizeof(*places)), i;

	if (!rules || !places)
		abort();
	for (i = 0; i < snap->nr_rules; i++) {
		rules[i] = snap->rules[i];
		rules[i].line = line_of(ctx, snap->rules[i].line);
		rules[i].purpose = i; /* by which no rule is sorted */
	}
	if (warden_stage_sort_rules(rules, snap->nr_rules))
		abort();
	for (i = 0; i < snap->nr_rules; i++)
		places[i] = (u32)rules[i].purpose;
	free(rules);
	return places;
}

uint32_t warden_oracle_lapse(struct warden_oracle *o, uint32_t (*line_of)(const void *ctx, uint32_t rule),
			     const void *ctx, uint32_t place)
{
	struct warden_rule *rule;

	if (!place || place > o->snap->nr_rules)
		return 0;
	if (!o->places)
		o->places = find_places(o->snap, line_of, ctx);
	rule = &o->snap->rules[o->places[place - 1]];
	if (rule->action != WARDEN_ACTION_DENY)
		rule->action = warden_action_with(rule->action, WARDEN_RULE_LAPSED);
	return line_of(ctx, rule->line);
}

void warden_oracle_end(struct warden_oracle *o, const char *purpose)
{
	const u64 key = warden_snapshot_key(purpose);
	u32 i;

	for (i = 0; i < o->snap->nr_rules; i++) {
		struct warden_rule *rule = &o->snap->rules[i];

		if (rule->purpose == key && rule->action != WARDEN_ACTION_DENY)
			rule->action = warden_action_with(rule->action, WARDEN_RULE_ENDED);
	}
}

bool warden_oracle_stands(const struct warden_oracle *o, uint32_t rule)
{
	u32 i;

	for (i = 0; i < o->snap->nr_rules; i++)
		if (o->snap->rules[i].line == rule && o->snap->rules[i].action == WARDEN_ACTION_ALLOW)
			return true;
	return false;
}

void warden_oracle_lock(struct warden_oracle *o)
{
	struct warden_snapshot *snap = o->snap;
	u32 i, nr = 0;

	for (i = 0; i < snap->nr_rules; i++)
		if (snap->rules[i].flags & WARDEN_RULE_FLAG_SAFETY)
			snap->rules[nr++] = snap->rules[i];
	snap->nr_rules = nr;
	for (i = 0; i < WARDEN_DOMAIN_RULES; i++) {
		snap->reference[i].on = false;
		snap->defaults[i] = (struct warden_default){
			.action = warden_snapshot_shuts(i) ? WARDEN_ACTION_DENY : WARDEN_ACTION_ALLOW,
			.mode = WARDEN_MODE_ENFORCE,
		};
	}
	snap->measure = 0;
	snap->setup = false;
	snap->waits = 0;
	snap->locks = true;
}

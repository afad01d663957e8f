// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "safety.h"
#include "wire.h"

struct safety {
	struct warden_source *s;
	struct warden_view view;
	struct warden_rule *entry;
};

/* The module may end a session by the entry instead of by the rule. */
static void take_terms(struct warden_rule *entry, const struct warden_outcome *o)
{
	if (o->withdraw_ms && (!entry->withdraw_ms || o->withdraw_ms < entry->withdraw_ms))
		entry->withdraw_ms = o->withdraw_ms;
	entry->flags |= o->signals;
	if (o->rate && (!entry->rate || o->rate < entry->rate))
		entry->rate = o->rate;
}

static void tell(struct safety *y, const struct warden_outcome *o)
{
	char ground[WARDEN_OUTCOME_TEXT];
	struct warden_diags *d = &y->s->diags;

	warden_outcome_ground(ground, &y->view, o);
	if (o->observed)
		warden_diags_note(d, y->entry->at,
				  "the safety list names this, and it is only because of `observe` "
				  "that it is not denied (%s); this entry is not kept", ground);
	else if (y->s->forced)
		warden_diags_note(d, y->entry->at,
				  "the safety list names this, and it is not allowed (%s); forced, "
				  "this entry is not kept", ground);
	else if (o->what == WARDEN_OUTCOME_CONSENT)
		warden_diags_add(d, y->entry->at,
				 "the safety list names this, and %s wants consent for it; allow it "
				 "without, or take it off the list", ground);
	else
		warden_diags_add(d, y->entry->at,
				 "the safety list names this, and it is denied (%s); allow it, or "
				 "take it off the list", ground);
}

static void ask(struct safety *y, const struct warden_question *q)
{
	struct warden_outcome o;

	warden_ask(&y->view, q, &o);
	if (o.what == WARDEN_OUTCOME_ALLOWED) {
		if (q->domain == WARDEN_DOMAIN_SENSOR) /* and no connection to a broker */
			take_terms(y->entry, &o);
	} else if (!y->entry->lacks) {
		y->entry->lacks = "not allowed";
		tell(y, &o);
	}
}

/* What stands for a device in the compiled policy; NULL for a class. */
static const char *topology_of(const struct warden_sensor *s, char *name, size_t size)
{
	if (s->kind == WARDEN_SENSOR_DEVICE)
		return s->name.text;
	if (s->kind != WARDEN_SENSOR_NAME)
		return NULL;
	snprintf(name, size, WARDEN_NAME_MARK "%s", s->name.text);
	return name;
}

/* A device may be of any class, as a rule may name all devices of one. */
static void ask_sensors(struct safety *y, struct warden_question *q)
{
	char name[WARDEN_TOPOLOGY_MAX + 1];
	const struct warden_model *m = &y->s->model;
	uint32_t i;

	for (i = 0; i < y->entry->sensors.n; i++) {
		const struct warden_sensor *s = &m->sensors.v[y->entry->sensors.first + i];

		q->topology = topology_of(s, name, sizeof(name));
		for (q->class = WARDEN_SENSOR_CLASS_CAMERA; q->class <= WARDEN_SENSOR_CLASS_UNKNOWN;
		     q->class++)
			if (s->kind != WARDEN_SENSOR_CLASS || s->class == q->class)
				ask(y, q);
	}
}

/* Inside a range the verdict can only change where a rule begins or has ended. */
static void ask_range(struct safety *y, struct warden_question *q, uint32_t low, uint32_t high)
{
	size_t i;

	q->port = (uint16_t)low;
	ask(y, q);
	for (i = 0; i < y->view.rules.n; i++) {
		const struct warden_rule_view *r = &y->view.rules.v[i];

		q->port = (uint16_t)r->low;
		if (r->domain == q->domain && r->low > low && r->low <= high)
			ask(y, q);
		q->port = (uint16_t)(r->high + 1);
		if (r->domain == q->domain && r->high >= low && r->high < high)
			ask(y, q);
	}
}

static void ask_ports_at(struct safety *y, struct warden_question *q)
{
	const struct warden_part *ports = &y->entry->ports;
	const struct warden_protocol *protocol;
	uint32_t i;
	size_t n;

	for (n = 0; (protocol = warden_protocol_nth(n)); n++) {
		if (y->entry->protocol != WARDEN_MODEL_ANY &&
		    y->entry->protocol != protocol->number)
			continue;
		q->protocol = (uint16_t)protocol->number;
		if (!ports->n)
			ask_range(y, q, 0, UINT16_MAX);
		for (i = 0; i < ports->n; i++)
			ask_range(y, q, y->s->model.ranges.v[ports->first + i].low,
				  y->s->model.ranges.v[ports->first + i].high);
	}
}

/* Where the other side is, a verdict can only change where a net begins or has ended. */
static void ask_nets(struct safety *y, struct warden_question *q)
{
	size_t i;

	ask_ports_at(y, q);
	for (i = 0; i < y->view.rules.n; i++) {
		const struct warden_net *net = &y->view.rules.v[i].net;

		if (!net->first.version || y->view.rules.v[i].domain != q->domain)
			continue;
		q->address = net->first;
		ask_ports_at(y, q);
		q->address = warden_net_next(net);
		ask_ports_at(y, q);
	}
}

/* By which interface and from where: one that no rule names, and each that one does. */
static void ask_places_at(struct safety *y, struct warden_question *q)
{
	static const struct warden_address elsewhere = { .version = WARDEN_ADDRESS_ELSEWHERE };
	size_t i;

	q->interface = "";
	q->address = elsewhere;
	ask_nets(y, q);
	for (i = 0; i < y->view.rules.n; i++) {
		q->interface = y->view.rules.v[i].interface;
		q->address = elsewhere;
		if (q->interface)
			ask_nets(y, q);
	}
}

/* The same at an address of the device that no rule names, and at each edge of those that one does. */
static void ask_places(struct safety *y, struct warden_question *q)
{
	size_t i;

	q->own.version = WARDEN_ADDRESS_ELSEWHERE;
	ask_places_at(y, q);
	for (i = 0; i < y->view.rules.n; i++) {
		const struct warden_net *own = &y->view.rules.v[i].own;

		if (!own->first.version)
			continue;
		q->own = own->first;
		ask_places_at(y, q);
		q->own = warden_net_next(own);
		ask_places_at(y, q);
	}
}

static void ask_sockets(struct safety *y, struct warden_question *q)
{
	for (q->socket = WARDEN_SOCKET_CLASS_UNKNOWN; q->socket <= WARDEN_SOCKET_CLASS_TUN;
	     q->socket++)
		if (!y->entry->socket || y->entry->socket == q->socket)
			ask(y, q);
}

static void ask_file(struct safety *y, struct warden_question *q)
{
	const struct warden_name *file = &y->entry->object;
	struct warden_file_digests d;
	int err = y->s->files.digest(y->s->files.ctx, file->text, &d);

	if (err) {
		warden_diags_add(&y->s->diags, file->at, "\"%s\" cannot be read: %s; mend the path",
				 file->text, strerror(-err));
		return;
	}
	q->object.alg = WARDEN_DIGEST_ALG_SHA256;
	memcpy(q->object.bytes, d.sha256, sizeof(q->object.bytes));
	ask(y, q);
}

/* The rules are asked for the name as it stands; a `*` in it is any. */
static void ask_named(struct safety *y, struct warden_question *q)
{
	const char *text = y->entry->object.text;

	if (y->entry->by_digest) {
		q->object.alg = WARDEN_DIGEST_ALG_SHA256;
		warden_hex_get(q->object.bytes, sizeof(q->object.bytes), text);
	} else if (q->domain == WARDEN_DOMAIN_USB && y->entry->by_class)
		q->class = (uint32_t)warden_usb_class(text);
	else if (q->domain == WARDEN_DOMAIN_DEBUG)
		q->surface = (uint32_t)warden_enum_value(warden_enum_debug_surface(), text);
	else
		q->name = text;
	ask(y, q);
}

/* As one program, or as one the policy does not name. */
static void ask_entry(struct safety *y, uint32_t program)
{
	struct warden_question q = { .domain = y->entry->domain, .uid = WARDEN_UID_OTHER };
	const struct warden_program_view *p =
		program && program <= y->view.programs.n ? &y->view.programs.v[program - 1] : NULL;

	if (p) {
		q.subject = p->digests[0];
		q.uid = p->has_uid ? p->uid : WARDEN_UID_OTHER;
		q.unit = p->unit;
		q.arguments = p->arguments;
	}
	if (q.domain == WARDEN_DOMAIN_SENSOR)
		ask_sensors(y, &q);
	else if (q.domain == WARDEN_DOMAIN_LISTEN || q.domain == WARDEN_DOMAIN_BIND)
		ask_places(y, &q);
	else if (q.domain == WARDEN_DOMAIN_CONNECT)
		ask_nets(y, &q);
	else if (q.domain == WARDEN_DOMAIN_PROTOCOL)
		ask_sockets(y, &q);
	else if (q.domain == WARDEN_DOMAIN_DEBUG || q.domain == WARDEN_DOMAIN_USB ||
		 q.domain == WARDEN_DOMAIN_BPF ||
		 warden_model_has_name(y->entry))
		ask_named(y, &q);
	else
		ask_file(y, &q);
}

int warden_safety_check(struct warden_source *s)
{
	struct safety y = { .s = s };
	char why[WARDEN_ORACLE_WHY];
	size_t i;
	uint32_t k;

	if (!s->model.safety.n)
		return 0;
	if (warden_view_open(&y.view, s->file, s->blob.data, s->blob.len, why))
		warden_diags_add(&s->diags, (struct warden_place){ .line = 0 },
				 "the compiled policy cannot be read back: %s", why);
	for (i = 0; i < s->model.safety.n && y.view.oracle; i++) {
		struct warden_rule *r = &s->model.safety.v[i];

		y.entry = r;
		if (r->lacks)
			continue;
		if (!r->who.text)
			ask_entry(&y, 0);
		for (k = 0; k < r->programs.n; k++)
			ask_entry(&y, s->model.members.v[r->programs.first + k]);
	}
	warden_view_close(&y.view);
	return warden_diags_count(&s->diags) ? -EINVAL : 0;
}

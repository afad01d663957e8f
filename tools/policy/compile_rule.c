// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "compile_priv.h"
#include "wire.h"

/* So many that a rule fits into one message with room to spare. */
#define RANGES_PER_RULE 4096

/* One rule of the wire: a rule of the text for one program and one sensor or net. */
struct wire_rule {
	const struct warden_rule *rule;
	uint32_t program; /* 0 is any */
	const struct warden_sensor *sensor;
	const struct wire_range *range;
	size_t ranges;
	const struct warden_prefix *side; /* where the other side is; NULL is anywhere */
	const struct warden_prefix *own;  /* which of the device's addresses; NULL is any */
	const char *interface;		  /* NULL is any */
	const uint8_t *digest;
	enum warden_digest_alg alg;
	uint32_t surface;
	const char *pattern;
	const char *port;
	uint32_t usb_class;
};

static void put_sensor(struct compile *c, const struct warden_sensor *s)
{
	char name[WARDEN_TOPOLOGY_MAX + 1];

	if (s->kind == WARDEN_SENSOR_CLASS)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_CLASS, s->class);
	if (s->kind == WARDEN_SENSOR_DEVICE)
		warden_blob_put_string(c->b, WARDEN_A_RULE_TOPOLOGY, s->name.text);
	if (s->kind == WARDEN_SENSOR_NAME) {
		snprintf(name, sizeof(name), WARDEN_NAME_MARK "%s", s->name.text);
		warden_blob_put_string(c->b, WARDEN_A_RULE_TOPOLOGY, name);
	}
}

static void put_people(struct compile *c, const struct warden_rule *r)
{
	size_t nest;
	uint32_t i;

	for (i = 0; i < r->people.n; i++) {
		nest = warden_blob_nest_begin(c->b, WARDEN_A_RULE_PRINCIPAL);
		warden_blob_put_string(c->b, WARDEN_A_PRINCIPAL_NAME,
				       c->m->names.v[r->people.first + i].text);
		warden_blob_nest_end(c->b, nest);
	}
	if (r->quorum)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_QUORUM, r->quorum);
}

/* In the order of the attribute numbers. */
static void put_wire_rule(struct compile *c, const struct wire_rule *w)
{
	const struct warden_rule *r = w->rule;
	size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_RULE);

	warden_blob_put_u32(c->b, WARDEN_A_RULE_LINE, r->at.line);
	warden_blob_put_u32(c->b, WARDEN_A_RULE_DOMAIN, r->domain);
	warden_blob_put_u32(c->b, WARDEN_A_RULE_ACTION, r->action);
	if (w->program)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_PROGRAM, w->program);
	if (w->sensor)
		put_sensor(c, w->sensor);
	if (w->port)
		warden_blob_put_string(c->b, WARDEN_A_RULE_TOPOLOGY, w->port);
	if (r->purpose_id)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_PURPOSE, r->purpose_id);
	if (r->flags)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_FLAGS, r->flags);
	if (r->withdraw_ms)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_WITHDRAW_MS, r->withdraw_ms);
	if (r->protocol != WARDEN_MODEL_ANY)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_PROTOCOL, r->protocol);
	if (w->ranges == 1) {
		warden_blob_put_u32(c->b, WARDEN_A_RULE_PORT_LOW, w->range[0].low);
		warden_blob_put_u32(c->b, WARDEN_A_RULE_PORT_HIGH, w->range[0].high);
	}
	if (w->digest)
		warden_compile_put_digest(c, WARDEN_A_RULE_DIGEST, w->alg, w->digest);
	if (r->tags.control.text)
		warden_blob_put_string(c->b, WARDEN_A_RULE_CONTROL, r->tags.control.text);
	if (w->ranges > 1)
		warden_blob_put(c->b, WARDEN_A_RULE_PORTS, w->range, w->ranges * sizeof(*w->range));
	if (w->side) {
		const struct warden_net net = warden_prefix_net(w->side);

		warden_blob_put(c->b, WARDEN_A_RULE_NET, &net, sizeof(net));
	}
	if (r->socket)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_SOCKET, r->socket);
	if (w->surface)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_SURFACE, w->surface);
	if (w->pattern)
		warden_blob_put_string(c->b, WARDEN_A_RULE_PATTERN, w->pattern);
	put_people(c, r);
	if (w->usb_class)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_USB_CLASS, w->usb_class);
	if (w->interface)
		warden_blob_put_string(c->b, WARDEN_A_RULE_INTERFACE, w->interface);
	if (r->rate)
		warden_blob_put_u32(c->b, WARDEN_A_RULE_RATE, r->rate);
	if (w->own) {
		const struct warden_net net = warden_prefix_net(w->own);

		warden_blob_put(c->b, WARDEN_A_RULE_OWN, &net, sizeof(net));
	}
	warden_blob_nest_end(c->b, nest);
}

static void put_sensor_rule(struct compile *c, struct wire_rule *w)
{
	uint32_t i;

	for (i = 0; i < w->rule->sensors.n; i++) {
		w->sensor = &c->m->sensors.v[w->rule->sensors.first + i];
		put_wire_rule(c, w);
	}
}

/* As many rules as the size of an attribute asks for. */
static void put_port_rule(struct compile *c, struct wire_rule *w)
{
	static const struct wire_range any = { .low = 0, .high = UINT16_MAX };
	uint32_t n = w->rule->ports.n, i;
	size_t ranges, done;

	c->ranges.n = 0;
	for (i = 0; i < n; i++) {
		const struct warden_ports *p = &c->m->ranges.v[w->rule->ports.first + i];

		*warden_array_add(&c->ranges) = (struct wire_range){ (uint16_t)p->low, (uint16_t)p->high };
	}
	ranges = n ? n : 1;
	for (done = 0; done < ranges; done += w->ranges) {
		w->range = n ? c->ranges.v + done : &any;
		w->ranges = ranges - done < RANGES_PER_RULE ? ranges - done : RANGES_PER_RULE;
		put_wire_rule(c, w);
	}
}

static void put_net_rule(struct compile *c, struct wire_rule *w)
{
	uint32_t i;

	if (!w->rule->prefixes.n)
		put_port_rule(c, w);
	for (i = 0; i < w->rule->prefixes.n; i++) {
		w->side = &c->m->prefixes.v[w->rule->prefixes.first + i];
		put_port_rule(c, w);
	}
}

/* The same for each address of the device. */
static void put_own_rule(struct compile *c, struct wire_rule *w)
{
	uint32_t i;

	if (!w->rule->owns.n)
		put_net_rule(c, w);
	for (i = 0; i < w->rule->owns.n; i++) {
		w->own = &c->m->prefixes.v[w->rule->owns.first + i];
		put_net_rule(c, w);
	}
}

/* One for each sensor and each prefix. */
static void put_used_rule(struct compile *c, struct wire_rule *w)
{
	uint32_t i, k;

	for (i = 0; i < w->rule->sensors.n; i++) {
		w->sensor = &c->m->sensors.v[w->rule->sensors.first + i];
		if (!w->rule->prefixes.n)
			put_wire_rule(c, w);
		for (k = 0; k < w->rule->prefixes.n; k++) {
			w->side = &c->m->prefixes.v[w->rule->prefixes.first + k];
			put_wire_rule(c, w);
		}
	}
}

/* For each interface. */
static void put_way_rule(struct compile *c, struct wire_rule *w,
			 void (*put)(struct compile *c, struct wire_rule *w))
{
	uint32_t i;

	if (!w->rule->interfaces.n)
		put(c, w);
	for (i = 0; i < w->rule->interfaces.n; i++) {
		w->interface = c->m->names.v[w->rule->interfaces.first + i].text;
		put(c, w);
	}
}

/* The kernel asks by fs-verity digest where the file has one, else by SHA-256. */
static void put_file_rule(struct compile *c, struct wire_rule *w)
{
	const struct warden_file_digests *d = warden_compile_digest(c, w->rule->object);

	if (!d)
		return;
	w->alg = WARDEN_DIGEST_ALG_SHA256;
	w->digest = d->sha256;
	put_wire_rule(c, w);
	w->alg = WARDEN_DIGEST_ALG_FSVERITY_SHA256;
	w->digest = d->fsverity;
	put_wire_rule(c, w);
}

static void put_debug_rule(struct compile *c, struct wire_rule *w)
{
	w->surface = (uint32_t)warden_enum_value(warden_enum_debug_surface(), w->rule->object.text);
	put_wire_rule(c, w);
}

/* The kernel knows a module whose file has `-` in its name by one with `_`. */
static void put_name_rule(struct compile *c, struct wire_rule *w)
{
	char name[WARDEN_PATTERN_MAX + 1] = "";
	char *s;

	strncpy(name, w->rule->object.text, WARDEN_PATTERN_MAX);
	for (s = name; *s && w->rule->domain == WARDEN_DOMAIN_MODULE; s++)
		if (*s == '-')
			*s = '_';
	w->pattern = name;
	put_wire_rule(c, w);
}

/* One rule for each port. The kernel has the digits of vendor and product in small letters. */
static void put_usb_rule(struct compile *c, struct wire_rule *w)
{
	const struct warden_rule *r = w->rule;
	uint8_t digest[WARDEN_DIGEST_SIZE];
	char ids[16] = "";
	uint32_t i;

	for (i = 0; r->object.text && !r->by_class && !r->by_digest && i < sizeof(ids) - 1; i++)
		ids[i] = (char)tolower((unsigned char)r->object.text[i]);
	w->alg = WARDEN_DIGEST_ALG_SHA256;
	w->digest = r->by_digest && warden_hex_get(digest, sizeof(digest), r->object.text) ? digest :
											     NULL;
	w->pattern = ids[0] ? ids : NULL;
	w->usb_class = r->by_class ? (uint32_t)warden_usb_class(r->object.text) : 0;
	for (i = 0; i < r->interfaces.n; i++) {
		w->port = c->m->names.v[r->interfaces.first + i].text;
		put_wire_rule(c, w);
	}
	if (!r->interfaces.n)
		put_wire_rule(c, w);
}

static void put_bpf_rule(struct compile *c, struct wire_rule *w)
{
	uint8_t digest[WARDEN_DIGEST_SIZE];

	w->alg = WARDEN_DIGEST_ALG_SHA256;
	w->digest = warden_hex_get(digest, sizeof(digest), w->rule->object.text) ? digest : NULL;
	if (w->digest)
		put_wire_rule(c, w);
}

void warden_compile_put_rule(struct compile *c, const struct warden_rule *r)
{
	uint32_t programs = r->who.text ? r->programs.n : 1;
	uint32_t i;

	if (r->lacks)
		return;
	for (i = 0; i < programs; i++) {
		struct wire_rule w = { .rule = r };

		if (r->who.text)
			w.program = c->m->members.v[r->programs.first + i];
		if (r->domain == WARDEN_DOMAIN_LISTEN || r->domain == WARDEN_DOMAIN_BIND ||
		    r->domain == WARDEN_DOMAIN_CONNECT)
			put_way_rule(c, &w, put_own_rule);
		else if (r->domain == WARDEN_DOMAIN_EGRESS)
			put_way_rule(c, &w, put_used_rule);
		else if (r->domain == WARDEN_DOMAIN_PROTOCOL)
			put_wire_rule(c, &w);
		else if (r->domain == WARDEN_DOMAIN_USB)
			put_usb_rule(c, &w);
		else if (r->domain == WARDEN_DOMAIN_BPF)
			put_bpf_rule(c, &w);
		else if (r->domain == WARDEN_DOMAIN_DEBUG)
			put_debug_rule(c, &w);
		else if (warden_model_has_name(r))
			put_name_rule(c, &w);
		else if (r->object.text)
			put_file_rule(c, &w);
		else
			put_sensor_rule(c, &w);
	}
}

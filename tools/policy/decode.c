// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <warden/domain.h>

#include "decode.h"
#include "wire.h"

static const char *keep(struct warden_view *v, const struct warden_object *o, int attr)
{
	const char *text = warden_object_string(o, attr);

	return warden_arena_dup(&v->arena, text, strlen(text));
}

static int read_digest(struct warden_digest *d, const struct warden_value *nest)
{
	struct warden_object o;

	if (warden_object_parse(&o, warden_set_digest(), nest->data, nest->len) ||
	    o.v[WARDEN_A_DIGEST_BYTES].len != WARDEN_DIGEST_SIZE)
		return -EBADMSG;
	d->alg = (uint8_t)warden_object_number(&o, WARDEN_A_DIGEST_ALG);
	memcpy(d->bytes, o.v[WARDEN_A_DIGEST_BYTES].data, WARDEN_DIGEST_SIZE);
	return 0;
}

/* A program has several digests, which stand one after the other. */
static int read_program(struct warden_view *v, const struct warden_object *o,
			const struct warden_value *nest)
{
	struct warden_program_view *p = warden_array_add(&v->programs);
	uint32_t at = 0;

	*p = (struct warden_program_view){ .label = keep(v, o, WARDEN_A_PROGRAM_LABEL),
					   .path = keep(v, o, WARDEN_A_PROGRAM_PATH) };
	p->has_uid = warden_object_has(o, WARDEN_A_PROGRAM_UID);
	p->uid = (uint32_t)warden_object_number(o, WARDEN_A_PROGRAM_UID);
	p->unit = warden_object_has(o, WARDEN_A_PROGRAM_UNIT) ? keep(v, o, WARDEN_A_PROGRAM_UNIT) : NULL;
	if (warden_object_has(o, WARDEN_A_PROGRAM_ARGUMENTS))
		p->arguments = keep(v, o, WARDEN_A_PROGRAM_ARGUMENTS);
	while (at + NLA_HDRLEN <= nest->len) {
		struct warden_object one;
		struct nlattr a;

		memcpy(&a, nest->data + at, sizeof(a));
		if (a.nla_len < NLA_HDRLEN || a.nla_len > nest->len - at ||
		    warden_object_parse(&one, warden_set_program(), nest->data + at, a.nla_len))
			return -EBADMSG;
		at += NLA_ALIGN(a.nla_len);
		if (!one.v[WARDEN_A_PROGRAM_DIGEST].data)
			continue;
		if (p->n == sizeof(p->digests) / sizeof(*p->digests) ||
		    read_digest(&p->digests[p->n++], &one.v[WARDEN_A_PROGRAM_DIGEST]))
			return -EBADMSG;
	}
	return 0;
}

/* A rule with several ranges is as many rules; the kernel speaks of all by the number of the first. */
static int spread_ports(struct warden_view *v, const struct warden_value *ports)
{
	const struct warden_rule_view first = v->rules.v[v->rules.n - 1];
	uint32_t at;
	uint16_t range[2];

	if (ports->len < sizeof(range) || ports->len % sizeof(range))
		return -EBADMSG;
	for (at = 0; at < ports->len; at += sizeof(range)) {
		struct warden_rule_view *r = at ? warden_array_add(&v->rules) : &v->rules.v[v->rules.n - 1];

		memcpy(range, ports->data + at, sizeof(range));
		*r = first;
		r->low = range[0];
		r->high = range[1];
	}
	return 0;
}

static int read_rule(struct warden_view *v, const struct warden_object *o)
{
	struct warden_rule_view *r = warden_array_add(&v->rules);
	uint32_t number = (uint32_t)v->rules.n;
	const struct warden_value *line = &o->v[WARDEN_A_RULE_LINE];

	*r = (struct warden_rule_view){
		.line = (uint32_t)line->number,
		.number = number,
		.domain = (uint32_t)warden_object_number(o, WARDEN_A_RULE_DOMAIN),
		.action = (uint32_t)warden_object_number(o, WARDEN_A_RULE_ACTION),
		.program = (uint32_t)warden_object_number(o, WARDEN_A_RULE_PROGRAM),
		.class = (uint32_t)warden_object_number(o, WARDEN_A_RULE_CLASS),
		.purpose = (uint32_t)warden_object_number(o, WARDEN_A_RULE_PURPOSE),
		.flags = (uint32_t)warden_object_number(o, WARDEN_A_RULE_FLAGS),
		.withdraw_ms = (uint32_t)warden_object_number(o, WARDEN_A_RULE_WITHDRAW_MS),
		.protocol = (uint32_t)warden_object_number(o, WARDEN_A_RULE_PROTOCOL),
		.low = (uint32_t)warden_object_number(o, WARDEN_A_RULE_PORT_LOW),
		.high = warden_object_has(o, WARDEN_A_RULE_PORT_HIGH) ?
				(uint32_t)warden_object_number(o, WARDEN_A_RULE_PORT_HIGH) :
				UINT16_MAX,
	};
	r->socket = (uint32_t)warden_object_number(o, WARDEN_A_RULE_SOCKET);
	if (warden_object_has(o, WARDEN_A_RULE_TOPOLOGY))
		r->topology = keep(v, o, WARDEN_A_RULE_TOPOLOGY);
	if (o->v[WARDEN_A_RULE_NET].len == sizeof(r->net))
		memcpy(&r->net, o->v[WARDEN_A_RULE_NET].data, sizeof(r->net));
	if (o->v[WARDEN_A_RULE_OWN].len == sizeof(r->own))
		memcpy(&r->own, o->v[WARDEN_A_RULE_OWN].data, sizeof(r->own));
	r->rate = (uint32_t)warden_object_number(o, WARDEN_A_RULE_RATE);
	r->surface = (uint32_t)warden_object_number(o, WARDEN_A_RULE_SURFACE);
	if (warden_object_has(o, WARDEN_A_RULE_USB_CLASS))
		r->class = (uint32_t)warden_object_number(o, WARDEN_A_RULE_USB_CLASS);
	if (warden_object_has(o, WARDEN_A_RULE_PATTERN))
		r->pattern = keep(v, o, WARDEN_A_RULE_PATTERN);
	if (warden_object_has(o, WARDEN_A_RULE_INTERFACE))
		r->interface = keep(v, o, WARDEN_A_RULE_INTERFACE);
	if (line->len != sizeof(number))
		return -EBADMSG;
	/* The copy that is decoded goes to the oracle, which is to speak of rules by number. */
	memcpy((uint8_t *)line->data, &number, sizeof(number));
	if (o->v[WARDEN_A_RULE_PORTS].data)
		return spread_ports(v, &o->v[WARDEN_A_RULE_PORTS]);
	return o->v[WARDEN_A_RULE_DIGEST].data ?
		       read_digest(&r->digest, &o->v[WARDEN_A_RULE_DIGEST]) :
		       0;
}

static int read_references(struct warden_view *v, const struct warden_object *o)
{
	uint64_t domain = warden_object_number(o, WARDEN_A_APPRAISE_DOMAIN);
	const struct warden_value *list = &o->v[WARDEN_A_APPRAISE_DIGESTS];
	uint32_t at;

	if (!warden_domain_has_object((uint32_t)domain) || list->len % sizeof(struct warden_digest))
		return -EBADMSG;
	for (at = 0; at < list->len; at += sizeof(struct warden_digest))
		memcpy(warden_array_add(&v->references[domain]), list->data + at,
		       sizeof(struct warden_digest));
	return 0;
}

static int read_broker(struct warden_view *v, const struct warden_object *o)
{
	char topology[sizeof(WARDEN_BROKER_MARK) + WARDEN_LABEL_MAX];

	snprintf(topology, sizeof(topology), WARDEN_BROKER_MARK "%s",
		 warden_object_string(o, WARDEN_A_BROKER_LABEL));
	*warden_array_add(&v->brokers) = (struct warden_broker_view){
		.protocol = (uint32_t)warden_object_number(o, WARDEN_A_BROKER_PROTOCOL),
		.port = (uint32_t)warden_object_number(o, WARDEN_A_BROKER_PORT),
		.class = (uint32_t)warden_object_number(o, WARDEN_A_BROKER_CLASS),
		.topology = warden_arena_dup(&v->arena, topology, strlen(topology)),
	};
	return 0;
}

static int read_entry(struct warden_view *v, int type, const struct warden_value *nest,
		      const struct warden_wire_set *set)
{
	struct warden_object o;

	if (!nest->data || warden_object_parse(&o, set, nest->data, nest->len))
		return -EBADMSG;
	switch (type) {
	case WARDEN_A_POLICY_HEADER:
		v->name = keep(v, &o, WARDEN_A_HEADER_NAME);
		v->version = (uint32_t)warden_object_number(&o, WARDEN_A_HEADER_VERSION);
		return 0;
	case WARDEN_A_POLICY_PROGRAM:
		return read_program(v, &o, nest);
	case WARDEN_A_POLICY_PURPOSE:
		*warden_array_add(&v->ends) = warden_object_has(&o, WARDEN_A_PURPOSE_UNTIL) ||
					      warden_object_has(&o, WARDEN_A_PURPOSE_LASTS);
		*warden_array_add(&v->purposes) = keep(v, &o, WARDEN_A_PURPOSE_LABEL);
		return 0;
	case WARDEN_A_POLICY_RULE:
		return read_rule(v, &o);
	case WARDEN_A_POLICY_MEASURE:
		v->measure |= (uint32_t)warden_object_number(&o, WARDEN_A_MEASURE_DOMAINS);
		return 0;
	case WARDEN_A_POLICY_APPRAISE:
		return read_references(v, &o);
	case WARDEN_A_POLICY_BROKER:
		return read_broker(v, &o);
	}
	return 0;
}

static int read_entries(struct warden_view *v, uint8_t *blob, size_t len)
{
	const struct warden_wire_set *policy = warden_set_policy();
	size_t at = 0;

	while (at + NLA_HDRLEN <= len) {
		struct warden_object o;
		struct nlattr a;
		int type, err;

		memcpy(&a, blob + at, sizeof(a));
		type = a.nla_type & NLA_TYPE_MASK;
		if (a.nla_len < NLA_HDRLEN || a.nla_len > len - at || (uint32_t)type > policy->max ||
		    !policy->attrs[type].nest ||
		    warden_object_parse(&o, policy, blob + at, a.nla_len))
			return -EBADMSG;
		err = read_entry(v, type, &o.v[type], policy->attrs[type].nest);
		if (err)
			return err;
		at += NLA_ALIGN(a.nla_len);
	}
	return 0;
}

static const struct warden_view *sorted_view; /* of the numbers being sorted */

static int by_program(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t of_x = sorted_view->rules.v[x - 1].program, of_y = sorted_view->rules.v[y - 1].program;

	return of_x != of_y ? (of_x < of_y ? -1 : 1) : (x > y) - (x < y);
}

static int by_owner(const void *a, const void *b)
{
	const struct warden_owner *x = a, *y = b;
	int c = memcmp(&x->digest, &y->digest, sizeof(x->digest));

	return c ? c : (x->program > y->program) - (x->program < y->program);
}

static void sort_owners(struct warden_view *v)
{
	uint32_t i, k;

	for (i = 0; i < v->programs.n; i++)
		for (k = 0; k < v->programs.v[i].n; k++)
			*warden_array_add(&v->owners) =
				(struct warden_owner){ v->programs.v[i].digests[k], i + 1 };
	if (v->owners.n)
		qsort(v->owners.v, v->owners.n, sizeof(*v->owners.v), by_owner);
}

/* What is looked for program by program: among many rules each would be gone through each time. */
static void sort_rules(struct warden_view *v)
{
	uint32_t n;

	for (n = 1; n <= v->rules.n; n++) {
		const struct warden_rule_view *r = &v->rules.v[n - 1];

		if (r->program > v->programs.n)
			continue; /* which the oracle refuses */
		if (r->flags & WARDEN_RULE_FLAG_CONSENT)
			*warden_array_add(&v->consents) = n;
		if (r->domain == WARDEN_DOMAIN_SENSOR && r->topology)
			*warden_array_add(&v->devices) = n;
	}
	sort_owners(v);
	sorted_view = v;
	if (v->consents.n)
		qsort(v->consents.v, v->consents.n, sizeof(*v->consents.v), by_program);
	if (v->devices.n)
		qsort(v->devices.v, v->devices.n, sizeof(*v->devices.v), by_program);
}

int warden_view_open(struct warden_view *v, const char *title, const void *blob, size_t len,
		     char why[WARDEN_ORACLE_WHY])
{
	int err;

	memset(v, 0, sizeof(*v));
	v->title = title;
	v->name = "";
	v->bytes = warden_array_zeroed(len, 1);
	v->len = len;
	memcpy(v->bytes, blob, len);
	err = read_entries(v, v->bytes, len);
	if (err)
		snprintf(why, WARDEN_ORACLE_WHY, "it is not well formed");
	else
		sort_rules(v);
	if (!err)
		v->oracle = warden_oracle_new(v->bytes, len, why);
	return err || !v->oracle ? -EBADMSG : 0;
}

void warden_view_close(struct warden_view *v)
{
	size_t i;

	warden_oracle_free(v->oracle);
	free(v->bytes);
	free(v->programs.v);
	free(v->purposes.v);
	free(v->ends.v);
	free(v->rules.v);
	free(v->brokers.v);
	free(v->owners.v);
	free(v->consents.v);
	free(v->devices.v);
	for (i = 0; i < sizeof(v->references) / sizeof(*v->references); i++)
		free(v->references[i].v);
	warden_arena_free(&v->arena);
	memset(v, 0, sizeof(*v));
}

const struct warden_rule_view *warden_view_rule(const struct warden_view *v, uint32_t number)
{
	return number && number <= v->rules.n ? &v->rules.v[number - 1] : NULL;
}

size_t warden_view_owners(const struct warden_view *v, const struct warden_digest *digest)
{
	size_t low = 0, high = v->owners.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(&v->owners.v[mid].digest, digest, sizeof(*digest)) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t warden_view_consents(const struct warden_view *v, uint32_t program)
{
	size_t low = 0, high = v->consents.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (v->rules.v[v->consents.v[mid] - 1].program < program)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

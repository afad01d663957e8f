// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports, protocol by protocol: at an address no rule names, and in each net that
 * one does; by an interface no rule names, and by each that one does.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff_priv.h"
#include "model.h"
#include "wire.h"

/* A piece of the ports of one protocol over which the answers do not change. */
struct piece {
	uint32_t low;
	uint32_t high;
	struct warden_outcome answers[WARDEN_SUBJECT_VIEWS];
};

typedef WARDEN_ARRAY(struct piece) pieces;

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* What denies TCP denies MPTCP, too. */
static bool touches(const struct meaning *m, uint32_t protocol)
{
	return !m->protocol || m->protocol == protocol ||
	       (m->protocol == IPPROTO_TCP && protocol == IPPROTO_MPTCP);
}

/* At which ports may the answer differ? Freed with free(). */
static bool *find_touched(const struct diff *d, uint32_t protocol)
{
	bool *touched = warden_array_zeroed(UINT16_MAX + 1, sizeof(*touched));
	size_t i;

	if (d->all)
		memset(touched, true, (UINT16_MAX + 1) * sizeof(*touched));
	for (i = 0; !d->all && i < d->differing.n; i++) {
		const struct meaning *m = &d->differing.v[i];

		if (touches(m, protocol))
			memset(touched + m->low, true, (m->high - m->low + 1) * sizeof(*touched));
	}
	return touched;
}

/* First ports of the pieces, sorted, each once; ends with 65536. */
static uint32_t edges_of(const struct diff *d, uint32_t **edges)
{
	uint32_t *v = warden_array_zeroed(2 * (d->rules[0].n + d->rules[1].n) + 2, sizeof(*v));
	uint32_t n = 0, kept = 0, view, i;

	v[n++] = 0;
	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		for (i = 0; i < d->rules[view].n; i++) {
			v[n++] = d->rules[view].v[i].low;
			v[n++] = d->rules[view].v[i].high + 1;
		}
	v[n++] = UINT16_MAX + 1;
	qsort(v, n, sizeof(*v), by_number);
	for (i = 0; i < n; i++)
		if (!kept || v[kept - 1] != v[i])
			v[kept++] = v[i];
	*edges = v;
	return kept;
}

/* Where the other side is, by which interface it comes, and to which address of the device. */
struct side {
	struct warden_address at;
	struct warden_address own;
	const char *interface; /* NULL is any */
	const char *where;     /* what is told of @own; NULL is nothing */
};

static void find_pieces(const struct diff *d, const struct side *side, uint32_t protocol,
			pieces *list)
{
	struct warden_question q = warden_diff_question(d);
	uint32_t *edges, n = edges_of(d, &edges), i;
	bool *touched = find_touched(d, protocol);

	q.protocol = (uint16_t)protocol;
	q.address = side->at;
	q.interface = side->interface;
	q.own = side->own;
	for (i = 0; i + 1 < n; i++) {
		struct piece p = { edges[i], edges[i + 1] - 1, { { .what = 0 } } };
		struct piece *last = list->n ? &list->v[list->n - 1] : NULL;

		q.port = (uint16_t)p.low;
		if (!touched[p.low] || !warden_diff_ask(d, &q, p.answers))
			continue;
		if (last && last->high + 1 == p.low &&
		    warden_outcome_same(&last->answers[0], &p.answers[0]) &&
		    warden_outcome_same(&last->answers[1], &p.answers[1]))
			last->high = p.high;
		else
			*warden_array_add(list) = p;
	}
	free(touched);
	free(edges);
}

static bool are_same_pieces(const pieces *a, const pieces *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (a->v[i].low != b->v[i].low || a->v[i].high != b->v[i].high ||
		    !warden_outcome_same(&a->v[i].answers[0], &b->v[i].answers[0]) ||
		    !warden_outcome_same(&a->v[i].answers[1], &b->v[i].answers[1]))
			return false;
	return a->n == b->n;
}

static void tell_pieces(const struct diff *d, const char *where, const char *protocol,
			const pieces *list)
{
	const char *word = warden_model_domain(d->domain);
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct piece *p = &list->v[i];
		char what[200];

		if (!p->low && p->high == UINT16_MAX)
			snprintf(what, sizeof(what), "%s %s any%s", word, protocol, where);
		else if (p->low == p->high)
			snprintf(what, sizeof(what), "%s %s %u%s", word, protocol, p->low, where);
		else
			snprintf(what, sizeof(what), "%s %s %u-%u%s", word, protocol, p->low,
				 p->high, where);
		warden_diff_tell(d, what, p->answers);
	}
}

#define PROTOCOLS 16

/* The pieces of each protocol at one address; the first is a protocol no rule names. */
struct place {
	pieces of[PROTOCOLS];
	size_t n;
};

static void ask_place(const struct diff *d, const struct side *side, struct place *p)
{
	const struct warden_protocol *protocol;

	*p = (struct place){ .n = 1 };
	find_pieces(d, side, PROTOCOL_OTHER, &p->of[0]);
	for (; p->n < PROTOCOLS && (protocol = warden_protocol_nth(p->n - 1)); p->n++)
		find_pieces(d, side, protocol->number, &p->of[p->n]);
}

static void free_place(struct place *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		free(p->of[i].v);
}

static bool are_same_places(const struct place *a, const struct place *b)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (!are_same_pieces(&a->of[i], &b->of[i]))
			return false;
	return true;
}

/* Protocols are told one by one where they differ from most, and the rest in one. */
static void tell_place(const struct diff *d, const char *where, const struct place *p)
{
	char rest[120] = "any";
	size_t i, used = 3, differing = 0;

	for (i = 1; i < p->n; i++) {
		const char *name = warden_protocol_nth(i - 1)->name;

		if (are_same_pieces(&p->of[0], &p->of[i]))
			continue;
		tell_pieces(d, where, name, &p->of[i]);
		if (used < sizeof(rest))
			used += (size_t)snprintf(rest + used, sizeof(rest) - used, "%s%s",
						 differing++ ? "," : " but ", name);
	}
	tell_pieces(d, where, rest, &p->of[0]);
}

typedef WARDEN_ARRAY(struct warden_net) nets;

/* The nets that rules speak of, each once, the narrowest first. */
static int by_width(const void *a, const void *b)
{
	const struct warden_net *x = a, *y = b;

	return x->bits != y->bits ? y->bits - x->bits : memcmp(x, y, sizeof(*x));
}

static void find_nets(const struct diff *d, nets *list, bool own)
{
	size_t i, kept = 0;
	unsigned int view;

	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		for (i = 0; i < d->rules[view].n; i++) {
			const struct meaning *m = &d->rules[view].v[i];
			const struct warden_net *net = own ? &m->own : &m->net;

			if (net->first.version)
				*warden_array_add(list) = *net;
		}
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_width);
	for (i = 0; i < list->n; i++)
		if (!kept || memcmp(&list->v[kept - 1], &list->v[i], sizeof(*list->v)))
			list->v[kept++] = list->v[i];
	list->n = kept;
}

/* Does an address lie in one of the first @n nets, which are no wider than the next one? */
static bool is_inside(const nets *list, size_t n, const struct warden_address *a)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (warden_net_holds(&list->v[i], a))
			return true;
	return false;
}

/* An address of net @n that lies in none of the narrower ones; false where there is none. */
static bool find_address(const nets *list, size_t n, struct warden_address *a)
{
	size_t i;

	*a = list->v[n].first;
	if (!is_inside(list, n, a))
		return true;
	for (i = 0; i < n; i++) {
		*a = warden_net_next(&list->v[i]);
		if (warden_net_holds(&list->v[n], a) && !is_inside(list, n, a))
			return true;
	}
	return false;
}

/* ` from 10.0.0.0/8`, as it stands behind what is before; @n past the nets is none of them. */
static size_t put_net(char *to, size_t size, const char *word, const nets *list, size_t n)
{
	const struct warden_net *net = &list->v[n];
	char text[INET6_ADDRSTRLEN] = "";
	const char *but = "";
	size_t i;

	to[0] = '\0';
	if (n == list->n)
		return 0;
	inet_ntop(net->first.version == 6 ? AF_INET6 : AF_INET, net->first.bytes, text, sizeof(text));
	for (i = 0; i < n; i++)
		if (warden_net_holds(net, &list->v[i].first))
			but = " outside of narrower nets";
	return (size_t)snprintf(to, size, " %s %s/%u%s", word, text, net->bits, but);
}

/* `on eth0 at 192.0.2.0/24 from 10.0.0.0/8`; @n past the nets is an address that none of them holds. */
static void put_side(const struct diff *d, char *to, size_t size, const struct side *side,
		     const nets *list, size_t n)
{
	const char *interface = side->interface;
	size_t used = interface && *interface ? (size_t)snprintf(to, size, " on %s", interface) : 0;

	used += (size_t)snprintf(to + used, size - used, "%s", side->where ? side->where : "");
	put_net(to + used, size - used, d->domain == WARDEN_DOMAIN_CONNECT ? "to" : "from", list, n);
}

/* Does the same come of a net by an interface that no rule names? Then it is told there. */
static bool is_told(const struct diff *d, const struct side *side, const struct place *place)
{
	struct side elsewhere = *side;
	struct place unnamed;
	bool same;

	elsewhere.interface = "";
	ask_place(d, &elsewhere, &unnamed);
	same = are_same_places(place, &unnamed);
	free_place(&unnamed);
	return same;
}

/* What comes of a net is not told where the same comes of what no rule names. */
static void diff_nets(struct diff *d, const struct side *by, const nets *list, const struct place *others)
{
	struct side side = *by;
	struct place place;
	char where[256];
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!find_address(list, i, &side.at))
			continue;
		ask_place(d, &side, &place);
		put_side(d, where, sizeof(where), &side, list, i);
		if (!are_same_places(&place, others) &&
		    !(*side.interface && is_told(d, &side, &place)))
			tell_place(d, where, &place);
		free_place(&place);
	}
}

/* The interfaces that rules speak of, each once. */
static size_t find_interfaces(const struct diff *d, const char *names[], size_t max)
{
	size_t n = 0, i, k;
	unsigned int view;

	for (view = 0; view < WARDEN_SUBJECT_VIEWS; view++)
		for (i = 0; i < d->rules[view].n; i++) {
			uint32_t named = d->rules[view].v[i].interface;

			for (k = 0; named && k < n && names[k] != d->texts.v[named - 1]; k++)
				;
			if (named && k == n && n < max)
				names[n++] = d->texts.v[named - 1];
		}
	return n;
}

#define INTERFACES 64 /* as many as the module takes of a port */

/* By each interface, and from or to each net. */
static void diff_interfaces(struct diff *d, const nets *list, const struct side *elsewhere,
			    const struct place *unnamed)
{
	const char *names[INTERFACES];
	size_t n = find_interfaces(d, names, INTERFACES), i;
	struct side side = *elsewhere;
	struct place others;
	char where[256];

	diff_nets(d, &side, list, unnamed);
	for (i = 0; i < n; i++) {
		side.interface = names[i];
		ask_place(d, &side, &others);
		put_side(d, where, sizeof(where), &side, list, list->n);
		if (!are_same_places(&others, unnamed))
			tell_place(d, where, &others);
		diff_nets(d, &side, list, &others);
		free_place(&others);
	}
}

/* Of an address of the device; what comes of it is told where it is not what comes of @others. */
static void diff_own(struct diff *d, const nets *list, const struct side *side, const struct place *others)
{
	struct place unnamed;

	ask_place(d, side, &unnamed);
	if (!others || !are_same_places(&unnamed, others))
		tell_place(d, side->where ? side->where : "", &unnamed);
	diff_interfaces(d, list, side, &unnamed);
	free_place(&unnamed);
}

void warden_diff_ports(struct diff *d)
{
	const bool connects = d->domain == WARDEN_DOMAIN_CONNECT;
	struct side side = { .at = { .version = connects ? 0 : WARDEN_ADDRESS_ELSEWHERE },
			     .interface = "" };
	nets list = { NULL, 0, 0 }, owns = { NULL, 0, 0 };
	struct place others;
	char where[128];
	size_t i;

	find_nets(d, &list, false);
	find_nets(d, &owns, true);
	side.own.version = owns.n ? WARDEN_ADDRESS_ELSEWHERE : 0;
	diff_own(d, &list, &side, NULL);
	ask_place(d, &side, &others);
	for (i = 0; i < owns.n; i++) {
		if (!find_address(&owns, i, &side.own))
			continue;
		put_net(where, sizeof(where), "at", &owns, i);
		side.where = where;
		diff_own(d, &list, &side, &others);
	}
	free_place(&others);
	free(list.v);
	free(owns.v);
}

/* --- what may be sent by who used a sensor ---------------------------------------------- */

static void tell_egress(const struct diff *d, uint32_t class, const char *where,
			const struct warden_outcome answers[WARDEN_SUBJECT_VIEWS])
{
	char what[200];

	snprintf(what, sizeof(what), "while using %s%s",
		 warden_enum_word(warden_enum_sensor_class(), class), where);
	warden_diff_tell(d, what, answers);
}

static bool are_same_answers(const struct warden_outcome a[WARDEN_SUBJECT_VIEWS],
			     const struct warden_outcome b[WARDEN_SUBJECT_VIEWS])
{
	return warden_outcome_same(&a[0], &b[0]) && warden_outcome_same(&a[1], &b[1]);
}

/* By one interface: to an address that no rule names, and to each net where it is otherwise. */
static void diff_used(struct diff *d, uint32_t class, const char *interface, const nets *list,
		      const struct warden_outcome others[WARDEN_SUBJECT_VIEWS])
{
	struct warden_outcome unnamed[WARDEN_SUBJECT_VIEWS], answers[WARDEN_SUBJECT_VIEWS];
	struct warden_question q = warden_diff_question(d);
	const struct side side = { .interface = interface };
	char where[128];
	size_t i;

	q.class = class;
	q.interface = interface;
	put_side(d, where, sizeof(where), &side, list, list->n);
	if (warden_diff_ask(d, &q, unnamed) && !are_same_answers(unnamed, others))
		tell_egress(d, class, where, unnamed);
	for (i = 0; i < list->n; i++) {
		if (!find_address(list, i, &q.address) || !warden_diff_ask(d, &q, answers) ||
		    are_same_answers(answers, unnamed))
			continue;
		put_side(d, where, sizeof(where), &side, list, i);
		tell_egress(d, class, where, answers);
	}
}

/* By an interface that no rule names, and by each that one does where it is otherwise. */
static void diff_class(struct diff *d, uint32_t class, const nets *list)
{
	static const struct warden_outcome none[WARDEN_SUBJECT_VIEWS];
	struct warden_outcome unnamed[WARDEN_SUBJECT_VIEWS];
	struct warden_question q = warden_diff_question(d);
	const char *names[INTERFACES];
	size_t n = find_interfaces(d, names, INTERFACES), i;

	q.class = class;
	q.interface = "";
	warden_diff_ask(d, &q, unnamed);
	diff_used(d, class, "", list, none);
	for (i = 0; i < n; i++)
		diff_used(d, class, names[i], list, unnamed);
}

void warden_diff_egress(struct diff *d)
{
	nets list = { NULL, 0, 0 };
	uint32_t class;

	find_nets(d, &list, false);
	for (class = WARDEN_SENSOR_CLASS_CAMERA; class <= WARDEN_SENSOR_CLASS_UNKNOWN; class++)
		diff_class(d, class, &list);
	free(list.v);
}

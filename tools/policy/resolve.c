// SPDX-License-Identifier: GPL-2.0-only
/* Names to numbers: every rule gets the programs, sensors and ports it speaks of. */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "wire.h"

struct resolve {
	struct warden_model *m;
	struct warden_diags *d;
	uint32_t *seen; /* per program: the last group it was put into, from 1 */
	size_t spread;	/* rules so far, groups and port sets spread out */
};

static const char *nth_purpose(const void *ctx, size_t n)
{
	const struct warden_model *m = ctx;

	return n < m->purposes.n ? m->purposes.v[n].name.text : NULL;
}

/* Programs and groups of programs. */
static const char *nth_who(const void *ctx, size_t n)
{
	const struct warden_model *m = ctx;

	if (n < m->programs.n)
		return m->programs.v[n].name.text;
	n -= m->programs.n;
	return n < m->groups.n ? m->groups.v[n].name.text : NULL;
}

/* Classes and groups, those of sensors among them. */
static const char *nth_sensor(const void *ctx, size_t n)
{
	const struct warden_model *m = ctx;
	size_t classes = WARDEN_SENSOR_CLASS_UNKNOWN;

	if (n < classes)
		return warden_enum_nth(warden_enum_sensor_class(), n + 1);
	n -= classes;
	return n < m->groups.n ? m->groups.v[n].name.text : NULL;
}

static const char *nth_group(const void *ctx, size_t n)
{
	const struct warden_model *m = ctx;

	return n < m->groups.n ? m->groups.v[n].name.text : NULL;
}

static void report_undefined(const struct resolve *r, struct warden_name name, const char *what,
			     const char *how, const char *(*nth)(const void *ctx, size_t n))
{
	const char *near = warden_diags_full(r->d) ? NULL :
						     warden_word_nearest(name.text, nth, r->m);

	if (near)
		warden_diags_add(r->d, name.at, "%s `%s` is not defined; did you mean `%s`?", what,
				 name.text, near);
	else
		warden_diags_add(r->d, name.at, "%s `%s` is not defined; add `%s`", what, name.text,
				 how);
}

static void report_no_sensor(const struct resolve *r, struct warden_name name)
{
	const char *near = warden_diags_full(r->d) ? NULL :
						     warden_word_nearest(name.text, nth_sensor, r->m);

	if (near)
		warden_diags_add(r->d, name.at,
				 "there is no sensor class `%s`; did you mean `%s`?", name.text,
				 near);
	else
		warden_diags_add(r->d, name.at,
				 "there is no sensor class `%s`; the classes are camera, "
				 "microphone, location, motion, environment, biometric, input, "
				 "screen, radio, bus, unknown",
				 name.text);
}

/* The group a name stands for, which must be of this kind; NULL is told. */
static struct warden_group *find_group(const struct resolve *r, struct warden_name name,
				       enum warden_group_kind kind)
{
	static const char *const kinds[] = { "programs", "sensors", "ports" };
	uint32_t n = warden_index_get(&r->m->group_names, name.text);
	struct warden_group *g;

	if (n == WARDEN_INDEX_NONE)
		return NULL;
	g = &r->m->groups.v[n];
	if (g->kind != kind)
		warden_diags_add(r->d, name.at, "group `%s` is one of %s; name one of %s here",
				 name.text, kinds[g->kind], kinds[kind]);
	return g;
}

static void spread_group(struct resolve *r, struct warden_group *g);

/*
 * A group inside a group, spread out first; NULL where it is of another kind or
 * stands inside itself. Groups are not added any more, so their addresses stay.
 */
static const struct warden_group *enter_group(struct resolve *r, struct warden_name name,
					      enum warden_group_kind kind)
{
	struct warden_group *g = find_group(r, name, kind);

	if (!g || g->kind != kind)
		return NULL;
	if (g->state == WARDEN_GROUP_OPEN) {
		warden_diags_add(r->d, name.at, "group `%s` holds itself; take it out", name.text);
		return NULL;
	}
	spread_group(r, g);
	return g;
}

static bool is_group(const struct resolve *r, const char *name)
{
	return warden_index_get(&r->m->group_names, name) != WARDEN_INDEX_NONE;
}

/* The id of a program; 0 where it is not defined, which is told. */
static uint32_t find_program(struct resolve *r, struct warden_name name)
{
	uint32_t n = warden_index_get(&r->m->program_names, name.text);
	char how[128];

	if (n != WARDEN_INDEX_NONE)
		return n + 1;
	snprintf(how, sizeof(how), "program %.63s { path \"...\"; }", name.text);
	report_undefined(r, name, "program", how, nth_who);
	return 0;
}

/* Members are found first and added last: a group inside adds its own in between. */
static void spread_programs(struct resolve *r, struct warden_group *g)
{
	uint32_t stamp = (uint32_t)(g - r->m->groups.v) + 1;
	uint32_t i, k, first;

	for (i = 0; i < g->written.n; i++) {
		struct warden_name name = r->m->names.v[g->written.first + i];

		if (is_group(r, name.text))
			enter_group(r, name, WARDEN_GROUP_PROGRAMS);
	}
	first = (uint32_t)r->m->members.n;
	for (i = 0; i < g->written.n; i++) {
		struct warden_name name = r->m->names.v[g->written.first + i];
		uint32_t n = warden_index_get(&r->m->group_names, name.text);
		const struct warden_group *in = n == WARDEN_INDEX_NONE ? NULL : &r->m->groups.v[n];
		uint32_t count = in ? in->spread.n : 1;

		if (in && in->kind != WARDEN_GROUP_PROGRAMS)
			continue;
		for (k = 0; k < count; k++) {
			uint32_t id = in ? r->m->members.v[in->spread.first + k] :
					   find_program(r, name);

			if (!id || r->seen[id - 1] == stamp)
				continue;
			r->seen[id - 1] = stamp;
			*warden_array_add(&r->m->members) = id;
		}
	}
	g->spread = (struct warden_part){ first, (uint32_t)r->m->members.n - first };
}

static bool is_same_sensor(const struct warden_sensor *a, const struct warden_sensor *b)
{
	if (a->kind != b->kind || a->class != b->class)
		return false;
	return a->kind == WARDEN_SENSOR_ANY || a->kind == WARDEN_SENSOR_CLASS ||
	       !strcmp(a->name.text, b->name.text);
}

static void add_sensor(struct resolve *r, struct warden_group *g, struct warden_sensor sensor)
{
	uint32_t i;

	for (i = 0; i < g->spread.n; i++)
		if (is_same_sensor(&r->m->sensors.v[g->spread.first + i], &sensor))
			return;
	if (g->spread.n == WARDEN_GROUP_SENSORS_MAX)
		return;
	*warden_array_add(&r->m->sensors) = sensor;
	if (++g->spread.n == WARDEN_GROUP_SENSORS_MAX)
		warden_diags_add(r->d, g->name.at, "a group holds less than %u sensors; make it two",
				 WARDEN_GROUP_SENSORS_MAX);
}

static void spread_sensors(struct resolve *r, struct warden_group *g)
{
	uint32_t i, k;

	for (i = 0; i < g->written.n; i++) {
		struct warden_sensor s = r->m->sensors.v[g->written.first + i];

		if (s.kind == WARDEN_SENSOR_GROUP && !is_group(r, s.name.text))
			report_no_sensor(r, s.name);
		else if (s.kind == WARDEN_SENSOR_GROUP)
			enter_group(r, s.name, WARDEN_GROUP_SENSORS);
	}
	g->spread.first = (uint32_t)r->m->sensors.n;
	for (i = 0; i < g->written.n; i++) {
		struct warden_sensor s = r->m->sensors.v[g->written.first + i];
		uint32_t n = s.kind == WARDEN_SENSOR_GROUP ?
				     warden_index_get(&r->m->group_names, s.name.text) :
				     WARDEN_INDEX_NONE;

		if (s.kind != WARDEN_SENSOR_GROUP)
			add_sensor(r, g, s);
		if (n == WARDEN_INDEX_NONE || r->m->groups.v[n].kind != WARDEN_GROUP_SENSORS)
			continue;
		for (k = 0; &r->m->groups.v[n] != g && k < r->m->groups.v[n].spread.n; k++)
			add_sensor(r, g,
				   r->m->sensors.v[r->m->groups.v[n].spread.first + k]);
	}
}

static int by_port(const void *a, const void *b)
{
	const struct warden_ports *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return (x->high > y->high) - (x->high < y->high);
}

uint32_t warden_ports_merge(struct warden_ports *v, uint32_t n)
{
	uint32_t i, kept = 0;

	for (i = 1; i < n && by_port(&v[i - 1], &v[i]) <= 0; i++)
		;
	if (i < n)
		qsort(v, n, sizeof(*v), by_port);
	for (i = 0; i < n; i++) {
		if (kept && v[i].low <= v[kept - 1].high + 1) {
			if (v[i].high > v[kept - 1].high)
				v[kept - 1].high = v[i].high;
		} else {
			v[kept++] = v[i];
		}
	}
	return kept;
}

static void add_range(struct resolve *r, struct warden_ports range)
{
	*warden_array_add(&r->m->ranges) = range;
}

/* The ranges of @written with the groups among them spread out and all of them joined. */
static struct warden_part spread_ranges(struct resolve *r, struct warden_part written)
{
	struct warden_part part;
	uint32_t i, k;

	for (i = 0; i < written.n; i++) {
		struct warden_ports p = r->m->ranges.v[written.first + i];
		struct warden_name name = { p.group, p.at };

		if (p.group && !is_group(r, p.group))
			report_undefined(r, name, "group", "group port NAME { 80 }", nth_group);
		else if (p.group)
			enter_group(r, name, WARDEN_GROUP_PORTS);
	}
	part.first = (uint32_t)r->m->ranges.n;
	for (i = 0; i < written.n; i++) {
		struct warden_ports p = r->m->ranges.v[written.first + i];
		uint32_t n = p.group ? warden_index_get(&r->m->group_names, p.group) :
				       WARDEN_INDEX_NONE;
		struct warden_part in;

		if (!p.group)
			add_range(r, p);
		if (n == WARDEN_INDEX_NONE || r->m->groups.v[n].kind != WARDEN_GROUP_PORTS)
			continue;
		in = r->m->groups.v[n].spread;
		for (k = 0; k < in.n; k++)
			add_range(r, r->m->ranges.v[in.first + k]);
	}
	part.n = warden_ports_merge(r->m->ranges.v + part.first, (uint32_t)r->m->ranges.n - part.first);
	r->m->ranges.n = part.first + part.n;
	return part;
}

static void spread_ports(struct resolve *r, struct warden_group *g)
{
	struct warden_part part = spread_ranges(r, g->written);

	if (part.n > WARDEN_GROUP_PORTS_MAX) {
		warden_diags_add(r->d, g->name.at, "a group holds %u port ranges at most; make it two",
				 WARDEN_GROUP_PORTS_MAX);
		part.n = WARDEN_GROUP_PORTS_MAX;
	}
	g->spread = part;
}

static void spread_group(struct resolve *r, struct warden_group *g)
{
	if (g->state != WARDEN_GROUP_NEW)
		return;
	g->state = WARDEN_GROUP_OPEN;
	if (g->kind == WARDEN_GROUP_PROGRAMS)
		spread_programs(r, g);
	else if (g->kind == WARDEN_GROUP_SENSORS)
		spread_sensors(r, g);
	else
		spread_ports(r, g);
	g->state = WARDEN_GROUP_DONE;
}

static void resolve_who(struct resolve *r, struct warden_rule *rule)
{
	const struct warden_group *g;
	uint32_t id;

	if (!rule->who.text)
		return;
	if (is_group(r, rule->who.text)) {
		g = find_group(r, rule->who, WARDEN_GROUP_PROGRAMS);
		rule->programs = g->kind == WARDEN_GROUP_PROGRAMS ? g->spread :
								     (struct warden_part){ .n = 0 };
		return;
	}
	id = find_program(r, rule->who);
	rule->programs = (struct warden_part){ (uint32_t)r->m->members.n, id ? 1 : 0 };
	if (id)
		*warden_array_add(&r->m->members) = id;
}

/* The kernel makes its sockets without asking; what comes to them is asked. */
static void check_kernel(const struct resolve *r, const struct warden_rule *rule)
{
	const struct warden_program *p;
	uint32_t i;

	for (i = 0; rule->domain != WARDEN_DOMAIN_LISTEN && i < rule->programs.n; i++) {
		p = &r->m->programs.v[r->m->members.v[rule->programs.first + i] - 1];
		if (!warden_model_is_kernel(r->m, p))
			continue;
		warden_diags_add(r->d, rule->who.at,
				 "program `%s` is the kernel, which `listen` rules alone can speak of",
				 p->name.text);
		return;
	}
}

static void resolve_sensor(struct resolve *r, struct warden_rule *rule)
{
	const struct warden_group *g = NULL;

	if (rule->domain != WARDEN_DOMAIN_SENSOR && rule->domain != WARDEN_DOMAIN_EGRESS)
		return;
	if (rule->sensor.kind != WARDEN_SENSOR_GROUP) {
		rule->sensors = (struct warden_part){ (uint32_t)r->m->sensors.n, 1 };
		*warden_array_add(&r->m->sensors) = rule->sensor;
		return;
	}
	if (!is_group(r, rule->sensor.name.text))
		report_no_sensor(r, rule->sensor.name);
	else
		g = find_group(r, rule->sensor.name, WARDEN_GROUP_SENSORS);
	if (g && g->kind == WARDEN_GROUP_SENSORS)
		rule->sensors = g->spread;
}

/* The ranges stay as the author wrote them; what is compiled has each port once. */
static void resolve_ports(struct resolve *r, struct warden_rule *rule)
{
	const struct warden_part *written = &rule->ranges;

	rule->ports = *written;
	if (written->n > 1 || (written->n && r->m->ranges.v[written->first].group))
		rule->ports = spread_ranges(r, *written);
}

/* Who must consent: each once, or one consent would count as two. */
static void check_people(struct resolve *r, const struct warden_rule *rule)
{
	const struct warden_name *people;
	uint32_t i, j;

	if (!rule->people.n)
		return;
	people = r->m->names.v + rule->people.first;
	for (i = 0; i < rule->people.n; i++) {
		warden_model_check_length(r->d, people[i], "the name of the person",
					  WARDEN_LABEL_MAX);
		for (j = 0; j < i && strcmp(people[i].text, people[j].text); j++)
			;
		if (j < i)
			warden_diags_add(r->d, people[i].at, "`%s` is named twice; leave one out",
					 people[i].text);
	}
}

/* As the kernel has names (dev_valid_name()); of USB it is a port that stands there. */
static void check_interfaces(struct resolve *r, const struct warden_rule *rule)
{
	uint32_t i;

	for (i = 0; rule->domain != WARDEN_DOMAIN_USB && i < rule->interfaces.n; i++) {
		struct warden_name name = r->m->names.v[rule->interfaces.first + i];

		warden_model_check_length(r->d, name, "the name of the interface",
					  WARDEN_INTERFACE_MAX);
		if (name.text[strcspn(name.text, "/: \t")])
			warden_diags_add(r->d, name.at,
					 "\"%s\" is no name of an interface; write one as `ip link` "
					 "has it, like eth0",
					 name.text);
	}
}

static void resolve_rule(struct resolve *r, struct warden_rule *rule)
{
	uint32_t n;

	resolve_who(r, rule);
	check_kernel(r, rule);
	check_people(r, rule);
	check_interfaces(r, rule);
	resolve_sensor(r, rule);
	resolve_ports(r, rule);
	if (!rule->purpose.text)
		return;
	n = warden_index_get(&r->m->purpose_names, rule->purpose.text);
	if (n != WARDEN_INDEX_NONE) {
		rule->purpose_id = n + 1;
	} else {
		char how[128];

		snprintf(how, sizeof(how), "purpose %.63s \"...\";", rule->purpose.text);
		report_undefined(r, rule->purpose, "purpose", how, nth_purpose);
	}
}

bool warden_model_has_name(const struct warden_rule *rule)
{
	return rule->domain == WARDEN_DOMAIN_AUTOLOAD ||
	       (rule->domain == WARDEN_DOMAIN_MODULE && rule->object.text[0] != '/');
}

/* How many rules it is on the wire. A file is two: one by SHA-256, one by fs-verity digest. */
size_t warden_model_spread(const struct warden_rule *rule)
{
	size_t n = rule->who.text ? rule->programs.n : 1;

	if (rule->domain == WARDEN_DOMAIN_SENSOR)
		return n * rule->sensors.n;
	if (rule->domain == WARDEN_DOMAIN_USB)
		return rule->interfaces.n ? rule->interfaces.n : 1;
	if (rule->domain == WARDEN_DOMAIN_DEBUG || rule->domain == WARDEN_DOMAIN_BPF ||
	    warden_model_has_name(rule))
		return n;
	if (rule->object.text)
		return 2 * n;
	if (rule->domain == WARDEN_DOMAIN_EGRESS)
		n *= rule->sensors.n;
	if (rule->prefixes.n)
		n *= rule->prefixes.n;
	if (rule->owns.n)
		n *= rule->owns.n;
	if (rule->interfaces.n)
		n *= rule->interfaces.n;
	return n * (rule->ports.n ? rule->ports.n : 1);
}

static void count_rule(struct resolve *r, const struct warden_rule *rule)
{
	size_t before = r->spread;

	r->spread += warden_model_spread(rule);
	if (before <= WARDEN_RULES_MAX && r->spread > WARDEN_RULES_MAX)
		warden_diags_add(r->d, rule->at,
				 "a policy can hold %u rules, each port range and each member of a "
				 "group counted; from here on there are more",
				 WARDEN_RULES_MAX);
}

void warden_model_resolve(struct warden_model *m, struct warden_diags *d)
{
	struct resolve r = { .m = m, .d = d };
	size_t i;

	r.seen = warden_array_zeroed(m->programs.n, sizeof(*r.seen));
	for (i = 0; i < m->groups.n; i++)
		spread_group(&r, &m->groups.v[i]);
	for (i = 0; i < m->rules.n; i++) {
		resolve_rule(&r, &m->rules.v[i]);
		count_rule(&r, &m->rules.v[i]);
	}
	m->wire_rules = r.spread;
	for (i = 0; i < m->safety.n; i++) {
		resolve_rule(&r, &m->safety.v[i]);
		count_rule(&r, &m->safety.v[i]);
	}
	free(r.seen);
}

size_t warden_model_kept(const struct warden_model *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->safety.n; i++)
		n += m->safety.v[i].lacks ? 0 : warden_model_spread(&m->safety.v[i]);
	return n;
}

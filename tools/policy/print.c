// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>

#include "print.h"
#include "rate.h"
#include "wire.h"

static void put_text(FILE *to, const char *text)
{
	putc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', to);
		putc(*text, to);
	}
	putc('"', to);
}

static const char *domain_word(uint32_t domain)
{
	return warden_model_domain(domain);
}

static void end_statement(const struct warden_tags *tags, FILE *to)
{
	if (tags->control.text) {
		fputs(" control ", to);
		put_text(to, tags->control.text);
	}
	fputs(tags->optional.line ? " optional;\n" : ";\n", to);
}

/* In the largest unit that divides it. */
static void print_span(uint32_t seconds, FILE *to)
{
	size_t i = 0;

	while (seconds % warden_time_unit(i)->seconds)
		i++;
	fprintf(to, "%u %s", seconds / warden_time_unit(i)->seconds, warden_time_unit(i)->word);
}

static void print_unused(const struct warden_model *m, uint32_t domain, FILE *to)
{
	if (!m->unused[domain].seconds)
		return;
	fprintf(to, "%s unused ", domain_word(domain));
	print_span(m->unused[domain].seconds, to);
	fputs(";\n", to);
}

static void print_header(const struct warden_model *m, FILE *to)
{
	uint32_t domain;

	fputs("policy ", to);
	put_text(to, m->name.text);
	fprintf(to, " version %u;\ncontact ", m->version);
	put_text(to, m->contact.text);
	fprintf(to, ";\nsupport until %s;\n", m->support_until.text);
	fprintf(to, "mode %s;\n", warden_enum_word(warden_enum_mode(), m->mode));
	for (domain = WARDEN_DOMAIN_SENSOR; domain <= WARDEN_DOMAIN_CONSENT; domain++)
		print_unused(m, domain, to);
	if (m->sweep.line)
		fputs("sweep abort;\n", to);
	if (m->sweep_usb.line)
		fputs("sweep usb;\n", to);
	if (m->setup.line)
		fputs("until setup closed;\n", to);
}

static void print_defaults(const struct warden_model *m, FILE *to)
{
	uint32_t domain;

	for (domain = 0; domain < WARDEN_MODEL_DOMAINS; domain++) {
		const struct warden_default *def = &m->defaults[domain];

		if (!def->at.line)
			continue;
		fprintf(to, "default %s %s", domain_word(domain),
			warden_enum_word(warden_enum_action(), def->action));
		if (def->has_mode)
			fprintf(to, " %s", warden_enum_word(warden_enum_mode(), def->mode));
		end_statement(&def->tags, to);
	}
}

static void print_item(const struct warden_item *item, FILE *to)
{
	static const char *const words[] = {
		[WARDEN_ITEM_PATH] = "path",
		[WARDEN_ITEM_SHA256] = "sha256",
		[WARDEN_ITEM_USER] = "user",
		[WARDEN_ITEM_UID] = "uid",
		[WARDEN_ITEM_UNIT] = "unit",
		[WARDEN_ITEM_ARGUMENTS] = "arguments",
		[WARDEN_ITEM_KERNEL] = "kernel",
	};
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	fprintf(to, " %s", words[item->kind]);
	if (item->kind != WARDEN_ITEM_KERNEL)
		putc(' ', to);
	if (item->kind == WARDEN_ITEM_UID)
		fprintf(to, "%u", item->uid);
	else if (item->kind == WARDEN_ITEM_SHA256)
		fprintf(to, "\"%s\"", warden_hex_put(hex, item->digest, sizeof(item->digest)));
	else if (item->kind != WARDEN_ITEM_KERNEL)
		put_text(to, item->name.text);
	putc(';', to);
}

static void print_program(const struct warden_model *m, const struct warden_program *p, FILE *to)
{
	size_t i;

	fprintf(to, "program %s {", p->name.text);
	for (i = 0; i < p->items; i++)
		print_item(&m->items.v[p->first_item + i], to);
	fputs(" }\n", to);
}

static void print_range(const struct warden_ports *r, FILE *to)
{
	if (r->group)
		fputs(r->group, to);
	else
		fprintf(to, r->low == r->high ? "%u" : "%u-%u", r->low, r->high);
}

/* One, or several between braces. */
static void print_ranges(const struct warden_model *m, struct warden_part ranges, FILE *to)
{
	uint32_t i;

	for (i = 0; i < ranges.n; i++) {
		fputs(i ? ", " : ranges.n > 1 ? "{" : "", to);
		print_range(&m->ranges.v[ranges.first + i], to);
	}
	if (ranges.n > 1)
		putc('}', to);
}

static void print_sensor(const struct warden_sensor *s, FILE *to)
{
	switch (s->kind) {
	case WARDEN_SENSOR_ANY:
		fputs("any", to);
		return;
	case WARDEN_SENSOR_CLASS:
		fputs(warden_enum_word(warden_enum_sensor_class(), s->class), to);
		return;
	case WARDEN_SENSOR_GROUP:
		fputs(s->name.text, to);
		return;
	case WARDEN_SENSOR_DEVICE:
	case WARDEN_SENSOR_NAME:
		fputs(s->kind == WARDEN_SENSOR_DEVICE ? "device " : "name ", to);
		put_text(to, s->name.text);
	}
}

static void print_group(const struct warden_model *m, const struct warden_group *g, FILE *to)
{
	static const char *const kinds[] = { "", "sensor ", "port " };
	uint32_t i;

	fprintf(to, "group %s%s { ", kinds[g->kind], g->name.text);
	for (i = 0; i < g->written.n; i++) {
		fputs(i ? ", " : "", to);
		if (g->kind == WARDEN_GROUP_PROGRAMS)
			fputs(m->names.v[g->written.first + i].text, to);
		else if (g->kind == WARDEN_GROUP_SENSORS)
			print_sensor(&m->sensors.v[g->written.first + i], to);
		else
			print_range(&m->ranges.v[g->written.first + i], to);
	}
	fputs(" }\n", to);
}

static void print_port_rule(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	const char *name = warden_protocol_name(r->protocol);

	fprintf(to, " %s %s ", domain_word(r->domain), name ? name : "any");
	if (r->ranges.n)
		print_ranges(m, r->ranges, to);
	else
		fputs("any", to);
}

static void print_object(const struct warden_rule *r, FILE *to)
{
	fprintf(to, " %s ", domain_word(r->domain));
	if (r->domain == WARDEN_DOMAIN_DEBUG)
		fputs(r->object.text, to);
	else if (!r->object.text)
		fputs("any", to);
	else
		put_text(to, r->object.text);
}

static void print_bpf(const struct warden_rule *r, FILE *to)
{
	fputs(" bpf sha256 ", to);
	put_text(to, r->object.text);
}

static void print_usb(const struct warden_rule *r, FILE *to)
{
	fputs(" usb ", to);
	if (r->by_class)
		fputs("class ", to);
	if (r->by_digest)
		fputs("sha256 ", to);
	if (r->object.text)
		put_text(to, r->object.text);
	else
		fputs("any", to);
}

static void print_interfaces(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	uint32_t i;

	for (i = 0; i < r->interfaces.n; i++) {
		fputs(i ? ", " : r->interfaces.n > 1 ? " on {" : " on ", to);
		put_text(to, m->names.v[r->interfaces.first + i].text);
	}
	if (r->interfaces.n > 1)
		putc('}', to);
}

static void print_prefixes(const struct warden_model *m, const char *word,
			   const struct warden_part *prefixes, FILE *to)
{
	char text[WARDEN_PREFIX_TEXT];
	uint32_t i;

	if (prefixes->n)
		fprintf(to, " %s ", word);
	for (i = 0; i < prefixes->n; i++) {
		fputs(i ? ", " : prefixes->n > 1 ? "{" : "", to);
		fputs(warden_prefix_print(text, &m->prefixes.v[prefixes->first + i]), to);
	}
	if (prefixes->n > 1)
		putc('}', to);
}

/* Whose consent; nobody in particular where it is not said. */
static void print_people(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	uint32_t i;

	if (!r->people.n)
		return;
	fputs(" of ", to);
	if (r->quorum)
		fprintf(to, "%u of ", r->quorum);
	for (i = 0; i < r->people.n; i++)
		fprintf(to, "%s%s", i ? ", " : r->people.n > 1 ? "{" : "",
			m->names.v[r->people.first + i].text);
	if (r->people.n > 1)
		putc('}', to);
}

static void print_options(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	if (r->purpose.text)
		fprintf(to, " for %s", r->purpose.text);
	if (r->flags & WARDEN_RULE_FLAG_CONSENT)
		fputs(" with consent", to);
	print_people(m, r, to);
	if (r->withdraw_ms)
		fprintf(to, " withdraw within %ums", r->withdraw_ms);
	if (r->flags & WARDEN_RULE_FLAG_KILL)
		fputs(" kill", to);
	if (r->flags & WARDEN_RULE_FLAG_TERM)
		fputs(" term", to);
	if (r->flags & WARDEN_RULE_FLAG_FREEZE)
		fputs(" freeze", to);
	if (r->flags & WARDEN_RULE_FLAG_BLANK)
		fputs(" blank", to);
	if (r->flags & WARDEN_RULE_FLAG_EXPORT)
		fputs(" export", to);
	if (r->rate)
		fprintf(to, " at most %u per %s", r->rate / warden_rate_unit_of(r->rate)->in_hour,
			warden_rate_unit_of(r->rate)->word);
	print_interfaces(m, r, to);
	print_prefixes(m, "at", &r->owns, to);
	print_prefixes(m, r->from.line ? "from" : "to", &r->prefixes, to);
	if (r->until_setup.line)
		fputs(" until setup", to);
	if (r->domain != WARDEN_DOMAIN_EGRESS)
		return;
	fputs(" while using ", to);
	print_sensor(&r->sensor, to);
}

/* What a rule is about, from the one it is about on. */
static void print_what(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	switch (r->domain) {
	case WARDEN_DOMAIN_SENSOR:
		fputs(" use ", to);
		print_sensor(&r->sensor, to);
		break;
	case WARDEN_DOMAIN_LISTEN:
	case WARDEN_DOMAIN_CONNECT:
	case WARDEN_DOMAIN_BIND:
		print_port_rule(m, r, to);
		break;
	case WARDEN_DOMAIN_PROTOCOL:
		fprintf(to, " use protocol %s",
			r->socket ? warden_enum_word(warden_enum_socket_class(), r->socket) : "any");
		break;
	case WARDEN_DOMAIN_USB:
		print_usb(r, to);
		break;
	case WARDEN_DOMAIN_BPF:
		print_bpf(r, to);
		break;
	case WARDEN_DOMAIN_EGRESS:
		break;
	default:
		print_object(r, to);
	}
}

static bool is_of_somebody(const struct warden_rule *r)
{
	return r->who.text || r->domain == WARDEN_DOMAIN_SENSOR ||
	       r->domain == WARDEN_DOMAIN_LISTEN || r->domain == WARDEN_DOMAIN_CONNECT ||
	       r->domain == WARDEN_DOMAIN_BIND || r->domain == WARDEN_DOMAIN_PROTOCOL;
}

/* An entry of the safety list: what else is in it came from the rules that allow it. */
static void print_entry(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	if (is_of_somebody(r))
		fprintf(to, " %s", r->who.text ? r->who.text : "any");
	print_what(m, r, to);
	putc(';', to);
}

void warden_print_rule(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	if (r->flags & WARDEN_RULE_FLAG_SAFETY) {
		fputs("safety {", to);
		print_entry(m, r, to);
		fputs(" }\n", to);
		return;
	}
	if (r->domain == WARDEN_DOMAIN_EGRESS)
		fputs("egress ", to);
	fputs(warden_enum_word(warden_enum_action(), r->action), to);
	if (is_of_somebody(r))
		fprintf(to, " %s", r->who.text ? r->who.text : "any");
	print_what(m, r, to);
	print_options(m, r, to);
	end_statement(&r->tags, to);
}

static void print_safety(const struct warden_model *m, FILE *to)
{
	size_t i;

	for (i = 0; i < m->safety.n; i++) {
		fputs(i ? "" : "safety {", to);
		print_entry(m, &m->safety.v[i], to);
	}
	if (m->safety.n)
		fputs(" }\n", to);
}

static void print_measure(const struct warden_model *m, FILE *to)
{
	const char *join = "measure ";
	uint32_t domain;

	for (domain = 0; domain < WARDEN_MODEL_DOMAINS; domain++) {
		if (!(m->measure & 1u << domain))
			continue;
		fprintf(to, "%s%s", join, domain_word(domain));
		join = ", ";
	}
	if (m->measure)
		fputs(";\n", to);
	if (!m->library.line)
		return;
	fputs("measure library", to);
	end_statement(&m->library_tags, to);
}

static void print_purpose(const struct warden_purpose *p, FILE *to)
{
	fprintf(to, "purpose %s ", p->name.text);
	put_text(to, p->text.text);
	if (p->notice.text) {
		fputs(" notice ", to);
		put_text(to, p->notice.text);
	}
	if (p->until.text)
		fprintf(to, " until %s", p->until.text);
	if (p->lasts) {
		fputs(" for ", to);
		print_span(p->lasts, to);
	}
	fputs(";\n", to);
}

static void print_classing(const struct warden_classing *g, FILE *to)
{
	fputs("classify ", to);
	print_sensor(&g->device, to);
	fprintf(to, " as %s;\n", warden_enum_word(warden_enum_sensor_class(), g->class));
}

static void print_broker(const struct warden_broker *k, FILE *to)
{
	fprintf(to, "classify broker %s at ", k->name.text);
	if (k->path.text) {
		fputs("unix ", to);
		put_text(to, k->path.text);
	} else {
		fprintf(to, "%s %u", k->protocol == IPPROTO_TCP ? "tcp" : "udp", k->port);
	}
	fprintf(to, " as %s;\n", warden_enum_word(warden_enum_sensor_class(), k->class));
}

static void print_tamper(const struct warden_tamper *t, FILE *to)
{
	const char *name = t->kind == WARDEN_TAMPER_KIND_SWITCH ? warden_tamper_switch(t->code) : NULL;

	if (name)
		fprintf(to, "tamper switch \"%s\"", name);
	else
		fprintf(to, "tamper key %u", t->code);
	if (t->has_state)
		fprintf(to, " at %u", t->state);
	if (t->has_device) {
		fputs(" on ", to);
		print_sensor(&t->device, to);
	}
	fputs(";\n", to);
}

static void print_appraise(const struct warden_appraise *a, FILE *to)
{
	fprintf(to, "appraise %s from ", domain_word(a->domain));
	put_text(to, a->file.text);
	end_statement(&a->tags, to);
}

void warden_print_model(const struct warden_model *m, FILE *to)
{
	size_t i;

	print_header(m, to);
	print_defaults(m, to);
	for (i = 0; i < m->programs.n; i++)
		print_program(m, &m->programs.v[i], to);
	for (i = 0; i < m->groups.n; i++)
		print_group(m, &m->groups.v[i], to);
	for (i = 0; i < m->purposes.n; i++)
		print_purpose(&m->purposes.v[i], to);
	for (i = 0; i < m->classings.n; i++)
		print_classing(&m->classings.v[i], to);
	for (i = 0; i < m->brokers.n; i++)
		print_broker(&m->brokers.v[i], to);
	for (i = 0; i < m->tampers.n; i++)
		print_tamper(&m->tampers.v[i], to);
	for (i = 0; i < m->rules.n; i++)
		warden_print_rule(m, &m->rules.v[i], to);
	print_safety(m, to);
	print_measure(m, to);
	for (i = 0; i < m->appraises.n; i++)
		print_appraise(&m->appraises.v[i], to);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "print.h"
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
	return warden_enum_word(warden_enum_domain(), domain);
}

static void print_header(const struct warden_model *m, FILE *to)
{
	fputs("policy ", to);
	put_text(to, m->name.text);
	fprintf(to, " version %u;\ncontact ", m->version);
	put_text(to, m->contact.text);
	fprintf(to, ";\nsupport until %s;\n", m->support_until.text);
	fprintf(to, "mode %s;\n", warden_enum_word(warden_enum_mode(), m->mode));
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
		fputs(";\n", to);
	}
}

static void print_item(const struct warden_item *item, FILE *to)
{
	static const char *const words[] = {
		[WARDEN_ITEM_PATH] = "path",
		[WARDEN_ITEM_SHA256] = "sha256",
		[WARDEN_ITEM_USER] = "user",
		[WARDEN_ITEM_UID] = "uid",
	};
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	fprintf(to, " %s ", words[item->kind]);
	if (item->kind == WARDEN_ITEM_UID)
		fprintf(to, "%u", item->uid);
	else if (item->kind == WARDEN_ITEM_SHA256)
		fprintf(to, "\"%s\"", warden_hex_put(hex, item->digest, sizeof(item->digest)));
	else
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
	fprintf(to, r->low == r->high ? "%u" : "%u-%u", r->low, r->high);
}

static void print_ports(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	size_t i;

	if (!r->ranges) {
		fputs("any", to);
		return;
	}
	if (r->ranges > 1)
		putc('{', to);
	for (i = 0; i < r->ranges; i++) {
		if (i)
			fputs(", ", to);
		print_range(&m->ranges.v[r->first_range + i], to);
	}
	if (r->ranges > 1)
		putc('}', to);
}

static void print_sensor(const struct warden_rule *r, FILE *to)
{
	fputs(" use ", to);
	if (r->topology.text) {
		fputs("device ", to);
		put_text(to, r->topology.text);
	} else if (r->class == WARDEN_MODEL_ANY) {
		fputs("any", to);
	} else {
		fputs(warden_enum_word(warden_enum_sensor_class(), r->class), to);
	}
	if (r->purpose.text)
		fprintf(to, " for %s", r->purpose.text);
	if (r->flags & WARDEN_RULE_FLAG_CONSENT)
		fputs(" with consent", to);
	if (r->withdraw_ms)
		fprintf(to, " withdraw within %ums", r->withdraw_ms);
	if (r->flags & WARDEN_RULE_FLAG_KILL)
		fputs(" kill", to);
}

static void print_rule(const struct warden_model *m, const struct warden_rule *r, FILE *to)
{
	fputs(warden_enum_word(warden_enum_action(), r->action), to);
	if (!r->file.text)
		fprintf(to, " %s", r->program.text ? r->program.text : "any");
	if (r->file.text) {
		fprintf(to, " %s ", domain_word(r->domain));
		put_text(to, r->file.text);
	} else if (r->domain == WARDEN_DOMAIN_LISTEN) {
		const char *name = warden_protocol_name(r->protocol);

		fprintf(to, " listen %s ", name ? name : "any");
		print_ports(m, r, to);
	} else {
		print_sensor(r, to);
	}
	if (r->flags & WARDEN_RULE_FLAG_OPTIONAL)
		fputs(" optional", to);
	fputs(";\n", to);
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
}

void warden_print_model(const struct warden_model *m, FILE *to)
{
	size_t i;

	print_header(m, to);
	print_defaults(m, to);
	for (i = 0; i < m->programs.n; i++)
		print_program(m, &m->programs.v[i], to);
	for (i = 0; i < m->purposes.n; i++) {
		fprintf(to, "purpose %s ", m->purposes.v[i].name.text);
		put_text(to, m->purposes.v[i].text.text);
		fputs(";\n", to);
	}
	for (i = 0; i < m->rules.n; i++)
		print_rule(m, &m->rules.v[i], to);
	print_measure(m, to);
	for (i = 0; i < m->appraises.n; i++) {
		fprintf(to, "appraise %s from ", domain_word(m->appraises.v[i].domain));
		put_text(to, m->appraises.v[i].file.text);
		fputs(";\n", to);
	}
}

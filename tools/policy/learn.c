// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "learn.h"
#include "model.h"
#include "wire.h"

/* Reading from these is of a person; from the others mostly of a thing. */
static bool wants_consent(uint32_t class)
{
	return class == WARDEN_SENSOR_CLASS_CAMERA || class == WARDEN_SENSOR_CLASS_MICROPHONE ||
	       class == WARDEN_SENSOR_CLASS_LOCATION || class == WARDEN_SENSOR_CLASS_BIOMETRIC ||
	       class == WARDEN_SENSOR_CLASS_SCREEN;
}

/* Can it stand between quotes as it is? Records hold names as the kernel saw them. */
static bool is_plain(const char *text)
{
	const char *c;

	for (c = text; *c; c++)
		if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
			return false;
	return text[0];
}

static bool has_path(const struct warden_learned_program *p)
{
	return p->label[0] == '/' && is_plain(p->label) && strlen(p->label) <= WARDEN_PATH_MAX;
}

static bool can_be_named(const struct warden_learned_program *p)
{
	return has_path(p) || p->digest.alg == WARDEN_DIGEST_ALG_SHA256 ||
	       p->digest.alg == WARDEN_DIGEST_ALG_KERNEL;
}

/* The last part of a path or a label, made a name that nobody has yet. */
static const char *new_name(struct warden_lesson *l, const char *label)
{
	const char *slash = strrchr(label, '/');
	const char *c = slash ? slash + 1 : label;
	char name[WARDEN_LABEL_MAX + 1];
	size_t used = 0, base;
	unsigned int n;

	if (!isalpha((unsigned char)*c))
		used = (size_t)snprintf(name, sizeof(name), "p-");
	for (; *c && used < WARDEN_LABEL_MAX - 8; c++)
		name[used++] = isalnum((unsigned char)*c) && !(*c & 0x80) ? *c : '-';
	name[used] = '\0';
	base = used;
	for (n = 2; warden_index_get(&l->names, name) != WARDEN_INDEX_NONE; n++)
		snprintf(name + base, sizeof(name) - base, "-%u", n);
	return warden_arena_dup(&l->arena, name, strlen(name));
}

/* Words of the language that a program could be called; a draft must parse. */
static void reserve_words(struct warden_lesson *l)
{
	static const char *const words[] = {
		"allow", "any", "appraise", "arguments", "at", "bind", "blank", "bpf", "classify", "connect", "consent", "contact",
		"control", "debug", "default", "deny", "device", "egress", "enforce", "export", "firmware", "for",
		"freeze", "from", "group", "include", "kill", "listen", "measure", "mode", "module",
		"notice", "observe", "of", "on", "optional", "path", "policy", "port", "program",
		"protocol", "purpose",
		"safety", "sensor", "sha256", "support", "term", "to", "uid", "unit", "until", "usb",
		"use", "user", "using", "version", "while", "with", "withdraw", "within",
	};
	size_t i;

	if (l->names.used)
		return;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		warden_index_add(&l->names, words[i], 0);
}

static uint32_t find_program(struct warden_lesson *l, const struct warden_sighting *s)
{
	char hex[2 * WARDEN_DIGEST_SIZE + 1], key[512];
	struct warden_learned_program *p;
	uint32_t n;

	snprintf(key, sizeof(key), "%u %s %.300s", s->digest.alg,
		 warden_hex_put(hex, s->digest.bytes, WARDEN_DIGEST_SIZE), s->program);
	n = warden_index_get(&l->labels, key);
	if (n != WARDEN_INDEX_NONE)
		return n;
	n = (uint32_t)l->programs.n;
	warden_index_add(&l->labels, warden_arena_dup(&l->arena, key, strlen(key)), n);
	p = warden_array_add(&l->programs);
	p->label = warden_arena_dup(&l->arena, s->program, strlen(s->program));
	p->digest = s->digest;
	p->name = new_name(l, p->label);
	warden_index_add(&l->names, p->name, n);
	return n;
}

static bool is_port(const struct warden_sighting *s)
{
	return s->program[0] && warden_protocol_name(s->protocol) && s->port <= UINT16_MAX;
}

static bool is_lesson(const struct warden_sighting *s)
{
	switch (s->domain) {
	case WARDEN_DOMAIN_SENSOR:
		return s->class > WARDEN_SENSOR_CLASS_FREE &&
		       s->class <= WARDEN_SENSOR_CLASS_UNKNOWN && s->program[0];
	case WARDEN_DOMAIN_LISTEN:
	case WARDEN_DOMAIN_BIND:
		return is_port(s);
	case WARDEN_DOMAIN_CONNECT: /* what is no address is no way of naming one */
		return is_port(s) && (!s->object[0] || strpbrk(s->object, ".:"));
	case WARDEN_DOMAIN_PROTOCOL:
		return s->program[0] &&
		       warden_enum_value(warden_enum_socket_class(), s->object) >
			       WARDEN_SOCKET_CLASS_NONE;
	case WARDEN_DOMAIN_MODULE:
	case WARDEN_DOMAIN_FIRMWARE:
		return s->object[0] == '/' && is_plain(s->object);
	}
	return false;
}

void warden_learn_take(struct warden_lesson *l, const struct warden_sighting *s)
{
	struct warden_learned *seen;
	char key[512];
	uint32_t n, program = 0;

	l->records++;
	if (!is_lesson(s)) {
		l->skipped++;
		return;
	}
	reserve_words(l);
	if (!warden_domain_has_object(s->domain))
		program = find_program(l, s);
	snprintf(key, sizeof(key), "%u %u %u %u %u %.400s", s->domain, program, s->class,
		 s->protocol, s->port,
		 s->domain == WARDEN_DOMAIN_LISTEN || s->domain == WARDEN_DOMAIN_BIND ? "" : s->object);
	n = warden_index_get(&l->keys, key);
	if (n == WARDEN_INDEX_NONE) {
		warden_index_add(&l->keys, warden_arena_dup(&l->arena, key, strlen(key)),
				 (uint32_t)l->seen.n);
		seen = warden_array_add(&l->seen);
		*seen = (struct warden_learned){
			.first = s->seq,
			.from = s->time,
			.domain = s->domain,
			.program = program,
			.class = s->class,
			.protocol = s->protocol,
			.port = s->port,
			.object = warden_arena_dup(&l->arena, s->object, strlen(s->object)),
		};
	} else {
		seen = &l->seen.v[n];
	}
	seen->last = s->seq;
	seen->to = s->time;
	seen->count += s->count;
	seen->exports |= s->exports && s->observed;
	seen->refused += s->refused && !s->observed ? s->count : 0;
}

void warden_learn_free(struct warden_lesson *l)
{
	free(l->seen.v);
	free(l->programs.v);
	warden_index_free(&l->keys);
	warden_index_free(&l->names);
	warden_index_free(&l->labels);
	warden_arena_free(&l->arena);
	memset(l, 0, sizeof(*l));
}

/* Is every use of it one that was refused? Then a person decides. */
static bool is_refused(const struct warden_learned *s)
{
	return s->refused == s->count;
}

static bool has_topology(const struct warden_learned *s)
{
	return is_plain(s->object) && strlen(s->object) <= WARDEN_TOPOLOGY_MAX;
}

/* A purpose belongs to a program and a class. */
static void print_purpose_name(const struct warden_lesson *l, const struct warden_learned *s,
			       FILE *to)
{
	fprintf(to, "%.40s-%s", l->programs.v[s->program].name,
		warden_enum_word(warden_enum_sensor_class(), s->class));
}

void warden_learn_rule(const struct warden_lesson *l, const struct warden_learned *s, FILE *to)
{
	if (warden_domain_has_object(s->domain)) {
		fprintf(to, "allow %s \"%s\"", warden_model_domain(s->domain), s->object);
		return;
	}
	fprintf(to, "allow %s ", l->programs.v[s->program].name);
	if (s->domain == WARDEN_DOMAIN_PROTOCOL) {
		fprintf(to, "use protocol %s", s->object);
		return;
	}
	if (s->domain != WARDEN_DOMAIN_SENSOR) {
		fprintf(to, "%s %s %u", warden_model_domain(s->domain),
			warden_protocol_name(s->protocol), s->port);
		if (s->domain == WARDEN_DOMAIN_CONNECT && is_plain(s->object))
			fprintf(to, " to %s", s->object);
		return;
	}
	if (has_topology(s))
		fprintf(to, "use device \"%s\"", s->object);
	else
		fprintf(to, "use %s", warden_enum_word(warden_enum_sensor_class(), s->class));
	if (wants_consent(s->class)) {
		fputs(" for ", to);
		print_purpose_name(l, s, to);
		fputs(" with consent", to);
	}
	if (s->exports)
		fputs(" export", to);
}

static void print_seen(const struct warden_learned *s, FILE *to)
{
	if (s->domain == WARDEN_DOMAIN_SENSOR)
		fprintf(to, "%s, ", warden_enum_word(warden_enum_sensor_class(), s->class));
	if (s->count == 1)
		fprintf(to, "seen once, record %" PRIu64, s->first);
	else if (s->first == s->last)
		fprintf(to, "seen %" PRIu64 " times, record %" PRIu64, s->count, s->first);
	else
		fprintf(to, "seen %" PRIu64 " times, records %" PRIu64 " to %" PRIu64, s->count,
			s->first, s->last);
	fprintf(to, ", %" PRIu64 " s", s->from / 1000000000);
	if (s->from / 1000000000 != s->to / 1000000000)
		fprintf(to, " to %" PRIu64 " s", s->to / 1000000000);
	fputs(" after boot", to);
	if (s->refused && !is_refused(s))
		fprintf(to, s->refused == 1 ? "; refused once" : "; refused %" PRIu64 " times",
			s->refused);
}

static void print_program(const struct warden_learned_program *p, FILE *to)
{
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	warden_hex_put(hex, p->digest.bytes, WARDEN_DIGEST_SIZE);
	if (p->digest.alg == WARDEN_DIGEST_ALG_KERNEL)
		fprintf(to, "program %s { kernel; }  # its own sockets\n", p->name);
	else if (has_path(p))
		fprintf(to, "program %s { path \"%s\"; }  # seen with %s %s\n", p->name, p->label,
			warden_enum_word(warden_enum_digest_alg(), p->digest.alg), hex);
	else if (can_be_named(p))
		fprintf(to, "program %s { sha256 \"%s\"; }  # seen as `%s`\n", p->name, hex,
			is_plain(p->label) ? p->label : "?");
	else
		fprintf(to, "# program %s { path \"...\"; }  # seen as `%s`; fill in its path\n",
			p->name, is_plain(p->label) ? p->label : "?");
}

static void print_purposes(const struct warden_lesson *l, FILE *to)
{
	size_t i, k;

	for (i = 0; i < l->seen.n; i++) {
		const struct warden_learned *s = &l->seen.v[i];

		if (s->domain != WARDEN_DOMAIN_SENSOR || !wants_consent(s->class))
			continue;
		for (k = 0; k < i; k++)
			if (l->seen.v[k].domain == s->domain && l->seen.v[k].class == s->class &&
			    l->seen.v[k].program == s->program)
				break;
		if (k < i)
			continue;
		fputs("purpose ", to);
		print_purpose_name(l, s, to);
		fprintf(to, " \"What %s uses the %s for: fill in\";\n",
			l->programs.v[s->program].name,
			warden_enum_word(warden_enum_sensor_class(), s->class));
	}
}

/* A domain that is allowed to all leaves no trace of who uses it. */
static bool has_seen(const struct warden_lesson *l, uint32_t domain)
{
	size_t i;

	for (i = 0; i < l->seen.n; i++)
		if (l->seen.v[i].domain == domain)
			return true;
	return false;
}

static void print_header(const struct warden_lesson *l, FILE *to)
{
	fprintf(to,
		"# A draft from %" PRIu64 " audit records; %" PRIu64
		" told of nothing a rule could allow. It allows what\n"
		"# was seen and nothing more. Read each line, fill in what says so, and try it\n"
		"# before `mode observe;` goes. What was refused stands as a comment.\n\n"
		"policy \"learned\" version 1;\n"
		"contact \"fill in whom to tell of a flaw\";\n"
		"support until 2099-12-31;  # fill in\n"
		"mode observe;\n\n"
		"default sensor deny;\ndefault listen deny;\ndefault protocol deny;\n",
		l->records, l->skipped);
	if (has_seen(l, WARDEN_DOMAIN_CONNECT))
		fputs("default connect deny;\n", to);
}

void warden_learn_print(const struct warden_lesson *l, FILE *to)
{
	size_t i;

	print_header(l, to);
	putc('\n', to);
	for (i = 0; i < l->programs.n; i++)
		print_program(&l->programs.v[i], to);
	print_purposes(l, to);
	for (i = 0; i < l->seen.n; i++) {
		const struct warden_learned *s = &l->seen.v[i];
		bool named = warden_domain_has_object(s->domain) ||
			     can_be_named(&l->programs.v[s->program]);

		fputs("\n# ", to);
		print_seen(s, to);
		fputs(is_refused(s) ? "; refused\n# " : named ? "\n" : "\n# ", to);
		warden_learn_rule(l, s, to);
		fputs(";\n", to);
	}
}

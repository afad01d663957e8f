// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "enforce.h"
#include "wire.h"

#define REFERENCE_SIZE (1 + WARDEN_DIGEST_SIZE) /* algorithm and digest */

/* So many that a rule fits into one message with room to spare. */
#define RANGES_PER_RULE 4096

/* References of one appraise attribute, so that each fits a policy-add message alone. */
#define REFERENCES_PER_ATTR                                                                        \
	((WARDEN_CHUNK_MAX - 3 * NLA_HDRLEN - sizeof(uint32_t) - NLA_ALIGNTO) / REFERENCE_SIZE)

struct reference {
	uint8_t bytes[REFERENCE_SIZE];
};

/* A range of ports as the wire has it. */
struct wire_range {
	uint16_t low;
	uint16_t high;
};

struct compile {
	const struct warden_model *m;
	const struct warden_files *files;
	struct warden_blob *b;
	struct warden_diags *d;
	struct warden_index known; /* path to number in digests: each file is read once */
	WARDEN_ARRAY(struct warden_file_digests) digests;
	WARDEN_ARRAY(struct reference) references;
	WARDEN_ARRAY(struct wire_range) ranges;
};

static const char *advice_for(int err)
{
	switch (err) {
	case -ENOENT:
		return "install it first, or mend the path";
	case -EACCES:
	case -EPERM:
		return "compile as a user who may read it";
	case -ENOTSUP:
		return "name a regular file";
	case -EAGAIN:
		return "it changed while it was read, try again";
	}
	return "mend the path";
}

static void report_file(struct compile *c, struct warden_name path, int err)
{
	warden_diags_add(c->d, path.at, "\"%s\" cannot be read: %s; %s", path.text,
			 err == -ENOTSUP ? "it is not a regular file" : strerror(-err),
			 advice_for(err));
}

/* NULL where the file cannot be read; that is reported. */
static const struct warden_file_digests *digest_path(struct compile *c, struct warden_name path)
{
	uint32_t n = warden_index_get(&c->known, path.text);
	struct warden_file_digests d;
	int err;

	if (n != WARDEN_INDEX_NONE)
		return &c->digests.v[n];
	err = c->files->digest(c->files->ctx, path.text, &d);
	if (err) {
		report_file(c, path, err);
		return NULL;
	}
	warden_index_add(&c->known, path.text, (uint32_t)c->digests.n);
	*warden_array_add(&c->digests) = d;
	return &c->digests.v[c->digests.n - 1];
}

static void put_digest(struct compile *c, uint16_t type, enum warden_digest_alg alg,
		       const uint8_t bytes[WARDEN_DIGEST_SIZE])
{
	size_t nest = warden_blob_nest_begin(c->b, type);

	warden_blob_put_u32(c->b, WARDEN_A_DIGEST_ALG, alg);
	warden_blob_put(c->b, WARDEN_A_DIGEST_BYTES, bytes, WARDEN_DIGEST_SIZE);
	warden_blob_nest_end(c->b, nest);
}

static void put_header(struct compile *c)
{
	const struct warden_model *m = c->m;
	size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_HEADER);

	warden_blob_put_string(c->b, WARDEN_A_HEADER_NAME, m->name.text);
	warden_blob_put_u32(c->b, WARDEN_A_HEADER_VERSION, m->version);
	warden_blob_put_string(c->b, WARDEN_A_HEADER_CONTACT, m->contact.text);
	warden_blob_put_string(c->b, WARDEN_A_HEADER_SUPPORT_UNTIL, m->support_until.text);
	warden_blob_put_u32(c->b, WARDEN_A_HEADER_MODE, m->mode);
	if (m->unused)
		warden_blob_put_u32(c->b, WARDEN_A_HEADER_UNUSED, m->unused);
	warden_blob_nest_end(c->b, nest);
}

static void put_defaults(struct compile *c)
{
	uint32_t domain;

	for (domain = 0; domain < WARDEN_MODEL_BIND; domain++) {
		const struct warden_default *def = &c->m->defaults[domain];
		size_t nest;

		if (!def->at.line || !warden_enforces_default(domain, def->action))
			continue;
		nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_DEFAULT);
		warden_blob_put_u32(c->b, WARDEN_A_DEFAULT_DOMAIN, domain);
		warden_blob_put_u32(c->b, WARDEN_A_DEFAULT_ACTION, def->action);
		if (def->has_mode)
			warden_blob_put_u32(c->b, WARDEN_A_DEFAULT_MODE, def->mode);
		warden_blob_nest_end(c->b, nest);
	}
}

/* The digests of one program, each once. */
struct digest_set {
	struct reference v[2 * WARDEN_PROGRAM_DIGESTS_MAX];
	size_t n;
};

static void set_add(struct digest_set *set, enum warden_digest_alg alg, const uint8_t *bytes)
{
	struct reference r;
	size_t i;

	r.bytes[0] = (uint8_t)alg;
	memcpy(r.bytes + 1, bytes, WARDEN_DIGEST_SIZE);
	for (i = 0; i < set->n; i++)
		if (!memcmp(&set->v[i], &r, sizeof(r)))
			return;
	if (set->n < sizeof(set->v) / sizeof(*set->v))
		set->v[set->n++] = r;
}

static const char *first_path(const struct warden_model *m, const struct warden_program *p)
{
	size_t i;

	for (i = p->first_item; i < p->first_item + p->items; i++)
		if (m->items.v[i].kind == WARDEN_ITEM_PATH)
			return m->items.v[i].name.text;
	return NULL;
}

static void gather_digests(struct compile *c, const struct warden_program *p,
			   struct digest_set *set)
{
	size_t i;

	for (i = p->first_item; i < p->first_item + p->items; i++) {
		const struct warden_item *item = &c->m->items.v[i];
		const struct warden_file_digests *d;

		if (item->kind == WARDEN_ITEM_SHA256)
			set_add(set, WARDEN_DIGEST_ALG_SHA256, item->digest);
		if (item->kind != WARDEN_ITEM_PATH)
			continue;
		d = digest_path(c, item->name);
		if (!d)
			continue;
		set_add(set, WARDEN_DIGEST_ALG_SHA256, d->sha256);
		set_add(set, WARDEN_DIGEST_ALG_FSVERITY_SHA256, d->fsverity);
	}
}

static void put_user(struct compile *c, const struct warden_program *p)
{
	uint32_t uid;
	size_t i;
	int err;

	for (i = p->first_item; i < p->first_item + p->items; i++) {
		const struct warden_item *item = &c->m->items.v[i];

		if (item->kind == WARDEN_ITEM_UID)
			warden_blob_put_u32(c->b, WARDEN_A_PROGRAM_UID, item->uid);
		if (item->kind != WARDEN_ITEM_USER)
			continue;
		err = c->files->uid(c->files->ctx, item->name.text, &uid);
		if (!err)
			warden_blob_put_u32(c->b, WARDEN_A_PROGRAM_UID, uid);
		else if (err == -ENOENT)
			warden_diags_add(c->d, item->name.at,
					 "there is no user \"%s\" in /etc/passwd; add the user, or "
					 "write `uid NUMBER`",
					 item->name.text);
		else
			warden_diags_add(c->d, item->name.at,
					 "user \"%s\" cannot be looked up: /etc/passwd: %s; write "
					 "`uid NUMBER`",
					 item->name.text, strerror(-err));
	}
}

static void put_program(struct compile *c, size_t n)
{
	const struct warden_program *p = &c->m->programs.v[n];
	const char *path = first_path(c->m, p);
	struct digest_set set = { .n = 0 };
	size_t nest, i;

	if (!p->wire_id)
		return;
	gather_digests(c, p, &set);
	nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_PROGRAM);
	warden_blob_put_u32(c->b, WARDEN_A_PROGRAM_ID, p->wire_id);
	warden_blob_put_string(c->b, WARDEN_A_PROGRAM_LABEL, p->name.text);
	if (path)
		warden_blob_put_string(c->b, WARDEN_A_PROGRAM_PATH, path);
	for (i = 0; i < set.n; i++)
		put_digest(c, WARDEN_A_PROGRAM_DIGEST, set.v[i].bytes[0], set.v[i].bytes + 1);
	put_user(c, p);
	warden_blob_nest_end(c->b, nest);
}

static void put_purpose(struct compile *c, size_t n)
{
	const struct warden_purpose *p = &c->m->purposes.v[n];
	const struct warden_file_digests *d = p->notice.text ? digest_path(c, p->notice) : NULL;
	size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_PURPOSE);

	warden_blob_put_u32(c->b, WARDEN_A_PURPOSE_ID, (uint32_t)n + 1);
	warden_blob_put_string(c->b, WARDEN_A_PURPOSE_LABEL, p->name.text);
	warden_blob_put_string(c->b, WARDEN_A_PURPOSE_TEXT, p->text.text);
	if (d)
		warden_blob_put(c->b, WARDEN_A_PURPOSE_NOTICE, d->sha256, WARDEN_DIGEST_SIZE);
	warden_blob_nest_end(c->b, nest);
}

/* One rule of the wire: a rule of the text for one program and one sensor or net. */
struct wire_rule {
	const struct warden_rule *rule;
	uint32_t program; /* 0 is any */
	const struct warden_sensor *sensor;
	const struct wire_range *range;
	size_t ranges;
	const struct warden_prefix *to; /* NULL is anywhere */
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
		put_digest(c, WARDEN_A_RULE_DIGEST, w->alg, w->digest);
	if (r->tags.control.text)
		warden_blob_put_string(c->b, WARDEN_A_RULE_CONTROL, r->tags.control.text);
	if (w->ranges > 1)
		warden_blob_put(c->b, WARDEN_A_RULE_PORTS, w->range, w->ranges * sizeof(*w->range));
	if (w->to) {
		const struct warden_net net = warden_prefix_net(w->to);

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

static void put_connect_rule(struct compile *c, struct wire_rule *w)
{
	uint32_t i;

	if (!w->rule->prefixes.n)
		put_port_rule(c, w);
	for (i = 0; i < w->rule->prefixes.n; i++) {
		w->to = &c->m->prefixes.v[w->rule->prefixes.first + i];
		put_port_rule(c, w);
	}
}

/* The kernel asks by fs-verity digest where the file has one, else by SHA-256. */
static void put_file_rule(struct compile *c, struct wire_rule *w)
{
	const struct warden_file_digests *d = digest_path(c, w->rule->object);

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
	char ids[16] = "";
	uint32_t i;

	for (i = 0; r->object.text && !r->by_class && i < sizeof(ids) - 1; i++)
		ids[i] = (char)tolower((unsigned char)r->object.text[i]);
	w->pattern = ids[0] ? ids : NULL;
	w->usb_class = r->by_class ? (uint32_t)warden_usb_class(r->object.text) : 0;
	for (i = 0; i < r->interfaces.n; i++) {
		w->port = c->m->names.v[r->interfaces.first + i].text;
		put_wire_rule(c, w);
	}
	if (!r->interfaces.n)
		put_wire_rule(c, w);
}

static void put_rule(struct compile *c, const struct warden_rule *r)
{
	uint32_t programs = r->who.text ? r->programs.n : 1;
	uint32_t i;

	if (r->lacks)
		return;
	for (i = 0; i < programs; i++) {
		struct wire_rule w = { .rule = r };

		if (r->who.text)
			w.program = c->m->programs.v[c->m->members.v[r->programs.first + i] - 1]
					    .wire_id;
		if (r->domain == WARDEN_DOMAIN_LISTEN)
			put_port_rule(c, &w);
		else if (r->domain == WARDEN_DOMAIN_CONNECT)
			put_connect_rule(c, &w);
		else if (r->domain == WARDEN_DOMAIN_PROTOCOL)
			put_wire_rule(c, &w);
		else if (r->domain == WARDEN_DOMAIN_USB)
			put_usb_rule(c, &w);
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

static void put_measure(struct compile *c)
{
	size_t nest;

	if (!c->m->measure)
		return;
	nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_MEASURE);
	warden_blob_put_u32(c->b, WARDEN_A_MEASURE_DOMAINS, c->m->measure);
	warden_blob_nest_end(c->b, nest);
}

/*
 * One line of a list: `sha256sum` writes 64 digits, a space, a space or `*`,
 * and the name, with `\` in front where the name is escaped; `fsverity digest`
 * writes `sha256:`, 64 digits, a space and the name.
 */
static bool read_reference(struct reference *r, const char *line)
{
	bool verity = !strncmp(line, "sha256:", 7);
	const char *digits = verity ? line + 7 : *line == '\\' ? line + 1 : line;
	const char *rest = digits + 2 * (size_t)WARDEN_DIGEST_SIZE;

	if (!warden_hex_get(r->bytes + 1, WARDEN_DIGEST_SIZE, digits) || rest[0] != ' ')
		return false;
	r->bytes[0] = verity ? WARDEN_DIGEST_ALG_FSVERITY_SHA256 : WARDEN_DIGEST_ALG_SHA256;
	return verity ? rest[1] != '\0' : (rest[1] == ' ' || rest[1] == '*') && rest[2];
}

static void read_list(struct compile *c, const char *file, char *text, size_t len)
{
	struct warden_place at = { .line = 1, .column = 1 };
	char *line = text;

	if (memchr(text, '\0', len)) {
		warden_diags_add_file(c->d, file, at,
				      "the list holds a NUL byte; write it with sha256sum");
		return;
	}
	for (; *line; at.line++) {
		char *end = strchrnul(line, '\n');
		char *next = *end ? end + 1 : end;
		struct reference r;

		*end = '\0';
		if (read_reference(&r, line))
			*warden_array_add(&c->references) = r;
		else
			warden_diags_add_file(c->d, file, at,
					      "this is no line of a reference list; write 64 "
					      "hexadecimal digits, two spaces and a name, as "
					      "sha256sum does");
		line = next;
	}
}

static void gather_references(struct compile *c, enum warden_domain domain)
{
	size_t i;

	c->references.n = 0;
	for (i = 0; i < c->m->appraises.n; i++) {
		const struct warden_appraise *a = &c->m->appraises.v[i];
		char *text = NULL;
		size_t len = 0;
		int err;

		if (a->domain != domain)
			continue;
		err = c->files->text(c->files->ctx, a->file.text, &text, &len);
		if (err) {
			report_file(c, a->file, err);
			continue;
		}
		read_list(c, a->file.text, text, len);
		free(text);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct reference));
}

static void sort_references(struct compile *c)
{
	struct reference *v = c->references.v;
	size_t i, n = 0;

	if (!c->references.n)
		return;
	qsort(v, c->references.n, sizeof(*v), by_bytes);
	for (i = 0; i < c->references.n; i++)
		if (!n || by_bytes(&v[n - 1], &v[i]))
			v[n++] = v[i];
	c->references.n = n;
}

static void put_references(struct compile *c, enum warden_domain domain)
{
	size_t done = 0;

	/* An empty list is a list: it accepts nothing, and must be said. */
	do {
		size_t left = c->references.n - done;
		size_t n = left < REFERENCES_PER_ATTR ? left : REFERENCES_PER_ATTR;
		size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_APPRAISE);

		warden_blob_put_u32(c->b, WARDEN_A_APPRAISE_DOMAIN, domain);
		warden_blob_put(c->b, WARDEN_A_APPRAISE_DIGESTS, n ? c->references.v + done : NULL,
				n * sizeof(*c->references.v));
		warden_blob_nest_end(c->b, nest);
		done += n;
	} while (done < c->references.n);
}

static void put_appraise(struct compile *c, enum warden_domain domain)
{
	const struct warden_appraise *first = NULL;
	size_t i;

	for (i = 0; i < c->m->appraises.n && !first; i++)
		if (c->m->appraises.v[i].domain == domain)
			first = &c->m->appraises.v[i];
	if (!first)
		return;
	gather_references(c, domain);
	sort_references(c);
	if (c->references.n > WARDEN_APPRAISE_MAX)
		warden_diags_add(c->d, first->at,
				 "the lists for %s hold %zu digests; at most %u are allowed",
				 warden_enum_word(warden_enum_domain(), domain), c->references.n,
				 WARDEN_APPRAISE_MAX);
	else
		put_references(c, domain);
}

static void put_all(struct compile *c)
{
	size_t i;

	put_header(c);
	put_defaults(c);
	for (i = 0; i < c->m->programs.n; i++)
		put_program(c, i);
	for (i = 0; i < c->m->purposes.n; i++)
		put_purpose(c, i);
	for (i = 0; i < c->m->rules.n; i++)
		put_rule(c, &c->m->rules.v[i]);
	put_measure(c);
	put_appraise(c, WARDEN_DOMAIN_EXEC);
	put_appraise(c, WARDEN_DOMAIN_MODULE);
}

/* Frees what was needed on the way. */
static int end_compile(struct compile *c)
{
	if (c->b->len > WARDEN_POLICY_MAX)
		warden_diags_add(c->d, (struct warden_place){ 0 },
				 "the compiled policy has %zu bytes; at most %u are allowed",
				 c->b->len, WARDEN_POLICY_MAX);
	warden_index_free(&c->known);
	free(c->digests.v);
	free(c->references.v);
	free(c->ranges.v);
	return warden_diags_count(c->d) ? -EINVAL : 0;
}

int warden_compile_checked(const struct warden_model *m, const struct warden_files *files,
			   struct warden_blob *b, struct warden_diags *d)
{
	struct compile c = { .m = m, .files = files, .b = b, .d = d };

	put_all(&c);
	return end_compile(&c);
}

/* Where the rules of a compiled policy end. */
static size_t end_of_rules(const struct warden_blob *b)
{
	size_t at = 0;

	while (at < b->len) {
		struct nlattr a;

		memcpy(&a, b->data + at, sizeof(a));
		if ((a.nla_type & NLA_TYPE_MASK) > WARDEN_A_POLICY_RULE)
			break;
		at += NLA_ALIGN(a.nla_len);
	}
	return at;
}

int warden_compile_safety(const struct warden_model *m, const struct warden_files *files,
			  struct warden_blob *b, struct warden_diags *d)
{
	struct warden_blob whole = { NULL, 0, 0 };
	struct compile c = { .m = m, .files = files, .b = &whole, .d = d };
	size_t i, at = end_of_rules(b);

	if (!m->safety.n)
		return 0;
	warden_blob_append(&whole, b->data, at);
	for (i = 0; i < m->safety.n; i++)
		put_rule(&c, &m->safety.v[i]);
	warden_blob_append(&whole, b->data + at, b->len - at);
	warden_blob_free(b);
	*b = whole;
	c.b = b;
	return end_compile(&c);
}

int warden_compile_model(struct warden_model *m, const struct warden_files *files,
			 struct warden_blob *b, struct warden_diags *d)
{
	warden_enforce_model(m, d, true);
	return warden_compile_checked(m, files, b, d);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "compile_priv.h"
#include "enforce.h"
#include "wire.h"

/* References of one appraise attribute, so that each fits a policy-add message alone. */
#define REFERENCES_PER_ATTR                                                                        \
	((WARDEN_CHUNK_MAX - 3 * NLA_HDRLEN - sizeof(uint32_t) - NLA_ALIGNTO) / REFERENCE_SIZE)

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

const struct warden_file_digests *warden_compile_digest(struct compile *c, struct warden_name path)
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

void warden_compile_put_digest(struct compile *c, uint16_t type, enum warden_digest_alg alg,
			       const uint8_t bytes[WARDEN_DIGEST_SIZE])
{
	size_t nest = warden_blob_nest_begin(c->b, type);

	warden_blob_put_u32(c->b, WARDEN_A_DIGEST_ALG, alg);
	warden_blob_put(c->b, WARDEN_A_DIGEST_BYTES, bytes, WARDEN_DIGEST_SIZE);
	warden_blob_nest_end(c->b, nest);
}

static void put_unused(struct compile *c, uint32_t domain, uint16_t type)
{
	if (c->m->unused[domain].seconds)
		warden_blob_put_u32(c->b, type, c->m->unused[domain].seconds);
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
	put_unused(c, WARDEN_DOMAIN_CONSENT, WARDEN_A_HEADER_UNUSED);
	if (m->sweep.line)
		warden_blob_put_u32(c->b, WARDEN_A_HEADER_SWEEP, 1);
	if (m->sweep_usb.line)
		warden_blob_put_u32(c->b, WARDEN_A_HEADER_SWEEP_USB, 1);
	put_unused(c, WARDEN_DOMAIN_SENSOR, WARDEN_A_HEADER_UNUSED_SENSOR);
	put_unused(c, WARDEN_DOMAIN_LISTEN, WARDEN_A_HEADER_UNUSED_LISTEN);
	put_unused(c, WARDEN_DOMAIN_CONNECT, WARDEN_A_HEADER_UNUSED_CONNECT);
	if (m->setup.line)
		warden_blob_put_u32(c->b, WARDEN_A_HEADER_SETUP, 1);
	warden_blob_nest_end(c->b, nest);
}

static void put_defaults(struct compile *c)
{
	uint32_t domain;

	for (domain = 0; domain < WARDEN_MODEL_LIBRARY; domain++) {
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
		if (item->kind == WARDEN_ITEM_KERNEL)
			set_add(set, WARDEN_DIGEST_ALG_KERNEL, item->digest);
		if (item->kind != WARDEN_ITEM_PATH)
			continue;
		d = warden_compile_digest(c, item->name);
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

/* Where it must run, and what it must be started with. */
static void put_place(struct compile *c, const struct warden_program *p)
{
	const struct warden_item *item;
	size_t i;

	for (i = p->first_item; i < p->first_item + p->items; i++) {
		item = &c->m->items.v[i];
		if (item->kind == WARDEN_ITEM_UNIT)
			warden_blob_put_string(c->b, WARDEN_A_PROGRAM_UNIT, item->name.text);
		if (item->kind == WARDEN_ITEM_ARGUMENTS)
			warden_blob_put_string(c->b, WARDEN_A_PROGRAM_ARGUMENTS, item->name.text);
	}
}

static void put_program(struct compile *c, size_t n)
{
	const struct warden_program *p = &c->m->programs.v[n];
	const char *path = first_path(c->m, p);
	struct digest_set set = { .n = 0 };
	size_t nest, i;

	gather_digests(c, p, &set);
	nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_PROGRAM);
	warden_blob_put_u32(c->b, WARDEN_A_PROGRAM_ID, (uint32_t)n + 1);
	warden_blob_put_string(c->b, WARDEN_A_PROGRAM_LABEL, p->name.text);
	if (path)
		warden_blob_put_string(c->b, WARDEN_A_PROGRAM_PATH, path);
	for (i = 0; i < set.n; i++)
		warden_compile_put_digest(c, WARDEN_A_PROGRAM_DIGEST, set.v[i].bytes[0], set.v[i].bytes + 1);
	put_user(c, p);
	put_place(c, p);
	warden_blob_nest_end(c->b, nest);
}

static void put_purpose(struct compile *c, size_t n)
{
	const struct warden_purpose *p = &c->m->purposes.v[n];
	const struct warden_file_digests *d = p->notice.text ? warden_compile_digest(c, p->notice) : NULL;
	size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_PURPOSE);

	warden_blob_put_u32(c->b, WARDEN_A_PURPOSE_ID, (uint32_t)n + 1);
	warden_blob_put_string(c->b, WARDEN_A_PURPOSE_LABEL, p->name.text);
	warden_blob_put_string(c->b, WARDEN_A_PURPOSE_TEXT, p->text.text);
	if (d)
		warden_blob_put(c->b, WARDEN_A_PURPOSE_NOTICE, d->sha256, WARDEN_DIGEST_SIZE);
	if (p->until.text)
		warden_blob_put_u64(c->b, WARDEN_A_PURPOSE_UNTIL, warden_model_day_end(p->until.text));
	if (p->lasts)
		warden_blob_put_u32(c->b, WARDEN_A_PURPOSE_LASTS, p->lasts);
	warden_blob_nest_end(c->b, nest);
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

static bool read_reference(struct reference *r, const char *line)
{
	struct warden_digest digest;

	if (!warden_digest_line(&digest, NULL, line))
		return false;
	memcpy(r->bytes, &digest, sizeof(digest));
	return true;
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

/* A device by its topology name, or by another one that is marked as that. */
static void put_device(char *to, size_t size, const struct warden_sensor *device)
{
	snprintf(to, size, "%s%s", device->kind == WARDEN_SENSOR_NAME ? WARDEN_NAME_MARK : "",
		 device->name.text);
}

static void put_classing(struct compile *c, const struct warden_classing *g)
{
	size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_CLASSIFY);
	char name[WARDEN_TOPOLOGY_MAX + 1];

	put_device(name, sizeof(name), &g->device);
	warden_blob_put_u32(c->b, WARDEN_A_CLASSIFY_LINE, g->at.line);
	warden_blob_put_string(c->b, WARDEN_A_CLASSIFY_DEVICE, name);
	warden_blob_put_u32(c->b, WARDEN_A_CLASSIFY_CLASS, g->class);
	warden_blob_nest_end(c->b, nest);
}

static void put_broker(struct compile *c, const struct warden_broker *k)
{
	size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_BROKER);

	warden_blob_put_u32(c->b, WARDEN_A_BROKER_LINE, k->at.line);
	warden_blob_put_string(c->b, WARDEN_A_BROKER_LABEL, k->name.text);
	warden_blob_put_u32(c->b, WARDEN_A_BROKER_CLASS, k->class);
	if (k->path.text) {
		warden_blob_put_string(c->b, WARDEN_A_BROKER_PATH, k->path.text);
	} else {
		warden_blob_put_u32(c->b, WARDEN_A_BROKER_PROTOCOL, k->protocol);
		warden_blob_put_u32(c->b, WARDEN_A_BROKER_PORT, k->port);
	}
	warden_blob_nest_end(c->b, nest);
}

static void put_tamper(struct compile *c, const struct warden_tamper *t)
{
	size_t nest = warden_blob_nest_begin(c->b, WARDEN_A_POLICY_TAMPER);
	char name[WARDEN_TOPOLOGY_MAX + 1];

	warden_blob_put_u32(c->b, WARDEN_A_TAMPER_INPUT_LINE, t->at.line);
	warden_blob_put_u32(c->b, WARDEN_A_TAMPER_INPUT_KIND, t->kind);
	warden_blob_put_u32(c->b, WARDEN_A_TAMPER_INPUT_CODE, t->code);
	if (t->has_state)
		warden_blob_put_u32(c->b, WARDEN_A_TAMPER_INPUT_STATE, t->state);
	if (t->has_device) {
		put_device(name, sizeof(name), &t->device);
		warden_blob_put_string(c->b, WARDEN_A_TAMPER_INPUT_DEVICE, name);
	}
	warden_blob_nest_end(c->b, nest);
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
		warden_compile_put_rule(c, &c->m->rules.v[i]);
	put_measure(c);
	put_appraise(c, WARDEN_DOMAIN_EXEC);
	put_appraise(c, WARDEN_DOMAIN_MODULE);
	put_appraise(c, WARDEN_DOMAIN_BPF);
	for (i = 0; i < c->m->classings.n; i++)
		put_classing(c, &c->m->classings.v[i]);
	for (i = 0; i < c->m->brokers.n; i++)
		put_broker(c, &c->m->brokers.v[i]);
	for (i = 0; i < c->m->tampers.n; i++)
		put_tamper(c, &c->m->tampers.v[i]);
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
		warden_compile_put_rule(&c, &m->safety.v[i]);
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

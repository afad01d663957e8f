// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"
#include "model.h"
#include "wire.h"

typedef WARDEN_ARRAY(char *) words;

static void put_sensor(FILE *f, const struct warden_rule_view *r)
{
	if (r->topology)
		fprintf(f, " use device \"%s\"", r->topology);
	else
		fprintf(f, " use %s",
			r->class ? warden_enum_word(warden_enum_sensor_class(), r->class) : "any");
}

static void put_ports(FILE *f, const struct warden_rule_view *r)
{
	const char *protocol = r->protocol ? warden_protocol_name(r->protocol) : "any";

	fprintf(f, " %s %s ", warden_model_domain(r->domain), protocol ? protocol : "?");
	if (!r->low && r->high == UINT16_MAX)
		fputs("any", f);
	else if (r->low == r->high)
		fprintf(f, "%u", r->low);
	else
		fprintf(f, "%u-%u", r->low, r->high);
}

static void put_file(FILE *f, const struct warden_rule_view *r)
{
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	fprintf(f, "%s", warden_model_domain(r->domain));
	if (r->digest.alg && r->domain == WARDEN_DOMAIN_BPF)
		fprintf(f, " sha256 \"%s\"",
			warden_hex_put(hex, r->digest.bytes, sizeof(r->digest.bytes)));
	else if (r->digest.alg)
		fprintf(f, " a file of %s %s",
			warden_enum_word(warden_enum_digest_alg(), r->digest.alg),
			warden_hex_put(hex, r->digest.bytes, sizeof(r->digest.bytes)));
}

static void put_usb(FILE *f, const struct warden_rule_view *r)
{
	char class[16], hex[2 * WARDEN_DIGEST_SIZE + 1];

	fputs("usb", f);
	if (r->class)
		fprintf(f, " class \"%s\"", warden_usb_class_word(class, r->class));
	else if (r->pattern)
		fprintf(f, " \"%s\"", r->pattern);
	else if (r->digest.alg)
		fprintf(f, " sha256 \"%s\"",
			warden_hex_put(hex, r->digest.bytes, sizeof(r->digest.bytes)));
	else
		fputs(" any", f);
}

/* What begins with a program; the others are about an object or a device alone. */
static void put_use(FILE *f, const struct warden_view *v, const struct warden_rule_view *r)
{
	bool named = r->program && r->program <= v->programs.n;

	fputs(named ? v->programs.v[r->program - 1].label : "any", f);
	if (r->domain == WARDEN_DOMAIN_SENSOR)
		put_sensor(f, r);
	else if (r->domain == WARDEN_DOMAIN_PROTOCOL)
		fprintf(f, " use protocol %s",
			r->socket ? warden_enum_word(warden_enum_socket_class(), r->socket) : "any");
	else if (r->domain == WARDEN_DOMAIN_DEBUG)
		fprintf(f, " debug %s", warden_enum_word(warden_enum_debug_surface(), r->surface));
	else
		put_ports(f, r);
}

char *warden_kept_text(const struct warden_view *v, const struct warden_rule_view *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	if (r->domain == WARDEN_DOMAIN_USB)
		put_usb(f, r);
	else if (!warden_domain_has_object(r->domain))
		put_use(f, v, r);
	else if (r->pattern)
		fprintf(f, "%s \"%s\"", warden_model_domain(r->domain), r->pattern);
	else
		put_file(f, r);
	fclose(f);
	return text;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The entries in words, sorted, each once. */
static void gather(words *list, const struct warden_view *v, uint32_t flag)
{
	size_t i, n = 0;

	for (i = 0; i < v->rules.n; i++) {
		char *text = v->rules.v[i].flags & flag ?
				     warden_kept_text(v, &v->rules.v[i]) :
				     NULL;

		if (text)
			*warden_array_add(list) = text;
	}
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_text);
	for (i = 0; i < list->n; i++) {
		if (n && !strcmp(list->v[n - 1], list->v[i]))
			free(list->v[i]);
		else
			list->v[n++] = list->v[i];
	}
	list->n = n;
}

static void release(words *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
}

void warden_kept_compare(const struct warden_view *before, const struct warden_view *after,
			 uint32_t flag, warden_kept_fn fn, void *ctx)
{
	words a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	size_t i = 0, k = 0;

	gather(&a, before, flag);
	gather(&b, after, flag);
	while (i < a.n || k < b.n) {
		int c = i == a.n ? 1 : k == b.n ? -1 : strcmp(a.v[i], b.v[k]);

		if (c)
			fn(ctx, c < 0 ? a.v[i] : b.v[k], c > 0);
		i += c <= 0;
		k += c >= 0;
	}
	release(&a);
	release(&b);
}

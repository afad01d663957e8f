// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "question.h"
#include "wire.h"

static const struct warden_rule *nth_rule(const struct warden_model *m, size_t n)
{
	return n < m->rules.n ? &m->rules.v[n] : &m->safety.v[n - m->rules.n];
}

/* Entries of the safety list come after all rules. */
static void count_rules(struct warden_asked *a)
{
	const struct warden_model *m = &a->source.model;
	size_t i, end = 0;

	for (i = 0; i < m->rules.n + m->safety.n; i++) {
		end += nth_rule(m, i)->lacks ? 0 : warden_model_spread(nth_rule(m, i));
		*warden_array_add(&a->ends) = (uint32_t)end;
	}
}

const struct warden_rule *warden_asked_rule(const struct warden_asked *a, uint32_t number)
{
	size_t low = 0, high = a->ends.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a->ends.v[mid] < number)
			low = mid + 1;
		else
			high = mid;
	}
	return number && low < a->ends.n ? nth_rule(&a->source.model, low) : NULL;
}

int warden_asked_open(struct warden_asked *a, const char *file, const char *root)
{
	char why[WARDEN_ORACLE_WHY];
	int err;

	memset(a, 0, sizeof(*a));
	err = warden_source_read(&a->source, file, root);
	if (err)
		return err;
	err = warden_source_build(&a->source, false);
	if (err) {
		warden_diags_print(&a->source.diags, file, stderr);
		return err;
	}
	count_rules(a);
	err = warden_view_open(&a->view, file, a->source.blob.data, a->source.blob.len, why);
	if (err)
		fprintf(stderr, "wardenctl: policy %s: %s; tell its author of Warden\n", file, why);
	return err;
}

int warden_asked_files(struct warden_asked *a, const char *root)
{
	struct warden_source *s = &a->source;
	int err = warden_root_open(&s->root, root, root);

	if (err)
		fprintf(stderr, "wardenctl: root %s: %s; name a folder\n", root, strerror(-err));
	s->files = warden_root_files(&s->root);
	return err;
}

void warden_asked_close(struct warden_asked *a)
{
	warden_view_close(&a->view);
	warden_source_free(&a->source);
	free(a->ends.v);
}

void warden_asked_forget(struct warden_asked *a)
{
	const char *file = a->source.file;

	warden_source_free(&a->source);
	a->source = (struct warden_source){ .file = file, .root = { .fd = -1, .base_fd = -1 } };
}

static bool wrong(struct warden_query *query, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool wrong(struct warden_query *query, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(query->wrong, sizeof(query->wrong), format, args);
	va_end(args);
	return false;
}

bool warden_query_sensor(struct warden_query *query, const char *class, const char *topology,
			 bool exports)
{
	const struct warden_wire_enum *classes = warden_enum_sensor_class();
	int value = warden_enum_value(classes, class);
	const char *near;

	if (value <= WARDEN_SENSOR_CLASS_FREE) {
		near = warden_word_nearest(class, warden_enum_nth, classes);
		return wrong(query, near ? "there is no sensor class `%s`; did you mean `%s`?" :
					   "there is no sensor class `%s`",
			     class, near);
	}
	query->q.domain = WARDEN_DOMAIN_SENSOR;
	query->q.class = (uint32_t)value;
	query->q.topology = topology;
	query->q.exports = exports;
	if (topology)
		snprintf(query->what, sizeof(query->what), "use device \"%s\"%s", topology,
			 exports ? " export" : "");
	else
		snprintf(query->what, sizeof(query->what), "use %s%s", class, exports ? " export" : "");
	return true;
}

static bool read_port(struct warden_query *query, const char *protocol, const char *port)
{
	int number = warden_protocol_number(protocol);
	unsigned long value;
	char *end;

	if (number < 0)
		return wrong(query, "there is no protocol `%s` that has ports; write tcp, udp, "
				    "sctp, mptcp, dccp or udplite",
			     protocol);
	errno = 0;
	value = strtoul(port, &end, 10);
	if (!*port || *end || errno || value > UINT16_MAX || *port == '-')
		return wrong(query, "`%s` is no port; ports go from 0 to 65535", port);
	query->q.protocol = (uint16_t)number;
	query->q.port = (uint16_t)value;
	return true;
}

static bool read_address(struct warden_query *query, struct warden_address *a, const char *text)
{
	a->version = strchr(text, ':') ? 6 : 4;
	if (inet_pton(a->version == 6 ? AF_INET6 : AF_INET, text, a->bytes) != 1)
		return wrong(query, "`%s` is no address; write one like 192.0.2.1 or 2001:db8::1", text);
	warden_address_unmap(a);
	return true;
}

static bool read_interface(struct warden_query *query, const char *on)
{
	query->q.interface = on;
	if (on && (strlen(on) > WARDEN_INTERFACE_MAX || !*on || strchr(on, '/')))
		return wrong(query, "`%s` is no name of an interface; write one like eth0", on);
	return true;
}

bool warden_query_receive(struct warden_query *query, uint32_t domain, const char *protocol,
			  const char *port, const char *on, const char *at, const char *from)
{
	if (!read_port(query, protocol, port))
		return false;
	query->q.domain = domain;
	snprintf(query->what, sizeof(query->what), "%s %s %u%s%.64s%s%.64s%s%.64s",
		 warden_model_domain(domain), protocol, query->q.port, on ? " on " : "", on ? on : "",
		 at ? " at " : "", at ? at : "", from ? " from " : "", from ? from : "");
	if (at && domain != WARDEN_DOMAIN_LISTEN)
		return wrong(query, "the address that is bound to stands behind `from`; leave out `at`");
	return read_interface(query, on) && (!at || read_address(query, &query->q.own, at)) &&
	       (!from || read_address(query, &query->q.address, from));
}

bool warden_query_connect(struct warden_query *query, const char *protocol, const char *port,
			  const char *address, const char *on)
{
	if (!read_port(query, protocol, port))
		return false;
	query->q.domain = WARDEN_DOMAIN_CONNECT;
	snprintf(query->what, sizeof(query->what), "connect %s %u%s%.64s%s%.64s", protocol, query->q.port,
		 on ? " on " : "", on ? on : "", address ? " to " : "", address ? address : "");
	return read_interface(query, on) && (!address || read_address(query, &query->q.address, address));
}

bool warden_query_egress(struct warden_query *query, const char *class, const char *address,
			 const char *on)
{
	if (!warden_query_sensor(query, class, NULL, false))
		return false;
	query->q.domain = WARDEN_DOMAIN_EGRESS;
	snprintf(query->what, sizeof(query->what), "while using %s%s%.64s%s%.64s", class,
		 on ? " on " : "", on ? on : "", address ? " to " : "", address ? address : "");
	return read_interface(query, on) && (!address || read_address(query, &query->q.address, address));
}

bool warden_query_broker(struct warden_query *query, const struct warden_view *v,
			 const struct warden_view *decides)
{
	struct warden_question use;
	struct warden_reply reply;

	if (!warden_ask_broker(v, &query->q, &use))
		return false;
	warden_oracle_ask(decides->oracle, &query->q, &reply);
	if (reply.action != WARDEN_ACTION_ALLOW)
		return false;
	query->q = use;
	snprintf(query->by, sizeof(query->by), "to connect there is allowed, and is to use %s: it is a broker's port",
		 warden_enum_word(warden_enum_sensor_class(), use.class));
	snprintf(query->what, sizeof(query->what), "use device \"%s\"", use.topology);
	return true;
}

bool warden_query_protocol(struct warden_query *query, const char *name)
{
	const struct warden_wire_enum *kinds = warden_enum_socket_class();
	int value = warden_enum_value(kinds, name);
	const char *near;

	if (value <= WARDEN_SOCKET_CLASS_NONE || value == WARDEN_SOCKET_CLASS_UNIX) {
		near = warden_word_nearest(name, warden_enum_nth, kinds);
		return wrong(query, near ? "there is no protocol `%s` to ask for; did you mean `%s`?" :
					   "there is no protocol `%s` to ask for; see wardenctl service "
					   "protocols",
			     name, near);
	}
	query->q.domain = WARDEN_DOMAIN_PROTOCOL;
	query->q.socket = (uint32_t)value;
	snprintf(query->what, sizeof(query->what), "use protocol %s", name);
	return true;
}

static bool digest_of(struct warden_query *query, const struct warden_asked *a, const char *path,
		      struct warden_digest *digest)
{
	struct warden_file_digests d;
	int err = a->source.files.digest(a->source.files.ctx, path, &d);

	if (err)
		return wrong(query, "\"%s\" cannot be read: %s", path,
			     err == -ENOTSUP ? "it is not a regular file" : strerror(-err));
	digest->alg = WARDEN_DIGEST_ALG_SHA256;
	memcpy(digest->bytes, d.sha256, sizeof(digest->bytes));
	return true;
}

static bool read_digest(struct warden_query *query, const char *digits)
{
	struct warden_digest *digest = &query->q.object;

	digest->alg = WARDEN_DIGEST_ALG_SHA256;
	if (strlen(digits) == 2 * sizeof(digest->bytes) &&
	    warden_hex_get(digest->bytes, sizeof(digest->bytes), digits))
		return true;
	return wrong(query, "`%.80s` is no SHA-256; write its 64 hexadecimal digits, as `wardenctl "
			    "measure list` prints them",
		     digits);
}

static bool query_surface(struct warden_query *query, const char *word)
{
	const struct warden_wire_enum *surfaces = warden_enum_debug_surface();
	int value = warden_enum_value(surfaces, word);
	const char *near = warden_word_nearest(word, warden_enum_nth, surfaces);

	if (value <= WARDEN_DEBUG_SURFACE_NONE)
		return wrong(query, near ? "there is no debug surface `%s`; did you mean `%s`?" :
					   "there is no debug surface `%s`",
			     word, near);
	query->q.surface = (uint32_t)value;
	snprintf(query->what, sizeof(query->what), "debug %s", word);
	return true;
}

bool warden_query_object(struct warden_query *query, const struct warden_asked *a, uint32_t domain,
			 const char *object)
{
	query->q.domain = domain;
	if (domain == WARDEN_DOMAIN_DEBUG)
		return query_surface(query, object);
	snprintf(query->what, sizeof(query->what), "%s%s \"%s\"", warden_model_domain(domain),
		 domain == WARDEN_DOMAIN_BPF ? " sha256" : "", object);
	if (domain == WARDEN_DOMAIN_BPF)
		return read_digest(query, object);
	if (domain != WARDEN_DOMAIN_AUTOLOAD &&
	    (domain != WARDEN_DOMAIN_MODULE || strchr(object, '/')))
		return digest_of(query, a, object, &query->q.object);
	query->q.name = object;
	return true;
}

static const char *nth_label(const void *ctx, size_t n)
{
	const struct warden_view *v = ctx;

	return n < v->programs.n ? v->programs.v[n].label : NULL;
}

/* The program of the policy with a file like this one's; NULL where there is none. */
static const struct warden_program_view *find_file(const struct warden_view *v,
						   const struct warden_digest *digest)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < v->programs.n; i++)
		for (k = 0; k < v->programs.v[i].n; k++)
			if (!memcmp(&v->programs.v[i].digests[k], digest, sizeof(*digest)))
				return &v->programs.v[i];
	return NULL;
}

bool warden_query_program(struct warden_query *query, const struct warden_asked *a,
			  const char *name)
{
	const struct warden_program_view *p = NULL;
	const char *near;
	size_t i;

	if (name[0] == '/') {
		if (!digest_of(query, a, name, &query->q.subject))
			return false;
		p = find_file(&a->view, &query->q.subject);
	}
	for (i = 0; i < a->view.programs.n && !p; i++)
		if (!strcmp(a->view.programs.v[i].label, name))
			p = &a->view.programs.v[i];
	if (!p && name[0] != '/') {
		near = warden_word_nearest(name, nth_label, &a->view);
		return wrong(query, near ? "the policy names no program `%s`; did you mean `%s`?" :
					   "the policy names no program `%s`; name one of its "
					   "programs, or the whole path of a file",
			     name, near);
	}
	query->who = p ? p->label : NULL;
	if (p && name[0] != '/')
		query->q.subject = p->digests[0];
	query->q.uid = p && p->has_uid ? p->uid : WARDEN_UID_OTHER;
	query->q.unit = p ? p->unit : NULL;
	query->q.arguments = p ? p->arguments : NULL;
	return true;
}

void warden_query_consent(struct warden_query *query, const struct warden_asked *a)
{
	size_t i;

	for (i = 0; i < a->view.purposes.n && query->q.consents < WARDEN_ORACLE_PURPOSES; i++)
		query->q.purposes[query->q.consents++] = a->view.purposes.v[i];
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the policy declares beside what is really open: each socket that anybody
 * can send to, asked of the policy in force as if its program made it now, and
 * each rule that no such socket stands for.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <linux/warden.h>
#include <warden/text.h>

#include "../cmd.h"
#include "../output.h"
#include "../policy/ask.h"
#include "../policy/model.h"
#include "../process.h"
#include "../running.h"
#include "../sockets.h"
#include "../wire.h"
#include "service_list.h"

enum state {
	DECLARED,     /* open, and a rule or a default allows it */
	NOT_DECLARED, /* open, and it would be denied now */
	FOR_A_TIME,   /* open, and somebody opened the port for a time; or that alone, and nobody is there yet */
	NOT_OPEN,     /* a rule allows it, and nothing is there */
	OF_THE_KERNEL, /* open, and no process holds it; some program may listen there */
	KERNEL_ALONE   /* the same, and none may */
};

static const char *const state_words[] = { "declared", "NOT DECLARED",  "for a time", "not open",
					  "kernel",   "KERNEL, NOT DECLARED" };

/* A program that runs, by its path: each is read once. */
struct running_file {
	char *path;
	struct warden_file_digests digests;
	bool known;
};

/* One line of the list. */
struct entry {
	enum state state;
	char protocol[16];
	char where[INET6_ADDRSTRLEN + 8]; /* address and port, or ports */
	unsigned long net;		   /* 0: of no network in particular */
	long pid;
	const char *program;
	const char *layer; /* that decides, or whose rule it is; NULL: its program is in quarantine */
	uint32_t line;	   /* of the rule; 0 is the default */
	uint64_t expires;  /* of FOR_A_TIME: when that is over, on the boot-time clock, in ns; else 0 */
};

struct listing {
	struct warden_running policy;
	struct warden_open_sockets sockets;
	WARDEN_ARRAY(struct running_file) files;
	WARDEN_ARRAY(struct entry) entries;
	struct warden_arena arena;
};

/* --- what is open ----------------------------------------------------------- */

static const struct running_file *find_file(struct listing *l, long pid)
{
	struct running_file file = { .path = NULL };
	char path[4096];
	size_t i;

	if (!warden_process_path(pid, path, sizeof(path)))
		return NULL;
	for (i = 0; i < l->files.n; i++)
		if (!strcmp(l->files.v[i].path, path))
			return &l->files.v[i];
	file.path = strdup(path);
	if (!file.path)
		abort();
	file.known = !warden_process_digest(pid, &file.digests);
	*warden_array_add(&l->files) = file;
	return &l->files.v[l->files.n - 1];
}

static bool is_anywhere(const struct warden_address *a)
{
	static const uint8_t none[sizeof(a->bytes)];

	return !memcmp(a->bytes, none, sizeof(none));
}

/* An address of the loopback is also its interface. */
static bool is_loop(const struct warden_address *a)
{
	if (a->version == 4)
		return a->bytes[0] == IN_LOOPBACKNET;
	return !memcmp(a->bytes, &in6addr_loopback, sizeof(in6addr_loopback));
}

static struct warden_question question_of(const struct warden_open_socket *s)
{
	struct warden_question q = { .domain = WARDEN_DOMAIN_LISTEN,
				     .protocol = s->protocol,
				     .port = s->port };

	if (!is_anywhere(&s->address))
		q.own = s->address;
	if (is_loop(&s->address))
		q.interface = "lo";
	if (s->raw) {
		q.domain = WARDEN_DOMAIN_PROTOCOL;
		q.socket = WARDEN_SOCKET_CLASS_RAW;
	}
	return q;
}

/* The policy's name for who asks; NULL where it has none. */
static const char *label_of(const struct listing *l, const struct warden_question *q)
{
	unsigned int layer;
	size_t i;
	uint32_t k;

	for (layer = 0; layer < l->policy.n; layer++)
		for (i = 0; i < l->policy.views[layer].programs.n; i++) {
			const struct warden_program_view *p = &l->policy.views[layer].programs.v[i];

			for (k = 0; k < p->n; k++)
				if (!memcmp(&p->digests[k], &q->subject, sizeof(q->subject)) &&
				    (!p->has_uid || p->uid == q->uid) &&
				    (!p->unit || warden_subject_is_in(p->unit, q->unit)) &&
				    (!p->arguments || warden_oracle_is_started(p->arguments, q->command,
									       q->command_len)))
					return p->label;
		}
	return NULL;
}

static void ask(const struct listing *l, struct entry *e, const struct warden_question *q)
{
	const struct warden_rule_view *rule;
	const struct warden_view *v;
	struct warden_outcome o;

	v = warden_running_judge(&l->policy, q, &o);
	rule = v ? warden_view_rule(v, o.rule) : NULL;
	e->layer = v ? v->title : NULL;
	e->line = rule ? rule->line : 0;
	e->expires = o.what == WARDEN_OUTCOME_ALLOWED ? 0 : warden_running_opens(&l->policy, q);
	e->state = o.what == WARDEN_OUTCOME_ALLOWED ? DECLARED : e->expires ? FOR_A_TIME : NOT_DECLARED;
}

static void ask_as(struct listing *l, struct entry *e, struct warden_question q, uint8_t alg,
		   const uint8_t *bytes)
{
	const char *label;

	q.subject.alg = alg;
	memcpy(q.subject.bytes, bytes, sizeof(q.subject.bytes));
	label = label_of(l, &q);
	if (label)
		e->program = label;
	ask(l, e, &q);
}

/* The name of a file, as text. */
static const char *name_of(struct listing *l, const struct running_file *file)
{
	char *name = strdup(file->path);
	const char *kept;

	if (!name)
		abort();
	warden_text_repair(name);
	kept = warden_arena_dup(&l->arena, name, strlen(name));
	free(name);
	return kept;
}

/* The kernel knows a file by one of its digests: what either of them opens is open. */
static void judge(struct listing *l, struct entry *e, const struct warden_open_socket *s)
{
	const struct running_file *file = find_file(l, s->pid);
	struct warden_question q = question_of(s);
	char unit[WARDEN_UNIT_MAX + 1], command[WARDEN_COMMAND_MAX + 1];

	q.uid = (uint32_t)warden_process_number(s->pid, "Uid:");
	q.unit = warden_process_unit(s->pid, unit, sizeof(unit)) ? unit : NULL;
	q.command = command;
	q.command_len = (uint32_t)warden_process_arguments(s->pid, command, sizeof(command));
	e->program = file ? name_of(l, file) : "?";
	if (!file || !file->known) {
		ask(l, e, &q);
		return;
	}
	ask_as(l, e, q, WARDEN_DIGEST_ALG_SHA256, file->digests.sha256);
	if (e->state != DECLARED)
		ask_as(l, e, q, WARDEN_DIGEST_ALG_FSVERITY_SHA256, file->digests.fsverity);
}

/* May some program of the policy, or any, do this? Then by which rule is in @e. */
static bool may_somebody(const struct listing *l, struct entry *e, struct warden_question q)
{
	struct entry as = *e;
	unsigned int layer;
	size_t i;

	q.uid = WARDEN_UID_OTHER;
	ask(l, &as, &q);
	for (layer = 0; layer < l->policy.n && as.state != DECLARED; layer++)
		for (i = 0; i < l->policy.views[layer].programs.n && as.state != DECLARED; i++) {
			const struct warden_program_view *p = &l->policy.views[layer].programs.v[i];

			q.subject = p->digests[0];
			q.uid = p->has_uid ? p->uid : WARDEN_UID_OTHER;
			q.unit = p->unit;
			q.arguments = p->arguments;
			ask(l, &as, &q);
		}
	if (as.state == DECLARED)
		*e = as;
	return as.state == DECLARED;
}

/*
 * A socket that no process holds is the kernel's, which any program's rule or its own is for. MPTCP
 * has one of TCP beneath, which comes in where a program may listen by it.
 */
static void judge_kernel(struct listing *l, struct entry *e, const struct warden_open_socket *s)
{
	static const uint8_t zeros[WARDEN_DIGEST_SIZE];
	struct warden_question q = question_of(s), mptcp = q;

	q.uid = WARDEN_UID_OTHER;
	mptcp.protocol = IPPROTO_MPTCP;
	ask_as(l, e, q, WARDEN_DIGEST_ALG_KERNEL, zeros);
	e->state = e->state == DECLARED || (q.protocol == IPPROTO_TCP && may_somebody(l, e, mptcp)) ?
			   OF_THE_KERNEL :
			   KERNEL_ALONE;
	e->expires = 0;
}

static void put_where(struct entry *e, const struct warden_open_socket *s)
{
	bool six = s->address.version == 6;
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(six ? AF_INET6 : AF_INET, s->address.bytes, text, sizeof(text));
	if (s->raw)
		snprintf(e->where, sizeof(e->where), "%s", text);
	else
		snprintf(e->where, sizeof(e->where), six ? "[%s]:%u" : "%s:%u", text, s->port);
}

static void add_socket(struct listing *l, const struct warden_open_socket *s)
{
	const char *protocol = warden_protocol_name(s->protocol);
	struct entry e = { .state = OF_THE_KERNEL, .net = s->net, .pid = s->pid, .program = "-",
			   .layer = "-" };

	if (s->raw)
		snprintf(e.protocol, sizeof(e.protocol), "raw %u", s->protocol);
	else
		snprintf(e.protocol, sizeof(e.protocol), "%s", protocol ? protocol : "?");
	put_where(&e, s);
	if (s->pid)
		judge(l, &e, s);
	else
		judge_kernel(l, &e, s);
	*warden_array_add(&l->entries) = e;
}

static bool is_used(const struct listing *l, const struct warden_opened *o)
{
	size_t i;

	for (i = 0; i < l->sockets.list.n; i++)
		if (l->entries.v[i].state == FOR_A_TIME && l->sockets.list.v[i].protocol == o->protocol &&
		    l->sockets.list.v[i].port == o->port)
			return true;
	return false;
}

/* A port where nobody listens yet, and anybody may begin to. */
static void add_opening(struct listing *l, const struct warden_opened *o)
{
	const struct warden_question q = { .domain = WARDEN_DOMAIN_LISTEN, .uid = WARDEN_UID_OTHER,
					   .protocol = o->protocol, .port = o->port };
	const char *protocol = warden_protocol_name(o->protocol);
	struct entry e = { .program = "any" };

	ask(l, &e, &q);
	snprintf(e.protocol, sizeof(e.protocol), "%s", protocol ? protocol : "?");
	snprintf(e.where, sizeof(e.where), "%u", o->port);
	if (e.state == FOR_A_TIME)
		*warden_array_add(&l->entries) = e;
}

/* --- what is declared ----------------------------------------------------------- */

/* MPTCP's own socket is one of TCP. */
static bool is_of(const struct warden_rule_view *r, const struct warden_open_socket *s)
{
	return (!r->protocol || r->protocol == s->protocol ||
		(r->protocol == IPPROTO_MPTCP && s->protocol == IPPROTO_TCP)) &&
	       r->low <= s->port && s->port <= r->high;
}

static bool is_open(const struct listing *l, const struct warden_view *v,
		    const struct warden_rule_view *r)
{
	size_t i;

	for (i = 0; i < l->entries.n; i++) {
		const struct entry *e = &l->entries.v[i];
		const struct warden_open_socket *s =
			i < l->sockets.list.n ? &l->sockets.list.v[i] : NULL;

		if (s && !s->raw && (e->state == DECLARED || e->state == OF_THE_KERNEL) &&
		    e->line == r->line && e->layer == v->title && is_of(r, s))
			return true;
	}
	return false;
}

static void add_rule(struct listing *l, const struct warden_view *v, const struct warden_rule_view *r)
{
	const char *protocol = r->protocol ? warden_protocol_name(r->protocol) : "any";
	struct entry e = { .state = NOT_OPEN, .layer = v->title, .line = r->line, .program = "any" };

	snprintf(e.protocol, sizeof(e.protocol), "%s", protocol ? protocol : "?");
	if (!r->low && r->high == UINT16_MAX)
		snprintf(e.where, sizeof(e.where), "any");
	else if (r->low == r->high)
		snprintf(e.where, sizeof(e.where), "%u", r->low);
	else
		snprintf(e.where, sizeof(e.where), "%u-%u", r->low, r->high);
	if (r->program)
		e.program = v->programs.v[r->program - 1].label;
	*warden_array_add(&l->entries) = e;
}

static void add_rules(struct listing *l, unsigned int layer)
{
	const struct warden_view *v = &l->policy.views[layer];
	size_t i;

	for (i = 0; i < v->rules.n; i++)
		if (warden_running_declares(&l->policy, layer, i, WARDEN_DOMAIN_LISTEN) &&
		    !is_open(l, v, &v->rules.v[i]))
			add_rule(l, v, &v->rules.v[i]);
}

static const char *default_text(const struct entry *e)
{
	if (e->state == NOT_OPEN)
		return "-";
	return e->layer ? "default" : "quarantine";
}

/* --- the list --------------------------------------------------------------------- */

static void print_ground(struct warden_table *t, const struct entry *e)
{
	char text[64], when[WARDEN_TIME_TEXT];

	if (e->state == FOR_A_TIME)
		snprintf(text, sizeof(text), "until %s", warden_output_time(when, e->expires));
	else if (e->line)
		snprintf(text, sizeof(text), "%s line %u", e->layer, e->line);
	else
		snprintf(text, sizeof(text), "%s", default_text(e));
	warden_table_cell(t, text);
}

static void print_entry(struct warden_table *t, const struct entry *e, unsigned long own)
{
	char text[64];

	warden_table_cell(t, state_words[e->state]);
	warden_table_cell(t, e->protocol);
	warden_table_cell(t, e->where);
	snprintf(text, sizeof(text), "net %lu", e->net);
	warden_table_cell(t, !e->net ? "-" : e->net == own ? "own" : text);
	warden_table_cell(t, e->program);
	snprintf(text, sizeof(text), "%ld", e->pid);
	warden_table_cell(t, e->pid ? text : "-");
	print_ground(t, e);
}

static struct json_object *entry_json(const struct entry *e)
{
	static const char *const words[] = { "declared", "not-declared", "for-a-time",
					     "not-open", "kernel", "kernel-not-declared" };
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "state", json_object_new_string(words[e->state]));
	json_object_object_add(json, "protocol", json_object_new_string(e->protocol));
	json_object_object_add(json, "where", json_object_new_string(e->where));
	json_object_object_add(json, "program", json_object_new_string(e->program));
	if (e->net)
		json_object_object_add(json, "network", json_object_new_int64((int64_t)e->net));
	if (e->pid)
		json_object_object_add(json, "pid", json_object_new_int64(e->pid));
	if (!e->layer)
		json_object_object_add(json, "quarantined", json_object_new_boolean(true));
	if (e->expires)
		json_object_object_add(json, "expires", json_object_new_uint64(e->expires));
	if (e->line) {
		json_object_object_add(json, "layer", json_object_new_string(e->layer));
		json_object_object_add(json, "line", json_object_new_int64(e->line));
	}
	return json;
}

static void print_list(const struct listing *l)
{
	static const char *const columns[] = { "STATE",	  "PROTOCOL", "WHERE", "NETWORK",
					       "PROGRAM", "PID",      "BY",    NULL };
	struct warden_table *t = warden_table_new(columns);
	struct stat own = { .st_ino = 0 };
	size_t i;

	if (stat("/proc/self/ns/net", &own))
		own.st_ino = 0;
	for (i = 0; i < l->entries.n; i++)
		print_entry(t, &l->entries.v[i], own.st_ino);
	warden_table_sort(t);
	warden_table_print(t, "nothing is open, and nothing is declared");
}

static void forget(struct listing *l)
{
	size_t i;

	for (i = 0; i < l->files.n; i++)
		free(l->files.v[i].path);
	free(l->files.v);
	free(l->entries.v);
	warden_arena_free(&l->arena);
	warden_sockets_free(&l->sockets);
	warden_running_close(&l->policy);
}

static int fill(struct listing *l, struct warden_fault *f)
{
	unsigned int layer;
	size_t i;
	int err = warden_running_open_now(&l->policy, f);

	if (err)
		return err;
	warden_sockets_find(&l->sockets);
	for (i = 0; i < l->sockets.list.n; i++)
		add_socket(l, &l->sockets.list.v[i]);
	for (i = 0; i < l->policy.opened.n; i++)
		if (!is_used(l, &l->policy.opened.v[i]))
			add_opening(l, &l->policy.opened.v[i]);
	for (layer = 0; layer < l->policy.n; layer++)
		add_rules(l, layer);
	return 0;
}

int warden_service_find_sockets(struct json_object *list, struct warden_fault *f)
{
	struct listing l = { .files = { NULL, 0, 0 } };
	int err = fill(&l, f);
	size_t i;

	for (i = 0; i < l.entries.n; i++)
		json_object_array_add(list, entry_json(&l.entries.v[i]));
	forget(&l);
	return err;
}

static int list_sockets(const struct warden_ctl *ctl)
{
	struct json_object *list = ctl->json ? json_object_new_array() : NULL;
	struct listing l = { .files = { NULL, 0, 0 } };
	struct warden_fault f;
	int err = list ? warden_service_find_sockets(list, &f) : fill(&l, &f);

	if (err)
		warden_fault_print(&f, "service list");
	else if (list)
		warden_output_print(json_object_get(list));
	else
		print_list(&l);
	json_object_put(list);
	forget(&l);
	return err ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}

int warden_service_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--usb"))
		return warden_service_list_usb(ctl);
	if (argc == 2 && !strcmp(argv[1], "--devices"))
		return warden_service_list_devices(ctl);
	if (argc == 2 && !strcmp(argv[1], "--interfaces"))
		return warden_service_list_interfaces();
	if (argc > 1)
		return warden_usage_wrong("service list takes --usb, --devices or --interfaces, one at a time");
	return list_sockets(ctl);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/print.h"
#include "../policy/source.h"
#include "policy_probe.h"

static struct json_object *diags_json(const struct warden_diags *d)
{
	static const char *const words[] = { "error", "warning", "note" };
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < d->list.n; i++) {
		const struct warden_diag *diag = &d->list.v[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "severity", json_object_new_string(words[diag->severity]));
		if (diag->file)
			json_object_object_add(o, "file", json_object_new_string(diag->file));
		json_object_object_add(o, "line", json_object_new_int64(diag->at.line));
		json_object_object_add(o, "column", json_object_new_int64(diag->at.column));
		json_object_object_add(o, "text", json_object_new_string(diag->text));
		json_object_array_add(array, o);
	}
	return array;
}

static const char *source_digest(const struct warden_source *s,
				 char hex[2 * WARDEN_DIGEST_SIZE + 1])
{
	uint8_t digest[WARDEN_DIGEST_SIZE];

	warden_sha256(digest, s->blob.data, s->blob.len);
	return warden_hex_put(hex, digest, sizeof(digest));
}

static void print_source(const struct warden_source *s)
{
	const struct warden_model *m = &s->model;
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	printf("%s: policy \"%s\" version %u is right: %zu programs, %zu rules, ", s->file,
	       m->name.text, m->version, m->programs.n, m->wire_rules);
	if (warden_model_kept(m))
		printf("%zu safety entries, ", warden_model_kept(m));
	printf("%zu bytes, sha256 %s\n", s->blob.len, source_digest(s, hex));
}

static struct json_object *source_json(const struct warden_source *s)
{
	struct json_object *json = json_object_new_object();
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	json_object_object_add(json, "file", json_object_new_string(s->file));
	json_object_object_add(json, "name", json_object_new_string(s->model.name.text));
	json_object_object_add(json, "version", json_object_new_int64(s->model.version));
	json_object_object_add(json, "programs",
			       json_object_new_int64((int64_t)s->model.programs.n));
	json_object_object_add(json, "rules", json_object_new_int64((int64_t)s->model.wire_rules));
	json_object_object_add(json, "safety",
			       json_object_new_int64((int64_t)warden_model_kept(&s->model)));
	json_object_object_add(json, "bytes", json_object_new_int64((int64_t)s->blob.len));
	json_object_object_add(json, "digest", json_object_new_string(source_digest(s, hex)));
	json_object_object_add(json, "diagnostics", diags_json(&s->diags));
	return json;
}

static int write_blob(const struct warden_source *s, const char *to)
{
	FILE *f = fopen(to, "wb");
	bool done = f && fwrite(s->blob.data, 1, s->blob.len, f) == s->blob.len;

	if (f && fclose(f))
		done = false;
	if (done)
		return 0;
	fprintf(stderr, "wardenctl: %s cannot be written: %s; name another file\n", to,
		strerror(errno));
	return -EIO;
}

struct check_options {
	const char *root;
	const char *output;
	bool werror;
};

static int check_one(const struct warden_ctl *ctl, const char *file, const struct check_options *o,
		     struct json_object *array)
{
	struct warden_source s;
	int err = warden_source_read(&s, file, o->root);

	s.diags.warnings_fail = o->werror;
	/* Bytes are written to be loaded. */
	if (!err)
		err = o->output ? warden_source_compile(&s) : warden_source_check(&s);
	if (!err && o->output)
		err = write_blob(&s, o->output);
	if (!err && ctl->json)
		json_object_array_add(array, source_json(&s));
	else if (!err)
		print_source(&s);
	warden_source_free(&s);
	return err;
}

/* Takes --root, --werror and --output; what is left begins at optind. */
static int check_options(struct check_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "output", required_argument, NULL, 'o' },
		{ "werror", no_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct check_options){ .root = "/" };
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'r')
			o->root = optarg;
		else if (c == 'o')
			o->output = optarg;
		else if (c == 'w')
			o->werror = true;
		else
			return WARDEN_EXIT_USAGE;
	}
	return 0;
}

static int run_check(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct json_object *array;
	struct check_options o;
	int status = WARDEN_EXIT_OK;

	if (check_options(&o, argc, argv))
		return WARDEN_EXIT_USAGE;
	if (optind == argc)
		return warden_usage_wrong("policy check wants the name of a file");
	if (o.output && argc - optind > 1)
		return warden_usage_wrong("policy check --output wants one file, not several");
	array = json_object_new_array();
	for (; optind < argc; optind++)
		if (check_one(ctl, argv[optind], &o, array))
			status = WARDEN_EXIT_FAILED;
	if (ctl->json)
		warden_output_print(array);
	else
		json_object_put(array);
	return status;
}

static int show_file(const char *file)
{
	struct warden_source s;
	int err = warden_source_read(&s, file, "/");

	if (!err)
		warden_print_model(&s.model, stdout);
	warden_source_free(&s);
	return err ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}

static int print_running(void *ctx, const struct warden_object *o)
{
	const struct warden_ctl *ctl = ctx;
	const struct warden_value *digest = &o->v[WARDEN_A_POLICY_DIGEST];
	const struct warden_value *nest = &o->v[WARDEN_A_POLICY_HEADER];
	char hex[2 * WARDEN_DIGEST_SIZE + 1] = "";
	struct warden_object h;

	if (ctl->json) {
		warden_output_print(warden_output_object(o));
		return 0;
	}
	if (!nest->data || warden_object_parse(&h, warden_set_header(), nest->data, nest->len) ||
	    !warden_object_number(&h, WARDEN_A_HEADER_VERSION)) {
		puts("no policy is loaded; the boot profile applies");
		return 0;
	}
	if (digest->data && digest->len == WARDEN_DIGEST_SIZE)
		warden_hex_put(hex, digest->data, digest->len);
	printf("policy \"%s\" version %" PRIu64 ";\ncontact \"%s\";\nsupport until %s;\n",
	       warden_object_string(&h, WARDEN_A_HEADER_NAME),
	       warden_object_number(&h, WARDEN_A_HEADER_VERSION),
	       warden_object_string(&h, WARDEN_A_HEADER_CONTACT),
	       warden_object_string(&h, WARDEN_A_HEADER_SUPPORT_UNTIL));
	if (warden_object_has(&h, WARDEN_A_HEADER_MODE))
		printf("mode %s;\n", warden_object_word(&h, WARDEN_A_HEADER_MODE));
	printf("# %" PRIu64 " programs, %" PRIu64 " rules, generation %" PRIu64 ", sha256 %s\n",
	       warden_object_number(o, WARDEN_A_POLICY_PROGRAMS),
	       warden_object_number(o, WARDEN_A_POLICY_RULES),
	       warden_object_number(o, WARDEN_A_POLICY_GENERATION), hex);
	return 0;
}

static int run_show(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_ctl copy = *ctl;
	struct warden_fault f;
	struct warden_nl *nl;
	int err;

	if (argc > 2)
		return warden_usage_wrong("policy show takes one file, or none");
	if (argc == 2)
		return show_file(argv[1]);
	err = warden_nl_open(&nl, &f);
	if (err)
		return warden_fault_print(&f, "policy show");
	err = warden_nl_do(nl, WARDEN_CMD_POLICY_GET, NULL, print_running, &copy, &f);
	warden_nl_close(nl);
	return err ? warden_fault_print(&f, "policy show") : WARDEN_EXIT_OK;
}

const struct warden_noun *warden_noun_policy(void)
{
	static const struct warden_verb verbs[] = {
		{ "check", "[--root DIR] [--output BLOB] [--werror] FILE...", run_check },
		{ "load",
		  "[--layer LAYER] [--signature FILE.p7s] [--confirm SECONDS] [--force] [--shadow] FILE",
		  warden_policy_load },
		{ "confirm", "[--revert]", warden_policy_confirm },
		{ "drop", "LAYER|shadow", warden_policy_drop },
		{ "save", "[--layer LAYER] FILE", warden_policy_save },
		{ "sign",
		  "--key KEY.pem --cert CERT.pem [--layer LAYER] [--signer ROLE=CERT.pem]... "
		  "[--root DIR] [--blob FILE] [--out FILE.p7s] FILE",
		  warden_policy_sign },
		{ "show", "[FILE]", run_show },
		{ "probe", "", warden_policy_probe },
		{ "diff", "[--root DIR] [--layer LAYER] [FILE] FILE | --observed", warden_policy_diff },
		{ "explain",
		  "[--root DIR] (FILE | --running) [--program NAME|PATH] [--user UID] [--consent] (--sensor CLASS "
		  "[--device TOPOLOGY] | --listen PROTOCOL/PORT [--on INTERFACE] [--at ADDRESS] [--from ADDRESS] | --connect PROTOCOL/PORT [--to ADDRESS] [--on INTERFACE] | --egress CLASS [--to ADDRESS] [--on INTERFACE] | --protocol NAME | --exec PATH | --module PATH | --bpf SHA256 | "
		  "--firmware PATH)",
		  warden_policy_explain },
		{ "who-can",
		  "[--root DIR] (FILE | --running) (use CLASS [TOPOLOGY] | use protocol NAME | listen PROTOCOL PORT [on INTERFACE] [at ADDRESS] [from ADDRESS] | connect PROTOCOL PORT [ADDRESS] [on INTERFACE] | egress CLASS [ADDRESS] [on INTERFACE] | exec|module|firmware "
		  "PATH)",
		  warden_policy_who_can },
		{ "drift", "", warden_policy_drift },
		{ "purposes", "", warden_policy_purposes },
		{ "unused", "[--all]", warden_policy_unused },
		{ "renew", "[--layer LAYER] LINE|all", warden_policy_renew },
		{ "learn", "[--from RECORDS.json]", warden_policy_learn },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "policy", "what is allowed", verbs };

	return &noun;
}

// SPDX-License-Identifier: GPL-2.0-only
/* A policy comes in force: load it, then confirm it; take a layer out again. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../channel.h"
#include "../cmd.h"
#include "../compiled.h"
#include "../nl_policy.h"
#include "../output.h"
#include "../policy/digest.h"
#include "../policy/source.h"
#include "policy_query.h"

/* What stood on the command line, and what becomes of it. */
struct load {
	const struct warden_ctl *ctl;
	const char *file;
	const char *signature;
	uint32_t layer; /* 0: as the policy says */
	unsigned long long confirm;
	bool force;
	bool shadow;
	struct warden_blob policy;
	struct warden_blob how;
	struct warden_compiled compiled;
};

static const char *layer_word(uint32_t layer)
{
	return warden_enum_word(warden_enum_role(), layer);
}

uint32_t warden_policy_layer(const char *word)
{
	int layer = warden_enum_value(warden_enum_role(), word);

	if (layer >= WARDEN_ROLE_MAKER && layer <= WARDEN_ROLE_USER)
		return (uint32_t)layer;
	warden_usage_wrong("`%s` is no layer; say maker, operator or user", word);
	return 0;
}

static int load_option(struct load *l, int option)
{
	switch (option) {
	case 'l':
		l->layer = warden_policy_layer(optarg);
		return l->layer ? 0 : WARDEN_EXIT_USAGE;
	case 's':
		l->signature = optarg;
		return 0;
	case 'c':
		if (warden_usage_number(optarg, "--confirm", WARDEN_CONFIRM_MAX, &l->confirm))
			return WARDEN_EXIT_USAGE;
		return l->confirm ? 0 : warden_usage_wrong("--confirm wants 1 to 3600 seconds");
	case 'f':
		l->force = true;
		return 0;
	case 'w':
		l->shadow = true;
		return 0;
	default:
		return WARDEN_EXIT_USAGE;
	}
}

static int load_options(struct load *l, int argc, char **argv)
{
	static const struct option options[] = {
		{ "layer", required_argument, NULL, 'l' },
		{ "signature", required_argument, NULL, 's' },
		{ "confirm", required_argument, NULL, 'c' },
		{ "force", no_argument, NULL, 'f' },
		{ "shadow", no_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int c, err = 0;

	optind = 1;
	while (!err && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		err = load_option(l, c);
	if (err)
		return err;
	if (argc - optind != 1)
		return warden_usage_wrong("policy load wants the name of one file");
	if (l->shadow && (l->confirm || l->force || l->signature))
		return warden_usage_wrong("--shadow decides nothing: it goes without --confirm, "
					  "--force and --signature");
	l->file = argv[optind];
	return 0;
}

/* --- bytes ------------------------------------------------------------------------------ */

static int compile_text(struct load *l)
{
	struct warden_source s;
	int err = warden_source_read(&s, l->file, "/");

	s.forced = l->force;
	if (!err)
		err = warden_source_compile(&s);
	if (!err) {
		l->policy = s.blob;
		s.blob = (struct warden_blob){ NULL, 0, 0 };
	}
	warden_source_free(&s);
	return err;
}

/* A compiled policy as it stands, a text compiled. */
static int read_policy(struct load *l)
{
	char *bytes = NULL;
	size_t len = 0;
	int err = 0;

	if (strcmp(l->file, "-") && !warden_read_file(l->file, WARDEN_POLICY_MAX, &bytes, &len) &&
	    warden_compiled_is(bytes, len)) {
		warden_blob_take(&l->policy, bytes, len);
	} else {
		free(bytes);
		err = compile_text(l);
	}
	if (!err && l->layer)
		err = warden_compiled_set_layer(&l->policy, l->layer);
	if (!err)
		err = warden_compiled_read(&l->compiled, &l->policy);
	if (err == -EEXIST)
		fprintf(stderr, "wardenctl: policy load %s: it is for the %s layer; leave --layer "
				"away\n", l->file, layer_word(l->compiled.layer));
	else if (err == -EBADMSG)
		fprintf(stderr, "wardenctl: policy load %s: this is no compiled policy; name one, "
				"or a policy text\n", l->file);
	return err;
}

static int add_signature(struct load *l)
{
	char *bytes;
	size_t len;
	int err;

	if (!l->signature)
		return 0;
	err = warden_read_file(l->signature, WARDEN_SIGNATURE_MAX, &bytes, &len);
	if (err) {
		fprintf(stderr, "wardenctl: signature %s: %s; name a detached CMS signature (DER) of "
				"at most 8 KiB\n", l->signature, strerror(-err));
		return err;
	}
	warden_blob_put(&l->how, WARDEN_A_POLICY_SIGNATURE, bytes, len);
	free(bytes);
	return 0;
}

static void add_conditions(struct load *l)
{
	if (l->confirm)
		warden_blob_put_u32(&l->how, WARDEN_A_POLICY_CONFIRM, (uint32_t)l->confirm);
	if (l->shadow)
		warden_blob_put_u32(&l->how, WARDEN_A_POLICY_SHADOW, 1);
	else if (l->force)
		warden_blob_put_u32(&l->how, WARDEN_A_POLICY_FORCE, 1);
	else
		warden_channel_find(&l->how);
}

/* --- load --------------------------------------------------------------------------------- */

static struct json_object *loaded_json(const struct load *l, const char *digest)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "file", json_object_new_string(l->file));
	json_object_object_add(json, "layer",
			       json_object_new_string(layer_word(l->compiled.layer)));
	json_object_object_add(json, "name", json_object_new_string(l->compiled.name));
	json_object_object_add(json, "version", json_object_new_int64(l->compiled.version));
	json_object_object_add(json, "programs",
			       json_object_new_int64((int64_t)l->compiled.programs));
	json_object_object_add(json, "rules", json_object_new_int64((int64_t)l->compiled.rules));
	json_object_object_add(json, "safety", json_object_new_int64((int64_t)l->compiled.safety));
	json_object_object_add(json, "bytes", json_object_new_int64((int64_t)l->policy.len));
	json_object_object_add(json, "digest", json_object_new_string(digest));
	return json;
}

/* What the policy does not allow and was there before. */
static void print_older(const struct warden_object *o)
{
	uint64_t older = warden_object_number(o, WARDEN_A_POLICY_OLDER);

	if (older)
		printf("%" PRIu64 " servers and connections from before are not allowed by it; "
		       "which, and what became of them: wardenctl audit show\n", older);
}

static void print_text(const struct load *l, uint64_t generation, uint64_t ended, const char *hex)
{
	char safe[256];

	printf("policy \"%s\" version %u", warden_output_escape(safe, sizeof(safe),
									   l->compiled.name),
	       l->compiled.version);
	if (l->shadow) {
		printf(" stands in shadow: %zu rules; it decides nothing. What it would decide "
		       "otherwise: wardenctl policy diff --observed\n",
		       l->compiled.rules);
		return;
	}
	printf(" is in force");
	if (l->compiled.layer != WARDEN_ROLE_MAKER)
		printf(" as the %s layer", layer_word(l->compiled.layer));
	printf(": %zu rules, ", l->compiled.rules);
	if (l->compiled.safety)
		printf("%zu safety entries, ", l->compiled.safety);
	printf("generation %" PRIu64 ", %" PRIu64 " sessions ended, sha256 %s\n",
	       generation, ended, hex);
	if (l->confirm)
		printf("it goes again in %llu s, unless you say: wardenctl policy confirm\n",
		       l->confirm);
}

static int print_loaded(void *ctx, const struct warden_object *o)
{
	const struct load *l = ctx;
	uint64_t generation = warden_object_number(o, WARDEN_A_POLICY_GENERATION);
	uint64_t ended = warden_object_number(o, WARDEN_A_POLICY_ENDED);
	const struct warden_value *digest = &o->v[WARDEN_A_POLICY_DIGEST]; /* the module's own */
	char hex[2 * WARDEN_DIGEST_SIZE + 1] = "";
	struct json_object *json;

	if (digest->len == WARDEN_DIGEST_SIZE)
		warden_hex_put(hex, digest->data, digest->len);
	if (!l->ctl->json) {
		print_text(l, generation, ended, hex);
		print_older(o);
		return 0;
	}
	json = loaded_json(l, hex);
	json_object_object_add(json, "generation", json_object_new_uint64(generation));
	json_object_object_add(json, "ended", json_object_new_uint64(ended));
	json_object_object_add(json, "older", json_object_new_uint64(warden_object_number(o, WARDEN_A_POLICY_OLDER)));
	if (l->shadow)
		json_object_object_add(json, "shadow", json_object_new_boolean(true));
	if (l->confirm)
		json_object_object_add(json, "confirm-seconds",
				       json_object_new_uint64(l->confirm));
	warden_output_print(json);
	return 0;
}

static const char *advice_for(int err)
{
	switch (err) {
	case -ESTALE:
		return "give it a higher version, or, where policies are not signed, say --force";
	case -EBUSY:
		return "wardenctl policy confirm, or wardenctl policy confirm --revert";
	case -EKEYREJECTED:
	case -ENOKEY:
	case -EKEYEXPIRED:
	case -EBADMSG:
		return "the policy in force still stands; wardenctl policy sign makes a signature, "
		       "wardenctl trust list shows whose count";
	default:
		return "the policy in force still stands; mend this one and load it again";
	}
}

/* For as long as it takes: what stands in the way may be of somebody else, and is told once. */
static int load_in_time(struct warden_nl *nl, struct load *l, struct warden_fault *f)
{
	bool told = false;
	int err;

	while ((err = warden_nl_policy_load(nl, &l->policy, &l->how, print_loaded, l, f)) == -EAGAIN) {
		if (!told)
			fprintf(stderr, "wardenctl: policy load %s: %s; it is tried again until it is "
				"over, and nothing is changed until then\n", l->file, f->why);
		told = true;
		sleep(1);
	}
	return err;
}

static int send_policy(struct load *l)
{
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (err)
		return warden_fault_print(&f, "policy load");
	err = load_in_time(nl, l, &f);
	warden_nl_close(nl);
	if (!err)
		return WARDEN_EXIT_OK;
	if (strstr(f.why, "would be denied") || strstr(f.why, "of the safety list"))
		warden_fault_advise(&f, "mend it, or, with a console at hand, say --force");
	warden_fault_advise(&f, advice_for(err));
	return warden_fault_print(&f, "policy load %s", l->file);
}

int warden_policy_load(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct load l = { .ctl = ctl };
	int status = load_options(&l, argc, argv);

	if (status)
		return status;
	status = WARDEN_EXIT_FAILED;
	if (!read_policy(&l) && !add_signature(&l)) {
		add_conditions(&l);
		status = send_policy(&l);
	}
	warden_blob_free(&l.policy);
	warden_blob_free(&l.how);
	return status;
}

/* --- save ------------------------------------------------------------------------------------ */

static int save_options(uint32_t *layer, int argc, char **argv)
{
	static const struct option options[] = {
		{ "layer", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		*layer = c == 'l' ? warden_policy_layer(optarg) : 0;
		if (!*layer)
			return WARDEN_EXIT_USAGE;
	}
	if (argc - optind != 1)
		return warden_usage_wrong("policy save wants the name of one file");
	return 0;
}

static int write_policy(const char *name, const struct warden_blob *b)
{
	FILE *f = fopen(name, "wb");
	bool done = f && fwrite(b->data, 1, b->len, f) == b->len;

	if (f && fclose(f))
		done = false;
	if (done)
		return WARDEN_EXIT_OK;
	fprintf(stderr, "wardenctl: %s cannot be written: %s; name another file\n", name,
		strerror(errno));
	return WARDEN_EXIT_FAILED;
}

int warden_policy_save(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob policy = { NULL, 0, 0 };
	struct warden_fault f;
	struct warden_nl *nl;
	uint32_t layer = 0;
	int err;

	(void)ctl;
	if (save_options(&layer, argc, argv))
		return WARDEN_EXIT_USAGE;
	err = warden_nl_open(&nl, &f);
	if (err)
		return warden_fault_print(&f, "policy save");
	err = warden_nl_policy_read(nl, layer, &policy, &f);
	warden_nl_close(nl);
	err = err ? warden_fault_print(&f, "policy save") : write_policy(argv[optind], &policy);
	warden_blob_free(&policy);
	return err;
}

/* --- confirm and drop ------------------------------------------------------------------------ */

static void print_changed(const struct warden_object *o)
{
	printf("done: generation %" PRIu64 ", %" PRIu64 " sessions ended\n",
	       warden_object_number(o, WARDEN_A_POLICY_GENERATION),
	       warden_object_number(o, WARDEN_A_POLICY_ENDED));
	print_older(o);
}

static int send_change(const struct warden_ctl *ctl, int cmd, const struct warden_blob *request,
		       const char *what)
{
	const struct warden_ask ask = { .what = what, .cmd = cmd, .request = request,
					.print = print_changed, .advice = "see wardenctl status" };

	return warden_ask_one(ctl, &ask);
}

int warden_policy_confirm(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob request = { NULL, 0, 0 };
	bool revert = argc == 2 && !strcmp(argv[1], "--revert");
	int status;

	if (argc > 2 || (argc == 2 && !revert))
		return warden_usage_wrong("policy confirm takes --revert, or nothing");
	if (revert)
		warden_blob_put_u32(&request, WARDEN_A_POLICY_REVERT, 1);
	status = send_change(ctl, WARDEN_CMD_POLICY_CONFIRM, &request, "policy confirm");
	warden_blob_free(&request);
	return status;
}

int warden_policy_drop(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob request = { NULL, 0, 0 };
	uint32_t layer;
	int status;

	if (argc != 2)
		return warden_usage_wrong("policy drop wants a layer: operator or user; or shadow");
	layer = strcmp(argv[1], "shadow") ? warden_policy_layer(argv[1]) : 0;
	if (layer)
		warden_blob_put_u32(&request, WARDEN_A_POLICY_LAYER, layer);
	else if (!strcmp(argv[1], "shadow"))
		warden_blob_put_u32(&request, WARDEN_A_POLICY_SHADOW, 1);
	else
		return WARDEN_EXIT_USAGE;
	status = send_change(ctl, WARDEN_CMD_POLICY_DROP, &request, "policy drop");
	warden_blob_free(&request);
	return status;
}

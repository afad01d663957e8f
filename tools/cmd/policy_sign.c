// SPDX-License-Identifier: GPL-2.0-only
/* A policy is compiled and signed, where the key is: far from the device. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../compiled.h"
#include "../output.h"
#include "../policy/digest.h"
#include "../policy/source.h"
#include "../sign.h"

struct signing {
	const char *file;
	const char *key;
	const char *cert;
	const char *root;
	const char *blob_file;
	const char *out_file;
	uint32_t layer;
	struct warden_blob signers; /* entries of the policy */
	struct warden_blob policy;
	struct warden_blob signature;
};

/* ROLE=CERT.pem becomes an entry of the maker's policy. */
static int add_signer(struct signing *s, const char *text)
{
	const char *equals = strchr(text, '=');
	struct warden_blob der;
	struct warden_fault f;
	uint64_t not_after;
	char word[16] = "";
	int role, err;
	size_t nest;

	if (equals && (size_t)(equals - text) < sizeof(word))
		memcpy(word, text, (size_t)(equals - text));
	role = warden_enum_value(warden_enum_role(), word);
	if (!equals || role < WARDEN_ROLE_MAKER)
		return warden_usage_wrong("--signer wants maker, operator, user or auditor, `=` and "
					  "a file, not `%s`", text);
	err = warden_sign_certificate(&der, &not_after, equals + 1, &f);
	if (!err) {
		nest = warden_blob_nest_begin(&s->signers, WARDEN_A_POLICY_SIGNER);
		warden_blob_put_u32(&s->signers, WARDEN_A_SIGNER_ROLE, (uint32_t)role);
		warden_blob_put(&s->signers, WARDEN_A_SIGNER_CERTIFICATE, der.data, der.len);
		warden_blob_put_u64(&s->signers, WARDEN_A_SIGNER_NOT_AFTER, not_after);
		warden_blob_nest_end(&s->signers, nest);
	}
	warden_blob_free(&der);
	return err ? warden_fault_print(&f, "policy sign --signer") : 0;
}

static int take_option(struct signing *s, int option)
{
	int layer;

	switch (option) {
	case 'k':
		s->key = optarg;
		return 0;
	case 'c':
		s->cert = optarg;
		return 0;
	case 'r':
		s->root = optarg;
		return 0;
	case 'b':
		s->blob_file = optarg;
		return 0;
	case 'o':
		s->out_file = optarg;
		return 0;
	case 's':
		return add_signer(s, optarg);
	case 'l':
		layer = warden_enum_value(warden_enum_role(), optarg);
		if (layer < WARDEN_ROLE_MAKER || layer > WARDEN_ROLE_USER)
			return warden_usage_wrong("`%s` is no layer; say maker, operator or user",
						  optarg);
		s->layer = (uint32_t)layer;
		return 0;
	default:
		return WARDEN_EXIT_USAGE;
	}
}

static int take_options(struct signing *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "key", required_argument, NULL, 'k' },
		{ "cert", required_argument, NULL, 'c' },
		{ "root", required_argument, NULL, 'r' },
		{ "blob", required_argument, NULL, 'b' },
		{ "out", required_argument, NULL, 'o' },
		{ "signer", required_argument, NULL, 's' },
		{ "layer", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int c, err = 0;

	optind = 1;
	while (!err && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		err = take_option(s, c);
	if (err)
		return err;
	if (argc - optind != 1 || !s->key || !s->cert)
		return warden_usage_wrong("policy sign wants --key, --cert and one file");
	s->file = argv[optind];
	return 0;
}

static int compile(struct signing *s)
{
	struct warden_source source;
	int err = warden_source_read(&source, s->file, s->root);

	if (!err)
		err = warden_source_compile(&source);
	if (!err)
		warden_blob_append(&s->policy, source.blob.data, source.blob.len);
	warden_source_free(&source);
	if (err)
		return err;
	err = s->layer ? warden_compiled_set_layer(&s->policy, s->layer) : 0;
	warden_blob_append(&s->policy, s->signers.data, s->signers.len);
	return err;
}

/* What was asked for, or the name of the policy with another end. */
static char *name_of(const char *asked, const char *file, const char *end)
{
	const char *dot = strrchr(file, '.');
	size_t len = dot && !strcmp(dot, ".policy") ? (size_t)(dot - file) : strlen(file);
	char *name;

	if (asked)
		return strdup(asked);
	if (asprintf(&name, "%.*s%s", (int)len, file, end) < 0)
		return NULL;
	return name;
}

static int write_file(const char *name, const struct warden_blob *b)
{
	FILE *f = name ? fopen(name, "wb") : NULL;
	bool done = f && fwrite(b->data, 1, b->len, f) == b->len;

	if (f && fclose(f))
		done = false;
	if (!done)
		fprintf(stderr, "wardenctl: %s cannot be written: %s; name another file\n",
			name ? name : "?", strerror(errno));
	return done ? 0 : -EIO;
}

static void print_signed(const struct warden_ctl *ctl, const struct signing *s, const char *blob,
			 const char *out)
{
	char hex[2 * WARDEN_DIGEST_SIZE + 1];
	uint8_t digest[WARDEN_DIGEST_SIZE];
	struct json_object *json;

	warden_sha256(digest, s->policy.data, s->policy.len);
	warden_hex_put(hex, digest, sizeof(digest));
	if (!ctl->json) {
		printf("%s is signed by %s, sha256 %s; load it: wardenctl policy load --signature %s "
		       "%s\n", blob, out, hex, out, blob);
		return;
	}
	json = json_object_new_object();
	json_object_object_add(json, "blob", json_object_new_string(blob));
	json_object_object_add(json, "signature", json_object_new_string(out));
	json_object_object_add(json, "digest", json_object_new_string(hex));
	warden_output_print(json);
}

static int write_signed(const struct warden_ctl *ctl, const struct signing *s)
{
	char *blob = name_of(s->blob_file, s->file, ".bin");
	char *out = name_of(s->out_file, s->file, ".p7s");
	int err = write_file(blob, &s->policy);

	if (!err)
		err = write_file(out, &s->signature);
	if (!err)
		print_signed(ctl, s, blob, out);
	free(blob);
	free(out);
	return err ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}

static int sign(const struct warden_ctl *ctl, struct signing *s)
{
	struct warden_fault f;

	if (compile(s))
		return WARDEN_EXIT_FAILED;
	if (warden_sign_bytes(&s->signature, &s->policy, s->key, s->cert, &f))
		return warden_fault_print(&f, "policy sign %s", s->file);
	return write_signed(ctl, s);
}

int warden_policy_sign(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct signing s = { .root = "/" };
	int status = take_options(&s, argc, argv);

	if (!status)
		status = sign(ctl, &s);
	warden_blob_free(&s.signers);
	warden_blob_free(&s.policy);
	warden_blob_free(&s.signature);
	return status;
}

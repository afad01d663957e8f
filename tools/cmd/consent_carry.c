// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consents follow a program over its update: `vouch` writes and signs what was updated
 * to what, far from the device; `carry` hands it to the module, which verifies it.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/carry.h>

#include "../ask.h"
#include "../cmd.h"
#include "../output.h"
#include "../policy/digest.h"
#include "../sign.h"
#include "../state_file.h"
#include "consent_words.h"

/* A file is known by one of two digests: fs-verity's where it has one. */
static int add_file(struct warden_carry *c, unsigned int at, const char *path)
{
	struct warden_digest *to = &c->digests[at];
	struct warden_file_digests d;
	int err = warden_file_digest(&d, path);

	if (err) {
		fprintf(stderr, "wardenctl: consent vouch: %s: %s; name the file of the program\n", path,
			strerror(-err));
		return WARDEN_EXIT_FAILED;
	}
	to[0].alg = WARDEN_DIGEST_ALG_SHA256;
	memcpy(to[0].bytes, d.sha256, sizeof(d.sha256));
	to[1].alg = WARDEN_DIGEST_ALG_FSVERITY_SHA256;
	memcpy(to[1].bytes, d.fsverity, sizeof(d.fsverity));
	return 0;
}

struct vouching {
	const char *key;
	const char *cert;
	const char *file;
	struct warden_carry carry;
};

static int write_signed(struct vouching *v)
{
	struct warden_blob bytes = { (uint8_t *)&v->carry, warden_carry_size(&v->carry), 0 }, signature;
	char signature_file[4096];
	struct warden_fault f;
	int err;

	if (snprintf(signature_file, sizeof(signature_file), "%s.p7s", v->file) >=
	    (int)sizeof(signature_file))
		return warden_usage_wrong("the name of the file is too long");
	err = warden_sign_bytes(&signature, &bytes, v->key, v->cert, &f);
	if (!err)
		err = warden_file_replace(signature_file, signature.data, signature.len, &f);
	if (!err)
		err = warden_file_replace(v->file, bytes.data, bytes.len, &f);
	warden_blob_free(&signature);
	return err ? warden_fault_print(&f, "consent vouch") : WARDEN_EXIT_OK;
}

static int read_options(struct vouching *v, int argc, char **argv)
{
	static const struct option options[] = {
		{ "key", required_argument, NULL, 'k' },
		{ "cert", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'k')
			v->key = optarg;
		else if (c == 'c')
			v->cert = optarg;
		else
			return WARDEN_EXIT_USAGE;
	}
	if (argc - optind != 3 || !v->key || !v->cert)
		return warden_usage_wrong("consent vouch wants --key, --cert, the old file of the program, "
					  "the new one, and the file to write");
	v->file = argv[optind + 2];
	return 0;
}

static void print_vouched(const struct warden_ctl *ctl, const char *file, char **programs)
{
	struct json_object *json;

	if (!ctl->json) {
		printf("%s says that %s was updated to %s, signed by %s.p7s\n", file, programs[0],
		       programs[1], file);
		return;
	}
	json = json_object_new_object();
	json_object_object_add(json, "statement", json_object_new_string(file));
	json_object_object_add(json, "old", json_object_new_string(programs[0]));
	json_object_object_add(json, "new", json_object_new_string(programs[1]));
	warden_output_print(json);
}

int warden_consent_vouch(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct vouching v = { .carry = { .magic = WARDEN_CARRY_MAGIC, .nr_old = 2, .nr_new = 2 } };
	int status = read_options(&v, argc, argv);

	if (!status)
		status = add_file(&v.carry, 0, argv[optind]);
	if (!status)
		status = add_file(&v.carry, 2, argv[optind + 1]);
	if (!status)
		status = write_signed(&v);
	if (!status)
		print_vouched(ctl, v.file, argv + optind);
	return status;
}

static int put_file(struct warden_blob *b, uint16_t type, const char *file, size_t max)
{
	char *bytes;
	size_t len;
	int err = warden_read_file(file, max, &bytes, &len);

	if (err) {
		fprintf(stderr, "wardenctl: consent carry: %s: %s; name what consent vouch wrote\n", file,
			strerror(-err));
		return WARDEN_EXIT_FAILED;
	}
	warden_blob_put(b, type, bytes, len);
	free(bytes);
	return 0;
}

static int carry_request(struct warden_blob *b, int argc, char **argv)
{
	static const struct option options[] = {
		{ "signature", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	const char *signature = NULL;
	char beside[4096];
	int c, status;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 's')
			return WARDEN_EXIT_USAGE;
		signature = optarg;
	}
	if (argc - optind != 1)
		return warden_usage_wrong("consent carry wants one statement");
	snprintf(beside, sizeof(beside), "%s.p7s", argv[optind]);
	status = put_file(b, WARDEN_A_CONSENT_STATEMENT, argv[optind], 4096);
	return status ? status : put_file(b, WARDEN_A_CONSENT_SIGNATURE, signature ? signature : beside,
					  WARDEN_SIGNATURE_MAX);
}

static void print_carried(const struct warden_object *o)
{
	uint64_t nr = warden_object_number(o, WARDEN_A_CONSENT_CARRIED);
	char safe[512];

	printf("carried: %" PRIu64 " consent%s to the new program, on the word of %s\n", nr,
	       nr == 1 ? "" : "s",
	       warden_output_escape(safe, sizeof(safe), warden_object_string(o, WARDEN_A_CONSENT_SIGNER)));
}

int warden_consent_carry(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob b = { NULL, 0, 0 };
	const struct warden_ask ask = {
		.what = "consent carry",
		.cmd = WARDEN_CMD_CONSENT_CARRY,
		.request = &b,
		.print = print_carried,
		.advice = "see wardenctl trust list for whose word counts, and ask for consent again",
	};
	int status = carry_request(&b, argc, argv);

	if (!status)
		status = warden_ask_one(ctl, &ask);
	warden_blob_free(&b);
	return status;
}

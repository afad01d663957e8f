// SPDX-License-Identifier: GPL-2.0-only
/* Consent records of a signed file are recorded here: all that can be, or none. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../machine.h"
#include "../nl.h"
#include "../policy/digest.h"
#include "../receipts.h"
#include "../sign.h"
#include "../window.h"
#include "consent_words.h"

#define FILE_MAX (64u << 20)

struct importing {
	const char *file;
	const char *signature_file;
	const char *cert;
	bool trust_clock;
	struct warden_nl *nl;
	struct warden_fault *f;
	struct warden_blob bytes;
	struct warden_blob signature;
	bool signer_found;
	int signer_error; /* of the certificates that were tried, what says most */
	uint64_t away;	  /* seconds since the export, by the wall clock */
	bool dry;	  /* looked through first, so that it is taken whole or not at all */
	size_t taken;
	size_t known;
	size_t history;
	size_t ended;
};

static int take_options(struct importing *m, int argc, char **argv)
{
	static const struct option options[] = {
		{ "signature", required_argument, NULL, 's' },
		{ "cert", required_argument, NULL, 'c' },
		{ "trust-clock", no_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			m->signature_file = optarg;
		else if (c == 'c')
			m->cert = optarg;
		else if (c == 't')
			m->trust_clock = true;
		else
			return WARDEN_EXIT_USAGE;
	}
	if (argc - optind != 1)
		return warden_usage_wrong("consent import wants one file");
	m->file = argv[optind];
	return 0;
}

static int read_into(struct warden_blob *b, const char *file, size_t max, struct warden_fault *f)
{
	char *bytes = NULL;
	size_t len = 0;
	int err = warden_read_file(file, max, &bytes, &len);

	if (err)
		return warden_fault_set(f, err, "name what consent export wrote", "%s: %s", file,
					strerror(-err));
	warden_blob_append(b, bytes, len);
	free(bytes);
	return 0;
}

static int read_files(struct importing *m)
{
	char beside[4096];
	int err = read_into(&m->bytes, m->file, FILE_MAX, m->f);

	snprintf(beside, sizeof(beside), "%s.p7s", m->file);
	return err ? err : read_into(&m->signature, m->signature_file ?: beside, WARDEN_SIGNATURE_MAX,
				     m->f);
}

/* --- whose it is --------------------------------------------------------------------------- */

static int try_certificate(struct importing *m, const struct warden_blob *der, uint64_t not_after)
{
	struct warden_fault f;
	int err = warden_sign_verify(&m->bytes, &m->signature, der, &f);

	if (!err && not_after < (uint64_t)time(NULL))
		err = warden_fault_set(&f, -EKEYEXPIRED, "have it signed with one that has not",
				       "the certificate it is signed with has expired");
	m->signer_found |= !err;
	if (err && (!m->signer_error || m->signer_error == -ENOKEY)) {
		m->signer_error = err;
		*m->f = f;
	}
	return 0;
}

static int take_certificate(void *ctx, const struct warden_object *o)
{
	const struct warden_value *v = &o->v[WARDEN_A_TRUST_CERTIFICATE];
	struct warden_blob der = { (uint8_t *)v->data, v->len, 0 };

	return try_certificate(ctx, &der, warden_object_number(o, WARDEN_A_TRUST_NOT_AFTER));
}

static int try_given(struct importing *m)
{
	struct warden_blob der;
	uint64_t not_after;
	int err = warden_sign_certificate(&der, &not_after, m->cert, m->f);

	if (!err)
		err = try_certificate(m, &der, not_after);
	warden_blob_free(&der);
	return err;
}

/* By the certificate that was given, else by those the module vouches for. */
static int check_signature(struct importing *m)
{
	int err = m->cert ? try_given(m) :
			    warden_nl_dump(m->nl, WARDEN_CMD_TRUST_GET, NULL, take_certificate, m, m->f);

	if (err || m->signer_found)
		return err;
	if (m->signer_error)
		return m->signer_error;
	return warden_fault_set(m->f, -ENOKEY, "name the certificate of its signer with --cert, if you "
				"trust it", "no root of trust is set that the signature could be "
				"verified by");
}

/* --- what it holds -------------------------------------------------------------------------- */

static int bad_file(struct importing *m, const char *why)
{
	return warden_fault_set(m->f, -EBADMSG, "import what `consent export` wrote, with a wardenctl "
				"that knows its fields", "%s", why);
}

static int check_device(struct importing *m, struct json_object *device)
{
	char own[2 * WARDEN_DIGEST_SIZE + 1];
	int err;

	if (!device)
		return 0;
	err = warden_machine_id(own, m->f);
	if (err || (json_object_is_type(device, json_type_string) &&
		    !strcmp(own, json_object_get_string(device))))
		return err;
	return warden_fault_set(m->f, -EXDEV, "consent is asked for on each device; an export that is to "
				"go elsewhere is made with --any-device",
				"it is bound to another device");
}

static int check_time(struct importing *m, struct json_object *exported)
{
	time_t at, now = time(NULL);

	if (!json_object_is_type(exported, json_type_string) ||
	    !warden_receipts_moment(&at, json_object_get_string(exported)))
		return bad_file(m, "it does not say when it was exported");
	if (m->trust_clock && now < at)
		return warden_fault_set(m->f, -ESTALE, "set the clock, or leave --trust-clock out",
					"the wall clock is before the time of the export");
	m->away = (uint64_t)(now - at);
	return 0;
}

static int check_document(struct importing *m, struct json_object *document,
			  struct json_object **records)
{
	struct json_object *schema = NULL, *exported = NULL, *device = NULL;
	int err;

	if (!json_object_is_type(document, json_type_object))
		return bad_file(m, "this is no export of consents");
	json_object_object_foreach(document, name, value) {
		if (!strcmp(name, "schema_version"))
			schema = value;
		else if (!strcmp(name, "exported"))
			exported = value;
		else if (!strcmp(name, "device"))
			device = value;
		else if (!strcmp(name, "records"))
			*records = value;
		else
			return warden_fault_set(m->f, -EBADMSG, "use a wardenctl that knows it",
						"no export has a field `%s`", name);
	}
	if (!json_object_is_type(schema, json_type_string) ||
	    strcmp(json_object_get_string(schema), WARDEN_RECEIPTS_SCHEMA))
		return bad_file(m, "it is of another schema_version");
	if (!json_object_is_type(*records, json_type_array))
		return bad_file(m, "there are no records in it");
	err = check_device(m, device);
	return err ? err : check_time(m, exported);
}

/* What is left of it; false where it has ended, or only the wall clock could say whether. */
static bool put_time(struct importing *m, struct warden_receipt *r)
{
	if ((r->windows || r->seconds) && !m->trust_clock)
		return false;
	if (r->seconds && r->seconds <= m->away)
		return false;
	if (r->windows)
		warden_blob_put_u32(&r->request, WARDEN_A_CONSENT_WEEK, warden_window_now());
	if (r->seconds)
		warden_blob_put_u64(&r->request, WARDEN_A_CONSENT_SECONDS, r->seconds - m->away);
	return true;
}

/* What is recorded here stays as it is, and is no reason not to take the rest. */
static int send(struct importing *m, struct warden_receipt *r)
{
	int err;

	warden_blob_put_u32(&r->request, WARDEN_A_CONSENT_IMPORT, 1);
	err = warden_nl_do(m->nl, WARDEN_CMD_CONSENT_RESTORE, &r->request, NULL, NULL, m->f);
	m->taken += !err;
	m->known += err == -EEXIST;
	return err == -EEXIST ? 0 : err;
}

static int take_record(struct importing *m, struct json_object *json)
{
	struct warden_receipt r;
	int err = warden_receipts_read(&r, json, m->f);

	if (!err && !m->dry) {
		if (!r.alive || !r.lasting)
			m->history++;
		else if (!put_time(m, &r))
			m->ended++;
		else
			err = send(m, &r);
	}
	warden_blob_free(&r.request);
	return err;
}

static int take_records(struct importing *m, struct json_object *records)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < json_object_array_length(records); i++)
		err = take_record(m, json_object_array_get_idx(records, i));
	return err;
}

/* No byte of it is looked at before the signature is known to be good. */
static int import(struct importing *m)
{
	struct json_object *document, *records = NULL;
	int err = read_files(m);

	if (!err)
		err = warden_nl_open(&m->nl, m->f);
	if (!err)
		err = check_signature(m);
	if (err)
		return err;
	warden_blob_append(&m->bytes, "", 1);
	document = json_tokener_parse((const char *)m->bytes.data);
	err = check_document(m, document, &records);
	m->dry = true;
	if (!err)
		err = take_records(m, records);
	m->dry = false;
	if (!err)
		err = take_records(m, records);
	json_object_put(document);
	return err || m->taken || !m->known ? err : -EEXIST; /* with the module's sentence */
}

static int run(const struct warden_ctl *ctl, struct importing *m)
{
	int err = import(m);

	if (err && m->taken)
		fprintf(stderr, "wardenctl: consent import: %zu records were taken before\n", m->taken);
	if (err)
		return warden_fault_print(m->f, "consent import %s", m->file);
	if (ctl->json)
		printf("{\"taken\":%zu,\"known\":%zu,\"history\":%zu,\"ended\":%zu}\n", m->taken,
		       m->known, m->history, m->ended);
	else
		printf("imported: %zu consents; %zu were known, %zu are history, %zu have ended\n",
		       m->taken, m->known, m->history, m->ended);
	return WARDEN_EXIT_OK;
}

int warden_consent_import(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_fault f;
	struct importing m = { .f = &f };
	int status = take_options(&m, argc, argv);

	if (!status)
		status = run(ctl, &m);
	if (m.nl)
		warden_nl_close(m.nl);
	warden_blob_free(&m.bytes);
	warden_blob_free(&m.signature);
	return status;
}

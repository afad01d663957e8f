// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of programs that are cut off: `sign` makes one of what sha256sum printed, far
 * from the device; `load` hands it to the module, which verifies it.
 */
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/warden.h>
#include <warden/cut.h>

#include "../ask.h"
#include "../cmd.h"
#include "../output.h"
#include "../policy/digest.h"
#include "../sign.h"
#include "../state_file.h"

struct signing {
	const char *key;
	const char *cert;
	const char *file; /* what sha256sum printed */
	const char *out;
	unsigned long long version;
	struct warden_cut_list *list;
	size_t nr;
};

/* The end of a path says more than its beginning. */
static void put_label(struct warden_cut_entry *e, const char *name)
{
	size_t len = strlen(name);

	memset(e->label, 0, sizeof(e->label));
	if (len > WARDEN_LABEL_MAX)
		name += len - WARDEN_LABEL_MAX;
	memcpy(e->label, name, strlen(name));
}

static int by_digest(const void *a, const void *b)
{
	const struct warden_cut_entry *x = a, *y = b;

	return memcmp(&x->digest, &y->digest, sizeof(x->digest));
}

/* In rising order, each once. */
static void put_in_order(struct signing *s)
{
	struct warden_cut_entry *e = s->list->entries;
	size_t i, n = 0;

	qsort(e, s->nr, sizeof(*e), by_digest);
	for (i = 0; i < s->nr; i++)
		if (!n || by_digest(&e[n - 1], &e[i]))
			e[n++] = e[i];
	s->nr = n;
}

static int read_lines(struct signing *s, char *text)
{
	struct warden_cut_entry *e;
	unsigned int number = 1;
	const char *name;
	char *line, *end;

	for (line = text; *line; line = end, number++) {
		end = strchrnul(line, '\n');
		if (*end)
			*end++ = '\0';
		if (s->nr == WARDEN_QUARANTINE_MAX)
			return warden_usage_wrong("%s:%u: a list holds up to %u programs", s->file, number,
						  WARDEN_QUARANTINE_MAX);
		e = &s->list->entries[s->nr];
		if (!warden_digest_line(&e->digest, &name, line))
			return warden_usage_wrong("%s:%u: this is no line of a list; write 64 hexadecimal "
						  "digits, two spaces and a name, as sha256sum does",
						  s->file, number);
		put_label(e, name);
		s->nr++;
	}
	put_in_order(s);
	return 0;
}

static int read_list(struct signing *s)
{
	char *text = NULL;
	size_t len;
	int err = warden_read_file(s->file, 1 << 20, &text, &len);

	if (err) {
		fprintf(stderr, "wardenctl: quarantine sign: %s: %s; name what sha256sum printed\n",
			s->file, strerror(-err));
		return WARDEN_EXIT_FAILED;
	}
	s->list = calloc(1, WARDEN_CUT_MAX);
	if (!s->list)
		abort();
	err = read_lines(s, text);
	free(text);
	memcpy(s->list->magic, WARDEN_CUT_MAGIC, sizeof(WARDEN_CUT_MAGIC));
	s->list->version = htole32((uint32_t)s->version);
	s->list->nr = htole32((uint32_t)s->nr);
	return err;
}

static int write_signed(const struct signing *s)
{
	struct warden_blob bytes = { (uint8_t *)s->list,
				     sizeof(*s->list) + s->nr * sizeof(*s->list->entries), 0 };
	struct warden_blob signature = { NULL, 0, 0 };
	char beside[4096];
	struct warden_fault f;
	int err = 0;

	if (snprintf(beside, sizeof(beside), "%s.p7s", s->out) >= (int)sizeof(beside))
		return warden_usage_wrong("the name of the file is too long");
	if (s->key)
		err = warden_sign_bytes(&signature, &bytes, s->key, s->cert, &f);
	if (!err && s->key)
		err = warden_file_replace(beside, signature.data, signature.len, &f);
	if (!err)
		err = warden_file_replace(s->out, bytes.data, bytes.len, &f);
	warden_blob_free(&signature);
	return err ? warden_fault_print(&f, "quarantine sign") : WARDEN_EXIT_OK;
}

static int read_options(struct signing *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "key", required_argument, NULL, 'k' },
		{ "cert", required_argument, NULL, 'c' },
		{ "version", required_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int c, err = 0;

	optind = 1;
	while (!err && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'k')
			s->key = optarg;
		else if (c == 'c')
			s->cert = optarg;
		else if (c == 'v')
			err = warden_usage_number(optarg, "--version", UINT32_MAX, &s->version);
		else
			err = WARDEN_EXIT_USAGE;
	}
	if (err)
		return err;
	if (argc - optind != 2 || !s->version || !s->key != !s->cert)
		return warden_usage_wrong("quarantine sign wants --version from 1, --key and --cert or "
					  "neither, the list, and the file to write");
	s->file = argv[optind];
	s->out = argv[optind + 1];
	return 0;
}

static void print_signed(const struct warden_ctl *ctl, const struct signing *s)
{
	struct json_object *json;

	if (!ctl->json) {
		printf("%s is version %llu of a list of %zu programs, %s%s%s; load it: wardenctl "
		       "quarantine load %s\n",
		       s->out, s->version, s->nr, s->key ? "signed by " : "not signed",
		       s->key ? s->out : "", s->key ? ".p7s" : "", s->out);
		return;
	}
	json = json_object_new_object();
	json_object_object_add(json, "list", json_object_new_string(s->out));
	json_object_object_add(json, "version", json_object_new_int64((int64_t)s->version));
	json_object_object_add(json, "programs", json_object_new_int64((int64_t)s->nr));
	json_object_object_add(json, "signed", json_object_new_boolean(s->key != NULL));
	warden_output_print(json);
}

int warden_quarantine_sign(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct signing s = { .version = 0 };
	int status = read_options(&s, argc, argv);

	if (!status)
		status = read_list(&s);
	if (!status)
		status = write_signed(&s);
	if (!status)
		print_signed(ctl, &s);
	free(s.list);
	return status;
}

static int put_file(struct warden_blob *b, uint16_t type, const char *file, size_t max)
{
	char *bytes;
	size_t len;
	int err = warden_read_file(file, max, &bytes, &len);

	if (err) {
		fprintf(stderr, "wardenctl: quarantine load: %s: %s; name what quarantine sign wrote\n",
			file, strerror(-err));
		return WARDEN_EXIT_FAILED;
	}
	warden_blob_put(b, type, bytes, len);
	free(bytes);
	return 0;
}

/* A signature lies beside its list, where there is one. */
static int load_request(struct warden_blob *b, int argc, char **argv)
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
		return warden_usage_wrong("quarantine load wants one list");
	snprintf(beside, sizeof(beside), "%s.p7s", argv[optind]);
	if (!signature && !access(beside, F_OK))
		signature = beside;
	status = put_file(b, WARDEN_A_QUARANTINE_LIST, argv[optind], WARDEN_CUT_MAX);
	if (!status && signature)
		status = put_file(b, WARDEN_A_QUARANTINE_SIGNATURE, signature, WARDEN_SIGNATURE_MAX);
	return status;
}

static void print_loaded(const struct warden_object *o)
{
	char safe[512];

	printf("version %" PRIu64 " of the %s's list is in force, ",
	       warden_object_number(o, WARDEN_A_QUARANTINE_VERSION),
	       warden_object_word(o, WARDEN_A_QUARANTINE_LAYER));
	if (warden_object_has(o, WARDEN_A_QUARANTINE_SIGNER))
		printf("signed by %s",
		       warden_output_escape(safe, sizeof(safe),
					    warden_object_string(o, WARDEN_A_QUARANTINE_SIGNER)));
	else
		printf("not signed, as no root of trust is set");
	printf(": %" PRIu64 " digests put in, %" PRIu64 " let out, %" PRIu64 " processes killed, %" PRIu64
	       " sessions ended, in %" PRIu64 " ms\n",
	       warden_object_number(o, WARDEN_A_QUARANTINE_ADDED),
	       warden_object_number(o, WARDEN_A_QUARANTINE_REMOVED),
	       warden_object_number(o, WARDEN_A_QUARANTINE_KILLED),
	       warden_object_number(o, WARDEN_A_QUARANTINE_ENDED),
	       warden_object_number(o, WARDEN_A_QUARANTINE_TOOK) / 1000000);
}

int warden_quarantine_load(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob b = { NULL, 0, 0 };
	const struct warden_ask ask = {
		.what = "quarantine load",
		.cmd = WARDEN_CMD_QUARANTINE_LOAD,
		.request = &b,
		.print = print_loaded,
		.advice = "nothing was changed; see wardenctl trust list for whose word counts",
	};
	int status = load_request(&b, argc, argv);

	if (!status)
		status = warden_ask_one(ctl, &ask);
	warden_blob_free(&b);
	return status;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/digest.h"

/* What came of the two digests of one file. */
struct cut {
	uint64_t ended;
	uint64_t killed;
	uint64_t took;
};

static int add_up(void *ctx, const struct warden_object *o)
{
	struct cut *cut = ctx;

	cut->ended += warden_object_number(o, WARDEN_A_QUARANTINE_ENDED);
	cut->killed += warden_object_number(o, WARDEN_A_QUARANTINE_KILLED);
	cut->took += warden_object_number(o, WARDEN_A_QUARANTINE_TOOK);
	return 0;
}

static int send_one(struct warden_nl *nl, int cmd, uint32_t alg, const uint8_t *bytes,
		    const char *label, struct cut *cut, struct warden_fault *f)
{
	struct warden_blob request = { 0 };
	int err;

	warden_blob_put_u32(&request, WARDEN_A_QUARANTINE_ALG, alg);
	warden_blob_put(&request, WARDEN_A_QUARANTINE_DIGEST, bytes, WARDEN_DIGEST_SIZE);
	if (cmd == WARDEN_CMD_QUARANTINE_ADD && strlen(label) <= WARDEN_PATH_MAX)
		warden_blob_put_string(&request, WARDEN_A_QUARANTINE_LABEL, label);
	err = warden_nl_do(nl, cmd, &request, cmd == WARDEN_CMD_QUARANTINE_ADD ? add_up : NULL, cut,
			   f);
	warden_blob_free(&request);
	return err;
}

/*
 * A file is known by one of two digests: fs-verity's where it has one. One of them may be in, or out, already, by
 * its digits.
 */
static int send_both(struct warden_nl *nl, int cmd, const struct warden_file_digests *d,
		     const char *label, struct cut *cut, struct warden_fault *f)
{
	const int already = cmd == WARDEN_CMD_QUARANTINE_ADD ? -EEXIST : -ENOENT;
	struct warden_fault of_first;
	int first = send_one(nl, cmd, WARDEN_DIGEST_ALG_SHA256, d->sha256, label, cut, &of_first), err;

	if (first && first != already) {
		*f = of_first;
		return first;
	}
	err = send_one(nl, cmd, WARDEN_DIGEST_ALG_FSVERITY_SHA256, d->fsverity, label, cut, f);
	return err == already && !first ? 0 : err;
}

/* Each digest that is in goes by its digits, that of fs-verity as well: its file may be there no more. */
static int send_digits(struct warden_nl *nl, int cmd, const uint8_t *bytes, struct cut *cut, struct warden_fault *f)
{
	int err = send_one(nl, cmd, WARDEN_DIGEST_ALG_SHA256, bytes, "", cut, f);

	if (err != -ENOENT || cmd != WARDEN_CMD_QUARANTINE_REMOVE)
		return err;
	return send_one(nl, cmd, WARDEN_DIGEST_ALG_FSVERITY_SHA256, bytes, "", cut, f);
}

/* A path, or 64 digits of SHA-256. */
static int change(const char *what, int cmd, const char *word, struct cut *cut)
{
	struct warden_file_digests d;
	struct warden_nl *nl = NULL;
	struct warden_fault f;
	uint8_t bytes[WARDEN_DIGEST_SIZE];
	int err = 0;

	if (word[0] == '/')
		err = warden_file_digest(&d, word);
	else if (strlen(word) != 2 * sizeof(bytes) || !warden_hex_get(bytes, sizeof(bytes), word))
		return warden_usage_wrong("`%s` is neither a whole path nor a SHA-256 of 64 digits", word);
	if (err) {
		fprintf(stderr, "wardenctl: %s %s: %s; name a file that is there, or %s\n", what, word,
			err == -ENOTSUP ? "it is not a regular file" : strerror(-err),
			cmd == WARDEN_CMD_QUARANTINE_REMOVE ? "the digits that wardenctl quarantine list shows" :
							      "its SHA-256");
		return WARDEN_EXIT_FAILED;
	}
	err = warden_nl_open(&nl, &f);
	if (!err && word[0] == '/')
		err = send_both(nl, cmd, &d, word, cut, &f);
	else if (!err)
		err = send_digits(nl, cmd, bytes, cut, &f);
	warden_nl_close(nl);
	return err ? warden_fault_print(&f, "%s", what) : WARDEN_EXIT_OK;
}

static int run_add(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct cut cut = { 0 };
	int status;

	if (argc != 2)
		return warden_usage_wrong("quarantine add wants a program or its SHA-256");
	status = change("quarantine add", WARDEN_CMD_QUARANTINE_ADD, argv[1], &cut);
	if (status)
		return status;
	if (ctl->json)
		printf("{ \"killed\": %" PRIu64 ", \"ended\": %" PRIu64 ", \"took\": %" PRIu64 " }\n",
		       cut.killed, cut.ended, cut.took);
	else
		printf("it is cut off: %" PRIu64 " processes killed, %" PRIu64
		       " sessions ended, in %" PRIu64 " ms\n",
		       cut.killed, cut.ended, cut.took / 1000000);
	return WARDEN_EXIT_OK;
}

static int run_remove(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct cut cut = { 0 };
	int status;

	if (argc != 2)
		return warden_usage_wrong("quarantine remove wants a program or its SHA-256");
	status = change("quarantine remove", WARDEN_CMD_QUARANTINE_REMOVE, argv[1], &cut);
	if (!status)
		puts(ctl->json ? "{}" : "it may run again as the policy says");
	return status;
}

/* Who put it in: a command, lists, or both. */
static void put_by(char *by, size_t size, const struct warden_object *o)
{
	struct warden_object list;
	size_t n, len;

	snprintf(by, size, "%s", warden_object_number(o, WARDEN_A_QUARANTINE_BY_HAND) ? "hand" : "");
	for (n = 0; !warden_object_nth(o, WARDEN_A_QUARANTINE_LISTS, n, &list); n++) {
		len = strlen(by);
		snprintf(by + len, size - len, "%s%s list %" PRIu64, len ? ", " : "",
			 warden_object_word(&list, WARDEN_A_CUT_LIST_LAYER),
			 warden_object_number(&list, WARDEN_A_CUT_LIST_VERSION));
	}
}

static void list_one(struct warden_table *t, const struct warden_object *o)
{
	const struct warden_value *digest = &o->v[WARDEN_A_QUARANTINE_DIGEST];
	char hex[2 * WARDEN_DIGEST_SIZE + 1] = "", safe[512], by[96];

	if (digest->data && digest->len == WARDEN_DIGEST_SIZE)
		warden_hex_put(hex, digest->data, digest->len);
	warden_table_cell(t, warden_object_word(o, WARDEN_A_QUARANTINE_ALG));
	warden_table_cell(t, hex);
	put_by(by, sizeof(by), o);
	warden_table_cell(t, by);
	warden_table_cell(t, warden_output_escape(safe, sizeof(safe),
						  warden_object_string(o, WARDEN_A_QUARANTINE_LABEL)));
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "DIGEST", "", "BY", "PROGRAM", NULL };
	static const struct warden_ask_list ask = {
		.what = "quarantine list",
		.cmd = WARDEN_CMD_QUARANTINE_GET,
		.columns = columns,
		.row = list_one,
		.empty = "nothing is in quarantine",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

const struct warden_noun *warden_noun_quarantine(void)
{
	static const struct warden_verb verbs[] = {
		{ "add", "PROGRAM|SHA256", run_add },
		{ "remove", "PROGRAM|SHA256", run_remove },
		{ "list", "", run_list },
		{ "load", "[--signature FILE] LIST", warden_quarantine_load },
		{ "sign", "--version N [--key KEY --cert CERT] SUMS LIST", warden_quarantine_sign },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "quarantine", "programs that are cut off", verbs };

	return &noun;
}

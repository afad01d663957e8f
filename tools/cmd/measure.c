// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../chains.h"
#include "../cmd.h"
#include "../policy/digest.h"
#include "../nl.h"
#include "../output.h"

#define STOP  1
#define TRIES 5 /* the log may grow between reading it and reading the PCR */

static void list_measurement(struct warden_table *t, const struct warden_object *o)
{
	const struct warden_value *digest = &o->v[WARDEN_A_MEASUREMENT_DIGEST];
	char hex[2 * WARDEN_DIGEST_SIZE + 1] = "";

	if (digest->len == WARDEN_DIGEST_SIZE)
		warden_hex_put(hex, digest->data, digest->len);
	warden_table_number(t, warden_object_number(o, WARDEN_A_MEASUREMENT_SEQ));
	warden_table_cell(t, warden_object_word(o, WARDEN_A_MEASUREMENT_DOMAIN));
	warden_table_cell(t, warden_object_word(o, WARDEN_A_MEASUREMENT_ALG));
	warden_table_cell(t, hex);
	warden_table_cell(t, warden_object_string(o, WARDEN_A_MEASUREMENT_LABEL));
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = {
		"NUMBER", "DOMAIN", "KIND", "DIGEST", "LABEL", NULL
	};
	static const struct warden_ask_list ask = {
		.what = "measure list",
		.cmd = WARDEN_CMD_MEASURE_GET,
		.columns = columns,
		.row = list_measurement,
		.empty = "nothing was measured",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

struct verify {
	struct warden_walk walk;
	int pcr; /* index; -1 without a TPM */
	uint8_t pcr_is[WARDEN_DIGEST_SIZE];
	bool pcr_differs;
};

static int walk(void *ctx, const struct warden_object *o)
{
	struct verify *v = ctx;

	return warden_walk_measurement(&v->walk, o) ? 0 : STOP;
}

static int take_pcr(void *ctx, const struct warden_object *o)
{
	struct verify *v = ctx;

	v->pcr = warden_object_has(o, WARDEN_A_STATUS_PCR)
			 ? (int)warden_object_number(o, WARDEN_A_STATUS_PCR)
			 : -1;
	return 0;
}

static int read_pcr(struct verify *v, struct warden_fault *f)
{
	char path[64];
	char *text;
	size_t len;
	bool read;
	int err;

	snprintf(path, sizeof(path), "/sys/class/tpm/tpm0/pcr-sha256/%d", v->pcr);
	err = warden_read_file(path, 4096, &text, &len);
	if (err)
		return warden_fault_set(f, err, "read the PCR with tpm2_pcrread", "%s: %s", path,
					strerror(-err));
	read = len >= 2 * (size_t)WARDEN_DIGEST_SIZE &&
	       warden_hex_get(v->pcr_is, sizeof(v->pcr_is), text);
	free(text);
	if (!read)
		return warden_fault_set(f, -EBADMSG, "read the PCR with tpm2_pcrread",
					"%s holds no SHA-256", path);
	return 0;
}

static int verify_once(struct verify *v, struct warden_nl *nl, struct warden_fault *f)
{
	int err;

	memset(v, 0, sizeof(*v));
	err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, take_pcr, v, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_MEASURE_GET, NULL, walk, v, f);
	if (err < 0 || v->walk.what[0])
		return err < 0 ? err : 0;
	if (v->pcr < 0)
		return 0;
	err = read_pcr(v, f);
	v->pcr_differs = !err && memcmp(v->pcr_is, v->walk.pcr, sizeof(v->pcr_is));
	return err;
}

static void print_verified(const struct warden_ctl *ctl, const struct verify *v)
{
	const struct warden_walk *w = &v->walk;
	char chain[2 * WARDEN_DIGEST_SIZE + 1], pcr[2 * WARDEN_DIGEST_SIZE + 1];

	warden_hex_put(chain, w->chain, sizeof(w->chain));
	warden_hex_put(pcr, w->pcr, sizeof(w->pcr));
	if (ctl->json) {
		printf("{\"verified\":%s,\"entries\":%" PRIu64 ",\"wrong\":%" PRIu64
		       ",\"chain\":\"%s\"",
		       w->what[0] || v->pcr_differs ? "false" : "true", w->entries, w->wrong,
		       chain);
		if (v->pcr >= 0)
			printf(",\"pcr\":%d,\"pcr-replayed\":\"%s\"", v->pcr, pcr);
		puts("}");
		return;
	}
	if (w->what[0] || v->pcr_differs)
		return;
	printf("the log holds: %" PRIu64 " entries, chain %s\n", w->entries, chain);
	if (v->pcr >= 0)
		printf("PCR %d holds what the log says: %s\n", v->pcr, pcr);
	else
		puts("there is no TPM: the chain is vouched for by this kernel alone");
}

static int verify_status(const struct verify *v, struct warden_fault *f)
{
	char is[2 * WARDEN_DIGEST_SIZE + 1], replayed[2 * WARDEN_DIGEST_SIZE + 1];

	if (v->walk.what[0]) {
		warden_fault_set(f, -EBADMSG, "do not trust this log", "%s", v->walk.what);
		return warden_fault_print(f, "measure verify: entry %" PRIu64, v->walk.wrong);
	}
	if (!v->pcr_differs)
		return WARDEN_EXIT_OK;
	warden_fault_set(f, -EBADMSG, "find out who else extends that PCR; do not trust this log",
			 "it holds %s, the log gives %s",
			 warden_hex_put(is, v->pcr_is, sizeof(v->pcr_is)),
			 warden_hex_put(replayed, v->walk.pcr, sizeof(v->walk.pcr)));
	return warden_fault_print(f, "measure verify: PCR %d", v->pcr);
}

static int run_verify(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_fault f;
	struct warden_nl *nl;
	struct verify v;
	int tries, err;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	err = warden_nl_open(&nl, &f);
	if (err)
		return warden_fault_print(&f, "measure verify");
	for (tries = 0; tries < TRIES; tries++) {
		err = verify_once(&v, nl, &f);
		if (err || !v.pcr_differs)
			break;
	}
	warden_nl_close(nl);
	if (err)
		return warden_fault_print(&f, "measure verify");
	print_verified(ctl, &v);
	return verify_status(&v, &f);
}

const struct warden_noun *warden_noun_measure(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "", run_list },
		{ "verify", "", run_verify },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "measure", "what was executed and loaded", verbs };

	return &noun;
}

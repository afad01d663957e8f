// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nl_policy.h"
#include "running.h"
#include "wire.h"

/* A layer that is not loaded is left out. */
static int read_layer(struct warden_running *r, struct warden_nl *nl, uint32_t layer,
		      struct warden_fault *f)
{
	struct warden_blob blob = { NULL, 0, 0 };
	const char *word = warden_enum_word(warden_enum_role(), layer);
	char why[WARDEN_ORACLE_WHY];
	int err = warden_nl_policy_read(nl, layer, &blob, f);

	if (!err) {
		r->layers[r->n] = layer;
		err = warden_view_open(&r->views[r->n++], word, blob.data, blob.len, why);
		if (err)
			warden_fault_set(f, err, "load it again", "the %s layer in force: %s", word,
					 why);
	}
	warden_blob_free(&blob);
	return err == -ENOENT && layer != WARDEN_ROLE_MAKER ? 0 : err;
}

int warden_running_read(struct warden_running *r, struct warden_nl *nl, struct warden_fault *f)
{
	uint32_t layer;
	int err = 0;

	for (layer = WARDEN_ROLE_MAKER; !err && layer <= WARDEN_RUNNING_LAYERS; layer++)
		err = read_layer(r, nl, layer, f);
	return err;
}

int warden_running_open(struct warden_running *r, struct warden_fault *f)
{
	struct warden_nl *nl;
	int err;

	memset(r, 0, sizeof(*r));
	err = warden_nl_open(&nl, f);
	if (err)
		return err;
	err = warden_running_read(r, nl, f);
	warden_nl_close(nl);
	return err;
}

void warden_running_close(struct warden_running *r)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		warden_view_close(&r->views[i]);
	r->n = 0;
	free(r->cut.v);
	memset(&r->cut, 0, sizeof(r->cut));
	free(r->opened.v);
	memset(&r->opened, 0, sizeof(r->opened));
}

const struct warden_view *warden_running_layer(const struct warden_running *r, uint32_t layer)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (r->layers[i] == layer)
			return &r->views[i];
	return NULL;
}

unsigned int warden_running_ask(const struct warden_running *r, const struct warden_question *q)
{
	const struct warden_oracle *layers[WARDEN_RUNNING_STACK];
	unsigned int i;

	for (i = 0; i < r->n; i++)
		layers[i] = r->views[i].oracle;
	return warden_oracle_decides(layers, r->n, q);
}

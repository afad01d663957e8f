// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "nl_policy.h"

/* Bytes of the entries from @from on that fit one message. */
static size_t chunk_at(const struct warden_blob *policy, size_t from)
{
	size_t len = 0;

	while (from + len < policy->len) {
		struct nlattr a;
		size_t step;

		memcpy(&a, policy->data + from + len, sizeof(a));
		step = NLA_ALIGN(a.nla_len);
		if (len && len + step > WARDEN_CHUNK_MAX)
			break;
		len += step;
	}
	return len;
}

int warden_nl_policy_load(struct warden_nl *nl, const struct warden_blob *policy,
			  const struct warden_blob *how, warden_object_fn fn, void *ctx,
			  struct warden_fault *f)
{
	struct warden_blob chunk;
	size_t at = 0, len;
	int err;

	err = warden_nl_do(nl, WARDEN_CMD_POLICY_BEGIN, NULL, NULL, NULL, f);
	for (; !err && at < policy->len; at += len) {
		len = chunk_at(policy, at);
		chunk = (struct warden_blob){ policy->data + at, len, len };
		err = warden_nl_do(nl, WARDEN_CMD_POLICY_ADD, &chunk, NULL, NULL, f);
	}
	return err ? err : warden_nl_do(nl, WARDEN_CMD_POLICY_COMMIT, how, fn, ctx, f);
}

/* Pieces come in rising order; one that does not fit is a policy that changed meanwhile. */
static int keep_piece(void *ctx, const struct warden_object *o)
{
	const struct warden_value *bytes = &o->v[WARDEN_A_POLICY_BYTES];
	struct warden_blob *policy = ctx;

	if (!bytes->data || warden_object_number(o, WARDEN_A_POLICY_OFFSET) != policy->len)
		return -EAGAIN;
	warden_blob_append(policy, bytes->data, bytes->len);
	return 0;
}

int warden_nl_policy_read(struct warden_nl *nl, uint32_t layer, struct warden_blob *policy,
			  struct warden_fault *f)
{
	struct warden_blob request = { NULL, 0, 0 };
	int err;

	*policy = (struct warden_blob){ NULL, 0, 0 };
	if (layer)
		warden_blob_put_u32(&request, WARDEN_A_POLICY_LAYER, layer);
	err = warden_nl_dump(nl, WARDEN_CMD_POLICY_READ, &request, keep_piece, policy, f);
	warden_blob_free(&request);
	if (err == -EAGAIN)
		return warden_fault_set(f, err, "try again", "the policy changed while it was read");
	if (!err && !policy->len)
		return warden_fault_set(f, -ENOENT, "load one: wardenctl policy load",
					"no policy is loaded there");
	return err;
}

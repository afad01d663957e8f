// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consents to a program that was updated. They are to its digests, so that they do not
 * hold for what somebody else put in its place; whose word an update is says a signature,
 * which was verified before anybody comes here.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "consent.h"
#include "consent-priv.h"

static bool is_among(const struct warden_digest *digest, const struct warden_digest *list, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (warden_decide_same(&list[i], digest))
			return true;
	return false;
}

static bool is_of_old(const struct kept *k, const struct warden_carry *carry)
{
	u32 i;

	for (i = 0; i < k->nr_links; i++)
		if (is_among(&k->link[i].digest, carry->digests, carry->nr_old))
			return true;
	return false;
}

/*
 * The new digests, then those there were, as far as there is room: what runs still is
 * what was consented to. Which of them may run is the policy's to say.
 */
static void rebind(struct warden_consent *c, const struct warden_carry *carry)
{
	struct warden_digest before[WARDEN_PROGRAM_DIGESTS_MAX];
	u32 nr_before = c->nr_digests, i;

	memcpy(before, c->digests, sizeof(before));
	memcpy(c->digests, carry->digests + carry->nr_old, carry->nr_new * sizeof(before[0]));
	c->nr_digests = carry->nr_new;
	for (i = 0; i < nr_before && c->nr_digests < WARDEN_PROGRAM_DIGESTS_MAX; i++)
		if (!is_among(&before[i], c->digests, c->nr_digests))
			c->digests[c->nr_digests++] = before[i];
}

/**
 * warden_kept_carried() - a record as it is after an update of its program
 * @k: the record
 * @carry: the update
 *
 * Context: Process context, may sleep; under the records' lock.
 * Return: another record, in no table; NULL where it is not about @carry, is bound to
 * one open or one process of the old program already, or knows the new one; or
 * ERR_PTR(-ENOMEM).
 */
struct kept *warden_kept_carried(const struct kept *k, const struct warden_carry *carry)
{
	struct warden_consent *c;
	struct kept *carried;

	if (k->grant.holder || !is_of_old(k, carry) ||
	    is_among(&carry->digests[carry->nr_old], &k->link[0].digest, 1))
		return NULL;
	c = kmalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return ERR_PTR(-ENOMEM);
	warden_kept_copy(k, c);
	c->state = k->state; /* and not what a reader is told */
	rebind(c, carry);
	carried = warden_kept_new(c);
	kfree(c);
	return carried ?: ERR_PTR(-ENOMEM);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a policy must not do: allow more than the layers above, deny what the
 * safety list names, cut off who loads it.
 */
#include <linux/errno.h>

#include "judge/cover.h"
#include "judge/decide.h"
#include "layers.h"
#include "netlink/extack.h"
#include "policy.h"

/**
 * warden_policy_word() - the word for a role
 * @role: enum warden_role
 *
 * Context: Any.
 * Return: the word, as the netlink spec has it.
 */
const char *warden_policy_word(u8 role)
{
	static const char *const words[] = { "boot", "maker", "operator", "user", "auditor" };

	return words[role];
}

/* Told of one layer and one above it. */
static int explain_wider(int err, const struct warden_snapshot *above, u32 line, u32 domain,
			 struct netlink_ext_ack *extack)
{
	static const char *const domains[WARDEN_DOMAIN_RULES] = {
		[WARDEN_DOMAIN_SENSOR] = "sensor",     [WARDEN_DOMAIN_LISTEN] = "listen",
		[WARDEN_DOMAIN_CONNECT] = "connect",   [WARDEN_DOMAIN_EXEC] = "exec",
		[WARDEN_DOMAIN_MODULE] = "module",     [WARDEN_DOMAIN_FIRMWARE] = "firmware",
		[WARDEN_DOMAIN_PROTOCOL] = "protocol", [WARDEN_DOMAIN_DEBUG] = "debug",
		[WARDEN_DOMAIN_AUTOLOAD] = "autoload", [WARDEN_DOMAIN_USB] = "usb",
		[WARDEN_DOMAIN_EGRESS] = "egress",     [WARDEN_DOMAIN_BIND] = "bind",
		[WARDEN_DOMAIN_BPF] = "bpf",
	};

	if (err == -E2BIG)
		NL_SET_ERR_MSG_FMT(extack, "it takes too long to compare line %u with the %s layer",
				   line, warden_policy_word(above->layer));
	else if (line)
		NL_SET_ERR_MSG_FMT(extack, "line %u allows more than the %s layer", line,
				   warden_policy_word(above->layer));
	else
		NL_SET_ERR_MSG_FMT(extack, "the default for %s allows more than the %s layer",
				   domains[domain] ?: "a domain", warden_policy_word(above->layer));
	return err;
}

static int check_narrows(const struct warden_snapshot *snap, const struct warden_layers *layers,
			 u32 *line, struct netlink_ext_ack *extack)
{
	u32 i, domain;
	int err;

	for (i = 0; i < layers->nr && layers->layer[i]->layer < snap->layer; i++) {
		err = warden_cover_narrows(snap, layers->layer[i], line, &domain);
		if (err)
			return explain_wider(err, layers->layer[i], *line, domain, extack);
	}
	return 0;
}

/* Until it is replaced, the list in force binds the policy that replaces it, too. */
static int check_renewal(const struct warden_snapshot *snap, u32 *line,
			 struct netlink_ext_ack *extack)
{
	const struct warden_snapshot *before =
		warden_layers_find(warden_layers_get_rcu(), WARDEN_ROLE_MAKER);
	int err;

	if (!before || snap->layer != WARDEN_ROLE_MAKER)
		return 0;
	err = warden_cover_renewal(before, snap, line);
	if (err)
		NL_SET_ERR_MSG_FMT(extack,
				   "this policy denies line %u of the safety list that is in force",
				   *line);
	return err;
}

/* The list of the maker, against every layer. */
static int check_safety(const struct warden_layers *layers, u32 *line,
			struct netlink_ext_ack *extack)
{
	u32 i;
	int err;

	for (i = 0; i < layers->nr; i++) {
		err = warden_cover_safety(layers->layer[0], layers->layer[i], line);
		if (!err)
			continue;
		NL_SET_ERR_MSG_FMT(extack, "the %s layer denies line %u of the safety list",
				   warden_policy_word(layers->layer[i]->layer), *line);
		return err;
	}
	return 0;
}

static bool lets_listen(const struct warden_layers *layers, const struct warden_channel *c)
{
	struct warden_identity subject = {};
	struct warden_request req = { .domain = WARDEN_DOMAIN_LISTEN, .subject = &subject,
				      .uid = c->uid, .unit = c->unit, .protocol = c->protocol, .port = c->port };
	struct warden_verdict v;
	u32 i;

	for (i = 0; i < c->nr_digests; i++) {
		subject.digest = c->digests[i];
		warden_decide_layers(layers, &req, &v);
		if (!warden_verdict_denies(&v))
			return true;
	}
	return false;
}

static int check_channels(const struct warden_layers *layers, const struct warden_commit *c,
			  struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < c->nr_channels; i++) {
		if (lets_listen(layers, &c->channels[i]))
			continue;
		NL_SET_ERR_MSG_FMT(extack, "port %u, which this was loaded through, would be denied",
				   c->channels[i].port);
		return -EPERM;
	}
	return 0;
}

/**
 * warden_policy_check() - may a layer come in force beside the others?
 * @snap: the layer
 * @layers: the policy with it
 * @c: how it is to come in force
 * @line: set to the line that stands against it, where there is one
 * @extack: told why not
 *
 * Context: In a change; may sleep.
 * Return: 0; -EPERM where it is wider than a layer above, or denies what must not
 * be denied and is not forced; -E2BIG where it takes too long to tell.
 */
int warden_policy_check(const struct warden_snapshot *snap, const struct warden_layers *layers,
			const struct warden_commit *c, u32 *line, struct netlink_ext_ack *extack)
{
	int err = check_narrows(snap, layers, line, extack);

	if (!err && !c->force)
		err = check_renewal(snap, line, extack);
	if (!err && !c->force)
		err = check_safety(layers, line, extack);
	if (!err && !c->force)
		err = check_channels(layers, c, extack);
	return err;
}

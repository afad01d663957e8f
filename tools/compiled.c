// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "compiled.h"

bool warden_compiled_is(const void *data, size_t len)
{
	struct nlattr a;

	if (len < sizeof(a))
		return false;
	memcpy(&a, data, sizeof(a));
	return a.nla_type == (WARDEN_A_POLICY_HEADER | NLA_F_NESTED);
}

/*
 * An entry of the safety list is a rule with a flag. Only counted for people, so it is
 * looked for and the rest of the rule left to the module: there are many rules.
 */
static bool is_safety(const uint8_t *rule, size_t len)
{
	struct nlattr a;
	uint32_t flags;
	size_t at;

	for (at = NLA_HDRLEN; at + sizeof(a) <= len; at += NLA_ALIGN(a.nla_len)) {
		memcpy(&a, rule + at, sizeof(a));
		if (a.nla_len < NLA_HDRLEN || a.nla_len > len - at)
			break;
		if ((a.nla_type & NLA_TYPE_MASK) != WARDEN_A_RULE_FLAGS ||
		    a.nla_len != NLA_HDRLEN + sizeof(flags))
			continue;
		memcpy(&flags, rule + at + NLA_HDRLEN, sizeof(flags));
		return flags & WARDEN_RULE_FLAG_SAFETY;
	}
	return false;
}

/* Count the entries, and find the header. There are many, so that only the header is read whole. */
static int go_through(struct warden_compiled *c, const struct warden_blob *policy,
		      struct warden_value *header)
{
	struct nlattr a;
	size_t at;

	for (at = 0; at < policy->len; at += NLA_ALIGN(a.nla_len)) {
		const uint8_t *entry = policy->data + at;

		if (policy->len - at < sizeof(a))
			return -EBADMSG;
		memcpy(&a, entry, sizeof(a));
		if (a.nla_len < NLA_HDRLEN || a.nla_len > policy->len - at)
			return -EBADMSG;
		switch (a.nla_type & NLA_TYPE_MASK) {
		case WARDEN_A_POLICY_HEADER:
			header->data = entry + NLA_HDRLEN;
			header->len = a.nla_len - NLA_HDRLEN;
			break;
		case WARDEN_A_POLICY_PROGRAM:
			c->programs++;
			break;
		case WARDEN_A_POLICY_RULE:
			if (is_safety(entry, a.nla_len))
				c->safety++;
			else
				c->rules++;
			break;
		}
	}
	return 0;
}

int warden_compiled_read(struct warden_compiled *c, const struct warden_blob *policy)
{
	struct warden_value header = { .data = NULL };
	struct warden_object h;

	memset(c, 0, sizeof(*c));
	/* Whole entries, each padded: whoever cuts it into pieces goes by that. */
	if (policy->len % NLA_ALIGNTO || go_through(c, policy, &header))
		return -EBADMSG;
	if (!header.data || warden_object_parse(&h, warden_set_header(), header.data, header.len))
		return -EBADMSG;
	c->name = warden_object_string(&h, WARDEN_A_HEADER_NAME);
	c->version = (uint32_t)warden_object_number(&h, WARDEN_A_HEADER_VERSION);
	c->layer = (uint32_t)warden_object_number(&h, WARDEN_A_HEADER_LAYER);
	if (!c->layer)
		c->layer = WARDEN_ROLE_MAKER;
	return 0;
}

/* The header comes first; it gets one attribute more. */
int warden_compiled_set_layer(struct warden_blob *policy, uint32_t layer)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_compiled c;
	struct nlattr a;

	if (!warden_compiled_is(policy->data, policy->len) || warden_compiled_read(&c, policy))
		return -EBADMSG;
	if (c.layer == layer)
		return 0;
	if (c.layer != WARDEN_ROLE_MAKER)
		return -EEXIST;
	memcpy(&a, policy->data, sizeof(a));
	warden_blob_append(&b, policy->data, NLA_ALIGN(a.nla_len));
	warden_blob_put_u32(&b, WARDEN_A_HEADER_LAYER, layer);
	warden_blob_nest_end(&b, 0);
	warden_blob_append(&b, policy->data + NLA_ALIGN(a.nla_len),
			   policy->len - NLA_ALIGN(a.nla_len));
	warden_blob_free(policy);
	*policy = b;
	return 0;
}

/* The text of one entry, where that is the purpose. */
static const char *text_of(const uint8_t *attr, size_t len, const char *label, struct warden_object *p)
{
	struct warden_object o;

	if (warden_object_parse(&o, warden_set_policy(), attr, len) ||
	    !o.v[WARDEN_A_POLICY_PURPOSE].data ||
	    warden_object_parse(p, warden_set_purpose(), o.v[WARDEN_A_POLICY_PURPOSE].data,
				o.v[WARDEN_A_POLICY_PURPOSE].len) ||
	    strcmp(warden_object_string(p, WARDEN_A_PURPOSE_LABEL), label))
		return NULL;
	return warden_object_string(p, WARDEN_A_PURPOSE_TEXT);
}

bool warden_compiled_purpose(char to[WARDEN_TEXT_MAX + 1], const struct warden_blob *policy,
			     const char *label)
{
	const char *text = NULL;
	struct warden_object p;
	struct nlattr a;
	size_t at;

	for (at = 0; !text && at + sizeof(a) <= policy->len; at += NLA_ALIGN(a.nla_len)) {
		memcpy(&a, policy->data + at, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > policy->len - at)
			return false;
		if ((a.nla_type & NLA_TYPE_MASK) == WARDEN_A_POLICY_PURPOSE)
			text = text_of(policy->data + at, a.nla_len, label, &p);
	}
	if (text)
		snprintf(to, WARDEN_TEXT_MAX + 1, "%s", text);
	return text;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "wire.h"

static int read_value(struct warden_value *v, enum warden_wire_kind kind)
{
	uint32_t u32;

	switch (kind) {
	case WARDEN_WIRE_U32:
		if (v->len != sizeof(u32))
			return -EBADMSG;
		memcpy(&u32, v->data, sizeof(u32));
		v->number = u32;
		return 0;
	case WARDEN_WIRE_U64:
		if (v->len != sizeof(v->number))
			return -EBADMSG;
		memcpy(&v->number, v->data, sizeof(v->number));
		return 0;
	case WARDEN_WIRE_STRING:
		return v->len && !v->data[v->len - 1] ? 0 : -EBADMSG;
	case WARDEN_WIRE_BINARY:
	case WARDEN_WIRE_NEST:
		return 0;
	}
	return -EBADMSG;
}

int warden_object_parse(struct warden_object *o, const struct warden_wire_set *set,
			const void *data, size_t len)
{
	const uint8_t *at = data;
	struct nlattr a;

	memset(o, 0, sizeof(*o));
	o->set = set;
	o->data = data;
	o->len = len;
	while (len >= sizeof(a)) {
		struct warden_value v = { 0 };
		uint16_t type;
		size_t step;

		memcpy(&a, at, sizeof(a));
		if (a.nla_len < NLA_HDRLEN || a.nla_len > len)
			return -EBADMSG;
		type = a.nla_type & NLA_TYPE_MASK;
		v.data = at + NLA_HDRLEN;
		v.len = a.nla_len - NLA_HDRLEN;
		if (type && type <= set->max && type < WARDEN_WIRE_ATTRS_MAX) {
			if (read_value(&v, set->attrs[type].kind))
				return -EBADMSG;
			o->v[type] = v;
		}
		step = NLA_ALIGN(a.nla_len);
		if (step > len)
			step = len;
		at += step;
		len -= step;
	}
	return len ? -EBADMSG : 0;
}

int warden_object_nth(const struct warden_object *o, int attr, size_t n,
		      struct warden_object *nested)
{
	const uint8_t *at = o->data;
	size_t len = o->len, step;
	struct nlattr a;

	for (; len >= sizeof(a); at += step, len -= step) {
		memcpy(&a, at, sizeof(a)); /* lengths were checked when @o was read */
		step = (size_t)NLA_ALIGN(a.nla_len) < len ? (size_t)NLA_ALIGN(a.nla_len) : len;
		if ((a.nla_type & NLA_TYPE_MASK) == attr && !n--)
			return warden_object_parse(nested, o->set->attrs[attr].nest,
						   at + NLA_HDRLEN, a.nla_len - NLA_HDRLEN);
	}
	return -ENOENT;
}

bool warden_object_has(const struct warden_object *o, int attr)
{
	return o->v[attr].data;
}

uint64_t warden_object_number(const struct warden_object *o, int attr)
{
	return o->v[attr].number;
}

const char *warden_object_string(const struct warden_object *o, int attr)
{
	return o->v[attr].data ? (const char *)o->v[attr].data : "";
}

const char *warden_object_word(const struct warden_object *o, int attr)
{
	if (!o->v[attr].data)
		return "-";
	return warden_enum_word(o->set->attrs[attr].values, o->v[attr].number);
}

const char *warden_enum_word(const struct warden_wire_enum *e, uint64_t value)
{
	return value < e->count ? e->words[value] : "?";
}

int warden_enum_value(const struct warden_wire_enum *e, const char *word)
{
	uint32_t i;

	for (i = 0; i < e->count; i++)
		if (!strcmp(e->words[i], word))
			return (int)i;
	return -1;
}

const char *warden_enum_nth(const void *ctx, size_t n)
{
	const struct warden_wire_enum *e = ctx;

	return n < e->count ? e->words[n] : NULL;
}

char *warden_hex_put(char *to, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[2 * len] = '\0';
	return to;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool warden_hex_get(uint8_t *bytes, size_t len, const char *text)
{
	size_t i;

	for (i = 0; i < len; i++) {
		int high = digit(text[2 * i]);
		int low = high < 0 ? -1 : digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Bytes in front of which RFC 9562 puts a hyphen. */
static bool hyphen_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

char *warden_uuid_put(char to[WARDEN_UUID_TEXT], const uint8_t bytes[16])
{
	char *at = to;
	size_t i;

	for (i = 0; i < 16; i++) {
		if (hyphen_before(i))
			*at++ = '-';
		warden_hex_put(at, &bytes[i], 1);
		at += 2;
	}
	return to;
}

bool warden_uuid_get(uint8_t bytes[16], const char *text)
{
	size_t i;

	for (i = 0; i < 16; i++) {
		if (hyphen_before(i) && *text++ != '-')
			return false;
		if (!warden_hex_get(&bytes[i], 1, text))
			return false;
		text += 2;
	}
	return !*text;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects as the module sends them, read by the tables generated from the
 * netlink spec. Knows nothing of sockets.
 */
#ifndef WARDEN_WIRE_H
#define WARDEN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire-gen.h"

#define WARDEN_WIRE_ATTRS_MAX 64 /* attributes of the largest set */

enum warden_wire_kind {
	WARDEN_WIRE_U32,
	WARDEN_WIRE_U64,
	WARDEN_WIRE_STRING,
	WARDEN_WIRE_BINARY,
	WARDEN_WIRE_NEST,
};

struct warden_wire_enum {
	const char *name;
	const char *const *words;
	uint32_t count;
	bool flags; /* word n stands for bit n */
};

struct warden_wire_attr {
	const char *name;
	enum warden_wire_kind kind;
	const struct warden_wire_enum *values;
	const struct warden_wire_set *nest;
	bool many; /* may stand several times in one object */
};

struct warden_wire_set {
	const char *name;
	const struct warden_wire_attr *attrs; /* by attribute number; [0] is unused */
	uint32_t max;
};

struct warden_wire_op {
	const char *name;
	const struct warden_wire_set *set;
};

struct warden_value {
	const uint8_t *data; /* NULL where absent; strings end in a NUL */
	uint32_t len;
	uint64_t number;
};

/* Values point into the message; they live as long as it does. */
struct warden_object {
	const struct warden_wire_set *set;
	const uint8_t *data;
	size_t len;
	struct warden_value v[WARDEN_WIRE_ATTRS_MAX];
};

/**
 * warden_object_parse() - read the attributes of one object
 * @o: filled in; of a repeated attribute the last one
 * @set: what they are
 * @data: attributes
 * @len: bytes
 *
 * An attribute a newer module sends and this table does not have is skipped.
 *
 * Return: 0, or -EBADMSG where lengths or types do not fit.
 */
int warden_object_parse(struct warden_object *o, const struct warden_wire_set *set,
			const void *data, size_t len);

/**
 * warden_object_nth() - one of several nests with the same number
 * @o: the object
 * @attr: the attribute
 * @n: which, from 0
 * @nested: filled in
 *
 * Return: 0, -ENOENT past the last, -EBADMSG where lengths or types do not fit.
 */
int warden_object_nth(const struct warden_object *o, int attr, size_t n,
		      struct warden_object *nested);

bool warden_object_has(const struct warden_object *o, int attr);

/* 0 where absent. */
uint64_t warden_object_number(const struct warden_object *o, int attr);

/* "" where absent. */
const char *warden_object_string(const struct warden_object *o, int attr);

/* The word of an enum value; "-" where absent, "?" where this table has none. */
const char *warden_object_word(const struct warden_object *o, int attr);

/**
 * warden_enum_word() - the word of a value
 * @e: the enum
 * @value: the value
 *
 * Return: the word, or "?".
 */
const char *warden_enum_word(const struct warden_wire_enum *e, uint64_t value);

/**
 * warden_enum_value() - the value of a word
 * @e: the enum
 * @word: the word
 *
 * Return: the value, or -1.
 */
int warden_enum_value(const struct warden_wire_enum *e, const char *word);

/* For warden_word_nearest(): ctx is a struct warden_wire_enum. */
const char *warden_enum_nth(const void *ctx, size_t n);

/**
 * warden_hex_put() - bytes as hexadecimal digits
 * @to: 2 * @len + 1 characters
 * @bytes: the bytes
 * @len: how many
 *
 * Return: @to.
 */
char *warden_hex_put(char *to, const uint8_t *bytes, size_t len);

/**
 * warden_hex_get() - hexadecimal digits to bytes
 * @bytes: @len bytes
 * @len: how many are wanted
 * @text: 2 * @len digits, of either case; what follows them is not read
 *
 * Return: true where all of them are digits.
 */
bool warden_hex_get(uint8_t *bytes, size_t len, const char *text);

#define WARDEN_UUID_TEXT 37 /* characters of a UUID as text, its NUL included */

/* As RFC 9562 writes it. */
char *warden_uuid_put(char to[WARDEN_UUID_TEXT], const uint8_t bytes[16]);
bool warden_uuid_get(uint8_t bytes[16], const char *text);

#endif /* WARDEN_WIRE_H */

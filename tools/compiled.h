/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A compiled policy as bytes: what its header says, and the layer it is for.
 */
#ifndef WARDEN_COMPILED_H
#define WARDEN_COMPILED_H

#include <stdbool.h>

#include <warden/limits.h>

#include "blob.h"
#include "wire.h"

/**
 * struct warden_compiled - what a compiled policy says of itself
 * @name: its name; lives as long as the bytes
 * @version: its version
 * @layer: enum warden_role
 * @programs: how many it names
 * @rules: how many it has
 * @safety: how many entries its safety list has
 */
struct warden_compiled {
	const char *name;
	uint32_t version;
	uint32_t layer;
	size_t programs;
	size_t rules;
	size_t safety;
};

/**
 * warden_compiled_is() - are these bytes a compiled policy, and no text?
 * @data: the bytes
 * @len: how many
 *
 * Return: true if they begin as one.
 */
bool warden_compiled_is(const void *data, size_t len);

/**
 * warden_compiled_read() - what a compiled policy says of itself
 * @c: filled in
 * @policy: the bytes
 *
 * Return: 0, or -EBADMSG where they are no compiled policy.
 */
int warden_compiled_read(struct warden_compiled *c, const struct warden_blob *policy);

/**
 * warden_compiled_set_layer() - say which layer a policy is for
 * @policy: the bytes of a policy; its header is changed
 * @layer: enum warden_role
 *
 * Return: 0; -EEXIST where the header says another one; -EBADMSG.
 */
int warden_compiled_set_layer(struct warden_blob *policy, uint32_t layer);

/**
 * warden_compiled_purpose() - what a purpose says to people
 * @to: filled in
 * @policy: the bytes of a policy
 * @label: of the purpose
 *
 * Return: true where the policy has it.
 */
bool warden_compiled_purpose(char to[WARDEN_TEXT_MAX + 1], const struct warden_blob *policy,
			     const char *label);

#endif /* WARDEN_COMPILED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Address prefixes, IPv4 and IPv6. */
#ifndef WARDEN_PREFIX_H
#define WARDEN_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include <warden/address.h>

#include "diag.h"

#define WARDEN_PREFIX_TEXT 64

/*
 * IPv4 has four bytes of address. An IPv4 address mapped into IPv6 (RFC 4291,
 * 2.5.5.2) is kept as what it is: IPv4.
 */
struct warden_prefix {
	struct warden_place at;
	bool six;
	uint8_t bits; /* that count, from the front */
	uint8_t address[16];
};

/* The same as the wire has it. */
struct warden_net warden_prefix_net(const struct warden_prefix *p);

/**
 * warden_prefix_parse() - read `ADDRESS` or `ADDRESS/BITS`
 * @p: filled in; the address alone is all of its bits
 * @d: what is wrong
 * @text: what stands there
 * @at: where
 */
void warden_prefix_parse(struct warden_prefix *p, struct warden_diags *d, const char *text,
			 struct warden_place at);

/**
 * warden_prefix_print() - the one way a prefix is written
 * @to: the text
 * @p: the prefix
 *
 * Return: @to.
 */
const char *warden_prefix_print(char to[WARDEN_PREFIX_TEXT], const struct warden_prefix *p);

#endif /* WARDEN_PREFIX_H */

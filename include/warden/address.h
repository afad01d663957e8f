/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of the internet, once for the module and the tools. An IPv4 address
 * that is mapped into IPv6 (RFC 4291, 2.5.5.2) is the IPv4 address, on either side.
 */
#ifndef WARDEN_ADDRESS_H
#define WARDEN_ADDRESS_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <stdbool.h>
#include <string.h>
#endif

#define WARDEN_ADDRESS_SIZE 16

/* The version of an address that is in no net, of which no more is known. */
#define WARDEN_ADDRESS_ELSEWHERE 255

/**
 * struct warden_address - one address
 * @version: 4 or 6; 0 is none, which lies in no net
 * @bytes: in network order; of IPv4 the first four, and the rest is zero
 */
struct warden_address {
	__u8 version;
	__u8 bytes[WARDEN_ADDRESS_SIZE];
};

/**
 * struct warden_net - the addresses that begin alike; a part of the wire format
 * @first: the first of them: all bits behind @bits are zero
 * @bits: how many bits they share, up to 32 or 128
 */
struct warden_net {
	struct warden_address first;
	__u8 bits;
};

_Static_assert(sizeof(struct warden_net) == 18, "the net of a rule changed");

/**
 * warden_address_bits() - how many bits an address has
 * @version: 4 or 6
 *
 * Return: 32, 128, or 0 where there is no such version.
 */
static inline unsigned int warden_address_bits(__u8 version)
{
	return version == 4 ? 32 : version == 6 ? 8 * WARDEN_ADDRESS_SIZE : 0;
}

/**
 * warden_address_unmap() - make an IPv4 address of one that is mapped into IPv6
 * @a: the address; left as it is where it is none
 */
static inline void warden_address_unmap(struct warden_address *a)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a->version != 6 || memcmp(a->bytes, mapped, sizeof(mapped)))
		return;
	a->version = 4;
	memmove(a->bytes, a->bytes + sizeof(mapped), 4);
	memset(a->bytes + 4, 0, WARDEN_ADDRESS_SIZE - 4);
}

/* The bits of byte @i that the first @bits bits hold. */
static inline __u8 warden_net_mask(unsigned int bits, unsigned int i)
{
	if (bits <= 8 * i)
		return 0;
	return bits >= 8 * i + 8 ? 0xff : (__u8)(0xff00 >> (bits - 8 * i));
}

/**
 * warden_net_holds() - does an address lie in a net?
 * @net: the net
 * @a: the address, unmapped
 *
 * Return: true if it does.
 */
static inline bool warden_net_holds(const struct warden_net *net, const struct warden_address *a)
{
	const unsigned int whole = net->bits / 8;

	if (net->first.version != a->version || memcmp(net->first.bytes, a->bytes, whole))
		return false;
	return !(net->bits % 8) ||
	       !((net->first.bytes[whole] ^ a->bytes[whole]) & warden_net_mask(net->bits, whole));
}

/**
 * warden_net_is_valid() - can this be a net?
 * @net: what came in
 *
 * Return: true if its version and its bits exist, no bit is set behind them, and it
 * is no IPv4 net written as IPv6.
 */
static inline bool warden_net_is_valid(const struct warden_net *net)
{
	struct warden_address unmapped = net->first;
	unsigned int i;

	if (!warden_address_bits(net->first.version) ||
	    net->bits > warden_address_bits(net->first.version))
		return false;
	for (i = 0; i < WARDEN_ADDRESS_SIZE; i++)
		if (net->first.bytes[i] & ~warden_net_mask(net->bits, i))
			return false;
	warden_address_unmap(&unmapped);
	return net->bits < 96 || unmapped.version == net->first.version;
}

/**
 * warden_net_next() - the address behind the last one of a net
 * @net: the net
 *
 * Where a verdict can change: nets lie inside of each other or apart.
 *
 * Return: the address; that of no version behind the last there is.
 */
static inline struct warden_address warden_net_next(const struct warden_net *net)
{
	struct warden_address next = net->first;
	unsigned int i = (net->bits + 7) / 8;
	unsigned int step = net->bits % 8 ? 0x100 >> net->bits % 8 : 1;

	while (i-- > 0) {
		step += next.bytes[i];
		next.bytes[i] = (__u8)step;
		if (step < 0x100)
			return next;
		step = 1;
	}
	return (struct warden_address){ .version = 0 };
}

#endif /* WARDEN_ADDRESS_H */

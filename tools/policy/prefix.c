// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "prefix.h"

/* What an IPv4 address mapped into IPv6 begins with. */
static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void unmap(struct warden_prefix *p)
{
	if (!p->six || p->bits < 96 || memcmp(p->address, mapped, sizeof(mapped)))
		return;
	memmove(p->address, p->address + sizeof(mapped), 4);
	memset(p->address + 4, 0, sizeof(p->address) - 4);
	p->bits -= 96;
	p->six = false;
}

/* Clear what is past the prefix; true where something was there. */
static bool clear_rest(struct warden_prefix *p)
{
	bool cleared = false;
	unsigned int i;

	for (i = 0; i < sizeof(p->address); i++) {
		unsigned int keep = p->bits <= 8 * i ? 0 : p->bits - 8 * i;
		uint8_t mask = keep >= 8 ? 0xff : (uint8_t)(0xff00 >> keep);

		cleared = cleared || p->address[i] & ~mask;
		p->address[i] &= mask;
	}
	return cleared;
}

static bool read_address(struct warden_prefix *p, const char *text, size_t len)
{
	char address[INET6_ADDRSTRLEN];

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	memset(p->address, 0, sizeof(p->address));
	p->six = strchr(address, ':') != NULL;
	return inet_pton(p->six ? AF_INET6 : AF_INET, address, p->address) == 1;
}

void warden_prefix_parse(struct warden_prefix *p, struct warden_diags *d, const char *text,
			 struct warden_place at)
{
	size_t len = strcspn(text, "/");
	char right[WARDEN_PREFIX_TEXT];
	unsigned long bits, most;

	*p = (struct warden_prefix){ .at = at };
	if (!read_address(p, text, len)) {
		warden_diags_add(d, at,
				 "%.60s is no address; write one like 192.168.0.0/16 or fe80::/10",
				 text);
		return;
	}
	most = p->six ? 128 : 32;
	bits = text[len] ? strtoul(text + len + 1, NULL, 10) : most;
	if (bits > most) {
		warden_diags_add(d, at, "a prefix of %s has at most %lu bits", text, most);
		bits = most;
	}
	p->bits = (uint8_t)bits;
	unmap(p);
	if (clear_rest(p))
		warden_diags_add(d, at, "%s has bits behind its prefix; write %s", text,
				 warden_prefix_print(right, p));
}

struct warden_net warden_prefix_net(const struct warden_prefix *p)
{
	struct warden_net net = { { .version = p->six ? 6 : 4 }, p->bits };

	memcpy(net.first.bytes, p->address, sizeof(net.first.bytes));
	return net;
}

const char *warden_prefix_print(char to[WARDEN_PREFIX_TEXT], const struct warden_prefix *p)
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(p->six ? AF_INET6 : AF_INET, p->address, address, sizeof(address));
	snprintf(to, WARDEN_PREFIX_TEXT, "%s/%u", address, p->bits);
	return to;
}

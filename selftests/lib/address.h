/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of IPv4 and IPv6, as a socket is given them.
 */
#ifndef WARDEN_TEST_ADDRESS_H
#define WARDEN_TEST_ADDRESS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static inline socklen_t size_of(const union address *a)
{
	return a->any.sa_family == AF_INET ? sizeof(a->v4) : sizeof(a->v6);
}

static inline union address address_of(const char *text, uint16_t port)
{
	bool six = strchr(text, ':');
	union address a;

	memset(&a, 0, sizeof(a));
	a.any.sa_family = six ? AF_INET6 : AF_INET;
	a.v4.sin_port = htons(port); /* where sin6_port stands, too */
	inet_pton(a.any.sa_family, text, six ? (void *)&a.v6.sin6_addr : &a.v4.sin_addr);
	return a;
}

#endif /* WARDEN_TEST_ADDRESS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* What kinds of domains and of sockets there are, once for the module and the tools. */
#ifndef WARDEN_DOMAIN_H
#define WARDEN_DOMAIN_H

#include <linux/types.h>
#ifndef __KERNEL__
#include <stdbool.h>
#endif
#ifdef __KERNEL__
#include <uapi/linux/warden.h>
#else
#include <linux/warden.h>
#endif

/* What a rule may have sent to who holds a session that ends. */
#define WARDEN_RULE_SIGNALS (WARDEN_RULE_FLAG_KILL | WARDEN_RULE_FLAG_TERM | WARDEN_RULE_FLAG_FREEZE)

/**
 * warden_domain_has_object() - is it about what is executed or loaded?
 * @domain: enum warden_domain
 *
 * Return: true for exec, module, firmware and bpf.
 */
static inline bool warden_domain_has_object(__u32 domain)
{
	return (domain >= WARDEN_DOMAIN_EXEC && domain <= WARDEN_DOMAIN_FIRMWARE) ||
	       domain == WARDEN_DOMAIN_BPF;
}

/**
 * warden_domain_has_rules() - can a rule or a default be about it?
 * @domain: enum warden_domain
 *
 * Return: true for those a policy decides.
 */
static inline bool warden_domain_has_rules(__u32 domain)
{
	return (domain >= WARDEN_DOMAIN_SENSOR && domain <= WARDEN_DOMAIN_FIRMWARE) ||
	       domain == WARDEN_DOMAIN_PROTOCOL || domain == WARDEN_DOMAIN_DEBUG ||
	       domain == WARDEN_DOMAIN_AUTOLOAD || domain == WARDEN_DOMAIN_USB ||
	       domain == WARDEN_DOMAIN_EGRESS || domain == WARDEN_DOMAIN_BIND ||
	       domain == WARDEN_DOMAIN_BPF;
}

/**
 * warden_socket_is_common() - is it a socket that a system cannot do without?
 * @socket: enum warden_socket_class
 *
 * The default of the domain is not for these: what TCP and UDP do is judged where
 * they listen and connect, and without the others no address is found, no device
 * appears, no login is recorded and no policy loaded.
 *
 * Return: true if only a rule that denies closes it.
 */
static inline bool warden_socket_is_common(__u32 socket)
{
	return socket >= WARDEN_SOCKET_CLASS_UNIX && socket <= WARDEN_SOCKET_CLASS_NETLINK_AUDIT;
}

#endif /* WARDEN_DOMAIN_H */

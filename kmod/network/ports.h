/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PORTS_H
#define WARDEN_PORTS_H

#include <linux/bitops.h>
#include <linux/types.h>

#include "reach.h"

struct warden_rule;
struct warden_snapshot;

#define WARDEN_PORTS 65536u

/* Transports that have ports where TCP has them. */
enum warden_transport {
	WARDEN_TRANSPORT_TCP, /* MPTCP and SMC with it */
	WARDEN_TRANSPORT_UDP,
	WARDEN_TRANSPORT_UDPLITE,
	WARDEN_TRANSPORT_SCTP,
	WARDEN_TRANSPORT_DCCP,
	WARDEN_TRANSPORTS
};

/* Bits of a map: the ports of one transport after the other. */
#define WARDEN_PORT_BITS (WARDEN_TRANSPORTS * WARDEN_PORTS)

/**
 * struct warden_ports - ports that a policy lets nobody receive at
 * @stop: one bit per port where some layer lets nobody receive, or not from everywhere
 * @hard: one bit where that layer is enforced; NULL is @enforced for all
 * @ruled: one bit where a rule says so, and no default; NULL is none
 * @enforced: the layers that let nobody receive somewhere are enforced
 * @layers: how many @reach was made of
 * @kernels: it is about sockets of the kernel's own
 * @reach: for ports that can be received at from some places: which; NULL is none such
 * @kernel: the same for sockets of the kernel's own, at no less ports; NULL where whose socket
 *	    it is makes no difference
 *
 * A part of the struct warden_layers it was made of, and published with it. Each
 * map has WARDEN_PORT_BITS.
 */
struct warden_ports {
	unsigned long *stop;
	unsigned long *hard;
	unsigned long *ruled;
	bool enforced;
	u32 layers;
	bool kernels;
	struct warden_reach *reach;
	struct warden_ports *kernel;
};

/* Which bit of a map stands for a port. */
static inline u32 warden_port_bit(enum warden_transport transport, u16 port)
{
	return transport * WARDEN_PORTS + port;
}

/* What holds for a socket. */
static inline const struct warden_ports *warden_ports_of(const struct warden_ports *p, bool kernel)
{
	return kernel && p->kernel ? p->kernel : p;
}

/* The ports of which a packet is to be looked at: some socket may not receive it. */
static inline const unsigned long *warden_ports_watched(const struct warden_ports *p)
{
	return warden_ports_of(p, true)->stop;
}

/* Does the policy let nobody receive at this port? */
static inline bool warden_port_stops(const struct warden_ports *p, u32 bit)
{
	return test_bit(bit, p->stop);
}

/* Is that carried out, and not only recorded? */
static inline bool warden_port_is_hard(const struct warden_ports *p, u32 bit)
{
	return p->hard ? test_bit(bit, p->hard) : p->enforced;
}

/* Is a rule the ground, so that no opening helps? */
static inline bool warden_port_is_ruled(const struct warden_ports *p, u32 bit)
{
	return p->ruled && test_bit(bit, p->ruled);
}

enum warden_transport warden_ports_transport(u16 protocol);
u8 warden_ports_state(const struct warden_ports *ports, u32 bit,
		      const struct warden_origin *origin);
bool warden_ports_is_conditional(const struct warden_rule *rule);
bool warden_ports_tells_kernel(const struct warden_snapshot *snap, const struct warden_rule *rule);
bool warden_ports_is_about(const struct warden_rule *rule, enum warden_transport transport);
bool warden_ports_closes(const struct warden_snapshot *snap);
void warden_ports_mark(unsigned long *map, const struct warden_rule *rule, bool set);
int warden_ports_make(struct warden_layers *layers, struct netlink_ext_ack *extack);
void warden_ports_renew(struct warden_layers *layers);
void warden_ports_free(struct warden_ports *ports);
size_t warden_ports_size(const struct warden_ports *ports);
const struct warden_snapshot *warden_ports_closer(const struct warden_layers *layers,
						  enum warden_transport transport, u16 port,
						  const struct warden_origin *origin,
						  u32 *line);

#endif /* WARDEN_PORTS_H */

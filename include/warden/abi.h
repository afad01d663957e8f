/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and the module share in memory, fixed-width.
 *
 * struct warden_gate is the cheap filter in front of the module: it tells, by
 * device number alone, which character devices are known to be no sensor, and in
 * which domains, at which ports, or by which task, there is nothing to be asked. It
 * lives in the map of the programs' global data, which no other program can write to and which is
 * frozen against system calls; the module writes to it directly.
 */
#ifndef WARDEN_ABI_H
#define WARDEN_ABI_H

#ifndef __bpf__ /* where vmlinux.h has them */
#include <linux/types.h>
#endif

#define WARDEN_GATE_MAJORS	512	/* CHRDEV_MAJOR_MAX of fs/char_dev.c */
#define WARDEN_GATE_MINORS	256	/* minors told apart per major */
#define WARDEN_GATE_SLOTS	64	/* majors whose minors are told apart */

#define WARDEN_GATE_ASK		0	/* nothing is known of this major: ask the module */
#define WARDEN_GATE_FREE	255	/* no node of this major is a sensor */

/* What ports are told of: to listen at, to connect to, by TCP and by UDP. */
#define WARDEN_GATE_OPEN_LISTEN	    0
#define WARDEN_GATE_OPEN_CONNECT    1
#define WARDEN_GATE_OPEN_DOMAINS    2
#define WARDEN_GATE_OPEN_TCP	    0
#define WARDEN_GATE_OPEN_UDP	    1
#define WARDEN_GATE_OPEN_TRANSPORTS 2

/* How many tasks have a ticket at a time, and for how many ports each kind of question; powers of two. */
#define WARDEN_GATE_TICKETS 256
#define WARDEN_TICKET_PORTS 2
#define WARDEN_GATE_NO_TICKET (~0ull)

/**
 * struct warden_ticket - what a task was allowed a moment ago
 * @pid: its struct pid, which the module holds, so that none of another task comes at that address
 * @exec: how many programs it had executed by then
 * @pass: per domain and transport numbers of questions, each at the place of its port
 */
struct warden_ticket {
	__u64 pid;
	__u64 exec;
	__u64 pass[WARDEN_GATE_OPEN_DOMAINS][WARDEN_GATE_OPEN_TRANSPORTS][WARDEN_TICKET_PORTS];
};

/**
 * struct warden_gate - which character devices need not be asked about
 * @ticket: at the place of a task's number what it was allowed
 * @canary: non-zero while the module tries whether its hooks are called
 * @marked: processes that used a sensor and whose sending a policy has a rule for
 * @alarms: both at once
 * @sessions: open sessions; at 0 no descriptor can be a sensor's
 * @domains: bit mask of enum warden_domain, those in which a policy denies anything
 * @sockets: bit mask of enum warden_socket_class, those a policy denies to anybody
 * @debug: non-zero while some debug surface, what admits a USB device, or what starts a kernel may be closed
 * @local: non-zero while a policy names brokers at local sockets
 * @brokered: sockets that the module knows as connections to brokers, or as theirs
 * @ways: non-zero while a rule asks by which interface a socket speaks to others
 * @major: per major WARDEN_GATE_ASK, WARDEN_GATE_FREE, or 1 + an index into @minor
 * @pass: per domain and transport the number of a question about port 0; WARDEN_GATE_NO_TICKET where
 *	  no ticket counts, which with a port is the number of none, not even of an empty place
 * @open: per domain and transport a bit per port, set where it is denied to nobody
 * @minor: per slot a bit per minor, set where the node is known to be no sensor
 */
struct warden_gate {
	struct warden_ticket ticket[WARDEN_GATE_TICKETS]; /* first, where it is reached soonest */
	union {
		struct {
			__u32 canary;
			__u32 marked;
		};
		__u64 alarms;
	};
	__u32 sessions;
	__u32 domains;
	__u32 debug;
	__u32 local;
	__u32 brokered;
	__u32 ways; /* @sockets stands where 64-bit words are */
	__u64 sockets;
	__u64 pass[WARDEN_GATE_OPEN_DOMAINS][WARDEN_GATE_OPEN_TRANSPORTS];
	__u64 open[WARDEN_GATE_OPEN_DOMAINS][WARDEN_GATE_OPEN_TRANSPORTS][65536 / 64];
	__u8 major[WARDEN_GATE_MAJORS];
	__u64 minor[WARDEN_GATE_SLOTS][WARDEN_GATE_MINORS / 64];
};

#endif /* WARDEN_ABI_H */

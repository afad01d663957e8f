// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hooks a policy needs. What is asked nothing and measures nothing is not
 * attached: a program costs at each call of its hook, whatever it then does.
 */
#include <linux/bits.h>

#include "judge/decide.h"
#include "needs.h"
#include "network/ports.h"
#include "policy/snapshot.h"

#define HOOK(name) BIT_ULL(WARDEN_HOOK_##name)

/*
 * Whatever the policy says, sensors have sessions, which are told and counted, and
 * devices, file systems and identities are kept track of.
 */
#define ALWAYS                                                                                    \
	(HOOK(FILE_OPEN) | HOOK(FILE_RECEIVE) | HOOK(BPRM_CREDS) | HOOK(PTRACE_ACCESS) |           \
	 HOOK(NETLINK_SEND) | HOOK(PRCTL) | HOOK(SB_DELETE) | HOOK(DEVICE_ADD) | HOOK(DEVICE_DEL))

/* Where a domain is judged and measured, apart from those. */
static const u64 hooks_of[WARDEN_DOMAIN_RULES] = {
	[WARDEN_DOMAIN_SENSOR] = HOOK(INODE_MKDIR) | HOOK(LOCKED_DOWN),
	[WARDEN_DOMAIN_LISTEN] = HOOK(SOCKET_BIND) | HOOK(SOCKET_LISTEN) |
				 HOOK(SOCKET_ACCEPT),
	[WARDEN_DOMAIN_CONNECT] = HOOK(SOCKET_CONNECT) | HOOK(SOCKET_SENDMSG) | HOOK(SCTP_CONNECT),
	[WARDEN_DOMAIN_EXEC] = HOOK(BPRM_CHECK),
	[WARDEN_DOMAIN_MODULE] = HOOK(READ_FILE) | HOOK(LOAD_DATA) | HOOK(BPF_LOAD) |
				 HOOK(KERNEL_LOAD_DATA),
	[WARDEN_DOMAIN_FIRMWARE] = HOOK(READ_FILE) | HOOK(LOAD_DATA),
	[WARDEN_DOMAIN_PROTOCOL] = HOOK(SOCKET_CREATE) | HOOK(TUN_ATTACH),
	[WARDEN_DOMAIN_AUTOLOAD] = HOOK(MODULE_REQUEST),
	[WARDEN_DOMAIN_EGRESS] = HOOK(SOCKET_CONNECT) | HOOK(SOCKET_SENDMSG) | HOOK(TASK_NEW) |
				 HOOK(SCTP_CONNECT),
	[WARDEN_DOMAIN_BIND] = HOOK(SOCKET_BIND) | HOOK(SCTP_CONNECT),
	[WARDEN_DOMAIN_BPF] = HOOK(BPF_LOAD),
	[WARDEN_DOMAIN_DEBUG] = HOOK(BPRM_CHECK) | HOOK(READ_FILE) | HOOK(BPF) |
				HOOK(PERF_EVENT_OPEN) | HOOK(LOCKED_DOWN) |
				HOOK(KERNEL_LOAD_DATA) | HOOK(INODE_MKDIR),
};

/* Brokers: who connects to one, and when that is over. */
static u64 hooks_of_brokers(const struct warden_snapshot *snap)
{
	u64 hooks = hooks_of[WARDEN_DOMAIN_CONNECT] | HOOK(FILE_RELEASE);
	u32 i;

	for (i = 0; i < snap->nr_brokers; i++)
		if (snap->brokers[i].path[0])
			hooks |= HOOK(SOCKET_BIND) | HOOK(UNIX_CONNECT) | HOOK(UNIX_SEND);
	return snap->nr_brokers ? hooks : 0;
}

/* What came for a closed port by a way around the look at packets is asked for once more. */
static u64 hooks_of_ports(const struct warden_snapshot *snap)
{
	return snap->setup || warden_ports_closes(snap) ? HOOK(INET_REQUEST) : 0;
}

/* By which interface a socket speaks to others is kept where a rule asks. */
static u64 hooks_of_ways(const struct warden_snapshot *snap)
{
	u32 i;

	for (i = 0; i < snap->nr_rules; i++)
		if (snap->rules[i].pattern && (snap->rules[i].domain == WARDEN_DOMAIN_CONNECT ||
					       snap->rules[i].domain == WARDEN_DOMAIN_EGRESS))
			return HOOK(SOCKET_SETSOCKOPT);
	return 0;
}

/**
 * warden_needs_lock() - which hooks the lock of a device needs, beside what its maker's layer does
 *
 * It shuts the same domains whatever that layer says, and its rules are some of that layer's.
 *
 * Context: Any.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_needs_lock(void)
{
	u64 hooks = ALWAYS | HOOK(INET_REQUEST);
	u32 domain;

	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		if (warden_snapshot_shuts(domain))
			hooks |= hooks_of[domain];
	return hooks;
}

/**
 * warden_needs_of() - which hooks one layer needs
 * @snap: the layer
 *
 * A program that is named is started without what its environment would load
 * into it; see warden_kf_exec(). What is to lock the device in a moment has all it takes attached: to
 * attach it then may take as long as any task likes to stay in the kernel.
 *
 * Context: As long as @snap may be used.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_needs_of(const struct warden_snapshot *snap)
{
	u64 hooks = ALWAYS | (snap->nr_programs ? HOOK(BPRM_CHECK) : 0) |
		    (snap->nr_tampers ? warden_needs_lock() : 0) |
		    hooks_of_brokers(snap) | hooks_of_ways(snap) | hooks_of_ports(snap);
	u32 domain;

	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		if (warden_decide_touches(snap, domain))
			hooks |= hooks_of[domain];
	return hooks;
}

/**
 * warden_needs() - which hooks a policy needs
 * @layers: the policy
 *
 * Context: As long as @layers may be used.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_needs(const struct warden_layers *layers)
{
	u64 hooks = ALWAYS;
	u32 i;

	for (i = 0; i < layers->nr; i++)
		hooks |= warden_needs_of(layers->layer[i]);
	return hooks;
}

/**
 * warden_needs_quarantine() - which hooks it takes to keep a program from starting
 *
 * Context: Any.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_needs_quarantine(void)
{
	return HOOK(BPRM_CHECK);
}

/**
 * warden_needs_ear() - which hooks it takes to look at sockets by which a sensor is heard
 *
 * Context: Any.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_needs_ear(void)
{
	return HOOK(SOCKET_POST_CREATE);
}

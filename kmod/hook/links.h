/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_LINKS_H
#define WARDEN_LINKS_H

#include <linux/bits.h>
#include <linux/types.h>
#include <uapi/linux/warden.h>

/* The order of enum warden_hook. */
#define WARDEN_HOOKS (WARDEN_HOOK_INET_REQUEST + 1)

/* Hooks that nobody calls: the kernel has not loaded or was not built with what would, or another hook refuses it before. */
#define WARDEN_HOOKS_RARE (BIT_ULL(WARDEN_HOOK_SCTP_CONNECT) | BIT_ULL(WARDEN_HOOK_TUN_ATTACH) | \
			   BIT_ULL(WARDEN_HOOK_BPF_LOAD) | BIT_ULL(WARDEN_HOOK_INET_REQUEST) | \
			   BIT_ULL(WARDEN_HOOK_LOCKED_DOWN))

/**
 * enum warden_need - what can need a hook
 * @WARDEN_NEED_POLICY: the policy in force
 * @WARDEN_NEED_WAITING: the policy that comes back unless that one is confirmed
 * @WARDEN_NEED_SHADOW: the policy in shadow
 * @WARDEN_NEED_QUARANTINE: programs in quarantine
 * @WARDEN_NEED_EAR: something that makes sockets by which a sensor is heard (ear.h)
 * @WARDEN_NEED_TRIAL: the module's first look whether it is heard
 * @WARDEN_NEEDS: how many there are
 */
enum warden_need {
	WARDEN_NEED_POLICY,
	WARDEN_NEED_WAITING,
	WARDEN_NEED_SHADOW,
	WARDEN_NEED_QUARANTINE,
	WARDEN_NEED_EAR,
	WARDEN_NEED_TRIAL,
	WARDEN_NEEDS,
};

struct file;

int warden_links_lend(struct file *file);
int warden_links_need(enum warden_need who, u64 hooks);
void warden_links_follow(enum warden_need who, u64 hooks);
int warden_links_hold(u64 hooks, unsigned int ms);
void warden_links_release(void);
int warden_links_take(const int fds[WARDEN_HOOKS]);
void warden_links_drop(void);
u64 warden_links_attached(void);
u64 warden_links_wanted(void);

#endif /* WARDEN_LINKS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_NETFILTER_H
#define WARDEN_NETFILTER_H

#include <linux/types.h>

struct nf_hook_ops;

/**
 * struct warden_netfilter - hooks that stand in all networks or in none
 * @list: among those that stand
 * @ops: the hooks
 * @nr: how many
 */
struct warden_netfilter {
	struct list_head list;
	const struct nf_hook_ops *ops;
	unsigned int nr;
};

int warden_netfilter_init(void);
void warden_netfilter_exit(void);
int warden_netfilter_add(struct warden_netfilter *hooks);
void warden_netfilter_del(struct warden_netfilter *hooks);

#endif /* WARDEN_NETFILTER_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's netfilter hooks in every network there is, also one that is made later.
 *
 * The kernel tells of networks that come and go from its list of who wants to know
 * (register_pernet_subsys()). To be written, that list waits until all networks are
 * gone that somebody let go of at once; any user can make these many and slow to go. So
 * it is written when the module comes and goes, and never in a change: what hooks stand is
 * changed by a list of networks of our own.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "netfilter.h"

/**
 * struct network - one of them
 * @list: in @networks
 * @net: which; not held, as it is taken out when it goes
 */
struct network {
	struct list_head list;
	struct net *net;
};

/*
 * Protects the two lists. Nests locks of netfilter alone; those of the kernel for its list of
 * networks are taken outside of it, and never under it.
 */
static DEFINE_MUTEX(networks_lock);
static LIST_HEAD(networks);
static LIST_HEAD(standing);

static unsigned int network_id;

static void leave(struct net *net, const struct warden_netfilter *hooks)
{
	nf_unregister_net_hooks(net, hooks->ops, hooks->nr);
}

static int enter_all(struct net *net)
{
	struct warden_netfilter *hooks;
	int err;

	list_for_each_entry(hooks, &standing, list) {
		err = nf_register_net_hooks(net, hooks->ops, hooks->nr);
		if (err)
			goto err_leave;
	}
	return 0;

err_leave:
	list_for_each_entry_continue_reverse(hooks, &standing, list)
		leave(net, hooks);
	return err;
}

static int __net_init add_network(struct net *net)
{
	struct network *n = net_generic(net, network_id);
	int err;

	n->net = net;
	mutex_lock(&networks_lock);
	err = enter_all(net);
	if (!err)
		list_add(&n->list, &networks);
	mutex_unlock(&networks_lock);
	return err;
}

static void __net_exit del_network(struct net *net)
{
	struct network *n = net_generic(net, network_id);
	struct warden_netfilter *hooks;

	mutex_lock(&networks_lock);
	list_del(&n->list);
	list_for_each_entry(hooks, &standing, list)
		leave(net, hooks);
	mutex_unlock(&networks_lock);
}

static struct pernet_operations operations = {
	.init = add_network,
	.exit = del_network,
	.id = &network_id,
	.size = sizeof(struct network),
};

/**
 * warden_netfilter_add() - put hooks up in all networks
 * @hooks: which; they do not stand
 *
 * Context: Process context, sleeps; packets are in them before it returns.
 * Return: 0 or -ENOMEM, where they stand in none; packets may be in them still.
 */
int warden_netfilter_add(struct warden_netfilter *hooks)
{
	struct network *n;
	int err;

	mutex_lock(&networks_lock);
	list_for_each_entry(n, &networks, list) {
		err = nf_register_net_hooks(n->net, hooks->ops, hooks->nr);
		if (err)
			goto err_leave;
	}
	list_add_tail(&hooks->list, &standing);
	mutex_unlock(&networks_lock);
	return 0;

err_leave:
	list_for_each_entry_continue_reverse(n, &networks, list)
		leave(n->net, hooks);
	mutex_unlock(&networks_lock);
	return err;
}

/**
 * warden_netfilter_del() - take hooks down in all networks
 * @hooks: which; they stand
 *
 * Context: Process context, sleeps; packets may be in them still.
 */
void warden_netfilter_del(struct warden_netfilter *hooks)
{
	struct network *n;

	mutex_lock(&networks_lock);
	list_del(&hooks->list);
	list_for_each_entry(n, &networks, list)
		leave(n->net, hooks);
	mutex_unlock(&networks_lock);
}

/**
 * warden_netfilter_init() - learn of the networks
 *
 * Context: Process context, module init; waits for networks that go.
 * Return: 0 or -ENOMEM.
 */
int warden_netfilter_init(void)
{
	return register_pernet_subsys(&operations);
}

/**
 * warden_netfilter_exit() - learn of no more
 *
 * Context: Process context, module exit, no hooks stand; waits for networks that go.
 */
void warden_netfilter_exit(void)
{
	unregister_pernet_subsys(&operations);
}

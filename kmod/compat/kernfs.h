/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * With 6.15 the parent of a kernfs node came under RCU, by another name, and so did its
 * name. Kbuild looks for the parent and sets HAVE_KERNFS_RCU_PARENT.
 */
#ifndef WARDEN_COMPAT_KERNFS_H
#define WARDEN_COMPAT_KERNFS_H

#include <linux/kernfs.h>
#include <linux/rcupdate.h>

/* Under rcu_read_lock(): a node is freed a grace period after its last reference. */
static inline struct kernfs_node *warden_kernfs_parent(const struct kernfs_node *kn)
{
#ifdef HAVE_KERNFS_RCU_PARENT
	return rcu_dereference(kn->__parent);
#else
	return READ_ONCE(kn->parent);
#endif
}

/* In the same way, but that a name that cannot change has no need of it before. */
static inline const char *warden_kernfs_name(const struct kernfs_node *kn)
{
#ifdef HAVE_KERNFS_RCU_PARENT
	return rcu_dereference(kn->name);
#else
	return kn->name;
#endif
}

#endif /* WARDEN_COMPAT_KERNFS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory one open sensor file has mapped, and how it is taken away.
 *
 * unmap_mapping_range() works on an address space; with the inode's, a
 * withdrawal would take every other holder's memory too. So the file has one of
 * its own. A mapping its driver filled at mmap() stays away once zapped; where
 * the driver fills by faults, its vm operations are copied and the handler wrapped.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "session-mapping.h"

/* A driver's vm operations, copied, with a fault handler that ends with the session. */
struct vm_wrap {
	struct list_head node;
	const struct warden_mapping *of;
	const struct vm_operations_struct *orig;
	struct vm_operations_struct ops;
};

const struct address_space_operations warden_mapping_aops = {};

static vm_fault_t wrapped_fault(struct vm_fault *vmf)
{
	struct vm_wrap *wrap = container_of(vmf->vma->vm_ops, struct vm_wrap, ops);

	if (READ_ONCE(wrap->of->closed))
		return VM_FAULT_SIGBUS;
	return wrap->orig->fault(vmf);
}

static struct vm_wrap *find_wrap(struct warden_mapping *m, const struct vm_operations_struct *orig)
{
	struct vm_wrap *wrap;

	lockdep_assert_held(&m->lock);
	list_for_each_entry(wrap, &m->wraps, node)
		if (wrap->orig == orig)
			return wrap;
	wrap = kzalloc(sizeof(*wrap), GFP_KERNEL_ACCOUNT);
	if (!wrap)
		return NULL;
	wrap->of = m;
	wrap->orig = orig;
	wrap->ops = *orig;
	wrap->ops.fault = wrapped_fault;
	wrap->ops.map_pages = NULL;
	list_add(&wrap->node, &m->wraps);
	return wrap;
}

/* A driver that puts another file into the mapping (vma_set_file()) maps nothing of this one. */
static int wrap_faults(struct warden_mapping *m, const struct file *file, struct vm_area_struct *vma)
{
	struct vm_wrap *wrap;

	if (!vma->vm_ops || !vma->vm_ops->fault || vma->vm_file != file)
		return 0;
	mutex_lock(&m->lock);
	wrap = find_wrap(m, vma->vm_ops);
	mutex_unlock(&m->lock);
	if (!wrap)
		return -ENOMEM;
	vma->vm_ops = &wrap->ops;
	return 0;
}

/**
 * warden_mapping_init() - make an empty mapping, without allocating
 * @m: set up whole
 * @inode: the file's, which outlives it
 *
 * Context: Any.
 */
void warden_mapping_init(struct warden_mapping *m, struct inode *inode)
{
	INIT_LIST_HEAD(&m->wraps);
	mutex_init(&m->lock);
	m->closed = false;
	m->shared = NULL;
	address_space_init_once(&m->pages);
	m->pages.host = inode;
	m->pages.a_ops = &warden_mapping_aops;
	mapping_set_gfp_mask(&m->pages, GFP_HIGHUSER);
}

/**
 * warden_mapping_share() - have a mapping that is not its own
 * @m: set up, and nothing mapped by it
 * @pages: the inode's address space or the driver's, in which others may have mapped, too
 *
 * Context: Any.
 */
void warden_mapping_share(struct warden_mapping *m, struct address_space *pages)
{
	m->shared = pages;
}

/**
 * warden_mapping_exit() - free what a mapping holds
 * @m: nothing is mapped by it any more
 *
 * Context: Any.
 */
void warden_mapping_exit(struct warden_mapping *m)
{
	struct vm_wrap *wrap, *next;

	list_for_each_entry_safe(wrap, next, &m->wraps, node)
		kfree(wrap);
}

/**
 * warden_mapping_mmap() - have the driver map, and keep the means to take it away
 * @m: the file's
 * @ops: the driver's operations, which can mmap
 * @file: the file, whose f_mapping is @m's or shared
 * @vma: being made
 *
 * Context: Under the write lock of the caller's mm, from mmap().
 * Return: 0, -ENOMEM, -EACCES where @m was closed meanwhile, or the driver's errno.
 */
int warden_mapping_mmap(struct warden_mapping *m, const struct file_operations *ops,
			struct file *file, struct vm_area_struct *vma)
{
	int err;

	err = ops->mmap(file, vma);
	if (err)
		return err;
	err = wrap_faults(m, file, vma);
	if (!err && READ_ONCE(m->closed))
		err = -EACCES;
	if (err && vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	return err;
}

/**
 * warden_mapping_close() - let no memory in any more
 * @m: the mapping
 *
 * What is mapped already stays until warden_mapping_zap().
 *
 * Context: Any.
 */
void warden_mapping_close(struct warden_mapping *m)
{
	WRITE_ONCE(m->closed, true);
}

/**
 * warden_mapping_zap() - take all mapped memory away from whoever has it
 * @m: closed
 *
 * An mmap() that is under way and is not linked yet must be waited for before.
 *
 * Context: Process context, sleeps.
 */
void warden_mapping_zap(struct warden_mapping *m)
{
	unmap_mapping_range(m->shared ?: &m->pages, 0, 0, 1);
}

/**
 * warden_mapping_stands() - is there a mapping of this file in some process?
 * @m: the mapping
 *
 * It stands until its holder unmaps it or dies, zapped or not. In an address space that is
 * shared only what was mapped through us leads to us; whether that is gone is not known.
 *
 * Context: Any.
 * Return: true if there is.
 */
bool warden_mapping_stands(const struct warden_mapping *m)
{
	if (m->shared)
		return !list_empty(&m->wraps);
	return mapping_mapped((struct address_space *)&m->pages);
}

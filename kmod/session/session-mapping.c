// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory one open sensor file has mapped, and how it is taken away.
 *
 * unmap_mapping_range() works on an address space; with the inode's, a
 * withdrawal would take every other holder's memory too. So the file has one of
 * its own. A mapping its driver filled at mmap() stays away once zapped; where
 * the driver fills by faults, its vm operations are copied and the handler wrapped.
 */
#include <linux/file.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "session-mapping.h"

/*
 * A driver's vm operations, copied, with ways in that end with the session. @held: the session's file,
 * of which a mapping has a reference where the driver gave it another file; else NULL.
 */
struct vm_wrap {
	struct list_head node;
	const struct warden_mapping *of;
	struct file *held;
	const struct vm_operations_struct *orig;
	struct vm_operations_struct ops;
};

const struct address_space_operations warden_mapping_aops = {};

static struct vm_wrap *wrap_of(const struct vm_area_struct *vma)
{
	return container_of(vma->vm_ops, struct vm_wrap, ops);
}

static vm_fault_t wrapped_fault(struct vm_fault *vmf)
{
	struct vm_wrap *wrap = wrap_of(vmf->vma);

	if (READ_ONCE(wrap->of->closed))
		return VM_FAULT_SIGBUS;
	return wrap->orig->fault(vmf);
}

static vm_fault_t wrapped_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct vm_wrap *wrap = wrap_of(vmf->vma);

	if (READ_ONCE(wrap->of->closed))
		return VM_FAULT_SIGBUS;
	return wrap->orig->huge_fault(vmf, order);
}

/* Of who looks by the process's memory, which takes no page of it. */
static int wrapped_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len, int write)
{
	struct vm_wrap *wrap = wrap_of(vma);

	if (READ_ONCE(wrap->of->closed))
		return -EIO;
	return wrap->orig->access(vma, addr, buf, len, write);
}

static void holding_open(struct vm_area_struct *vma)
{
	struct vm_wrap *wrap = wrap_of(vma);

	get_file(wrap->held);
	if (wrap->orig->open)
		wrap->orig->open(vma);
}

static void holding_close(struct vm_area_struct *vma)
{
	struct vm_wrap *wrap = wrap_of(vma);

	if (wrap->orig->close)
		wrap->orig->close(vma);
	fput(wrap->held); /* the last of which frees the wrap */
}

static void fill_wrap(struct vm_wrap *wrap)
{
	wrap->ops = *wrap->orig;
	wrap->ops.map_pages = NULL;
	if (wrap->orig->fault)
		wrap->ops.fault = wrapped_fault;
	if (wrap->orig->huge_fault)
		wrap->ops.huge_fault = wrapped_huge_fault;
	if (wrap->orig->access)
		wrap->ops.access = wrapped_access;
	if (wrap->held) {
		wrap->ops.open = holding_open;
		wrap->ops.close = holding_close;
	}
}

static struct vm_wrap *find_wrap(struct warden_mapping *m, const struct vm_operations_struct *orig,
				 struct file *held)
{
	struct vm_wrap *wrap;

	lockdep_assert_held(&m->lock);
	list_for_each_entry(wrap, &m->wraps, node)
		if (wrap->orig == orig && wrap->held == held)
			return wrap;
	wrap = kzalloc(sizeof(*wrap), GFP_KERNEL_ACCOUNT);
	if (!wrap)
		return NULL;
	wrap->of = m;
	wrap->orig = orig;
	wrap->held = held;
	fill_wrap(wrap);
	list_add(&wrap->node, &m->wraps);
	return wrap;
}

static bool has_ways_in(const struct vm_operations_struct *ops)
{
	return ops && (ops->fault || ops->huge_fault || ops->access);
}

/* A buffer of somebody else's, which ends with its own source. */
static bool is_buffer(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == DMA_BUF_MAGIC;
}

static int wrap_faults(struct warden_mapping *m, struct file *held, struct vm_area_struct *vma)
{
	struct vm_wrap *wrap;

	mutex_lock(&m->lock);
	wrap = find_wrap(m, vma->vm_ops, held);
	mutex_unlock(&m->lock);
	if (!wrap)
		return -ENOMEM;
	if (held)
		get_file(held);
	vma->vm_ops = &wrap->ops;
	return 0;
}

/*
 * Some drivers of screens put another file into the mapping (vma_set_file()), so that it does not
 * hold theirs: it holds the session instead. Memory that cannot be taken back is not given.
 */
static int wrap_other_file(struct warden_mapping *m, struct file *file, struct vm_area_struct *vma)
{
	if (is_buffer(vma->vm_file))
		return 0;
	if (vma->vm_ops && vma->vm_file->f_mapping == (m->shared ?: &m->pages))
		return wrap_faults(m, file, vma);
	pr_notice_ratelimited("warden: memory of %pd was not mapped, as its driver maps it so that it could not be taken back\n",
			      file->f_path.dentry);
	return -EACCES;
}

static int wrap(struct warden_mapping *m, struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_file != file)
		return wrap_other_file(m, file, vma);
	return has_ways_in(vma->vm_ops) ? wrap_faults(m, NULL, vma) : 0;
}

/*
 * A page that the kernel holds for its user (vmsplice(), a registered buffer of an io_uring, direct I/O) stays
 * where it was put when the mapping is zapped, and shows what the device writes next. Of memory of a device none is
 * held (check_vma_flags()). The way that looks at the page table alone leaves pages of no file to that one, where
 * the kernel has memory that is secret (CONFIG_SECRETMEM, gup_fast_folio_allowed()).
 */
static void refuse_pins(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_IO);
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

	refuse_pins(vma);
	err = ops->mmap(file, vma);
	if (err)
		return err;
	err = wrap(m, file, vma);
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

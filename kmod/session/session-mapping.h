/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SESSION_MAPPING_H
#define WARDEN_SESSION_MAPPING_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>

/**
 * struct warden_mapping - what one open file has mapped, apart from all other files
 * @pages: takes the place of the inode's address space in file->f_mapping
 * @wraps: copies of the driver's vm operations, under @lock; freed with the mapping
 * @lock: protects @wraps; taken under an mm's lock, nests nothing
 * @closed: no fault brings memory any more; set once
 * @shared: the address space that @pages did not take the place of; NULL where it did
 */
struct warden_mapping {
	struct address_space pages;
	struct list_head wraps;
	struct mutex lock;
	bool closed;
	struct address_space *shared;
};

extern const struct address_space_operations warden_mapping_aops;

/* Is this the address space of a session? */
static inline bool warden_mapping_is(const struct address_space *pages)
{
	return pages->a_ops == &warden_mapping_aops;
}

void warden_mapping_init(struct warden_mapping *m, struct inode *inode);
void warden_mapping_share(struct warden_mapping *m, struct address_space *pages);
void warden_mapping_exit(struct warden_mapping *m);
int warden_mapping_mmap(struct warden_mapping *m, const struct file_operations *ops,
			struct file *file, struct vm_area_struct *vma);
void warden_mapping_close(struct warden_mapping *m);
void warden_mapping_zap(struct warden_mapping *m);
bool warden_mapping_stands(const struct warden_mapping *m);

#endif /* WARDEN_SESSION_MAPPING_H */

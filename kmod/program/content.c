// SPDX-License-Identifier: GPL-2.0-only
/*
 * The digest of a file's content, and whose word is taken that the content is still that.
 */
#include <linux/backing-dev.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/init_task.h>
#include <linux/magic.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <crypto/hash.h>

#include "content.h"
#include "sha256.h"

#define READ_BYTES 65536

#define OCFS2_MAGIC OCFS2_SUPER_MAGIC
#define GFS2_MAGIC  0x01161970 /* uapi/linux/gfs2_ondisk.h */
#define UBIFS_MAGIC 0x24051905 /* fs/ubifs/ubifs.h */

static const struct cred *cred; /* the kernel's: the policy must be able to read every file */

/*
 * The kernel can vouch for what it keeps in memory or on a device that is its
 * own. A file system whose content another machine, a user space server or the
 * mounter can change behind its back tells of no change in time, or lies. A
 * list of what is vouched for, so that a kind nobody thought of is not.
 */
bool warden_content_is_vouched_for(const struct super_block *sb)
{
	if (sb->s_iflags & (SB_I_UNTRUSTED_MOUNTER | SB_I_IMA_UNVERIFIABLE_SIGNATURE))
		return false;

	switch (sb->s_magic) {
	case OCFS2_MAGIC:
	case GFS2_MAGIC:
		return false;
	case TMPFS_MAGIC:
	case RAMFS_MAGIC:
	case UBIFS_MAGIC:
	case BTRFS_SUPER_MAGIC:
		return true;
	default:
		return sb->s_bdev || sb->s_mtd;
	}
}

/*
 * Where nothing is written back (tmpfs, ramfs), a page of a shared mapping that
 * was read first is writable without a fault: the content changes, and neither
 * cookie nor change time does.
 */
bool warden_content_tells_changes(const struct super_block *sb)
{
	return sb->s_bdi->capabilities & BDI_CAP_WRITEBACK;
}

/* fs-verity's digest binds the content for as long as the file exists. */
bool warden_content_verity(struct inode *inode, struct warden_digest *digest)
{
	u8 raw[FS_VERITY_MAX_DIGEST_SIZE];
	enum hash_algo algo;

	if (!IS_VERITY(inode) || !fsverity_get_digest(inode, raw, NULL, &algo) ||
	    algo != HASH_ALGO_SHA256)
		return false;
	digest->alg = WARDEN_DIGEST_ALG_FSVERITY_SHA256;
	memcpy(digest->bytes, raw, sizeof(digest->bytes));
	return true;
}

/*
 * A file in memory is read without a sleep, as long as it is large; and who lets a hook go waits, with the lock
 * that each policy needs, until all tasks have slept. cond_resched_tasks_rcu_qs() would tell it to the grace period
 * of programs that sleep, too, and whoever is in one and is preempted while it does is told of twice.
 */
static int hash_pieces(struct file *file, struct shash_desc *desc, void *piece)
{
	loff_t pos = 0;
	ssize_t n;
	int ret;

	while ((n = kernel_read(file, piece, READ_BYTES, &pos)) > 0) {
		ret = crypto_shash_update(desc, piece, n);
		if (ret)
			return ret;
		if (fatal_signal_pending(current))
			return -EINTR;
		rcu_tasks_classic_qs(current, false);
		cond_resched();
	}
	return n;
}

static int hash_content(struct file *file, struct warden_digest *digest)
{
	SHASH_DESC_ON_STACK(desc, warden_sha256_tfm());
	void *piece = kvmalloc(READ_BYTES, GFP_KERNEL);
	int ret;

	if (!piece)
		return -ENOMEM;
	desc->tfm = warden_sha256_tfm();
	ret = crypto_shash_init(desc);
	if (!ret)
		ret = hash_pieces(file, desc, piece);
	if (!ret)
		ret = crypto_shash_final(desc, digest->bytes);
	shash_desc_zero(desc);
	kvfree(piece);
	digest->alg = WARDEN_DIGEST_ALG_SHA256;
	return ret;
}

/* The file as it is where it can be read, else its path opened once more. */
static struct file *open_for_read(struct file *file)
{
	if (file->f_mode & FMODE_READ && file->f_mode & FMODE_CAN_READ &&
	    !(file->f_flags & O_DIRECT))
		return get_file(file);
	return dentry_open(&file->f_path, O_RDONLY | O_LARGEFILE | O_NOATIME, cred);
}

int warden_content_digest(struct file *file, struct warden_digest *digest)
{
	struct file *readable = open_for_read(file);
	int ret;

	if (IS_ERR(readable))
		return PTR_ERR(readable);
	ret = hash_content(readable, digest);
	fput(readable);
	return ret;
}

int warden_content_init(void)
{
	cred = prepare_kernel_cred(&init_task);
	return cred ? 0 : -ENOMEM;
}

void warden_content_exit(void)
{
	put_cred(cred);
}

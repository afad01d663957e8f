/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CONTENT_H
#define WARDEN_CONTENT_H

#include <linux/types.h>
#include <uapi/linux/warden.h>
#include <warden/chain.h>

struct file;
struct inode;
struct super_block;

/**
 * warden_content_init() - get ready to read files
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_content_init(void);

/**
 * warden_content_exit() - undo warden_content_init()
 *
 * Context: Process context; nobody may be asking any more.
 */
void warden_content_exit(void);

/**
 * warden_content_is_vouched_for() - can content change behind the back of a file system?
 * @sb: the file system
 *
 * Context: Any.
 * Return: true where the kernel alone can change it.
 */
bool warden_content_is_vouched_for(const struct super_block *sb);

/**
 * warden_content_tells_changes() - does a file's version change with each change of its content?
 * @sb: its file system
 *
 * Context: Any.
 * Return: false where a mapping can change it untold.
 */
bool warden_content_tells_changes(const struct super_block *sb);

/**
 * warden_content_verity() - the digest fs-verity has of a file
 * @inode: the file
 * @digest: filled in where there is one of SHA-256
 *
 * Context: Process context, does not sleep.
 * Return: true where there is one.
 */
bool warden_content_verity(struct inode *inode, struct warden_digest *digest);

/**
 * warden_content_digest() - read a file and make the digest of its content
 * @file: the file; where it cannot be read, its path is opened once more
 * @digest: filled in, SHA-256
 *
 * Context: Process context, sleeps. The caller has denied writing.
 * Return: 0, -ENOMEM, -EINTR where the caller is to die, or why it cannot be read.
 */
int warden_content_digest(struct file *file, struct warden_digest *digest);

#endif /* WARDEN_CONTENT_H */

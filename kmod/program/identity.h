/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_IDENTITY_H
#define WARDEN_IDENTITY_H

#include <linux/types.h>
#include <uapi/linux/warden.h>
#include <warden/chain.h>

struct file;
struct super_block;
struct task_struct;

/**
 * struct warden_identity - what a file's content is
 * @reason: WARDEN_REASON_NONE where @digest can be relied on, else why not:
 *	    WARDEN_REASON_PROGRAM_UNREADABLE, WARDEN_REASON_PROGRAM_WRITABLE or
 *	    WARDEN_REASON_NO_MEMORY
 * @unproven: of a running program: others than root could have changed it since it was started,
 *	      which has a sensor refused to it where a policy names it; see warden_start_is_proven()
 * @run: warden_command_of() a program that was started from the file; 0 is not known
 * @version: number of what is kept of the file's version, never that of another; 0 where
 *	     nothing is
 * @digest: digest of the content: fs-verity's where the file has one, else SHA-256
 */
struct warden_identity {
	u8 reason;
	bool unproven;
	u64 run;
	u64 version;
	struct warden_digest digest;
};

/**
 * warden_identity_init() - set up the cache of digests
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int warden_identity_init(void);

/**
 * warden_identity_exit() - drop the cache
 *
 * Context: Process context; nobody may be asking any more.
 */
void warden_identity_exit(void);

/**
 * warden_identity_of_file() - what a file's content is, from the cache where it is unchanged
 * @file: an open file; need not be open for reading
 * @id: filled in, also on failure
 *
 * A digest is kept per file version (device, inode, generation, change cookie,
 * change time and size). It is neither made nor taken from the cache while
 * somebody holds the file open for writing; writing is denied (ETXTBSY) while it
 * is made. It is not kept where the file system has no change cookie and the
 * file changed so lately that another change could carry the same time, nor
 * where a mapping can change the content untold (tmpfs). Files of file systems
 * the kernel cannot vouch for (FUSE, network, cluster, mounted by an untrusted
 * user) and files that are not regular are WARDEN_REASON_PROGRAM_UNREADABLE.
 *
 * exec and kernel_read_file() themselves refuse a file that is open for writing
 * (ETXTBSY) and deny writing from then on, but look at the inode they opened.
 * WARDEN_REASON_PROGRAM_WRITABLE is what remains: a program or module on
 * overlayfs whose file in a layer below is written, before it is opened or while
 * it runs. (6.11, and 6.12 before its second update, start any such file.)
 *
 * Context: Process context, may sleep (reads the file on a miss).
 * Return: 0, or -EACCES with @id->reason set.
 */
int warden_identity_of_file(struct file *file, struct warden_identity *id);

/**
 * warden_identity_is_loose() - may a program be another than its file says?
 * @file: what it was started from, or is about to be
 *
 * Context: Any.
 * Return: true for a file on an overlay that a user mounted.
 */
bool warden_identity_is_loose(const struct file *file);

/**
 * warden_identity_of_program() - what the content is of the file that a program runs
 * @exe: the file it was started from
 * @id: filled in, also on failure
 *
 * As warden_identity_of_file(), but a file that is loose tells nothing of who runs it.
 *
 * Context: Process context, may sleep (reads the file on a miss).
 * Return: 0, or -EACCES with @id->reason set.
 */
int warden_identity_of_program(struct file *exe, struct warden_identity *id);

/**
 * warden_identity_exe() - the file the current task runs
 *
 * Context: Process context.
 * Return: the file with a reference, or NULL for a kernel thread.
 */
struct file *warden_identity_exe(void);

/**
 * warden_identity_exe_of() - the file another task runs
 * @task: the task
 *
 * Context: Process context, does not sleep; takes the task's alloc_lock.
 * Return: the file with a reference, or NULL for a kernel thread, or a task that has ended.
 */
struct file *warden_identity_exe_of(struct task_struct *task);

/**
 * warden_identity_of_current() - what the program is that the current task runs
 * @id: filled in, also on failure
 *
 * Kernel threads have no program: WARDEN_REASON_PROGRAM_UNREADABLE.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EACCES with @id->reason set.
 */
int warden_identity_of_current(struct warden_identity *id);

/**
 * warden_identity_peek() - the same without reading it
 * @exe: the file it was started from
 * @id: filled in, also on failure
 *
 * Context: Process context, does not sleep.
 * Return: 0 where it was measured since its last change; -EACCES with @id->reason set.
 */
int warden_identity_peek(const struct file *exe, struct warden_identity *id);

/**
 * warden_identity_known() - what the program is that the current task runs, without reading it
 * @id: filled in, also on failure
 *
 * Knows what was measured since its last change: when it was started, mostly. A
 * program that was started before Warden is WARDEN_REASON_PROGRAM_UNREADABLE.
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -EACCES with @id->reason set.
 */
int warden_identity_known(struct warden_identity *id);

/**
 * warden_identity_is_version() - is the current program what it was found to be before?
 * @version: of what it was found to be
 *
 * As cheap as it can be told: no digest is copied.
 *
 * Context: Process context, does not sleep.
 * Return: true if that is still kept of its file, which nobody has open for writing.
 */
bool warden_identity_is_version(u64 version);

/**
 * warden_identity_let_pass() - keep a number with the digest of the current program
 * @number: not 0; may take the place of another one
 * @digest: what the program was judged as; where its file is another by now, nothing is kept
 *
 * It goes with the digest: as soon as the file changes, is open for writing, or is another.
 *
 * Context: Process context, does not sleep.
 * Return: true if it is kept.
 */
bool warden_identity_let_pass(u64 number, const struct warden_digest *digest);

/**
 * warden_identity_passes() - is a number kept with the digest of the current program?
 * @number: not 0
 *
 * Context: Process context, does not sleep.
 * Return: true if it is.
 */
bool warden_identity_passes(u64 number);

/**
 * warden_identity_stays() - can the content of the current program not change while it runs?
 *
 * What the kernel denies to everybody to write as long as somebody runs it. Not so what runs from an overlay,
 * whose file below can be written, nor what is started although somebody writes to it (6.11, and 6.12
 * before its second update; where a daemon fills files in as they are read).
 *
 * Context: Process context, does not sleep.
 * Return: true if it cannot.
 */
bool warden_identity_stays(void);

/**
 * warden_identity_path() - the path of the current task's executable, for people
 * @buf: where to put it
 * @size: bytes of @buf, at least 16
 *
 * Context: Process context.
 * Return: a NUL-terminated string inside @buf; "kernel" for a kernel thread.
 */
const char *warden_identity_path(char *buf, int size);

/**
 * warden_identity_path_of() - the same for another task
 * @task: the task
 * @buf: where to put it
 * @size: bytes of @buf, at least 16
 *
 * Context: Process context.
 * Return: a NUL-terminated string inside @buf; "kernel" for a kernel thread.
 */
const char *warden_identity_path_of(struct task_struct *task, char *buf, int size);

/**
 * warden_identity_forget() - drop what is kept of a file system
 * @sb: the file system; NULL is all
 *
 * For unmounting: an image that was changed while it was not mounted can come
 * back with the same device number, inode numbers and versions.
 *
 * Context: Process context; takes the cache's lock, does not sleep.
 */
void warden_identity_forget(const struct super_block *sb);

#endif /* WARDEN_IDENTITY_H */

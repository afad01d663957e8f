/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DEBUG_H
#define WARDEN_DEBUG_H

#include <linux/types.h>
#include <uapi/linux/warden.h>

struct dentry;
struct file;
struct inode;
struct mm_struct;
struct task_struct;
struct warden_gate;

/**
 * struct warden_debug_holder - a process that may have files of debug surfaces
 * @task: its first thread
 * @mm: its memory, to be compared
 * @exe: the file it runs, to be compared
 */
struct warden_debug_holder {
	struct task_struct *task;
	const struct mm_struct *mm;
	const struct inode *exe;
};

/* debug-surface.c: what is asked for, and whether it is closed to who asks. */
u32 warden_debug_of_file(const struct file *file);
u32 warden_debug_of_held(const struct file *file, const struct warden_debug_holder *holder);
u32 warden_debug_of_directory(const struct dentry *dentry);
bool warden_debug_is_traced_by_another(const struct file *program);
int warden_debug_judge(u32 surface, bool may_sleep);
int warden_debug_judge_ptrace(const struct task_struct *task);
int warden_debug_judge_file(u32 surface);
int warden_debug_hibernates(void);

/* debug-older.c: what was set up before one was closed. */
void warden_debug_search(u32 closed, u32 *count);

/* debug-ending.c: files of one that was closed to who has them. */
u32 warden_debug_end(const struct warden_debug_holder *holder, u32 surface, u32 *left, unsigned int *ms);
void warden_debug_hand_back(void);
void warden_debug_init_ending(void);

/* debug.c: what is open for a time, and what the kernel is told of it. */
const char *warden_debug_word(u32 surface);
bool warden_debug_asked(void);
bool warden_debug_excepted(u32 surface);
u32 warden_debug_state(u32 surface, u32 *seconds);
u32 warden_debug_older(u32 surface);
int warden_debug_open(u32 surface, u32 seconds);
int warden_debug_close(u32 surface);
void warden_debug_close_all(void);
void warden_debug_refresh(void);
void warden_debug_watch(struct warden_gate *to);
void warden_debug_init(void);
void warden_debug_exit(void);

#endif /* WARDEN_DEBUG_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SESSION_H
#define WARDEN_SESSION_H

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/types.h>
#include "device/inventory.h"
#include "judge/decide.h"

struct task_struct;
struct warden_answer;
struct warden_request;

/**
 * struct warden_session_info - an open session, copied
 * @id: number since the module was loaded
 * @since: boot-time clock, in ns
 * @pid: thread group that opened it, in the initial pid namespace, also once it is gone; 0 where nobody knows
 * @line: line of the rule that allowed it
 * @class: enum warden_sensor_class
 * @mapped: a mapping of the device's memory stands
 * @has_receipt: @receipt is set
 * @receipt: the consent it rests on
 * @program: label of the program
 * @topology: topology name of the device
 * @node: name of the device below /dev
 */
struct warden_session_info {
	u64 id;
	u64 since;
	u32 pid;
	u32 line;
	u32 class;
	bool mapped;
	bool has_receipt;
	u8 receipt[WARDEN_RECEIPT_SIZE];
	char program[WARDEN_PATH_MAX + 1];
	char topology[WARDEN_TOPOLOGY_MAX + 1];
	char node[32];
};

int warden_session_init(void);
void warden_session_exit(void);
void warden_session_watch(struct warden_gate *gate);
int warden_session_prepare(struct file *file);
u32 warden_session_keeps(const struct file *file);
void warden_session_inherit(void);
int warden_session_receive(struct file *file);
void warden_session_mark_holders(void);
int warden_session_hibernate(void);
int warden_session_peek(struct task_struct *task);
void warden_session_shroud(void);
int warden_session_unshroud(void);
int warden_session_meet(struct file *file, const struct warden_request *req,
			struct warden_answer *answer);
void warden_session_search(void);
unsigned int warden_session_review(u32 reason, u64 since, u64 *took);
unsigned int warden_session_end_each(u32 reason, u64 since, u64 *took);
void warden_session_end_all(u32 reason);
void warden_session_let_go(void);
unsigned int warden_session_left(void);
void warden_session_kick(struct task_struct *t, gfp_t gfp);
const struct file_operations *warden_session_dead(void);
int warden_session_get(u64 id, struct warden_session_info *info);
bool warden_session_rests_on(const u8 receipt[WARDEN_RECEIPT_SIZE]);
unsigned int warden_session_count(void);
unsigned int warden_session_count_device(u64 key);

/* Of a file between its open hook and its open. */
extern const struct file_operations warden_session_prepared;

/**
 * warden_session_try_prepare() - have an open of a sensor decided, and made a session
 * @file: the file, in its open hook: its operations are those of its inode
 *
 * The verdict is given when the open reaches the file's operations, which is
 * where the session that rests on it begins.
 *
 * Context: Process context, from the open hook.
 * Return: true; false where the module is going.
 */
static inline bool warden_session_try_prepare(struct file *file)
{
	if (unlikely(!try_module_get(THIS_MODULE)))
		return false;
	if (file->f_op->owner)
		fops_put(file->f_op);
	file->f_op = &warden_session_prepared;
	return true;
}

#endif /* WARDEN_SESSION_H */

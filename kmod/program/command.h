/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_COMMAND_H
#define WARDEN_COMMAND_H

#include <linux/types.h>

struct file;
struct linux_binprm;
struct warden_digest;
struct warden_command;

void warden_command_note(struct linux_binprm *bprm, const struct warden_digest *digest);
u64 warden_command_of(const struct file *exe);
bool warden_command_find(u64 run, struct warden_command *command);
u64 warden_command_hold(u64 run);
void warden_command_put(u64 run);
bool warden_command_alike(u64 a, u64 b);
void warden_command_forget(void);

#endif /* WARDEN_COMMAND_H */

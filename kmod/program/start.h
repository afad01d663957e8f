/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_START_H
#define WARDEN_START_H

#include <linux/types.h>

struct file;
struct linux_binprm;

bool warden_start_is_led(void);
void warden_start_securely(struct linux_binprm *bprm);
bool warden_start_is_proven(const struct file *exe);

#endif /* WARDEN_START_H */

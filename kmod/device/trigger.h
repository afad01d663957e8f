/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_TRIGGER_H
#define WARDEN_TRIGGER_H

struct dentry;

int warden_trigger_judge(const struct dentry *dentry);

#endif /* WARDEN_TRIGGER_H */

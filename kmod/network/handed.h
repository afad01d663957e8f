/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_HANDED_H
#define WARDEN_HANDED_H

struct file;

int warden_handed_receive(struct file *file);
void warden_handed_inherit(void);

#endif /* WARDEN_HANDED_H */

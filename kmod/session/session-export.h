/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SESSION_EXPORT_H
#define WARDEN_SESSION_EXPORT_H

#include <linux/types.h>

struct file;
struct warden_buffers;
struct warden_identity;
struct warden_session;

bool warden_export_is(const struct file *file);
int warden_export_receive(void);
int warden_export_keep(const struct warden_identity *identity);
void warden_export_end(const struct warden_session *s, const struct warden_buffers *buffers);

#endif /* WARDEN_SESSION_EXPORT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SESSION_EXPORT_H
#define WARDEN_SESSION_EXPORT_H

#include <linux/types.h>
#include <linux/xarray.h>

struct file;
struct warden_buffers;
struct warden_identity;
struct warden_session;

/**
 * struct warden_exports - cameras that end together, of which anything may have been exported
 * @privs: what their queues' allocators know their buffers by; only compared
 * @openers: thread groups that had one, which are held by its session
 */
struct warden_exports {
	struct xarray privs;
	struct xarray openers;
};

bool warden_export_is(const struct file *file);
int warden_export_receive(void);
int warden_export_keep(const struct warden_identity *identity);
int warden_export_ask(const struct file *file);
void warden_export_init(struct warden_exports *exports);
void warden_export_add(struct warden_exports *exports, const struct warden_session *s,
		       const struct warden_buffers *buffers);
void warden_export_end(struct warden_exports *exports, unsigned int *left);

#endif /* WARDEN_SESSION_EXPORT_H */

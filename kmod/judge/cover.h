/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_COVER_H
#define WARDEN_COVER_H

#include <linux/types.h>

struct warden_snapshot;

int warden_cover_narrows(const struct warden_snapshot *below, const struct warden_snapshot *above,
			 u32 *line, u32 *domain);
int warden_cover_renewal(const struct warden_snapshot *before, const struct warden_snapshot *after,
			 u32 *line);
int warden_cover_safety(const struct warden_snapshot *maker, const struct warden_snapshot *layer,
			u32 *line);

#endif /* WARDEN_COVER_H */

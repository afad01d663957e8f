/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_LAYERS_H
#define WARDEN_LAYERS_H

#include "snapshot.h"

int warden_layers_init(bool observe);
void warden_layers_exit(void);
const struct warden_layers *warden_layers_get_rcu(void);
const struct warden_snapshot *warden_layers_seek(const struct warden_layers *layers,
						 u32 (*find)(const struct warden_snapshot *snap, u32 at),
						 u64 *cursor);
struct warden_layers *warden_layers_copy(void);
void warden_layers_put(struct warden_layers *layers, u8 layer, struct warden_snapshot *snap);
struct warden_snapshot *warden_layers_find(const struct warden_layers *layers, u8 layer);
void warden_layers_lock(struct warden_layers *layers, struct warden_snapshot *lock);
struct warden_layers *warden_layers_publish(struct warden_layers *layers);
void warden_layers_free(struct warden_layers *layers);
void warden_layers_retire(struct warden_layers *layers);
size_t warden_layers_size(const struct warden_layers *layers);

#endif /* WARDEN_LAYERS_H */

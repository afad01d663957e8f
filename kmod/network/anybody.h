/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_ANYBODY_H
#define WARDEN_ANYBODY_H

struct warden_gate;

void warden_anybody_clear(struct warden_gate *gate);
void warden_anybody_fill(struct warden_gate *gate);

#endif /* WARDEN_ANYBODY_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_LOAD_H
#define WARDEN_LOAD_H

#include <linux/types.h>

struct warden_identity;

bool warden_load_defer(const struct warden_identity *object);
int warden_load_judge(const char *module);
int warden_load_request(const char *alias);

#endif /* WARDEN_LOAD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_WEXT_H
#define WARDEN_WEXT_H

int warden_wext_init(void);
void warden_wext_exit(void);

#endif /* WARDEN_WEXT_H */

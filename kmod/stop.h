/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_STOP_H
#define WARDEN_STOP_H

#include <linux/types.h>

/**
 * struct warden_stopped - how far a stop is
 * @left: sessions, sockets, threads and programs that keep the module
 * @ends: it goes on, as a task stays in a call of the kernel; nobody knows for how long
 */
struct warden_stopped {
	unsigned int left;
	bool ends;
};

void warden_stop(struct warden_stopped *st);
void warden_stop_settle(void);

#endif /* WARDEN_STOP_H */

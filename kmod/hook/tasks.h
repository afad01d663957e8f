/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_TASKS_H
#define WARDEN_TASKS_H

void warden_tasks_wait(const char *what);

#endif /* WARDEN_TASKS_H */

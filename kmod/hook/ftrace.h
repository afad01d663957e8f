/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_FTRACE_H
#define WARDEN_FTRACE_H

int warden_ftrace_hold(void);
void warden_ftrace_release(void);

#endif /* WARDEN_FTRACE_H */

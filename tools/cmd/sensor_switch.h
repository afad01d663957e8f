/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SENSOR_SWITCH_H
#define WARDEN_SENSOR_SWITCH_H

struct warden_ctl;

/* wardenctl sensor switch; gives an exit status. */
int warden_sensor_switch(const struct warden_ctl *ctl, int argc, char **argv);

#endif /* WARDEN_SENSOR_SWITCH_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SENSOR_USAGE_H
#define WARDEN_SENSOR_USAGE_H

struct warden_ctl;

/* wardenctl sensor usage; gives an exit status. */
int warden_sensor_usage(const struct warden_ctl *ctl, int argc, char **argv);

#endif /* WARDEN_SENSOR_USAGE_H */

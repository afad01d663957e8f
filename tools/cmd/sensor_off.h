/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SENSOR_OFF_H
#define WARDEN_SENSOR_OFF_H

struct warden_ctl;

/* wardenctl sensor prove-off, and verify-off; give an exit status. */
int warden_sensor_prove_off(const struct warden_ctl *ctl, int argc, char **argv);
int warden_sensor_verify_off(const struct warden_ctl *ctl, int argc, char **argv);

#endif /* WARDEN_SENSOR_OFF_H */

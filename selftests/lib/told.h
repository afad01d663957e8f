/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module tells, asked in the test's own process: a test looks often,
 * and each look by wardenctl is the start of a program. What wardenctl itself
 * makes of it is looked at where that is what is tested.
 */
#ifndef WARDEN_TEST_TOLD_H
#define WARDEN_TEST_TOLD_H

#include <stdint.h>

struct json_object;

/* What `wardenctl --json status` has, or NULL. To be put by the caller. */
struct json_object *told_status(void);

/* The records from number @since on, as an array; NULL where there is no module. To be put. */
struct json_object *told_records(uint64_t since);

/* What `wardenctl --json sensor list` has, an array; NULL where there is no module. To be put. */
struct json_object *told_sensors(void);

#endif /* WARDEN_TEST_TOLD_H */

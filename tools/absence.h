/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * That a class of sensors was not in use for a time, from the chained records
 * alone: all of them from the first on, none lost, none altered, and no session.
 */
#ifndef WARDEN_ABSENCE_H
#define WARDEN_ABSENCE_H

#include "chains.h"

/**
 * struct warden_absence - a proof under construction
 * @class: enum warden_sensor_class
 * @from: boot-time clock, in ns
 * @to: boot-time clock, in ns
 * @until: number of the last record that is looked at; 0 is the first that suffices
 * @walk: along the chain
 * @open: sessions of the class that are open
 * @began: Warden had begun when that time did
 * @done: enough was seen
 * @why: what stands against it; empty while nothing does
 *
 * The first four are given, the rest is zeroed.
 */
struct warden_absence {
	uint32_t class;
	uint64_t from;
	uint64_t to;
	uint64_t until;
	struct warden_walk walk;
	int64_t open;
	bool began;
	bool done;
	char why[240];
};

/**
 * warden_absence_take() - look at the next record
 * @a: the proof
 * @o: the record
 *
 * Return: 0; 1 where no more are wanted.
 */
int warden_absence_take(struct warden_absence *a, const struct warden_object *o);

/**
 * warden_absence_end() - no more records will come
 * @a: the proof
 *
 * Return: true where the class was not in use; else @a->why says what stands against it.
 */
bool warden_absence_end(struct warden_absence *a);

#endif /* WARDEN_ABSENCE_H */

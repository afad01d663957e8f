// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensors behind a bus or a raw node: who opens that reaches them past their drivers, and is asked for
 * each of them as well.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "device/devices.h"
#include "device/inventory.h"
#include "judge.h"

/* Sensors looked at behind one node; with more there, the answer is no. */
#define BEHIND_MAX 64

/* Each sensor that a node reaches must be allowed as it would be by itself. */
static int judge_behind(dev_t devt, const struct warden_request *req,
			struct warden_answer *answer, struct warden_sensor *behind)
{
	struct warden_sensor *list = kmalloc_array(BEHIND_MAX, sizeof(*list),
						   req->atomic ? GFP_ATOMIC | __GFP_NOWARN :
								 GFP_KERNEL);
	int nr = list ? warden_devices_behind(devt, list, BEHIND_MAX) : -ENOMEM;
	struct warden_request one = *req;
	struct warden_answer next;
	int i, err = 0;

	if (nr < 0) {
		answer->denied = true;
		answer->reason = WARDEN_REASON_NO_MEMORY;
		err = -ENOMEM;
	}
	for (i = 0; i < nr && !err; i++) {
		one.class = list[i].class;
		one.topology = list[i].key;
		memcpy(one.names, list[i].names, sizeof(one.names));
		one.keeps = 0; /* registers have no rate */
		err = warden_judge(&one, &next);
		if (!err && (!warden_answer_tells(&next) || behind->class))
			continue; /* of those that are only told of, the first */
		*answer = next;
		*behind = list[i];
	}
	kfree(list);
	return err;
}

/**
 * warden_judge_use() - decide the use of a sensor, and of all that is behind it
 * @devt: number of its node; 0 for none
 * @req: the request
 * @answer: filled in; that of the sensor itself where all are allowed
 * @behind: set to the sensor behind it that the answer is about; class free where it is
 *	    about the one that was asked for
 *
 * Context: Process context, may sleep unless @req is atomic.
 * Return: 0, or a negative errno where the caller must refuse.
 */
int warden_judge_use(dev_t devt, const struct warden_request *req, struct warden_answer *answer,
		     struct warden_sensor *behind)
{
	struct warden_answer other;
	int err = warden_judge(req, answer);

	behind->class = WARDEN_SENSOR_CLASS_FREE;
	if (err || !warden_devices_lead(req->class) || !devt)
		return err;
	other = *answer;
	err = judge_behind(devt, req, &other, behind);
	if (err || (behind->class != WARDEN_SENSOR_CLASS_FREE && !warden_answer_tells(answer)))
		*answer = other;
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensors behind a bus or a raw node: who opens that reaches them past their drivers, and is asked for
 * each of them as well.
 */
#include <linux/bits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device/devices.h"
#include "device/inventory.h"
#include "judge-priv.h"

/* Sensors looked at behind one node; with more there, the answer is no. */
#define BEHIND_MAX 64

/**
 * warden_judge_list_behind() - the sensors that are asked for with a node
 * @devt: number of the node; 0 for none
 * @req: what was asked of the node
 * @nr: set to how many there are; -ENOMEM, or -E2BIG where there are too many
 *
 * Context: Process context, may sleep unless @req is atomic.
 * Return: they, to be freed by kfree(); NULL where none can be.
 */
struct warden_sensor *warden_judge_list_behind(dev_t devt, const struct warden_request *req, int *nr)
{
	struct warden_sensor *list;

	*nr = 0;
	if (!devt || !warden_devices_lead(req->class))
		return NULL;
	list = kmalloc_array(BEHIND_MAX, sizeof(*list),
			     req->atomic ? GFP_ATOMIC | __GFP_NOWARN : GFP_KERNEL);
	*nr = list ? warden_devices_behind(devt, list, BEHIND_MAX) : -ENOMEM;
	return list;
}

/**
 * warden_judge_turn_to() - ask the same of a sensor behind
 * @req: what was asked of the node, or of another behind it
 * @sensor: the sensor
 *
 * Context: Any.
 */
void warden_judge_turn_to(struct warden_request *req, const struct warden_sensor *sensor)
{
	req->class = sensor->class;
	req->topology = sensor->key;
	memcpy(req->names, sensor->names, sizeof(req->names));
	req->keeps = 0; /* registers have no rate */
}

/* The classes of which consents were counted. */
static u32 consents_of(const struct warden_answer *answer, u32 class)
{
	return answer->others | (answer->has_receipt ? BIT(class) : 0);
}

/* Each sensor that a node reaches must be allowed as it would be by itself. */
static int judge_behind(dev_t devt, const struct warden_request *req, struct warden_answer *answer,
			struct warden_sensor *behind, u32 *consents)
{
	struct warden_request one = *req;
	struct warden_answer next;
	int i, nr, err = 0;
	struct warden_sensor *list = warden_judge_list_behind(devt, req, &nr);

	if (nr < 0) {
		answer->denied = true;
		answer->reason = WARDEN_REASON_NO_MEMORY;
		err = -ENOMEM;
	}
	for (i = 0; i < nr && !err; i++) {
		warden_judge_turn_to(&one, &list[i]);
		err = warden_judge(&one, &next);
		*consents |= consents_of(&next, one.class);
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
	u32 consents = 0;
	int err = warden_judge(req, answer);

	behind->class = WARDEN_SENSOR_CLASS_FREE;
	if (err || !warden_devices_lead(req->class) || !devt)
		return err;
	other = *answer;
	err = judge_behind(devt, req, &other, behind, &consents);
	if (err || (behind->class != WARDEN_SENSOR_CLASS_FREE && !warden_answer_tells(answer))) {
		consents |= consents_of(answer, req->class);
		*answer = other;
	}
	if (err || !consents)
		return err;
	answer->others |= consents;
	answer->repeats = false;
	return 0;
}

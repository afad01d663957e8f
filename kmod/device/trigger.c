// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories of configfs that make something of chips: a trigger, which tells a chip
 * when to measure, or a chip of no substance. To make one takes the right to what the
 * chips of IIO tell, of which motion is what the most private ones do.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "judge/named.h"
#include "trigger.h"

/* drivers/iio/industrialio-configfs.c makes the first, all below leads to it. */
#define CHIPS "/iio/"

/* Longest path below the root of configfs that is looked at. */
#define PATH_SIZE 192

/**
 * warden_trigger_judge() - may the current program make this directory?
 * @dentry: what is to become a directory of configfs
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -EACCES where it is of chips and the caller must refuse.
 */
int warden_trigger_judge(const struct dentry *dentry)
{
	char object[PATH_SIZE] = "configfs";
	const size_t head = strlen(object);
	char buf[PATH_SIZE - sizeof("configfs")];
	const char *path = dentry_path_raw(dentry, buf, sizeof(buf));

	if (IS_ERR(path) || strncmp(path, CHIPS, strlen(CHIPS)))
		return 0;
	strscpy(object + head, path, sizeof(object) - head);
	return warden_named_use_now(WARDEN_SENSOR_CLASS_MOTION, object);
}

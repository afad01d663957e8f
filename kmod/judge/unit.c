// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit a process runs in: the first control group of the unified hierarchy, on
 * the way from its root to the process, whose name does not end in ".slice".
 *
 * That is how systemd finds it. Whoever was given a part of the hierarchy, as a
 * user's own manager is, makes groups below its unit only, so no name it gives one
 * is a unit here. Without systemd it is a directory somebody made in the root.
 */
#include <linux/cgroup.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "compat/kernfs.h"
#include "policy/snapshot.h"
#include "unit.h"

#ifdef CONFIG_CGROUPS
static u64 unit_of_group(const struct cgroup *group)
{
	int i;

	for (i = 1; i <= group->level; i++) {
		const char *name = warden_kernfs_name(group->ancestors[i]->kn);

		if (warden_unit_is_name(name))
			return warden_snapshot_key(name);
	}
	return 0;
}

/**
 * warden_unit_of() - the unit of a process
 * @process: address of its struct pid, as in a request; 0 is the current one
 *
 * Context: Any; under rcu_read_lock(), and the caller holds the struct pid.
 * Return: warden_snapshot_key() of its name; 0 where it is in none or has ended.
 */
u64 warden_unit_of(u64 process)
{
	struct task_struct *task = current;

	if (process)
		task = pid_task((struct pid *)(unsigned long)process, PIDTYPE_TGID);
	return task ? unit_of_group(task_dfl_cgroup(task)) : 0;
}
#else
u64 warden_unit_of(u64 process)
{
	return 0;
}
#endif

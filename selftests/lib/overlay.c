// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "client.h"
#include "overlay.h"

static int make_layers(struct overlay *o, char options[192])
{
	char upper[48], work[48];

	snprintf(o->below, sizeof(o->below), "%s/below", o->dir);
	snprintf(o->merged, sizeof(o->merged), "%s/merged", o->dir);
	snprintf(upper, sizeof(upper), "%s/upper", o->dir);
	snprintf(work, sizeof(work), "%s/work", o->dir);
	snprintf(options, 192, "lowerdir=%s,upperdir=%s,workdir=%s", o->below, upper, work);
	return mkdir(o->below, 0755) || mkdir(o->merged, 0755) || mkdir(upper, 0755) ||
	       mkdir(work, 0755) ? -errno : 0;
}

static void remove_all(const char *dir)
{
	struct client c;

	client_run(&c, ARGV("rm", "-rf", dir));
	client_end(&c);
}

int overlay_mount(struct overlay *o)
{
	char options[192];
	int err;

	/* Not below /tmp, which is no disk. */
	strcpy(o->dir, "/var/tmp/overlay-XXXXXX");
	if (!mkdtemp(o->dir))
		return -errno;
	err = make_layers(o, options);
	if (!err && mount("overlay", o->merged, "overlay", 0, options))
		err = -errno;
	if (err)
		remove_all(o->dir);
	return err;
}

void overlay_unmount(struct overlay *o)
{
	umount2(o->merged, MNT_DETACH);
	remove_all(o->dir);
}

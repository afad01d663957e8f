/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An overlay over a directory: the one ordinary way to write the file of a
 * program that runs, for the kernel guards the overlay's inode only.
 */
#ifndef WARDEN_TEST_OVERLAY_H
#define WARDEN_TEST_OVERLAY_H

/**
 * struct overlay - a mounted overlay
 * @dir: holds all of it
 * @below: directory of the lower layer
 * @merged: where it shows through
 */
struct overlay {
	char dir[32];
	char below[48];
	char merged[48];
};

/* On a disk; 0 or -errno, with nothing left behind. */
int overlay_mount(struct overlay *o);
void overlay_unmount(struct overlay *o);

#endif /* WARDEN_TEST_OVERLAY_H */

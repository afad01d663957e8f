/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where sessions rest whose file was closed (session-rest.c). Each open of a device looks here first, so
 * that it is read without a call.
 */
#ifndef WARDEN_PLACE_H
#define WARDEN_PLACE_H

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/sched.h>

struct warden_session;

/* As many rest at most. One that comes to a taken place sends away the one that is there. */
#define WARDEN_PLACE_BITS 4

/**
 * struct warden_place - where one rests
 * @s: it; whoever takes it out has it alone
 * @devt: of its device, or of that of another that was there; 0 of one that may be a debug surface, too
 */
struct warden_place {
	struct warden_session *s;
	dev_t devt;
};

extern struct warden_place warden_places[1 << WARDEN_PLACE_BITS];

static inline struct warden_place *warden_place_of(const struct mm_struct *mm, dev_t devt)
{
	return &warden_places[hash_long((unsigned long)mm ^ devt, WARDEN_PLACE_BITS)];
}

/**
 * warden_place_awaits() - does some process's session of a device rest, maybe the current one's?
 * @inode: the device's node, which is being opened
 *
 * Context: Any.
 * Return: true where one does, so that the device is a sensor, or was a moment ago, and is no debug surface.
 */
static inline bool warden_place_awaits(const struct inode *inode)
{
	const struct warden_place *place = warden_place_of(current->mm, inode->i_rdev);

	return READ_ONCE(place->s) && READ_ONCE(place->devt) == inode->i_rdev && S_ISCHR(inode->i_mode);
}

/**
 * warden_place_take() - take what rests at a place
 * @place: the place
 *
 * Context: Any.
 * Return: the session, which is the caller's alone, or NULL.
 */
static inline struct warden_session *warden_place_take(struct warden_place *place)
{
	return READ_ONCE(place->s) ? xchg(&place->s, NULL) : NULL;
}

#endif /* WARDEN_PLACE_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other processes run, for a search that others wait for. Whoever has many processes, and
 * programs of gigabytes that nothing is kept of (tmpfs, with holes), decides how long it takes to
 * read them all; so what was measured is not read, what a process and its children share is read
 * once, and what is left to be read is bounded. Past the bound a program is one that cannot be read.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>

#include "reading.h"

static void read_once(struct warden_reading *r, struct file *exe)
{
	const u64 size = i_size_read(d_real_inode(exe->f_path.dentry));

	r->known = (struct warden_identity){ .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	if (size > r->left)
		return;
	r->left -= size;
	warden_identity_of_program(exe, &r->known);
}

/**
 * warden_reading_of() - what the content is of the file that a process runs
 * @r: the search; at first but for what is left to be read all 0
 * @exe: the file it was started from
 * @id: filled in, also on failure, as by warden_identity_of_program()
 *
 * Of one file it is the same as long as somebody runs it, who has it from a parent that did.
 *
 * Context: Process context, sleeps.
 */
void warden_reading_of(struct warden_reading *r, struct file *exe, struct warden_identity *id)
{
	if (r->last != exe) {
		if (!warden_identity_peek(exe, id))
			return;
		warden_reading_end(r);
		r->last = get_file(exe);
		read_once(r, exe);
	}
	*id = r->known;
}

/**
 * warden_reading_end() - the search is over
 * @r: the search
 *
 * Context: Process context, sleeps.
 */
void warden_reading_end(struct warden_reading *r)
{
	if (r->last)
		fput(r->last);
	r->last = NULL;
}

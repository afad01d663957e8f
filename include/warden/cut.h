/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A list of programs that are cut off. These bytes are what is signed, and what
 * the kernel reads.
 */
#ifndef WARDEN_CUT_H
#define WARDEN_CUT_H

#include <linux/types.h>
#include <warden/chain.h>
#include <warden/limits.h>

/* Begins neither a policy nor a statement: no signature of one is one of another. */
#define WARDEN_CUT_MAGIC "warden quarantine 1\n"

/**
 * struct warden_cut_entry - one program
 * @digest: of its file
 * @label: what the file was, for people; NUL-terminated
 */
struct warden_cut_entry {
	struct warden_digest digest;
	char label[WARDEN_LABEL_MAX + 1];
};

/**
 * struct warden_cut_list - the list
 * @magic: WARDEN_CUT_MAGIC, zeros behind it
 * @version: from 1; a list takes the place of one of a lower version
 * @nr: how many @entries, up to WARDEN_QUARANTINE_MAX; may be 0, which lets all out
 * @entries: in rising memcmp() order of their digests, each once
 *
 * Without padding, and as long as its entries say.
 */
struct warden_cut_list {
	char magic[24];
	__le32 version;
	__le32 nr;
	struct warden_cut_entry entries[];
};

_Static_assert(sizeof(struct warden_cut_list) == 32 && sizeof(struct warden_cut_entry) == 97,
	       "a list has padding");

#define WARDEN_CUT_MAX (sizeof(struct warden_cut_list) +                                           \
			WARDEN_QUARANTINE_MAX * sizeof(struct warden_cut_entry))

#endif /* WARDEN_CUT_H */

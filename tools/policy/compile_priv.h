/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of compile*.c share. */
#ifndef WARDEN_COMPILE_PRIV_H
#define WARDEN_COMPILE_PRIV_H

#include "compile.h"
#include "index.h"

#define REFERENCE_SIZE (1 + WARDEN_DIGEST_SIZE) /* algorithm and digest */

struct reference {
	uint8_t bytes[REFERENCE_SIZE];
};

/* A range of ports as the wire has it. */
struct wire_range {
	uint16_t low;
	uint16_t high;
};

struct compile {
	const struct warden_model *m;
	const struct warden_files *files;
	struct warden_blob *b;
	struct warden_diags *d;
	struct warden_index known; /* path to number in digests: each file is read once */
	WARDEN_ARRAY(struct warden_file_digests) digests;
	WARDEN_ARRAY(struct reference) references;
	WARDEN_ARRAY(struct wire_range) ranges;
};

/* NULL where the file cannot be read; that is reported. */
const struct warden_file_digests *warden_compile_digest(struct compile *c, struct warden_name path);

void warden_compile_put_digest(struct compile *c, uint16_t type, enum warden_digest_alg alg,
			       const uint8_t bytes[WARDEN_DIGEST_SIZE]);

/* compile_rule.c: all rules of the wire that a rule of the text is. */
void warden_compile_put_rule(struct compile *c, const struct warden_rule *r);

#endif /* WARDEN_COMPILE_PRIV_H */

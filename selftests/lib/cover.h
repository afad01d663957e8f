/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contact of a cover: a switch that uinput makes.
 */
#ifndef WARDEN_TEST_COVER_H
#define WARDEN_TEST_COVER_H

#include <stdbool.h>

#define COVER	     "warden cover"
#define COVER_OPENED "tamper switch \"machine-cover\" on name \"" COVER "\";\n"

struct cover {
	int fd;
	char node[32];
};

/* Make one; 0 or -errno. It is open, which is 0, and closed is 1. */
int cover_fit(struct cover *c);
bool cover_move(const struct cover *c, int closed);

/* Its event node, or NULL. */
const char *cover_node(struct cover *c);
void cover_take_away(struct cover *c);

#endif /* WARDEN_TEST_COVER_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test explains.
 */
#ifndef WARDEN_TEST_COMMENT_H
#define WARDEN_TEST_COMMENT_H

#include <stdio.h>

/*
 * Where to print what may have lines that would count as results of tests, as what other programs
 * say: each line is a comment of TAP there.
 */
FILE *comments(void);

#endif /* WARDEN_TEST_COMMENT_H */

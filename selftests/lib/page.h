/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page of memory that does not come while somebody does not want it to.
 */
#ifndef WARDEN_TEST_PAGE_H
#define WARDEN_TEST_PAGE_H

#include <stdbool.h>

struct page {
	int fd;
	void *memory;
};

/* 0 or -errno; -ENOSYS where the kernel cannot. */
int page_withhold(struct page *p);

/* Wait up to @ms until somebody waits for it. */
bool page_is_wanted(const struct page *p, int ms);

/* Let it come, empty. */
void page_give(struct page *p);

#endif /* WARDEN_TEST_PAGE_H */

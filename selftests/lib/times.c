// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/times.h"

#define NS_PER_MS 1000000u

static uint64_t since(uint64_t then, uint64_t now)
{
	return now > then ? now - then : 0;
}

void times_add(struct times *t, const struct mark *m, uint64_t command, uint64_t seen)
{
	const struct claim withdraw = { .event = "withdraw", .domain = "consent" };
	struct json_object *r = evidence_find(m, &withdraw, 1000);

	t->command[t->rounds] = since(command, seen);
	/* Without the record nothing is known, and that shall not look quick. */
	t->kernel[t->rounds] = r ? since(evidence_number(r, "time"), seen) : UINT64_MAX;
	t->rounds++;
	json_object_put(r);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t times_print(struct times *t, const char *what)
{
	const size_t middle = t->rounds / 2, end = t->rounds - 1;

	qsort(t->command, t->rounds, sizeof(uint64_t), compare);
	qsort(t->kernel, t->rounds, sizeof(uint64_t), compare);
	printf("# %s after the start of wardenctl: median %.1f ms, max %.1f ms\n", what,
	       (double)t->command[middle] / NS_PER_MS, (double)t->command[end] / NS_PER_MS);
	printf("# %s after the module had the command: median %.1f ms, max %.1f ms, %zu rounds\n",
	       what, (double)t->kernel[middle] / NS_PER_MS, (double)t->kernel[end] / NS_PER_MS,
	       t->rounds);
	return t->kernel[end] / NS_PER_MS;
}

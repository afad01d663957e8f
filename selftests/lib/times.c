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

size_t times_rounds(void)
{
	const char *text = getenv("WARDEN_ROUNDS");
	size_t rounds = text ? strtoul(text, NULL, 10) : 0;

	return rounds && rounds <= ROUNDS_MAX ? rounds : 7;
}

void times_add(struct times *t, const struct mark *m, uint64_t command, uint64_t seen)
{
	const struct claim withdraw = { .event = t->cause ? t->cause : "withdraw" };
	const struct claim ended = {
		.event = "session-end", .domain = "sensor",
		.reason = t->reason ? t->reason : "withdrawn",
	};
	struct json_object *r = evidence_find(m, &withdraw, 1000);
	uint64_t took = evidence_most(m, &ended, "took");

	t->command[t->rounds] = since(command, seen);
	/* Without the record nothing is known, and that shall not look quick. */
	t->took[t->rounds] = took ? took : UINT64_MAX;
	t->kernel[t->rounds] = r ? since(evidence_number(r, "time"), seen) : UINT64_MAX;
	t->rounds++;
	json_object_put(r);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Gives the longest. */
static uint64_t print_one(const struct times *t, uint64_t *ns, const char *what, const char *since)
{
	const size_t end = t->rounds - 1;

	qsort(ns, t->rounds, sizeof(*ns), compare);
	printf("# %s %s: median %.1f ms, p99 %.1f ms, max %.1f ms, %zu rounds\n", what, since,
	       (double)ns[t->rounds / 2] / NS_PER_MS, (double)ns[end * 99 / 100] / NS_PER_MS,
	       (double)ns[end] / NS_PER_MS, t->rounds);
	return ns[end];
}

uint64_t times_print(struct times *t, const char *what)
{
	uint64_t kernel, took;

	print_one(t, t->command, what, "after the start of wardenctl");
	kernel = print_one(t, t->kernel, what, "after the module had the command");
	took = print_one(t, t->took, "the session ended", "after that, as the module recorded");
	return (kernel > took ? kernel : took) / NS_PER_MS;
}

bool times_are_counted(void)
{
	return getenv("WARDEN_COUNTED");
}

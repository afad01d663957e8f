/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One question to the module, asked and answered as most commands have it:
 * connect, send, print text or JSON, and say once why it failed.
 */
#ifndef WARDEN_ASK_H
#define WARDEN_ASK_H

#include <stdbool.h>

#include "blob.h"
#include "cmd.h"
#include "wire.h"

struct warden_table;

/**
 * struct warden_ask - a question that has one answer
 * @what: the command, for what is said of a failure
 * @cmd: WARDEN_CMD_*
 * @request: its attributes, NULL for none
 * @print: prints the answer for people; programs get it as JSON
 * @advice: what to do where the module refuses and does not say it, NULL for nothing
 * @unreached: called after it was said that there is no connection; NULL for nothing
 */
struct warden_ask {
	const char *what;
	int cmd;
	const struct warden_blob *request;
	void (*print)(const struct warden_object *answer);
	const char *advice;
	void (*unreached)(void);
};

/**
 * warden_ask_one() - ask, and print the answer
 * @ctl: text or JSON
 * @ask: what
 *
 * Return: an exit status.
 */
int warden_ask_one(const struct warden_ctl *ctl, const struct warden_ask *ask);

/**
 * struct warden_ask_list - a question that has a list for an answer
 * @what: the command, for what is said of a failure
 * @cmd: WARDEN_CMD_*
 * @columns: titles, NULL after the last
 * @row: fills one row of the table
 * @sorted: by the cells, and not as it came
 * @empty: what is said of a list without a row
 */
struct warden_ask_list {
	const char *what;
	int cmd;
	const char *const *columns;
	void (*row)(struct warden_table *t, const struct warden_object *o);
	bool sorted;
	const char *empty;
};

/**
 * warden_ask_all() - ask, and print the list as a table or a JSON array
 * @ctl: text or JSON
 * @ask: what
 *
 * Return: an exit status.
 */
int warden_ask_all(const struct warden_ctl *ctl, const struct warden_ask_list *ask);

#endif /* WARDEN_ASK_H */

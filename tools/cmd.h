/* SPDX-License-Identifier: GPL-2.0-only */
/* What every command shares. Commands do not include each other. */
#ifndef WARDEN_CMD_H
#define WARDEN_CMD_H

#include <stdbool.h>
#include <stdint.h>

#define WARDEN_EXIT_OK	   0
#define WARDEN_EXIT_FAILED 1
#define WARDEN_EXIT_USAGE  2

/* What stood on the command line for all commands. */
struct warden_ctl {
	bool json;
};

struct warden_verb {
	const char *name;						 /* NULL ends a table */
	const char *usage;						 /* what follows the name */
	int (*run)(const struct warden_ctl *ctl, int argc, char **argv); /* argv[0] is the verb */
};

struct warden_noun {
	const char *name;
	const char *help;
	const struct warden_verb *verbs; /* one without a name stands for the bare noun */
};

/* One per file in tools/cmd/. */
const struct warden_noun *warden_noun_status(void);
const struct warden_noun *warden_noun_doctor(void);
const struct warden_noun *warden_noun_stop(void);
const struct warden_noun *warden_noun_sensor(void);
const struct warden_noun *warden_noun_policy(void);
const struct warden_noun *warden_noun_consent(void);
const struct warden_noun *warden_noun_audit(void);
const struct warden_noun *warden_noun_measure(void);
const struct warden_noun *warden_noun_state(void);
const struct warden_noun *warden_noun_trust(void);
const struct warden_noun *warden_noun_service(void);
const struct warden_noun *warden_noun_debug(void);
const struct warden_noun *warden_noun_usb(void);
const struct warden_noun *warden_noun_quarantine(void);
const struct warden_noun *warden_noun_setup(void);
const struct warden_noun *warden_noun_tamper(void);

/* Verbs of `policy` that have files of their own. */
int warden_policy_load(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_confirm(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_drop(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_save(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_sign(const struct warden_ctl *ctl, int argc, char **argv);

/* Verbs of `quarantine` that have a file of their own. */
int warden_quarantine_sign(const struct warden_ctl *ctl, int argc, char **argv);
int warden_quarantine_load(const struct warden_ctl *ctl, int argc, char **argv);

/* Verbs of `service` that have files of their own. */
int warden_service_open(const struct warden_ctl *ctl, int argc, char **argv);
int warden_service_close(const struct warden_ctl *ctl, int argc, char **argv);
int warden_service_list(const struct warden_ctl *ctl, int argc, char **argv);
int warden_service_list_usb(const struct warden_ctl *ctl);
int warden_service_list_devices(const struct warden_ctl *ctl);
int warden_service_list_interfaces(void);

/* Verbs of `policy` that have a file of their own. */
int warden_policy_diff(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_observed(const struct warden_ctl *ctl);
int warden_policy_explain(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_who_can(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_learn(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_drift(const struct warden_ctl *ctl, int argc, char **argv);
/* A line for each purpose that ends, for people; nothing where the module cannot be asked. */
void warden_policy_print_purposes(void);
int warden_policy_purposes(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_unused(const struct warden_ctl *ctl, int argc, char **argv);
int warden_policy_renew(const struct warden_ctl *ctl, int argc, char **argv);

/**
 * warden_usage_wrong() - complain of a command line
 * @format: what is wrong with it
 *
 * Return: WARDEN_EXIT_USAGE.
 */
int warden_usage_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * warden_usage_none() - complain where a verb takes nothing and something stands there
 * @argc: of the verb
 * @argv: of the verb
 *
 * Return: 0, or WARDEN_EXIT_USAGE.
 */
int warden_usage_none(int argc, char **argv);

/**
 * warden_usage_number() - read a number of the command line
 * @text: what stands there
 * @option: the option it belongs to
 * @max: the largest there is
 * @number: filled in
 *
 * Return: 0, or WARDEN_EXIT_USAGE.
 */
int warden_usage_number(const char *text, const char *option, unsigned long long max,
			unsigned long long *number);

/**
 * warden_usage_span() - read a length of time of the command line: 90s, 10m, 2h, 30d
 * @text: what stands there; a number alone is seconds
 * @option: the option or the words it belongs to
 * @max: the longest there is, in seconds
 * @seconds: filled in, from 1
 *
 * Return: 0, or WARDEN_EXIT_USAGE.
 */
int warden_usage_span(const char *text, const char *option, uint64_t max, uint64_t *seconds);

#endif /* WARDEN_CMD_H */

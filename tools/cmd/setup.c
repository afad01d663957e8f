// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first setup of a device, step by step: what its policy opens, whose the device is, where that is
 * kept. It decides nothing: until the owner's certificate is enrolled the module keeps all closed that
 * waits for it.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../running.h"
#include "../setup_offer.h"
#include "../sign.h"

struct setup {
	const struct warden_ctl *ctl;
	const char *owner;   /* file of the certificate; NULL asks for it */
	const char *state;   /* file to save to; NULL asks, where somebody is asked */
	const char *counter; /* of that file; NULL is beside it */
	bool yes;	     /* ask nothing */
	bool show;	     /* and do nothing */
	struct json_object *offer;
	char name[512];	     /* what the owner's certificate is called */
	struct warden_fault fault;
};

static int read_options(struct setup *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "owner", required_argument, NULL, 'o' },
		{ "state", required_argument, NULL, 's' },
		{ "counter", required_argument, NULL, 'c' },
		{ "yes", no_argument, NULL, 'y' },
		{ "show", no_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'o')
			s->owner = optarg;
		else if (c == 's')
			s->state = optarg;
		else if (c == 'c')
			s->counter = optarg;
		else if (c == 'y')
			s->yes = true;
		else if (c == 'w')
			s->show = true;
		else
			return WARDEN_EXIT_USAGE;
	}
	if (argc > optind)
		return warden_usage_wrong("setup takes no `%s`", argv[optind]);
	if (s->yes && !s->owner)
		return warden_usage_wrong("setup --yes asks nothing, so it wants --owner CERT.pem");
	if (s->counter && !s->state)
		return warden_usage_wrong("setup --counter goes with --state FILE");
	if (s->ctl->json && !s->show && (!s->yes || s->state))
		return warden_usage_wrong("setup --json asks nothing: --show, or --yes with --owner; "
					  "then wardenctl state save");
	return 0;
}

/* --- where the device is ------------------------------------------------------------------ */

/* Why there is nothing to set up; 0 where there is. */
static int check(struct setup *s, const struct warden_object *o)
{
	char safe[512];

	if (!warden_object_number(o, WARDEN_A_STATUS_POLICY_VERSION))
		return warden_fault_set(&s->fault, -ENOENT, "load the device's policy first",
					"no policy is loaded");
	switch (warden_object_number(o, WARDEN_A_STATUS_SETUP)) {
	case WARDEN_SETUP_NEEDED:
		return 0;
	case WARDEN_SETUP_DONE:
		warden_output_escape(safe, sizeof(safe), warden_object_string(o, WARDEN_A_STATUS_OWNER));
		return warden_fault_set(&s->fault, -EEXIST,
					"hand it over first: wardenctl consent withdraw --all --owner-transfer",
					"the device is set up, its owner is %s", safe);
	default:
		return warden_fault_set(&s->fault, -ENOTSUP, "it is in force as it stands",
					"the policy asks for no owner, so nothing waits to be set up");
	}
}

struct look {
	struct setup *s;
	const struct warden_view *maker;
};

static int look_at_status(void *ctx, const struct warden_object *o)
{
	struct look *look = ctx;
	int err = check(look->s, o);

	if (!err && look->maker)
		look->s->offer = warden_setup_offer(o, look->maker);
	return err;
}

static int ask_status(struct setup *s, const struct warden_view *maker)
{
	struct look look = { s, maker };
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &s->fault);

	if (err)
		return err;
	err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, look_at_status, &look, &s->fault);
	warden_nl_close(nl);
	return err;
}

/* Whether there is anything to set up is asked first: without a policy none can be read. */
static int find_offer(struct setup *s)
{
	struct warden_running r = { .n = 0 };
	int err = ask_status(s, NULL);

	if (err)
		return err;
	err = warden_running_open(&r, &s->fault);
	if (!err)
		err = ask_status(s, &r.views[0]);
	warden_running_close(&r);
	return err;
}

/* --- what is asked ------------------------------------------------------------------------ */

/* False where nobody answers. */
static bool ask(const char *question, char *answer, size_t size)
{
	printf("%s ", question);
	fflush(stdout);
	if (!fgets(answer, (int)size, stdin)) {
		putchar('\n');
		return false;
	}
	answer[strcspn(answer, "\n")] = '\0';
	return true;
}

static int ask_whether(struct setup *s)
{
	char answer[16];

	if (s->yes)
		return 0;
	if (ask("\nIs this as you want it? [yes/no]", answer, sizeof(answer)) && !strcmp(answer, "yes"))
		return 0;
	return warden_fault_set(&s->fault, -ECANCELED, "run it again, or ask the maker for another policy",
				"nobody said yes; the device stays closed");
}

static int ask_owner(struct setup *s, char file[PATH_MAX])
{
	if (s->owner)
		return 0;
	if (ask("Whose is it? File of the owner's certificate (PEM):", file, PATH_MAX) && file[0]) {
		s->owner = file;
		return 0;
	}
	return warden_fault_set(&s->fault, -ECANCELED,
				"make a key and its certificate: see First setup in the admin guide",
				"no certificate was named; the device stays closed");
}

/* --- what is done ------------------------------------------------------------------------- */

static int keep_name(void *ctx, const struct warden_object *o)
{
	struct setup *s = ctx;

	snprintf(s->name, sizeof(s->name), "%s", warden_object_string(o, WARDEN_A_TRUST_NAME));
	return 0;
}

static int enroll(struct setup *s)
{
	struct warden_blob request = { NULL, 0, 0 }, der;
	struct warden_nl *nl = NULL;
	uint64_t not_after;
	int err = warden_sign_certificate(&der, &not_after, s->owner, &s->fault);

	if (!err)
		err = warden_nl_open(&nl, &s->fault);
	if (!err) {
		warden_blob_put(&request, WARDEN_A_TRUST_CERTIFICATE, der.data, der.len);
		warden_blob_put_u64(&request, WARDEN_A_TRUST_NOT_AFTER, not_after);
		err = warden_nl_do(nl, WARDEN_CMD_OWNER_ENROLL, &request, keep_name, s, &s->fault);
		warden_nl_close(nl);
	}
	warden_blob_free(&request);
	warden_blob_free(&der);
	return err;
}

/* Another command, as if it had been typed. */
static int run_command(const struct setup *s, const struct warden_noun *noun, const char *verb,
		       const char *const words[])
{
	const struct warden_verb *v;
	char *argv[8] = { NULL };
	int argc = 0;

	argv[argc++] = (char *)verb;
	while (words[argc - 1] && argc < 7) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	for (v = noun->verbs; v->name; v++)
		if (!strcmp(v->name, verb))
			return v->run(s->ctl, argc, argv);
	return WARDEN_EXIT_USAGE;
}

static int save(struct setup *s)
{
	const char *const alone[] = { s->state, NULL };
	const char *const counted[] = { s->state, "--counter", s->counter, NULL };

	return run_command(s, warden_noun_state(), "save", s->counter ? counted : alone);
}

/* The device is set up by now, whatever comes of this. */
static int offer_to_save(struct setup *s)
{
	char file[PATH_MAX];

	if (!s->state && !s->yes &&
	    ask("File to save the state to, which keeps it over a restart (empty: do not):", file, sizeof(file)) &&
	    file[0]) {
		s->state = file;
		return save(s);
	}
	if (s->state)
		return save(s);
	puts("not saved: after a restart the device is to be set up again; see wardenctl state save");
	return WARDEN_EXIT_OK;
}

/* What differs is told, and is no failure of the setup. */
static int end(struct setup *s)
{
	static const char *const none[] = { NULL };
	char safe[512];
	int status;

	if (s->ctl->json) {
		struct json_object *done = json_object_new_object();

		json_object_object_add(done, "owner", json_object_new_string(s->name));
		warden_output_print(done);
		return WARDEN_EXIT_OK;
	}
	printf("set up: the owner is %s\n", warden_output_escape(safe, sizeof(safe), s->name));
	status = offer_to_save(s);
	putchar('\n');
	run_command(s, warden_noun_status(), "", none);
	puts("\nWhat is otherwise than the maker's policy says:");
	run_command(s, warden_noun_policy(), "drift", none);
	return status;
}

static int set_up(struct setup *s)
{
	char file[PATH_MAX];
	int err = ask_whether(s);

	if (!err)
		err = ask_owner(s, file);
	return err ? err : enroll(s);
}

static int run_setup(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct setup s = { .ctl = ctl };
	int err;

	if (read_options(&s, argc, argv))
		return WARDEN_EXIT_USAGE;
	err = find_offer(&s);
	if (!err && ctl->json && s.show)
		warden_output_line(json_object_get(s.offer));
	else if (!err && !ctl->json)
		warden_setup_offer_print(s.offer);
	if (!err && !s.show)
		err = set_up(&s);
	json_object_put(s.offer);
	if (err)
		return warden_fault_print(&s.fault, "setup");
	return s.show ? WARDEN_EXIT_OK : end(&s);
}

const struct warden_noun *warden_noun_setup(void)
{
	static const struct warden_verb verbs[] = {
		{ "", "[--show] [--owner CERT.pem] [--state FILE [--counter FILE|tpm:INDEX]] [--yes]", run_setup },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "setup", "the first setup: what the policy opens, and whose the device is",
						 verbs };

	return &noun;
}

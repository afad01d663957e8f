// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../ask.h"
#include "../cmd.h"
#include "../doctor.h"
#include "../output.h"

static void print_hooks(const struct warden_object *o)
{
	const struct warden_wire_enum *hooks = warden_enum_hook();
	uint64_t wanted = warden_object_number(o, WARDEN_A_STATUS_WANTED);
	uint64_t attached = warden_object_number(o, WARDEN_A_STATUS_ATTACHED);
	uint32_t i;

	printf("hooks       %d of the %d needed attached", __builtin_popcountll(attached & wanted),
	       __builtin_popcountll(wanted));
	for (i = 0; i < 64; i++)
		if (wanted & ~attached & UINT64_C(1) << i)
			printf(", %s is missing", warden_enum_word(hooks, i));
	putchar('\n');
}

static void print_policy(const struct warden_object *o)
{
	const struct warden_value *digest = &o->v[WARDEN_A_STATUS_POLICY_DIGEST];
	char hex[2 * WARDEN_DIGEST_SIZE + 1] = "";
	char safe[256];

	/* Version 0 is the boot profile's, whatever its name. */
	if (!warden_object_number(o, WARDEN_A_STATUS_POLICY_VERSION)) {
		printf("policy      none is loaded; the boot profile applies (%s)\n",
		       warden_object_string(o, WARDEN_A_STATUS_POLICY_NAME));
		return;
	}
	if (digest->data && digest->len == WARDEN_DIGEST_SIZE)
		warden_hex_put(hex, digest->data, digest->len);
	printf("policy      %s version %" PRIu64 ", generation %" PRIu64 "\n",
	       warden_output_escape(safe, sizeof(safe),
				    warden_object_string(o, WARDEN_A_STATUS_POLICY_NAME)),
	       warden_object_number(o, WARDEN_A_STATUS_POLICY_VERSION),
	       warden_object_number(o, WARDEN_A_STATUS_GENERATION));
	printf("            sha256 %s\n", hex);
	printf("memory      %" PRIu64 " KiB for the policy\n",
	       (warden_object_number(o, WARDEN_A_STATUS_POLICY_MEMORY) + 1023) / 1024);
	printf("contact     %s\n",
	       warden_output_escape(safe, sizeof(safe),
				    warden_object_string(o, WARDEN_A_STATUS_CONTACT)));
	printf("support     until %s\n", warden_object_string(o, WARDEN_A_STATUS_SUPPORT_UNTIL));
}

static void print_layer(const struct warden_object *l)
{
	const char *signer = warden_object_string(l, WARDEN_A_LAYER_SIGNER);
	uint64_t wider = warden_object_number(l, WARDEN_A_LAYER_WIDER);
	char name[256], safe[512];

	printf("layer       %s: %s version %" PRIu64 ", ",
	       warden_object_word(l, WARDEN_A_LAYER_LAYER),
	       warden_output_escape(name, sizeof(name), warden_object_string(l, WARDEN_A_LAYER_NAME)),
	       warden_object_number(l, WARDEN_A_LAYER_VERSION));
	if (signer[0])
		printf("signed by %s", warden_output_escape(safe, sizeof(safe), signer));
	else
		printf("not signed");
	if (wider == UINT32_MAX)
		printf("; a default of it is wider than a layer above, to no effect");
	else if (wider)
		printf("; line %" PRIu64 " is wider than a layer above, to no effect", wider);
	putchar('\n');
}

static void print_layers(const struct warden_object *o)
{
	struct warden_object l;
	size_t n;

	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_LAYER, n, &l); n++)
		print_layer(&l);
	if (warden_object_has(o, WARDEN_A_STATUS_CONFIRM_LAYER))
		printf("unconfirmed the %s layer goes again in %" PRIu64 " s, unless: "
		       "wardenctl policy confirm\n",
		       warden_object_word(o, WARDEN_A_STATUS_CONFIRM_LAYER),
		       warden_object_number(o, WARDEN_A_STATUS_CONFIRM_SECONDS));
	if (warden_object_number(o, WARDEN_A_STATUS_UNSIGNED_POLICIES))
		puts("signatures  unsigned policies are accepted");
	else
		puts("signatures  a policy must be signed");
}

static void print_shadow(const struct warden_object *o)
{
	char safe[256];

	if (warden_object_has(o, WARDEN_A_STATUS_SHADOW_NAME))
		printf("shadow      %s version %" PRIu64
		       "; what it would decide otherwise: wardenctl policy diff --observed\n",
		       warden_output_escape(safe, sizeof(safe),
					    warden_object_string(o, WARDEN_A_STATUS_SHADOW_NAME)),
		       warden_object_number(o, WARDEN_A_STATUS_SHADOW_VERSION));
}

/* Each way in for developers, and whether it is closed. */
static void print_surfaces(const struct warden_object *o)
{
	struct warden_object surface;
	const char *join = "debug       ";
	size_t n;

	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_SURFACE, n, &surface); n++) {
		uint64_t seconds = warden_object_number(&surface, WARDEN_A_SURFACE_SECONDS);

		printf("%s%s ", join, warden_object_word(&surface, WARDEN_A_SURFACE_SURFACE));
		if (seconds)
			printf("open for %" PRIu64 " s", seconds);
		else
			fputs(warden_object_word(&surface, WARDEN_A_SURFACE_STATE), stdout);
		if (warden_object_number(&surface, WARDEN_A_SURFACE_OLDER))
			printf(" (%" PRIu64 " from before)",
			       warden_object_number(&surface, WARDEN_A_SURFACE_OLDER));
		join = n % 5 == 4 ? ",\n            " : ", ";
	}
	if (n)
		putchar('\n');
}

static void print_probe(const struct warden_object *o)
{
	uint64_t probed = warden_object_number(o, WARDEN_A_STATUS_PROBED);

	if (probed && probed == warden_object_number(o, WARDEN_A_STATUS_GENERATION))
		puts("probe       passed: all hooks it needs answered under this policy");
	else
		puts("probe       not run under this policy; try: wardenctl policy probe");
}

static void print_switches(const struct warden_object *o)
{
	struct warden_object s;
	size_t n;

	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_SWITCHED_OFF, n, &s); n++)
		printf("%s%s", n ? ", " : "off         ",
		       warden_object_word(&s, WARDEN_A_SWITCHED_CLASS));
	if (n)
		puts("; on again: wardenctl sensor switch");
	if (warden_object_number(o, WARDEN_A_STATUS_CONTEXT) == WARDEN_CONSENT_CONTEXT_ARMED)
		puts("context     armed");
}

/* Of what is cut off, whose lists say so. */
static void print_cut(const struct warden_object *o)
{
	struct warden_object list;
	char safe[512];
	size_t n;

	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_CUT_LIST, n, &list); n++)
		printf("cut off     version %" PRIu64 " of the %s's list, %s\n",
		       warden_object_number(&list, WARDEN_A_CUT_LIST_VERSION),
		       warden_object_word(&list, WARDEN_A_CUT_LIST_LAYER),
		       warden_object_has(&list, WARDEN_A_CUT_LIST_SIGNER) ?
			       warden_output_escape(safe, sizeof(safe),
						    warden_object_string(&list, WARDEN_A_CUT_LIST_SIGNER)) :
			       "not signed");
}

/* What it takes to lift the lock is told first, as nothing else works until then. */
static void print_tamper(const struct warden_object *o)
{
	uint64_t inputs = warden_object_number(o, WARDEN_A_STATUS_TAMPER_INPUTS);
	uint64_t unseen = warden_object_number(o, WARDEN_A_STATUS_TAMPER_UNSEEN);
	uint64_t count = warden_object_number(o, WARDEN_A_STATUS_TAMPER_COUNT);
	char safe[512];

	printf("starts      %" PRIu64 ", as far as states were restored\n",
	       warden_object_number(o, WARDEN_A_STATUS_STARTS));
	if (!inputs && !count)
		return;
	printf("tampering   ");
	if (warden_object_number(o, WARDEN_A_STATUS_TAMPERED))
		printf("LOCKED but for the safety list; when all is well: wardenctl tamper clear\n            ");
	printf("%" PRIu64 " times", count);
	if (count)
		printf(", last by %s",
		       warden_output_escape(safe, sizeof(safe),
					    warden_object_string(o, WARDEN_A_STATUS_TAMPER_WHAT)));
	printf("; %" PRIu64 " inputs", inputs);
	if (unseen)
		printf(", %" PRIu64 " of them not seen: wardenctl tamper list", unseen);
	putchar('\n');
}

static void print_inbound(const struct warden_object *o)
{
	uint64_t observed = warden_object_number(o, WARDEN_A_STATUS_INBOUND_OBSERVED);
	const char *how = !warden_object_number(o, WARDEN_A_STATUS_INBOUND) ? "the policy closes no port" :
			  warden_object_number(o, WARDEN_A_STATUS_INBOUND_NOTING) ?
				  "looked at, answers are noted on the way out" : "looked at";

	printf("inbound     %s, %" PRIu64 " packets dropped", how,
	       warden_object_number(o, WARDEN_A_STATUS_INBOUND_DROPPED));
	if (observed)
		printf(", %" PRIu64 " observed", observed);
	putchar('\n');
}

static void print_setup(const struct warden_object *o)
{
	char safe[512];

	if (warden_object_has(o, WARDEN_A_STATUS_OWNER))
		printf("owner       %s\n",
		       warden_output_escape(safe, sizeof(safe), warden_object_string(o, WARDEN_A_STATUS_OWNER)));
	else if (warden_object_number(o, WARDEN_A_STATUS_SETUP) == WARDEN_SETUP_NEEDED)
		puts("owner       none yet, and all that waits for one is closed; try: wardenctl setup");
}

/* What nobody is asked about: control 30 wants none of it. */
static void print_open(const struct warden_object *o)
{
	uint64_t defaults = warden_object_number(o, WARDEN_A_STATUS_OPEN_DEFAULTS);
	uint64_t sensors = warden_object_number(o, WARDEN_A_STATUS_OPEN_SENSORS);
	const char *join = " (";
	uint32_t i;

	printf("unasked     %d defaults allow", __builtin_popcountll(defaults));
	for (i = 0; i < 64; i++) {
		if (!(defaults & UINT64_C(1) << i))
			continue;
		printf("%s%s", join, warden_enum_word(warden_enum_domain(), i));
		join = ", ";
	}
	printf("%s, %" PRIu64 " sensor rules for any program or without consent\n", defaults ? ")" : "",
	       sensors);
}

static void print_counts(const struct warden_object *o)
{
	printf("sensors     %" PRIu64 ", %" PRIu64 " sessions, %" PRIu64 " consents\n",
	       warden_object_number(o, WARDEN_A_STATUS_SENSORS),
	       warden_object_number(o, WARDEN_A_STATUS_SESSIONS),
	       warden_object_number(o, WARDEN_A_STATUS_CONSENTS));
	printf("records     %" PRIu64 ", %" PRIu64 " lost\n",
	       warden_object_number(o, WARDEN_A_STATUS_RECORDS),
	       warden_object_number(o, WARDEN_A_STATUS_RECORDS_LOST));
	printf("measured    %" PRIu64, warden_object_number(o, WARDEN_A_STATUS_MEASUREMENTS));
	if (warden_object_has(o, WARDEN_A_STATUS_PCR))
		printf(", into PCR %" PRIu64 "\n", warden_object_number(o, WARDEN_A_STATUS_PCR));
	else
		puts(", no TPM");
	printf("calls       %" PRIu64 " into the module, %" PRIu64 " denials\n",
	       warden_object_number(o, WARDEN_A_STATUS_CALLS),
	       warden_object_number(o, WARDEN_A_STATUS_DENIALS));
}

static void print_status(const struct warden_object *o)
{
	char safe[512];

	printf("warden      %s\n", warden_object_string(o, WARDEN_A_STATUS_VERSION));
	printf("tier        %s", warden_object_word(o, WARDEN_A_STATUS_TIER));
	if (warden_object_has(o, WARDEN_A_STATUS_TIER_TEXT))
		printf(": %s",
		       warden_output_escape(safe, sizeof(safe),
					    warden_object_string(o, WARDEN_A_STATUS_TIER_TEXT)));
	putchar('\n');
	print_hooks(o);
	print_policy(o);
	print_layers(o);
	print_setup(o);
	print_open(o);
	print_shadow(o);
	print_surfaces(o);
	print_probe(o);
	print_switches(o);
	print_cut(o);
	print_tamper(o);
	print_inbound(o);
	print_counts(o);
}

/* Where there is no module, what is most likely in its way is the better advice. */
static void print_hindrance(void)
{
	struct warden_finding finding;
	size_t n;

	for (n = 0; warden_doctor_check(n, &finding); n++) {
		if (finding.health != WARDEN_HEALTH_LACKS)
			continue;
		fprintf(stderr, "wardenctl: doctor: %s: %s; %s\n", finding.check, finding.text,
			finding.remedy);
		return;
	}
}

static int run_status(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const struct warden_ask ask = {
		.what = "status",
		.cmd = WARDEN_CMD_STATUS_GET,
		.print = print_status,
		.unreached = print_hindrance,
	};

	int status = warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_one(ctl, &ask);

	if (!status && !ctl->json)
		warden_policy_print_purposes();
	return status;
}

const struct warden_noun *warden_noun_status(void)
{
	static const struct warden_verb verbs[] = { { "", "", run_status }, { NULL, NULL, NULL } };
	static const struct warden_noun noun = { "status", "what runs, and why", verbs };

	return &noun;
}

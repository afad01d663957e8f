// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "enforce.h"

struct enforce {
	struct warden_model *m;
	struct warden_diags *d;
	bool loads;
};

bool warden_enforces_default(uint32_t domain, enum warden_action action)
{
	if (action == WARDEN_ACTION_ALLOW)
		return true;
	return warden_domain_has_rules(domain);
}

/* @lacks is a subject with its verb: "`usb` rules are". */
static void report(struct enforce *e, struct warden_place at, const char *lacks, bool optional,
		   const char *what)
{
	if (optional)
		warden_diags_note(e->d, at,
				  "%s not enforced by this build; this optional %s is skipped",
				  lacks, what);
	else if (e->loads)
		warden_diags_add(e->d, at,
				 "%s not enforced by this build; mark the %s `optional` to load "
				 "without it",
				 lacks, what);
	else
		warden_diags_note(e->d, at,
				  "%s not enforced by this build; a load is refused unless the %s "
				  "is marked `optional`",
				  lacks, what);
}

/* A process is known to have used a class. */
static bool names_device(const struct warden_model *m, const struct warden_rule *r)
{
	uint32_t i;

	for (i = 0; r->domain == WARDEN_DOMAIN_EGRESS && i < r->sensors.n; i++)
		if (m->sensors.v[r->sensors.first + i].kind != WARDEN_SENSOR_ANY &&
		    m->sensors.v[r->sensors.first + i].kind != WARDEN_SENSOR_CLASS)
			return true;
	return false;
}

static const char *rule_lacks(const struct warden_model *m, const struct warden_rule *r)
{
	if (names_device(m, r))
		return "`egress` by one device instead of its class is";
	return NULL;
}

static void check_defaults(struct enforce *e)
{
	uint32_t domain;

	for (domain = 0; domain < WARDEN_MODEL_DOMAINS; domain++) {
		const struct warden_default *def = &e->m->defaults[domain];
		char lacks[64];

		if (!def->at.line || warden_enforces_default(domain, def->action))
			continue;
		snprintf(lacks, sizeof(lacks), "`default %s deny` is", warden_model_domain(domain));
		report(e, def->at, lacks, def->tags.optional.line, "default");
	}
}

static void check_appraises(struct enforce *e)
{
	size_t i;

	for (i = 0; i < e->m->appraises.n; i++) {
		const struct warden_appraise *a = &e->m->appraises.v[i];
		char lacks[64];

		if (a->domain == WARDEN_DOMAIN_EXEC || a->domain == WARDEN_DOMAIN_MODULE ||
		    a->domain == WARDEN_DOMAIN_BPF)
			continue;
		snprintf(lacks, sizeof(lacks), "`appraise %s` is", warden_model_domain(a->domain));
		report(e, a->at, lacks, a->tags.optional.line, "statement");
	}
}

void warden_enforce_model(struct warden_model *m, struct warden_diags *d, bool loads)
{
	struct enforce e = { m, d, loads };
	size_t i;

	check_defaults(&e);
	for (i = 0; i < m->rules.n; i++) {
		struct warden_rule *r = &m->rules.v[i];

		bool counted = !r->lacks;

		r->lacks = rule_lacks(m, r);
		if (!r->lacks)
			continue;
		m->wire_rules -= counted ? warden_model_spread(r) : 0;
		report(&e, r->at, r->lacks, r->tags.optional.line, "rule");
	}
	for (i = 0; i < m->safety.n; i++) {
		struct warden_rule *r = &m->safety.v[i];

		r->lacks = rule_lacks(m, r);
		if (r->lacks)
			warden_diags_note(d, r->at, "%s not enforced by this build; this entry is "
						    "not kept", r->lacks);
	}
	check_appraises(&e);
	if (m->library.line)
		report(&e, m->library, "`measure library` is", m->library_tags.optional.line,
		       "statement");
}

// SPDX-License-Identifier: GPL-2.0-only
/* What two policies answer differently of things that have a name, and nothing else. */
#include <stdio.h>
#include <string.h>

#include "diff_priv.h"
#include "model.h"
#include "wire.h"

void warden_diff_surfaces(const struct diff *d)
{
	struct warden_question q = warden_diff_question(d);
	struct warden_outcome answers[WARDEN_SUBJECT_VIEWS];
	char what[64];

	for (q.surface = WARDEN_DEBUG_SURFACE_BPF; q.surface <= WARDEN_DEBUG_SURFACE_TRACEFS;
	     q.surface++) {
		if (!warden_diff_ask(d, &q, answers))
			continue;
		snprintf(what, sizeof(what), "debug %s",
			 warden_enum_word(warden_enum_debug_surface(), q.surface));
		warden_diff_tell(d, what, answers);
	}
}

/*
 * A pattern is asked for as it stands: its asterisk is a character that begins no
 * other name, and so the name is one that only this pattern and wider ones match.
 */
static void tell_name(const struct diff *d, const char *name)
{
	struct warden_question q = warden_diff_question(d);
	struct warden_outcome answers[WARDEN_SUBJECT_VIEWS];
	char what[WARDEN_PATTERN_MAX + 32];

	q.name = name;
	if (!warden_diff_ask(d, &q, answers))
		return;
	if (name)
		snprintf(what, sizeof(what), "%s \"%.63s\"", warden_model_domain(d->domain), name);
	else
		snprintf(what, sizeof(what), "%s any other name", warden_model_domain(d->domain));
	warden_diff_tell(d, what, answers);
}

void warden_diff_names(const struct diff *d)
{
	size_t i, k;

	/* Of modules the other names are told as the other files. */
	if (d->domain == WARDEN_DOMAIN_AUTOLOAD)
		tell_name(d, NULL);
	for (i = 0; i < d->differing.n; i++) {
		uint32_t pattern = d->differing.v[i].pattern;

		for (k = 0; k < i && d->differing.v[k].pattern != pattern; k++)
			;
		if (pattern && k == i)
			tell_name(d, d->texts.v[pattern - 1]);
	}
}

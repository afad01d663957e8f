// SPDX-License-Identifier: GPL-2.0-only
/* What two policies answer differently of things that go by a name. */
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

/* A device as a rule has it; NULL is one no rule names. */
static void tell_usb(const struct diff *d, const struct meaning *m)
{
	struct warden_question q = warden_diff_question(d);
	struct warden_outcome answers[WARDEN_SUBJECT_VIEWS];
	char what[WARDEN_TOPOLOGY_MAX + 96], class[16], hex[2 * WARDEN_DIGEST_SIZE + 1];
	const char *port = m && m->topology ? d->texts.v[m->topology - 1] : NULL;

	q.name = m && m->pattern ? d->texts.v[m->pattern - 1] : NULL;
	q.class = m ? m->class : 0;
	q.topology = port;
	if (m)
		q.object = m->digest;
	if (!warden_diff_ask(d, &q, answers))
		return;
	if (q.class)
		snprintf(what, sizeof(what), "usb class \"%s\"", warden_usb_class_word(class, q.class));
	else if (q.object.alg)
		snprintf(what, sizeof(what), "usb sha256 \"%s\"",
			 warden_hex_put(hex, q.object.bytes, sizeof(q.object.bytes)));
	else
		snprintf(what, sizeof(what), "usb %.63s", q.name ? q.name : "any other device");
	if (port)
		snprintf(what + strlen(what), sizeof(what) - strlen(what), " on \"%s\"", port);
	warden_diff_tell(d, what, answers);
}

void warden_diff_usb(const struct diff *d)
{
	size_t i;

	tell_usb(d, NULL);
	for (i = 0; i < d->differing.n; i++) {
		const struct meaning *m = &d->differing.v[i];

		if (m->pattern || m->class || m->topology || m->digest.alg)
			tell_usb(d, m);
	}
}

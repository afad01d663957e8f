/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verbs of consent share, and the larger of them. */
#ifndef WARDEN_CONSENT_WORDS_H
#define WARDEN_CONSENT_WORDS_H

#include <stdint.h>

struct warden_blob;
struct warden_ctl;
struct warden_object;

/* The class a word names; below 0 where there is none. */
int warden_consent_class(const char *word);

/* Say that there is no such class, and which may be meant; gives an exit status. */
int warden_consent_no_class(const char *word);

/* A name as an attribute; says what is wrong with it otherwise. Gives an exit status. */
int warden_consent_put_label(struct warden_blob *b, uint16_t type, const char *what, const char *text);

/* The larger verbs of wardenctl consent; give an exit status. */
int warden_consent_grant(const struct warden_ctl *ctl, int argc, char **argv);
int warden_consent_show(const struct warden_ctl *ctl, int argc, char **argv);
int warden_consent_ask(const struct warden_ctl *ctl, int argc, char **argv);
int warden_consent_export(const struct warden_ctl *ctl, int argc, char **argv);
int warden_consent_import(const struct warden_ctl *ctl, int argc, char **argv);
int warden_consent_vouch(const struct warden_ctl *ctl, int argc, char **argv);
int warden_consent_carry(const struct warden_ctl *ctl, int argc, char **argv);

#endif /* WARDEN_CONSENT_WORDS_H */

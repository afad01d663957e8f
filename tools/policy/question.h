/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy file that is asked about, and questions as people write them. */
#ifndef WARDEN_QUESTION_H
#define WARDEN_QUESTION_H

#include "decode.h"
#include "source.h"

/* A policy read from a text, and as the module would see it. */
struct warden_asked {
	struct warden_source source;
	struct warden_view view;
	WARDEN_ARRAY(uint32_t) ends; /* the last number each rule of the text has in the view */
};

/**
 * warden_asked_open() - read a policy to be asked about
 * @a: filled in; closed with warden_asked_close() in any case
 * @file: the policy
 * @root: where what it names is looked for
 *
 * What is wrong is told on standard error.
 *
 * Return: 0, or a negative errno.
 */
int warden_asked_open(struct warden_asked *a, const char *file, const char *root);

/* The same without a policy: only the files that a question may name. */
int warden_asked_files(struct warden_asked *a, const char *root);
void warden_asked_close(struct warden_asked *a);

/* Let the text of a policy go; what is asked from now on is asked of the view alone. */
void warden_asked_forget(struct warden_asked *a);

/* The rule of the text that a rule of the view was made of, by its number there; NULL is none. */
const struct warden_rule *warden_asked_rule(const struct warden_asked *a, uint32_t number);

/* A question and the words for it. */
struct warden_query {
	struct warden_question q;
	const char *who; /* name of the program; NULL is any the policy does not name */
	char what[400];  /* as a rule would have it */
	char by[120];	 /* how that came about, "" where it is what was asked */
	char wrong[400]; /* what is wrong with the words, "" where nothing is */
};

/* Each fills in a part of a query; false where @query->wrong says why not. */
/* @exports: to have what it delivers as files, too. */
bool warden_query_sensor(struct warden_query *query, const char *class, const char *topology,
			 bool exports);

/*
 * To listen or to bind. @on, @at and @from may be NULL: by any interface, at any own address, from
 * anywhere; what is bound is then asked as if none were known, and has no @at.
 */
bool warden_query_receive(struct warden_query *query, uint32_t domain, const char *protocol,
			  const char *port, const char *on, const char *at, const char *from);

/*
 * @address may be NULL: one that no rule names, and @on: whichever way its route leads, so that no
 * rule that allows one interface says enough.
 */
bool warden_query_connect(struct warden_query *query, const char *protocol, const char *port,
			  const char *address, const char *on);
/* What a program may send to that used a sensor; @address and @on as above. */
bool warden_query_egress(struct warden_query *query, const char *class, const char *address,
			 const char *on);
/*
 * Where connecting is allowed and @v names a broker there, the query becomes one for the use of its
 * sensor. @decides is the policy that says whether it is allowed.
 */
bool warden_query_broker(struct warden_query *query, const struct warden_view *v,
			 const struct warden_view *decides);
bool warden_query_protocol(struct warden_query *query, const char *name);
/* @object is a path, the name of a module, an alias or a debug surface, as @domain has it. */
bool warden_query_object(struct warden_query *query, const struct warden_asked *a, uint32_t domain,
			 const char *object);

/* @name is a program of the policy, or the whole path of a file. */
bool warden_query_program(struct warden_query *query, const struct warden_asked *a,
			  const char *name);

/* Let each consent stand that the policy knows a purpose for. */
void warden_query_consent(struct warden_query *query, const struct warden_asked *a);

#endif /* WARDEN_QUESTION_H */

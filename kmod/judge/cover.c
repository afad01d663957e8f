// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does one layer allow all that a rule of another allows? Pure, and exact: it
 * asks the decision itself, so there is no second idea of what a rule means.
 *
 * What a rule matches is endless, but only so many of its points can be told
 * apart: a verdict changes where a rule begins or ends, and at a program, a
 * user, a device or a digest that some rule names. One point of each such piece
 * is tried, and one that no rule names. Here are the rules and who does what they allow; what it is done
 * to is in cover-object.c.
 *
 * A consent that a layer asks for is taken as given: it stays asked for, since
 * what is done needs the assent of every layer.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "cover-priv.h"
#include "cover.h"
#include "decide.h"

/* A user nobody is; stage refuses a policy that names it. */
#define NO_USER U32_MAX

/* Started with what a program must be started with, or with something else. */
static int try_command(struct probe *p, u64 arguments)
{
	if (p->program && p->program->arguments && p->program->arguments != arguments)
		return 0;
	p->command.key = arguments;
	p->req.command = arguments ? &p->command : NULL;
	return warden_cover_objects(p);
}

static int try_commands_of(struct probe *p, const struct warden_snapshot *snap)
{
	u32 i = warden_decide_refs(snap, &p->subject.digest);
	int err = 0;

	for (; !err && snap->nr_arguments && i < snap->nr_refs; i++) {
		const struct warden_program *program = &snap->programs[snap->refs[i].program];

		if (!warden_decide_same(&snap->refs[i].digest, &p->subject.digest))
			break;
		if (program->arguments)
			err = try_command(p, program->arguments);
	}
	return err;
}

static int try_commands(struct probe *p)
{
	int err = try_command(p, 0);

	if (!err)
		err = try_commands_of(p, p->from);
	return err ?: try_commands_of(p, p->by);
}

/* Somebody of a user, in a unit: as a program a policy names must be, or nobody of whom it speaks. */
static int try_place(struct probe *p, u32 uid, u64 unit)
{
	if (p->program && ((p->program->has_uid && p->program->uid != uid) ||
			   (p->program->unit && p->program->unit != unit)))
		return 0;
	p->req.uid = uid;
	p->req.unit = unit;
	return try_commands(p);
}

/* What one program asks of the user and another of the unit may come together. */
static int try_units(struct probe *p, const struct warden_snapshot *snap, u32 uid)
{
	u32 i = warden_decide_refs(snap, &p->subject.digest);
	int err = 0;

	for (; !err && snap->units && i < snap->nr_refs; i++) {
		const struct warden_program *program = &snap->programs[snap->refs[i].program];

		if (!warden_decide_same(&snap->refs[i].digest, &p->subject.digest))
			break;
		if (program->unit)
			err = try_place(p, uid, program->unit);
	}
	return err;
}

static int try_user(struct probe *p, u32 uid)
{
	int err = try_place(p, uid, 0);

	if (!err)
		err = try_units(p, p->from, uid);
	return err ?: try_units(p, p->by, uid);
}

static int try_users_of(struct probe *p, const struct warden_snapshot *snap)
{
	u32 i = warden_decide_refs(snap, &p->subject.digest);
	int err = 0;

	for (; !err && i < snap->nr_refs; i++) {
		const struct warden_program *program = &snap->programs[snap->refs[i].program];

		if (!warden_decide_same(&snap->refs[i].digest, &p->subject.digest))
			break;
		if (program->has_uid)
			err = try_user(p, program->uid);
	}
	return err;
}

static int try_subject(struct probe *p, const struct warden_digest *digest)
{
	int err;

	p->subject.digest = *digest;
	err = try_user(p, NO_USER);
	if (!err)
		err = try_users_of(p, p->from);
	return err ?: try_users_of(p, p->by);
}

static int try_subjects_of(struct probe *p, const struct warden_snapshot *snap)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < snap->nr_refs; i++)
		if (!i || !warden_decide_same(&snap->refs[i - 1].digest, &snap->refs[i].digest))
			err = try_subject(p, &snap->refs[i].digest);
	return err;
}

/* The program of the rule, as the layer says that takes the place of the one it is of. */
static const struct warden_program *find_program(const struct probe *p)
{
	const struct warden_program *program;
	u32 i;

	if (!p->rule->program)
		return NULL;
	program = &p->from->programs[p->rule->program - 1];
	for (i = 0; p->renewed && i < p->by->nr_programs; i++)
		if (!strcmp(p->by->programs[i].label, program->label))
			return &p->by->programs[i];
	return program;
}

static int try_rule(struct probe *p, const struct warden_rule *rule)
{
	const struct warden_digest none = { .alg = WARDEN_DIGEST_ALG_NONE };
	int err;
	u32 i;

	p->rule = rule;
	p->program = find_program(p);
	p->req = (struct warden_request){ .domain = rule->domain,
					  .subject = &p->subject,
					  .object = &p->object,
					  .exports = rule->flags & WARDEN_RULE_FLAG_EXPORT };
	if (p->program) {
		for (i = 0, err = 0; !err && i < p->program->nr_digests; i++)
			err = try_subject(p, &p->program->digests[i]);
		return err;
	}
	err = try_subject(p, &none);
	if (!err)
		err = try_subjects_of(p, p->from);
	return err ?: try_subjects_of(p, p->by);
}

/* Try the allow rules of p->from that have all of @flags. */
static int try_rules(struct probe *p, u16 flags, u32 *line)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < p->from->nr_rules; i++) {
		const struct warden_rule *rule = &p->from->rules[i];

		if (rule->action != WARDEN_ACTION_ALLOW || (rule->flags & flags) != flags)
			continue;
		err = try_rule(p, rule);
		*line = rule->line;
	}
	return err;
}

static int check_defaults(const struct warden_snapshot *below, const struct warden_snapshot *above,
			  u32 *domain)
{
	for (*domain = WARDEN_DOMAIN_SENSOR; *domain < WARDEN_DOMAIN_RULES; ++*domain)
		if (below->has_default & BIT(*domain) &&
		    below->defaults[*domain].action == WARDEN_ACTION_ALLOW &&
		    above->defaults[*domain].action == WARDEN_ACTION_DENY &&
		    !(above->waits & BIT(*domain)))
			return -EPERM;
	return 0;
}

/**
 * warden_cover_narrows() - does a layer allow nothing that one above it does not?
 * @below: the layer
 * @above: the layer above
 * @line: set to the line of the rule that allows more; 0 where a default does
 * @domain: set to the domain of that default
 *
 * Looks at what @below says: its rules that allow, and the defaults it gives
 * itself. A domain it gives no default for is left to the layers above.
 *
 * Context: Process context, may sleep; the caller keeps both alive.
 * Return: 0; -EPERM where it allows more; -E2BIG where it takes too long to tell.
 */
int warden_cover_narrows(const struct warden_snapshot *below, const struct warden_snapshot *above,
			 u32 *line, u32 *domain)
{
	struct probe p = { .from = below, .by = above };

	*line = 0;
	return check_defaults(below, above, domain) ?: try_rules(&p, 0, line);
}

/**
 * warden_cover_renewal() - does a layer allow all that the safety list of the one
 *			   before it names?
 * @before: the layer with the list
 * @after: the layer that takes its place
 * @line: set to the line, in @before, of the entry that is denied
 *
 * A program of @before that @after names, too, is the one @after says: its file may
 * have changed in between. Other files are held to as they were.
 *
 * Context: Process context, may sleep; the caller keeps both alive.
 * Return: 0; -EPERM where an entry is denied; -E2BIG where it takes too long to tell.
 */
int warden_cover_renewal(const struct warden_snapshot *before, const struct warden_snapshot *after,
			 u32 *line)
{
	struct probe p = { .from = before, .by = after, .renewed = true, .always = true };

	*line = 0;
	return try_rules(&p, WARDEN_RULE_FLAG_SAFETY, line);
}

/**
 * warden_cover_safety() - does a layer allow all that the safety list names?
 * @maker: the layer with the list
 * @layer: the layer; may be @maker
 * @line: set to the line of the entry that is denied
 *
 * Context: Process context, may sleep; the caller keeps both alive.
 * Return: 0; -EPERM where an entry is denied; -E2BIG where it takes too long to tell.
 */
int warden_cover_safety(const struct warden_snapshot *maker, const struct warden_snapshot *layer,
			u32 *line)
{
	struct probe p = { .from = maker, .by = layer, .always = true };

	*line = 0;
	return try_rules(&p, WARDEN_RULE_FLAG_SAFETY, line);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* What cover.c and cover-object.c share: the rule that is tried, and the point it is tried at. */
#ifndef WARDEN_COVER_PRIV_H
#define WARDEN_COVER_PRIV_H

#include <linux/types.h>

#include "arguments.h"
#include "decide.h"
#include "policy/snapshot.h"

/* Protocols that the rules of one program can tell apart. */
#define PROTOCOLS_MAX 16

/**
 * struct probe - one rule, tried on one layer
 * @from: the layer the rule is of
 * @by: the layer that must allow what it allows
 * @rule: the rule
 * @program: of the rule; NULL is any
 * @renewed: @by takes the place of @from, so that a program of the same name is
 *	     the same program, whatever became of its file
 * @always: where @from itself denies, too
 * @steps: rules looked at
 * @weight: rules one decision looks at, for the subject of now
 * @conditional: some of those rules ask from where a packet comes in
 * @nr_protocols: how many @protocols
 * @protocols: those of the rules for the subject of now; 0 is one that no rule names
 * @subject: of @req
 * @object: of @req
 * @command: of @req: nothing but which arguments a program was started with, of those a layer asks
 *	     for. Two patterns are taken for two command lines, though one line may be both
 * @req: the point that is tried
 */
struct probe {
	const struct warden_snapshot *from;
	const struct warden_snapshot *by;
	const struct warden_rule *rule;
	const struct warden_program *program;
	bool renewed;
	bool always;
	u32 steps;
	u32 weight;
	bool conditional;
	u32 nr_protocols;
	u16 protocols[PROTOCOLS_MAX];
	struct warden_identity subject;
	struct warden_identity object;
	struct warden_command command;
	struct warden_request req;
};

int warden_cover_objects(struct probe *p);

#endif /* WARDEN_COVER_PRIV_H */

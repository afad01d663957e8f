/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of judging share. Others include judge.h. */
#ifndef WARDEN_JUDGE_PRIV_H
#define WARDEN_JUDGE_PRIV_H

#include "judge.h"

struct warden_command;
struct warden_layers;

/* judge.c: a question and its answer */
bool warden_judge_fill_in(struct warden_request *req, const struct warden_layers *layers,
			  struct warden_command *command);

#endif /* WARDEN_JUDGE_PRIV_H */

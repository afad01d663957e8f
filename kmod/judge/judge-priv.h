/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of judging share. Others include judge.h. */
#ifndef WARDEN_JUDGE_PRIV_H
#define WARDEN_JUDGE_PRIV_H

#include "judge.h"

struct warden_command;
struct warden_layers;
struct warden_sensor;

/* judge.c: a question and its answer */
bool warden_judge_fill_in(struct warden_request *req, const struct warden_layers *layers,
			  struct warden_command *command);

/* judge-behind.c: what is asked of beside what was asked for */
struct warden_sensor *warden_judge_list_behind(dev_t devt, const struct warden_request *req, int *nr);
void warden_judge_turn_to(struct warden_request *req, const struct warden_sensor *sensor);

#endif /* WARDEN_JUDGE_PRIV_H */

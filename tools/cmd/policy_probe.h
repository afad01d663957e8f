/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CMD_POLICY_PROBE_H
#define WARDEN_CMD_POLICY_PROBE_H

struct warden_ctl;

/**
 * warden_policy_probe() - try each hook under the policy in force
 * @ctl: what stood on the command line for all commands
 * @argc: of the verb
 * @argv: of the verb
 *
 * Return: 0 where every hook answered and what it answered came true, else 1; 2
 * for wrong usage.
 */
int warden_policy_probe(const struct warden_ctl *ctl, int argc, char **argv);

#endif /* WARDEN_CMD_POLICY_PROBE_H */

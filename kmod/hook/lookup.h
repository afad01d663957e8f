/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_LOOKUP_H
#define WARDEN_LOOKUP_H

struct bpf_load_and_run_opts;

unsigned long warden_lookup_function(const char *name);
int warden_lookup_run(struct bpf_load_and_run_opts *asked);

#endif /* WARDEN_LOOKUP_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CODE_H
#define WARDEN_CODE_H

struct bpf_prog;

int warden_code_bpf(const struct bpf_prog *prog);
int warden_code_kernel(const char *how);

#endif /* WARDEN_CODE_H */

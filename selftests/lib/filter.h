/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF programs that do nothing, loaded and let go again.
 */
#ifndef WARDEN_TEST_FILTER_H
#define WARDEN_TEST_FILTER_H

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What tells one from another: what it answers, the map it names (-1 is none), what it is for. */
struct filter {
	int answer;
	int map;
	uint32_t type;
	uint32_t attached;
	uint32_t target;
};

/* 0 or the errno. */
static inline int filter_load(const struct filter *f)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = f->map },
		{ .code = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = f->answer },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const int skipped = f->map < 0 ? 2 : 0;
	union bpf_attr attr = { .prog_type = f->type, .prog_name = "measured",
				.insns = (uintptr_t)(insns + skipped), .insn_cnt = 4 - skipped,
				.expected_attach_type = f->attached, .attach_btf_id = f->target,
				.license = (uintptr_t)"GPL" };
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)), err = fd < 0 ? errno : 0;

	close(fd);
	return err;
}

#endif /* WARDEN_TEST_FILTER_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers what the programs' loader asks about the module's own functions, and asks the kernel as a loader does.
 *
 * The loader of a light skeleton asks for each function a program calls by its name, and
 * the kernel reads all names of its own BTF and of each module's before it comes to ours:
 * with sixty modules that is 95 of 100 instructions of an insmod. It is asked once, for a
 * descriptor of the module's BTF; which id a function has there the module knows from its
 * build. So each such call in the loader becomes the answer it would give.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <bpf/skel_internal.h>

#include "kfunc.h"
#include "links.h"
#include "lookup.h"

/* What a loader was given, so that what it did not close is closed. */
struct answers {
	struct bpf_load_and_run_opts *asked;
	struct file *btf;
	struct bpf_insn *insns;
	u32 nr_insns;
	int *fds;
	u32 nr_fds;
};

/* --- questions of ours -------------------------------------------------------------------- */

struct question {
	struct bpf_loader_ctx ctx;
	u64 found;
};

/*
 * As a loader asks: by a program, with the name in the map of its data. The answer, or 0. Register 6 has the
 * question, and 1 and 2 the name and its length when @asking begins.
 */
static u64 ask(const char *name, const struct bpf_insn *asking, u32 nr_insns)
{
	const struct bpf_insn naming[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_LD_IMM64_RAW(BPF_REG_1, BPF_PSEUDO_MAP_IDX_VALUE, 0),
		BPF_MOV64_IMM(BPF_REG_2, (s32)strlen(name) + 1),
	};
	struct question q = { .ctx.sz = sizeof(q) };
	struct bpf_load_and_run_opts opts = {
		.ctx = &q.ctx,
		.data = name,
		.data_sz = strlen(name) + 1,
		.insns_sz = sizeof(naming) + nr_insns * sizeof(*asking),
	};
	struct bpf_insn *insns = kmalloc(opts.insns_sz, GFP_KERNEL);
	int err;

	if (!insns)
		return 0;
	memcpy(insns, naming, sizeof(naming));
	memcpy(insns + ARRAY_SIZE(naming), asking, nr_insns * sizeof(*asking));
	opts.insns = insns;
	err = bpf_load_and_run(&opts);
	kfree(insns);
	return err ? 0 : q.found;
}

/* The descriptor of a BTF above the id that a function has in it. */
static const struct bpf_insn which_btf[] = {
	BPF_MOV64_IMM(BPF_REG_3, BTF_KIND_FUNC),
	BPF_MOV64_IMM(BPF_REG_4, 0),
	BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_btf_find_by_name_kind),
	BPF_STX_MEM(BPF_DW, BPF_REG_6, BPF_REG_0, offsetof(struct question, found)),
	BPF_MOV64_IMM(BPF_REG_0, 0),
	BPF_EXIT_INSN(),
};

static const struct bpf_insn which_address[] = {
	BPF_MOV64_IMM(BPF_REG_3, 0),
	BPF_MOV64_REG(BPF_REG_4, BPF_REG_10),
	BPF_ALU64_IMM(BPF_ADD, BPF_REG_4, -8),
	BPF_ST_MEM(BPF_DW, BPF_REG_4, 0, 0),
	BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_kallsyms_lookup_name),
	BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8),
	BPF_STX_MEM(BPF_DW, BPF_REG_6, BPF_REG_1, offsetof(struct question, found)),
	BPF_MOV64_IMM(BPF_REG_0, 0),
	BPF_EXIT_INSN(),
};

#define ASKED_FOR "warden_kf_file_open"

/* The file of the module's BTF, or NULL where the kernel's answer is not the one we know. */
static struct file *find_btf(void)
{
	const s64 found = ask(ASKED_FOR, which_btf, ARRAY_SIZE(which_btf));
	struct file *file;
	int fd;

	if (found <= 0)
		return NULL;
	fd = (int)(found >> 32);
	if (!fd)
		return NULL;
	file = lower_32_bits(found) == warden_kfunc_id(ASKED_FOR) ? fget(fd) : NULL;
	close_fd(fd);
	return file;
}

/**
 * warden_lookup_function() - where a function of the kernel is
 * @name: as the kernel's table of symbols has it
 *
 * Context: Process context, sleeps; once the module is live.
 * Return: its address, or 0 where the kernel does not tell: kernel.kptr_restrict may be 2.
 */
unsigned long warden_lookup_function(const char *name)
{
	return IS_ENABLED(CONFIG_BPF_SYSCALL) ? ask(name, which_address, ARRAY_SIZE(which_address)) : 0;
}

/* --- the answers --------------------------------------------------------------------------- */

/* How the generator writes a question: where the name is in two, its length, kind, flags, the call. */
#define QUESTION_INSNS 6

static bool is_question(const struct bpf_insn *insn)
{
	return insn[0].code == (BPF_LD | BPF_DW | BPF_IMM) && insn[0].dst_reg == BPF_REG_1 &&
	       insn[0].src_reg == BPF_PSEUDO_MAP_IDX_VALUE && !insn[0].imm &&
	       insn[2].code == (BPF_ALU64 | BPF_MOV | BPF_K) && insn[2].dst_reg == BPF_REG_2 &&
	       insn[3].code == (BPF_ALU64 | BPF_MOV | BPF_K) && insn[3].dst_reg == BPF_REG_3 &&
	       insn[3].imm == BTF_KIND_FUNC &&
	       insn[4].code == (BPF_ALU64 | BPF_MOV | BPF_K) && insn[4].dst_reg == BPF_REG_4 &&
	       insn[5].code == (BPF_JMP | BPF_CALL) && !insn[5].src_reg &&
	       insn[5].imm == BPF_FUNC_btf_find_by_name_kind;
}

/* The id of the function that is asked for, or 0 where it is not ours. */
static u32 asked_id(const struct bpf_load_and_run_opts *asked, const struct bpf_insn *insn)
{
	u32 at = insn[1].imm, len = insn[2].imm;
	const char *name = asked->data + at;

	if (!len || at >= asked->data_sz || len > asked->data_sz - at || name[len - 1])
		return 0;
	return warden_kfunc_id(name);
}

/* The last two instructions, flags and call, become the result; the loader closes the descriptor. */
static int answer(struct answers *a, struct bpf_insn *insn, u32 id)
{
	const struct bpf_insn result[] = { BPF_LD_IMM64(BPF_REG_0, 0) };
	int fd = warden_links_lend(a->btf);

	if (fd < 0)
		return fd;
	a->fds[a->nr_fds++] = fd;
	memcpy(&insn[4], result, sizeof(result));
	insn[4].imm = (s32)id;
	insn[5].imm = fd;
	return 0;
}

static int answer_all(struct answers *a)
{
	u32 i, id;
	int err = 0;

	for (i = 0; i + QUESTION_INSNS <= a->nr_insns && !err; i++) {
		id = is_question(&a->insns[i]) ? asked_id(a->asked, &a->insns[i]) : 0;
		if (id)
			err = answer(a, &a->insns[i], id);
	}
	return err;
}

/* Those the loader did not come to. Who took a number meanwhile has another file there. */
static void close_left(const struct answers *a)
{
	struct file *file;
	u32 i;

	for (i = 0; i < a->nr_fds; i++) {
		file = fget(a->fds[i]);
		if (file == a->btf)
			close_fd(a->fds[i]);
		if (file)
			fput(file);
	}
}

static int run_answered(struct answers *a)
{
	struct bpf_load_and_run_opts opts = *a->asked;
	bool answered;
	int err = 0;

	a->nr_insns = opts.insns_sz / sizeof(*a->insns);
	a->insns = kvmemdup(opts.insns, opts.insns_sz, GFP_KERNEL);
	a->fds = kvcalloc(a->nr_insns / QUESTION_INSNS, sizeof(*a->fds), GFP_KERNEL);
	answered = a->insns && a->fds && !answer_all(a);
	if (answered) {
		opts.insns = a->insns;
		err = bpf_load_and_run(&opts);
	}
	if (a->fds)
		close_left(a);
	kvfree(a->fds);
	kvfree(a->insns);
	return answered ? err : bpf_load_and_run(a->asked);
}

/**
 * warden_lookup_run() - run a loader whose questions about our functions are answered
 * @asked: the loader, as its skeleton has it; not changed
 *
 * Where the answer to the one question that is asked is another than expected, or there
 * is no memory or no descriptor for the answers, the loader asks for all, which takes longer
 * and ends in the same.
 *
 * Context: Process context, sleeps; after warden_kfunc_init(), once the module is live.
 * Return: 0, or a negative errno and nothing is loaded.
 */
int warden_lookup_run(struct bpf_load_and_run_opts *asked)
{
	struct answers a = { .asked = asked };
	int err;

	if (!IS_ENABLED(CONFIG_BPF_SYSCALL))
		return -EOPNOTSUPP;
	a.btf = find_btf();
	if (!a.btf)
		return bpf_load_and_run(asked);
	err = run_answered(&a);
	fput(a.btf);
	return err;
}

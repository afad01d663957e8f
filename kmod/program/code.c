// SPDX-License-Identifier: GPL-2.0-only
/*
 * Code that programs bring into the kernel and that comes from no file: BPF programs, and
 * another kernel to be started. It is the kernel's as a module is, and measured where modules
 * are.
 */
#include <linux/bpf.h>
#include <linux/cred.h>
#include <linux/filter.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "code.h"
#include "identity.h"
#include "judge/judge.h"
#include "measure.h"
#include "sha256.h"

/* What a BPF program is called in the log; its own name has up to 15 characters. */
#define LABEL_MAX 64

/**
 * struct image - a BPF program as it is measured, the same each time it is loaded
 * @type: enum bpf_prog_type
 * @attached: enum bpf_attach_type it was made for
 * @target: the kernel function it is for, as a number of this kernel; 0 is none
 * @insns: its instructions, before the kernel checked and changed them
 */
struct image {
	__le32 type;
	__le32 attached;
	__le32 target;
	struct bpf_insn insns[];
};

/*
 * Descriptors, which are numbers of this load, and not of the program. Which functions of the kernel it
 * calls, and which variables it reads, are numbers of this kernel, and stay.
 */
static void blank(struct bpf_insn *insn, u32 left)
{
	const bool wide = insn->code == (BPF_LD | BPF_IMM | BPF_DW);

	if (wide && insn->src_reg == BPF_PSEUDO_BTF_ID && left > 1)
		insn[1].imm = 0;
	else if (wide && insn->src_reg && insn->src_reg != BPF_PSEUDO_FUNC)
		insn->imm = 0;
	else if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL)
		insn->off = 0;
}

static int digest_of(struct warden_digest *digest, const struct bpf_prog *prog)
{
	struct image *image = kvmalloc(struct_size(image, insns, prog->len), GFP_KERNEL);
	u32 i;

	if (!image)
		return -ENOMEM;
	image->type = cpu_to_le32(prog->type);
	image->attached = cpu_to_le32(prog->expected_attach_type);
	image->target = cpu_to_le32(prog->aux->attach_btf_id);
	memcpy(image->insns, prog->insnsi, bpf_prog_insn_size(prog));
	for (i = 0; i < prog->len; i++)
		blank(&image->insns[i], prog->len - i);
	digest->alg = WARDEN_DIGEST_ALG_SHA256;
	warden_sha256(digest->bytes, (const u8 *)image, struct_size(image, insns, prog->len));
	kvfree(image);
	return 0;
}

/* Is it one the policy names, by its digest? */
static int judge_bpf(const struct warden_identity *object, const char *label)
{
	struct warden_identity subject;
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_BPF,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.object = object,
	};
	struct warden_answer answer;
	int err;

	warden_identity_of_current(&subject);
	err = warden_judge(&req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, label, 0);
	return err;
}

/**
 * warden_code_bpf() - may a BPF program be loaded? Measure it before it is checked
 * @prog: the program, as it came from user space
 *
 * Who may load programs at all is decided elsewhere (warden_debug_judge()). What the module
 * carries was loaded before there was a policy.
 *
 * Context: Process context, sleeps.
 * Return: 0, -EACCES, or -ENOMEM: what is to be measured or judged and cannot be is not loaded.
 */
int warden_code_bpf(const struct bpf_prog *prog)
{
	const bool judged = warden_judge_appraises(WARDEN_DOMAIN_BPF) ||
			    warden_judge_has_rules(WARDEN_DOMAIN_BPF);
	const bool measured = warden_judge_measures(WARDEN_DOMAIN_MODULE);
	struct warden_identity object = { .reason = WARDEN_REASON_NONE };
	char label[LABEL_MAX];
	int err;

	if (!judged && !measured)
		return 0;
	err = digest_of(&object.digest, prog);
	if (err)
		return err;
	snprintf(label, sizeof(label), "bpf:%.15s", prog->aux->name);
	if (measured)
		warden_measure_add(WARDEN_DOMAIN_MODULE, &object.digest, label);
	return judged ? judge_bpf(&object, label) : 0;
}

/**
 * warden_code_kernel() - may a kernel be started that comes from memory, or with it from a disk?
 * @how: what a record says of it; NULL has no refusal recorded
 *
 * Its pieces are copied later and nobody is shown them, so that it cannot be measured nor found in a
 * list; as a module of which that is true, it is refused then, and where modules are denied.
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_code_kernel(const char *how)
{
	const struct warden_identity unread = { .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	struct warden_identity subject;
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_MODULE,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.object = &unread,
	};
	struct warden_answer answer;
	int err;

	if (!warden_judge_touches(WARDEN_DOMAIN_MODULE))
		return 0;
	warden_identity_known(&subject);
	err = warden_judge(&req, &answer);
	if (how && warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, how, 0);
	return err;
}

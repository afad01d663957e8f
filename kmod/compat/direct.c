// SPDX-License-Identifier: GPL-2.0-only
/*
 * The few lines of assembly that ftrace calls, by architecture: they look at what need not be asked about, or call
 * warden_direct_ask(). No other register than the argument's has to be kept.
 */
#include <linux/fs.h>
#include <linux/linkage.h>

#include "compat/direct.h"

#ifdef HAVE_DIRECT_CALLS
#if defined(CONFIG_X86_64)
#include <asm/ibt.h>
#include <asm/nospec-branch.h>

/* Where the fields lie, for the assembler. */
static void __used noinline tell_offsets(void)
{
	asm volatile(".set at_file_inode, %c0\n.set at_inode_mode, %c1\n.set at_inode_sb, %c2\n.set at_sb_bdev, %c3\n"
		     ".set at_inode_rdev, %c4\n.set the_null_device, %c5"
		     :
		     : "i"(offsetof(struct file, f_inode)), "i"(offsetof(struct inode, i_mode)),
		       "i"(offsetof(struct inode, i_sb)), "i"(offsetof(struct super_block, s_bdev)),
		       "i"(offsetof(struct inode, i_rdev)), "i"(WARDEN_NULL_DEVICE));
}

/*
 * S_IFREG has none of the bits that are tested, and every other kind has one. What is of null's number goes on by the
 * bit of the gate that it has. Refused, the way back leads over a return of ours.
 */
asm("	.pushsection .text, \"ax\", @progbits\n"
    "	.type warden_direct_refuse, @function\n"
    "warden_direct_refuse:\n"
    ASM_ENDBR
    ASM_RET
    "	.size warden_direct_refuse, .-warden_direct_refuse\n"
    "	.type warden_direct_place, @function\n"
    "	.globl warden_direct_place\n"
    "warden_direct_place:\n"
    ASM_ENDBR
    "	movq at_file_inode(%rdi), %rax\n"
    "	testb $0x70, at_inode_mode+1(%rax)\n"
    "	jne 1f\n"
    "	movq at_inode_sb(%rax), %rax\n"
    "	cmpq $0, at_sb_bdev(%rax)\n"
    "	je 2f\n"
    ASM_RET
    "1:	cmpl $the_null_device, at_inode_rdev(%rax)\n"
    "	jne 2f\n"
    "	movq warden_direct_null(%rip), %rax\n"
    "	testb $1 << (the_null_device & 7), (%rax)\n"
    "	je 2f\n"
    ASM_RET
    "2:	pushq %rbp\n"
    "	movq %rsp, %rbp\n"
    CALL_DEPTH_ACCOUNT
    "	pushq %rdi\n"
    "	call warden_direct_ask\n"
    "	popq %rdi\n"
    "	testl %eax, %eax\n"
    "	je 3f\n"
    "	leaq warden_direct_refuse(%rip), %rdx\n"
    "	movq %rdx, 8(%rbp)\n"
    "3:	leave\n"
    ASM_RET
    "	.size warden_direct_place, .-warden_direct_place\n"
    "	.popsection\n");
#elif defined(CONFIG_ARM64)
/* x9 is where the function's caller goes on, x30 where the function does. All files are asked about. */
asm("	.pushsection .text, \"ax\", @progbits\n"
    "	.type warden_direct_place, @function\n"
    "	.globl warden_direct_place\n"
    "warden_direct_place:\n"
    "	hint 34\n" /* bti c */
    "	stp x29, x9, [sp, #-32]!\n"
    "	stp x0, x30, [sp, #16]\n"
    "	mov x29, sp\n"
    "	bl warden_direct_ask\n"
    "	mov w10, w0\n"
    "	ldp x0, x9, [sp, #16]\n"
    "	ldp x29, x30, [sp], #32\n"
    "	cbnz w10, 1f\n"
    "	ret x9\n"
    "1:	mov w0, w10\n"
    "	ret\n"
    "	.size warden_direct_place, .-warden_direct_place\n"
    "	.popsection\n");
#endif
#endif /* HAVE_DIRECT_CALLS */

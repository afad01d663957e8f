// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a running program was started. Who starts one can load code into it from its environment, and
 * who is of its user can write into its memory while it is dumpable; what a policy names is
 * started so that neither can be (warden_kf_exec()), and the file that execve() opened for it is marked.
 * Secure mode alone, as AT_SECURE tells of it, is no proof: a set-group-ID copy under a tracer has it,
 * and is written into.
 */
#include <linux/binfmts.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "start.h"

/*
 * On no other open file: do_dentry_open() takes it off, and fcntl() cannot put it there. Children share
 * the file, the next execve() opens another, and nothing that reads a program asks for it.
 */
#define MARK O_NOCTTY

/**
 * warden_start_is_led() - does somebody lead the current task over its execve() who is not root?
 *
 * Who stays as a tracer sets the new program's registers, from its first instruction on, which
 * secure mode does not keep anybody from; and it may have let go by the time that one looks.
 *
 * Context: Process context, with the tracer kept from coming by execve() itself.
 * Return: true where it is traced by a task without CAP_SYS_PTRACE over all of the system.
 */
bool warden_start_is_led(void)
{
	const struct task_struct *tracer;
	const struct cred *cred;
	bool led = false;

	if (likely(!READ_ONCE(current->ptrace)))
		return false;
	rcu_read_lock();
	tracer = ptrace_parent(current);
	if (tracer) {
		cred = __task_cred(tracer);
		led = cred->user_ns != &init_user_ns ||
		      !cap_raised(cred->cap_effective, CAP_SYS_PTRACE);
	}
	rcu_read_unlock();
	return led;
}

/**
 * warden_start_securely() - start a program so that nobody but root changes or looks into it
 * @bprm: the execution
 *
 * As setuid programs are (AT_SECURE): the loader takes no LD_PRELOAD and no LD_LIBRARY_PATH
 * from the environment. And not dumpable, for which the first flag is not enough: who may
 * start it cannot put code into what it is trusted for, nor can the root of a name space
 * that it is started in. begin_new_exec() and create_elf_tables() read both after the hook.
 *
 * Context: Process context, from the bprm_check_security hook.
 */
void warden_start_securely(struct linux_binprm *bprm)
{
	struct user_namespace *old = bprm->mm->user_ns;

	bprm->secureexec = 1;
	bprm->interp_flags |= BINPRM_FLAGS_ENFORCE_NONDUMP;
	bprm->file->f_flags |= MARK; /* nobody else has it yet */
	if (old != &init_user_ns) {
		bprm->mm->user_ns = get_user_ns(&init_user_ns);
		put_user_ns(old);
	}
}

/**
 * warden_start_is_proven() - could nobody but root change a program since it was started?
 * @exe: the file it was started from, as execve() opened it
 *
 * So it is where root started it, or warden_start_securely() did, as a policy named it. What makes itself
 * dumpable after that is not found.
 *
 * Context: Any; does not sleep.
 * Return: true if so.
 */
bool warden_start_is_proven(const struct file *exe)
{
	return likely(uid_eq(exe->f_cred->uid, GLOBAL_ROOT_UID)) || exe->f_flags & MARK;
}

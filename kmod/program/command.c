// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs were started with, for policies that name one by its arguments.
 *
 * It is taken when they are started: a process can write over what it was given. It is kept
 * by the open file that execve() makes, which children share and the next execve() replaces,
 * so that it needs no hook where a process begins or ends. The file is not held, as that would keep its
 * file system mounted: it is compared only, and whoever starts a program on another file at the
 * same address comes by here first.
 */
#include <linux/binfmts.h>
#include <linux/highmem.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "command.h"
#include "judge/arguments.h"
#include "judge/judge.h"

#define CHAIN_BITS 8

/* A policy that wants them comes back within that time (load --confirm), and finds them. */
#define KEEP_ON (WARDEN_CONFIRM_MAX * HZ)

/* Young ones may be of an execve() that is not over. */
#define YOUNG (10 * HZ)

/**
 * struct started - one start of a program
 * @by_file: in the chain of @file
 * @by_run: in the chain of @run
 * @file: what it runs; compared only
 * @run: number of the start, from 1
 * @users: being in the chain of its file is one, each that holds it another
 * @since: jiffies
 * @lives: found with a process; under the lock
 * @rcu: freed a grace period after it left its chains
 * @len: bytes of @text
 * @text: as in struct warden_command
 */
struct started {
	struct hlist_node by_file;
	struct hlist_node by_run;
	const struct file *file;
	u64 run;
	refcount_t users;
	unsigned long since;
	bool lives;
	struct rcu_head rcu;
	u32 len;
	char text[];
};

/* The lock is innermost; readers are under RCU. */
static DEFINE_SPINLOCK(commands_lock);
static struct hlist_head by_file[1 << CHAIN_BITS];
static struct hlist_head by_run[1 << CHAIN_BITS];
static unsigned long last_asked; /* jiffies; 0 is never */
static u64 runs;
static u32 nr;

static struct hlist_head *chain_of_file(const struct file *file)
{
	return &by_file[hash_ptr(file, CHAIN_BITS)];
}

static struct hlist_head *chain_of_run(u64 run)
{
	return &by_run[run % ARRAY_SIZE(by_run)];
}

static struct started *find(const struct file *file)
{
	struct started *s;

	hlist_for_each_entry_rcu(s, chain_of_file(file), by_file, lockdep_is_held(&commands_lock))
		if (s->file == file)
			return s;
	return NULL;
}

static void put(struct started *s)
{
	lockdep_assert_held(&commands_lock);
	if (!refcount_dec_and_test(&s->users))
		return;
	hlist_del_rcu(&s->by_run);
	WRITE_ONCE(nr, nr - 1);
	kfree_rcu(s, rcu);
}

/* The program has ended, or another was started on its file; who holds it finds it still. */
static void drop(struct started *s)
{
	lockdep_assert_held(&commands_lock);
	hlist_del_rcu(&s->by_file);
	put(s);
}

static void drop_all(bool (*is)(const struct started *s))
{
	struct hlist_node *next;
	struct started *s;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(by_file); i++)
		hlist_for_each_entry_safe(s, next, &by_file[i], by_file)
			if (is(s))
				drop(s);
}

/* --- what a program is started with ---------------------------------------------------- */

/* A piece of the new program's stack, up to the end of a page; bytes of it, or -errno. */
static int copy_piece(struct linux_binprm *bprm, unsigned long from, char *to, size_t room)
{
	const size_t len = min(room, PAGE_SIZE - offset_in_page(from));
	struct page *page;
	const char *at;
	long got;

	mmap_read_lock(bprm->mm);
	got = get_user_pages_remote(bprm->mm, from & PAGE_MASK, 1, 0, &page, NULL);
	mmap_read_unlock(bprm->mm);
	if (got != 1)
		return -EFAULT;
	at = kmap_local_page(page);
	memcpy(to, at + offset_in_page(from), len);
	kunmap_local(at);
	put_page(page);
	return len;
}

/* All strings of the new program, as many of their bytes as there is room for. */
static int copy_strings(struct linux_binprm *bprm, char *to, size_t room)
{
	size_t len = 0, all = min_t(size_t, room, bprm->exec - bprm->p);

	while (len < all) {
		int got = copy_piece(bprm, bprm->p + len, to + len, all - len);

		if (got < 0)
			return got;
		len += got;
	}
	return len;
}

/* Bytes of the first @count strings; 0 where they are not all there. */
static size_t length_of(const char *text, size_t len, int count)
{
	size_t at = 0;

	for (; count > 0; count--) {
		at += strnlen(text + at, len - at) + 1;
		if (at > len)
			return 0;
	}
	return at;
}

/* NULL where they are too long to be anybody's, or cannot be read. */
static struct started *read_arguments(struct linux_binprm *bprm)
{
	struct started *s = kmalloc(sizeof(*s) + WARDEN_COMMAND_MAX, GFP_KERNEL | __GFP_NOWARN);
	int len = s ? copy_strings(bprm, s->text, WARDEN_COMMAND_MAX) : -ENOMEM;
	size_t name, all;

	if (len > 0) {
		name = length_of(s->text, len, 1);
		all = length_of(s->text, len, bprm->argc);
		if (name && all >= name) {
			s->len = all - name;
			memmove(s->text, s->text + name, s->len);
			return s;
		}
	}
	kfree(s);
	return NULL;
}

/* --- which of them still run ------------------------------------------------------------ */

static bool has_ended(const struct started *s)
{
	return !s->lives && time_after(jiffies, s->since + YOUNG);
}

static bool is_any(const struct started *s)
{
	return true;
}

static void mark(struct task_struct *t)
{
	struct started *s;

	task_lock(t);
	s = t->mm ? find(rcu_access_pointer(t->mm->exe_file)) : NULL;
	if (s)
		s->lives = true;
	task_unlock(t);
}

/* A child is behind its parent in the list of processes, so none is missed. */
static void sweep(void)
{
	struct task_struct *p, *t;
	struct started *s;
	u32 i;

	lockdep_assert_held(&commands_lock);
	for (i = 0; i < ARRAY_SIZE(by_file); i++)
		hlist_for_each_entry(s, &by_file[i], by_file)
			s->lives = false;
	rcu_read_lock();
	for_each_process_thread(p, t)
		mark(t);
	rcu_read_unlock();
	drop_all(has_ended);
}

/* --- what others ask for ----------------------------------------------------------------- */

static void keep(struct started *s, const struct file *file)
{
	s->file = file;
	s->run = ++runs;
	s->since = jiffies;
	refcount_set(&s->users, 1);
	hlist_add_head_rcu(&s->by_file, chain_of_file(file));
	hlist_add_head_rcu(&s->by_run, chain_of_run(s->run));
	WRITE_ONCE(nr, nr + 1);
}

static void replace(const struct file *file, struct started *s)
{
	struct started *old;

	spin_lock(&commands_lock);
	old = find(file);
	if (old)
		drop(old);
	if (s && nr == WARDEN_COMMANDS_MAX)
		sweep();
	if (s && nr < WARDEN_COMMANDS_MAX) {
		keep(s, file);
		s = NULL;
	}
	spin_unlock(&commands_lock);
	kfree(s); /* all that are kept still run */
}

/* Did a policy want to know lately? */
static bool was_asked(void)
{
	const unsigned long last = READ_ONCE(last_asked);

	return last && time_before(jiffies, last + KEEP_ON);
}

/**
 * warden_command_note() - a program is about to be started
 * @bprm: the execution; of a script, once for it and once for its interpreter
 * @digest: the program; NULL where no policy names it
 *
 * Kept is what a policy tells apart by its arguments, and for a time after such a policy
 * whatever one names.
 *
 * Context: Process context, sleeps; from the bprm_check_security hook.
 */
void warden_command_note(struct linux_binprm *bprm, const struct warden_digest *digest)
{
	const bool asks = warden_judge_asks_arguments();

	if (asks)
		WRITE_ONCE(last_asked, jiffies | 1);
	if (digest && (asks ? warden_judge_tells_apart(digest) : was_asked()))
		replace(bprm->file, read_arguments(bprm));
	else if (READ_ONCE(nr) && was_asked())
		replace(bprm->file, NULL);
	else if (unlikely(READ_ONCE(nr)))
		warden_command_forget();
}

/**
 * warden_command_of() - which start of a program is this?
 * @exe: the file of it that execve() opened
 *
 * Context: Any.
 * Return: its number; 0 where it was not noted.
 */
u64 warden_command_of(const struct file *exe)
{
	const struct started *s;
	u64 run;

	if (likely(!READ_ONCE(nr)))
		return 0;
	rcu_read_lock();
	s = find(exe);
	run = s ? s->run : 0;
	rcu_read_unlock();
	return run;
}

static struct started *find_run(u64 run)
{
	struct started *s;

	hlist_for_each_entry_rcu(s, chain_of_run(run), by_run, lockdep_is_held(&commands_lock))
		if (s->run == run)
			return s;
	return NULL;
}

/**
 * warden_command_hold() - keep what a program was started with, also when it has ended
 * @run: from warden_command_of()
 *
 * Context: Any.
 * Return: @run, to be put; 0 where it is not known.
 */
u64 warden_command_hold(u64 run)
{
	struct started *s;

	if (!run)
		return 0;
	rcu_read_lock();
	s = find_run(run);
	if (!s || !refcount_inc_not_zero(&s->users))
		run = 0;
	rcu_read_unlock();
	return run;
}

/**
 * warden_command_put() - let go of what was held
 * @run: from warden_command_hold()
 *
 * Context: Any but interrupts, under no lock of tasks' and none of descriptors'.
 */
void warden_command_put(u64 run)
{
	if (!run)
		return;
	spin_lock(&commands_lock);
	put(find_run(run));
	spin_unlock(&commands_lock);
}

/**
 * warden_command_alike() - were two programs started with the same?
 * @a: one start, from warden_command_of()
 * @b: another
 *
 * Context: Any.
 * Return: true if both are known, and it is the same.
 */
bool warden_command_alike(u64 a, u64 b)
{
	const struct started *one, *other;
	bool alike;

	rcu_read_lock();
	one = find_run(a);
	other = find_run(b);
	alike = one && other && one->len == other->len && !memcmp(one->text, other->text, one->len);
	rcu_read_unlock();
	return alike;
}

/**
 * warden_command_find() - what a program was started with
 * @run: from warden_command_of()
 * @command: filled in; what it points to lives as long as the caller's rcu_read_lock()
 *
 * Context: Under rcu_read_lock().
 * Return: false where it is not known.
 */
bool warden_command_find(u64 run, struct warden_command *command)
{
	const struct started *s = run ? find_run(run) : NULL;

	if (s)
		*command = (struct warden_command){ .len = s->len, .text = s->text };
	return s;
}

/**
 * warden_command_forget() - forget what programs were started with
 *
 * Before starts are heard of again that were not for a time, as another program may have been
 * started on a file at the same address; and when the module goes.
 *
 * Context: Any.
 */
void warden_command_forget(void)
{
	spin_lock(&commands_lock);
	drop_all(is_any);
	spin_unlock(&commands_lock);
}

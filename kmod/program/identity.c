// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program is: the digest of its file, kept per file version.
 *
 * The file system is believed on one point only: that it tells when a file's
 * content changed. Where it cannot be believed (warden_content_is_vouched_for()), the file
 * has no identity; where it tells of some changes only (warden_content_tells_changes()),
 * the digest is made anew each time.
 *
 * Limits. Content that changes below the file system, by a write to the block
 * device of a mounted file system, is not seen before the entry has left the
 * cache. On file systems without a change cookie the change time decides, and
 * who can set the clock back can repeat a change time.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/iversion.h>
#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/rcupdate.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <warden/text.h>

#include "command.h"
#include "compat/fs.h"
#include "content.h"
#include "identity.h"
#include "start.h"

/*
 * The cache is a table of sets: an inode's entry is in one of the ways of the
 * set its address hashes to. A lookup reads one cache line of pointers, the
 * bound needs no count, and making room is O(1): a random way goes, so that no
 * pattern of files keeps an entry from living.
 */
#define WAYS	 4
#define SET_BITS 12

_Static_assert(WAYS << SET_BITS == WARDEN_IDENTITIES_MAX, "the sets make up the cache");

/*
 * A file version. The inode's address comes first as it tells most pairs apart;
 * device, number and generation tell a new inode at an old address. The cookie
 * is 0 where the file system keeps none.
 */
struct version {
	const struct inode *inode;
	u64 cookie;
	time64_t ctime;
	loff_t size;
	unsigned long ino;
	long ctime_nsec;
	dev_t dev;
	u32 generation;
};

/* What else is kept of a file version; see warden_identity_let_pass(). */
#define PASSES 8

/* But for the passes it never changes once it is in the table; freed after a grace period. */
struct kept {
	struct version version;
	u64 number; /* from 1, never twice */
	struct warden_digest digest;
	u64 pass[PASSES];
	struct rcu_head rcu;
};

struct set {
	struct kept __rcu *way[WAYS];
};

static struct {
	struct set *sets;
	spinlock_t lock; /* writers of @sets; innermost */
	atomic64_t kept; /* numbers that were given */
} cache;

static bool is_open_for_write(const struct inode *inode)
{
	/* pairs with the end of a write, whose change must be seen once the writer is not */
	return atomic_read_acquire(&inode->i_writecount) > 0;
}

static u64 peek_cookie(const struct inode *inode)
{
	return IS_I_VERSION(inode) ? inode_peek_iversion(inode) : 0;
}

/* Asking for the cookie makes the next change advance it. */
static u64 query_cookie(struct inode *inode)
{
	return IS_I_VERSION(inode) ? inode_query_iversion(inode) : 0;
}

static void read_version(struct inode *inode, struct version *v)
{
	*v = (struct version){
		.inode = inode,
		.cookie = query_cookie(inode),
		.ctime = inode_get_ctime_sec(inode),
		.ctime_nsec = inode_get_ctime_nsec(inode),
		.size = i_size_read(inode),
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.generation = inode->i_generation,
	};
}

static bool is_version_of(const struct version *v, const struct inode *inode)
{
	return v->inode == inode && v->cookie == peek_cookie(inode) &&
	       v->ctime == inode_get_ctime_sec(inode) &&
	       v->ctime_nsec == inode_get_ctime_nsec(inode) && v->size == i_size_read(inode) &&
	       v->ino == inode->i_ino && v->dev == inode->i_sb->s_dev &&
	       v->generation == inode->i_generation;
}

static struct set *set_of(const struct inode *inode)
{
	return &cache.sets[hash_ptr(inode, SET_BITS)];
}

/*
 * Runs for every gated open. No reference is taken: entries outlive the
 * read-side section, and the caller holds the file.
 */
static struct kept *look_up(const struct inode *inode)
{
	const struct set *set = set_of(inode);
	struct kept *k;
	int i;

	for (i = 0; i < WAYS; i++) {
		k = rcu_dereference(set->way[i]);
		if (k && is_version_of(&k->version, inode))
			return k;
	}
	return NULL;
}

static bool find(const struct inode *inode, struct warden_identity *id)
{
	const struct kept *k;

	rcu_read_lock();
	k = look_up(inode);
	if (k) {
		id->digest = k->digest;
		id->version = k->number;
	}
	rcu_read_unlock();
	return k;
}

static struct kept *way_at(const struct set *set, int i)
{
	return rcu_dereference_protected(set->way[i], lockdep_is_held(&cache.lock));
}

/* The way of an older version of the inode, else an empty one, else any. */
static int way_for(const struct set *set, const struct inode *inode)
{
	int empty = -1, i;

	lockdep_assert_held(&cache.lock);
	for (i = 0; i < WAYS; i++) {
		const struct kept *k = way_at(set, i);

		if (k && k->version.inode == inode)
			return i;
		if (!k && empty < 0)
			empty = i;
	}
	return empty >= 0 ? empty : get_random_u32_below(WAYS);
}

static void replace_way(struct set *set, int i, struct kept *new)
{
	struct kept *old = way_at(set, i);

	rcu_assign_pointer(set->way[i], new);
	if (old)
		kfree_rcu(old, rcu);
}

/* Without memory the digest is made again next time. */
static void keep(const struct version *v, const struct warden_digest *digest)
{
	struct kept *k = kzalloc(sizeof(*k), GFP_KERNEL | __GFP_NOWARN);
	struct set *set = set_of(v->inode);

	if (!k)
		return;
	k->version = *v;
	k->number = atomic64_inc_return(&cache.kept);
	k->digest = *digest;
	spin_lock(&cache.lock);
	replace_way(set, way_for(set, v->inode), k);
	spin_unlock(&cache.lock);
}

/*
 * "Racily clean", as in git's index: without a cookie, a change in the same
 * step of the clock as the last one would carry the same change time. To be
 * called while writing is denied, so that a later change is later than now.
 */
static bool is_settled(const struct version *v, const struct super_block *sb)
{
	struct timespec64 now, ctime = { .tv_sec = v->ctime, .tv_nsec = v->ctime_nsec };
	s64 step = max_t(s64, TICK_NSEC, sb->s_time_gran);

	if (v->cookie)
		return true;
	ktime_get_coarse_real_ts64(&now);
	return timespec64_to_ns(&now) - timespec64_to_ns(&ctime) > 2 * step;
}

/*
 * Writing is denied while the content is read, as exec and kernel_read_file()
 * do for theirs: the digest is of one content, with no race to detect and no
 * retry. A writer that comes meanwhile gets ETXTBSY, and one that was there
 * before makes us refuse.
 */
static int measure_content(struct file *file, struct inode *inode, struct warden_digest *digest)
{
	struct version version;
	int ret;

	if (!atomic_dec_unless_positive(&inode->i_writecount))
		return -ETXTBSY;
	read_version(inode, &version);
	ret = warden_content_digest(file, digest);
	/* a copy-up meanwhile: what was read may be of an inode whose writers are not denied */
	if (!ret && d_real_inode(file->f_path.dentry) != inode)
		ret = -ETXTBSY;
	if (!ret && warden_content_tells_changes(inode->i_sb) && is_settled(&version, inode->i_sb))
		keep(&version, digest);
	atomic_inc(&inode->i_writecount);
	return ret;
}

static u8 reason_of(int error)
{
	switch (error) {
	case 0:
		return WARDEN_REASON_NONE;
	case -ETXTBSY:
		return WARDEN_REASON_PROGRAM_WRITABLE;
	case -ENOMEM:
		return WARDEN_REASON_NO_MEMORY;
	default:
		return WARDEN_REASON_PROGRAM_UNREADABLE;
	}
}

static int settle(struct warden_identity *id, int error)
{
	id->reason = reason_of(error);
	id->unproven = false;
	if (!error)
		return 0;
	id->run = 0;
	id->version = 0;
	memset(&id->digest, 0, sizeof(id->digest));
	return -EACCES;
}

static int make_digest(struct file *file, struct inode *inode, struct warden_digest *digest)
{
	struct version version;

	if (!S_ISREG(inode->i_mode) || !warden_content_is_vouched_for(inode->i_sb))
		return -EINVAL;
	if (!warden_content_verity(inode, digest))
		return measure_content(file, inode, digest);
	read_version(inode, &version);
	keep(&version, digest); /* for good: nobody writes to it any more */
	return 0;
}

/* Apart from the hit, which shall not pay for this one's frame. */
static noinline int identify(struct file *file, struct inode *inode, struct warden_identity *id)
{
	id->version = 0; /* who asks next finds what is kept of it */
	return settle(id, make_digest(file, inode, &id->digest));
}

int warden_identity_of_file(struct file *file, struct warden_identity *id)
{
	/* overlayfs: the inode that holds the content, whose writers and changes count */
	struct inode *inode = d_real_inode(file->f_path.dentry);

	id->run = warden_command_of(file);
	if (is_open_for_write(inode) || !find(inode, id))
		return identify(file, inode, id);
	id->reason = WARDEN_REASON_NONE;
	id->unproven = false;
	return 0;
}

/*
 * With a reference: an exe_file that prctl(PR_SET_MM_MAP) of another thread
 * replaces is freed without a grace period, and its memory may be another open
 * file when it is looked at.
 */
struct file *warden_identity_exe_of(struct task_struct *task)
{
	struct file *file = NULL;

	task_lock(task);
	if (task->mm && !(task->flags & PF_KTHREAD)) {
		rcu_read_lock();
		file = get_file_rcu(&task->mm->exe_file);
		rcu_read_unlock();
	}
	task_unlock(task);
	return file;
}

struct file *warden_identity_exe(void)
{
	struct file *file;

	if (!current->mm || current->flags & PF_KTHREAD)
		return NULL;
	rcu_read_lock();
	file = get_file_rcu(&current->mm->exe_file);
	rcu_read_unlock();
	return file;
}

/*
 * While a program runs nobody writes to the inode it was started from; of an overlay that is the
 * overlay's, and the file below can be written, and be the one a policy names by the time
 * that somebody looks. Root may do so with the overlays it mounts, as with all else.
 */
bool warden_identity_is_loose(const struct file *file)
{
	return file_inode(file)->i_sb->s_user_ns != &init_user_ns &&
	       d_real_inode(file->f_path.dentry) != file_inode(file);
}

int warden_identity_of_program(struct file *exe, struct warden_identity *id)
{
	if (unlikely(warden_identity_is_loose(exe)))
		return settle(id, -EINVAL);
	return warden_identity_of_file(exe, id);
}

int warden_identity_of_current(struct warden_identity *id)
{
	struct file *file = warden_identity_exe();
	int ret;

	if (!file)
		return settle(id, -ENOENT);
	ret = warden_identity_of_program(file, id);
	id->unproven = !warden_start_is_proven(file);
	fput(file);
	return ret;
}

int warden_identity_peek(const struct file *exe, struct warden_identity *id)
{
	struct inode *inode = d_real_inode(exe->f_path.dentry);
	bool known;

	id->version = 0;
	known = !warden_identity_is_loose(exe) &&
		(warden_content_verity(inode, &id->digest) || (!is_open_for_write(inode) && find(inode, id)));
	id->run = warden_command_of(exe);
	return settle(id, known ? 0 : -ENOENT);
}

int warden_identity_known(struct warden_identity *id)
{
	struct file *file = warden_identity_exe();
	int ret;

	if (!file)
		return settle(id, -ENOENT);
	ret = warden_identity_peek(file, id);
	id->unproven = !warden_start_is_proven(file);
	fput(file);
	return ret;
}

/* What is kept of the current program, where that can be told without reading it; under RCU. */
static struct kept *look_up_current(struct file *exe)
{
	const struct inode *inode = d_real_inode(exe->f_path.dentry);

	if (is_open_for_write(inode) || warden_identity_is_loose(exe))
		return NULL;
	return look_up(inode);
}

static u64 *pass_at(struct kept *k, u64 number)
{
	return &k->pass[(number + (number >> 32)) % PASSES];
}

bool warden_identity_passes(u64 number)
{
	struct file *file = warden_identity_exe();
	struct kept *k;
	bool passes;

	if (!file)
		return false;
	rcu_read_lock();
	k = look_up_current(file);
	passes = k && READ_ONCE(*pass_at(k, number)) == number;
	rcu_read_unlock();
	fput(file);
	return passes;
}

bool warden_identity_is_version(u64 version)
{
	const struct kept *k = NULL;
	struct file *file;
	bool is;

	if (!current->mm || current->flags & PF_KTHREAD)
		return false;
	rcu_read_lock();
	file = get_file_rcu(&current->mm->exe_file);
	if (file)
		k = look_up_current(file);
	is = k && k->number == version;
	rcu_read_unlock();
	if (file)
		fput(file);
	return is;
}

bool warden_identity_let_pass(u64 number, const struct warden_digest *digest)
{
	struct file *file = warden_identity_exe();
	struct kept *k;
	bool same;

	if (!file)
		return false;
	rcu_read_lock();
	k = look_up_current(file);
	same = k && !memcmp(&k->digest, digest, sizeof(*digest));
	if (same)
		WRITE_ONCE(*pass_at(k, number), number);
	rcu_read_unlock();
	fput(file);
	return same;
}

bool warden_identity_stays(void)
{
	struct file *file = warden_identity_exe();
	bool stays;

	if (!file)
		return false;
	stays = d_real_inode(file->f_path.dentry) == file_inode(file) &&
		!warden_exe_is_writable(file) &&
		atomic_read(&file_inode(file)->i_writecount) < 0;
	fput(file);
	return stays;
}

static const char *path_of(struct file *exe, char *buf, int size)
{
	char *path;

	if (!exe)
		return "kernel";
	path = file_path(exe, buf, size);
	fput(exe);
	if (IS_ERR(path))
		return "(path too long)";
	warden_text_repair(path);
	return path;
}

const char *warden_identity_path(char *buf, int size)
{
	return path_of(warden_identity_exe(), buf, size);
}

const char *warden_identity_path_of(struct task_struct *task, char *buf, int size)
{
	return path_of(warden_identity_exe_of(task), buf, size);
}

static void forget_set(struct set *set, const struct super_block *sb)
{
	int i;

	for (i = 0; i < WAYS; i++) {
		const struct kept *k = way_at(set, i);

		if (k && (!sb || k->version.dev == sb->s_dev))
			replace_way(set, i, NULL);
	}
}

void warden_identity_forget(const struct super_block *sb)
{
	int i;

	for (i = 0; i < 1 << SET_BITS; i++) {
		spin_lock(&cache.lock);
		forget_set(&cache.sets[i], sb);
		spin_unlock(&cache.lock);
	}
}

int warden_identity_init(void)
{
	spin_lock_init(&cache.lock);
	cache.sets = kvcalloc(1 << SET_BITS, sizeof(*cache.sets), GFP_KERNEL);
	return cache.sets ? 0 : -ENOMEM;
}

void warden_identity_exit(void)
{
	/*
	 * 1. No lookup runs: the programs are detached, the commands gone.
	 * 2. Entries; kfree_rcu() needs no code of ours afterwards.
	 * 3. The table, which nobody can be reading.
	 */
	warden_identity_forget(NULL);
	kvfree(cache.sets);
}

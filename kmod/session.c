// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: one per open sensor file, and how each of them ends.
 *
 * The open hook gives a sensor's file operations of ours whose open() has the
 * open judged, runs the driver's and then puts a copy of the driver's operations in place, in which
 * release and mmap come by here first. The file also gets an address space of
 * its own, so that its mappings, and no one else's, can be taken away.
 *
 * Ending a session (withdrawal, expiry, another policy, stop):
 *  1. the file's operations become dead ones: the next call fails;
 *  2. threads inside a call are asked out of it (task work with a signal);
 *  3. mmap calls under way are waited for, by taking their mm's lock once;
 *  4. the stream is stopped through its driver;
 *  5. the mappings are zapped, and a fault handler may not bring pages back;
 *  6. the holders are killed, where the rule says so.
 * sound/core/init.c does 1 for a card that is unplugged.
 *
 * References: while the file is ours, file->f_op->owner is this module, and the
 * session holds the reference to the driver's operations. __fput() drops ours
 * after release() has returned, from kernel text.
 */
#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/timekeeping.h>

#include "judge.h"
#include "record.h"
#include "session.h"
#include "stream.h"

/* Longest wait for the lock of a holder's mm; an mmap() of a device takes microseconds. */
#define MMAP_WAIT_MS 50

/* How long stop waits for holders to close what was ended. */
#define DRAIN_MS 500

/* A driver's vm operations, copied, with a fault handler that ends with the session. */
struct vm_wrap {
	struct list_head node;
	const struct vm_operations_struct *orig;
	struct vm_operations_struct ops;
};

/**
 * struct session - one open sensor file
 * @node: in sessions, until release or hand-back
 * @ending: in the list of those that a review ends, which holds a file reference
 * @file: the file; valid while the session is in the list
 * @mapping: its own address space, so that it can be unmapped alone; found from
 *	     file->f_mapping, from the first call to the last
 * @ops: the driver's operations with release and mmap replaced
 * @orig: the driver's operations; holds their reference
 * @wraps: struct vm_wrap of its mappings, under @wrap_lock
 * @wrap_lock: protects @wraps
 * @dead: the session was ended; set once, under sessions_lock
 * @id: number since the module was loaded
 * @since: boot-time clock, in ns
 * @pid: thread group that opened it
 * @uid: real user id of the opener
 * @identity: program of the opener
 * @sensor: the device, which the open file pins
 * @answer: what allowed it
 */
struct session {
	struct list_head node;
	struct list_head ending;
	struct file *file;
	struct address_space mapping;
	struct file_operations ops;
	const struct file_operations *orig;
	struct list_head wraps;
	struct mutex wrap_lock;
	bool dead;
	u64 id;
	u64 since;
	struct pid *pid;
	u32 uid;
	struct warden_identity identity;
	struct warden_sensor sensor;
	struct warden_answer answer;
};

/* A thread that has an ending session's file open. */
struct holder {
	struct list_head node;
	struct task_struct *task;
};

/* Protects sessions, their dead flags, nr_sessions and next_id. Nests nothing of ours. */
static DEFINE_MUTEX(sessions_lock);
static LIST_HEAD(sessions);
static unsigned int nr_sessions;
static u64 next_id = 1;
static struct warden_gate *gate;
static struct kmem_cache *session_cache;

/* Threads that were asked out of a call and have not yet come by. */
static atomic_t nr_kicks = ATOMIC_INIT(0);

static const struct address_space_operations no_aops = {};

static struct session *session_of(const struct file *file)
{
	return container_of(file->f_mapping, struct session, mapping);
}

/* --- records ------------------------------------------------------------ */

static void fill_record(const struct session *s, u32 event, u32 reason, struct warden_record *r)
{
	r->event = event;
	r->domain = WARDEN_DOMAIN_SENSOR;
	r->action = WARDEN_ACTION_ALLOW;
	r->observed = s->answer.observed;
	r->reason = reason;
	r->line = s->answer.line;
	r->policy_version = s->answer.version;
	r->generation = s->answer.generation;
	r->count = 1;
	r->pid = pid_nr(s->pid);
	r->uid = s->uid;
	r->class = s->sensor.class;
	r->program_digest = s->identity.digest;
	r->has_receipt = s->answer.has_receipt;
	memcpy(r->receipt, s->answer.receipt, sizeof(r->receipt));
	strscpy(r->program, s->answer.label, sizeof(r->program));
	strscpy(r->object, s->sensor.topology, sizeof(r->object));
}

/* An end that was brought about: each one is told, with what it took in ns. */
static void tell_ended(const struct session *s, u32 event, u32 reason, u64 took)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	fill_record(s, event, reason, r);
	r->took = took;
	warden_record_add(r);
	kfree(r);
}

static void fill_key(const struct session *s, u32 event, u32 reason, struct warden_record_key *key)
{
	memset(key, 0, sizeof(*key));
	key->generation = s->answer.generation;
	key->object = s->sensor.key;
	key->event = event;
	key->line = s->answer.line;
	key->pid = pid_nr(s->pid);
	key->uid = s->uid;
	key->class = s->sensor.class;
	key->reason = reason;
	key->observed = s->answer.observed;
	key->program = s->identity.digest;
	if (s->answer.has_receipt)
		memcpy(key->receipt, s->answer.receipt, sizeof(key->receipt));
}

/* What the holder does, who may open and close a device a million times a second. */
static void tell(const struct session *s, u32 event, u32 reason)
{
	struct warden_record_key key;
	struct warden_record *r;

	fill_key(s, event, reason, &key);
	if (warden_record_repeat(&key))
		return;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r) {
		warden_record_lose(false);
		return;
	}
	fill_record(s, event, reason, r);
	warden_record_add_keyed(r, &key);
	kfree(r);
}

/* --- dead operations ------------------------------------------------------ */

static int session_release(struct inode *inode, struct file *file);

static ssize_t dead_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	return -EACCES;
}

static ssize_t dead_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	return -EACCES;
}

static ssize_t dead_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	return -EACCES;
}

static __poll_t dead_poll(struct file *file, struct poll_table_struct *table)
{
	return EPOLLERR | EPOLLHUP | EPOLLRDHUP;
}

static long dead_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return -EACCES;
}

static int dead_mmap(struct file *file, struct vm_area_struct *vma)
{
	return -EACCES;
}

static int dead_fasync(int fd, struct file *file, int on)
{
	struct session *s = session_of(file);

	/* The driver's list must still lose this file at its release. */
	return s->orig->fasync ? s->orig->fasync(fd, file, 0) : 0;
}

static const struct file_operations dead_ops = {
	.owner = THIS_MODULE,
	.read = dead_read,
	.write = dead_write,
	.read_iter = dead_iter,
	.write_iter = dead_iter,
	.poll = dead_poll,
	.unlocked_ioctl = dead_ioctl,
	.compat_ioctl = dead_ioctl,
	.mmap = dead_mmap,
	.fasync = dead_fasync,
	.release = session_release,
};

/* What a file keeps between the end of its release and __fput()'s last look at it. */
static const struct file_operations gone_ops = {
	.owner = THIS_MODULE,
};

/* --- mappings --------------------------------------------------------------- */

static vm_fault_t session_fault(struct vm_fault *vmf)
{
	struct session *s = session_of(vmf->vma->vm_file);
	struct vm_wrap *wrap = container_of(vmf->vma->vm_ops, struct vm_wrap, ops);

	if (READ_ONCE(s->dead))
		return VM_FAULT_SIGBUS;
	return wrap->orig->fault(vmf);
}

static struct vm_wrap *find_wrap(struct session *s, const struct vm_operations_struct *orig)
{
	struct vm_wrap *wrap;

	lockdep_assert_held(&s->wrap_lock);
	list_for_each_entry(wrap, &s->wraps, node)
		if (wrap->orig == orig)
			return wrap;
	wrap = kzalloc(sizeof(*wrap), GFP_KERNEL_ACCOUNT);
	if (!wrap)
		return NULL;
	wrap->orig = orig;
	wrap->ops = *orig;
	wrap->ops.fault = session_fault;
	wrap->ops.map_pages = NULL;
	list_add(&wrap->node, &s->wraps);
	return wrap;
}

/* Mappings filled at mmap() stay away once zapped; those filled by faults need a gate. */
static int wrap_faults(struct session *s, struct vm_area_struct *vma)
{
	struct vm_wrap *wrap;

	if (!vma->vm_ops || !vma->vm_ops->fault)
		return 0;
	mutex_lock(&s->wrap_lock);
	wrap = find_wrap(s, vma->vm_ops);
	mutex_unlock(&s->wrap_lock);
	if (!wrap)
		return -ENOMEM;
	vma->vm_ops = &wrap->ops;
	return 0;
}

static int session_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct session *s = session_of(file);
	int err;

	err = s->orig->mmap(file, vma);
	if (err)
		return err;
	err = wrap_faults(s, vma);
	if (!err && READ_ONCE(s->dead))
		err = -EACCES;
	if (err && vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	return err;
}

static void free_wraps(struct session *s)
{
	struct vm_wrap *wrap, *next;

	list_for_each_entry_safe(wrap, next, &s->wraps, node)
		kfree(wrap);
}

/* --- life ------------------------------------------------------------------------ */

static void free_session(struct session *s)
{
	free_wraps(s);
	put_pid(s->pid);
	kmem_cache_free(session_cache, s);
}

static void init_mapping(struct session *s, struct inode *inode)
{
	address_space_init_once(&s->mapping);
	s->mapping.host = inode;
	s->mapping.a_ops = &no_aops;
	mapping_set_gfp_mask(&s->mapping, GFP_HIGHUSER);
}

/* Not zeroed, which would cost more than the rest: each field is set here or by the caller. */
static struct session *new_session(struct file *file, const struct warden_request *req,
				   const struct warden_answer *answer)
{
	struct session *s = kmem_cache_alloc(session_cache, GFP_KERNEL);

	if (!s)
		return NULL;
	INIT_LIST_HEAD(&s->wraps);
	mutex_init(&s->wrap_lock);
	init_mapping(s, file_inode(file));
	s->file = file;
	s->dead = false;
	s->since = ktime_get_coarse_boottime_ns(); /* a tick early at most, never late */
	s->pid = get_pid(task_tgid(current));
	s->uid = req->uid;
	s->identity = *req->subject;
	s->answer = *answer;
	return s;
}

static struct warden_request request_of(const struct session *s)
{
	return (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = s->uid,
		.subject = &s->identity,
		.class = s->sensor.class,
		.topology = s->sensor.key,
	};
}

static void set_gate(void)
{
	lockdep_assert_held(&sessions_lock);
	if (gate)
		WRITE_ONCE(gate->sessions, nr_sessions);
}

/*
 * Does the verdict of this open stand, now that the session will be seen by
 * every review? Decided once more where policy, consents or device changed.
 */
static bool has_ground(struct session *s, const struct warden_request *judged)
{
	struct warden_request req = request_of(s);

	if (req.class == judged->class && req.topology == judged->topology &&
	    warden_judge_holds(&s->answer))
		return true;
	return !warden_judge(&req, &s->answer);
}

/* The driver's open() cannot be undone from here: a session without ground is born dead. */
static void enlist(struct session *s, const struct warden_request *judged)
{
	mutex_lock(&sessions_lock);
	s->id = next_id++;
	s->dead = !has_ground(s, judged);
	if (s->dead)
		s->file->f_op = &dead_ops;
	list_add_tail(&s->node, &sessions);
	nr_sessions++;
	set_gate();
	mutex_unlock(&sessions_lock);
}

static bool delist(struct session *s)
{
	bool was_dead;

	mutex_lock(&sessions_lock);
	was_dead = s->dead;
	list_del(&s->node);
	nr_sessions--;
	set_gate();
	mutex_unlock(&sessions_lock);
	return was_dead;
}

static void take_over(struct session *s, struct file *file)
{
	s->orig = file->f_op;
	s->ops = *file->f_op;
	s->ops.owner = THIS_MODULE;
	s->ops.release = session_release;
	if (s->ops.mmap)
		s->ops.mmap = session_mmap;
	__module_get(THIS_MODULE);
	file->f_mapping = &s->mapping;
	file->f_op = &s->ops;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct session *s = session_of(file);
	int err = 0;

	if (!delist(s))
		tell(s, WARDEN_EVENT_SESSION_END, WARDEN_REASON_CLOSED);
	if (s->orig->release)
		err = s->orig->release(inode, file);
	fops_put(s->orig);
	file->f_mapping = inode->i_mapping;
	file->f_op = &gone_ops;
	free_session(s);
	return err;
}

/* Open through the driver, and make the file a session. */
static int open_session(struct file *file, const struct warden_request *req,
			const struct warden_answer *answer)
{
	struct inode *inode = file_inode(file);
	struct session *s = new_session(file, req, answer);
	int err;

	if (!s)
		return -ENOMEM;
	__module_get(THIS_MODULE); /* this call outlives the reference of prepared_ops */
	err = inode->i_fop->open(inode, file);
	if (err) {
		free_session(s);
	} else {
		warden_inventory_find(inode->i_rdev, &s->sensor); /* pinned from now on */
		take_over(s, file);
		enlist(s, req);
		tell(s, s->dead ? WARDEN_EVENT_SESSION_END : WARDEN_EVENT_SESSION_START,
		     s->answer.reason);
	}
	module_put(THIS_MODULE); /* the file, or the programs that led here, hold another */
	return err;
}

/*
 * open() of a file the hook prepared: the verdict, once, and before the driver
 * hears of it. On entry file->f_op is prepared_ops, whose reference is dropped by
 * chrdev_open() when it puts the driver's operations there, or by the caller
 * where this fails.
 */
static int session_open(struct inode *inode, struct file *file)
{
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;
	int err;

	if (warden_session_count() >= WARDEN_SESSIONS_MAX)
		return -ENFILE;
	err = warden_judge_sensor(inode->i_rdev, &req, &subject, &answer);
	return err ?: open_session(file, &req, &answer);
}

static const struct file_operations prepared_ops = {
	.owner = THIS_MODULE,
	.open = session_open,
};

/**
 * warden_session_prepare() - have an open of a sensor decided, and made a session
 * @file: the file, in its open hook: its operations are those of its inode
 *
 * The verdict is given when the open reaches the file's operations, which is
 * where the session that rests on it begins.
 *
 * Context: Process context, from the file_open hook.
 * Return: 0, or -EACCES while the module is going.
 */
int warden_session_prepare(struct file *file)
{
	if (!try_module_get(THIS_MODULE))
		return -EACCES;
	fops_put(file->f_op);
	file->f_op = &prepared_ops;
	return 0;
}

/* --- inheritance ----------------------------------------------------------------- */

static int may_keep(const struct session *s, const struct warden_identity *identity)
{
	struct warden_request req = request_of(s);
	struct warden_answer answer;
	int err;

	req.subject = identity;
	req.uid = from_kuid(&init_user_ns, current_uid());
	err = warden_judge(&req, &answer);
	if (err || answer.observed)
		warden_judge_tell(&req, &answer, s->sensor.topology, 0);
	return err;
}

/* One pass over a descriptor table: what the new program may not have. */
struct inherit {
	const struct warden_identity *identity;
	unsigned int nr;
	unsigned int fd[32];
};

static int find_foreign(const void *arg, struct file *file, unsigned int fd)
{
	struct inherit *in = (struct inherit *)arg;

	if (!file->f_op || file->f_op->release != session_release)
		return 0;
	if (may_keep(session_of(file), in->identity))
		in->fd[in->nr++] = fd;
	return in->nr == ARRAY_SIZE(in->fd);
}

/**
 * warden_session_inherit() - close the sensor files a new program may not have
 *
 * The table is this task's own: execve() has unshared it and closed what was
 * marked close-on-exec. A session itself lives on in the process it came from.
 *
 * Context: Process context, from the bprm_committing_creds hook; sleeps.
 */
void warden_session_inherit(void)
{
	struct warden_identity identity;
	struct inherit in = { .identity = &identity };
	unsigned int i;

	warden_identity_of_current(&identity);
	do {
		in.nr = 0;
		iterate_fd(current->files, 0, find_foreign, &in);
		for (i = 0; i < in.nr; i++)
			close_fd(in.fd[i]);
	} while (in.nr == ARRAY_SIZE(in.fd));
}

/* --- ending ------------------------------------------------------------------------- */

static int is_file(const void *wanted, struct file *file, unsigned int fd)
{
	return wanted == file;
}

static bool holds(struct task_struct *t, const struct file *file)
{
	bool found;

	task_lock(t);
	found = t->files && iterate_fd(t->files, 0, is_file, file);
	task_unlock(t);
	return found;
}

/* Every thread that has the file in its table. Without memory a thread is passed over. */
static void collect_holders(const struct file *file, struct list_head *holders)
{
	struct task_struct *p, *t;
	struct holder *h;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (t->flags & PF_KTHREAD || !holds(t, file))
			continue;
		h = kmalloc(sizeof(*h), GFP_ATOMIC);
		if (!h)
			continue;
		h->task = get_task_struct(t);
		list_add(&h->node, holders);
	}
	rcu_read_unlock();
}

static void free_holders(struct list_head *holders)
{
	struct holder *h, *next;

	list_for_each_entry_safe(h, next, holders, node) {
		put_task_struct(h->task);
		kfree(h);
	}
}

static void kick_arrives(struct callback_head *work)
{
	kfree(work);
	atomic_dec(&nr_kicks);
}

/* Make a thread leave an interruptible wait; its system call starts over and meets dead_ops. */
static void kick(struct task_struct *t)
{
	struct callback_head *work = kzalloc(sizeof(*work), GFP_KERNEL);

	if (!work)
		return;
	init_task_work(work, kick_arrives);
	atomic_inc(&nr_kicks);
	if (task_work_add(t, work, TWA_SIGNAL)) {
		atomic_dec(&nr_kicks);
		kfree(work);
	}
}

/* An mmap() under way holds its mm's lock until the mapping is linked, and can then be zapped. */
static void wait_for_mmap(struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	unsigned int ms;

	if (!mm)
		return;
	for (ms = 0; ms < MMAP_WAIT_MS; ms++) {
		if (mmap_read_trylock(mm)) {
			mmap_read_unlock(mm);
			break;
		}
		usleep_range(800, 1000);
	}
	mmput(mm);
}

/* Take the ground from under a session. The caller holds a reference to its file. */
static void end_session(struct session *s)
{
	struct holder *h;
	LIST_HEAD(holders);

	WRITE_ONCE(s->file->f_op, &dead_ops);
	collect_holders(s->file, &holders);
	list_for_each_entry(h, &holders, node)
		kick(h->task);
	list_for_each_entry(h, &holders, node)
		wait_for_mmap(h->task);
	warden_stream_stop(s->file, s->orig, &s->sensor);
	unmap_mapping_range(&s->mapping, 0, 0, 1);
	if (s->answer.flags & WARDEN_RULE_FLAG_KILL)
		list_for_each_entry(h, &holders, node)
			send_sig(SIGKILL, h->task, 1);
	free_holders(&holders);
}

static bool lost_ground(const struct session *s)
{
	struct warden_request req = request_of(s);
	struct warden_answer answer;

	return warden_judge(&req, &answer);
}

/* Move live sessions that @wanted picks to @list, each with a reference to its file. */
static void pick(bool (*wanted)(const struct session *s), struct list_head *list)
{
	struct session *s;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node) {
		if (s->dead || !wanted(s) || !get_file_active(&s->file))
			continue;
		WRITE_ONCE(s->dead, true);
		list_add_tail(&s->ending, list);
	}
	mutex_unlock(&sessions_lock);
}

static unsigned int end_picked(struct list_head *list, u32 reason, u64 since, u64 *took)
{
	struct session *s, *next;
	unsigned int nr = 0;

	list_for_each_entry_safe(s, next, list, ending) {
		u64 passed;

		end_session(s);
		passed = ktime_get_boottime_ns() - since;
		tell_ended(s, WARDEN_EVENT_SESSION_END, reason, passed);
		if (passed > s->answer.withdraw_ms * (u64)NSEC_PER_MSEC)
			tell_ended(s, WARDEN_EVENT_FAULT, reason, passed); /* too late */
		if (took)
			*took = passed;
		list_del(&s->ending);
		fput(s->file);
		nr++;
	}
	return nr;
}

/**
 * warden_session_review() - end every session that would not be allowed now
 * @reason: enum warden_reason, why it is looked at
 * @since: boot-time clock in ns, when that began
 * @took: set to the ns from @since until the last session was ended; may be NULL
 *
 * Context: Process context, sleeps.
 * Return: how many sessions were ended.
 */
unsigned int warden_session_review(u32 reason, u64 since, u64 *took)
{
	LIST_HEAD(list);

	if (took)
		*took = 0;
	pick(lost_ground, &list);
	return end_picked(&list, reason, since, took);
}

static bool is_any(const struct session *s)
{
	return true;
}

/*
 * Give a file that its holder keeps open, and that has no mapping, back to its
 * driver, so that it does not keep the module. It was ended first, so no mmap()
 * is under way that could still link a mapping to the session.
 */
static bool hand_back(struct session *s)
{
	struct file *file;

	if (mapping_mapped(&s->mapping))
		return false;
	file = get_file_active(&s->file);
	if (!file)
		return false;
	list_del(&s->node);
	nr_sessions--;
	file->f_mapping = file_inode(file)->i_mapping;
	WRITE_ONCE(file->f_op, s->orig);
	fput(file);
	return true;
}

static void hand_back_all(void)
{
	struct session *s, *next;
	LIST_HEAD(gone);

	mutex_lock(&sessions_lock);
	list_for_each_entry_safe(s, next, &sessions, node) {
		if (!hand_back(s))
			continue;
		list_add(&s->ending, &gone);
		module_put(THIS_MODULE);
	}
	set_gate();
	mutex_unlock(&sessions_lock);
	synchronize_rcu_tasks(); /* whoever was in dead_ops has left */
	list_for_each_entry_safe(s, next, &gone, ending)
		free_session(s);
}

/**
 * warden_session_end_all() - end all sessions and let go of their files
 * @reason: enum warden_reason
 *
 * Waits a little for the holders to close. A file that stays open is given
 * back to its driver; one whose mapping stays keeps the module until it goes.
 *
 * Context: Process context, sleeps. No new session can begin any more.
 * Return: how many sessions still keep the module.
 */
unsigned int warden_session_end_all(u32 reason)
{
	unsigned int ms;
	LIST_HEAD(list);

	pick(is_any, &list);
	end_picked(&list, reason, ktime_get_boottime_ns(), NULL);
	for (ms = 0; ms < DRAIN_MS && warden_session_count(); ms += 10)
		msleep(10);
	hand_back_all();
	return warden_session_count();
}

/* --- looking ---------------------------------------------------------------------------- */

static void copy_info(const struct session *s, struct warden_session_info *info)
{
	memset(info, 0, sizeof(*info));
	info->id = s->id;
	info->since = s->since;
	info->pid = pid_nr(s->pid);
	info->line = s->answer.line;
	info->class = s->sensor.class;
	info->mapped = mapping_mapped((struct address_space *)&s->mapping);
	info->has_receipt = s->answer.has_receipt;
	memcpy(info->receipt, s->answer.receipt, sizeof(info->receipt));
	strscpy(info->program, s->answer.label, sizeof(info->program));
	strscpy(info->topology, s->sensor.topology, sizeof(info->topology));
	strscpy(info->node, s->sensor.node, sizeof(info->node));
}

/**
 * warden_session_get() - copy the first live session at or after a number
 * @id: number
 * @info: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT when there is none.
 */
int warden_session_get(u64 id, struct warden_session_info *info)
{
	int err = -ENOENT;
	struct session *s;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node) {
		if (s->dead || s->id < id)
			continue;
		copy_info(s, info);
		err = 0;
		break;
	}
	mutex_unlock(&sessions_lock);
	return err;
}

/**
 * warden_session_count() - how many sensor files are open, ended ones included
 *
 * Context: Any.
 * Return: the number.
 */
unsigned int warden_session_count(void)
{
	return READ_ONCE(nr_sessions);
}

/**
 * warden_session_count_device() - how many live sessions a device has
 * @devt: its number
 *
 * Context: Process context, may sleep.
 * Return: the number.
 */
unsigned int warden_session_count_device(dev_t devt)
{
	unsigned int nr = 0;
	struct session *s;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node)
		nr += !s->dead && s->sensor.devt == devt;
	mutex_unlock(&sessions_lock);
	return nr;
}

/**
 * warden_session_watch() - keep a gate's count of sessions in step
 * @g: the gate; NULL forgets the one before
 *
 * Context: Process context, may sleep.
 */
void warden_session_watch(struct warden_gate *g)
{
	mutex_lock(&sessions_lock);
	gate = g;
	set_gate();
	mutex_unlock(&sessions_lock);
}

/**
 * warden_session_init() - set the sessions' cache up
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int warden_session_init(void)
{
	session_cache = kmem_cache_create("warden_session", sizeof(struct session), 0,
					  SLAB_ACCOUNT, NULL);
	return session_cache ? 0 : -ENOMEM;
}

/**
 * warden_session_exit() - wait for the last kick, and free the cache
 *
 * Context: Process context, sleeps; each session held the module, so none is left.
 */
void warden_session_exit(void)
{
	while (atomic_read(&nr_kicks))
		msleep(10);
	synchronize_rcu_tasks(); /* the last kick_arrives() has returned */
	kmem_cache_destroy(session_cache);
}

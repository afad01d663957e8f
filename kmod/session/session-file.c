// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands in the place of a sensor file's operations, from its open hook to
 * its last close.
 *
 *  prepared  put there by the open hook: open() has the open judged before the
 *	      driver hears of it, and makes the file a session
 *  live      a copy of the driver's, in which release and mmap come by here first; all
 *	      else goes to the driver, so that a session costs nothing, and ioctls of
 *	      what can give its data out as files a look (session-export-call.c)
 *  dead      after the end: every call fails
 *  blank     the same, where its rule says so: nothing comes any more
 *  gone      after release: nothing
 *
 * References: while the file is ours, file->f_op->owner is this module, and the
 * session holds the reference to the driver's operations. __fput() drops ours
 * after release() has returned, from kernel text.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <warden/limits.h>

#include "consent/consent.h"
#include "device/classify.h"
#include "device/route.h"
#include "judge/epoch.h"
#include "network/egress.h"
#include "network/protocol.h"
#include "session-priv.h"
#include "session-stand.h"
#include "session.h"

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

/* As hung_up_tty_poll(): no call waits. A request of an io_uring that reads on and on asks for no less. */
static __poll_t dead_poll(struct file *file, struct poll_table_struct *table)
{
	return EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM | EPOLLERR | EPOLLHUP | EPOLLRDHUP;
}

static long dead_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return -EACCES;
}

static int dead_mmap(struct file *file, struct vm_area_struct *vma)
{
	return -EACCES;
}

/*
 * snd_card_disconnect() puts operations of its own, which fail, in the place of ours, and
 * keeps ours for the release, with our reference.
 */
static bool was_replaced(const struct file *file)
{
	return READ_ONCE(file->f_op)->owner != THIS_MODULE;
}

static int dead_fasync(int fd, struct file *file, int on)
{
	struct warden_session *s = warden_session_of(file);

	/* The driver's list must still lose this file at its release. Handed back, it has its own. */
	return s && s->orig->fasync ? s->orig->fasync(fd, file, 0) : 0;
}

static loff_t dead_llseek(struct file *file, loff_t offset, int whence)
{
	return -EACCES;
}

static ssize_t dead_splice_read(struct file *file, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
				unsigned int flags)
{
	return -EACCES;
}

static ssize_t dead_splice_write(struct pipe_inode_info *pipe, struct file *file, loff_t *pos, size_t len,
				 unsigned int flags)
{
	return -EACCES;
}

static int dead_fsync(struct file *file, loff_t from, loff_t to, int datasync)
{
	return -EACCES;
}

static int dead_flush(struct file *file, fl_owner_t id)
{
	return 0; /* its close is none of the driver's any more, but for its release */
}

static unsigned long dead_area(struct file *file, unsigned long address, unsigned long len, unsigned long offset,
			       unsigned long flags)
{
	return -EACCES;
}

static void dead_fdinfo(struct seq_file *m, struct file *file)
{
}

static int dead_command(struct io_uring_cmd *command, unsigned int flags)
{
	return -EACCES;
}

/*
 * The kernel asks once, at the open, whether a file can be sought, and does not ask again: vfs_llseek() would call
 * nothing. Of other operations it asks whether there is one and then calls it, and the file may end in
 * between. So whatever a driver has that is called so is here.
 */
static const struct file_operations dead_ops = {
	.owner = THIS_MODULE,
	.llseek = dead_llseek,
	.splice_read = dead_splice_read,
	.splice_write = dead_splice_write,
	.fsync = dead_fsync,
	.flush = dead_flush,
	.get_unmapped_area = dead_area,
	.show_fdinfo = dead_fdinfo,
	.uring_cmd = dead_command,
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

/**
 * warden_session_dead() - operations of a file every call on which is to fail
 *
 * Context: Any.
 * Return: those of a session that ended, whose release and fasync are no other file's.
 */
const struct file_operations *warden_session_dead(void)
{
	return &dead_ops;
}

/* What a file keeps between the end of its release and __fput()'s last look at it. */
static const struct file_operations gone_ops = {
	.owner = THIS_MODULE,
};

/* Nothing comes any more, and nothing fails that could have waited. */
static const struct file_operations blank_ops = {
	.owner = THIS_MODULE,
	.llseek = noop_llseek,
	.splice_read = warden_blank_splice_read,
	.splice_write = dead_splice_write,
	.fsync = dead_fsync,
	.flush = dead_flush,
	.get_unmapped_area = dead_area,
	.show_fdinfo = dead_fdinfo,
	.uring_cmd = dead_command,
	.read = warden_blank_read,
	.write = warden_blank_write,
	.read_iter = warden_blank_read_iter,
	.write_iter = warden_blank_write_iter,
	.poll = warden_blank_poll,
	.unlocked_ioctl = dead_ioctl,
	.compat_ioctl = dead_ioctl,
	.mmap = dead_mmap,
	.fasync = dead_fasync,
	.release = session_release,
};

/**
 * warden_session_deaden() - let every further call on a session's file fail
 * @s: the session
 *
 * Where its rule wants it blank, and its data are read alone, it is quiet instead.
 *
 * Context: Any. Calls that are inside the driver are still to be asked out.
 */
void warden_session_deaden(struct warden_session *s)
{
	const struct file_operations *ours = READ_ONCE(s->file->f_op);

	if (ours->owner == THIS_MODULE) /* fails where the driver comes between: its own fail, too */
		cmpxchg(&s->file->f_op, ours, warden_blank_is_for(s) ? &blank_ops : &dead_ops);
}

static int session_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct warden_session *s = warden_session_of(file);
	int err = s ? warden_limit_map(s) : -EACCES; /* handed back meanwhile */

	return err ?: warden_mapping_mmap(&s->mapping, s->orig, file, vma);
}

/* The reference to the driver's operations, which is the file's, is the session's from now on. */
static void copy_operations(struct warden_session *s)
{
	s->orig = s->file->f_op;
	s->ops = *s->orig;
	s->ops.owner = THIS_MODULE;
	s->ops.release = session_release;
	if (s->sensor.kind == WARDEN_DEVICE_TERMINAL && S_ISCHR(file_inode(s->file)->i_mode))
		warden_terminal_take_over(s);
	warden_derived_take_over(s);
	warden_export_take_over(s);
}

/*
 * A driver that has one address space for all its files unmaps by that. One that put operations
 * into that of its node lets its pages know it, and calls these for them, long after this
 * session may have gone: framebuffers do (fb_deferred_io_open()). A node has none of its own,
 * but in ramfs.
 */
static bool may_have_own_pages(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct address_space_operations *ops = READ_ONCE(inode->i_mapping->a_ops);

	return file->f_mapping == inode->i_mapping &&
	       (!S_ISCHR(inode->i_mode) || ops == &empty_aops || ops == &ram_aops);
}

/* All that a session can differ in from the driver. */
static void make_operations(struct warden_session *s)
{
	copy_operations(s);
	if (s->ops.mmap)
		s->ops.mmap = session_mmap;
	warden_limit_take_over(s);
}

/**
 * warden_session_take_over() - stand in the operations of a file that nobody else has yet
 * @s: its session, whose sensor is set
 *
 * The caller's reference to the module becomes the file's. What was made of the same
 * operations before, for the same sensor, is not made again.
 *
 * Context: Process context.
 */
void warden_session_take_over(struct warden_session *s)
{
	if (s->orig != s->file->f_op)
		make_operations(s);
	if (!s->orig->llseek) /* as open() does in the end, by what is there then: it may have ended by that time */
		s->file->f_mode &= ~FMODE_LSEEK;
	if (may_have_own_pages(s->file))
		s->file->f_mapping = &s->mapping.pages;
	else
		warden_session_keep_pages(s);
	s->file->f_op = &s->ops;
}

/**
 * warden_session_take_older() - stand in the operations of a file that others use
 * @s: of a file that was open before, which the caller holds
 *
 * Its memory is mapped as it was: what is mapped stays in its address space.
 *
 * Context: Process context.
 * Return: false where the driver replaces them itself in this moment.
 */
bool warden_session_take_older(struct warden_session *s)
{
	copy_operations(s);
	__module_get(THIS_MODULE);
	/* whole, for who is calling meanwhile; a hangup or an unplugging may come first */
	if (cmpxchg(&s->file->f_op, s->orig, &s->ops) == s->orig)
		return true;
	module_put(THIS_MODULE);
	return false;
}

/*
 * debugfs takes the operations that it made for a file from there, to free them. What others
 * put there instead is theirs to look at.
 */
static int release_by_driver(const struct warden_session *s, struct inode *inode,
			     struct file *file)
{
	const struct file_operations *ours = file->f_op;
	struct module *owner = s->orig->owner;
	bool theirs = inode->i_sb->s_magic == DEBUGFS_MAGIC;
	int err = 0;

	if (theirs)
		file->f_op = s->orig;
	if (s->orig->release)
		err = s->orig->release(inode, file);
	if (theirs)
		file->f_op = ours;
	module_put(owner);
	return err;
}

/* Its file is closed, and nothing of it is told, switched or put away until it is opened again. */
static int stand(struct inode *inode, struct file *file, struct warden_session *s)
{
	struct module *owner = s->orig->owner;
	int err = s->orig->release ? s->orig->release(inode, file) : 0;

	module_put(owner);
	file->f_mapping = inode->i_mapping;
	if (unlikely(file->f_op != &s->ops)) { /* by its driver, which has put the file's reference with ours */
		__module_get(THIS_MODULE);
		fops_put(file->f_op);
		s->stands_until = jiffies;
	}
	file->f_op = &gone_ops;
	WRITE_ONCE(s->file, NULL);
	warden_stand_put(s);
	return err;
}

static noinline int end_with_file(struct inode *inode, struct file *file, struct warden_session *s)
{
	bool last;
	int err;

	__module_get(THIS_MODULE); /* where the driver keeps our operations it puts the file's */
	warden_stand_tell(s);
	if (!warden_session_delist(s, &last))
		warden_session_tell(s, WARDEN_EVENT_SESSION_END, WARDEN_REASON_CLOSED);
	if (last)
		warden_consent_used_up(s->ground);
	err = release_by_driver(s, inode, file);
	if (was_replaced(file))
		fops_put(file->f_op);
	else
		module_put(THIS_MODULE);
	file->f_mapping = s->mapping.shared ?: inode->i_mapping;
	file->f_op = &gone_ops;
	warden_rest_put(s);
	return err;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct warden_session *s = warden_session_of(file);

	if (warden_stand_may(s) && file->f_op == &s->ops)
		return stand(inode, file, s);
	return end_with_file(inode, file, s);
}

/*
 * Do calls go to the driver through ours, as where a rate is kept, or of a terminal? Who
 * sleeps in the driver then comes back to our frames, however long that takes.
 */
static bool comes_by_here(const struct warden_session *s)
{
	return s->ops.read != s->orig->read || s->ops.read_iter != s->orig->read_iter ||
	       s->ops.write != s->orig->write || s->ops.write_iter != s->orig->write_iter ||
	       (s->ops.unlocked_ioctl != s->orig->unlocked_ioctl && !warden_export_jumps(s));
}

/**
 * warden_session_hand_back() - give an ended session's file back to its driver
 * @s: the session
 *
 * For a file that its holder keeps open, so that it does not keep the module. It
 * was ended first, so no mmap() is under way that could still link a mapping to
 * the session. One that a review is about to end, as of a consent that expired, is that review's.
 *
 * Context: Under the table's lock, for warden_session_remove().
 * Return: true if it was, and the module reference of the file is the caller's
 * to drop; false if a mapping stands, calls go through ours, its driver put operations of its
 * own there, or the file is being released or its end not done.
 */
bool warden_session_hand_back(struct warden_session *s)
{
	const struct file_operations *ours;
	struct address_space *pages;
	struct file *file;
	bool back;

	if (!list_empty_careful(&s->ending) || warden_mapping_stands(&s->mapping))
		return false;
	file = get_file_active(&s->file);
	if (!file)
		return false;
	if (comes_by_here(s)) {
		fput(file);
		return false;
	}
	pages = file->f_mapping;
	file->f_mapping = s->mapping.shared ?: file_inode(file)->i_mapping;
	ours = READ_ONCE(file->f_op);
	back = ours->owner == THIS_MODULE && cmpxchg(&file->f_op, ours, s->orig) == ours;
	if (!back)
		file->f_mapping = pages;
	fput(file);
	return back;
}

/**
 * warden_session_is() - is this file a session?
 * @file: any file
 *
 * Context: Any.
 * Return: true if it is, living or ended.
 */
bool warden_session_is(const struct file *file)
{
	return file->f_op && file->f_op->release == session_release;
}

/*
 * A terminal that is a sensor controls no process: /dev/tty would lead to it past its
 * session. Other drivers do not ask for this flag.
 */
static int open_quietly(struct inode *inode, struct file *file)
{
	unsigned int flags = file->f_flags;
	int err;

	file->f_flags |= O_NOCTTY;
	err = inode->i_fop->open(inode, file);
	if (!err)
		file->f_flags = (file->f_flags & ~O_NOCTTY) | (flags & O_NOCTTY);
	return err;
}

/* The driver has not been asked yet, and the device may still go. */
static int begin_limit(struct file *file, struct warden_session *s)
{
	warden_route_find(file, &s->sensor);
	return warden_limit_begin(s);
}

/*
 * What the file leads to, which is pinned from now on if it is a node: is it what was judged?
 * Of a session that rested it is what it was, where no device has changed.
 */
static bool find_sensor(struct file *file, struct warden_session *s)
{
	const u64 names[] = { s->sensor.key, s->sensor.names[0], s->sensor.names[1] };
	const u32 class = s->sensor.class;

	if (s->again && s->answer.epoch == warden_epoch())
		return true;
	s->orig = NULL; /* its operations go by the sensor */
	warden_session_hide(s);
	warden_route_find(file, &s->sensor);
	return s->sensor.class == class && s->sensor.key == names[0] &&
	       s->sensor.names[0] == names[1] && s->sensor.names[1] == names[2];
}

/* The driver has opened it: make the file a session. */
static void begin(struct file *file, struct warden_session *s)
{
	bool same;

	if (file->f_op == &warden_session_prepared) /* sysfs and proc have one set of them for all files */
		replace_fops(file, fops_get(file_inode(file)->i_fop));
	same = find_sensor(file, s);
	warden_session_take_over(s);
	if (warden_answer_consented(&s->answer))
		warden_session_shroud();
	warden_session_enlist(s, same);
	/* Born dead is begun and ended: who counts the one and the other finds none open. */
	warden_session_tell(s, WARDEN_EVENT_SESSION_START, s->answer.reason);
	if (s->dead)
		warden_session_tell(s, WARDEN_EVENT_SESSION_END, s->answer.reason);
	if (!s->dead && warden_egress_wanted()) /* since the verdict, maybe */
		warden_session_mark(s);
	warden_stand_begin(s);
}

/* Open through the driver. What was judged is the session's sensor, as far as it was asked for. */
static int open_through(struct file *file, struct warden_session *s)
{
	int err;

	__module_get(THIS_MODULE); /* this call outlives the reference of warden_session_prepared */
	err = open_quietly(file_inode(file), file);
	if (!err) {
		begin(file, s);
		return 0; /* the reference is the file's */
	}
	warden_session_free(s);
	module_put(THIS_MODULE); /* the file, or the programs that led here, hold another */
	return err;
}

/* A session of its own for an open that is allowed. */
static int open_session(struct file *file, const struct warden_request *req,
			const struct warden_answer *answer)
{
	struct warden_session *s = warden_session_new(file, current, req, answer);
	int err;

	if (!s) {
		warden_session_tell_unmade(file, req, answer, WARDEN_REASON_NO_MEMORY);
		return -ENOMEM;
	}
	err = answer->rate ? begin_limit(file, s) : 0;
	if (err) {
		warden_session_tell_unmade(file, req, answer,
					   err == -ENOMEM ? WARDEN_REASON_NO_MEMORY :
							    WARDEN_REASON_RATE_UNKEPT);
		warden_session_free(s);
		return err;
	}
	s->sensor.class = req->class;
	s->sensor.key = req->topology;
	memcpy(s->sensor.names, req->names, sizeof(req->names));
	return open_through(file, s);
}

static noinline int judge_and_open(struct file *file)
{
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;
	int err;

	err = warden_judge_sensor(file, &req, &subject, &answer);
	if (!err && warden_session_count() >= WARDEN_SESSIONS_MAX) {
		warden_session_tell_unmade(file, &req, &answer, WARDEN_REASON_TOO_MANY_SESSIONS);
		return -ENFILE;
	}
	return err ?: open_session(file, &req, &answer);
}

static noinline void reconsider(struct warden_session *s)
{
	warden_stand_tell(s);
	if (warden_session_reconsider(s))
		warden_session_tell(s, WARDEN_EVENT_SESSION_END, s->answer.reason);
}

/* The reference of warden_session_prepared is the file's from here on. */
static int open_standing(struct inode *inode, struct file *file, struct warden_session *s)
{
	int err;

	file->f_op = inode->i_fop; /* which are nobody's */
	err = inode->i_fop->open(inode, file);
	if (unlikely(err)) {
		warden_stand_put(s);
		module_put(THIS_MODULE); /* as in open_through() */
		return err;
	}
	if (unlikely(file->f_op != s->orig)) { /* the driver has others for it today */
		warden_stand_end(s);
		s->file = file;
		s->since = ktime_get_coarse_boottime_ns();
		s->ground = 0;
		begin(file, s);
		return 0;
	}
	atomic_inc(&s->uses);
	if (!s->orig->llseek)
		file->f_mode &= ~FMODE_LSEEK;
	file->f_mapping = &s->mapping.pages;
	file->f_op = &s->ops;
	xchg(&s->file, file); /* a review finds it from here on, or its change is seen */
	if (unlikely(!delayed_work_pending(&warden_rest_rising)))
		warden_rest_settle(NULL); /* so that this use is told while it is open */
	if (unlikely(s->answer.epoch != warden_epoch()))
		reconsider(s);
	return 0;
}

/* No sensor, or no more: another process had one of this number. */
static int open_free(struct inode *inode, struct file *file)
{
	int err = warden_protocol_tunnel_open(file);

	if (err)
		return err;
	__module_get(THIS_MODULE); /* as in open_through() */
	replace_fops(file, fops_get(inode->i_fop));
	err = inode->i_fop->open(inode, file);
	module_put(THIS_MODULE);
	return err;
}

/*
 * open() of a file the hook prepared: the verdict, once, and before the driver
 * hears of it. On entry file->f_op is warden_session_prepared, whose reference is dropped by
 * chrdev_open() when it puts the driver's operations there, or by the caller
 * where this fails.
 */
static int session_open(struct inode *inode, struct file *file)
{
	struct warden_session *s = warden_stand_take(inode);

	if (s)
		return open_standing(inode, file, s);
	if (warden_session_count() < WARDEN_SESSIONS_MAX)
		s = warden_rest_take(file);
	if (s)
		return open_through(file, s);
	if (S_ISCHR(inode->i_mode) && warden_route_class(file) == WARDEN_SENSOR_CLASS_FREE)
		return open_free(inode, file);
	return judge_and_open(file);
}

const struct file_operations warden_session_prepared = {
	.owner = THIS_MODULE,
	.open = session_open,
};

/**
 * warden_session_keeps() - the rate that a file keeps to
 * @file: any file
 *
 * Context: Any, with a reference to @file.
 * Return: uses in an hour, 1 where it is being opened and will keep to any; 0 for
 * none.
 */
u32 warden_session_keeps(const struct file *file)
{
	if (file->f_op == &warden_session_prepared)
		return 1;
	return warden_session_is(file) ? warden_session_request(warden_session_of(file)).keeps : 0;
}

/* The module goes and can take no file over any more. */
static int refuse_going(const struct file *file)
{
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;

	if (!warden_judge_sensor(file, &req, &subject, &answer))
		warden_session_tell_unmade(file, &req, &answer, WARDEN_REASON_STOPPING);
	return -EACCES;
}

/**
 * warden_session_prepare() - have an open of a sensor decided, or refuse it as the module is going
 * @file: the file, in its open hook: its operations are those of its inode
 *
 * Context: Process context, from the open hook, may sleep.
 * Return: 0, or -EACCES while it is going, which is recorded.
 */
int warden_session_prepare(struct file *file)
{
	return warden_session_try_prepare(file) ? 0 : refuse_going(file);
}

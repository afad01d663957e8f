/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of a session share. Others include session.h. */
#ifndef WARDEN_SESSION_PRIV_H
#define WARDEN_SESSION_PRIV_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <uapi/linux/warden.h>

#include "device/inventory.h"
#include "judge/epoch.h"
#include "judge/judge.h"
#include "program/identity.h"
#include "record/record.h"
#include "session-mapping.h"

/**
 * struct warden_session - one open sensor file
 * @node: in the table, until release or hand-back
 * @older: in the table of those whose file keeps its address space
 * @was_older: it was open before it was asked for
 * @among_lit: in the list of those that are lit, or were; under its lock
 * @run: the start of who opened it, which is kept for it; 0 is none
 * @heirs: programs it was handed to; under their lock
 * @ending: in the list of those that a review ends, which holds a file reference
 * @file: the file; valid while the session is in the table
 * @mapping: its own address space, so that it can be unmapped alone; found from
 *	     file->f_mapping, from the first call to the last. One that was open before
 *	     has its inode's
 * @ops: the driver's operations with release and mmap replaced
 * @orig: the driver's operations; holds their reference. Of one that rests, those @ops were
 *	  made of, without; NULL where they were not yet
 * @limit: what keeps its rate; NULL where it has none
 * @dead: the session was ended; set once, under the table's lock
 * @lit: it counts for the light of its class; written under the table's lock
 * @again: it rested, and was opened again by who had it
 * @exported: its opener was allowed to have of what it delivers as files
 * @counts_not: what it delivers counts for no rate, as the events of a chip
 * @lent: it rests on a consent of somebody it was handed to, or holds one of a verdict before; set once
 * @id: number since the module was loaded
 * @ground: that of the session whose open a consent allows; its own where a driver did not
 *	    give it out on another's file
 * @since: boot-time clock, in ns
 * @noted: the same, when the inventory was told last that its node is used
 * @rests_until: in jiffies, of one that rests
 * @stands: it rests in the table, begun and lit; of whoever has it alone
 * @stands_until: in jiffies, until when its file may be closed and opened without a look at all of it
 * @uses: how often that was and is not told yet; whoever tells takes it
 * @awaits: number of its device, by which its next open is told from others where it rests; 0 where that
 *	    may be a debug surface as well
 * @exe: the file its opener was started from, to be compared alone
 * @pid: thread group that opened it
 * @mm: its memory, to be compared; NULL of one that was ending
 * @uid: real user id of the opener
 * @identity: program of the opener
 * @path: of the opener's file, where the policy does not name the program; NULL
 *	  where it does, or without memory
 * @sensor: the device, which the open file pins
 * @answer: what allowed it
 * @begun: where its begin is counted that equals the last; of one that rested
 * @ended: the same of its end
 */
struct warden_session {
	struct list_head node;
	struct hlist_node older;
	struct list_head among_lit;
	u64 run;
	struct list_head heirs;
	struct list_head ending;
	struct file *file;
	struct warden_mapping mapping;
	struct file_operations ops;
	const struct file_operations *orig;
	struct warden_limit *limit;
	bool dead;
	bool lit;
	bool exported;
	bool counts_not;
	bool was_older;
	bool again;
	bool lent;
	u64 id;
	u64 ground;
	u64 since;
	u64 noted;
	unsigned long rests_until;
	bool stands;
	unsigned long stands_until;
	atomic_t uses;
	dev_t awaits;
	const struct file *exe;
	struct pid *pid;
	struct mm_struct *mm;
	u32 uid;
	struct warden_identity identity;
	const char *path;
	struct warden_sensor sensor;
	struct warden_answer answer;
	struct warden_record_mark begun;
	struct warden_record_mark ended;
};

struct warden_place;

struct warden_session *warden_session_of_older(const struct file *file);

/* The session of a file whose operations are ours. */
static inline struct warden_session *warden_session_of(const struct file *file)
{
	if (unlikely(!warden_mapping_is(file->f_mapping)))
		return warden_session_of_older(file);
	return container_of(file->f_mapping, struct warden_session, mapping.pages);
}

/* The policy's name for the opener, else the path of its file. */
static inline const char *warden_session_program(const struct warden_session *s)
{
	return s->answer.label[0] ? s->answer.label : s->path ?: "";
}

/* Is all of it as its open made it? */
static inline bool warden_session_is_whole(const struct warden_session *s)
{
	return !s->dead && !s->lent && !s->mapping.shared && list_empty(&s->mapping.wraps) &&
	       list_empty(&s->heirs) && s->answer.epoch == warden_epoch();
}

/* What its opener asked for, to be judged again. */
static inline struct warden_request warden_session_request(const struct warden_session *s)
{
	return (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = s->uid,
		.subject = &s->identity,
		.class = s->sensor.class,
		.topology = s->sensor.key,
		.names = { s->sensor.names[0], s->sensor.names[1] },
		.process = (unsigned long)s->pid,
		.session = s->ground,
		.keeps = s->limit || s->counts_not ? s->answer.rate : 0,
		.exports = READ_ONCE(s->exported),
	};
}

/* session.c: the table */
struct warden_session *warden_session_new(struct file *file, struct task_struct *opener,
					  const struct warden_request *req,
					  const struct warden_answer *answer);
void warden_session_free(struct warden_session *s);
void warden_session_enlist(struct warden_session *s, bool same);
void warden_session_enlist_older(struct warden_session *s);
void warden_session_disown(struct warden_session *s);
bool warden_session_reconsider(struct warden_session *s);
bool warden_session_delist(struct warden_session *s, bool *last);
void warden_session_each(void (*look)(struct warden_session *s, void *data), void *data);
void warden_session_pick(bool (*wanted)(const struct warden_session *s), struct list_head *list);
void warden_session_unlight(struct warden_session *s);
void warden_session_hide(struct warden_session *s);
void warden_session_remove(bool (*gone)(struct warden_session *s), struct list_head *list);
bool warden_session_any_mapped(void);
bool warden_session_any_consented(struct warden_sensor *sensor);
void warden_session_mark(const struct warden_session *s);
bool warden_session_is_in(const struct mm_struct *mm, bool with_consent,
			  struct warden_sensor *sensor);

/* session-ground.c: what it rests on */
bool warden_session_claim(struct warden_session *s, const struct warden_request *req);
bool warden_session_find_ground(struct warden_session *s, bool same);
bool warden_session_lost_ground(const struct warden_session *s);
bool warden_session_consented(const struct warden_session *s);

/* session-file.c: what stands in the place of the file's operations */
void warden_session_take_over(struct warden_session *s);
bool warden_session_take_older(struct warden_session *s);
void warden_session_deaden(struct warden_session *s);
bool warden_session_hand_back(struct warden_session *s);
bool warden_session_is(const struct file *file);

/* session-rest.c: one that was closed, and may be opened again */
struct warden_session *warden_rest_take(struct file *file);
bool warden_rest_holds(const struct warden_session *s);
void warden_rest_put(struct warden_session *s);
void warden_rest_back(struct warden_place *place, struct warden_session *s);
void warden_rest_settle(struct warden_session *other);
void warden_rest_stir(void);
void warden_rest_exit(void);

/* session-older.c: files that were open before */
void warden_session_keep_pages(struct warden_session *s);
void warden_session_forget_older(struct warden_session *s);

/* session-heir.c: whom it was handed to */
int warden_heir_add(struct warden_session *s, const struct warden_request *req,
		    struct warden_answer *answer);
int warden_heir_copy(struct warden_session *s, const struct warden_session *from);
bool warden_heir_lost(const struct warden_session *s);
bool warden_heir_rests_on(const struct warden_session *s, const u8 receipt[WARDEN_RECEIPT_SIZE]);
void warden_heir_end(struct warden_session *s);

/* session-ending.c: how a session ends */
void warden_session_settle(void);
void warden_session_await_kicks(unsigned int ms);

/* session-wake.c: who waits for it to be ready */
int warden_wake_init(void);
void warden_wake_exit(void);
void warden_session_wake(const struct warden_session *s, bool back, unsigned int *left);

/* session-limit.c: how its rate is kept */
int warden_limit_begin(struct warden_session *s);
void warden_limit_take_over(struct warden_session *s);
int warden_limit_map(const struct warden_session *s);
void warden_limit_end(struct warden_session *s);

/* session-terminal.c: what is otherwise with a terminal */
void warden_terminal_take_over(struct warden_session *s);

/* session-derived.c: files that the driver gives out on this one */
long warden_derived_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
void warden_derived_take_over(struct warden_session *s);

/* session-export-call.c: calls by which a driver gives files of its data out */
long warden_export_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
void warden_export_take_over(struct warden_session *s);
bool warden_export_jumps(const struct warden_session *s);

/* session-blank.c: a session that ended, for a program that is to run on */
bool warden_blank_is_for(const struct warden_session *s);
ssize_t warden_blank_read(struct file *file, char __user *buf, size_t len, loff_t *pos);
ssize_t warden_blank_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t warden_blank_splice_read(struct file *file, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
				 unsigned int flags);
ssize_t warden_blank_write(struct file *file, const char __user *buf, size_t len, loff_t *pos);
ssize_t warden_blank_write_iter(struct kiocb *iocb, struct iov_iter *from);
__poll_t warden_blank_poll(struct file *file, struct poll_table_struct *table);
void warden_blank_leave(void);

/* session-record.c: what is told of it */
void warden_session_tell_unmade(const struct file *file, const struct warden_request *req,
				const struct warden_answer *allowed, u8 reason);
void warden_session_tell_refused(const struct warden_session *s, u32 reason);
void warden_session_tell(struct warden_session *s, u32 event, u32 reason);
void warden_session_tell_times(const struct warden_session *s, u32 event, u32 reason, u32 times);
void warden_session_tell_ended(const struct warden_session *s, u32 event, u32 reason, u64 took);

#endif /* WARDEN_SESSION_PRIV_H */

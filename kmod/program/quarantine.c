// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that are cut off by their digest, whatever the policy says: a flaw
 * became known, and the mended program is not there yet.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "hook/links.h"
#include "hook/needs.h"
#include "identity.h"
#include "judge/decide.h"
#include "judge/epoch.h"
#include "network/service.h"
#include "policy/change.h"
#include "processes.h"
#include "quarantine.h"
#include "sha256.h"

/*
 * Written in a change, under the lock; nr is read without it first, so that
 * nobody pays for an empty list. The lock is innermost.
 */
static DEFINE_SPINLOCK(quarantine_lock);
static struct warden_quarantined *list[WARDEN_QUARANTINE_MAX];
static u32 nr;

/* The list in force of each role, by role - 1. Written in a change; versions only rise. */
static struct warden_quarantine_list lists[WARDEN_QUARANTINE_LISTS];

static u32 find(const struct warden_digest *digest)
{
	u32 i;

	lockdep_assert_held(&quarantine_lock);
	for (i = 0; i < nr; i++)
		if (warden_decide_same(&list[i]->digest, digest))
			break;
	return i;
}

static bool holds(const struct warden_identity *id)
{
	bool found;

	if (!id || id->reason)
		return false;
	spin_lock_bh(&quarantine_lock);
	found = find(&id->digest) < nr;
	spin_unlock_bh(&quarantine_lock);
	return found;
}

/**
 * warden_quarantine_holds() - is who asks, or what is executed, in quarantine?
 * @req: the request
 *
 * Context: Any but hard interrupt; does not sleep.
 * Return: true if it is.
 */
bool warden_quarantine_holds(const struct warden_request *req)
{
	if (likely(!READ_ONCE(nr)))
		return false;
	return holds(req->domain == WARDEN_DOMAIN_EXEC ? req->object : req->subject);
}

/**
 * warden_quarantine_any() - is any program in quarantine?
 *
 * Context: Any.
 * Return: true if one is.
 */
bool warden_quarantine_any(void)
{
	return READ_ONCE(nr);
}

/* An overlong label is for people, and may be cut. */
static void tell(u32 event, const struct warden_quarantined *q)
{
	warden_change_tell(&(struct warden_change){ .event = event, .object = q->label });
}

/* An empty list needs none. What was allowed before the change is asked again. */
static void follow(void)
{
	warden_service_hold();
	warden_service_renew();
	warden_links_follow(WARDEN_NEED_QUARANTINE, nr ? warden_needs_quarantine() : 0);
}

/* One that a list names is from now on there by a command as well. */
static int insert(struct warden_quarantined *q)
{
	u32 i = find(&q->digest);

	lockdep_assert_held(&quarantine_lock);
	if (i < nr && list[i]->by_hand)
		return -EEXIST;
	if (i < nr) {
		list[i]->by_hand = true;
		return -EALREADY;
	}
	if (nr == WARDEN_QUARANTINE_MAX)
		return -ENOSPC;
	list[nr] = q;
	WRITE_ONCE(nr, nr + 1);
	warden_epoch_advance();
	return 0;
}

/**
 * warden_quarantine_add() - cut a program off
 * @digest: the program
 * @label: what it was made of, for people
 *
 * Context: In a change, may sleep.
 * Return: 0, and what is attached cuts it off at once; -EEXIST, -ENOSPC past WARDEN_QUARANTINE_MAX,
 * -ENOMEM.
 */
int warden_quarantine_add(const struct warden_digest *digest, const char *label)
{
	struct warden_quarantined *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);
	int err;

	warden_change_assert_held();
	if (!q)
		return -ENOMEM;
	q->digest = *digest;
	q->since = ktime_get_boottime_ns();
	q->by_hand = true;
	strscpy(q->label, label, sizeof(q->label));
	spin_lock_bh(&quarantine_lock);
	err = insert(q);
	spin_unlock_bh(&quarantine_lock);
	if (!err || err == -EALREADY)
		tell(WARDEN_EVENT_QUARANTINE_ADD, q);
	if (err)
		kfree(q);
	follow();
	return err == -EALREADY ? 0 : err;
}

static bool is_on_any(const struct warden_quarantined *q)
{
	u32 i;

	for (i = 0; i < WARDEN_QUARANTINE_LISTS; i++)
		if (q->version[i])
			return true;
	return false;
}

/**
 * warden_quarantine_remove() - let a program run again as the policy says
 * @digest: the program
 *
 * Context: In a change, may sleep.
 * Return: 0; -ENOENT; -EPERM where a list in force names it.
 */
int warden_quarantine_remove(const struct warden_digest *digest)
{
	struct warden_quarantined *q = NULL;
	int err = -ENOENT;
	u32 i;

	warden_change_assert_held();
	spin_lock_bh(&quarantine_lock);
	i = find(digest);
	if (i < nr && is_on_any(list[i])) {
		err = -EPERM;
	} else if (i < nr) {
		q = list[i];
		list[i] = list[nr - 1];
		WRITE_ONCE(nr, nr - 1);
		warden_epoch_advance();
	}
	spin_unlock_bh(&quarantine_lock);
	if (!q)
		return err;
	follow();
	tell(WARDEN_EVENT_QUARANTINE_REMOVE, q);
	kfree(q);
	return 0;
}

/**
 * warden_quarantine_get() - copy an entry
 * @at: from 0
 * @q: filled in
 *
 * Context: Any but hard interrupt.
 * Return: false past the last.
 */
bool warden_quarantine_get(u32 at, struct warden_quarantined *q)
{
	bool found;

	spin_lock_bh(&quarantine_lock);
	found = at < nr;
	if (found)
		*q = *list[at];
	spin_unlock_bh(&quarantine_lock);
	return found;
}

/**
 * warden_quarantine_exit() - forget what is in quarantine
 *
 * Context: Process context; no hook and no command can run any more.
 */
void warden_quarantine_exit(void)
{
	while (nr)
		kfree(list[--nr]);
	memset(lists, 0, sizeof(lists));
}

/* --- lists ----------------------------------------------------------------------------------- */

/* What a list will have changed: all of it is made ready first, then put in force in one step. */
struct plan {
	const struct warden_cut_list *list;
	u32 at;		/* role - 1 of whose list it is; what the other names stays */
	u32 nr;		/* how many @next */
	u32 nr_kept;	/* of these, how many were there before */
	u32 nr_gone;
	struct warden_quarantined *next[WARDEN_QUARANTINE_MAX];
	struct warden_quarantined *gone[WARDEN_QUARANTINE_MAX];
};

static bool is_listed(const struct warden_cut_list *l, const struct warden_digest *digest)
{
	u32 i;

	for (i = 0; i < le32_to_cpu(l->nr); i++)
		if (warden_decide_same(&l->entries[i].digest, digest))
			return true;
	return false;
}

static bool is_on_another(const struct plan *p, const struct warden_quarantined *q)
{
	u32 i;

	for (i = 0; i < WARDEN_QUARANTINE_LISTS; i++)
		if (i != p->at && q->version[i])
			return true;
	return false;
}

/* Nobody but a change writes to what is read here. */
static void plan_kept(struct plan *p)
{
	u32 i;

	warden_change_assert_held();
	for (i = 0; i < nr; i++)
		if (list[i]->by_hand || is_on_another(p, list[i]) || is_listed(p->list, &list[i]->digest))
			p->next[p->nr++] = list[i];
		else
			p->gone[p->nr_gone++] = list[i];
	p->nr_kept = p->nr;
}

static bool is_kept(const struct plan *p, const struct warden_digest *digest)
{
	u32 i;

	for (i = 0; i < p->nr_kept; i++)
		if (warden_decide_same(&p->next[i]->digest, digest))
			return true;
	return false;
}

static int plan_new(struct plan *p, const struct warden_cut_entry *e)
{
	struct warden_quarantined *q;

	if (is_kept(p, &e->digest))
		return 0;
	if (p->nr == WARDEN_QUARANTINE_MAX)
		return -ENOSPC;
	q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);
	if (!q)
		return -ENOMEM;
	q->digest = e->digest;
	q->since = ktime_get_boottime_ns();
	strscpy(q->label, e->label, sizeof(q->label));
	p->next[p->nr++] = q;
	return 0;
}

static int plan_all(struct plan *p)
{
	int err = 0;
	u32 i;

	plan_kept(p);
	for (i = 0; !err && i < le32_to_cpu(p->list->nr); i++)
		err = plan_new(p, &p->list->entries[i]);
	if (err)
		while (p->nr > p->nr_kept)
			kfree(p->next[--p->nr]);
	return err;
}

static void carry_out(struct plan *p)
{
	u32 i;

	spin_lock_bh(&quarantine_lock);
	for (i = 0; i < p->nr; i++) {
		list[i] = p->next[i];
		list[i]->version[p->at] = is_listed(p->list, &list[i]->digest) ?
						  le32_to_cpu(p->list->version) :
						  0;
	}
	WRITE_ONCE(nr, p->nr);
	warden_epoch_advance();
	spin_unlock_bh(&quarantine_lock);
	for (i = p->nr_kept; i < p->nr; i++)
		tell(WARDEN_EVENT_QUARANTINE_ADD, p->next[i]);
	for (i = 0; i < p->nr_gone; i++) {
		tell(WARDEN_EVENT_QUARANTINE_REMOVE, p->gone[i]);
		kfree(p->gone[i]);
	}
	follow();
}

static void tell_list(const struct warden_quarantine_list *now, u8 reason)
{
	char what[WARDEN_SIGNER_NAME_MAX + 48];

	snprintf(what, sizeof(what), "%s version %u, %s",
		 now->author.role == WARDEN_ROLE_OPERATOR ? "operator" : "maker", now->version,
		 now->author.name[0] ? now->author.name : "not signed");
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_QUARANTINE_LIST,
						    .reason = reason,
						    .object = what });
}

/**
 * warden_quarantine_describe() - what is kept of a list
 * @now: filled in, but for its author
 * @l: the list, well formed
 *
 * Context: Any.
 */
void warden_quarantine_describe(struct warden_quarantine_list *now, const struct warden_cut_list *l)
{
	now->version = le32_to_cpu(l->version);
	warden_sha256(now->digest, l, struct_size(l, entries, le32_to_cpu(l->nr)));
}

/**
 * warden_quarantine_check() - may a list take the place of the one of its role?
 * @now: what is to be kept of it
 *
 * Context: In a change.
 * Return: 0; -EALREADY where it is the one in force; -ESTALE where its version is not higher.
 */
int warden_quarantine_check(const struct warden_quarantine_list *now)
{
	const struct warden_quarantine_list *before = &lists[now->author.role - 1];

	warden_change_assert_held();
	if (now->version > before->version)
		return 0;
	return now->version == before->version &&
			       !memcmp(now->digest, before->digest, sizeof(now->digest)) ?
		       -EALREADY :
		       -ESTALE;
}

/**
 * warden_quarantine_load() - let a list take the place of the one of its role
 * @l: the list, well formed and checked
 * @now: what is to be kept of it
 * @reason: enum warden_reason it is told with
 * @done: filled in
 *
 * What was put in by hand, and what the list of another role names, stays. Where it
 * fails, nothing has changed.
 *
 * Context: In a change, may sleep.
 * Return: 0; -ENOSPC past WARDEN_QUARANTINE_MAX, -ENOMEM.
 */
int warden_quarantine_load(const struct warden_cut_list *l, const struct warden_quarantine_list *now,
			   u8 reason, struct warden_quarantine_done *done)
{
	struct plan *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	warden_change_assert_held();
	if (!p)
		return -ENOMEM;
	p->list = l;
	p->at = now->author.role - 1;
	err = plan_all(p);
	if (!err) {
		carry_out(p);
		lists[p->at] = *now;
		done->added = p->nr - p->nr_kept;
		done->removed = p->nr_gone;
		tell_list(now, reason);
	}
	kfree(p);
	return err;
}

/**
 * warden_quarantine_list() - the list of a role
 * @role: WARDEN_ROLE_MAKER or WARDEN_ROLE_OPERATOR
 *
 * Context: In a change, or where one that is being replaced does no harm.
 * Return: what is kept of it; of version 0 where there is none.
 */
const struct warden_quarantine_list *warden_quarantine_list(u8 role)
{
	return &lists[role - 1];
}

/**
 * warden_quarantine_review() - the maker's policy is another
 * @maker: the maker's layer
 *
 * The list of an operator it names no more goes, as the operator's layer does; the
 * version that was reached stays.
 *
 * Context: In a change, may sleep. Without memory the list stays.
 */
void warden_quarantine_review(const struct warden_snapshot *maker)
{
	struct warden_quarantine_list *now = &lists[WARDEN_ROLE_OPERATOR - 1];
	struct warden_cut_list none = { .version = cpu_to_le32(now->version) };
	struct plan *p;

	if (!now->author.name[0] ||
	    warden_trust_names(maker, WARDEN_ROLE_OPERATOR, now->author.certificate))
		return;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return;
	p->list = &none;
	p->at = WARDEN_ROLE_OPERATOR - 1;
	plan_kept(p);
	carry_out(p);
	tell_list(now, WARDEN_REASON_UNVOUCHED);
	memset(now->digest, 0, sizeof(now->digest));
	now->author = (struct warden_author){ .role = WARDEN_ROLE_OPERATOR };
	kfree(p);
}

/* --- running copies ---------------------------------------------------------------------- */

/* One look at all processes; what is not known is read in a second one, so that it keeps no other waiting. */
struct look {
	bool reads;
	struct file *last; /* that was read last, held: a process and its children have one */
	bool held;	   /* it is in quarantine */
	unsigned int killed;
};

static bool is_held(struct look *look, struct file *file)
{
	struct warden_identity id;

	if (!warden_identity_peek(file, &id))
		return holds(&id);
	if (!look->reads)
		return false;
	if (file != look->last) {
		if (look->last)
			fput(look->last);
		look->last = get_file(file);
		look->held = !warden_identity_of_file(file, &id) && holds(&id);
	}
	return look->held;
}

static void look_at(struct look *look, struct task_struct *task)
{
	struct file *file = warden_identity_exe_of(task);

	if (!file)
		return;
	if (is_held(look, file))
		look->killed += !send_sig(SIGKILL, task, 1);
	fput(file);
}

static unsigned int kill_all(bool reads)
{
	struct look look = { .reads = reads };
	unsigned int count, i;
	struct task_struct **tasks = warden_processes(&count);

	for (i = 0; tasks && i < count && !fatal_signal_pending(current); i++)
		if (!READ_ONCE(tasks[i]->exit_state) && !fatal_signal_pending(tasks[i]))
			look_at(&look, tasks[i]);
	warden_processes_put(tasks, count);
	if (look.last)
		fput(look.last);
	return look.killed;
}

/**
 * warden_quarantine_kill() - end what runs a program that is in quarantine
 *
 * Context: Process context, sleeps; reads what was not measured yet, which takes as long as
 * whoever runs it likes, and so not in a change. Ends early where the caller is killed.
 * Return: how many processes were sent SIGKILL.
 */
unsigned int warden_quarantine_kill(void)
{
	return kill_all(false) + kill_all(true);
}

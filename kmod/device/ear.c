// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets by which a sensor is heard, whoever made it tell: to send and to receive each
 * take the right to its class. No LSM hook lies between the wait for a message and its
 * delivery; so a socket's operations are a copy of the kernel's in which these come by here.
 *
 * References: while a socket's operations are ours, it holds this module, and this
 * module what the socket held before. __sock_release() drops ours behind our release, and
 * looks at the operations no more.
 */
#include <linux/atomic.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <net/sock.h>

#include "ear.h"
#include "hook/hooks.h"
#include "hook/links.h"
#include "hook/needs.h"
#include "session/session.h"

/* What makes such sockets. They are in /sys/module also where they are built in: they have parameters. */
static const char *const modules[] = { "bluetooth", "can" };

/* Protects the list, and each socket in it from its release; nests those of named sessions. */
static DEFINE_MUTEX(ears_lock);
static LIST_HEAD(ears);
static atomic_t nr_ears = ATOMIC_INIT(0);

/**
 * warden_ear_judge() - may the current program use this socket now?
 * @ear: what it has of ours
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno where it may not, which is recorded.
 */
int warden_ear_judge(struct warden_ear *ear)
{
	return warden_hooks_attached() ? warden_named_go_on(&ear->use) : 0;
}

/* Before it hears anything, who may not use it may still wait. */
static int judge_hearing(struct warden_ear *ear)
{
	return READ_ONCE(ear->hears) ? warden_ear_judge(ear) : 0;
}

static int ear_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct warden_ear *ear = warden_ear_of(sock);

	return judge_hearing(ear) ?: ear->orig->sendmsg(sock, msg, len);
}

/*
 * Wait for something to receive, or for an end after the first @ends, up to *@left: 0, -EAGAIN
 * where nothing came, or -EINTR.
 */
static int wait_to_receive(const struct warden_ear *ear, u32 ends, long *left)
{
	struct sock *sk = ear->sk;
	const long before = *left;

	*left = wait_event_interruptible_timeout(
		*sk_sleep(sk),
		!skb_queue_empty_lockless(&sk->sk_receive_queue) || READ_ONCE(sk->sk_err) ||
			READ_ONCE(ear->ends) != ends,
		before);
	if (*left < 0)
		return sock_intr_errno(before);
	return *left ? 0 : -EAGAIN;
}

/*
 * Who waits does so here and not in the kernel's own function, and is asked about once
 * there is something: a consent may have ended meanwhile, or the socket been bound.
 */
static int ear_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags)
{
	struct warden_ear *ear = warden_ear_of(sock);
	struct sock *sk = sock->sk;
	long left = sock_rcvtimeo(sk, flags & (MSG_DONTWAIT | MSG_ERRQUEUE));
	u32 ends;
	int err;

	for (;;) {
		ends = READ_ONCE(ear->ends);
		err = judge_hearing(ear);
		if (err) {
			skb_queue_purge(&sk->sk_receive_queue);
			return err;
		}
		err = ear->orig->recvmsg(sock, msg, len, flags | MSG_DONTWAIT);
		if (err != -EAGAIN || !left)
			return err;
		err = wait_to_receive(ear, ends, &left);
		if (err)
			return err;
	}
}

static int ear_release(struct socket *sock)
{
	struct warden_ear *ear = warden_ear_of(sock);
	struct module *owner = ear->orig->owner;
	int err;

	mutex_lock(&ears_lock);
	list_del(&ear->node);
	mutex_unlock(&ears_lock);
	err = ear->orig->release(sock);
	warden_named_close(&ear->use);
	module_put(owner);
	kfree(ear);
	atomic_dec(&nr_ears);
	return err;
}

/**
 * warden_ear_is_of() - is it this module that makes such sockets?
 * @module: its name
 *
 * Context: Any.
 * Return: true if it is.
 */
bool warden_ear_is_of(const char *module)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modules); i++)
		if (!strcmp(module, modules[i]))
			return true;
	return false;
}

/**
 * warden_ear_need() - have sockets looked at from now on, as they are made
 *
 * Where nothing makes such sockets the hook would cost all others for nothing.
 *
 * Context: Process context, in no change; sleeps, before the first of them can be made.
 * Return: 0; else what the kernel said to the attaching of the program.
 */
int warden_ear_need(void)
{
	int err;

	while (warden_links_hold(warden_needs_ear(), MSEC_PER_SEC))
		; /* else the module would be refused, and nobody loads it once more */
	err = warden_links_need(WARDEN_NEED_EAR, warden_needs_ear());
	warden_links_release();
	return err;
}

/**
 * warden_ear_init() - look whether something makes such sockets already, built in or loaded
 *
 * The set of all modules is reached through our own, as that of all devices is.
 *
 * Context: Process context, module init; once later ones are told of. Nothing is attached
 * yet, so nothing can fail.
 */
void warden_ear_init(void)
{
	struct kobject *module;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modules); i++) {
		module = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, modules[i]);
		if (!module)
			continue;
		kobject_put(module);
		warden_ear_need();
	}
}

/**
 * warden_ear_new() - make what a socket is to have of ours
 * @sock: a socket that was just made, and that nobody has yet
 * @class: enum warden_sensor_class it takes the right to
 * @name: what a rule can name as a device, and what records tell
 *
 * Context: Process context, sleeps.
 * Return: it, for the caller to put in the place of the socket's operations; NULL without memory.
 */
struct warden_ear *warden_ear_new(struct socket *sock, u32 class, const char *name)
{
	struct warden_ear *ear = kmalloc(sizeof(*ear), GFP_KERNEL_ACCOUNT);

	if (!ear)
		return NULL;
	ear->orig = sock->ops;
	ear->ops = *ear->orig;
	ear->ops.owner = THIS_MODULE;
	ear->ops.sendmsg = ear_sendmsg;
	ear->ops.recvmsg = ear_recvmsg;
	ear->ops.release = ear_release;
	ear->sk = sock->sk;
	ear->ends = 0;
	ear->hears = false;
	warden_named_init(&ear->use, class, name);
	return ear;
}

/**
 * warden_ear_put_on() - have the uses of a socket come by here from now on
 * @sock: a socket that nobody has yet
 * @ear: what was made for it
 *
 * Context: Process context, sleeps; the caller holds the module.
 */
void warden_ear_put_on(struct socket *sock, struct warden_ear *ear)
{
	__module_get(THIS_MODULE);
	atomic_inc(&nr_ears);
	sock->ops = &ear->ops;
	mutex_lock(&ears_lock);
	list_add_tail(&ear->node, &ears);
	mutex_unlock(&ears_lock);
}

/* What came and nobody had read is read by nobody, and who waits asks again. */
static void shut(struct warden_ear *ear)
{
	skb_queue_purge(&ear->sk->sk_receive_queue);
	WRITE_ONCE(ear->ends, ear->ends + 1);
	wake_up_interruptible_poll(sk_sleep(ear->sk), EPOLLIN | EPOLLRDNORM | EPOLLERR);
}

/**
 * warden_ear_review() - end the use of each socket by who would not be let now
 * @all: end each use
 * @reason: enum warden_reason, why it is looked at
 * @since: boot-time clock in ns, when that began
 *
 * Context: Process context, sleeps.
 * Return: how many were ended.
 */
unsigned int warden_ear_review(bool all, u32 reason, u64 since)
{
	struct warden_ear *ear;
	unsigned int nr = 0;

	mutex_lock(&ears_lock);
	list_for_each_entry(ear, &ears, node) {
		if (!warden_named_end(&ear->use, all, reason, since))
			continue;
		shut(ear);
		nr++;
	}
	mutex_unlock(&ears_lock);
	return nr;
}

/**
 * warden_ear_is() - is a sensor heard by this socket?
 * @sock: any socket, whose operations stand
 *
 * Context: Any.
 * Return: true if it is, and each use is asked about here.
 */
bool warden_ear_is(const struct socket *sock)
{
	return READ_ONCE(sock->ops)->release == ear_release;
}

/**
 * warden_ear_count() - how many sockets lead here, and keep the module
 *
 * Context: Any.
 * Return: the number.
 */
unsigned int warden_ear_count(void)
{
	return atomic_read(&nr_ears);
}

/**
 * warden_ear_get() - copy the session with the lowest number from one on
 * @id: number
 * @info: filled in
 *
 * Context: Process context, sleeps.
 * Return: 0, or -ENOENT when there is none.
 */
int warden_ear_get(u64 id, struct warden_session_info *info)
{
	struct warden_session_info one;
	struct warden_ear *ear;
	bool found = false;

	mutex_lock(&ears_lock);
	list_for_each_entry(ear, &ears, node) {
		if (!warden_named_get(&ear->use, id, &one) || (found && one.id > info->id))
			continue;
		*info = one;
		found = true;
	}
	mutex_unlock(&ears_lock);
	return found ? 0 : -ENOENT;
}

/**
 * warden_ear_rests_on() - is one of these sockets in use by a consent?
 * @receipt: the consent
 *
 * Context: Process context, sleeps.
 * Return: true if one is.
 */
bool warden_ear_rests_on(const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	struct warden_ear *ear;
	bool rests = false;

	mutex_lock(&ears_lock);
	list_for_each_entry(ear, &ears, node)
		rests |= warden_named_rests_on(&ear->use, receipt);
	mutex_unlock(&ears_lock);
	return rests;
}

/**
 * warden_ear_mark_holders() - who uses such a socket is one that uses its sensor
 *
 * Context: Process context, sleeps.
 */
void warden_ear_mark_holders(void)
{
	struct warden_ear *ear;

	mutex_lock(&ears_lock);
	list_for_each_entry(ear, &ears, node)
		warden_named_mark_holder(&ear->use);
	mutex_unlock(&ears_lock);
}

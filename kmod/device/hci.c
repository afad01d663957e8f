// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that speak to a Bluetooth radio (HCI), whose scans tell where the device is.
 *
 * One that is bound hears what the radio hears, whoever had it scan: the raw and the
 * user channel its events, the monitor channel those of all, the control channel the
 * devices that are found. So to bind, to send and to receive each take the right to
 * class location, and so does the ioctl that scans without binding. No LSM hook lies
 * on that ioctl for 32 bits alike, nor between the wait for an event and its delivery;
 * so a socket's operations are copies of the kernel's in which these come by here.
 *
 * References: while a socket's operations are ours, it holds this module, and this
 * module what the socket held before. __sock_release() drops ours behind our release.
 */
#include <linux/atomic.h>
#include <linux/kobject.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <net/bluetooth/bluetooth.h>
#include <net/bluetooth/hci_sock.h>
#include <net/sock.h>

#include "hci.h"
#include "hook/hooks.h"
#include "hook/links.h"
#include "hook/needs.h"
#include "radio.h"

/* The kernel's operations, and ours before and after a socket is bound. */
static const struct proto_ops *orig;
static struct proto_ops unbound;
static struct proto_ops bound;

/* Protects the three above while the first socket is made. Nests nothing. */
static DEFINE_SPINLOCK(ops_lock);

/* What it is called in /sys/module, also where it is built in: it has parameters. */
#define BLUETOOTH "bluetooth"

static atomic_t nr_sockets = ATOMIC_INIT(0);

static int judge(void)
{
	return warden_hooks_attached() ? warden_radio_use(WARDEN_RADIO_BLUETOOTH) : 0;
}

/* As the kernel reads it: what the caller left out is zero. */
static u16 channel_of(const struct sockaddr *address, int len)
{
	struct sockaddr_hci hci = {};

	memcpy(&hci, address, min_t(unsigned int, sizeof(hci), len));
	return hci.hci_channel;
}

/* The channel for log messages is written to, and tells nothing. */
static int hci_bind(struct socket *sock, struct sockaddr *address, int len)
{
	int err;

	if (!address || channel_of(address, len) == HCI_CHANNEL_LOGGING)
		return orig->bind(sock, address, len);
	err = judge();
	if (err)
		return err;
	WRITE_ONCE(sock->ops, &bound); /* before there is something to hear */
	return orig->bind(sock, address, len);
}

static int hci_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	int err = cmd == HCIINQUIRY ? judge() : 0;

	return err ?: orig->ioctl(sock, cmd, arg);
}

#ifdef CONFIG_COMPAT
static int hci_compat_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	int err = cmd == HCIINQUIRY ? judge() : 0;

	return err ?: orig->compat_ioctl(sock, cmd, arg);
}
#endif

static int hci_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	return judge() ?: orig->sendmsg(sock, msg, len);
}

/* Wait for something to receive, up to *@left: 0, -EAGAIN where nothing came, or -EINTR. */
static int wait_to_receive(struct sock *sk, long *left)
{
	const long before = *left;

	*left = wait_event_interruptible_timeout(
		*sk_sleep(sk),
		!skb_queue_empty_lockless(&sk->sk_receive_queue) || READ_ONCE(sk->sk_err), before);
	if (*left < 0)
		return sock_intr_errno(before);
	return *left ? 0 : -EAGAIN;
}

/* Before it is bound there is nothing to hear, and who may not bind may still wait. */
static int judge_hearing(const struct socket *sock)
{
	return READ_ONCE(sock->ops) == &bound ? judge() : 0;
}

/*
 * Who waits does so here and not in the kernel's own function, and is asked about once
 * there is something: a consent may have ended meanwhile, or the socket been bound.
 */
static int hci_recvmsg(struct socket *sock, struct msghdr *msg, size_t len, int flags)
{
	struct sock *sk = sock->sk;
	long left = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	int err;

	for (;;) {
		err = judge_hearing(sock);
		if (err) {
			skb_queue_purge(&sk->sk_receive_queue);
			return err;
		}
		err = orig->recvmsg(sock, msg, len, flags | MSG_DONTWAIT);
		if (err != -EAGAIN || !left)
			return err;
		err = wait_to_receive(sk, &left);
		if (err)
			return err;
	}
}

static int hci_release(struct socket *sock)
{
	struct module *owner = orig->owner;
	int err = orig->release(sock);

	module_put(owner);
	atomic_dec(&nr_sockets);
	return err;
}

/* The kernel's are others only when its module was loaded anew, and so no socket of it is left. */
static void prepare(const struct proto_ops *ops)
{
	lockdep_assert_held(&ops_lock);
	if (orig == ops && unbound.owner)
		return;
	orig = ops;
	unbound = *ops;
	unbound.owner = THIS_MODULE;
	unbound.bind = hci_bind;
	unbound.ioctl = hci_ioctl;
#ifdef CONFIG_COMPAT
	unbound.compat_ioctl = hci_compat_ioctl;
#endif
	unbound.recvmsg = hci_recvmsg; /* it may be bound while one waits */
	unbound.release = hci_release;
	bound = unbound;
	bound.sendmsg = hci_sendmsg;
}

/**
 * warden_hci_brings() - is it this module that makes such sockets?
 * @module: its name
 *
 * Context: Any.
 * Return: true if it is.
 */
bool warden_hci_brings(const char *module)
{
	return !strcmp(module, BLUETOOTH);
}

/**
 * warden_hci_need() - have sockets looked at from now on, as they are made
 *
 * Where there is no Bluetooth the hook would cost every socket for nothing.
 *
 * Context: Process context, sleeps; before the first of them can be made.
 * Return: 0; else what the kernel said to the attaching of the program.
 */
int warden_hci_need(void)
{
	return warden_links_need(WARDEN_NEED_RADIO, warden_needs_radio());
}

/**
 * warden_hci_init() - look whether there is a Bluetooth already, built in or loaded
 *
 * The set of all modules is reached through our own, as that of all devices is.
 *
 * Context: Process context, module init; once later ones are told of. Nothing is attached
 * yet, so nothing can fail.
 */
void warden_hci_init(void)
{
	struct kobject *module = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, BLUETOOTH);

	if (!module)
		return;
	kobject_put(module);
	warden_hci_need();
}

/**
 * warden_hci_watch() - have the uses of a socket come by here
 * @sock: a socket of HCI that was just made, and that nobody has yet
 *
 * Context: Any; the caller holds the module.
 */
void warden_hci_watch(struct socket *sock)
{
	__module_get(THIS_MODULE);
	atomic_inc(&nr_sockets);
	spin_lock(&ops_lock);
	prepare(sock->ops);
	spin_unlock(&ops_lock);
	sock->ops = &unbound;
}

/**
 * warden_hci_count() - how many sockets lead here, and keep the module
 *
 * Context: Any.
 * Return: the number.
 */
unsigned int warden_hci_count(void)
{
	return atomic_read(&nr_sockets);
}

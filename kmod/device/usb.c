// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is plugged in: a USB device the policy does not allow is quarantined
 * before a driver sees it, and of one it allows each interface for itself.
 * usb-judge has the verdicts, usb-follow what a change of the policy means for what is there.
 *
 * A device is judged when it has its number, before it is configured; an
 * interface by the notifier of its bus, before it is bound. Both are told by
 * clearing what sysfs calls `authorized`, which the kernel's own drivers ask
 * for. No symbol of usbcore is used: it may be a module, or not be there. So its
 * bus is taken from the first device that is met.
 */
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <linux/workqueue.h>

#include "usb-priv.h"
#include "usb.h"

#define USB_MODULE "usbcore"

/* The bus, once it is known. Set under bus_lock; read anywhere. */
static const struct bus_type *bus;
static bool listening;
static bool on;
static DEFINE_MUTEX(bus_lock);

static void listen_late(struct work_struct *work);
static DECLARE_WORK(listening_work, listen_late);

/*
 * The driver of one interface may claim others of the device, also those that have
 * not come yet (cdc-acm does). So what comes later is shut with the first; it is told
 * of when it comes.
 */
static void shut_neighbours(const struct usb_interface *first)
{
	const struct usb_host_config *config = interface_to_usbdev(first)->actconfig;
	struct warden_usb_verdict v;
	int i;

	for (i = 0; config && i < config->desc.bNumInterfaces && i < USB_MAXINTERFACES; i++) {
		struct usb_interface *intf = config->interface[i];

		if (intf && intf != first && !device_is_registered(&intf->dev) &&
		    warden_usb_judge(&intf->dev, false, &v))
			intf->authorized = 0;
	}
}

/*
 * What `interface_authorized_default` shuts is not ours to let in. That is asked for at its
 * controller, as a neighbour may have shut this one under a policy that is gone. What is remembered at
 * its address is of one that went while it was looked at.
 */
static void add_interface(struct usb_interface *intf)
{
	bool open = HCD_INTF_AUTHORIZED(bus_to_hcd(interface_to_usbdev(intf)->bus));
	struct warden_usb_verdict v;
	int err = warden_usb_judge(&intf->dev, true, &v);

	warden_usb_unlearn(&intf->dev);
	intf->authorized = open && !err;
	if (open && err)
		warden_usb_remember(&intf->dev, WARDEN_USB_SHUT);
	else if (open)
		warden_usb_allow(&intf->dev);
	shut_neighbours(intf);
	warden_usb_follow();
}

/* What came before anybody asked goes on, and may get its driver anew, as what it was then. */
static bool is_as_it_was(const struct usb_interface *intf)
{
	const struct usb_host_interface *setting = intf->cur_altsetting;

	return warden_usb_recall(&intf->dev) == WARDEN_USB_STRANGE &&
	       (!setting || !setting->desc.bAlternateSetting);
}

/*
 * By a file that was opened before the policy shut it somebody may have let it in. Or it has another
 * setting than the first, by which it was let in: its class is that by which drivers are found.
 * A driver that is asked looks at `authorized` after this; one that claims it (usbfs) did before, and is
 * taken away.
 */
static void bind_interface(struct usb_interface *intf)
{
	struct warden_usb_verdict v;

	if (!intf->authorized || is_as_it_was(intf) || !warden_usb_judge(&intf->dev, true, &v))
		return;
	intf->authorized = 0;
	warden_usb_remember(&intf->dev, WARDEN_USB_SHUT);
	warden_usb_follow();
}

/* --- the bus ------------------------------------------------------------------------------- */

/* An interface is added between its place in the tree and its driver. */
static int on_bus(struct notifier_block *nb, unsigned long event, void *data)
{
	struct device *dev = data;

	if (!warden_usb_is_interface(dev) || !READ_ONCE(on))
		return NOTIFY_DONE;
	if (event == BUS_NOTIFY_ADD_DEVICE)
		add_interface(to_usb_interface(dev));
	else if (event == BUS_NOTIFY_BIND_DRIVER)
		bind_interface(to_usb_interface(dev));
	else if (event == BUS_NOTIFY_DEL_DEVICE)
		warden_usb_unlearn(dev);
	return NOTIFY_DONE;
}

static struct notifier_block bus_nb = { .notifier_call = on_bus };

static void listen(void)
{
	lockdep_assert_held(&bus_lock);
	if (!bus || !on || listening)
		return;
	listening = !bus_register_notifier(bus, &bus_nb);
	warden_usb_follow();
}

static void listen_late(struct work_struct *work)
{
	mutex_lock(&bus_lock);
	listen();
	mutex_unlock(&bus_lock);
}

static void hush(void)
{
	lockdep_assert_held(&bus_lock);
	if (listening)
		bus_unregister_notifier(bus, &bus_nb);
	listening = false;
}

/**
 * warden_usb_meet() - learn of the bus from a device that is there
 * @dev: any device
 *
 * Context: Process context, may sleep.
 */
void warden_usb_meet(struct device *dev)
{
	if (!warden_usb_is_device(dev))
		return;
	mutex_lock(&bus_lock);
	bus = dev->bus;
	listen();
	mutex_unlock(&bus_lock);
}

/**
 * warden_usb_add() - a device comes
 * @dev: the device; it has its number, and no driver yet
 *
 * Where it is the first of its bus, a root hub, the bus is listened to a moment
 * later: what is plugged into it takes longer to be found.
 *
 * The policy may have changed while the device was on its way, so it is looked at again. What is
 * remembered at its address is of one that went while it was looked at.
 *
 * Context: Tracing program, does not sleep.
 */
void warden_usb_add(struct device *dev)
{
	struct warden_usb_verdict v;

	if (!warden_usb_is_device(dev))
		return;
	if (!READ_ONCE(bus)) {
		WRITE_ONCE(bus, dev->bus);
		queue_work(system_unbound_wq, &listening_work);
	}
	warden_usb_unlearn(dev);
	if (warden_usb_judge(dev, true, &v)) {
		if (to_usb_device(dev)->authorized)
			warden_usb_remember(dev, WARDEN_USB_SHUT);
		to_usb_device(dev)->authorized = 0;
	} else if (to_usb_device(dev)->authorized) {
		warden_usb_allow(dev);
	}
	warden_usb_follow();
}

/**
 * warden_usb_del() - a device goes
 * @dev: the device
 *
 * Context: Tracing program, does not sleep.
 */
void warden_usb_del(const struct device *dev)
{
	if (warden_usb_is_device(dev))
		warden_usb_unlearn(dev);
}

/**
 * warden_usb_bus() - the bus
 *
 * Context: Any.
 * Return: it, or NULL as long as no device of it was met.
 */
const struct bus_type *warden_usb_bus(void)
{
	return READ_ONCE(bus);
}

/**
 * warden_usb_is_watched() - is it judged what is plugged in?
 *
 * Context: Any.
 * Return: true from warden_usb_watch() on, and until it ends that.
 */
bool warden_usb_is_watched(void)
{
	return READ_ONCE(on);
}

static struct device *find(const char *name)
{
	const struct bus_type *usb = READ_ONCE(bus);

	return usb ? bus_find_device_by_name(usb, NULL, name) : NULL;
}

static bool is_shut(const struct device *dev)
{
	if (warden_usb_is_device(dev))
		return !to_usb_device(dev)->authorized;
	return warden_usb_is_interface(dev) && !to_usb_interface(dev)->authorized;
}

/**
 * warden_usb_open() - may the current program open this file, if it admits a USB device?
 * @file: the file, in its open hook
 *
 * Writing to `authorized` lets a device or an interface in, so it is asked for as
 * that is. Who may, has it in his hands from then on: what he shuts stays shut, and what
 * was shut is remembered as let in by a command, also when the file is opened again.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EACCES where the policy does not allow what would be let in.
 */
int warden_usb_open(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;
	struct device *dev;
	struct warden_usb_verdict v;
	int err = 0;

	if (file_inode(file)->i_sb->s_magic != SYSFS_MAGIC || !(file->f_mode & FMODE_WRITE) ||
	    strcmp(dentry->d_name.name, "authorized"))
		return 0;
	dev = find(dentry->d_parent->d_name.name);
	if (!dev)
		return 0;
	if (warden_usb_is_device(dev) || warden_usb_is_interface(dev))
		err = warden_usb_judge(dev, true, &v);
	if (!err)
		warden_usb_remember(dev, WARDEN_USB_STRANGE);
	if (!err && is_shut(dev))
		warden_usb_admit(dev);
	put_device(dev);
	return err;
}

/**
 * warden_usb_watch() - begin or end to judge what is plugged in
 * @begin: whether; at the end what was shut is let in a moment later
 *
 * Context: Process context, sleeps.
 */
void warden_usb_watch(bool begin)
{
	mutex_lock(&bus_lock);
	WRITE_ONCE(on, begin);
	if (begin)
		listen();
	else
		hush();
	mutex_unlock(&bus_lock);
	if (!begin)
		warden_usb_follow();
}

/**
 * warden_usb_forget() - the bus goes with the module that has it
 * @module: the module that goes
 *
 * Context: Process context, sleeps; a module notifier.
 */
void warden_usb_forget(const char *module)
{
	if (strcmp(module, USB_MODULE))
		return;
	cancel_work_sync(&listening_work);
	mutex_lock(&bus_lock);
	listening = false; /* the list went with the bus */
	WRITE_ONCE(bus, NULL);
	mutex_unlock(&bus_lock);
	warden_usb_follow_end(false);
}

/**
 * warden_usb_exit() - listen no more
 *
 * Context: Process context, sleeps; no device program is attached any more.
 */
void warden_usb_exit(void)
{
	cancel_work_sync(&listening_work);
	warden_usb_watch(false);
	warden_usb_follow_end(true);
}

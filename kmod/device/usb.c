// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is plugged in: a USB device the policy does not allow is quarantined
 * before a driver sees it, and of one it allows each interface for itself.
 *
 * A device is judged when it has its number, before it is configured; an
 * interface by the notifier of its bus, before it is bound. Both are told by
 * clearing what sysfs calls `authorized`, which the kernel's own drivers ask
 * for. No symbol of usbcore is used: it may be a module, or not be there. So its
 * bus is taken from the first device that is met.
 */
#include <crypto/hash.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/string.h>
#include <linux/usb.h>
#include <linux/workqueue.h>

#include "judge/judge.h"
#include "policy/snapshot.h"
#include "program/identity.h"
#include "program/sha256.h"
#include "usb.h"

#define USB_MODULE "usbcore"

/* The bus, once it is known. Set under bus_lock; read anywhere. */
static const struct bus_type *bus;
static bool listening;
static bool on;
static DEFINE_MUTEX(bus_lock);

static void listen_late(struct work_struct *work);
static DECLARE_WORK(listening_work, listen_late);

static bool is_of_type(const struct device *dev, const char *type)
{
	return dev->bus && !strcmp(dev->bus->name, "usb") && dev->type && dev->type->name &&
	       !strcmp(dev->type->name, type);
}

static bool is_device(const struct device *dev)
{
	return is_of_type(dev, "usb_device");
}

static bool is_interface(const struct device *dev)
{
	return is_of_type(dev, "usb_interface");
}

/* --- what a device is ---------------------------------------------------------------------- */

/* Of each configuration as many bytes as it has, not as it says it has. */
static int hash_configurations(struct shash_desc *desc, const struct usb_device *udev)
{
	int i, err = 0;

	for (i = 0; !err && udev->rawdescriptors && udev->config &&
		    i < udev->descriptor.bNumConfigurations; i++)
		if (udev->rawdescriptors[i])
			err = crypto_shash_update(desc, udev->rawdescriptors[i],
						  le16_to_cpu(udev->config[i].desc.wTotalLength));
	return err;
}

/*
 * The SHA-256 of what sysfs has as `descriptors`: the device's own, then that of
 * each configuration with all that belongs to it, as the device sent them.
 * Its strings are not among them, so that all devices of one make are one.
 */
static void measure(const struct usb_device *udev, struct warden_identity *id)
{
	SHASH_DESC_ON_STACK(desc, warden_sha256_tfm());

	*id = (struct warden_identity){ .digest.alg = WARDEN_DIGEST_ALG_SHA256 };
	desc->tfm = warden_sha256_tfm();
	if (crypto_shash_init(desc) ||
	    crypto_shash_update(desc, (const u8 *)&udev->descriptor, sizeof(udev->descriptor)) ||
	    hash_configurations(desc, udev) || crypto_shash_final(desc, id->digest.bytes))
		id->reason = WARDEN_REASON_PROGRAM_UNREADABLE;
}

/* --- verdicts ---------------------------------------------------------------------------- */

/* Of one class of interfaces of a device; with @where a refusal is recorded as of that. */
static int judge_class(const struct usb_device *udev, const struct warden_identity *id, u8 class,
		       const char *where)
{
	static const struct warden_identity nobody = {
		.reason = WARDEN_REASON_PROGRAM_UNREADABLE
	};
	char name[16], object[64];
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_USB,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &nobody,
		.class = class,
		.topology = warden_snapshot_key(dev_name(&udev->dev)),
		.name = name,
		.object = id,
	};
	struct warden_answer answer;
	int err;

	snprintf(name, sizeof(name), "%04x:%04x", le16_to_cpu(udev->descriptor.idVendor),
		 le16_to_cpu(udev->descriptor.idProduct));
	err = warden_judge(&req, &answer);
	if (!where || !warden_answer_tells(&answer))
		return err;
	snprintf(object, sizeof(object), "%s %s class %02x", where, name, class);
	req.class = 0; /* records have sensor classes there */
	warden_judge_tell(&req, &answer, object, 0);
	return err;
}

static int judge_configuration(const struct usb_device *udev, const struct warden_identity *id,
			       const struct usb_host_config *config)
{
	int i, err = -EACCES;

	for (i = 0; err && i < config->desc.bNumInterfaces && i < USB_MAXINTERFACES; i++)
		if (config->intf_cache[i] && config->intf_cache[i]->num_altsetting)
			err = judge_class(udev, id,
					  config->intf_cache[i]->altsetting[0].desc.bInterfaceClass,
					  NULL);
	return err;
}

/* What a device is for people: most leave that to their interfaces. */
static u8 class_of(const struct usb_device *udev)
{
	const struct usb_interface_cache *first = udev->config ? udev->config->intf_cache[0] : NULL;

	if (udev->descriptor.bDeviceClass || !first || !first->num_altsetting)
		return udev->descriptor.bDeviceClass;
	return first->altsetting[0].desc.bInterfaceClass;
}

/*
 * A device is let in for the sake of any interface that is; the others stay
 * shut one by one. One that has none that is, is told of by its class.
 */
static int judge_device(const struct usb_device *udev)
{
	struct warden_identity id;
	int i, err = -EACCES;

	if (!udev->parent)
		return 0; /* the root hub is the controller's own */
	measure(udev, &id);
	for (i = 0; err && udev->config && i < udev->descriptor.bNumConfigurations; i++)
		err = judge_configuration(udev, &id, &udev->config[i]);
	return err ? judge_class(udev, &id, class_of(udev), dev_name(&udev->dev)) : 0;
}

static int judge_interface(struct usb_interface *intf, const char *where)
{
	const struct usb_device *udev = interface_to_usbdev(intf);
	struct warden_identity id;

	if (!udev->parent || !intf->cur_altsetting)
		return 0;
	measure(udev, &id);
	return judge_class(udev, &id, intf->cur_altsetting->desc.bInterfaceClass, where);
}

/*
 * The driver of one interface may claim others of the device, also those that have
 * not come yet (cdc-acm does). So what comes later is shut with the first; it is told
 * of when it comes.
 */
static void shut_neighbours(const struct usb_interface *first)
{
	const struct usb_host_config *config = interface_to_usbdev(first)->actconfig;
	int i;

	for (i = 0; config && i < config->desc.bNumInterfaces && i < USB_MAXINTERFACES; i++) {
		struct usb_interface *intf = config->interface[i];

		if (intf && intf != first && !device_is_registered(&intf->dev) &&
		    judge_interface(intf, NULL))
			intf->authorized = 0;
	}
}

/* --- the bus ------------------------------------------------------------------------------- */

/* Between its place in the tree and its driver. */
static int on_bus(struct notifier_block *nb, unsigned long event, void *data)
{
	struct device *dev = data;

	if (event != BUS_NOTIFY_ADD_DEVICE || !is_interface(dev) || !READ_ONCE(on))
		return NOTIFY_DONE;
	if (judge_interface(to_usb_interface(dev), dev_name(dev)))
		to_usb_interface(dev)->authorized = 0;
	shut_neighbours(to_usb_interface(dev));
	return NOTIFY_DONE;
}

static struct notifier_block bus_nb = { .notifier_call = on_bus };

static void listen(void)
{
	lockdep_assert_held(&bus_lock);
	if (bus && on && !listening)
		listening = !bus_register_notifier(bus, &bus_nb);
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
	if (!is_device(dev))
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
 * Context: Tracing program, does not sleep.
 */
void warden_usb_add(struct device *dev)
{
	if (!is_device(dev))
		return;
	if (!READ_ONCE(bus)) {
		WRITE_ONCE(bus, dev->bus);
		queue_work(system_unbound_wq, &listening_work);
	}
	if (judge_device(to_usb_device(dev)))
		to_usb_device(dev)->authorized = 0;
}

static const struct device *find(const char *name)
{
	const struct bus_type *usb = READ_ONCE(bus);

	return usb ? bus_find_device_by_name(usb, NULL, name) : NULL;
}

/**
 * warden_usb_open() - may the current program open this file, if it admits a USB device?
 * @file: the file, in its open hook
 *
 * Writing to `authorized` lets a device or an interface in, so it is asked for as
 * that is.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EACCES where the policy does not allow what would be let in.
 */
int warden_usb_open(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;
	struct device *dev;
	int err = 0;

	if (file_inode(file)->i_sb->s_magic != SYSFS_MAGIC || !(file->f_mode & FMODE_WRITE) ||
	    strcmp(dentry->d_name.name, "authorized"))
		return 0;
	dev = (struct device *)find(dentry->d_parent->d_name.name);
	if (!dev)
		return 0;
	if (is_device(dev))
		err = judge_device(to_usb_device(dev));
	else if (is_interface(dev))
		err = judge_interface(to_usb_interface(dev), dev_name(dev));
	put_device(dev);
	return err;
}

/**
 * warden_usb_watch() - begin or end to judge what is plugged in
 * @begin: whether
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
}

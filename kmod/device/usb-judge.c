// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the policy says of a USB device, and of each of its interfaces.
 */
#include <crypto/hash.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/string.h>
#include <linux/usb.h>

#include "policy/snapshot.h"
#include "program/sha256.h"
#include "usb-priv.h"

static bool is_of_type(const struct device *dev, const char *type)
{
	return dev->bus && !strcmp(dev->bus->name, "usb") && dev->type && dev->type->name &&
	       !strcmp(dev->type->name, type);
}

/**
 * warden_usb_is_device() - is this a USB device?
 * @dev: any device
 *
 * Context: Any.
 * Return: true for a device, a hub and a root hub.
 */
bool warden_usb_is_device(const struct device *dev)
{
	return is_of_type(dev, "usb_device");
}

/**
 * warden_usb_is_interface() - is this an interface of a USB device?
 * @dev: any device
 *
 * Context: Any.
 * Return: true for one.
 */
bool warden_usb_is_interface(const struct device *dev)
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
static int judge_class(const struct usb_device *udev, u8 class, const char *where,
		       struct warden_usb_verdict *v)
{
	static const struct warden_identity nobody = {
		.reason = WARDEN_REASON_PROGRAM_UNREADABLE
	};
	char name[16];
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_USB,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &nobody,
		.class = class,
		.topology = warden_snapshot_key(dev_name(&udev->dev)),
		.name = name,
		.object = &v->descriptors,
	};
	int err;

	snprintf(name, sizeof(name), "%04x:%04x", le16_to_cpu(udev->descriptor.idVendor),
		 le16_to_cpu(udev->descriptor.idProduct));
	v->class = class;
	err = warden_judge(&req, &v->answer);
	if (!where || !warden_answer_tells(&v->answer))
		return err;
	req.class = 0; /* records have sensor classes there */
	snprintf(v->text, sizeof(v->text), "%s %s class %02x", where, name, class);
	warden_judge_tell(&req, &v->answer, v->text, 0);
	return err;
}

static int judge_configuration(const struct usb_device *udev, const struct usb_host_config *config,
			       struct warden_usb_verdict *v)
{
	int i, err = -EACCES;

	for (i = 0; err && i < config->desc.bNumInterfaces && i < USB_MAXINTERFACES; i++)
		if (config->intf_cache[i] && config->intf_cache[i]->num_altsetting)
			err = judge_class(udev,
					  config->intf_cache[i]->altsetting[0].desc.bInterfaceClass,
					  NULL, v);
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
static int judge_device(const struct usb_device *udev, const char *where,
			struct warden_usb_verdict *v)
{
	int i, err = -EACCES;

	for (i = 0; err && udev->config && i < udev->descriptor.bNumConfigurations; i++)
		err = judge_configuration(udev, &udev->config[i], v);
	return err ? judge_class(udev, class_of(udev), where, v) : 0;
}

/**
 * warden_usb_judge() - may this device or interface be used?
 * @dev: the one or the other, with its descriptors
 * @tells: record a refusal
 * @v: filled in; the answer is empty for a root hub
 *
 * The root hub is the controller's own, and is not asked for.
 *
 * Context: Any but interrupt; does not sleep.
 * Return: 0, or -EACCES where it must stay shut.
 */
int warden_usb_judge(struct device *dev, bool tells, struct warden_usb_verdict *v)
{
	bool whole = warden_usb_is_device(dev);
	const struct usb_device *udev = whole ? to_usb_device(dev) :
						interface_to_usbdev(to_usb_interface(dev));
	const struct usb_host_interface *setting = whole ? NULL : to_usb_interface(dev)->cur_altsetting;
	const char *where = tells ? dev_name(dev) : NULL;
	int err;

	memset(v, 0, sizeof(*v));
	if (!udev->parent || (!whole && !setting))
		return 0;
	measure(udev, &v->descriptors);
	err = whole ? judge_device(udev, where, v) :
		      judge_class(udev, setting->desc.bInterfaceClass, where, v);
	snprintf(v->text, sizeof(v->text), "%s %04x:%04x class %02x", dev_name(dev),
		 le16_to_cpu(udev->descriptor.idVendor), le16_to_cpu(udev->descriptor.idProduct),
		 v->class);
	return err;
}

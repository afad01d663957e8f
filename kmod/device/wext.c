// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scans for Wi-Fi by the ioctls of old (wireless extensions), of which results need no
 * privilege and no LSM hook is called but that of all ioctls there are. So it is not a
 * hook: a radio's table of handlers is replaced by a copy, in which those that tell
 * what is heard come by here. Radios and handlers are looked up under the lock of the
 * networks (rtnl), by the kernel and here; no program is read under it, as one may be as
 * large as its owner likes.
 */
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/wireless.h>
#include <net/cfg80211.h>
#include <net/iw_handler.h>

#include "hook/hooks.h"
#include "radio.h"
#include "wext.h"

#ifdef CONFIG_WEXT_CORE

/**
 * struct shim - what stands before a table of handlers
 * @node: in @shims
 * @slot: where the kernel finds the table: in a device, or in the radio of several
 * @orig: what was there
 * @users: devices that lead to it
 * @def: what is there now
 * @handlers: of @def: the standard ones, then the driver's own
 */
struct shim {
	struct list_head node;
	const struct iw_handler_def **slot;
	const struct iw_handler_def *orig;
	unsigned int users;
	struct iw_handler_def def;
	iw_handler handlers[];
};

/**
 * struct stand - a device that leads to shims
 * @node: in @stands
 * @dev: the device
 * @own: the shim before its own handlers; NULL where it has none
 * @radio: the one before those of its radio, as well
 */
struct stand {
	struct list_head node;
	const struct net_device *dev;
	struct shim *own;
	struct shim *radio;
};

/* Protected by rtnl. */
static LIST_HEAD(shims);
static LIST_HEAD(stands);

static struct shim *find(const struct iw_handler_def **slot)
{
	struct shim *s;

	ASSERT_RTNL();
	list_for_each_entry (s, &shims, node)
		if (s->slot == slot)
			return s;
	return NULL;
}

static const struct iw_handler_def **slot_of_radio(struct net_device *dev)
{
#ifdef CONFIG_CFG80211_WEXT
	struct wireless_dev *wdev = dev->ieee80211_ptr;

	if (wdev && wdev->wiphy && wdev->wiphy->wext)
		return &wdev->wiphy->wext;
#endif
	return NULL;
}

static const struct iw_handler_def **slot_of_device(struct net_device *dev)
{
#ifdef CONFIG_WIRELESS_EXT
	if (dev->wireless_handlers)
		return &dev->wireless_handlers;
#endif
	return NULL;
}

/* Scans, how well those around are heard, and what only the driver's maker knows. */
static bool tells_place(u32 cmd)
{
	switch (cmd) {
	case SIOCSIWMODE:
	case SIOCSIWSPY:
	case SIOCGIWSPY:
	case SIOCSIWTHRSPY:
	case SIOCGIWTHRSPY:
	case SIOCGIWAPLIST:
	case SIOCSIWSCAN:
	case SIOCGIWSCAN:
		return true;
	default:
		return cmd >= SIOCIWFIRSTPRIV;
	}
}

static iw_handler handler_of(const struct iw_handler_def *def, u32 cmd)
{
#ifdef CONFIG_WEXT_PRIV
	if (cmd >= SIOCIWFIRSTPRIV)
		return def->private[cmd - SIOCIWFIRSTPRIV];
#endif
	return def->standard[IW_IOCTL_IDX(cmd)];
}

/* The order in which the kernel looks. */
static struct shim *shim_of(struct net_device *dev)
{
	const struct iw_handler_def **slot = slot_of_device(dev) ?: slot_of_radio(dev);

	return slot ? find(slot) : NULL;
}

static int judge(struct net_device *dev, struct iw_request_info *info, union iwreq_data *data,
		 char *extra)
{
	struct shim *s = shim_of(dev);
	int err = 0;

	if (!s)
		return -EOPNOTSUPP;
	/* Who speaks to one access point hears nobody else; of the other modes that cannot be said. */
	if (warden_hooks_attached() && (info->cmd != SIOCSIWMODE || data->mode != IW_MODE_INFRA))
		err = warden_radio_use_now(WARDEN_RADIO_WIFI);
	return err ?: handler_of(s->orig, info->cmd)(dev, info, data, extra);
}

static void fill(struct shim *s)
{
	const struct iw_handler_def *orig = s->orig;
	unsigned int i;

	s->def = *orig;
	s->def.standard = s->handlers;
	for (i = 0; i < orig->num_standard; i++)
		s->handlers[i] = orig->standard[i] && tells_place(SIOCIWFIRST + i)
					 ? judge
					 : orig->standard[i];
#ifdef CONFIG_WEXT_PRIV
	s->def.private = s->handlers + orig->num_standard;
	for (i = 0; i < orig->num_private; i++)
		s->handlers[orig->num_standard + i] = orig->private[i] ? judge : NULL;
#endif
}

static unsigned int count(const struct iw_handler_def *def)
{
#ifdef CONFIG_WEXT_PRIV
	return def->num_standard + def->num_private;
#else
	return def->num_standard;
#endif
}

static struct shim *new_shim(const struct iw_handler_def **slot)
{
	struct shim *s = kzalloc(struct_size(s, handlers, count(*slot)), GFP_KERNEL);

	if (!s)
		return NULL;
	s->slot = slot;
	s->orig = *slot;
	fill(s);
	list_add(&s->node, &shims);
	*slot = &s->def;
	return s;
}

static int stand_before(const struct iw_handler_def **slot, struct shim **stands)
{
	if (!slot)
		return 0;
	*stands = find(slot) ?: new_shim(slot);
	if (!*stands)
		return -ENOMEM;
	(*stands)->users++;
	return 0;
}

static void step_aside(struct shim *s)
{
	if (!s || --s->users)
		return;
	*s->slot = s->orig;
	list_del(&s->node);
	kfree(s);
}

static struct stand *find_stand(const struct net_device *dev)
{
	struct stand *st;

	ASSERT_RTNL();
	list_for_each_entry (st, &stands, node)
		if (st->dev == dev)
			return st;
	return NULL;
}

static void leave(const struct net_device *dev)
{
	struct stand *st = find_stand(dev);

	if (!st)
		return;
	step_aside(st->own);
	step_aside(st->radio);
	list_del(&st->node);
	kfree(st);
}

static int come(struct net_device *dev)
{
	struct stand *st;
	int err;

	if (find_stand(dev) || (!slot_of_device(dev) && !slot_of_radio(dev)))
		return 0;
	st = kzalloc(sizeof(*st), GFP_KERNEL);
	if (!st)
		return -ENOMEM;
	st->dev = dev;
	list_add(&st->node, &stands);
	err = stand_before(slot_of_device(dev), &st->own);
	if (!err)
		err = stand_before(slot_of_radio(dev), &st->radio);
	if (err)
		leave(dev);
	return err;
}

/*
 * A radio that cannot be stood before does not come. That one goes is told of those, too,
 * that did not come, and of those that somebody else did not let come, before we were told.
 */
static int on_device(struct notifier_block *nb, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	int err = 0;

	if (event == NETDEV_REGISTER)
		err = come(dev);
	else if (event == NETDEV_UNREGISTER)
		leave(dev);
	return notifier_from_errno(err);
}

static struct notifier_block device_nb = {
	.notifier_call = on_device,
};

/**
 * warden_wext_init() - stand before the handlers of each radio, and of those to come
 *
 * Context: Process context, module init; takes rtnl.
 * Return: 0 or -ENOMEM.
 */
int warden_wext_init(void)
{
	return register_netdevice_notifier(&device_nb);
}

/**
 * warden_wext_exit() - leave the radios as they were
 *
 * Context: Process context; takes rtnl. Nobody is in a handler when it returns.
 */
void warden_wext_exit(void)
{
	unregister_netdevice_notifier(&device_nb);
}

#else

int warden_wext_init(void)
{
	return 0;
}

void warden_wext_exit(void)
{
}

#endif

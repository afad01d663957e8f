// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is plugged in follows the policy: a device that Warden shut is let in once a
 * policy allows it, and one that a policy does not allow any more is shut.
 *
 * Who else shut something is not overruled: let in is what Warden itself shut, as long as
 * nobody opened its `authorized` since. Shut is what a policy let in that named it, and with
 * `sweep usb` also what was there before anybody asked. What the machine stands on goes
 * on: hubs, and disks that are in use.
 *
 * It is done as user space does it by unbinding a driver and binding it again, in a
 * work, as a driver's probing takes its time. The locks are those of the driver core; no
 * symbol of usbcore is used.
 */
#include <linux/blk_types.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/usb.h>
#include <linux/workqueue.h>

#include "devices.h"
#include "policy/layers.h"
#include "record/record.h"
#include "usb-priv.h"
#include "usb.h"

/**
 * struct known - a device or an interface that something is remembered of
 * @list: in @known
 * @dev: which one; not held, as it is forgotten when the device goes
 * @state: what became of it by policies
 * @admitted: somebody let it in by its `authorized`
 * @port: then, its name: nobody looks into @dev, whose going may have been missed
 */
struct known {
	struct list_head list;
	const struct device *dev;
	enum warden_usb_state state;
	bool admitted;
	char port[32];
};

/* Protects the list; nothing nests in it. */
static DEFINE_SPINLOCK(known_lock);
static LIST_HEAD(known);

/* The policy whose course was told; the work's own. */
static u64 told;

static void follow_late(struct work_struct *work);
static DECLARE_WORK(follow_work, follow_late);

/**
 * struct course - what is to be done of all that is plugged in
 * @watched: Warden decides; otherwise all it shut is let in
 * @sweeps: what was there before is shut, too
 * @tells: what goes on is told, as the policy is new
 * @generation: of the policy
 */
struct course {
	bool watched;
	bool sweeps;
	bool tells;
	u64 generation;
};

/* --- what is remembered --------------------------------------------------------------------- */

static struct known *find(const struct device *dev)
{
	struct known *k;

	lockdep_assert_held(&known_lock);
	list_for_each_entry(k, &known, list)
		if (k->dev == dev)
			return k;
	return NULL;
}

static void replace(const struct device *dev, enum warden_usb_state state, bool admitted)
{
	struct known *old, *new = kzalloc(sizeof(*new), GFP_ATOMIC | __GFP_NOWARN);

	spin_lock(&known_lock);
	old = find(dev);
	if (old)
		list_del(&old->list);
	admitted |= old && old->admitted && state != WARDEN_USB_SHUT;
	if (new && (state || admitted)) {
		*new = (struct known){ .dev = dev, .state = state, .admitted = admitted };
		if (admitted)
			strscpy(new->port, dev_name(dev), sizeof(new->port));
		list_add(&new->list, &known);
		new = NULL;
	}
	spin_unlock(&known_lock);
	kfree(new);
	kfree(old);
}

/**
 * warden_usb_remember() - remember what became of a device or an interface
 * @dev: the one or the other
 * @state: what
 *
 * What somebody admitted stays that until a policy shuts it. Without memory nothing is remembered:
 * what is shut then is let in by hand.
 *
 * Context: Any but interrupt; does not sleep.
 */
void warden_usb_remember(const struct device *dev, enum warden_usb_state state)
{
	replace(dev, state, false);
}

/**
 * warden_usb_admit() - somebody lets a device or an interface in by a command
 * @dev: the one or the other
 *
 * Context: Any but interrupt; does not sleep.
 */
void warden_usb_admit(const struct device *dev)
{
	replace(dev, WARDEN_USB_STRANGE, true);
}

/**
 * warden_usb_unlearn() - a device or an interface comes or goes: nothing is known of it
 * @dev: the one or the other
 *
 * Context: Any but interrupt; does not sleep.
 */
void warden_usb_unlearn(const struct device *dev)
{
	struct known *old;

	spin_lock(&known_lock);
	old = find(dev);
	if (old)
		list_del(&old->list);
	spin_unlock(&known_lock);
	kfree(old);
}

/**
 * warden_usb_recall() - what became of a device or an interface?
 * @dev: the one or the other
 *
 * Context: Any but interrupt; does not sleep.
 * Return: what is remembered.
 */
enum warden_usb_state warden_usb_recall(const struct device *dev)
{
	enum warden_usb_state state;
	const struct known *k;

	spin_lock(&known_lock);
	k = find(dev);
	state = k ? k->state : WARDEN_USB_STRANGE;
	spin_unlock(&known_lock);
	return state;
}

/**
 * warden_usb_admitted() - what somebody let in by its `authorized`
 * @nr: which, from 0
 * @port: filled in: its name
 * @size: bytes of @port
 *
 * One that was shut again the same way is told still: what is written there is not looked at.
 *
 * Context: Any but interrupt; does not sleep.
 * Return: false past the last.
 */
bool warden_usb_admitted(u32 nr, char *port, size_t size)
{
	const struct known *k;
	bool found = false;

	spin_lock(&known_lock);
	list_for_each_entry(k, &known, list) {
		if (!k->admitted || nr--)
			continue;
		strscpy(port, k->port, size);
		found = true;
		break;
	}
	spin_unlock(&known_lock);
	return found;
}

/* Take it from what is remembered as shut, which of two can do only one. */
static bool claim(const struct device *dev)
{
	bool shut;
	struct known *k;

	spin_lock(&known_lock);
	k = find(dev);
	shut = k && k->state == WARDEN_USB_SHUT;
	if (shut)
		list_del(&k->list);
	spin_unlock(&known_lock);
	if (shut)
		kfree(k);
	return shut;
}

static void forget_all(void)
{
	struct known *k, *next;
	LIST_HEAD(gone);

	spin_lock(&known_lock);
	list_splice_init(&known, &gone);
	spin_unlock(&known_lock);
	list_for_each_entry_safe(k, next, &gone, list)
		kfree(k);
}

/* Does some layer keep out what no rule allows? */
static bool closes(const struct warden_layers *layers)
{
	const struct warden_default *d;
	u32 i;

	for (i = 0; i < layers->nr; i++) {
		d = &layers->layer[i]->defaults[WARDEN_DOMAIN_USB];
		if (d->action == WARDEN_ACTION_DENY && d->mode == WARDEN_MODE_ENFORCE)
			return true;
	}
	return false;
}

/**
 * warden_usb_allow() - a device or an interface is let in by the policy in force
 * @dev: the one or the other
 *
 * Context: Any but interrupt; does not sleep.
 */
void warden_usb_allow(const struct device *dev)
{
	bool named;

	rcu_read_lock();
	named = closes(warden_layers_get_rcu());
	rcu_read_unlock();
	warden_usb_remember(dev, named ? WARDEN_USB_NAMED : WARDEN_USB_STRANGE);
}

/* --- what the machine stands on --------------------------------------------------------------- */

/* What is behind a hub is judged for itself, and a hub by itself does nothing. */
static bool is_hub(const struct device *dev)
{
	const struct device *whole = warden_usb_is_device(dev) ? dev : dev->parent;
	const struct usb_host_interface *setting;

	if (to_usb_device(whole)->descriptor.bDeviceClass != USB_CLASS_HUB)
		return false;
	if (whole == dev)
		return true;
	setting = to_usb_interface(dev)->cur_altsetting;
	return setting && setting->desc.bInterfaceClass == USB_CLASS_HUB;
}

/* Somebody claims it for himself: it is mounted, swapped to, encrypted or part of a RAID. */
static bool is_disk_in_use(struct device *dev)
{
	return dev->class && dev->class->name && !strcmp(dev->class->name, "block") &&
	       READ_ONCE(dev_to_bdev(dev)->bd_holder);
}

static bool is_behind(const struct device *dev, const struct device *above)
{
	while (dev && dev != above)
		dev = dev->parent;
	return dev;
}

/* Without memory to look, it does. */
static bool has_disk_in_use(const struct device *dev)
{
	unsigned int count, i;
	struct device **devices = warden_devices_collect(&count);
	bool has = !devices;

	for (i = 0; devices && i < count; i++) {
		has |= is_disk_in_use(devices[i]) && is_behind(devices[i], dev);
		put_device(devices[i]);
	}
	kvfree(devices);
	return has;
}

/* --- letting in and shutting -------------------------------------------------------------------- */

static bool is_authorized(struct device *dev)
{
	return warden_usb_is_device(dev) ? to_usb_device(dev)->authorized :
					   to_usb_interface(dev)->authorized;
}

static void bind_again(struct device *dev)
{
	int err = device_reprobe(dev);

	if (err)
		dev_warn(dev, "warden: its drivers could not be asked again (%d)\n", err);
}

/* A driver that needs two interfaces refused the first while the second was shut. */
static int bind_neighbour(struct device *dev, void *device)
{
	if (dev->parent == device && warden_usb_is_interface(dev) && is_authorized(dev) && !dev->driver)
		bind_again(dev);
	return 0;
}

/* A driver is taken away, and the one that is asked for again looks at what is authorized. */
static void authorize(struct device *dev, bool authorized)
{
	device_lock(dev->parent);
	device_lock(dev);
	if (warden_usb_is_device(dev))
		to_usb_device(dev)->authorized = authorized;
	else
		to_usb_interface(dev)->authorized = authorized;
	device_unlock(dev);
	device_unlock(dev->parent);
	bind_again(dev);
	if (authorized && warden_usb_is_interface(dev))
		bus_for_each_dev(dev->bus, NULL, dev->parent, bind_neighbour);
}

static void tell(const struct course *c, u32 event, const struct warden_usb_verdict *v,
		 const char *what)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);
	bool shut = event == WARDEN_EVENT_SWEEP;

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = event;
	r->domain = WARDEN_DOMAIN_USB;
	r->action = WARDEN_ACTION_ALLOW;
	r->reason = !c->watched ? WARDEN_REASON_NONE :
		    v->answer.reason == WARDEN_REASON_PURPOSE_ENDED ? v->answer.reason : WARDEN_REASON_POLICY_CHANGED;
	r->generation = c->generation;
	r->layer = v->answer.layer;
	r->policy_version = v->answer.version;
	r->line = shut ? v->answer.line : 0;
	r->observed = v->answer.observed;
	r->count = 1;
	r->object_digest = v->descriptors.digest;
	snprintf(r->object, sizeof(r->object), "%s %s", v->text, what);
	warden_record_add(r);
	kfree(r);
}

/* --- the course ----------------------------------------------------------------------------------- */

/* An interface of a device that is refused as a whole is not told of besides; observed are interfaces alone. */
static bool is_told(const struct course *c, struct device *dev)
{
	struct warden_usb_verdict whole;

	return c->tells && (warden_usb_is_device(dev) || !warden_usb_judge(dev->parent, false, &whole));
}

/*
 * It is in, and the policy does not allow it, or would not if it were not to observe. The lock of a
 * device that was tampered with keeps out what comes: what is there may be its way to the updater.
 */
static void look_at_unwanted(const struct course *c, struct device *dev, bool denied,
			     const struct warden_usb_verdict *v)
{
	bool ends = denied && v->answer.reason != WARDEN_REASON_TAMPERED &&
		    (c->sweeps || warden_usb_recall(dev) != WARDEN_USB_STRANGE);
	bool stays = ends && (is_hub(dev) || has_disk_in_use(dev));

	if (ends && !stays) {
		warden_usb_remember(dev, WARDEN_USB_SHUT);
		authorize(dev, false);
		tell(c, WARDEN_EVENT_SWEEP, v, "is shut");
	} else if (is_told(c, dev)) {
		tell(c, WARDEN_EVENT_SWEEP, v, stays ? "is in use, goes on" : "goes on");
	}
}

static void look_at_wanted(const struct course *c, struct device *dev, const struct warden_usb_verdict *v)
{
	if (is_authorized(dev)) {
		warden_usb_allow(dev);
	} else if (claim(dev)) {
		warden_usb_allow(dev);
		authorize(dev, true);
		tell(c, WARDEN_EVENT_ADMIT, v, c->watched ? "is let in" : "is let in, as Warden ends");
	}
}

/* Whoever is about to bind it has the lock, and is refused. */
static bool is_claimed(struct device *dev)
{
	bool claimed;

	device_lock(dev->parent);
	device_lock(dev);
	claimed = dev->driver && !is_authorized(dev);
	device_unlock(dev);
	device_unlock(dev->parent);
	return claimed;
}

/* Somebody let it in by a file from before, and claimed it before it was shut again. */
static void look_at_shut(const struct course *c, struct device *dev, const struct warden_usb_verdict *v)
{
	if (!warden_usb_is_interface(dev) || !dev->driver ||
	    warden_usb_recall(dev) != WARDEN_USB_SHUT || !is_claimed(dev))
		return;
	bind_again(dev);
	tell(c, WARDEN_EVENT_SWEEP, v, "is shut");
}

static void look_at(const struct course *c, struct device *dev)
{
	struct warden_usb_verdict *v = kzalloc(sizeof(*v), GFP_KERNEL);
	bool denied;

	if (!v) {
		warden_record_lose(false);
		return;
	}
	denied = warden_usb_judge(dev, false, v) && c->watched;
	if (is_authorized(dev) && (denied || (v->answer.observed && warden_usb_is_interface(dev))))
		look_at_unwanted(c, dev, denied, v);
	else if (!denied)
		look_at_wanted(c, dev, v);
	else
		look_at_shut(c, dev, v);
	kfree(v);
}

/* Interfaces come behind their device, and while one is held, others may come and go. */
static int look_at_one(struct device *dev, void *course)
{
	bool whole = warden_usb_is_device(dev);

	if (whole ? !!to_usb_device(dev)->parent :
		    warden_usb_is_interface(dev) && to_usb_device(dev->parent)->parent)
		look_at(course, dev);
	return 0;
}

static void plan(struct course *c)
{
	const struct warden_layers *layers;
	u32 i;

	*c = (struct course){ .watched = warden_usb_is_watched() };
	rcu_read_lock();
	layers = warden_layers_get_rcu();
	c->generation = layers->generation;
	for (i = 0; i < layers->nr; i++)
		c->sweeps |= layers->layer[i]->sweep_usb;
	rcu_read_unlock();
	c->tells = c->watched && c->generation != told;
}

static void follow_late(struct work_struct *work)
{
	const struct bus_type *bus = warden_usb_bus();
	struct course c;

	plan(&c);
	if (bus && (warden_judge_has_rules(WARDEN_DOMAIN_USB) || !list_empty_careful(&known)))
		bus_for_each_dev(bus, NULL, &c, look_at_one);
	if (bus && c.watched)
		told = c.generation;
	if (!c.watched)
		forget_all();
}

/**
 * warden_usb_follow() - have what is plugged in looked at: the policy changed, or something came
 *
 * Not while the machine sleeps: drivers are not asked then.
 *
 * Context: Any.
 */
void warden_usb_follow(void)
{
	queue_work(system_freezable_wq, &follow_work);
}

/**
 * warden_usb_follow_end() - finish what was begun, and forget all
 * @good: it is for good: a policy that is taken back from now on is not followed
 *
 * Context: Process context, sleeps until a look that was asked for is over.
 */
void warden_usb_follow_end(bool good)
{
	flush_work(&follow_work);
	if (good)
		disable_work_sync(&follow_work);
	forget_all();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys and switches that say somebody tampers with the device: the contact of a cover, which
 * gpio-keys makes an input device of. They are heard in the kernel, by an input handler beside
 * those of evdev and the console, so that no program is in the way, and none has to be allowed.
 *
 * Such a device is kept from being one program's alone (EVIOCGRAB), as its events would go
 * nowhere else then: our handle has it, and hands on what comes as the input core does.
 */
#include <linux/bits.h>
#include <linux/input.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "classify.h"
#include "hook/hooks.h"
#include "hook/links.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/lock.h"
#include "policy/snapshot.h"
#include "tamper.h"

/**
 * struct watch - what a policy wants to be heard
 * @handler: by which the input core tells
 * @ends: it is we who take it away
 * @nr: how many @inputs
 * @inputs: as the policy has them
 */
struct watch {
	struct input_handler handler;
	bool ends;
	u32 nr;
	struct warden_tamper inputs[] __counted_by(nr);
};

/**
 * struct watched - an input device that has some of it
 * @handle: by which it is heard
 * @list: in @devices
 * @mask: a bit for each of the inputs it has
 * @ready: what it was before it was heard is over
 * @where: what it is called and where it is, for people
 */
struct watched {
	struct input_handle handle;
	struct list_head list;
	u32 mask;
	bool ready;
	char where[WARDEN_TOPOLOGY_MAX + 40];
};

/* Protects the list, and which watch there is; nothing nests in it. */
static DEFINE_SPINLOCK(devices_lock);
static LIST_HEAD(devices);
static struct watch *now; /* changed in a change */

/* Something could not be listened to for want of memory, or a signal to who loaded the policy. */
static bool unsure;

static void follow_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(follow_work, follow_late);

/* What came and was not dealt with yet: the first, and how many. Taken in interrupts, innermost. */
static DEFINE_SPINLOCK(causes_lock);
static struct warden_lock_cause first;

static void lock_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(lock_work, lock_late);

static_assert(WARDEN_TAMPERS_MAX <= 32);
static_assert(WARDEN_SWITCH_CODE_MAX == SW_MAX);

/* --- what it means -------------------------------------------------------------------------- */

static bool take(struct warden_lock_cause *cause)
{
	unsigned long flags;

	spin_lock_irqsave(&causes_lock, flags);
	*cause = first;
	first.count = 0;
	spin_unlock_irqrestore(&causes_lock, flags);
	return cause->count;
}

/*
 * Without memory it is tried again until there is some. What the policy has attached for the lock stays,
 * also where one that waits to be confirmed is taken back for it.
 */
static void lock_late(struct work_struct *work)
{
	struct warden_lock_cause *cause = kzalloc(sizeof(*cause), GFP_KERNEL);

	if (!cause) {
		queue_delayed_work(system_highpri_wq, &lock_work, HZ / 10);
		return;
	}
	warden_links_hold(0, 0);
	warden_change_lock();
	if (take(cause))
		warden_lock_close(cause);
	warden_change_unlock();
	warden_links_release();
	kfree(cause);
}

/* While it is locked, what comes is counted, and told once in a second. */
static void note(const struct watched *d, const struct warden_tamper *t, u32 reason, const char *became)
{
	unsigned long flags;

	spin_lock_irqsave(&causes_lock, flags);
	if (!first.count++) {
		first.reason = reason;
		first.line = t->line;
		first.since = ktime_get_boottime_ns();
		snprintf(first.what, sizeof(first.what), "%s %u %s: %.100s",
			 t->kind == WARDEN_TAMPER_KIND_KEY ? "key" : "switch", t->code, became, d->where);
	}
	spin_unlock_irqrestore(&causes_lock, flags);
	queue_delayed_work(system_highpri_wq, &lock_work, warden_lock_holds() ? HZ : 0);
}

static void note_state(const struct watched *d, const struct warden_tamper *t, bool on)
{
	if (t->at < 0 || t->at == on)
		note(d, t, WARDEN_REASON_NONE, on ? "is 1" : "is 0");
}

/* --- events ----------------------------------------------------------------------------------- */

static unsigned int type_of(const struct warden_tamper *t)
{
	return t->kind == WARDEN_TAMPER_KIND_KEY ? EV_KEY : EV_SW;
}

static struct watch *watch_of(const struct watched *d)
{
	return container_of(d->handle.handler, struct watch, handler);
}

/* That a key is still pressed (2) is no change. */
static void look_at(const struct watched *d, const struct input_value *v)
{
	const struct watch *w = watch_of(d);
	unsigned long mask = d->mask;
	u32 i;

	if (v->value & ~1)
		return;
	for_each_set_bit(i, &mask, w->nr)
		if (type_of(&w->inputs[i]) == v->type && w->inputs[i].code == v->code)
			note_state(d, &w->inputs[i], v->value);
}

/* As the input core does where nobody has it alone: a filter may keep some from those behind it. */
static void hand_on(const struct input_handle *ours, struct input_value *vals, unsigned int count)
{
	struct input_handle *other;

	list_for_each_entry_rcu(other, &ours->dev->h_list, d_node,
				lockdep_is_held(&ours->dev->event_lock)) {
		if (other == ours || !other->open)
			continue;
		count = other->handle_events(other, vals, count);
		if (!count)
			break;
	}
}

/* The input core calls it with the device's event_lock, and RCU. */
static unsigned int hear(struct input_handle *handle, struct input_value *vals, unsigned int count)
{
	const struct watched *d = container_of(handle, struct watched, handle);
	unsigned int i;

	for (i = 0; i < count && READ_ONCE(d->ready); i++)
		look_at(d, &vals[i]);
	if (rcu_access_pointer(handle->dev->grab) == handle)
		hand_on(handle, vals, count);
	return count;
}

/* --- devices ------------------------------------------------------------------------------------ */

static bool has(const struct input_dev *dev, const struct warden_tamper *t)
{
	return test_bit(type_of(t), dev->evbit) &&
	       test_bit(t->code, t->kind == WARDEN_TAMPER_KIND_KEY ? dev->keybit : dev->swbit);
}

/* The nearest driver, at or above it. */
static bool is_driven_by(const struct device *dev, const char *pattern)
{
	const char *name = "";

	for (; dev && !*name; dev = dev->parent)
		name = warden_classify_driver(dev);
	return *name && warden_classify_matches(pattern, name);
}

static bool fits(const struct input_dev *dev, const char *topology, const struct warden_tamper *t)
{
	if (!t->text[0])
		return true;
	if (!t->is_name)
		return warden_classify_matches(t->text, topology);
	return (dev->name && warden_classify_matches(t->text, dev->name)) ||
	       is_driven_by(&dev->dev, t->text);
}

/* In a work nobody can be interrupted, and memory may have been found by then. */
static void try_again(int err)
{
	if (err == -EBUSY)
		return;
	WRITE_ONCE(unsure, true);
	queue_delayed_work(system_wq, &follow_work, HZ);
}

static u32 mask_of(const struct watch *w, struct input_dev *dev, char topology[WARDEN_TOPOLOGY_MAX + 1])
{
	u32 i, mask = 0;

	topology[0] = '\0';
	if (warden_classify_topology(&dev->dev, topology, WARDEN_TOPOLOGY_MAX + 1))
		try_again(-ENOMEM);
	for (i = 0; i < w->nr; i++)
		if (has(dev, &w->inputs[i]) && fits(dev, topology, &w->inputs[i]))
			mask |= BIT(i);
	return mask;
}

static bool match(struct input_handler *handler, struct input_dev *dev)
{
	char topology[WARDEN_TOPOLOGY_MAX + 1];

	return mask_of(container_of(handler, struct watch, handler), dev, topology);
}

/* What was there when nobody listened: a cover that is open counts, if the policy says at which state. */
static void look_at_state(const struct watched *d)
{
	const struct input_dev *dev = d->handle.dev;
	const struct watch *w = watch_of(d);
	const struct warden_tamper *t;
	unsigned long mask = d->mask;
	u32 i;

	for_each_set_bit(i, &mask, w->nr) {
		t = &w->inputs[i];
		if (t->at >= 0)
			note_state(d, t, test_bit(t->code, t->kind == WARDEN_TAMPER_KIND_KEY ? dev->key :
											      dev->sw));
	}
}

static int keep(struct watched *d, struct input_handler *handler, struct input_dev *dev)
{
	char topology[WARDEN_TOPOLOGY_MAX + 1];

	d->mask = mask_of(container_of(handler, struct watch, handler), dev, topology);
	snprintf(d->where, sizeof(d->where), "%.32s (%s)", dev->name ?: "?", topology);
	d->handle.dev = dev;
	d->handle.handler = handler;
	d->handle.name = "warden";
	return d->mask ? 0 : -ENOMEM;
}

/* Drivers tell what their switches are when they are opened; that is no change. */
static int connect(struct input_handler *handler, struct input_dev *dev, const struct input_device_id *id)
{
	struct watched *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int err = -ENOMEM;

	if (!d)
		goto err_tell;
	err = keep(d, handler, dev);
	if (!err)
		err = input_register_handle(&d->handle);
	if (err)
		goto err_free;
	err = input_open_device(&d->handle);
	if (err)
		goto err_unregister;
	err = input_grab_device(&d->handle);
	if (err) {
		pr_warn("warden: %s is not ours alone (%d); while another has it, tampering is not seen\n",
			d->where, err);
		try_again(err);
	}
	WRITE_ONCE(d->ready, true);
	look_at_state(d);
	spin_lock(&devices_lock);
	list_add_tail(&d->list, &devices);
	spin_unlock(&devices_lock);
	return 0;

err_unregister:
	input_unregister_handle(&d->handle);
err_free:
	kfree(d);
err_tell:
	pr_err("warden: tampering with %s cannot be seen (%d)\n", dev_name(&dev->dev), err);
	try_again(err);
	return err;
}

/* One that goes away tells no more: that is tampering, too. */
static void disconnect(struct input_handle *handle)
{
	struct watched *d = container_of(handle, struct watched, handle);
	const struct watch *w = watch_of(d);

	if (!w->ends)
		note(d, &w->inputs[__ffs(d->mask)], WARDEN_REASON_UNPLUGGED, "went away");
	spin_lock(&devices_lock);
	list_del(&d->list);
	spin_unlock(&devices_lock);
	input_close_device(handle); /* which lets go of it */
	input_unregister_handle(handle);
	kfree(d);
}

/* --- the policy --------------------------------------------------------------------------------- */

static const struct input_device_id ids[] = {
	{ .flags = INPUT_DEVICE_ID_MATCH_EVBIT, .evbit = { BIT_MASK(EV_SW) } },
	{ .flags = INPUT_DEVICE_ID_MATCH_EVBIT, .evbit = { BIT_MASK(EV_KEY) } },
	{ },
};

static bool is_same(const struct watch *w, const struct warden_snapshot *maker)
{
	if (!w)
		return !maker->nr_tampers;
	return w->nr == maker->nr_tampers &&
	       !memcmp(w->inputs, maker->tampers, w->nr * sizeof(*w->inputs));
}

static struct watch *begin(const struct warden_snapshot *maker)
{
	struct watch *w = kzalloc(struct_size(w, inputs, maker->nr_tampers), GFP_KERNEL);
	int err = -ENOMEM;

	if (w) {
		w->nr = maker->nr_tampers;
		memcpy(w->inputs, maker->tampers, w->nr * sizeof(*w->inputs));
		w->handler.name = "warden";
		w->handler.id_table = ids;
		w->handler.match = match;
		w->handler.connect = connect;
		w->handler.disconnect = disconnect;
		w->handler.events = hear;
		err = input_register_handler(&w->handler);
	}
	if (!err)
		return w;
	pr_alert("warden: nobody listens to the tamper inputs of the policy (%d)\n", err);
	try_again(err);
	kfree(w);
	return NULL;
}

static void end(struct watch *w)
{
	if (!w)
		return;
	w->ends = true;
	input_unregister_handler(&w->handler);
	kfree(w);
}

static struct watch *replace(struct watch *w)
{
	struct watch *old;

	spin_lock(&devices_lock);
	old = now;
	now = w;
	spin_unlock(&devices_lock);
	return old;
}

/**
 * warden_tamper_follow() - hear what the policy wants to be heard
 * @maker: its first layer
 *
 * A device can be had by one alone, so the watch of before ends first, where it is another.
 *
 * Context: In a change; sleeps.
 */
void warden_tamper_follow(const struct warden_snapshot *maker)
{
	warden_change_assert_held();
	if (is_same(now, maker) && !unsure)
		return;
	WRITE_ONCE(unsure, false);
	end(replace(NULL));
	if (maker->nr_tampers)
		replace(begin(maker));
}

/* Not after a stop, which ended it. */
static void follow_late(struct work_struct *work)
{
	warden_change_lock();
	if (unsure && warden_hooks_attached())
		warden_tamper_follow(warden_layers_get_rcu()->layer[0]);
	warden_change_unlock();
}

/* How many devices have an input, and how many of them another has for itself. */
static void count(u32 at, u32 *watched, u32 *taken)
{
	const struct watched *d;

	lockdep_assert_held(&devices_lock);
	*watched = 0;
	*taken = 0;
	list_for_each_entry(d, &devices, list) {
		if (!(d->mask & BIT(at)))
			continue;
		++*watched;
		*taken += rcu_access_pointer(d->handle.dev->grab) != &d->handle;
	}
}

/**
 * warden_tamper_count() - how many inputs the policy names
 * @unseen: set to how many of them nobody could see changing now
 *
 * Context: Any but interrupt; does not sleep.
 * Return: the number.
 */
u32 warden_tamper_count(u32 *unseen)
{
	u32 i, nr, watched, taken;

	*unseen = 0;
	spin_lock(&devices_lock);
	nr = now ? now->nr : 0;
	for (i = 0; i < nr; i++) {
		count(i, &watched, &taken);
		*unseen += watched == taken;
	}
	spin_unlock(&devices_lock);
	return nr;
}

/**
 * warden_tamper_get() - one input the policy names
 * @at: from 0
 * @input: filled in
 * @watched: set to how many input devices have it
 * @taken: set to how many of these another has for itself
 *
 * Context: Any but interrupt; does not sleep.
 * Return: false past the last.
 */
bool warden_tamper_get(u32 at, struct warden_tamper *input, u32 *watched, u32 *taken)
{
	bool found;

	spin_lock(&devices_lock);
	found = now && at < now->nr;
	if (found) {
		*input = now->inputs[at];
		count(at, watched, taken);
	}
	spin_unlock(&devices_lock);
	return found;
}

/**
 * warden_tamper_stop() - hear nothing more
 *
 * Context: In a change, or module exit; sleeps.
 */
void warden_tamper_stop(void)
{
	end(replace(NULL));
}

/**
 * warden_tamper_exit() - hear nothing more, and deal with nothing that came
 *
 * Context: Process context, sleeps; no command can run any more.
 */
void warden_tamper_exit(void)
{
	disable_delayed_work_sync(&follow_work);
	warden_tamper_stop();
	cancel_delayed_work_sync(&lock_work);
}

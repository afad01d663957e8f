// SPDX-License-Identifier: GPL-2.0-only
/*
 * LED triggers that tell which classes of sensors are in use: warden-camera and so on
 * for each class, warden-sensor for any. A kernel without LED triggers has none, and
 * its header then says that these calls do nothing.
 */
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/leds.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <uapi/linux/warden.h>

#include "light.h"

/* By enum warden_sensor_class; in the place of the free ones, which are no sensors: any. */
static const char *const names[] = {
	[WARDEN_SENSOR_CLASS_FREE] = "warden-sensor",
	[WARDEN_SENSOR_CLASS_CAMERA] = "warden-camera",
	[WARDEN_SENSOR_CLASS_MICROPHONE] = "warden-microphone",
	[WARDEN_SENSOR_CLASS_LOCATION] = "warden-location",
	[WARDEN_SENSOR_CLASS_MOTION] = "warden-motion",
	[WARDEN_SENSOR_CLASS_ENVIRONMENT] = "warden-environment",
	[WARDEN_SENSOR_CLASS_BIOMETRIC] = "warden-biometric",
	[WARDEN_SENSOR_CLASS_INPUT] = "warden-input",
	[WARDEN_SENSOR_CLASS_SCREEN] = "warden-screen",
	[WARDEN_SENSOR_CLASS_RADIO] = "warden-radio",
	[WARDEN_SENSOR_CLASS_BUS] = "warden-bus",
	[WARDEN_SENSOR_CLASS_UNKNOWN] = "warden-unknown",
};

static struct led_trigger *triggers[ARRAY_SIZE(names)];
static u32 in_use[ARRAY_SIZE(names)]; /* sessions; under @lights_lock */
static DEFINE_SPINLOCK(lights_lock);   /* innermost of ours */

/* How long a use is shown that is over at once. */
#define FLASH HZ

static struct delayed_work flashes[ARRAY_SIZE(names)];
static unsigned long flashing; /* bit mask of classes, each of which counts once */

#ifdef CONFIG_LEDS_TRIGGERS
/*
 * As led_trigger_event(), which is called where an LED has the trigger. One that is given it
 * in this moment gets its brightness after a grace period (led_trigger_set()), so either it
 * is in the list here or it gets what was written.
 */
static void show(u32 which, enum led_brightness brightness)
{
	struct led_trigger *trigger = triggers[which];

	lockdep_assert_held(&lights_lock); /* no grace period passes in here */
	if (!trigger)
		return;
	WRITE_ONCE(trigger->brightness, brightness);
	if (!list_empty(&trigger->led_cdevs))
		led_trigger_event(trigger, brightness);
}
#else
static void show(u32 which, enum led_brightness brightness)
{
}
#endif

static void add(u32 which)
{
	if (!in_use[which]++)
		show(which, LED_FULL);
}

static void del(u32 which)
{
	if (!--in_use[which])
		show(which, LED_OFF);
}

/**
 * warden_light_add() - a session of a class begins
 * @class: enum warden_sensor_class
 *
 * Context: Process context, does not sleep.
 */
void warden_light_add(u32 class)
{
	spin_lock(&lights_lock);
	add(class);
	add(WARDEN_SENSOR_CLASS_FREE);
	spin_unlock(&lights_lock);
}

/**
 * warden_light_del() - a session of a class is over, and no data comes by it any more
 * @class: what was added
 *
 * Context: Process context, does not sleep.
 */
void warden_light_del(u32 class)
{
	spin_lock(&lights_lock);
	del(class);
	del(WARDEN_SENSOR_CLASS_FREE);
	spin_unlock(&lights_lock);
}

static void end_flash(struct work_struct *work)
{
	const u32 class = to_delayed_work(work) - flashes;

	if (test_and_clear_bit(class, &flashing))
		warden_light_del(class);
}

/**
 * warden_light_flash() - show a use of a class that is over at once
 * @class: enum warden_sensor_class
 *
 * Context: Process context, does not sleep.
 */
void warden_light_flash(u32 class)
{
	if (!test_and_set_bit(class, &flashing))
		warden_light_add(class);
	mod_delayed_work(system_wq, &flashes[class], FLASH);
}

/**
 * warden_light_init() - offer the triggers
 *
 * One that cannot be had is left out, which the kernel tells itself.
 *
 * Context: Process context, module init.
 */
void warden_light_init(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		INIT_DELAYED_WORK(&flashes[i], end_flash);
		led_trigger_register_simple(names[i], &triggers[i]);
	}
}

/**
 * warden_light_exit() - take the triggers back; an LED that had one is put out
 *
 * Context: Process context, sleeps; no session is left.
 */
void warden_light_exit(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) /* each also shows the trigger of all */
		cancel_delayed_work_sync(&flashes[i]);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		led_trigger_unregister_simple(triggers[i]);
}

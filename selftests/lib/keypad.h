/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A keyboard with two keys and an LED, made by uinput: the kernel's own evdev and
 * input-leds drivers are behind it. And an accelerometer, by the same driver.
 */
#ifndef WARDEN_TEST_KEYPAD_H
#define WARDEN_TEST_KEYPAD_H

#include <stdbool.h>

/**
 * struct keypad - one that is plugged in
 * @fd: what it is driven by
 * @node: its event node
 * @topology: its topology name
 * @led: name of its LED; empty where this kernel makes none of it
 * @lit: the LED was last seen lit
 */
struct keypad {
	int fd;
	char node[32];
	char topology[128];
	char led[64];
	bool lit;
};

/* Fails with -errno. */
int keypad_plug(struct keypad *k);

/* One without keys, which is a sensor of motion by its property. Fails with -errno. */
int keypad_plug_accelerometer(struct keypad *k);

/* A keypad in the place of an accelerometer, by the same number. Fails with -errno. */
int keypad_become_one(struct keypad *k);

void keypad_unplug(struct keypad *k);

/* Press a key (KEY_Y or KEY_N), and let it go after @ms. */
void keypad_press(struct keypad *k, int key, int ms);

/* Wait up to @ms until the LED is lit, or is not; true where it is so. */
bool keypad_shows(struct keypad *k, bool lit, int ms);

/* Write to a file of the LED in sysfs; 0 or -errno. */
int keypad_set(const struct keypad *k, const char *file, const char *text);

#endif /* WARDEN_TEST_KEYPAD_H */

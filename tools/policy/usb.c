// SPDX-License-Identifier: GPL-2.0-only
/* Classes of USB interfaces, as usb.org numbers them (Defined Class Codes). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static const struct {
	const char *name;
	int number;
} classes[] = {
	{ "audio", 0x01 },   { "cdc", 0x02 },	    { "hid", 0x03 },	  { "physical", 0x05 },
	{ "image", 0x06 },   { "printer", 0x07 },   { "storage", 0x08 },  { "hub", 0x09 },
	{ "cdc-data", 0x0a }, { "smartcard", 0x0b }, { "security", 0x0d }, { "video", 0x0e },
	{ "health", 0x0f },  { "av", 0x10 },	    { "wireless", 0xe0 }, { "misc", 0xef },
	{ "application", 0xfe }, { "vendor", 0xff },
};

#define CLASSES (sizeof(classes) / sizeof(*classes))

int warden_usb_class(const char *word)
{
	char *end;
	long value;
	size_t i;

	for (i = 0; i < CLASSES; i++)
		if (!strcmp(classes[i].name, word))
			return classes[i].number;
	if (strncmp(word, "0x", 2) || strlen(word) != 4)
		return -1;
	value = strtol(word + 2, &end, 16);
	return *end || !value ? -1 : (int)value;
}

const char *warden_usb_class_nth(const void *ctx, size_t n)
{
	(void)ctx;
	return n < CLASSES ? classes[n].name : NULL;
}

const char *warden_usb_class_word(char to[16], uint32_t class)
{
	size_t i;

	for (i = 0; i < CLASSES; i++)
		if ((uint32_t)classes[i].number == class)
			return classes[i].name;
	snprintf(to, 16, "0x%02x", class & 0xff);
	return to;
}

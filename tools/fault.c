// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"

int warden_fault_set(struct warden_fault *f, int error, const char *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(f->why, sizeof(f->why), format, args);
	va_end(args);
	snprintf(f->advice, sizeof(f->advice), "%s", advice);
	return error;
}

void warden_fault_advise(struct warden_fault *f, const char *advice)
{
	if (!f->advice[0])
		snprintf(f->advice, sizeof(f->advice), "%s", advice);
}

int warden_fault_print(const struct warden_fault *f, const char *format, ...)
{
	va_list args;

	fputs("wardenctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s%s%s\n", f->why, f->advice[0] ? "; " : "", f->advice);
	return 1;
}

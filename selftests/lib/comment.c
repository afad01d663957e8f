// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "comment.h"

static bool inside; /* of a line */

static ssize_t print_lines(void *unused, const char *bytes, size_t n)
{
	const char *end = bytes + n, *line, *next;

	(void)unused;
	for (line = bytes; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next ? next + 1 : end;
		printf("%s%.*s", inside || *line == '#' ? "" : "# ", (int)(next - line), line);
		inside = next[-1] != '\n';
	}
	return (ssize_t)n;
}

FILE *comments(void)
{
	static FILE *stream;

	if (stream)
		return stream;
	stream = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = print_lines });
	if (!stream)
		return stderr;
	setvbuf(stream, NULL, _IONBF, 0); /* it stands in order with what is printed by itself */
	return stream;
}

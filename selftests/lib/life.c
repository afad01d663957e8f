// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <unistd.h>

#include "client.h"
#include "comment.h"
#include "life.h"
#include "warden.h"

bool life_is(void)
{
	return !access("/sys/module/warden", F_OK);
}

int life_run(const char *const argv[])
{
	struct client c;
	int status = client_run(&c, argv);

	if (status)
		fprintf(comments(), "%s: %s\n", argv[0], c.text);
	client_end(&c);
	return status;
}

int life_begin(const char *parameter)
{
	return life_run(ARGV("insmod", LIFE_MODULE, parameter));
}

int life_end(void)
{
	int status = warden_ctl(ARGV("stop"));

	return status ? status : life_run(ARGV("rmmod", "warden"));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets of the CAN bus, of every protocol. What is on the bus are the values of sensors, and
 * the commands to what moves: a bus as i2c is one, to which no node leads. So to make a socket takes
 * the right to class bus, beside the one to the kind of socket, and so does each message.
 */
#include <linux/net.h>
#include <linux/slab.h>
#include <uapi/linux/warden.h>

#include "can.h"
#include "ear.h"

/* What a rule can name as a device, and what records tell. */
#define DEVICE "can"

/**
 * warden_can_made() - may the current program have this socket?
 * @sock: a socket of CAN that was just made, and that nobody has yet
 *
 * Context: Process context, sleeps; the caller holds the module.
 * Return: 0; -ENOMEM; or another negative errno where it may not, which is recorded.
 */
int warden_can_made(struct socket *sock)
{
	struct warden_ear *ear = warden_ear_new(sock, WARDEN_SENSOR_CLASS_BUS, DEVICE);
	int err;

	if (!ear)
		return -ENOMEM;
	err = warden_ear_judge(ear);
	if (err) {
		kfree(ear);
		return err;
	}
	ear->hears = true;
	warden_ear_put_on(sock, ear);
	return 0;
}

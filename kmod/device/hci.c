// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that speak to a Bluetooth radio (HCI), whose scans tell where the device is.
 *
 * One that is bound hears what the radio hears, whoever had it scan: the raw and the
 * user channel its events, the monitor channel those of all, the control channel the
 * devices that are found. So to bind takes the right to class location as well, and so does
 * the ioctl that scans without binding, on which no LSM hook lies for 32 bits alike.
 */
#include <linux/minmax.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/bluetooth/bluetooth.h>
#include <net/bluetooth/hci_sock.h>
#include <uapi/linux/warden.h>

#include "ear.h"
#include "hci.h"
#include "hook/hooks.h"
#include "radio.h"

/* As the kernel reads it: what the caller left out is zero. */
static u16 channel_of(const struct sockaddr *address, int len)
{
	struct sockaddr_hci hci = {};

	memcpy(&hci, address, min_t(unsigned int, sizeof(hci), len));
	return hci.hci_channel;
}

/* The channel for log messages is written to, and tells nothing. */
static int hci_bind(struct socket *sock, struct sockaddr *address, int len)
{
	struct warden_ear *ear = warden_ear_of(sock);
	int err;

	if (!address || channel_of(address, len) == HCI_CHANNEL_LOGGING)
		return ear->orig->bind(sock, address, len);
	err = warden_ear_judge(ear);
	if (err)
		return err;
	WRITE_ONCE(ear->hears, true); /* before there is something to hear */
	return ear->orig->bind(sock, address, len);
}

static int judge_call(unsigned int cmd)
{
	return cmd == HCIINQUIRY && warden_hooks_attached() ?
		       warden_radio_use(WARDEN_RADIO_BLUETOOTH) : 0;
}

static int hci_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	return judge_call(cmd) ?: warden_ear_of(sock)->orig->ioctl(sock, cmd, arg);
}

#ifdef CONFIG_COMPAT
static int hci_compat_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	return judge_call(cmd) ?: warden_ear_of(sock)->orig->compat_ioctl(sock, cmd, arg);
}
#endif

/**
 * warden_hci_made() - have the uses of a socket come by here
 * @sock: a socket of HCI that was just made, and that nobody has yet
 *
 * Context: Process context; the caller holds the module.
 * Return: 0 or -ENOMEM.
 */
int warden_hci_made(struct socket *sock)
{
	struct warden_ear *ear = warden_ear_new(sock, WARDEN_SENSOR_CLASS_LOCATION,
						WARDEN_RADIO_BLUETOOTH);

	if (!ear)
		return -ENOMEM;
	ear->ops.bind = hci_bind;
	ear->ops.ioctl = hci_ioctl;
#ifdef CONFIG_COMPAT
	ear->ops.compat_ioctl = hci_compat_ioctl;
#endif
	warden_ear_put_on(sock, ear);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* What is open beside what is declared, a list for each kind of way in. */
#ifndef WARDEN_SERVICE_LIST_H
#define WARDEN_SERVICE_LIST_H

struct json_object;
struct warden_fault;

/**
 * warden_service_find_sockets() - sockets that anybody can send to, and rules without one
 * @list: gets an object for each
 * @f: why the module did not answer
 *
 * The others are alike: interfaces of USB devices, and nodes of devices that the policy
 * has a class for. Each object has a ``state`` in words.
 *
 * Return: 0 or a negative errno.
 */
int warden_service_find_sockets(struct json_object *list, struct warden_fault *f);
int warden_service_find_usb(struct json_object *list, struct warden_fault *f);
int warden_service_find_devices(struct json_object *list, struct warden_fault *f);

#endif /* WARDEN_SERVICE_LIST_H */

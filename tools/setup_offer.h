/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy opens once the device has an owner, told to who is about to become one. */
#ifndef WARDEN_SETUP_OFFER_H
#define WARDEN_SETUP_OFFER_H

#include "policy/decode.h"
#include "wire.h"

struct json_object;

/**
 * warden_setup_offer() - gather it
 * @status: of the module: name, contact, how long it is supported, what is open by default
 * @maker: the maker's layer
 *
 * "consents" are what people will be asked, "allows" what they will not be, "until-setup" what is
 * open now and no more then.
 *
 * Return: a JSON object, to be put by the caller.
 */
struct json_object *warden_setup_offer(const struct warden_object *status, const struct warden_view *maker);

/* The same for people. */
void warden_setup_offer_print(struct json_object *offer);

#endif /* WARDEN_SETUP_OFFER_H */

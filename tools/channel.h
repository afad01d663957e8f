/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Through which listener whoever runs this came: a policy that ends it would
 * lock them out.
 */
#ifndef WARDEN_CHANNEL_H
#define WARDEN_CHANNEL_H

#include "blob.h"

/**
 * warden_channel_find() - ask a commit to keep the listeners this session came through
 * @how: attributes of a commit; WARDEN_A_POLICY_CHANNEL is added for each
 *
 * Looks for TCP connections that a process above this one holds, and at
 * SSH_CONNECTION, and for who listens on their ports.
 */
void warden_channel_find(struct warden_blob *how);

#endif /* WARDEN_CHANNEL_H */

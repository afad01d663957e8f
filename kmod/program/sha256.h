/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SHA256_H
#define WARDEN_SHA256_H

#include <linux/types.h>
#include <warden/limits.h>

struct crypto_shash;

int warden_sha256_init(void);
void warden_sha256_exit(void);
struct crypto_shash *warden_sha256_tfm(void);

/* stage.c is compiled for programs, too; there the tools' own stands for it. */
void warden_sha256(u8 to[WARDEN_DIGEST_SIZE], const void *data, size_t len);

#endif /* WARDEN_SHA256_H */

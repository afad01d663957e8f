// SPDX-License-Identifier: GPL-2.0-only
/*
 * SHA-256 by the best the processor has. The function of the kernel's library
 * is portable C before 6.16, and took twenty times the instructions: half of
 * what a load of a policy cost.
 */
#include <linux/err.h>
#include <linux/kmod.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <crypto/hash.h>
#include <crypto/sha2.h>

#include "sha256.h"

/* Bytes between two chances for others to run: vector registers are used without preemption. */
#define PIECE (32u << 10)

/* Set at init, before any user. */
static struct crypto_shash *transform;

/**
 * warden_sha256_tfm() - the transform, for who reads pieces of a file
 *
 * Context: Any, between init and exit.
 * Return: the transform.
 */
struct crypto_shash *warden_sha256_tfm(void)
{
	return transform;
}

static int digest(u8 *to, const u8 *data, size_t len)
{
	SHASH_DESC_ON_STACK(desc, transform);
	size_t done, n;
	int err;

	desc->tfm = transform;
	err = crypto_shash_init(desc);
	for (done = 0; !err && done < len; done += n) {
		n = min_t(size_t, len - done, PIECE);
		err = crypto_shash_update(desc, data + done, n);
	}
	return err ?: crypto_shash_final(desc, to);
}

/**
 * warden_sha256() - the SHA-256 of bytes
 * @to: set to it
 * @data: the bytes
 * @len: how many
 *
 * Context: Any but hard interrupts, between init and exit.
 */
void warden_sha256(u8 to[WARDEN_DIGEST_SIZE], const void *data, size_t len)
{
	if (digest(to, data, len)) /* no implementation for a processor fails; a device's could */
		sha256(data, len, to);
}

/**
 * warden_sha256_init() - find an implementation
 *
 * The portable one is built in, and where it is, the kernel does not look for a
 * better one by itself: by this name, modprobe knows those of the processor.
 *
 * Context: Process context, module init.
 * Return: 0 or a negative errno.
 */
int __init warden_sha256_init(void)
{
	struct crypto_shash *better;

	transform = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(transform))
		return PTR_ERR(transform);
	if (!strstr(crypto_shash_driver_name(transform), "generic"))
		return 0;
	request_module("crypto-sha256");
	better = crypto_alloc_shash("sha256", 0, 0);
	if (IS_ERR(better))
		return 0;
	crypto_free_shash(transform);
	transform = better;
	return 0;
}

/**
 * warden_sha256_exit() - let the implementation go
 *
 * Context: Process context; nothing can ask for a digest any more.
 */
void warden_sha256_exit(void)
{
	crypto_free_shash(transform);
}

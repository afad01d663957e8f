/* SPDX-License-Identifier: GPL-2.0-only */
/* The only place that knows OpenSSL's certificates and CMS. */
#ifndef WARDEN_SIGN_H
#define WARDEN_SIGN_H

#include "blob.h"
#include "fault.h"

/**
 * warden_sign_bytes() - make a detached CMS signature as the kernel verifies it
 * @signature: filled in, DER; freed with warden_blob_free() in any case
 * @policy: what is signed
 * @key: file of the private key, PEM
 * @cert: file of its certificate, PEM
 * @f: why not
 *
 * SHA-256, no signed attributes and no certificates inside.
 *
 * Return: 0, or a negative errno.
 */
int warden_sign_bytes(struct warden_blob *signature, const struct warden_blob *policy,
		      const char *key, const char *cert, struct warden_fault *f);

/**
 * warden_sign_certificate() - read a certificate
 * @der: filled in; freed with warden_blob_free() in any case
 * @not_after: filled in: seconds since 1970, UTC
 * @cert: its file, PEM
 * @f: why not
 *
 * Return: 0, or a negative errno.
 */
int warden_sign_certificate(struct warden_blob *der, uint64_t *not_after, const char *cert,
			    struct warden_fault *f);

/**
 * warden_sign_verify() - is this a signature of these bytes, by this certificate's key?
 * @bytes: what was signed
 * @signature: detached CMS, DER, as warden_sign_bytes() makes it
 * @certificate: DER; its own end and who signed it are the caller's to look at
 * @f: why not
 *
 * Return: 0; -ENOKEY where another key made it; -EKEYREJECTED where it is not of these
 * bytes; -EBADMSG for what is no signature; another negative errno.
 */
int warden_sign_verify(const struct warden_blob *bytes, const struct warden_blob *signature,
		       const struct warden_blob *certificate, struct warden_fault *f);

#endif /* WARDEN_SIGN_H */

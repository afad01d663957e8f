// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sign.h"

static const char *openssl_why(void)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	return why ? why : "OpenSSL does not say why";
}

static FILE *open_pem(const char *file, struct warden_fault *f)
{
	FILE *in = fopen(file, "r");

	if (!in)
		warden_fault_set(f, -errno, "name a readable file", "%s: %s", file,
				 strerror(errno));
	return in;
}

static X509 *read_cert(const char *file, struct warden_fault *f)
{
	FILE *in = open_pem(file, f);
	X509 *cert;

	if (!in)
		return NULL;
	cert = PEM_read_X509(in, NULL, NULL, NULL);
	fclose(in);
	if (!cert)
		warden_fault_set(f, -EBADMSG, "name a certificate in PEM", "%s: %s", file,
				 openssl_why());
	return cert;
}

static EVP_PKEY *read_key(const char *file, struct warden_fault *f)
{
	FILE *in = open_pem(file, f);
	EVP_PKEY *key;

	if (!in)
		return NULL;
	key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	fclose(in);
	if (!key)
		warden_fault_set(f, -EBADMSG, "name a private key in PEM", "%s: %s", file,
				 openssl_why());
	return key;
}

/* What the kernel can verify: RSA, and ECDSA on these two curves. */
static int check_key(EVP_PKEY *key, X509 *cert, struct warden_fault *f)
{
	char group[64] = "";
	int kind = EVP_PKEY_get_base_id(key);

	if (!X509_check_private_key(cert, key))
		return warden_fault_set(f, -EINVAL, "name the certificate of this key",
					"the key is not that of the certificate");
	EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	if (kind == EVP_PKEY_RSA || (kind == EVP_PKEY_EC && (!strcmp(group, "prime256v1") ||
							     !strcmp(group, "secp384r1"))))
		return 0;
	return warden_fault_set(f, -EINVAL, "use RSA, or ECDSA on P-256 or P-384",
				"the kernel does not verify signatures of this kind of key");
}

static int put_der(struct warden_blob *to, unsigned char *der, int len, struct warden_fault *f)
{
	if (len <= 0)
		return warden_fault_set(f, -EIO, "", "no DER could be made: %s", openssl_why());
	warden_blob_append(to, der, (size_t)len);
	OPENSSL_free(der);
	return 0;
}

static int sign(struct warden_blob *signature, const struct warden_blob *policy, EVP_PKEY *key,
		X509 *cert, struct warden_fault *f)
{
	const unsigned int flags = CMS_BINARY | CMS_DETACHED | CMS_NOCERTS | CMS_NOATTR;
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL);
	BIO *in = BIO_new_mem_buf(policy->data, (int)policy->len);
	unsigned char *der = NULL;
	int len, err;

	if (!cms || !in || !CMS_add1_signer(cms, cert, key, EVP_sha256(), flags) ||
	    !CMS_final(cms, in, NULL, flags)) {
		err = warden_fault_set(f, -EIO, "", "the signature could not be made: %s",
				       openssl_why());
	} else {
		len = i2d_CMS_ContentInfo(cms, &der);
		err = put_der(signature, der, len, f);
	}
	BIO_free(in);
	CMS_ContentInfo_free(cms);
	return err;
}

int warden_sign_bytes(struct warden_blob *signature, const struct warden_blob *policy,
		      const char *key_file, const char *cert_file, struct warden_fault *f)
{
	EVP_PKEY *key = read_key(key_file, f);
	X509 *cert = key ? read_cert(cert_file, f) : NULL;
	int err = -EINVAL;

	*signature = (struct warden_blob){ NULL, 0, 0 };
	if (cert)
		err = check_key(key, cert, f);
	if (!err)
		err = sign(signature, policy, key, cert, f);
	X509_free(cert);
	EVP_PKEY_free(key);
	return err;
}

int warden_sign_certificate(struct warden_blob *der, uint64_t *not_after, const char *cert_file,
			    struct warden_fault *f)
{
	X509 *cert = read_cert(cert_file, f);
	unsigned char *bytes = NULL;
	struct tm end;
	int len, err;

	*der = (struct warden_blob){ NULL, 0, 0 };
	if (!cert)
		return -EINVAL;
	if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &end)) {
		*not_after = (uint64_t)timegm(&end);
		len = i2d_X509(cert, &bytes);
		err = put_der(der, bytes, len, f);
	} else {
		err = warden_fault_set(f, -EBADMSG, "", "%s has no end that can be read",
				       cert_file);
	}
	X509_free(cert);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "late.h"
#include "sign.h"

#define STRING_OF(x) #x
#define SONAME(major) "libcrypto.so." STRING_OF(major)

/* All of it that is used here. */
#define OPENSSL(F) \
	F(ASN1_TIME_to_tm) F(BIO_free) F(BIO_new_mem_buf) F(CMS_ContentInfo_free) \
	F(CMS_add1_signer) F(CMS_final) F(CMS_sign) F(CMS_verify) F(CRYPTO_free) F(ERR_clear_error) \
	F(ERR_peek_last_error) F(ERR_reason_error_string) F(EVP_PKEY_free) F(EVP_PKEY_get_base_id) \
	F(EVP_PKEY_get_group_name) F(EVP_sha256) F(OPENSSL_sk_free) F(OPENSSL_sk_new_null) \
	F(OPENSSL_sk_push) F(PEM_read_PrivateKey) F(PEM_read_X509) \
	F(X509_check_private_key) F(X509_free) F(X509_get0_notAfter) F(d2i_CMS_ContentInfo) \
	F(d2i_X509) F(i2d_CMS_ContentInfo) F(i2d_X509)

static struct {
	OPENSSL(WARDEN_LATE_FIELD)
} ssl;

static int open_ssl(struct warden_fault *f)
{
#define NAME(function) WARDEN_LATE_NAME(ssl, function),
	static const struct warden_late functions[] = { OPENSSL(NAME) };

	return warden_late_open(SONAME(OPENSSL_SHLIB_VERSION), functions,
				sizeof(functions) / sizeof(*functions), f);
}

static const char *openssl_why(void)
{
	const char *why = ssl.ERR_reason_error_string(ssl.ERR_peek_last_error());

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
	cert = ssl.PEM_read_X509(in, NULL, NULL, NULL);
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
	key = ssl.PEM_read_PrivateKey(in, NULL, NULL, NULL);
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
	int kind = ssl.EVP_PKEY_get_base_id(key);

	if (!ssl.X509_check_private_key(cert, key))
		return warden_fault_set(f, -EINVAL, "name the certificate of this key",
					"the key is not that of the certificate");
	ssl.EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
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
	ssl.CRYPTO_free(der, __FILE__, __LINE__);
	return 0;
}

static int sign(struct warden_blob *signature, const struct warden_blob *policy, EVP_PKEY *key,
		X509 *cert, struct warden_fault *f)
{
	const unsigned int flags = CMS_BINARY | CMS_DETACHED | CMS_NOCERTS | CMS_NOATTR;
	CMS_ContentInfo *cms = ssl.CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL);
	BIO *in = ssl.BIO_new_mem_buf(policy->data, (int)policy->len);
	unsigned char *der = NULL;
	int len, err;

	if (!cms || !in || !ssl.CMS_add1_signer(cms, cert, key, ssl.EVP_sha256(), flags) ||
	    !ssl.CMS_final(cms, in, NULL, flags)) {
		err = warden_fault_set(f, -EIO, "", "the signature could not be made: %s",
				       openssl_why());
	} else {
		len = ssl.i2d_CMS_ContentInfo(cms, &der);
		err = put_der(signature, der, len, f);
	}
	ssl.BIO_free(in);
	ssl.CMS_ContentInfo_free(cms);
	return err;
}

int warden_sign_bytes(struct warden_blob *signature, const struct warden_blob *policy,
		      const char *key_file, const char *cert_file, struct warden_fault *f)
{
	EVP_PKEY *key;
	X509 *cert;
	int err = open_ssl(f);

	*signature = (struct warden_blob){ NULL, 0, 0 };
	if (err)
		return err;
	key = read_key(key_file, f);
	cert = key ? read_cert(cert_file, f) : NULL;
	err = cert ? check_key(key, cert, f) : -EINVAL;
	if (!err)
		err = sign(signature, policy, key, cert, f);
	ssl.X509_free(cert);
	ssl.EVP_PKEY_free(key);
	return err;
}

int warden_sign_certificate(struct warden_blob *der, uint64_t *not_after, const char *cert_file,
			    struct warden_fault *f)
{
	unsigned char *bytes = NULL;
	int len, err = open_ssl(f);
	struct tm end;
	X509 *cert;

	*der = (struct warden_blob){ NULL, 0, 0 };
	if (err)
		return err;
	cert = read_cert(cert_file, f);
	if (!cert)
		return -EINVAL;
	if (ssl.ASN1_TIME_to_tm(ssl.X509_get0_notAfter(cert), &end)) {
		*not_after = (uint64_t)timegm(&end);
		len = ssl.i2d_X509(cert, &bytes);
		err = put_der(der, bytes, len, f);
	} else {
		err = warden_fault_set(f, -EBADMSG, "", "%s has no end that can be read",
				       cert_file);
	}
	ssl.X509_free(cert);
	return err;
}

/* 0, -ENOKEY where another made the signature, -EKEYREJECTED where it is not of these bytes. */
static int verify(CMS_ContentInfo *cms, const struct warden_blob *bytes, X509 *cert)
{
	const unsigned int flags = CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
	OPENSSL_STACK *certs = ssl.OPENSSL_sk_new_null();
	BIO *in = ssl.BIO_new_mem_buf(bytes->data, (int)bytes->len);
	int err = -ENOMEM;

	ssl.ERR_clear_error();
	if (certs && in && ssl.OPENSSL_sk_push(certs, cert)) {
		if (ssl.CMS_verify(cms, (STACK_OF(X509) *)certs, NULL, in, NULL, flags))
			err = 0;
		else
			err = ERR_GET_REASON(ssl.ERR_peek_last_error()) ==
					      CMS_R_SIGNER_CERTIFICATE_NOT_FOUND ? -ENOKEY : -EKEYREJECTED;
	}
	ssl.BIO_free(in);
	ssl.OPENSSL_sk_free(certs);
	return err;
}

int warden_sign_verify(const struct warden_blob *bytes, const struct warden_blob *signature,
		       const struct warden_blob *certificate, struct warden_fault *f)
{
	const unsigned char *at = signature->data, *der = certificate->data;
	CMS_ContentInfo *cms;
	int err = open_ssl(f);
	X509 *cert;

	if (err)
		return err;
	cms = ssl.d2i_CMS_ContentInfo(NULL, &at, (long)signature->len);
	cert = ssl.d2i_X509(NULL, &der, (long)certificate->len);
	if (!cms)
		err = warden_fault_set(f, -EBADMSG, "name the signature that was made of the file",
				       "this is no detached CMS signature");
	else if (!cert)
		err = warden_fault_set(f, -EBADMSG, "name a certificate", "this is no certificate");
	else
		err = verify(cms, bytes, cert);
	ssl.CMS_ContentInfo_free(cms);
	ssl.X509_free(cert);
	if (err == -EKEYREJECTED)
		warden_fault_set(f, err, "use another copy", "the signature is not of this file: one of "
				 "them was altered or cut short");
	if (err == -ENOKEY)
		warden_fault_set(f, err, "name the certificate of its signer with --cert, if you trust it",
				 "the file is signed with a key that nothing here vouches for");
	return err;
}

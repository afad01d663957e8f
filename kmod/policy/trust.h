/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_TRUST_H
#define WARDEN_TRUST_H

#include <linux/types.h>
#include <warden/limits.h>

struct netlink_ext_ack;
struct warden_signer;
struct warden_snapshot;

/**
 * struct warden_certificate - a certificate whose signatures count
 * @source: enum warden_trust_source
 * @role: enum warden_role
 * @not_after: seconds since 1970, UTC
 * @len: bytes of @der
 * @der: the certificate
 * @name: name and key id, as the kernel reads them
 */
struct warden_certificate {
	u8 source;
	u8 role;
	u64 not_after;
	u16 len;
	u8 *der;
	char name[WARDEN_SIGNER_NAME_MAX + 1];
};

/**
 * struct warden_author - who signed a statement or a list
 * @role: enum warden_role
 * @certificate: SHA-256 of the certificate; zeros where nobody signed
 * @name: name and key id, as the kernel reads them; empty where nobody signed
 */
struct warden_author {
	u8 role;
	u8 certificate[WARDEN_DIGEST_SIZE];
	char name[WARDEN_SIGNER_NAME_MAX + 1];
};

int warden_trust_init(void);
void warden_trust_exit(void);
u32 warden_trust_roots(void);
int warden_trust_enroll(const u8 *der, u32 len, u64 not_after, struct netlink_ext_ack *extack);
const struct warden_certificate *warden_trust_root(u32 nr);
int warden_trust_read(const u8 *der, u32 len, u64 not_after, char name[WARDEN_SIGNER_NAME_MAX + 1],
		      struct netlink_ext_ack *extack);
int warden_trust_name(const u8 *der, u32 len, char name[WARDEN_SIGNER_NAME_MAX + 1]);
int warden_trust_verify(struct warden_snapshot *snap, const struct warden_snapshot *maker,
			const u8 *signature, u32 len, struct netlink_ext_ack *extack);
int warden_trust_statement(const void *bytes, u32 nr_bytes, const struct warden_snapshot *maker,
			   const u8 *signature, u32 len, char name[WARDEN_SIGNER_NAME_MAX + 1],
			   struct netlink_ext_ack *extack);
int warden_trust_list(const void *bytes, u32 nr_bytes, const struct warden_snapshot *maker,
		      const u8 *signature, u32 len, struct warden_author *author,
		      struct netlink_ext_ack *extack);
bool warden_trust_names(const struct warden_snapshot *maker, u8 role,
			const u8 certificate[WARDEN_DIGEST_SIZE]);
bool warden_trust_vouches(const struct warden_snapshot *maker, const struct warden_snapshot *snap);

#endif /* WARDEN_TRUST_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose policies count: root certificates, which are the maker's, those the
 * maker's policy vouches for, each with its role, and that of the owner it asks for.
 *
 * Certificates and signatures are read and verified by the kernel's own key
 * type and PKCS#7 code. A key ring holds one certificate, for as long as one
 * signature is tried on it: that tells who signed, which a ring of several would
 * not, and leaves nothing in reach of user space in between. Not even root may
 * add to such a ring, link it or change its rights.
 */
#include <crypto/pkcs7.h>
#include <keys/asymmetric-type.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/verification.h>

#include "change.h"
#include "netlink/extack.h"
#include "owner.h"
#include "policy.h"
#include "program/sha256.h"
#include "roots.h"
#include "snapshot.h"
#include "trust.h"

/* Built in or enrolled; grows inside a change, and never shrinks before exit. */
static struct warden_certificate roots[WARDEN_ROOTS_MAX];
static u32 nr_roots;

/* --- key rings --------------------------------------------------------------------- */

static struct key *add_key(struct key *ring, const u8 *der, u32 len)
{
	key_ref_t ref = key_create_or_update(make_key_ref(ring, true), "asymmetric", NULL, der, len,
					     KEY_POS_SEARCH | KEY_USR_VIEW,
					     KEY_ALLOC_NOT_IN_QUOTA);

	return IS_ERR(ref) ? ERR_CAST(ref) : key_ref_to_ptr(ref);
}

/* A ring with one certificate, closed; its key has a reference of its own. */
static struct key *make_ring(const u8 *der, u32 len, struct key **key)
{
	struct key *ring = keyring_alloc(".warden", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID,
					 current_cred(),
					 KEY_POS_SEARCH | KEY_POS_WRITE | KEY_USR_VIEW,
					 KEY_ALLOC_NOT_IN_QUOTA, NULL, NULL);
	int err;

	if (IS_ERR(ring))
		return ring;
	*key = add_key(ring, der, len);
	err = PTR_ERR_OR_ZERO(*key);
	if (!err) {
		err = keyring_restrict(make_key_ref(ring, true), NULL, NULL);
		if (err)
			key_put(*key);
	}
	if (err) {
		key_put(ring);
		return ERR_PTR(err);
	}
	return ring;
}

static void drop_ring(struct key *ring, struct key *key)
{
	key_put(key);
	key_put(ring);
}

/**
 * warden_trust_name() - what a certificate is called
 * @der: the certificate
 * @len: bytes of @der
 * @name: filled in: its subject and its key id, as the kernel reads them
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBADMSG for what is no certificate, -ENOPKG for a key this kernel
 * cannot use, -ENAMETOOLONG, or another error of making a key of it.
 */
int warden_trust_name(const u8 *der, u32 len, char name[WARDEN_SIGNER_NAME_MAX + 1])
{
	struct key *key, *ring = make_ring(der, len, &key);
	int err;

	if (IS_ERR(ring))
		return PTR_ERR(ring);
	err = strscpy(name, key->description, WARDEN_SIGNER_NAME_MAX + 1);
	drop_ring(ring, key);
	return err < 0 ? -ENAMETOOLONG : 0;
}

/* --- roots --------------------------------------------------------------------------- */

static int add_root(const u8 *der, u32 len, u64 not_after, u8 source)
{
	struct warden_certificate *root = &roots[nr_roots];
	int err;

	if (nr_roots == WARDEN_ROOTS_MAX)
		return -ENOSPC;
	err = warden_trust_name(der, len, root->name);
	if (err)
		return err;
	root->der = kmemdup(der, len, GFP_KERNEL);
	if (!root->der)
		return -ENOMEM;
	root->len = len;
	root->not_after = not_after;
	root->role = WARDEN_ROLE_MAKER;
	root->source = source;
	smp_store_release(&nr_roots, nr_roots + 1);
	return 0;
}

/**
 * warden_trust_init() - set the roots that were built in
 *
 * Context: Process context, module init.
 * Return: 0, or a negative errno: a module whose root cannot be used must not
 * stand there without one.
 */
int __init warden_trust_init(void)
{
	const struct built_in_root *root;
	int err = 0;

	for (root = built_in_roots; !err && root->der; root++) {
		err = add_root(root->der, root->len, root->not_after, WARDEN_TRUST_SOURCE_BUILT_IN);
		if (err)
			pr_err("warden: built-in root certificate %td cannot be used (%d)\n",
			       root - built_in_roots + 1, err);
	}
	if (err)
		warden_trust_exit();
	return err;
}

/**
 * warden_trust_exit() - forget the roots
 *
 * Context: Process context; no command can run any more.
 */
void warden_trust_exit(void)
{
	while (nr_roots)
		kfree(roots[--nr_roots].der);
}

/**
 * warden_trust_roots() - how many root certificates there are
 *
 * Context: Any.
 * Return: how many; with one or more, a policy must be signed.
 */
u32 warden_trust_roots(void)
{
	return smp_load_acquire(&nr_roots);
}

/**
 * warden_trust_root() - a root certificate
 * @nr: which, from 0
 *
 * Context: Any.
 * Return: it, or NULL past the last.
 */
const struct warden_certificate *warden_trust_root(u32 nr)
{
	return nr < warden_trust_roots() ? &roots[nr] : NULL;
}

/**
 * warden_trust_read() - may a certificate be enrolled, and what is it called?
 * @der: the certificate
 * @len: bytes of @der
 * @not_after: seconds since 1970, UTC
 * @name: filled in, as by warden_trust_name()
 * @extack: told why not
 *
 * Context: Process context, may sleep.
 * Return: 0; -EKEYEXPIRED, -E2BIG, or what warden_trust_name() returns.
 */
int warden_trust_read(const u8 *der, u32 len, u64 not_after, char name[WARDEN_SIGNER_NAME_MAX + 1],
		      struct netlink_ext_ack *extack)
{
	int err;

	if (len > WARDEN_CERTIFICATE_MAX)
		return warden_refuse(extack, NULL, -E2BIG, "the certificate is larger than 4 KiB");
	if (not_after < ktime_get_real_seconds())
		return warden_refuse(extack, NULL, -EKEYEXPIRED, "the certificate has expired");
	err = warden_trust_name(der, len, name);
	if (err == -ENOPKG)
		return warden_refuse(extack, NULL, err,
				     "this kernel cannot verify signatures of this kind of key");
	if (err && err != -ENOMEM)
		return warden_refuse(extack, NULL, err, "this is no certificate the kernel can read");
	return err;
}

/**
 * warden_trust_enroll() - set the root, where there is none
 * @der: the certificate
 * @len: bytes of @der
 * @not_after: seconds since 1970, UTC
 * @extack: told why not
 *
 * Context: In a change; may sleep.
 * Return: 0; -EPERM where there is one, -EKEYEXPIRED, -E2BIG, or what
 * warden_trust_name() returns.
 */
int warden_trust_enroll(const u8 *der, u32 len, u64 not_after, struct netlink_ext_ack *extack)
{
	int err;

	char name[WARDEN_SIGNER_NAME_MAX + 1];

	warden_change_assert_held();
	if (nr_roots)
		return warden_refuse(extack, NULL, -EPERM,
				     "a root of trust is set already, until the module is unloaded");
	err = warden_trust_read(der, len, not_after, name, extack);
	return err ?: add_root(der, len, not_after, WARDEN_TRUST_SOURCE_ENROLLED);
}

/* --- signatures ----------------------------------------------------------------------- */

/* Who signed, as far as it was found out. */
struct signer {
	const u8 *der;
	u32 len;
	u64 not_after;
	u8 role;
};

/* 0 where this certificate's key made the signature; -ENOKEY where it is not about this one. */
static int try_certificate(struct pkcs7_message *message, const u8 *der, u32 len,
			   char name[WARDEN_SIGNER_NAME_MAX + 1])
{
	struct key *key, *ring = make_ring(der, len, &key);
	int err;

	if (IS_ERR(ring))
		return PTR_ERR(ring);
	err = pkcs7_validate_trust(message, ring);
	if (!err)
		strscpy(name, key->description, WARDEN_SIGNER_NAME_MAX + 1);
	drop_ring(ring, key);
	return err;
}

static bool get_owner(struct signer *s)
{
	const struct warden_certificate *owner = warden_owner_get_rcu();

	if (owner)
		*s = (struct signer){ owner->der, owner->len, owner->not_after, owner->role };
	return owner;
}

/*
 * One certificate after the other: the roots, those the maker's policy names, and that of the owner
 * whom it asks for.
 */
static bool get_candidate(u32 i, const struct warden_snapshot *maker, struct signer *s)
{
	const struct warden_signer *named;

	if (i < nr_roots) {
		*s = (struct signer){ roots[i].der, roots[i].len, roots[i].not_after, roots[i].role };
		return true;
	}
	if (maker && maker->setup && i - nr_roots == maker->nr_signers)
		return get_owner(s);
	if (!maker || i - nr_roots >= maker->nr_signers)
		return false;
	named = &maker->signers[i - nr_roots];
	*s = (struct signer){ named->certificate, named->len, named->not_after, named->role };
	return true;
}

/* A certificate may have several roles; of errors, the one that says most is kept. */
static int find_signer(struct pkcs7_message *message, const struct warden_snapshot *maker,
		       u8 role, struct signer *found, char name[WARDEN_SIGNER_NAME_MAX + 1])
{
	int err, result = -ENOKEY;
	struct signer s;
	u32 i;

	for (i = 0; get_candidate(i, maker, &s); i++) {
		err = try_certificate(message, s.der, s.len, name);
		if (!err) {
			*found = s;
			result = 0;
			if (s.role == role)
				break;
		} else if (result && err != -ENOKEY) {
			result = err;
		}
	}
	return result;
}

/* What is said of a signature that is refused. */
struct sentences {
	const char *unknown;
	const char *altered;
	const char *expired;
	const char *role; /* behind "this is the key of the user, which" */
};

static const struct sentences of_policy = {
	"the policy is signed with a key that nothing here vouches for",
	"the signature is not of this policy: one of them was altered",
	"the certificate the policy is signed with has expired",
};

static const struct sentences of_statement = {
	"the statement is signed with a key that nothing here vouches for",
	"the signature is not of this statement: one of them was altered",
	"the certificate the statement is signed with has expired",
	"does not say what an update is",
};

static const struct sentences of_list = {
	"the list is signed with a key that nothing here vouches for",
	"the signature is not of this list: one of them was altered",
	"the certificate the list is signed with has expired",
	"puts nothing in quarantine",
};

static int explain(int err, const struct sentences *say, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -ENOKEY:
		return warden_refuse(extack, NULL, err, say->unknown);
	case -ENOPKG:
		return warden_refuse(extack, NULL, err,
				     "this kernel cannot verify signatures of this kind");
	case -ENOMEM:
		return warden_refuse(extack, NULL, err, "out of memory for the signature");
	case -EKEYREJECTED:
		return warden_refuse(extack, NULL, err, say->altered);
	default:
		return warden_refuse(extack, NULL, -EBADMSG, "this is no detached CMS signature");
	}
}

static int check_end(const struct signer *s, const struct sentences *say,
		     struct netlink_ext_ack *extack)
{
	if (s->not_after < ktime_get_real_seconds())
		return warden_refuse(extack, NULL, -EKEYEXPIRED, say->expired);
	return 0;
}

static int check_signer(const struct warden_snapshot *snap, const struct signer *s,
			struct netlink_ext_ack *extack)
{
	if (s->role != snap->layer) {
		NL_SET_ERR_MSG_FMT(extack, "this is the key of the %s, which does not sign the %s layer",
				   warden_policy_word(s->role), warden_policy_word(snap->layer));
		return -EPERM;
	}
	return check_end(s, &of_policy, extack);
}

/* A parsed signature over some bytes, its content verified; whose it is is not known yet. */
static struct pkcs7_message *open_message(const void *bytes, u32 nr_bytes, const u8 *signature, u32 len,
					  const struct sentences *say, struct netlink_ext_ack *extack)
{
	struct pkcs7_message *message;
	int err;

	if (len > WARDEN_SIGNATURE_MAX)
		return ERR_PTR(warden_refuse(extack, NULL, -E2BIG, "the signature is larger than 8 KiB"));
	message = pkcs7_parse_message(signature, len);
	if (PTR_ERR_OR_ZERO(message) == -EKEYREJECTED)
		return ERR_PTR(warden_refuse(extack, NULL, -EBADMSG,
					     "the signature has signed attributes; make it without any"));
	if (IS_ERR(message))
		return ERR_PTR(explain(PTR_ERR(message), say, extack));
	err = pkcs7_supply_detached_data(message, bytes, nr_bytes);
	if (!err)
		err = pkcs7_verify(message, VERIFYING_UNSPECIFIED_SIGNATURE);
	if (!err)
		return message;
	pkcs7_free_message(message);
	return ERR_PTR(explain(err, say, extack));
}

/**
 * warden_trust_verify() - is a policy signed by whom its layer belongs to?
 * @snap: the policy; its signer is filled in as soon as it is known
 * @maker: the maker's layer in force, which vouches for others; or NULL
 * @signature: detached CMS signature over its bytes; NULL for none
 * @len: bytes of @signature
 * @extack: told why not
 *
 * Without a root there is nothing to verify by: a policy without a signature
 * passes, one with is refused, for nobody could say what it is worth.
 *
 * Context: In a change; may sleep.
 * Return: 0; -EKEYREJECTED where it is not signed or altered, -ENOKEY for an
 * unknown signer, -EKEYEXPIRED, -EPERM for the wrong role, -EBADMSG for what is
 * no signature, -ENOPKG for one this kernel cannot verify, -ENOMEM.
 */
int warden_trust_verify(struct warden_snapshot *snap, const struct warden_snapshot *maker,
			const u8 *signature, u32 len, struct netlink_ext_ack *extack)
{
	struct pkcs7_message *message;
	struct signer found;
	int err;

	warden_change_assert_held();
	if (!nr_roots && !signature)
		return 0;
	if (!nr_roots)
		return warden_refuse(extack, NULL, -ENOKEY,
				     "no root of trust is set that the signature could be verified by");
	if (!signature)
		return warden_refuse(extack, NULL, -EKEYREJECTED,
				     "a root of trust is set, and the policy is not signed");
	message = open_message(snap->bytes, snap->nr_bytes, signature, len, &of_policy, extack);
	if (IS_ERR(message))
		return PTR_ERR(message);
	err = find_signer(message, maker, snap->layer, &found, snap->signer);
	pkcs7_free_message(message);
	if (err)
		return explain(err, &of_policy, extack);
	warden_sha256(snap->signer_digest, found.der, found.len);
	return check_signer(snap, &found, extack);
}

/* The operator may sign with a key that has other roles, too. */
static int find_author(struct pkcs7_message *message, const struct warden_snapshot *maker,
		       struct signer *found, char name[WARDEN_SIGNER_NAME_MAX + 1])
{
	int err = find_signer(message, maker, WARDEN_ROLE_MAKER, found, name);

	if (!err && found->role != WARDEN_ROLE_MAKER)
		err = find_signer(message, maker, WARDEN_ROLE_OPERATOR, found, name);
	return err;
}

/* Of who brings programs onto the device. */
static int verify_author(const void *bytes, u32 nr_bytes, const struct warden_snapshot *maker,
			 const u8 *signature, u32 len, struct warden_author *author,
			 const struct sentences *say, struct netlink_ext_ack *extack)
{
	struct pkcs7_message *message;
	struct signer found;
	int err;

	message = open_message(bytes, nr_bytes, signature, len, say, extack);
	if (IS_ERR(message))
		return PTR_ERR(message);
	err = find_author(message, maker, &found, author->name);
	pkcs7_free_message(message);
	if (err)
		return explain(err, say, extack);
	author->role = found.role;
	warden_sha256(author->certificate, found.der, found.len);
	if (found.role != WARDEN_ROLE_MAKER && found.role != WARDEN_ROLE_OPERATOR) {
		NL_SET_ERR_MSG_FMT(extack, "this is the key of the %s, which %s",
				   warden_policy_word(found.role), say->role);
		return -EPERM;
	}
	return check_end(&found, say, extack);
}

/**
 * warden_trust_statement() - is a statement signed by who answers for programs here?
 * @bytes: the statement
 * @nr_bytes: bytes of it
 * @maker: the maker's layer in force; or NULL
 * @signature: detached CMS signature over it
 * @len: bytes of @signature
 * @name: filled in with the signer, as soon as that is known
 * @extack: told why not
 *
 * That is the maker and the operator, who bring programs onto the device. A person's
 * own key is not asked: a person consents.
 *
 * Context: In a change; may sleep.
 * Return: 0, or an error as of warden_trust_verify(); -ENOKEY also where there is no root.
 */
int warden_trust_statement(const void *bytes, u32 nr_bytes, const struct warden_snapshot *maker,
			   const u8 *signature, u32 len, char name[WARDEN_SIGNER_NAME_MAX + 1],
			   struct netlink_ext_ack *extack)
{
	struct warden_author author = {};
	int err;

	warden_change_assert_held();
	if (!nr_roots)
		return warden_refuse(extack, NULL, -ENOKEY, "no root of trust is set that the statement "
				     "could be verified by; ask for consent again");
	err = verify_author(bytes, nr_bytes, maker, signature, len, &author, &of_statement, extack);
	strscpy(name, author.name, sizeof(author.name));
	return err;
}

/**
 * warden_trust_list() - is a list of what is cut off signed by who answers for programs here?
 * @bytes: the list
 * @nr_bytes: bytes of it
 * @maker: the maker's layer in force; or NULL
 * @signature: detached CMS signature over it; NULL for none
 * @len: bytes of @signature
 * @author: filled in with who signed it, as soon as that is known
 * @extack: told why not
 *
 * Without a root a list without a signature passes, as a policy does, and is the maker's.
 *
 * Context: In a change; may sleep.
 * Return: 0, or an error as of warden_trust_verify().
 */
int warden_trust_list(const void *bytes, u32 nr_bytes, const struct warden_snapshot *maker,
		      const u8 *signature, u32 len, struct warden_author *author,
		      struct netlink_ext_ack *extack)
{
	warden_change_assert_held();
	*author = (struct warden_author){ .role = WARDEN_ROLE_MAKER };
	if (!nr_roots && !signature)
		return 0;
	if (!nr_roots)
		return warden_refuse(extack, NULL, -ENOKEY,
				     "no root of trust is set that the list could be verified by");
	if (!signature)
		return warden_refuse(extack, NULL, -EKEYREJECTED,
				     "a root of trust is set, and the list is not signed");
	return verify_author(bytes, nr_bytes, maker, signature, len, author, &of_list, extack);
}

/**
 * warden_trust_names() - does the maker's policy name a certificate, or the owner it asks for have it?
 * @maker: the maker's layer
 * @role: enum warden_role it must have there
 * @certificate: SHA-256 of it
 *
 * Context: In a change; the caller keeps @maker alive.
 * Return: true if it does.
 */
bool warden_trust_names(const struct warden_snapshot *maker, u8 role,
			const u8 certificate[WARDEN_DIGEST_SIZE])
{
	u8 digest[WARDEN_DIGEST_SIZE];
	struct signer owner;
	u32 i;

	if (maker->setup && get_owner(&owner) && owner.role == role) {
		warden_sha256(digest, owner.der, owner.len);
		if (!memcmp(digest, certificate, sizeof(digest)))
			return true;
	}
	for (i = 0; i < maker->nr_signers; i++) {
		warden_sha256(digest, maker->signers[i].certificate, maker->signers[i].len);
		if (maker->signers[i].role == role && !memcmp(digest, certificate, sizeof(digest)))
			return true;
	}
	return false;
}

/**
 * warden_trust_vouches() - does the maker's policy name the signer of a layer?
 * @maker: the maker's layer
 * @snap: another layer
 *
 * Context: In a change; the caller keeps both alive.
 * Return: true if it does, with the role of the layer, or @snap has no signer.
 */
bool warden_trust_vouches(const struct warden_snapshot *maker, const struct warden_snapshot *snap)
{
	return !snap->signer[0] || warden_trust_names(maker, snap->layer, snap->signer_digest);
}

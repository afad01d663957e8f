/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys and signatures of a test, made with openssl(1) and wardenctl when it runs, or
 * when it is built: nothing secret is kept in the tree.
 */
#ifndef WARDEN_TEST_KEYS_H
#define WARDEN_TEST_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* A key and its certificate, valid for @days, unless they are there; false without openssl. */
bool keys_make(const char *name, const char *kind, int days);

/* Its certificate, its key; stands until the fourth call after. */
const char *keys_cert(const char *name);
const char *keys_key(const char *name);

/* The file a signed policy, or its signature, is kept in; as above. */
const char *keys_blob(const char *policy);
const char *keys_signature(const char *policy);

/**
 * keys_sign() - write a policy text, compile it and sign it
 * @policy: name of the files
 * @text: the policy
 * @layer: its layer
 * @signer: whose key
 * @named: NULL, or whom it names, as --signer has it
 *
 * Return: the exit status of wardenctl.
 */
int keys_sign(const char *policy, const char *text, const char *layer, const char *signer,
	      const char *const named[]);

/* Load what was signed, with the signature of @signature. */
int keys_load(const char *policy, const char *signature);

/* Say, with the key of @signer, that a program was updated; then hand that to the module. */
int keys_vouch(const char *old_file, const char *new_file, const char *signer);
int keys_carry(void);

/* Where the former puts it. */
#define KEYS_STATEMENT "/tmp/warden-keys/update"

/*
 * A list of files that are cut off, by the key of @signer or by nobody's where that is NULL;
 * then that is handed to the module. @files are words of a shell.
 */
int keys_list(const char *files, uint32_t version, const char *signer);
int keys_cut(void);

/* Where the former puts it. */
#define KEYS_LIST "/tmp/warden-keys/list"

/* One byte of a file becomes another; 0 where it did. */
int keys_alter(const char *path, long at);

/* Set the root of trust. */
int keys_enroll(const char *name);

/* Out with the module and in again, unless it is new: no root, no policy, no version. 0 where it went. */
int keys_reload_module(void);

#endif /* WARDEN_TEST_KEYS_H */

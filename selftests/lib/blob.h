/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of a compiled policy, and the transaction that loads them, as bytes.
 */
#ifndef WARDEN_TEST_BLOB_H
#define WARDEN_TEST_BLOB_H

#include "genl.h"

/**
 * struct in_force - what says which policy is in force
 * @generation: counts published policies
 * @version: of the policy
 * @digest: of the policy
 */
struct in_force {
	uint64_t generation;
	uint32_t version;
	uint8_t digest[32];
};

/* 0 or the negative errno of status-get. */
int blob_in_force(struct genl *g, struct in_force *f);

void blob_header(struct msg *m, const char *name, uint32_t version);
void blob_default(struct msg *m, uint32_t domain, uint32_t action);
void blob_digest(struct msg *m, int type, uint32_t alg, size_t len);
void blob_program(struct msg *m, uint32_t id, const char *label);
void blob_purpose(struct msg *m, uint32_t id, const char *label);

/* A rule that is left open: add fields, then msg_end(). */
size_t blob_rule(struct msg *m, uint32_t line, uint32_t domain, uint32_t action);

/* Begin; then a message with a good header. */
int blob_begin(struct genl *g);
int blob_add_header(struct genl *g);
int blob_commit(struct genl *g);

/* A small good policy, in force: its program "tester" may use cameras for "test" with consent. */
int blob_load(struct genl *g);

#endif /* WARDEN_TEST_BLOB_H */

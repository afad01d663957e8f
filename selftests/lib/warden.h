/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests do to Warden, all through wardenctl as its users do it. What they only look at comes
 * from told.h.
 */
#ifndef WARDEN_TEST_WARDEN_H
#define WARDEN_TEST_WARDEN_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/* Run wardenctl with these words; gives its exit status. */
int warden_ctl(const char *const words[]);

/* What the last wardenctl said. */
const char *warden_said(void);

/* The same with --json; NULL where it failed. To be put by the caller. */
struct json_object *warden_json(const char *const words[]);

/* A number of the status; UINT64_MAX where it could not be had. */
uint64_t warden_status(const char *field);

/* A policy: a header and these statements. Stands until the next call. */
const char *warden_policy(const char *statements, ...) __attribute__((format(printf, 1, 2)));

/* Write a policy text into a file, for a command that takes one; false where that failed. */
bool warden_write(const char *path, const char *text);

/* Load a policy text; gives the exit status. */
int warden_load(const char *text);

/* End this life of the module and begin another; false where that failed. */
bool warden_live_again(void);

/* Can this kernel pack the bytes of a policy? Where it cannot, that takes twice the room. */
bool warden_packs(void);

/* Does this kernel keep what was freed for a while? Nothing can then be told of its memory. */
bool warden_keeps_freed(void);

/* The line of @text in which @part stands, from 1; 0 is nowhere. */
uint32_t warden_line(const char *text, const char *part);

/* Where this test program is: how policies name it. */
const char *warden_self(void);

/* Path of a program beside this one. */
const char *warden_beside(const char *name);

/* Grant until withdrawn; gives the exit status. */
int warden_grant(const char *program, const char *class, const char *purpose);
int warden_withdraw(const char *program, const char *class);

/* No consent for anybody: how each test begins. */
void warden_withdraw_all(void);

/* How often what people consented to was used, all told. */
uint64_t warden_uses(void);

#endif /* WARDEN_TEST_WARDEN_H */

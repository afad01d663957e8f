/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink as bytes: messages that no library would make. All other
 * tests talk to Warden through wardenctl.
 */
#ifndef WARDEN_TEST_GENL_H
#define WARDEN_TEST_GENL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/warden.h>

/**
 * struct genl - a socket
 * @fd: the socket
 * @family: number of Warden's family; 0 before genl_resolve()
 * @group: number of the audit group
 * @seq: of the last message
 * @said: what the kernel said with its last answer; empty where it said nothing
 * @reply: attributes of the last reply
 * @reply_len: bytes of @reply
 */
struct genl {
	int fd;
	uint16_t family;
	uint32_t group;
	uint32_t seq;
	char said[256];
	uint8_t reply[8192];
	size_t reply_len;
};

/**
 * struct msg - a message under construction
 * @len: bytes so far, headers included
 * @bytes: room for more than a socket takes
 */
struct msg {
	size_t len;
	uint8_t bytes[128 * 1024];
};

/* 0 or -errno; -ENOENT where the family is not there. */
int genl_open(struct genl *g);
void genl_close(struct genl *g);

/* Asks for the family; genl_open() does. */
int genl_resolve(struct genl *g);

/* Speak to another family from here on: 0, or -ENOENT where the kernel has none of that name. */
int genl_turn(struct genl *g, const char *family);

/* A message of @cmd without attributes. */
void msg_init(struct msg *m, const struct genl *g, uint8_t cmd);

/* @type may carry NLA_F_*; @data NULL is zeros. */
void msg_put(struct msg *m, int type, const void *data, size_t len);
void msg_put_u32(struct msg *m, int type, uint32_t value);
void msg_put_u64(struct msg *m, int type, uint64_t value);
void msg_put_string(struct msg *m, int type, const char *value);

/* Nests: what nest gives, msg_end() takes. */
size_t msg_nest(struct msg *m, int type);
void msg_end(struct msg *m, size_t nest);

/*
 * Send with @flags beside REQUEST, and wait for the answer: 0 or the negative
 * errno the kernel answers with, or -ETIMEDOUT when it answers nothing for 10 s.
 */
int genl_ask(struct genl *g, struct msg *m, uint16_t flags);

/* The same for a command without attributes. */
int genl_do(struct genl *g, uint8_t cmd);
int genl_dump(struct genl *g, uint8_t cmd);

/* Send, whatever it is, and do not wait. */
int genl_send(struct genl *g, const void *bytes, size_t len);

/* Data of an attribute of the last reply, or NULL. */
const void *genl_attr(const struct genl *g, int type, size_t *len);

/* Its number, of 4 or 8 bytes; 0 where it is not there. */
uint64_t genl_number(const struct genl *g, int type);

/* Have records sent to this socket, which is then for nothing else: 0 or -errno. */
int genl_join(struct genl *g);

/* The next record becomes the reply: 0, -ETIMEDOUT, -ENOBUFS where some did not fit, -errno. */
int genl_event(struct genl *g, int ms);

#endif /* WARDEN_TEST_GENL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as kmod/judge/decide.c, stage.c and snapshot.c, and the
 * kernel's own lib/nlattr.c and include/net/netlink.h, need to be compiled for
 * the host unchanged. The build makes each kernel header they include a file that
 * includes this one (hosted.mk).
 *
 * Mirrored from include/linux/netlink.h of 6.12: struct netlink_ext_ack and the
 * NL_SET_* macros. What is declared and not defined is never called.
 */
#ifndef WARDEN_HOSTED_H
#define WARDEN_HOSTED_H

#include "/usr/include/linux/types.h"
#include "/usr/include/linux/netlink.h"
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262 /* include/uapi/linux/in.h */
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256 /* the same, from 6.11 */
#endif

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
typedef unsigned int gfp_t;

/* A policy is read for any kernel, so for one that has what others lack. */
#define CONFIG_CGROUPS 1

#define S8_MIN INT8_MIN
#define S8_MAX INT8_MAX
#define S16_MIN INT16_MIN
#define S16_MAX INT16_MAX
#define S32_MIN INT32_MIN
#define S32_MAX INT32_MAX
#define S64_MIN INT64_MIN
#define S64_MAX INT64_MAX
#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX

#ifndef __counted_by
#define __counted_by(member)
#endif
#define __rcu
#define __ro_after_init
#define fallthrough __attribute__((__fallthrough__))
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define likely(x) (x)
#define unlikely(x) (x)
#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)
#define THIS_MODULE NULL
#define BIT(nr) (1UL << (nr))
#define IS_ALIGNED(x, a) (((x) & ((a) - 1)) == 0)
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif
#define BUILD_BUG_ON_ZERO(bad) ((int)sizeof(struct { int : (bad) ? -1 : 0; }))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define array_index_nospec(index, size) (index)

/* What the kernel would only warn of is a finding here. */
#define WARN_ON(bad) ({ if (bad) abort(); false; })
#define WARN_ON_ONCE(bad) WARN_ON(bad)
#define BUG_ON(bad) WARN_ON(bad)
#define pr_warn_ratelimited(...) ((void)0)
#define net_warn_ratelimited(...) ((void)0)
static struct { char comm[16]; } *const current __attribute__((unused));

/* include/linux/err.h */
#define ERR_PTR(err) ((void *)(long)(err))
#define PTR_ERR(ptr) ((long)(ptr))
#define IS_ERR(ptr) ((unsigned long)(ptr) >= (unsigned long)-4095)

/* include/linux/slab.h, mm.h: the allocations of a fuzzer fail as the fuzzer says. */
#define GFP_KERNEL 0
#define GFP_KERNEL_ACCOUNT 0
#define kmalloc(size, gfp) malloc(size)
#define kzalloc(size, gfp) calloc(1, size)
#define kvmalloc_array(nr, size, gfp) reallocarray(NULL, nr, size)
#define kvfree(ptr) free((void *)(ptr))
#define kfree(ptr) free((void *)(ptr))
static inline void *hosted_kmemdup(const void *from, size_t size)
{
	void *to = malloc(size);

	return to ? memcpy(to, from, size) : NULL;
}
#define kmemdup(from, size, gfp) hosted_kmemdup(from, size)
#define cond_resched() ((void)0)

/* include/linux/sort.h, string.h, unaligned.h */
#define sort(base, nr, size, compare, swap) ((nr) ? qsort(base, nr, size, compare) : (void)0)
#define sort_r(base, nr, size, compare, swap, priv)                                                   \
	qsort_r(base, nr, size, (int (*)(const void *, const void *, void *))(compare), priv)
static inline long hosted_strscpy(char *to, const char *from, size_t size)
{
	return snprintf(to, size, "%s", from);
}
#define strscpy(to, from, size) hosted_strscpy(to, from, size)
static inline u64 get_unaligned_le64(const void *p)
{
	u64 value;

	memcpy(&value, p, sizeof(value));
	return le64toh(value);
}

/* include/linux/rcupdate.h: there is one thread. */
#define rcu_dereference_check(p, c) (p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))
#define synchronize_rcu() ((void)0)
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)

/* include/linux/siphash.h, once.h: FNV-1a is enough where nobody is to be kept from guessing */
typedef struct {
	u64 key[2];
} siphash_key_t;

#define get_random_once(to, size) ((void)(to))
static inline u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	u64 hash = 0xcbf29ce484222325ULL;

	(void)key;
	while (len--)
		hash = (hash ^ *(const u8 *)data++) * 0x100000001b3ULL;
	return hash;
}

/* include/linux/netlink.h */
#define NETLINK_MAX_FMTMSG_LEN 80
#define NETLINK_MAX_COOKIE_LEN 20
struct nla_policy;
struct netlink_ext_ack {
	const char *_msg;
	const struct nlattr *bad_attr;
	const struct nla_policy *policy;
	const struct nlattr *miss_nest;
	u16 miss_type;
	u8 cookie[NETLINK_MAX_COOKIE_LEN];
	u8 cookie_len;
	char _msg_buf[NETLINK_MAX_FMTMSG_LEN];
};

#define NL_SET_BAD_ATTR_POLICY(extack, attr, pol)                                                  \
	do {                                                                                       \
		if (extack) {                                                                      \
			(extack)->bad_attr = (attr);                                               \
			(extack)->policy = (pol);                                                  \
		}                                                                                  \
	} while (0)
#define NL_SET_BAD_ATTR(extack, attr) NL_SET_BAD_ATTR_POLICY(extack, attr, NULL)
#define NL_SET_ERR_MSG(extack, msg) ((extack) ? (void)((extack)->_msg = (msg)) : (void)0)
/* A sentence that does not fit is cut, which the kernel warns of: a finding. */
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...)                                                   \
	do {                                                                                       \
		if (!(extack))                                                                     \
			break;                                                                     \
		if (snprintf((extack)->_msg_buf, NETLINK_MAX_FMTMSG_LEN, fmt, ##args) >=           \
		    NETLINK_MAX_FMTMSG_LEN)                                                        \
			abort();                                                                   \
		(extack)->_msg = (extack)->_msg_buf;                                               \
	} while (0)
#define NL_SET_ERR_MSG_ATTR_POL(extack, attr, pol, msg)                                            \
	do {                                                                                       \
		NL_SET_ERR_MSG(extack, msg);                                                       \
		NL_SET_BAD_ATTR_POLICY(extack, attr, pol);                                         \
	} while (0)
#define NL_SET_ERR_MSG_ATTR_POL_FMT(extack, attr, pol, fmt, args...)                               \
	do {                                                                                       \
		NL_SET_ERR_MSG_FMT(extack, fmt, ##args);                                           \
		NL_SET_BAD_ATTR_POLICY(extack, attr, pol);                                         \
	} while (0)
#define NL_SET_ERR_MSG_ATTR(extack, attr, msg) NL_SET_ERR_MSG_ATTR_POL(extack, attr, NULL, msg)
#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...)                                        \
	NL_SET_ERR_MSG_ATTR_POL_FMT(extack, attr, NULL, fmt, ##args)

/* What the inline functions of include/net/netlink.h mention and no test calls. */
struct sock;
struct in6_addr;
struct sk_buff {
	unsigned char *data;
	unsigned int len;
};
struct netlink_skb_parms {
	u32 portid;
	u32 dst_group;
};
struct netlink_callback {
	struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	u16 answer_flags;
	u32 prev_seq, seq;
	long args[6];
};
typedef int (*netlink_filter_fn)(struct sock *, struct sk_buff *, void *);
struct netlink_skb_parms *hosted_netlink_cb(const struct sk_buff *skb);
#define NETLINK_CB(skb) (*hosted_netlink_cb(skb))
int skb_tailroom(const struct sk_buff *skb);
unsigned char *skb_tail_pointer(const struct sk_buff *skb);
void *__skb_put(struct sk_buff *skb, unsigned int len);
void skb_trim(struct sk_buff *skb, unsigned int len);
struct sk_buff *alloc_skb(size_t size, gfp_t gfp);
struct sk_buff *netlink_alloc_large_skb(unsigned int size, int broadcast);
void kfree_skb(struct sk_buff *skb);
void consume_skb(struct sk_buff *skb);
int netlink_broadcast_filtered(struct sock *sk, struct sk_buff *skb, u32 portid, u32 group,
			       gfp_t gfp, netlink_filter_fn filter, void *data);
int netlink_unicast(struct sock *sk, struct sk_buff *skb, u32 portid, int nonblock);
unsigned int jiffies_to_msecs(unsigned long j);
unsigned long msecs_to_jiffies(unsigned int m);
void *kmemdup_noprof(const void *src, size_t len, gfp_t gfp);
struct nlmsghdr *__nlmsg_put(struct sk_buff *skb, u32 portid, u32 seq, int type, int len, int flags);

/* include/net/genetlink.h, as far as the generated tables fill it in. */
#define GENL_CMD_CAP_DO 2
#define GENL_CMD_CAP_DUMP 4
struct genl_info;
struct genl_split_ops {
	const struct nla_policy *policy;
	unsigned int maxattr;
	int (*pre_doit)(const struct genl_split_ops *ops, struct sk_buff *skb, struct genl_info *info);
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	int (*done)(struct netlink_callback *cb);
	u8 cmd;
	u8 flags;
};
struct genl_multicast_group {
	char name[16];
};
struct genl_family {
	char name[16];
	unsigned int version;
	u8 netnsok, parallel_ops, n_split_ops, n_mcgrps;
	void *module;
	const struct genl_split_ops *split_ops;
	const struct genl_multicast_group *mcgrps;
};

#endif /* WARDEN_HOSTED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel's net/netlink.h as kmod/policy/stage.c and the generated tables
 * need, for wardenctl, which asks the module's own code what a policy means. It
 * is no copy: only the checks the tables of the policy make are here. The fuzzer
 * of compiled policies uses the kernel's own files instead.
 */
#ifndef WARDEN_NLA_H
#define WARDEN_NLA_H

#include "hosted.h"

enum { NLA_UNSPEC, NLA_U32, NLA_U64, NLA_NUL_STRING, NLA_BINARY, NLA_NESTED };

struct netlink_range_validation {
	u64 min, max;
};

enum {
	NLA_VALIDATE_NONE, NLA_VALIDATE_MIN, NLA_VALIDATE_MAX, NLA_VALIDATE_RANGE,
	NLA_VALIDATE_RANGE_PTR, NLA_VALIDATE_MASK,
};

struct nla_policy {
	u8 type;
	u8 validation_type;
	u16 len;
	s64 min, max;
	u64 mask;
	const struct netlink_range_validation *range;
	const struct nla_policy *nested;
};

#define NLA_POLICY_RANGE(tp, low, high)                                                            \
	{ .type = (tp), .validation_type = NLA_VALIDATE_RANGE, .min = (low), .max = (high) }
#define NLA_POLICY_MIN(tp, low)                                                                    \
	{ .type = (tp), .validation_type = NLA_VALIDATE_MIN, .min = (low) }
#define NLA_POLICY_MAX(tp, high)                                                                   \
	{ .type = (tp), .validation_type = NLA_VALIDATE_MAX, .max = (high) }
#define NLA_POLICY_MASK(tp, bits)                                                                  \
	{ .type = (tp), .validation_type = NLA_VALIDATE_MASK, .mask = (bits) }
#define NLA_POLICY_FULL_RANGE(tp, r)                                                               \
	{ .type = (tp), .validation_type = NLA_VALIDATE_RANGE_PTR, .range = (r) }
#define NLA_POLICY_EXACT_LEN(bytes) NLA_POLICY_RANGE(NLA_BINARY, bytes, bytes)
#define NLA_POLICY_NESTED(policy) { .type = NLA_NESTED, .nested = (policy) }

static inline int nla_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

static inline void *nla_data(const struct nlattr *a)
{
	return (char *)a + NLA_HDRLEN;
}

static inline int nla_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static inline bool nla_ok(const struct nlattr *a, int left)
{
	return left >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN && a->nla_len <= left;
}

static inline struct nlattr *nla_next(const struct nlattr *a, int *left)
{
	int step = NLA_ALIGN(a->nla_len);

	*left -= step;
	return (struct nlattr *)((char *)a + step);
}

#define nla_for_each_attr(at, head, len, left)                                                     \
	for (at = (head), left = (len); nla_ok(at, left); at = nla_next(at, &(left)))
#define nla_for_each_nested(at, nest, left)                                                        \
	nla_for_each_attr(at, (struct nlattr *)nla_data(nest), nla_len(nest), left)

static inline u32 nla_get_u32(const struct nlattr *a)
{
	u32 value;

	memcpy(&value, nla_data(a), sizeof(value));
	return value;
}

static inline u64 nla_get_u64(const struct nlattr *a)
{
	u64 value;

	memcpy(&value, nla_data(a), sizeof(value));
	return value;
}

static inline ssize_t nla_strscpy(char *to, const struct nlattr *a, size_t size)
{
	size_t len = strnlen(nla_data(a), nla_len(a));

	if (len >= size)
		len = size - 1;
	memcpy(to, nla_data(a), len);
	to[len] = '\0';
	return len;
}

static inline bool nla_in_range(u64 value, const struct nla_policy *p)
{
	switch (p->validation_type) {
	case NLA_VALIDATE_MIN:
		return value >= (u64)p->min;
	case NLA_VALIDATE_MAX:
		return value <= (u64)p->max;
	case NLA_VALIDATE_RANGE:
		return value >= (u64)p->min && value <= (u64)p->max;
	case NLA_VALIDATE_RANGE_PTR:
		return value >= p->range->min && value <= p->range->max;
	case NLA_VALIDATE_MASK:
		return !(value & ~p->mask);
	default:
		return true;
	}
}

/* A sentence on what is wrong with an attribute, or NULL. */
static inline const char *nla_wrong(const struct nlattr *a, const struct nla_policy *p)
{
	u64 value;

	switch (p->type) {
	case NLA_U32:
	case NLA_U64:
		if (nla_len(a) != (p->type == NLA_U32 ? sizeof(u32) : sizeof(u64)))
			return "a number has a wrong length";
		value = p->type == NLA_U32 ? nla_get_u32(a) : nla_get_u64(a);
		return nla_in_range(value, p) ? NULL : "a number is out of range";
	case NLA_NUL_STRING:
		if (nla_len(a) < 1 || !memchr(nla_data(a), '\0', nla_len(a)))
			return "a text has no end";
		return p->len && strlen(nla_data(a)) > p->len ? "a text is too long" : NULL;
	case NLA_BINARY:
		return nla_in_range(nla_len(a), p) ? NULL : "bytes have a wrong length";
	case NLA_NESTED:
		return a->nla_type & NLA_F_NESTED ? NULL : "a nest is not marked as one";
	default:
		return "an attribute is not known here";
	}
}

static inline int nla_validate(const struct nlattr *head, int len, int max,
			       const struct nla_policy *policy, struct netlink_ext_ack *extack)
{
	const struct nlattr *a;
	int left;

	nla_for_each_attr(a, head, len, left) {
		const char *wrong = nla_type(a) > max ? "an attribute is not known here" :
							nla_wrong(a, &policy[nla_type(a)]);

		if (wrong) {
			NL_SET_ERR_MSG_ATTR(extack, a, wrong);
			return -EINVAL;
		}
	}
	if (left <= 0)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, head, "bytes are left over behind the attributes");
	return -EINVAL;
}

static inline int nla_parse_nested(struct nlattr *tb[], int max, const struct nlattr *nest,
				   const struct nla_policy *policy, struct netlink_ext_ack *extack)
{
	const struct nlattr *a;
	int left;

	memset(tb, 0, sizeof(*tb) * (max + 1));
	if (nla_validate(nla_data(nest), nla_len(nest), max, policy, extack))
		return -EINVAL;
	nla_for_each_nested(a, nest, left)
		tb[nla_type(a)] = (struct nlattr *)a;
	return 0;
}

#endif /* WARDEN_NLA_H */

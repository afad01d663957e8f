// SPDX-License-Identifier: GPL-2.0-only
#include "blob.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

int blob_in_force(struct genl *g, struct in_force *f)
{
	const void *generation, *version, *digest;
	int err = genl_do(g, WARDEN_CMD_STATUS_GET);

	memset(f, 0, sizeof(*f));
	if (err)
		return err;
	generation = genl_attr(g, WARDEN_A_STATUS_GENERATION, NULL);
	version = genl_attr(g, WARDEN_A_STATUS_POLICY_VERSION, NULL);
	digest = genl_attr(g, WARDEN_A_STATUS_POLICY_DIGEST, NULL);
	if (!generation || !version || !digest)
		return -EPROTO;
	memcpy(&f->generation, generation, sizeof(f->generation));
	memcpy(&f->version, version, sizeof(f->version));
	memcpy(f->digest, digest, sizeof(f->digest));
	return 0;
}

void blob_header(struct msg *m, const char *name, uint32_t version)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_HEADER);

	msg_put_string(m, WARDEN_A_HEADER_NAME, name);
	msg_put_u32(m, WARDEN_A_HEADER_VERSION, version);
	msg_put_string(m, WARDEN_A_HEADER_CONTACT, "security@example.com");
	msg_put_string(m, WARDEN_A_HEADER_SUPPORT_UNTIL, "2031-12-31");
	msg_end(m, nest);
}

void blob_default(struct msg *m, uint32_t domain, uint32_t action)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_DEFAULT);

	msg_put_u32(m, WARDEN_A_DEFAULT_DOMAIN, domain);
	msg_put_u32(m, WARDEN_A_DEFAULT_ACTION, action);
	msg_end(m, nest);
}

void blob_digest(struct msg *m, int type, uint32_t alg, size_t len)
{
	size_t nest = msg_nest(m, type);

	msg_put_u32(m, WARDEN_A_DIGEST_ALG, alg);
	msg_put(m, WARDEN_A_DIGEST_BYTES, NULL, len);
	msg_end(m, nest);
}

void blob_program(struct msg *m, uint32_t id, const char *label)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_PROGRAM);

	msg_put_u32(m, WARDEN_A_PROGRAM_ID, id);
	msg_put_string(m, WARDEN_A_PROGRAM_LABEL, label);
	blob_digest(m, WARDEN_A_PROGRAM_DIGEST, WARDEN_DIGEST_ALG_SHA256, 32);
	msg_end(m, nest);
}

void blob_purpose(struct msg *m, uint32_t id, const char *label)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_PURPOSE);

	msg_put_u32(m, WARDEN_A_PURPOSE_ID, id);
	msg_put_string(m, WARDEN_A_PURPOSE_LABEL, label);
	msg_end(m, nest);
}

size_t blob_rule(struct msg *m, uint32_t line, uint32_t domain, uint32_t action)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_RULE);

	msg_put_u32(m, WARDEN_A_RULE_LINE, line);
	msg_put_u32(m, WARDEN_A_RULE_DOMAIN, domain);
	msg_put_u32(m, WARDEN_A_RULE_ACTION, action);
	return nest;
}

int blob_begin(struct genl *g)
{
	return genl_do(g, WARDEN_CMD_POLICY_BEGIN);
}

int blob_add_header(struct genl *g)
{
	struct msg m;

	msg_init(&m, g, WARDEN_CMD_POLICY_ADD);
	blob_header(&m, "netlink-test", 7);
	return genl_ask(g, &m, NLM_F_ACK);
}

int blob_commit(struct genl *g)
{
	struct msg m;

	msg_init(&m, g, WARDEN_CMD_POLICY_COMMIT);
	msg_put_u32(&m, WARDEN_A_POLICY_FORCE, 1); /* whatever was loaded before */
	return genl_ask(g, &m, NLM_F_ACK);
}

int blob_load(struct genl *g)
{
	struct msg m;
	size_t rule;
	int err = blob_begin(g);

	msg_init(&m, g, WARDEN_CMD_POLICY_ADD);
	blob_header(&m, "netlink-test", 7);
	blob_program(&m, 1, "tester");
	blob_purpose(&m, 1, "test");
	rule = blob_rule(&m, 1, WARDEN_DOMAIN_SENSOR, WARDEN_ACTION_ALLOW);
	msg_put_u32(&m, WARDEN_A_RULE_PROGRAM, 1);
	msg_put_u32(&m, WARDEN_A_RULE_CLASS, WARDEN_SENSOR_CLASS_CAMERA);
	msg_put_u32(&m, WARDEN_A_RULE_PURPOSE, 1);
	msg_put_u32(&m, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_CONSENT);
	msg_end(&m, rule);
	if (!err)
		err = genl_ask(g, &m, NLM_F_ACK);
	return err ? err : blob_commit(g);
}

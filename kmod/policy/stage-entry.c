// SPDX-License-Identifier: GPL-2.0-only
/*
 * The entries of a policy but for its rules, each parsed strictly.
 */
#include <linux/bits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <warden/arguments.h>

#include "judge/unit.h"
#include "netlink/netlink-gen.h"
#include "stage-priv.h"

int warden_stage_add_header(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_HEADER_MAX + 1];
	struct warden_snapshot *snap = stage->snap;
	int err;

	if (stage->has_header)
		return warden_stage_refuse(extack, attr, "a policy has one header");
	err = nla_parse_nested(tb, WARDEN_A_HEADER_MAX, attr, warden_header_nl_policy, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_HEADER_NAME], attr, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_HEADER_CONTACT], attr, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_HEADER_SUPPORT_UNTIL], attr, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_HEADER_VERSION])
		return warden_stage_refuse(extack, attr, "the header needs a version");
	get_string(snap->name, sizeof(snap->name), tb[WARDEN_A_HEADER_NAME]);
	get_string(snap->contact, sizeof(snap->contact), tb[WARDEN_A_HEADER_CONTACT]);
	get_string(snap->support_until, sizeof(snap->support_until),
		   tb[WARDEN_A_HEADER_SUPPORT_UNTIL]);
	snap->version = nla_get_u32(tb[WARDEN_A_HEADER_VERSION]);
	snap->layer = get_u32(tb, WARDEN_A_HEADER_LAYER, WARDEN_ROLE_MAKER);
	snap->unused = get_u32(tb, WARDEN_A_HEADER_UNUSED, 0);
	snap->lapse[WARDEN_DOMAIN_SENSOR] = get_u32(tb, WARDEN_A_HEADER_UNUSED_SENSOR, 0);
	snap->lapse[WARDEN_DOMAIN_LISTEN] = get_u32(tb, WARDEN_A_HEADER_UNUSED_LISTEN, 0);
	snap->lapse[WARDEN_DOMAIN_CONNECT] = get_u32(tb, WARDEN_A_HEADER_UNUSED_CONNECT, 0);
	snap->sweep = get_u32(tb, WARDEN_A_HEADER_SWEEP, 0);
	snap->sweep_usb = get_u32(tb, WARDEN_A_HEADER_SWEEP_USB, 0);
	snap->setup = get_u32(tb, WARDEN_A_HEADER_SETUP, 0);
	stage->mode = get_u32(tb, WARDEN_A_HEADER_MODE, WARDEN_MODE_ENFORCE);
	stage->has_header = true;
	return 0;
}

int warden_stage_add_default(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_DEFAULT_MAX + 1];
	struct warden_default *def;
	u32 domain;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_DEFAULT_MAX, attr, warden_default_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_DEFAULT_DOMAIN] || !tb[WARDEN_A_DEFAULT_ACTION])
		return warden_stage_refuse(extack, attr,
					   "a default needs its domain and its action");
	domain = nla_get_u32(tb[WARDEN_A_DEFAULT_DOMAIN]);
	if (!warden_domain_has_rules(domain) || domain == WARDEN_DOMAIN_EGRESS)
		return warden_stage_refuse(extack, tb[WARDEN_A_DEFAULT_DOMAIN],
					   "this domain has no default");
	if (stage->snap->has_default & BIT(domain))
		return warden_stage_refuse(extack, attr, "a domain has one default");
	stage->snap->has_default |= BIT(domain);
	def = &stage->snap->defaults[domain];
	def->action = nla_get_u32(tb[WARDEN_A_DEFAULT_ACTION]);
	if (tb[WARDEN_A_DEFAULT_MODE]) {
		def->mode = nla_get_u32(tb[WARDEN_A_DEFAULT_MODE]);
		stage->own_mode |= BIT(domain);
	}
	return 0;
}

static int add_program_digest(struct warden_stage *stage, struct warden_program *program,
			      const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_digest_ref *ref;
	struct warden_digest digest;
	int err = warden_stage_parse_digest(attr, &digest, extack);

	if (err)
		return err;
	if (program->nr_digests == WARDEN_PROGRAM_DIGESTS_MAX)
		return warden_stage_refuse(extack, attr, "a program has more than 4 digests");
	ref = warden_stage_append(&stage->refs, sizeof(*ref),
				  WARDEN_PROGRAMS_MAX * WARDEN_PROGRAM_DIGESTS_MAX,
				  "program digests", extack);
	if (IS_ERR(ref))
		return PTR_ERR(ref);
	ref->digest = digest;
	ref->program = stage->programs.nr - 1;
	program->digests[program->nr_digests++] = digest;
	return 0;
}

/* The kernel has neither file nor user, and nobody started it. */
static bool is_right_kernel(const struct warden_program *program)
{
	static const struct warden_digest kernel = { .alg = WARDEN_DIGEST_ALG_KERNEL };

	return program->nr_digests == 1 && !program->has_uid && !program->unit && !program->arguments &&
	       !memcmp(&program->digests[0], &kernel, sizeof(kernel));
}

static int check_kernel(const struct warden_program *program, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < program->nr_digests; i++)
		if (program->digests[i].alg == WARDEN_DIGEST_ALG_KERNEL && !is_right_kernel(program))
			return warden_stage_refuse(extack, attr, "a program that is the kernel is nothing else");
	return 0;
}

static int add_program_digests(struct warden_stage *stage, struct warden_program *program,
			       const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct nlattr *digest;
	int rem, err;

	nla_for_each_nested(digest, attr, rem) {
		if (nla_type(digest) != WARDEN_A_PROGRAM_DIGEST)
			continue;
		err = add_program_digest(stage, program, digest, extack);
		if (err)
			return err;
	}
	if (!program->nr_digests)
		return warden_stage_refuse(extack, attr, "a program needs a digest");
	return check_kernel(program, attr, extack);
}

/* What no process can run in would let the program never be itself. */
static int add_unit(struct warden_stage *stage, struct warden_program *program,
		    const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	char unit[WARDEN_UNIT_MAX + 1];

	program->unit = 0;
	if (!attr)
		return 0;
	if (!warden_unit_is_told())
		return warden_stage_refuse(extack, attr,
					   "this kernel has no control groups, so no unit is known");
	get_string(unit, sizeof(unit), attr);
	if (!warden_unit_is_name(unit))
		return warden_stage_refuse(extack, attr,
					   "a unit is the name of a control group that is no slice");
	program->unit = warden_snapshot_key(unit);
	stage->snap->units = true;
	return 0;
}

/* What no command line can be would let the program never be itself. */
static int add_arguments(struct warden_stage *stage, struct warden_program *program,
			 const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_arguments *arguments;

	if (!attr)
		return 0;
	arguments = warden_stage_append(&stage->arguments, sizeof(*arguments), WARDEN_PROGRAMS_MAX,
					"arguments", extack);
	if (IS_ERR(arguments))
		return PTR_ERR(arguments);
	get_string(arguments->text, sizeof(arguments->text), attr);
	if (!warden_arguments_is_pattern(arguments->text))
		return warden_stage_refuse(extack, attr,
					   "arguments are words with one blank between them, and "
					   "`...` is the last");
	program->arguments = warden_snapshot_key(arguments->text);
	program->words = stage->arguments.nr;
	return 0;
}

int warden_stage_add_program(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_PROGRAM_MAX + 1];
	struct warden_program *program;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_PROGRAM_MAX, attr, warden_program_nl_policy, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_PROGRAM_LABEL], attr, extack);
	if (err)
		return err;
	program = warden_stage_append(&stage->programs, sizeof(*program), WARDEN_PROGRAMS_MAX,
				      "programs", extack);
	if (IS_ERR(program))
		return PTR_ERR(program);
	program->id = get_u32(tb, WARDEN_A_PROGRAM_ID, 0);
	if (program->id != stage->programs.nr)
		return warden_stage_refuse(extack, attr, "program ids must count from 1");
	get_string(program->label, sizeof(program->label), tb[WARDEN_A_PROGRAM_LABEL]);
	program->has_uid = tb[WARDEN_A_PROGRAM_UID];
	program->uid = get_u32(tb, WARDEN_A_PROGRAM_UID, 0);
	if (program->has_uid && program->uid == U32_MAX)
		return warden_stage_refuse(extack, tb[WARDEN_A_PROGRAM_UID],
					   "4294967295 is the number of no user");
	err = add_unit(stage, program, tb[WARDEN_A_PROGRAM_UNIT], extack);
	if (!err)
		err = add_arguments(stage, program, tb[WARDEN_A_PROGRAM_ARGUMENTS], extack);
	return err ?: add_program_digests(stage, program, attr, extack);
}

int warden_stage_add_purpose(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_PURPOSE_MAX + 1];
	struct warden_purpose *purpose;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_PURPOSE_MAX, attr, warden_purpose_nl_policy, extack);
	if (!err)
		err = warden_stage_check_label(tb[WARDEN_A_PURPOSE_LABEL], attr, extack);
	if (err)
		return err;
	purpose = warden_stage_append(&stage->purposes, sizeof(*purpose), WARDEN_PURPOSES_MAX,
				      "purposes", extack);
	if (IS_ERR(purpose))
		return PTR_ERR(purpose);
	purpose->id = get_u32(tb, WARDEN_A_PURPOSE_ID, 0);
	if (purpose->id != stage->purposes.nr)
		return warden_stage_refuse(extack, attr, "purpose ids must count from 1");
	get_string(purpose->label, sizeof(purpose->label), tb[WARDEN_A_PURPOSE_LABEL]);
	purpose->key = warden_snapshot_key(purpose->label);
	purpose->has_notice = tb[WARDEN_A_PURPOSE_NOTICE];
	if (purpose->has_notice)
		memcpy(purpose->notice, nla_data(tb[WARDEN_A_PURPOSE_NOTICE]),
		       sizeof(purpose->notice));
	purpose->until = tb[WARDEN_A_PURPOSE_UNTIL] ? nla_get_u64(tb[WARDEN_A_PURPOSE_UNTIL]) : 0;
	purpose->lasts = get_u32(tb, WARDEN_A_PURPOSE_LASTS, 0);
	purpose->ends = U64_MAX;
	purpose->ended = false;
	purpose->told = false;
	return 0;
}

int warden_stage_add_signer(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_SIGNER_MAX + 1];
	struct warden_signer *signer;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_SIGNER_MAX, attr, warden_signer_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_SIGNER_ROLE] || !tb[WARDEN_A_SIGNER_CERTIFICATE] ||
	    !tb[WARDEN_A_SIGNER_NOT_AFTER])
		return warden_stage_refuse(extack, attr,
					   "a signer needs its role, its certificate and its end");
	if (!nla_len(tb[WARDEN_A_SIGNER_CERTIFICATE]) ||
	    nla_len(tb[WARDEN_A_SIGNER_CERTIFICATE]) > WARDEN_CERTIFICATE_MAX)
		return warden_stage_refuse(extack, tb[WARDEN_A_SIGNER_CERTIFICATE],
					   "a certificate has 1 to 4096 bytes");
	signer = warden_stage_append(&stage->signers, sizeof(*signer), WARDEN_SIGNERS_MAX,
				     "certificates", extack);
	if (IS_ERR(signer))
		return PTR_ERR(signer);
	signer->role = nla_get_u32(tb[WARDEN_A_SIGNER_ROLE]);
	signer->not_after = nla_get_u64(tb[WARDEN_A_SIGNER_NOT_AFTER]);
	signer->len = nla_len(tb[WARDEN_A_SIGNER_CERTIFICATE]);
	signer->certificate = kmemdup(nla_data(tb[WARDEN_A_SIGNER_CERTIFICATE]), signer->len,
				      GFP_KERNEL_ACCOUNT);
	return signer->certificate ? 0 : -ENOMEM;
}

int warden_stage_add_measure(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	const u32 known = BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) |
			  BIT(WARDEN_DOMAIN_FIRMWARE) | BIT(WARDEN_DOMAIN_POLICY);
	struct nlattr *tb[WARDEN_A_MEASURE_MAX + 1];
	int err;

	err = nla_parse_nested(tb, WARDEN_A_MEASURE_MAX, attr, warden_measure_nl_policy, extack);
	if (err)
		return err;
	if (get_u32(tb, WARDEN_A_MEASURE_DOMAINS, 0) & ~known)
		return warden_stage_refuse(extack, attr,
					   "this build measures exec, module, firmware and policy");
	stage->snap->measure |= get_u32(tb, WARDEN_A_MEASURE_DOMAINS, 0);
	return 0;
}

static int add_references(struct table *t, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	const struct warden_digest *from = nla_data(attr);
	u32 nr = nla_len(attr) / sizeof(*from), i;

	if (nla_len(attr) % sizeof(*from))
		return warden_stage_refuse(extack, attr,
					   "the digests are not a multiple of 33 bytes");
	for (i = 0; i < nr; i++) {
		struct warden_digest *last = t->nr ? t->item + (t->nr - 1) * sizeof(*last) : NULL;
		struct warden_digest *digest;

		if (from[i].alg == WARDEN_DIGEST_ALG_NONE ||
		    from[i].alg > WARDEN_DIGEST_ALG_FSVERITY_SHA256)
			return warden_stage_refuse(extack, attr,
						   "a digest is of no algorithm this build knows");
		if (last && memcmp(last, &from[i], sizeof(*last)) >= 0)
			return warden_stage_refuse(extack, attr,
						   "the digests are not in rising order");
		digest = warden_stage_append(t, sizeof(*digest), WARDEN_APPRAISE_MAX,
					     "reference digests", extack);
		if (IS_ERR(digest))
			return PTR_ERR(digest);
		*digest = from[i];
	}
	return 0;
}

int warden_stage_add_appraise(struct warden_stage *stage, const struct nlattr *attr,
			      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_APPRAISE_MAX + 1];
	u32 domain;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_APPRAISE_MAX, attr, warden_appraise_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_APPRAISE_DOMAIN] || !tb[WARDEN_A_APPRAISE_DIGESTS])
		return warden_stage_refuse(extack, attr,
					   "appraise needs its domain and its digests");
	domain = nla_get_u32(tb[WARDEN_A_APPRAISE_DOMAIN]);
	if (!warden_domain_has_object(domain))
		return warden_stage_refuse(extack, tb[WARDEN_A_APPRAISE_DOMAIN],
					   "only what is executed or loaded is appraised");
	stage->snap->reference[domain].on = true;
	return add_references(&stage->reference[domain], tb[WARDEN_A_APPRAISE_DIGESTS], extack);
}

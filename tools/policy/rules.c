// SPDX-License-Identifier: GPL-2.0-only
/* What cannot stand in a rule, each rule for itself. */
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "model.h"
#include "wire.h"

static bool has_consent(const struct warden_rule *r)
{
	return r->consent.line && r->action == WARDEN_ACTION_ALLOW;
}

/* Frames and sound come in step with a driver that is stopped, and buses are asked. */
static void check_blank(struct warden_diags *d, const struct warden_rule *r)
{
	bool by_class = r->sensor.kind == WARDEN_SENSOR_CLASS;

	if (r->action != WARDEN_ACTION_ALLOW)
		warden_diags_add(d, r->blank, "a `deny` rule has no session to end; leave it out");
	else if (r->signal.line)
		warden_diags_add(d, r->blank,
				 "a program that is killed or frozen does not run on; keep that or `blank`");
	else if (by_class && (r->sensor.class == WARDEN_SENSOR_CLASS_CAMERA ||
			      r->sensor.class == WARDEN_SENSOR_CLASS_MICROPHONE ||
			      r->sensor.class == WARDEN_SENSOR_CLASS_BUS))
		warden_diags_add(d, r->blank,
				 "what is withdrawn of class %s ends with an error, and cannot be "
				 "blank; leave it out",
				 warden_enum_word(warden_enum_sensor_class(), r->sensor.class));
}

static void check_sensor_rule(struct warden_diags *d, const struct warden_rule *r)
{
	if ((r->flags & WARDEN_RULE_FLAG_CONSENT) && !r->purpose.text)
		warden_diags_add(d, r->consent,
				 "`with consent` needs a purpose to consent to; add `for PURPOSE`");
	if (has_consent(r) && !r->who.text)
		warden_diags_add(d, r->consent,
				 "consent is given to a program, not to any; name the program");
	if (r->people.n > WARDEN_PRINCIPALS_MAX)
		warden_diags_add(d, r->of, "a rule can ask for the consent of up to %u persons, not %u",
				 WARDEN_PRINCIPALS_MAX, r->people.n);
	if (r->quorum > r->people.n)
		warden_diags_add(d, r->of, "the consent of %u is more than of the %u who are named",
				 r->quorum, r->people.n);
	if (r->withdraw.line && (r->withdraw_ms < 1 || r->withdraw_ms > 10000))
		warden_diags_add(d, r->withdraw,
				 "%u ms is no bound that can be kept; write 1ms to 10000ms",
				 r->withdraw_ms);
	if (r->blank.line)
		check_blank(d, r);
	if (r->action == WARDEN_ACTION_ALLOW)
		return;
	if (r->exports.line)
		warden_diags_add(d, r->exports, "a `deny` rule lets nothing out; leave out `export`");
	if (r->at_most.line)
		warden_diags_add(d, r->at_most, "a `deny` rule lets nothing through; leave out `at most`");
	if (r->consent.line)
		warden_diags_add(d, r->consent, "a `deny` rule asks for no consent; leave it out");
	if (r->withdraw.line)
		warden_diags_add(d, r->withdraw,
				 "a `deny` rule has nothing to withdraw; leave it out");
	if (r->signal.line)
		warden_diags_add(d, r->signal, "a `deny` rule has no session whose holder it could signal; leave it out");
}

static void check_sensor(struct warden_diags *d, const struct warden_rule *r)
{
	if (r->sensor.kind == WARDEN_SENSOR_DEVICE)
		warden_model_check_length(d, r->sensor.name, "the topology name",
					  WARDEN_TOPOLOGY_MAX);
	if (r->sensor.kind == WARDEN_SENSOR_NAME)
		warden_model_check_length(d, r->sensor.name, "the name of the sensor",
					  WARDEN_TOPOLOGY_MAX - strlen(WARDEN_NAME_MARK));
}

/* What is for sensors alone. */
static void check_consent_is_not_there(struct warden_diags *d, const struct warden_rule *r)
{
	static const char only[] = "is for `use` rules; leave it out";

	if (r->purpose.text && r->action == WARDEN_ACTION_DENY)
		warden_diags_add(d, r->purpose.at, "a `deny` rule serves no purpose; leave out `for`");
	if (r->consent.line)
		warden_diags_add(d, r->consent, "`with consent` %s", only);
	if (r->withdraw.line)
		warden_diags_add(d, r->withdraw, "`withdraw within` %s", only);
	if (r->signal.line)
		warden_diags_add(d, r->signal, "a signal to the holder %s", only);
	if (r->at_most.line)
		warden_diags_add(d, r->at_most, "`at most` %s", only);
	if (r->blank.line)
		warden_diags_add(d, r->blank, "`blank` %s", only);
	if (r->exports.line)
		warden_diags_add(d, r->exports, "`export` %s", only);
}

/* A name, or how it begins and an asterisk. */
static void check_pattern(struct warden_diags *d, const struct warden_rule *r, const char *what)
{
	const char *text = r->object.text;

	warden_model_check_length(d, r->object, what, WARDEN_PATTERN_MAX);
	if (text[strcspn(text, "*")] && text[strcspn(text, "*") + 1])
		warden_diags_add(d, r->object.at,
				 "in \"%s\" a `*` stands before the end; write it last, for all "
				 "names that begin alike",
				 text);
}

static void check_file_rule(struct warden_diags *d, const struct warden_rule *r)
{
	const char *word = warden_model_domain(r->domain);

	if (warden_model_has_name(r))
		check_pattern(d, r, "the name of the module");
	else
		warden_model_check_length(d, r->object, "the path", WARDEN_PATH_MAX);
	if (r->who.text)
		warden_diags_add(d, r->who.at,
				 "who loads a %s cannot be told here; write `any` or nothing",
				 word);
	if (!r->object.text[0] || r->object.text[0] == '/')
		return;
	if (r->domain == WARDEN_DOMAIN_FIRMWARE)
		warden_diags_add(d, r->object.at,
				 "path \"%s\" is relative; write the whole path, from `/` on",
				 r->object.text);
	else if (strchr(r->object.text, '/'))
		warden_diags_add(d, r->object.at,
				 "\"%s\" is neither the name of a module nor a whole path; write "
				 "\"usbhid\", or the path from `/` on",
				 r->object.text);
}

/* Four hexadecimal digits, a colon, and four more or `*`. */
static bool is_usb_id(const char *s)
{
	int i;

	for (i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	if (s[4] != ':')
		return false;
	if (!strcmp(s + 5, "*"))
		return true;
	for (i = 5; i < 9; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	return !s[9];
}

static void check_usb_class(struct warden_diags *d, const struct warden_rule *r)
{
	const char *near;

	if (warden_usb_class(r->object.text) > 0)
		return;
	near = warden_word_nearest(r->object.text, warden_usb_class_nth, NULL);
	if (near)
		warden_diags_add(d, r->object.at,
				 "there is no class \"%s\" of usb interfaces; did you mean \"%s\"?",
				 r->object.text, near);
	else
		warden_diags_add(d, r->object.at,
				 "there is no class \"%s\" of usb interfaces; write one of audio, "
				 "hid, storage and the like, or its number as lsusb -v has it, like "
				 "\"0x03\"",
				 r->object.text);
}

/* @where: the command that prints them. */
static void check_digest(struct warden_diags *d, const struct warden_rule *r, const char *where)
{
	uint8_t bytes[WARDEN_DIGEST_SIZE];

	if (strlen(r->object.text) != 2 * sizeof(bytes) ||
	    !warden_hex_get(bytes, sizeof(bytes), r->object.text))
		warden_diags_add(d, r->object.at,
				 "this is no SHA-256; write its 64 hexadecimal digits, as "
				 "`wardenctl %s` prints them",
				 where);
}

static void check_bpf_rule(struct warden_diags *d, const struct warden_rule *r)
{
	if (r->who.text)
		warden_diags_add(d, r->who.at,
				 "who may load bpf programs is for `debug bpf` rules; write `any` or "
				 "nothing");
	check_digest(d, r, "measure list");
}

static void check_usb_rule(struct warden_diags *d, const struct warden_rule *r)
{
	if (r->who.text)
		warden_diags_add(d, r->who.at,
				 "a usb device is plugged in by nobody; write `any` or nothing");
	if (r->by_digest)
		check_digest(d, r, "service list --usb");
	else if (r->by_class)
		check_usb_class(d, r);
	else if (r->object.text && !is_usb_id(r->object.text))
		warden_diags_add(d, r->object.at,
				 "\"%s\" is no usb device; write VENDOR:PRODUCT as lsusb prints "
				 "it, like \"1d6b:0002\" or \"1d6b:*\"",
				 r->object.text);
}

/* Where a rule can ask for more than who and what. */
static void check_network(struct warden_diags *d, const struct warden_rule *r)
{
	uint32_t domain = r->domain;
	bool on = domain == WARDEN_DOMAIN_LISTEN || domain == WARDEN_DOMAIN_CONNECT ||
		  domain == WARDEN_DOMAIN_BIND || domain == WARDEN_DOMAIN_EGRESS ||
		  domain == WARDEN_DOMAIN_USB;

	if (r->interfaces.n && !on)
		warden_diags_add(d, r->at, "`on` is for `listen`, `bind`, `connect`, `egress` and "
					   "`usb` rules; leave it out");
	if (r->from.line && domain != WARDEN_DOMAIN_LISTEN && domain != WARDEN_DOMAIN_BIND)
		warden_diags_add(d, r->from, "`from` is for `listen` and `bind` rules; leave it out");
	if (r->own.line && domain != WARDEN_DOMAIN_LISTEN)
		warden_diags_add(d, r->own, "`at` with an address is for `listen` rules; leave it out");
	if (r->to.line && domain != WARDEN_DOMAIN_CONNECT && domain != WARDEN_DOMAIN_EGRESS)
		warden_diags_add(d, r->to, "`to` is for `connect` and `egress` rules; leave it out");
	if (r->while_using.line && domain != WARDEN_DOMAIN_EGRESS)
		warden_diags_add(d, r->while_using,
				 "`while using` is for `egress` rules; leave it out");
	if (!r->while_using.line && domain == WARDEN_DOMAIN_EGRESS)
		warden_diags_add(d, r->at,
				 "an `egress` rule needs a sensor; add `while using camera`");
}

/* A packet is asked, which knows no program, and only of protocols that are looked into. */
static void check_conditions(struct warden_diags *d, const struct warden_rule *r)
{
	if (r->domain != WARDEN_DOMAIN_LISTEN || (!r->interfaces.n && !r->prefixes.n && !r->owns.n))
		return;
	if (r->action == WARDEN_ACTION_DENY && r->who.text)
		warden_diags_add(d, r->who.at,
				 "a packet that comes in knows no program; deny it to `any`, or allow "
				 "`%s` only where it may",
				 r->who.text);
}

/* What waits for an owner, and so what may be needed before there is one; nobody can consent by then. */
static void check_until_setup(struct warden_diags *d, const struct warden_rule *r)
{
	bool waits = r->domain == WARDEN_DOMAIN_SENSOR || r->domain == WARDEN_DOMAIN_LISTEN ||
		     r->domain == WARDEN_DOMAIN_CONNECT || r->domain == WARDEN_DOMAIN_BIND ||
		     r->domain == WARDEN_DOMAIN_USB;

	if (!r->until_setup.line)
		return;
	if (r->action != WARDEN_ACTION_ALLOW)
		warden_diags_add(d, r->until_setup,
				 "what is denied is denied before setup as well; leave out `until setup`");
	else if (!waits)
		warden_diags_add(d, r->until_setup,
				 "`until setup` is for `use`, `listen`, `connect`, `bind` and `usb` rules, "
				 "which wait for the owner; leave it out");
	else if (r->consent.line)
		warden_diags_add(d, r->until_setup,
				 "nobody can consent before setup; leave out `until setup`, or the consent");
}

void warden_model_check_rule(struct warden_diags *d, const struct warden_rule *r)
{
	if (r->domain == WARDEN_DOMAIN_SENSOR)
		check_sensor_rule(d, r);
	else
		check_consent_is_not_there(d, r);
	check_sensor(d, r);
	check_network(d, r);
	check_conditions(d, r);
	check_until_setup(d, r);
	if (r->domain == WARDEN_DOMAIN_MODULE || r->domain == WARDEN_DOMAIN_FIRMWARE)
		check_file_rule(d, r);
	else if (r->domain == WARDEN_DOMAIN_AUTOLOAD)
		check_pattern(d, r, "the alias");
	else if (r->domain == WARDEN_DOMAIN_BPF)
		check_bpf_rule(d, r);
	else if (r->domain == WARDEN_DOMAIN_USB)
		check_usb_rule(d, r);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a rule is about a request: the object of it, domain by domain.
 *
 * As pure as the decision, and with it compiled into the host unit test.
 */
#include <linux/in.h>
#include <linux/string.h>

#include "match.h"

static bool matches_object(const struct warden_snapshot *snap, const struct warden_rule *rule,
			   const struct warden_request *req)
{
	if (!rule->digest)
		return true;
	return !req->object->reason &&
	       warden_match_same(&snap->rule_digests[rule->digest - 1], &req->object->digest);
}

/*
 * On the wire MPTCP and SMC are TCP, and a server of TCP answers both: who denies TCP denies
 * them, too. Who allows it allows nothing else.
 */
static bool matches_protocol(const struct warden_rule *rule, u16 protocol)
{
	if (!rule->protocol || rule->protocol == protocol)
		return true;
	return rule->protocol == IPPROTO_TCP && rule->action == WARDEN_ACTION_DENY &&
	       (protocol == IPPROTO_MPTCP || protocol == IPPROTO_SMC);
}

static bool matches_port(const struct warden_rule *rule, const struct warden_request *req)
{
	return matches_protocol(rule, req->protocol) && rule->port_low <= req->port &&
	       req->port <= rule->port_high;
}

/**
 * warden_match_filters() - are the packets of a protocol that come in looked at?
 * @protocol: IPPROTO_*; on the wire MPTCP is TCP
 *
 * Context: Any.
 * Return: true if they are (inbound.h), so that a rule may say where they come from.
 */
bool warden_match_filters(u16 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

/*
 * Before a packet is there, a rule with a condition says: somebody can come in. Where
 * no packet is looked at, what is not known is what the rule would not have.
 */
static bool matches_unknown(const struct warden_rule *rule, const struct warden_request *req)
{
	return warden_match_filters(req->protocol) == (rule->action != WARDEN_ACTION_DENY);
}

static bool is_called(const struct warden_pattern *pattern, const char *name)
{
	return !strncmp(name, pattern->text, pattern->len) &&
	       (pattern->begins || !name[pattern->len]);
}

/* A rule for a name matches nothing before the name is known. */
static bool matches_name(const struct warden_snapshot *snap, const struct warden_rule *rule,
			 const struct warden_request *req)
{
	return !rule->pattern ||
	       (req->name && is_called(&snap->patterns[rule->pattern - 1], req->name));
}

/*
 * Names of interfaces are those of the initial network: in others whoever made one
 * names its interfaces. There a rule that allows matches none, and one that denies all.
 */
static bool matches_interface(const struct warden_snapshot *snap, const struct warden_rule *rule,
			      const struct warden_request *req)
{
	if (!rule->pattern)
		return true;
	if (!req->interface)
		return matches_unknown(rule, req);
	if (req->interface[0] == WARDEN_INTERFACE_FOREIGN[0])
		return rule->action == WARDEN_ACTION_DENY;
	return is_called(&snap->patterns[rule->pattern - 1], req->interface);
}

static bool matches_peer(const struct warden_snapshot *snap, const struct warden_rule *rule,
			 const struct warden_request *req)
{
	if (!rule->net)
		return true;
	if (!req->address.version && req->domain == WARDEN_DOMAIN_LISTEN)
		return matches_unknown(rule, req);
	return warden_net_holds(&snap->nets[rule->net - 1], &req->address);
}

/* At which of its addresses the device receives; the same of one that is not known yet. */
static bool matches_own(const struct warden_snapshot *snap, const struct warden_rule *rule,
			const struct warden_request *req)
{
	if (!rule->own)
		return true;
	if (!req->own.version)
		return matches_unknown(rule, req);
	return warden_net_holds(&snap->nets[rule->own - 1], &req->own);
}

/*
 * What a socket is bound to. Where that is not known, or is any, a rule that allows one of
 * them does not match, and one that denies it does.
 */
static bool matches_way(const struct warden_snapshot *snap, const struct warden_rule *rule,
			const struct warden_request *req)
{
	if (!rule->pattern)
		return true;
	if (!req->interface || req->interface[0] == WARDEN_INTERFACE_FOREIGN[0])
		return rule->action == WARDEN_ACTION_DENY;
	return is_called(&snap->patterns[rule->pattern - 1], req->interface);
}

static bool matches_bound(const struct warden_snapshot *snap, const struct warden_rule *rule,
			  const struct warden_request *req)
{
	if (!matches_way(snap, rule, req))
		return false;
	if (rule->net && !req->address.version)
		return rule->action == WARDEN_ACTION_DENY;
	return !rule->net || warden_net_holds(&snap->nets[rule->net - 1], &req->address);
}

/* Who speaks to whom. */
static bool matches_connection(const struct warden_snapshot *snap, const struct warden_rule *rule,
			       const struct warden_request *req)
{
	return matches_port(rule, req) &&
	       (!rule->net || warden_net_holds(&snap->nets[rule->net - 1], &req->address));
}

static bool matches_device(const struct warden_rule *rule, const struct warden_request *req)
{
	return (!rule->class || rule->class == req->class) &&
	       (!rule->topology || rule->topology == req->topology ||
		rule->topology == req->names[0] || rule->topology == req->names[1]);
}

static bool matches_used(const struct warden_rule *rule, const struct warden_request *req)
{
	return !rule->class || rule->class == req->class;
}

/* SCTP that does not say where: a rule that allows one place does not match, and one that denies it does. */
static bool is_anywhere(const struct warden_request *req)
{
	return req->protocol == IPPROTO_SCTP && !req->address.version;
}

static bool matches_sending(const struct warden_snapshot *snap, const struct warden_rule *rule,
			    const struct warden_request *req)
{
	if (!matches_used(rule, req))
		return false;
	if (rule->net && is_anywhere(req))
		return rule->action == WARDEN_ACTION_DENY;
	return matches_peer(snap, rule, req);
}

/**
 * warden_match_strays() - would a rule allow a request by another interface?
 * @snap: the layer it is of
 * @rule: a rule that does not match
 * @req: the request
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if all of it matches but the interface.
 */
bool warden_match_strays(const struct warden_snapshot *snap, const struct warden_rule *rule,
			 const struct warden_request *req)
{
	if (!rule->pattern || rule->action != WARDEN_ACTION_ALLOW)
		return false;
	if (req->domain == WARDEN_DOMAIN_CONNECT)
		return matches_connection(snap, rule, req);
	return req->domain == WARDEN_DOMAIN_EGRESS && matches_sending(snap, rule, req);
}

/**
 * warden_match_binds() - does a rule leave some peers alone to who used a sensor?
 * @rule: a rule
 * @req: the request
 *
 * Context: Any.
 * Return: true if it allows egress while using the class that is asked about, or did.
 */
bool warden_match_binds(const struct warden_rule *rule, const struct warden_request *req)
{
	return req->domain == WARDEN_DOMAIN_EGRESS && rule->action != WARDEN_ACTION_DENY &&
	       matches_used(rule, req);
}

/**
 * warden_match_rule() - is a rule about a request?
 * @snap: the layer it is of
 * @rule: a rule of the domain of @req, whoever its program is
 * @req: the request
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if it is.
 */
bool warden_match_rule(const struct warden_snapshot *snap, const struct warden_rule *rule,
		       const struct warden_request *req)
{
	switch (req->domain) {
	case WARDEN_DOMAIN_SENSOR:
		return matches_device(rule, req);
	case WARDEN_DOMAIN_USB:
		return matches_device(rule, req) && matches_name(snap, rule, req) &&
		       matches_object(snap, rule, req);
	case WARDEN_DOMAIN_LISTEN:
		return matches_port(rule, req) && warden_match_reaches(snap, rule, req);
	case WARDEN_DOMAIN_CONNECT:
		return matches_connection(snap, rule, req) && matches_way(snap, rule, req);
	case WARDEN_DOMAIN_BIND:
		return matches_port(rule, req) && matches_bound(snap, rule, req);
	case WARDEN_DOMAIN_EGRESS:
		return matches_sending(snap, rule, req) && matches_way(snap, rule, req);
	case WARDEN_DOMAIN_PROTOCOL:
		return !rule->class || rule->class == req->socket;
	case WARDEN_DOMAIN_DEBUG:
		return !rule->class || rule->class == req->surface;
	case WARDEN_DOMAIN_AUTOLOAD:
		return matches_name(snap, rule, req);
	default:
		return matches_object(snap, rule, req) && matches_name(snap, rule, req);
	}
}

/**
 * warden_match_reaches() - does a listen rule match where something comes from?
 * @snap: the policy
 * @rule: the rule, whose port and protocol match
 * @req: the request
 *
 * Context: Any; the caller keeps @snap alive.
 * Return: true if its interface, its net and its own address match.
 */
bool warden_match_reaches(const struct warden_snapshot *snap, const struct warden_rule *rule,
			   const struct warden_request *req)
{
	return matches_interface(snap, rule, req) && matches_peer(snap, rule, req) &&
	       matches_own(snap, rule, req);
}

/**
 * warden_match_called() - does a pattern match a name?
 * @pattern: the pattern
 * @name: the name
 *
 * Context: Any.
 * Return: true if it does.
 */
bool warden_match_called(const struct warden_pattern *pattern, const char *name)
{
	return is_called(pattern, name);
}

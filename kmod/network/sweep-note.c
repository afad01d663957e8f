// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rules the sockets that stand rest on: a server that was started a year ago asks nobody, nor
 * does a connection that stands. Which program has a socket is not known here, nor by which interface
 * its packets come, so it speaks for each rule of its port, or of its peer.
 */
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/sock.h>

#include "judge/decide.h"
#include "judge/match.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/use.h"
#include "ports.h"
#include "sweep.h"
#include "sweep-priv.h"

/* Sockets that are looked at before others may change something. */
#define AT_ONCE 512

/* A rule for port 0 is one for all that the kernel picked. */
static bool has_port(const struct warden_rule *rule, const struct sock *sk)
{
	u16 port = inet_sk(sk)->inet_num;
	int low, high;

	if (rule->port_low <= port && port <= rule->port_high)
		return true;
	inet_get_local_port_range(sock_net(sk), &low, &high);
	return !rule->port_low && low <= port && port <= high;
}

static bool is_server_of(const struct warden_rule *rule, const struct sock *sk)
{
	return warden_ports_is_about(rule, warden_ports_transport(sk->sk_protocol)) && has_port(rule, sk);
}

/* On the wire MPTCP and SMC are TCP. */
static bool is_client_of(const struct warden_snapshot *snap, const struct warden_rule *rule,
			 struct warden_request *req)
{
	static const u16 alike[] = { IPPROTO_TCP, IPPROTO_MPTCP, IPPROTO_SMC };
	const u16 protocol = req->protocol;
	bool found = warden_match_rule(snap, rule, req) || warden_match_strays(snap, rule, req);
	u32 i;

	for (i = 0; !found && protocol == IPPROTO_TCP && i < ARRAY_SIZE(alike); i++) {
		req->protocol = alike[i];
		found = warden_match_rule(snap, rule, req) || warden_match_strays(snap, rule, req);
	}
	req->protocol = protocol;
	return found;
}

static void note_layer(const struct warden_snapshot *snap, u32 domain, const struct sock *sk,
		       struct warden_request *req)
{
	u32 i = warden_decide_rules(snap, domain, 0);
	u32 end = warden_decide_rules(snap, domain + 1, 0);

	for (; i < end; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (rule->action == WARDEN_ACTION_ALLOW &&
		    (domain == WARDEN_DOMAIN_CONNECT ? is_client_of(snap, rule, req) : is_server_of(rule, sk)))
			warden_use_rule(snap, rule);
	}
}

static void note(const struct warden_sweep *s, const struct warden_sweep_found *f)
{
	struct warden_request req = {};
	u32 i;

	rcu_read_lock();
	if (s->out)
		warden_sweep_read_peer(&req, f);
	for (i = 0; i < s->layers->nr; i++)
		note_layer(s->layers->layer[i], s->out ? WARDEN_DOMAIN_CONNECT : WARDEN_DOMAIN_LISTEN,
			   f->sk, &req);
	rcu_read_unlock();
}

/* False where others changed the policy meanwhile, so that the one that is looked at may be gone. */
static bool let_others_change(u64 generation)
{
	warden_change_unlock();
	cond_resched();
	warden_change_lock();
	return warden_layers_get_rcu()->generation == generation;
}

/* False where not all were looked at. */
static bool note_all(struct warden_sweep *s, u64 generation)
{
	bool all = !warden_sweep_gather(s);
	u32 i;

	for (i = 0; i < s->nr; i++) {
		if (i % AT_ONCE == AT_ONCE - 1)
			all = all && let_others_change(generation);
		if (all)
			note(s, &s->found[i]);
		warden_sweep_let_go(s->found[i].sk);
		cond_resched();
	}
	s->nr = 0;
	return all;
}

static bool may_lapse(const struct warden_layers *layers)
{
	u32 i, any = 0;

	for (i = 0; i < layers->nr; i++)
		any |= layers->layer[i]->lapse[WARDEN_DOMAIN_LISTEN] |
		       layers->layer[i]->lapse[WARDEN_DOMAIN_CONNECT];
	return any;
}

/* Told once, until all are looked at again. Changed inside a change. */
static bool is_too_many;

static void tell_too_many(bool too_many)
{
	if (too_many && !is_too_many)
		pr_warn("warden: more sockets are open than there is memory to look at: no rule for ports lapses, used or not\n");
	is_too_many = too_many;
}

/**
 * warden_sweep_note() - note the rules that sockets rest on as used
 * @layers: the policy
 *
 * Who has many sockets must not keep others from changing something: now and then they may.
 *
 * Context: In a change, which ends and begins again; sleeps.
 * Return: false where not all were looked at, so that nobody knows what is unused, or where
 * another policy came in force meanwhile.
 */
bool warden_sweep_note(const struct warden_layers *layers)
{
	const u64 generation = layers->generation;
	struct warden_sweep *s;
	bool all;

	warden_change_assert_held();
	if (!may_lapse(layers))
		return true;
	s = kvzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return false;
	s->layers = layers;
	s->note = true;
	all = note_all(s, generation);
	s->out = true;
	if (warden_layers_get_rcu()->generation == generation)
		all = note_all(s, generation) && all;
	if (warden_layers_get_rcu()->generation == generation)
		tell_too_many(!all);
	warden_sweep_free(s);
	return all;
}

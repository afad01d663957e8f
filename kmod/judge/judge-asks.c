// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the policy in force, or in shadow, wants to know at all: what neither
 * asks for is not found out.
 */
#include <linux/rcupdate.h>

#include "decide.h"
#include "judge.h"
#include "policy/layers.h"
#include "policy/shadow.h"
#include "program/quarantine.h"

/**
 * warden_judge_measures() - does the policy in force measure this domain?
 * @domain: enum warden_domain
 *
 * Context: Any.
 * Return: true if some layer does.
 */
bool warden_judge_measures(u32 domain)
{
	const struct warden_layers *layers;
	bool measures = false;
	u32 i;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	for (i = 0; i < layers->nr; i++)
		measures |= layers->layer[i]->measure & BIT(domain);
	rcu_read_unlock();
	return measures;
}

static bool names(const struct warden_layers *layers, const struct warden_digest *digest)
{
	u32 i;

	for (i = 0; layers && i < layers->nr; i++)
		if (warden_decide_names(layers->layer[i], digest))
			return true;
	return false;
}

/**
 * warden_judge_names() - does a policy name this program?
 * @digest: the program
 *
 * Context: Any.
 * Return: true if that in force, or in shadow, does.
 */
bool warden_judge_names(const struct warden_digest *digest)
{
	bool named;

	rcu_read_lock();
	named = names(warden_layers_get_rcu(), digest) || names(warden_shadow_get_rcu(), digest);
	rcu_read_unlock();
	return named;
}

static bool tells_apart(const struct warden_layers *layers, const struct warden_digest *digest)
{
	const struct warden_snapshot *snap;
	u32 i, k;

	for (i = 0; layers && i < layers->nr; i++) {
		snap = layers->layer[i];
		for (k = warden_decide_refs(snap, digest);
		     k < snap->nr_refs && warden_decide_same(&snap->refs[k].digest, digest); k++)
			if (snap->programs[snap->refs[k].program].arguments)
				return true;
	}
	return false;
}

/**
 * warden_judge_tells_apart() - does a policy name this program by what it is started with?
 * @digest: the program
 *
 * Context: Any.
 * Return: true if that in force, or in shadow, does.
 */
bool warden_judge_tells_apart(const struct warden_digest *digest)
{
	bool tells;

	rcu_read_lock();
	tells = tells_apart(warden_layers_get_rcu(), digest) ||
		tells_apart(warden_shadow_get_rcu(), digest);
	rcu_read_unlock();
	return tells;
}

static bool ask_arguments(const struct warden_layers *layers)
{
	bool ask = false;
	u32 i;

	for (i = 0; layers && i < layers->nr; i++)
		ask |= layers->layer[i]->nr_arguments;
	return ask;
}

/**
 * warden_judge_asks_arguments() - does a policy name programs by what they are started with?
 *
 * Context: Any.
 * Return: true if that in force, or in shadow, does.
 */
bool warden_judge_asks_arguments(void)
{
	bool asks;

	rcu_read_lock();
	asks = ask_arguments(warden_layers_get_rcu()) || ask_arguments(warden_shadow_get_rcu());
	rcu_read_unlock();
	return asks;
}

static bool any_layer(const struct warden_layers *layers,
		      bool (*has)(const struct warden_snapshot *snap, u32 domain), u32 domain)
{
	bool found = false;
	u32 i;

	for (i = 0; layers && i < layers->nr && !found; i++)
		found = has(layers->layer[i], domain);
	return found;
}

/* Of the policy in force and of the one in shadow. */
static bool any_policy(bool (*has)(const struct warden_snapshot *snap, u32 domain), u32 domain)
{
	bool found;

	rcu_read_lock();
	found = any_layer(warden_layers_get_rcu(), has, domain) ||
		any_layer(warden_shadow_get_rcu(), has, domain);
	rcu_read_unlock();
	return found;
}

static bool asks_names(const struct warden_snapshot *snap, u32 domain)
{
	u32 i;

	for (i = warden_decide_rules(snap, domain, 0);
	     i < snap->nr_rules && snap->rules[i].domain == domain; i++)
		if (snap->rules[i].pattern)
			return true;
	return false;
}

/**
 * warden_judge_asks_names() - does a rule want to know what a module is called?
 *
 * Context: Any.
 * Return: true if one of the policy in force, or in shadow, does.
 */
bool warden_judge_asks_names(void)
{
	return any_policy(asks_names, WARDEN_DOMAIN_MODULE);
}

static bool has_list(const struct warden_snapshot *snap, u32 domain)
{
	return snap->reference[domain].on;
}

/**
 * warden_judge_appraises() - is there a list of what may be loaded?
 * @domain: enum warden_domain
 *
 * Context: Any.
 * Return: true if the policy in force, or in shadow, has one.
 */
bool warden_judge_appraises(u32 domain)
{
	return any_policy(has_list, domain);
}

/**
 * warden_judge_has_rules() - can anything of this domain be denied?
 * @domain: enum warden_domain
 *
 * Context: Any.
 * Return: true if the policy in force, or in shadow, has a rule of it or denies it
 * by default.
 */
bool warden_judge_has_rules(u32 domain)
{
	return any_policy(warden_decide_speaks, domain);
}

/**
 * warden_judge_touches() - is anything of this domain measured, appraised or denied?
 * @domain: enum warden_domain
 *
 * Context: Any.
 * Return: true if the policy in force, or in shadow, does it, or something is in quarantine.
 */
bool warden_judge_touches(u32 domain)
{
	return warden_quarantine_any() || any_policy(warden_decide_touches, domain);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of packets. Whoever sends them chooses how many, from where and to which
 * ports: so there are few of them in a second, and one more that counts the others.
 */
#include <linux/atomic.h>
#include <linux/inet.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "inbound.h"
#include "packet.h"
#include "policy/layers.h"
#include "ports.h"
#include "record/record.h"

/* Of one second: packets that are compared with what was told, and new records. */
#define COMPARED 256
#define RECORDS	 16

/* Packets, per processor, since the module was loaded; and those no record of their own counts. */
struct counts {
	u64 all[2];
	u64 others[2];
};

static DEFINE_PER_CPU(struct counts, counts);

/* What is left of this second. */
static atomic_t compared = ATOMIC_INIT(COMPARED);
static atomic_t records = ATOMIC_INIT(RECORDS);

static void next_second(struct work_struct *work);
static DECLARE_DELAYED_WORK(second_work, next_second);

/* --- one packet ------------------------------------------------------------------- */

static void fill_key(struct warden_record_key *key, const struct warden_packet *p, bool observed,
		     u64 generation)
{
	const u32 words[] = { p->flow.port, p->protocol, p->family, (u32)p->flow.net->net_cookie,
			      p->in->ifindex };

	memset(key, 0, sizeof(*key));
	key->generation = generation;
	key->event = WARDEN_EVENT_INBOUND;
	key->object = (u64)jhash(&p->flow.peer, sizeof(p->flow.peer), 0) << 32 |
		      jhash2(words, ARRAY_SIZE(words), 0);
	memcpy(key->receipt, &p->flow.peer, sizeof(key->receipt)); /* two peers are never one */
	key->pid = p->flow.port;
	key->observed = observed;
}

static void fill_record(struct warden_record *r, const struct warden_packet *p, bool observed,
			const struct warden_layers *layers)
{
	const struct warden_snapshot *snap;

	snap = warden_ports_closer(layers, p->transport, p->flow.port, &p->origin, &r->line);
	r->event = WARDEN_EVENT_INBOUND;
	r->domain = WARDEN_DOMAIN_LISTEN;
	r->action = WARDEN_ACTION_DENY;
	r->reason = p->reason;
	r->generation = layers->generation;
	r->layer = snap->layer;
	r->policy_version = snap->version;
	r->observed = observed;
	r->count = 1;
	r->family = p->family;
	r->protocol = p->protocol;
	r->port = p->flow.port;
	if (p->origin.kernel) {
		r->program_digest.alg = WARDEN_DIGEST_ALG_KERNEL;
		strscpy(r->program, "kernel", sizeof(r->program));
	}
	if (p->family == AF_INET)
		snprintf(r->object, sizeof(r->object), "from %pI4 on %s",
			 &p->flow.peer.s6_addr32[3], p->in->name);
	else
		snprintf(r->object, sizeof(r->object), "from %pI6c on %s", &p->flow.peer,
			 p->in->name);
}

/* True where a record counts it. */
static bool tell(const struct warden_packet *p, bool observed, const struct warden_layers *layers)
{
	struct warden_record_key key;
	struct warden_record *r;

	if (atomic_dec_if_positive(&compared) < 0)
		return false;
	fill_key(&key, p, observed, layers->generation);
	if (warden_record_repeat(&key, 1))
		return true;
	if (atomic_dec_if_positive(&records) < 0)
		return false;
	r = kzalloc(sizeof(*r), GFP_ATOMIC | __GFP_NOWARN);
	if (!r)
		return false;
	fill_record(r, p, observed, layers);
	warden_record_add_keyed(r, &key);
	kfree(r);
	return true;
}

/**
 * warden_inbound_count() - count a packet that is not told of
 * @observed: it goes on all the same
 *
 * Context: Any.
 */
void warden_inbound_count(bool observed)
{
	this_cpu_inc(counts.all[observed]);
}

/**
 * warden_inbound_tell() - a packet came in for a port that nobody may receive at from there
 * @packet: the packet
 * @layers: the policy that says so
 * @observed: it goes on all the same
 *
 * Context: Under RCU, does not sleep.
 */
void warden_inbound_tell(const struct warden_packet *packet, const struct warden_layers *layers,
			 bool observed)
{
	warden_inbound_count(observed);
	if (!tell(packet, observed, layers))
		this_cpu_inc(counts.others[observed]);
	if (!delayed_work_pending(&second_work))
		queue_delayed_work(system_unbound_wq, &second_work, HZ);
}

/* --- each second ------------------------------------------------------------------- */

/* How many came since the last time; the work, which never runs twice at once, keeps that. */
static u64 take_others(bool observed)
{
	static u64 told[2];
	u64 sum = 0, n;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(counts, cpu).others[observed]);
	n = sum - told[observed];
	told[observed] = sum;
	return n;
}

static void tell_others(bool observed)
{
	static struct warden_record r = {
		.event = WARDEN_EVENT_INBOUND,
		.domain = WARDEN_DOMAIN_SYSTEM,
		.action = WARDEN_ACTION_DENY,
		.reason = WARDEN_REASON_PORT_CLOSED,
		.object = "more packets than were told one by one",
	};
	u64 n = take_others(observed);

	while (n) {
		r.observed = observed;
		r.count = min_t(u64, n, U32_MAX);
		n -= r.count;
		warden_record_add(&r);
	}
}

static void next_second(struct work_struct *work)
{
	atomic_set(&compared, COMPARED);
	atomic_set(&records, RECORDS);
	tell_others(false);
	tell_others(true);
}

/**
 * warden_inbound_sum() - how many packets there were
 * @dropped: set to those that were dropped
 * @observed: set to those that went on
 *
 * Context: Any.
 */
void warden_inbound_sum(u64 *dropped, u64 *observed)
{
	int cpu;

	*dropped = 0;
	*observed = 0;
	for_each_possible_cpu(cpu) {
		*dropped += READ_ONCE(per_cpu(counts, cpu).all[false]);
		*observed += READ_ONCE(per_cpu(counts, cpu).all[true]);
	}
}

/**
 * warden_inbound_tell_exit() - tell what is left
 *
 * Context: Process context, sleeps; no packet comes any more.
 */
void warden_inbound_tell_exit(void)
{
	if (cancel_delayed_work_sync(&second_work))
		next_second(NULL);
}

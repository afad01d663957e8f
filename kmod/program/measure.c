// SPDX-License-Identifier: GPL-2.0-only
/*
 * The measurement log: what ran and was loaded, in order, chained, and extended
 * into a TPM register where there is one.
 *
 * Appending and extending are two steps under two locks. Appending is short.
 * Whoever extends takes all that was appended so far, in the order of the log;
 * those who queued behind find their entry done. So the order of the register is
 * the order of the log, and a burst pays for one wait. One extend per entry: an
 * extend shared by several would need its bounds in the log before a verifier
 * could replay it.
 */
#include <linux/hashtable.h>
#include <linux/ima.h>
#include <linux/jhash.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tpm.h>
#include <linux/unaligned.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <uapi/linux/warden.h>
#include <warden/text.h>
#include "measure.h"
#include "record/record.h"
#include "sha256.h"

#define INDEX_BITS 12

/*
 * Allocated to the length of its label. Never changes after it is in the log,
 * and stays until exit, so readers need RCU for the hash chains only.
 */
struct entry {
	struct hlist_node node;
	struct warden_measurement m;
};

enum fault { FAULT_FULL, FAULT_MEMORY, FAULT_TPM };

static const char *const fault_text[] = {
	[FAULT_FULL] = "measurement log is full",
	[FAULT_MEMORY] = "no memory for a measurement",
	[FAULT_TPM] = "TPM refused a measurement",
};

static struct {
	struct mutex append;   /* writers of the log; outside @extend's reach, never nested */
	struct xarray entries; /* by sequence number */
	DECLARE_HASHTABLE(by_digest, INDEX_BITS);
	u64 count; /* store release after the entry is in @entries */
	u32 seed;
	u8 chain[WARDEN_DIGEST_SIZE];

	struct mutex extend;	  /* order of the extends; held across TPM commands */
	u64 extended;		  /* number of the last entry the register holds */
	struct tpm_chip *chip;	  /* NULL: chain only */
	struct tpm_digest *banks; /* one per allocated bank, under @extend */
	int pcr;
	u8 value[WARDEN_DIGEST_SIZE]; /* what the register holds after @extended, under @extend */
	bool unsure;		      /* the last extend failed, and may have been taken all the same */
	u64 failed;

	unsigned long faults; /* bit per enum fault: told, and not over yet */
} log;

static void note_fault(enum fault fault, const struct warden_digest *digest)
{
	struct warden_record r = {
		.event = WARDEN_EVENT_FAULT,
		.domain = WARDEN_DOMAIN_SYSTEM,
	};

	if (test_and_set_bit(fault, &log.faults))
		return;
	r.object_digest = *digest;
	strscpy(r.object, fault_text[fault], sizeof(r.object));
	warden_record_add(&r);
}

/* Seeded: who chooses what is executed can choose the first bits of a digest. */
static u32 hash_of(u32 domain, const struct warden_digest *digest)
{
	return jhash_3words(get_unaligned((const u32 *)digest->bytes),
			    get_unaligned((const u32 *)(digest->bytes + 4)), domain, log.seed);
}

static u64 find(u32 domain, const struct warden_digest *digest)
{
	const struct entry *e;
	u64 seq = 0;

	rcu_read_lock();
	hash_for_each_possible_rcu(log.by_digest, e, node, hash_of(domain, digest)) {
		if (e->m.domain == domain && !memcmp(&e->m.digest, digest, sizeof(*digest))) {
			seq = e->m.seq;
			break;
		}
	}
	rcu_read_unlock();
	return seq;
}

static void make_template(struct warden_measurement *m)
{
	u8 packed[WARDEN_MEASUREMENT_PACKED_MAX];

	warden_sha256(m->template, packed, warden_measurement_pack(m, packed));
}

/* @chain becomes SHA-256 of itself and the template. */
static void extend_chain(u8 chain[WARDEN_DIGEST_SIZE], const u8 template[WARDEN_DIGEST_SIZE])
{
	u8 both[2 * WARDEN_DIGEST_SIZE];

	memcpy(both, chain, WARDEN_DIGEST_SIZE);
	memcpy(both + WARDEN_DIGEST_SIZE, template, WARDEN_DIGEST_SIZE);
	warden_sha256(chain, both, sizeof(both));
}

static struct entry *new_entry(u32 domain, const struct warden_digest *digest, const char *label)
{
	size_t len = strnlen(label, WARDEN_PATH_MAX);
	struct entry *e = kzalloc(offsetof(struct entry, m.label) + len + 1, GFP_KERNEL);

	if (!e)
		return NULL;
	e->m.domain = domain;
	e->m.digest = *digest;
	memcpy(e->m.label, label, len);
	warden_text_repair(e->m.label);
	make_template(&e->m);
	return e;
}

static int publish_entry(struct entry *e)
{
	u64 seq = log.count + 1;
	int ret;

	lockdep_assert_held(&log.append);
	if (seq > WARDEN_MEASUREMENTS_MAX)
		return -ENOSPC;
	ret = xa_err(xa_store(&log.entries, seq, e, GFP_KERNEL));
	if (ret)
		return ret;
	e->m.seq = seq;
	e->m.time = ktime_get_boottime_ns();
	extend_chain(log.chain, e->m.template);
	memcpy(e->m.chain, log.chain, sizeof(log.chain));
	hash_add_rcu(log.by_digest, &e->node, hash_of(e->m.domain, &e->m.digest));
	smp_store_release(&log.count, seq);
	return 0;
}

/* Return: the entry's number, also where another task was first; negative errno. */
static s64 append(u32 domain, const struct warden_digest *digest, const char *label)
{
	struct entry *e = new_entry(domain, digest, label);
	s64 ret;

	if (!e)
		return -ENOMEM;
	mutex_lock(&log.append);
	ret = find(domain, digest);
	if (!ret) {
		ret = publish_entry(e);
		if (!ret) {
			ret = e->m.seq;
			e = NULL;
		}
	}
	mutex_unlock(&log.append);
	kfree(e);
	return ret;
}

/*
 * The SHA-256 bank takes the template. Other banks take its 32 bytes padded with
 * zeros or cut to their size, as IMA does for banks it has no digest for.
 */
static int extend_pcr(const u8 template[WARDEN_DIGEST_SIZE])
{
	unsigned int i;

	lockdep_assert_held(&log.extend);
	for (i = 0; i < log.chip->nr_allocated_banks; i++) {
		struct tpm_digest *bank = &log.banks[i];

		bank->alg_id = log.chip->allocated_banks[i].alg_id;
		memset(bank->digest, 0, sizeof(bank->digest));
		memcpy(bank->digest, template, WARDEN_DIGEST_SIZE);
	}
	return tpm_pcr_extend(log.chip, log.pcr, log.banks);
}

static bool register_holds(const u8 value[WARDEN_DIGEST_SIZE])
{
	struct tpm_digest digest = { .alg_id = TPM_ALG_SHA256 };

	return !tpm_pcr_read(log.chip, log.pcr, &digest) &&
	       !memcmp(digest.digest, value, WARDEN_DIGEST_SIZE);
}

/*
 * A command that timed out may have been carried out: a slow TPM is asked what
 * it holds before an entry is given up, or given to it a second time.
 */
static int extend_once(const u8 template[WARDEN_DIGEST_SIZE])
{
	u8 next[WARDEN_DIGEST_SIZE];
	int ret = 0;

	lockdep_assert_held(&log.extend);
	memcpy(next, log.value, sizeof(next));
	extend_chain(next, template);
	if (!log.unsure || !register_holds(next))
		ret = extend_pcr(template);
	if (ret && register_holds(next))
		ret = 0;
	log.unsure = ret;
	if (!ret)
		memcpy(log.value, next, sizeof(next));
	return ret;
}

/*
 * An entry the TPM did not take stays the next one, and whoever comes next tries
 * it again: the register never skips an entry, so that it can be replayed.
 */
static int extend_next(void)
{
	const struct entry *e = xa_load(&log.entries, log.extended + 1);
	int ret = extend_once(e->m.template);

	if (!ret) {
		clear_bit(FAULT_TPM, &log.faults);
		smp_store_release(&log.extended, log.extended + 1);
		return 0;
	}
	WRITE_ONCE(log.failed, log.failed + 1);
	note_fault(FAULT_TPM, &e->m.digest);
	/* TPM return codes are positive */
	return ret < 0 ? ret : -EIO;
}

static int extend_to(u64 seq)
{
	int ret = 0;

	if (!log.chip || smp_load_acquire(&log.extended) >= seq)
		return 0;
	mutex_lock(&log.extend);
	while (!ret && log.extended < seq)
		ret = extend_next();
	mutex_unlock(&log.extend);
	return ret;
}

bool warden_measure_again(u32 domain, const struct warden_digest *digest)
{
	const u64 seq = find(domain, digest);

	if (seq)
		extend_to(seq);
	return seq;
}

int warden_measure_add(u32 domain, const struct warden_digest *digest, const char *label)
{
	s64 seq = find(domain, digest);

	if (!seq)
		seq = append(domain, digest, label);
	if (seq > 0)
		return extend_to(seq);
	note_fault(seq == -ENOSPC ? FAULT_FULL : FAULT_MEMORY, digest);
	return seq;
}

/*
 * Digests that came where nothing may sleep; as many as modules are loaded at a time. What is
 * loaded in the end has those before it logged. What is not leaves its own behind: once there are
 * many, a worker logs them, without the name that nobody tells.
 */
#define MEASURE_LATER_MAX  64
#define MEASURE_LATER_MANY 32

struct later {
	struct list_head node;
	u32 domain;
	struct warden_digest digest;
	const struct task_struct *task; /* compared, never followed */
};

/* Protects later and nr_later. Innermost. */
static DEFINE_SPINLOCK(later_lock);
static LIST_HEAD(later);
static unsigned int nr_later;

/* Whoever settles has waited for those that another took. Outermost. */
static DEFINE_MUTEX(settle_lock);

static void settle_many(struct work_struct *work)
{
	warden_measure_settle(NULL);
}

static DECLARE_WORK(settle_work, settle_many);

int warden_measure_later(u32 domain, const struct warden_digest *digest)
{
	struct later *l = kmalloc(sizeof(*l), GFP_ATOMIC);
	int err = -ENOMEM;
	bool many;

	if (!l)
		return -ENOMEM;
	*l = (struct later){ .domain = domain, .digest = *digest, .task = current };
	spin_lock_bh(&later_lock);
	if (nr_later < MEASURE_LATER_MAX) {
		list_add_tail(&l->node, &later);
		nr_later++;
		err = 0;
	}
	many = nr_later >= MEASURE_LATER_MANY;
	spin_unlock_bh(&later_lock);
	if (many)
		queue_work(system_unbound_wq, &settle_work);
	if (err)
		kfree(l);
	return err;
}

void warden_measure_settle(const char *label)
{
	struct later *l, *next;
	LIST_HEAD(taken);

	mutex_lock(&settle_lock);
	spin_lock_bh(&later_lock);
	list_splice_init(&later, &taken);
	nr_later = 0;
	spin_unlock_bh(&later_lock);
	list_for_each_entry_safe(l, next, &taken, node) {
		warden_measure_add(l->domain, &l->digest,
				   label && l->task == current ? label : "(loaded from memory)");
		kfree(l);
	}
	mutex_unlock(&settle_lock);
}

int warden_measure_policy(const struct warden_digest *digest, const char *name)
{
	/* Does nothing unless IMA's own policy asks for it, and is no ground to refuse ours. */
	ima_measure_critical_data("warden", "policy", digest->bytes, sizeof(digest->bytes), false,
				  NULL, 0);
	return warden_measure_add(WARDEN_DOMAIN_POLICY, digest, name);
}

int warden_measure_get(u64 seq, struct warden_measurement *m)
{
	const struct entry *e;

	seq = max_t(u64, seq, 1);
	if (seq > smp_load_acquire(&log.count))
		return -ENOENT;
	e = xa_load(&log.entries, seq);
	memset(m, 0, sizeof(*m));
	memcpy(m, &e->m, offsetof(struct warden_measurement, label));
	strscpy(m->label, e->m.label, sizeof(m->label));
	return 0;
}

void warden_measure_status(struct warden_measure_status *st)
{
	st->entries = smp_load_acquire(&log.count);
	st->pcr = log.chip ? log.pcr : -1;
	st->failed = READ_ONCE(log.failed);
}

static void drop_chip(void)
{
	if (!log.chip)
		return;
	kfree(log.banks);
	put_device(&log.chip->dev);
	log.banks = NULL;
	log.chip = NULL;
}

/*
 * A chip without a SHA-256 bank (TPM 1.2) counts as none: the register would
 * hold nothing that can be replayed.
 */
static int take_chip(struct warden_digest *start)
{
	struct tpm_digest digest = { .alg_id = TPM_ALG_SHA256 };

	log.chip = tpm_default_chip();
	if (!log.chip)
		return 0;
	if (tpm_pcr_read(log.chip, log.pcr, &digest)) {
		drop_chip();
		return 0;
	}
	log.banks = kcalloc(log.chip->nr_allocated_banks, sizeof(*log.banks), GFP_KERNEL);
	if (!log.banks) {
		drop_chip();
		return -ENOMEM;
	}
	start->alg = WARDEN_DIGEST_ALG_SHA256;
	memcpy(start->bytes, digest.digest, sizeof(start->bytes));
	memcpy(log.value, digest.digest, sizeof(log.value));
	return 0;
}

static void free_entries(void)
{
	struct entry *e;
	unsigned long seq;

	xa_for_each(&log.entries, seq, e)
		kfree(e);
	xa_destroy(&log.entries);
}

int warden_measure_init(unsigned int pcr)
{
	struct warden_digest start = {};
	s64 ret;

	if (pcr >= TPM2_PLATFORM_PCR)
		return -EINVAL;
	mutex_init(&log.append);
	mutex_init(&log.extend);
	xa_init(&log.entries);
	hash_init(log.by_digest);
	log.seed = get_random_u32();
	log.pcr = pcr;
	ret = take_chip(&start);
	if (ret)
		return ret;
	ret = append(WARDEN_DOMAIN_SYSTEM, &start, "start");
	if (ret < 0) {
		drop_chip();
		free_entries();
		return ret;
	}
	log.extended = ret;
	return 0;
}

void warden_measure_exit(void)
{
	cancel_work_sync(&settle_work);
	warden_measure_settle(NULL);
	drop_chip();
	free_entries();
}

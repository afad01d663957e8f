// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules by name, and the requests that have them loaded.
 *
 * What a module is called the kernel itself reads, from an image that may have
 * come packed and that no hook is shown unpacked. So where rules ask for names
 * the verdict falls when the kernel has read it, before any code of the module
 * runs: the digest of the image is kept from its read hook until then.
 */
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "identity.h"
#include "judge/judge.h"
#include "load.h"

/* Loads that are under way at one time. Of more, the first are taken for unread. */
#define LOADS 32

/**
 * struct load - an image whose name is not known yet
 * @task: who loads it; only compared. NULL is a free place
 * @object: the image
 */
struct load {
	const struct task_struct *task;
	struct warden_identity object;
};

/* Protects loads and turn; nests in nothing. */
static DEFINE_SPINLOCK(loads_lock);
static struct load loads[LOADS];
static unsigned int turn;

static struct load *find_load(const struct task_struct *task)
{
	unsigned int i;

	lockdep_assert_held(&loads_lock);
	for (i = 0; i < LOADS; i++)
		if (loads[i].task == task)
			return &loads[i];
	return NULL;
}

/**
 * warden_load_defer() - leave the verdict on a module to when its name is known
 * @object: the image the current task loads
 *
 * Context: Any but interrupts; does not sleep.
 * Return: true; false where no rule asks for names, so that it can fall now.
 */
bool warden_load_defer(const struct warden_identity *object)
{
	struct load *load;

	if (!warden_judge_asks_names())
		return false;
	spin_lock(&loads_lock);
	load = find_load(current) ?: find_load(NULL) ?: &loads[turn++ % LOADS];
	*load = (struct load){ .task = current, .object = *object };
	spin_unlock(&loads_lock);
	return true;
}

static bool take_load(struct warden_identity *object)
{
	struct load *load;

	spin_lock(&loads_lock);
	load = find_load(current);
	if (load) {
		*object = load->object;
		load->task = NULL;
	}
	spin_unlock(&loads_lock);
	return load;
}

static int judge(struct warden_request *req)
{
	struct warden_identity subject;
	struct warden_answer answer;
	int err;

	warden_identity_of_current(&subject);
	req->subject = &subject;
	req->uid = from_kuid(&init_user_ns, current_uid());
	err = warden_judge(req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(req, &answer, req->name, 0);
	return err;
}

/**
 * warden_load_judge() - may a module be loaded whose name is known now?
 * @module: its name
 *
 * Context: Process context of who loads it, sleeps; before its code runs.
 * Return: 0, or -EACCES where it must not.
 */
int warden_load_judge(const char *module)
{
	struct warden_identity object = { .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	bool deferred = take_load(&object);
	struct warden_request req = { .domain = WARDEN_DOMAIN_MODULE,
				      .object = &object,
				      .name = module };

	return deferred || warden_judge_asks_names() ? judge(&req) : 0;
}

/**
 * warden_load_request() - may the kernel have a module loaded for the current task?
 * @alias: what it asks for: net-pf-10, fs-vfat, char-major-10-229
 *
 * Context: Process context of who needs it, sleeps.
 * Return: 0, or -EACCES where it must not.
 */
int warden_load_request(const char *alias)
{
	struct warden_request req = { .domain = WARDEN_DOMAIN_AUTOLOAD, .name = alias };

	return judge(&req);
}

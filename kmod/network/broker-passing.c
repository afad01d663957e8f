// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who else may have a connection to a broker: who could have made it. A descriptor that
 * is handed to another program, or inherited by one, is judged as one of a device is.
 */
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <net/sock.h>

#include "broker-priv.h"
#include "broker.h"
#include "device/inventory.h"
#include "egress.h"

/* May it be used by a process that runs this program? */
static int judge_other(const struct warden_link *l, const struct warden_identity *identity)
{
	struct warden_request req = warden_link_request(l);
	struct warden_answer answer;
	int err;

	req.subject = identity;
	req.process = (unsigned long)task_tgid(current);
	req.uid = from_kuid(&init_user_ns, current_uid());
	err = warden_judge(&req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, l->broker.name, 0);
	return err;
}

/* The next one of a socket after @l, which is let go of; NULL is the first. */
static struct warden_link *next_of(const struct file *file, struct warden_link *l)
{
	const struct socket *sock = sock_from_file((struct file *)file);
	u64 id = l ? l->id + 1 : 0;

	warden_link_put(l);
	return sock && sock->sk ? warden_link_find(sock->sk, id) : NULL;
}

/* May all that a socket is connected to be used so, from @l on, which is let go of? */
static int judge_rest(const struct file *file, struct warden_link *l,
		      const struct warden_identity *identity)
{
	int err = 0;

	for (; l && !err; l = next_of(file, l))
		err = judge_other(l, identity) ?: warden_egress_use(l->broker.class, 0);
	warden_link_put(l);
	return err;
}

/**
 * warden_broker_receive() - may the current program be handed this socket?
 * @file: a socket's file, on its way in
 *
 * Its own is judged as well: what a process sent to itself, it may receive as another program.
 *
 * Context: Process context, sleeps.
 * Return: 0 or -EACCES; -ENOMEM where nobody could tell later that it has it.
 */
int warden_broker_receive(const struct file *file)
{
	struct warden_link *l = next_of(file, NULL);
	struct warden_identity identity;

	if (!l)
		return 0;
	warden_identity_of_current(&identity);
	if (!identity.reason && warden_judge_is_traced())
		identity.reason = WARDEN_REASON_PROGRAM_TRACED;
	return judge_rest(file, l, &identity);
}

static void copy_sensor(const struct warden_link *l, struct warden_sensor *sensor)
{
	sensor->class = l->broker.class;
	sensor->key = l->broker.key;
	strscpy(sensor->topology, l->broker.name, sizeof(sensor->topology));
}

/**
 * warden_broker_is_held() - is this file a living connection to a broker?
 * @file: any file, held
 * @with_consent: only what rests on a consent counts
 * @sensor: what it is to, where it is
 *
 * Context: Any; does not sleep.
 * Return: true if it is.
 */
bool warden_broker_is_held(const struct file *file, bool with_consent, struct warden_sensor *sensor)
{
	struct warden_link *l = next_of(file, NULL);
	bool is;

	while (l && with_consent && !l->answer.has_receipt)
		l = next_of(file, l);
	is = l;
	if (is)
		copy_sensor(l, sensor);
	warden_link_put(l);
	return is;
}

static bool rests_on_consent(const struct warden_link *l)
{
	return l->state == WARDEN_LINK_LIVE && l->answer.has_receipt;
}

/**
 * warden_broker_any_consented() - does some connection to a broker rest on a consent?
 * @sensor: what it is to, where one does
 *
 * Context: Process context, does not sleep.
 * Return: true if one does.
 */
bool warden_broker_any_consented(struct warden_sensor *sensor)
{
	struct warden_link *l = warden_link_find_any(rests_on_consent);

	if (l)
		copy_sensor(l, sensor);
	warden_link_put(l);
	return l;
}

/* One pass over a descriptor table: what the new program may not have. */
struct pass {
	const struct warden_identity *identity;
	unsigned int nr;
	unsigned int fd[16];
};

static int sort_out(const void *arg, struct file *file, unsigned int fd)
{
	struct pass *p = (struct pass *)arg;

	if (judge_rest(file, next_of(file, NULL), p->identity))
		p->fd[p->nr++] = fd;
	return p->nr == ARRAY_SIZE(p->fd);
}

/**
 * warden_broker_inherit() - close the connections a new program may not have
 *
 * Context: Process context, from the bprm_committing_creds hook, once what was marked
 * close-on-exec is closed; sleeps.
 */
void warden_broker_inherit(void)
{
	struct warden_identity identity;
	struct pass p = { .identity = &identity };
	unsigned int from = 0, i;

	if (!warden_link_any())
		return;
	warden_identity_of_current(&identity);
	identity.unproven = false; /* it is being started, as the policy in force has it */
	do {
		p.nr = 0;
		iterate_fd(current->files, from, sort_out, &p);
		for (i = 0; i < p.nr; i++)
			close_fd(p.fd[i]);
		from = p.nr ? p.fd[p.nr - 1] + 1 : 0;
	} while (p.nr == ARRAY_SIZE(p.fd));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of open sensor files when a process starts another program, or is handed
 * one: it has those that program would be given, and loses the rest.
 */
#include <linux/bits.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kernel.h>

#include "network/egress.h"
#include "session-export.h"
#include "session-priv.h"
#include "session.h"

static int may_have(struct warden_session *s, const struct warden_identity *identity,
		    bool atomic)
{
	struct warden_request req = warden_session_request(s);
	struct warden_answer answer;
	struct warden_sensor behind;
	int err;

	req.subject = identity;
	req.process = (unsigned long)task_tgid(current);
	req.uid = from_kuid(&init_user_ns, current_uid());
	req.atomic = atomic;
	req.exports = false;
	err = warden_judge_use(s->sensor.devt, &req, &answer, &behind);
	if (answer.reason == WARDEN_REASON_NO_CONSENT) {
		req.claims = true; /* a consent for one open that nobody has used */
		err = warden_judge_use(s->sensor.devt, &req, &answer, &behind);
		req.claims = false;
	}
	err = err ?: warden_heir_add(s, &req, &answer);
	if (!err && warden_answer_consented(&answer))
		warden_session_shroud();
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, s->sensor.topology, 0);
	return err;
}

/* One pass over a descriptor table: what the new program may not have. */
struct inherit {
	const struct warden_identity *identity;
	bool has_exports; /* buffers of a camera */
	u32 kept; /* classes of those it may have */
	unsigned int nr;
	unsigned int fd[32];
};

static int find_foreign(const void *arg, struct file *file, unsigned int fd)
{
	struct inherit *in = (struct inherit *)arg;
	struct warden_session *s = warden_session_is(file) ? warden_session_of(file) : NULL;

	if (!s) { /* or one that is just given back to its driver */
		if (warden_export_is(file))
			in->has_exports = true;
		return 0;
	}
	if (may_have(s, in->identity, true)) /* under the table's lock */
		in->fd[in->nr++] = fd;
	else
		in->kept |= BIT(s->sensor.class);
	return in->nr == ARRAY_SIZE(in->fd);
}

static int find_export(const void *arg, struct file *file, unsigned int fd)
{
	struct inherit *in = (struct inherit *)arg;

	if (warden_export_is(file))
		in->fd[in->nr++] = fd;
	return in->nr == ARRAY_SIZE(in->fd);
}

/* Close what @find says, in as many passes as it takes. */
static void close_foreign(struct inherit *in,
			  int (*find)(const void *in, struct file *file, unsigned int fd))
{
	unsigned int from = 0, i;

	do {
		in->nr = 0;
		iterate_fd(current->files, from, find, in);
		for (i = 0; i < in->nr; i++)
			close_fd(in->fd[i]);
		from = in->nr ? in->fd[in->nr - 1] + 1 : 0;
	} while (in->nr == ARRAY_SIZE(in->fd));
}

/**
 * warden_session_receive() - may the current program be handed a file that is no node?
 * @file: any file; one that a driver gave out on a sensor's file is a session
 *
 * Context: Process context, sleeps.
 * Return: 0, or -EACCES where it may not use that sensor, which is recorded.
 */
int warden_session_receive(struct file *file)
{
	struct warden_identity identity;
	struct warden_session *s;

	if (!warden_session_is(file))
		return 0;
	s = warden_session_of(file);
	if (!s)
		return 0;
	warden_identity_of_current(&identity);
	if (!identity.reason && warden_judge_is_traced())
		identity.reason = WARDEN_REASON_PROGRAM_TRACED;
	return may_have(s, &identity, false) ?: warden_egress_use(s->sensor.class, s->sensor.devt);
}

/**
 * warden_session_inherit() - close the sensor files a new program may not have
 *
 * The table is this task's own: execve() has unshared it and closed what was
 * marked close-on-exec. A session itself lives on in the process it came from.
 *
 * Context: Process context, from the bprm_committing_creds hook; sleeps.
 */
void warden_session_inherit(void)
{
	struct warden_identity identity;
	struct inherit in = { .identity = &identity };

	warden_identity_of_current(&identity);
	identity.unproven = false; /* it is being started, as the policy in force has it */
	close_foreign(&in, find_foreign);
	if (in.has_exports && warden_export_keep(&identity)) /* one use, however many there are */
		close_foreign(&in, find_export);
	else if (in.has_exports)
		in.kept |= BIT(WARDEN_SENSOR_CLASS_CAMERA);
	warden_egress_exec(in.kept);
}

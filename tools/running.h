/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy in force, read back to be asked about: as its layers say it, or as the module has it now. */
#ifndef WARDEN_RUNNING_H
#define WARDEN_RUNNING_H

#include <linux/warden.h>

#include "fault.h"
#include "policy/ask.h"

#define WARDEN_RUNNING_LAYERS WARDEN_ROLE_USER /* one for each role that has a policy */
#define WARDEN_RUNNING_STACK  (WARDEN_RUNNING_LAYERS + 1) /* and the lock of a device that was tampered with */

/* A port that a command opened for a time. */
struct warden_opened {
	uint16_t protocol;
	uint16_t port;
	uint64_t expires; /* boot-time clock, in ns */
};

/* Layers in force, the maker's first, and what stands above them all. Zeroed at first. */
struct warden_running {
	unsigned int n;
	uint32_t layers[WARDEN_RUNNING_STACK]; /* enum warden_role; the lock has none */
	struct warden_view views[WARDEN_RUNNING_STACK];
	uint64_t off; /* classes that are switched off, a bit each */
	bool waits;   /* for an owner */
	WARDEN_ARRAY(struct warden_digest) cut; /* what is in quarantine */
	WARDEN_ARRAY(struct warden_opened) opened;
};

/**
 * warden_running_open() - read the layers in force
 * @r: filled in; closed with warden_running_close() in any case
 * @f: what went wrong
 *
 * Return: 0; -ENOENT where no policy is loaded; a negative errno.
 */
int warden_running_open(struct warden_running *r, struct warden_fault *f);
void warden_running_close(struct warden_running *r);

struct warden_nl;

/* The same by a connection. */
int warden_running_read(struct warden_running *r, struct warden_nl *nl, struct warden_fault *f);

/**
 * warden_running_open_now() - read the layers in force as the module has them at this moment
 * @r: filled in; closed with warden_running_close() in any case
 * @f: what went wrong
 *
 * What lapsed, whose purpose ended, what waits for an owner, the lock, switches, quarantine and
 * openings.
 *
 * Return: 0; -ENOENT where no policy is loaded; -EAGAIN where it changes all the time; a negative errno.
 */
int warden_running_open_now(struct warden_running *r, struct warden_fault *f);

/**
 * warden_running_bars() - is something refused whatever the layers say?
 * @r: from warden_running_open_now()
 * @q: the question
 * @o: what the layers say; where it is refused all the same, what the module does
 *
 * Return: true where it is.
 */
bool warden_running_bars(const struct warden_running *r, const struct warden_question *q,
			 struct warden_outcome *o);

/**
 * warden_running_judge() - what the module would answer
 * @r: from warden_running_open_now()
 * @q: the question
 * @o: filled in
 *
 * Return: the layer that decides; NULL where it is refused whatever the layers say.
 */
const struct warden_view *warden_running_judge(const struct warden_running *r, const struct warden_question *q,
					       struct warden_outcome *o);

/**
 * warden_running_shuts() - which layer keeps a port closed also where a command opens it?
 * @r: from warden_running_open_now()
 * @q: the question
 *
 * The defaults of all layers give way to a command, and what lapsed or ended with its purpose, but no
 * other rule, and no lock.
 *
 * Return: the lock, or the first layer with a rule that denies it; NULL where none does.
 */
const struct warden_view *warden_running_shuts(const struct warden_running *r, const struct warden_question *q);

/**
 * warden_running_opens() - may one listen because a command opened the port for a time?
 * @r: from warden_running_open_now()
 * @q: the question, which the layers deny
 *
 * Where no layer shuts it (warden_running_shuts()), no quarantine does, and the device waits for no owner.
 *
 * Return: when that is over, on the boot-time clock in ns; 0 where one may not.
 */
uint64_t warden_running_opens(const struct warden_running *r, const struct warden_question *q);

/* Is a program in quarantine? */
bool warden_running_cuts(const struct warden_running *r, const struct warden_digest *program);

/**
 * warden_running_declares() - does a rule declare that something may be open?
 * @r: from warden_running_open_now()
 * @layer: number of the rule's layer in @r
 * @rule: its place there, from 0
 * @domain: enum warden_domain it must be of
 *
 * A rule that lapsed, that waits or whose purpose ended does not. Neither does what the safety list names.
 *
 * Return: true if it does.
 */
bool warden_running_declares(const struct warden_running *r, unsigned int layer, size_t rule, uint32_t domain);

/* The layer with this role; NULL where it is not loaded. */
const struct warden_view *warden_running_layer(const struct warden_running *r, uint32_t layer);

/**
 * warden_running_ask() - ask the whole policy
 * @r: the layers
 * @q: the question
 *
 * Return: which of the layers decides.
 */
unsigned int warden_running_ask(const struct warden_running *r, const struct warden_question *q);

#endif /* WARDEN_RUNNING_H */

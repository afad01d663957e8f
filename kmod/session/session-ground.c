// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a session rests on: the verdict on its open, and on whom it was handed to, and the consents those
 * counted. It is found when the session begins, and looked for at each review.
 */
#include <linux/fs.h>

#include "program/quarantine.h"
#include "session-priv.h"

/**
 * warden_session_claim() - hold the consents that a session's verdict counted
 * @s: the session, which has its number
 * @req: what its opener asked for
 *
 * Context: Process context, may sleep; under the table's lock.
 * Return: false where one of them is somebody else's by now.
 */
bool warden_session_claim(struct warden_session *s, const struct warden_request *req)
{
	if (warden_judge_claim(s->sensor.devt, req, &s->answer, s->ground))
		return true;
	s->answer.reason = WARDEN_REASON_NO_CONSENT;
	return false;
}

/*
 * Decided once more where policy, consents or device changed, or the program was put in quarantine
 * meanwhile; a second time at most, as what changes faster is not worth waiting for.
 */
static bool find_ground(struct warden_session *s, bool same)
{
	struct warden_request req = warden_session_request(s);
	struct warden_sensor behind;
	int looks;

	s->again = false; /* another verdict, and another event */
	s->begun.taken = 0;
	s->ended.taken = 0;
	for (looks = 0; looks < 3; looks++) {
		if (!warden_session_claim(s, &req))
			return false;
		if (same && warden_judge_holds(&s->answer) && !warden_quarantine_holds(&req))
			return true;
		if (warden_answer_is_once(&s->answer)) /* held, and used up at its end in any case */
			WRITE_ONCE(s->lent, true);
		if (warden_judge_use(s->sensor.devt, &req, &s->answer, &behind))
			return false;
		same = true;
	}
	return false;
}

/**
 * warden_session_find_ground() - does the verdict of an open stand, now that every review sees the session?
 * @s: the session, which has its number
 * @same: what was asked when it was allowed is what the file turned out to lead to
 *
 * Context: Process context, may sleep; under the table's lock.
 * Return: true if so, and all consents it counted are held.
 */
bool warden_session_find_ground(struct warden_session *s, bool same)
{
	return (same && s->again && warden_rest_holds(s)) || find_ground(s, same);
}

/* Is its device another kind of sensor by now? One that is gone stays what it was. */
static bool was_classified(const struct warden_session *s)
{
	struct warden_sensor now;

	if (!s->sensor.devt || (!s->sensor.dev && !s->was_older))
		return false;
	return !warden_inventory_find(s->sensor.devt, &now) && now.class != s->sensor.class;
}

/**
 * warden_session_lost_ground() - would a session not be allowed now?
 * @s: the session
 *
 * Asked of its opener, of all it was handed to, and for each of them of all that is behind it.
 *
 * Context: Process context, may sleep; under the table's lock.
 * Return: true if so.
 */
bool warden_session_lost_ground(const struct warden_session *s)
{
	struct warden_request req = warden_session_request(s);
	struct warden_answer answer;
	struct warden_sensor behind;

	return was_classified(s) || warden_judge_use(s->sensor.devt, &req, &answer, &behind) ||
	       warden_heir_lost(s);
}

/**
 * warden_session_consented() - does a session rest on a consent?
 * @s: the session
 *
 * Context: Any.
 * Return: true where it does, of its opener or of whom it was handed to.
 */
bool warden_session_consented(const struct warden_session *s)
{
	return warden_answer_consented(&s->answer) || READ_ONCE(s->lent);
}

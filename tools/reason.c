// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include <linux/warden.h>

#include "reason.h"

static const struct {
	const char *sentence;
	const char *advice;
} reasons[] = {
	[WARDEN_REASON_NONE] = { "no reason is needed", "" },
	[WARDEN_REASON_RULE] = { "a rule of the policy says so", "see the rule at that line" },
	[WARDEN_REASON_DEFAULT] = { "no rule matches, the default of the domain applies",
				    "add a rule, if it is wanted" },
	[WARDEN_REASON_NO_CONSENT] = { "a rule allows it with consent, and nobody consents",
				       "ask the person, then: wardenctl consent grant" },
	[WARDEN_REASON_CONSENT] = { "a rule allows it with consent, and consent stands", "" },
	[WARDEN_REASON_PROGRAM_UNKNOWN] = { "the policy does not name this program for it",
					    "name the program, if it is wanted; after an update, "
					    "load a newer policy" },
	[WARDEN_REASON_PROGRAM_ELSEWHERE] = { "the policy names this program as another user, in "
					      "another unit, or with other arguments",
					      "start it as that user, as part of that unit, and so" },
	[WARDEN_REASON_PROGRAM_UNREADABLE] = { "the program's file could not be measured",
					       "run it from a local file system" },
	[WARDEN_REASON_PROGRAM_WRITABLE] = { "the program's file is open for writing",
					     "end the writer, then start the program again" },
	[WARDEN_REASON_NOT_APPRAISED] = { "its digest is not in the reference list",
					  "find out who changed it, or renew the list" },
	[WARDEN_REASON_CLASS_UNKNOWN] = { "no table knows what kind of device this is",
					  "add a rule for the device by its topology name" },
	[WARDEN_REASON_PORT_NOT_NAMED] = { "the policy names this program, and not this port or address for it",
					   "name the port and the address, if they are wanted" },
	[WARDEN_REASON_WITHDRAWN] = { "consent was withdrawn", "" },
	[WARDEN_REASON_EXPIRED] = { "consent has expired", "ask the person again" },
	[WARDEN_REASON_POLICY_CHANGED] = { "the policy in force no longer allows it", "" },
	[WARDEN_REASON_CLOSED] = { "the holder closed it", "" },
	[WARDEN_REASON_STOPPING] = { "Warden is being stopped", "end it with: wardenctl stop" },
	[WARDEN_REASON_NO_MEMORY] = { "memory ran out, so the answer is no",
				      "free memory, then try again" },
	[WARDEN_REASON_BOOT_PROFILE] = { "no policy is loaded yet, the boot profile applies",
					 "load one: wardenctl policy load" },
	[WARDEN_REASON_UNPLUGGED] = { "the device was removed", "" },
	[WARDEN_REASON_PROGRAM_FORGED] = { "a program tried to pass for another one",
					   "find out what runs as that process" },
	[WARDEN_REASON_FORCED] = { "whoever loaded it said that it must be", "" },
	[WARDEN_REASON_NOT_CONFIRMED] = { "nobody confirmed it in time",
					  "mend it, load it again, then: wardenctl policy confirm" },
	[WARDEN_REASON_REVERTED] = { "it was taken back instead of confirmed", "" },
	[WARDEN_REASON_WIDER] = { "a rule of it allows what a layer above does not, to no effect",
				  "load a narrower one" },
	[WARDEN_REASON_TIME_OVER] = { "the time it was opened for is over",
				      "open it again, or add a rule: wardenctl service open" },
	[WARDEN_REASON_UNVOUCHED] = { "the maker's policy names its certificate no more",
				      "have it signed with one that is named" },
	[WARDEN_REASON_SURFACE_CLOSED] = { "the policy closes this way into the system",
					   "name the program in a debug rule, or open it for a "
					   "time: wardenctl debug open" },
	[WARDEN_REASON_SWITCHED_OFF] = { "sensors of this class are switched off",
					 "if it is wanted: wardenctl sensor switch CLASS on" },
	[WARDEN_REASON_NOTICE_CHANGED] = { "consent was given to another privacy notice",
					   "show the new one to the person, and ask again" },
	[WARDEN_REASON_UNUSED] = { "consent was not used for as long as the policy lets it stand",
				   "ask the person again, if it is still wanted" },
	[WARDEN_REASON_USED_UP] = { "the one open or process that consent was for is over",
				    "ask the person again" },
	[WARDEN_REASON_OUTSIDE] = { "consent does not hold at this time or in this context", "" },
	[WARDEN_REASON_SESSION_HELD] = { "a process that was to be looked into, or written to a disk, has "
					 "this sensor open",
					 "let it close the sensor first, or allow any program its use" },
	[WARDEN_REASON_PROGRAM_TRACED] = { "another program traces this one",
					   "run it without a debugger" },
	[WARDEN_REASON_NO_CAPABILITY] = { "the sender lacks the capability the command needs",
					  "find out what that program is after" },
	[WARDEN_REASON_TOO_MANY_SESSIONS] = { "4,096 sensor files are open, or 64 programs were handed "
					      "this one, and more there may not be",
					      "see who holds them: wardenctl sensor sessions" },
	[WARDEN_REASON_QUARANTINED] = { "the program is in quarantine",
					"replace it, or: wardenctl quarantine remove" },
	[WARDEN_REASON_RESTORED] = { "it was given before Warden began, and saved", "" },
	[WARDEN_REASON_OWNER_CHANGED] = { "the device was handed to another owner",
					  "ask the new one" },
	[WARDEN_REASON_UPDATED] = { "its program was updated, as a signed statement says", "" },
	[WARDEN_REASON_IMPORTED] = { "it was given elsewhere or earlier, and imported", "" },
	[WARDEN_REASON_PORT_CLOSED] = { "the policy lets nobody receive at this port",
					"allow a program to listen there, or: wardenctl service open" },
	[WARDEN_REASON_INTERFACE_CLOSED] = { "the policy lets nobody receive at this port by this interface",
					     "add the interface to the `on` of the rule, if it is wanted" },
	[WARDEN_REASON_PEER_CLOSED] = { "the policy lets nobody receive at this port from this address",
					"add the address to the `from` of the rule, if it is wanted" },
	[WARDEN_REASON_RATE_UNKEPT] = { "a rule allows it at a limited rate, which cannot be kept "
					"on this way to the sensor",
					"use the sensor's own node or attributes, or allow it "
					"without `at most`" },
	[WARDEN_REASON_RATE_ABOVE] = { "a rule allows this sensor at a lower rate",
				       "set it to the rate of the rule, then begin anew" },
	[WARDEN_REASON_CONTROLLING] = { "a terminal that is a sensor was to control a process",
					"start the program without making the receiver its terminal" },
	[WARDEN_REASON_OPEN_BEFORE] = { "it was open before Warden was there, or knew what it is",
					"load Warden and its policy before the programs start" },
	[WARDEN_REASON_INTERFACE_NOT_NAMED] = { "a rule allows it by an interface, and not by the one this goes by",
						"add the interface to the `on` of the rule, if it is wanted; "
						"SCTP, DCCP and MPTCP need a rule without `on`" },
	[WARDEN_REASON_INTERFACE_KEPT] = { "a rule allows it by the interface this socket is bound to, "
					   "so that it stays with that",
					   "make a new socket, or allow it without `on`" },
	[WARDEN_REASON_ADDRESS_CLOSED] = { "the policy lets nobody receive at this port of this address of "
					   "the device",
					   "add the address to the `at` of the rule, if it is wanted" },
	[WARDEN_REASON_OVERLAID] = { "the sensor's file was opened through an overlay, where nobody sees who has it",
				     "open it where sysfs itself is mounted" },
	[WARDEN_REASON_PROGRAM_OLDER] = { "the program was started before the policy named it, by a user "
					  "who may have changed it since",
					  "start the program again" },
	[WARDEN_REASON_KERNEL_NOT_NAMED] = { "a socket of the kernel's own receives at this port, and the "
					     "policy lets programs alone receive there",
					     "name the kernel, as in `program server { kernel; }`, and allow it "
					     "to listen there" },
	[WARDEN_REASON_LAPSED] = { "the rule that allows it lapsed: nobody used it for as long as the "
				   "policy lets it stand",
				   "see it in `wardenctl policy unused`; where it is still wanted: "
				   "wardenctl policy renew LINE" },
	[WARDEN_REASON_NOT_SET_UP] = { "the policy allows it once the device has an owner, and it has none yet",
				       "set the device up: wardenctl setup" },
	[WARDEN_REASON_EXPORT] = { "no rule lets this program export what the sensor delivers, as files "
				   "that can be handed on",
				   "write `export` behind the rule that allows the sensor, if it is wanted" },
	[WARDEN_REASON_PURPOSE_ENDED] = { "the purpose of the rule that allows it has ended",
					  "see it in `wardenctl status`; where it goes on, load a newer policy "
					  "that says until when" },
	[WARDEN_REASON_TAMPERED] = { "the device was tampered with, and is locked but for its safety list",
				     "look at the device; when all is well: wardenctl tamper clear" },
};

#define REASONS (sizeof(reasons) / sizeof(*reasons))

_Static_assert(REASONS == WARDEN_REASON_TAMPERED + 1, "a reason has no sentence");

const char *warden_reason_sentence(uint64_t reason)
{
	if (reason >= REASONS || !reasons[reason].sentence)
		return "a reason this wardenctl does not know; it is older than the module";
	return reasons[reason].sentence;
}

const char *warden_reason_advice(uint64_t reason)
{
	return reason < REASONS && reasons[reason].advice ? reasons[reason].advice : "";
}

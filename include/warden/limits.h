/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maxima of the contract, once for the module, the BPF programs and the tools.
 * A value past its limit is refused with a sentence; nothing is ever cut short.
 */
#ifndef WARDEN_LIMITS_H
#define WARDEN_LIMITS_H

#define WARDEN_DIGEST_SIZE	32	/* bytes; SHA-256 and fs-verity's SHA-256 */
#define WARDEN_RECEIPT_SIZE	16	/* bytes; a UUID, RFC 9562 version 4 */

#define WARDEN_LABEL_MAX	63	/* characters of a program or purpose label */
#define WARDEN_PATH_MAX		255	/* characters of a path kept as a label */
#define WARDEN_UNIT_MAX		255	/* characters of a unit a program must run in */
#define WARDEN_ARGUMENTS_MAX	255	/* characters of the arguments a program must be started with */
#define WARDEN_COMMAND_MAX	1024	/* bytes of a command line that is compared with them, NULs and all */
#define WARDEN_COMMANDS_MAX	1024	/* starts of programs of which it is kept */
#define WARDEN_TEXT_MAX		255	/* characters of a purpose's text */
#define WARDEN_CONTACT_MAX	127	/* characters of a contact */
#define WARDEN_DATE_MAX		10	/* characters of YYYY-MM-DD */
#define WARDEN_TOPOLOGY_MAX	127	/* characters of a topology name */
#define WARDEN_NAME_MARK	"name:"	/* before the name of a driver or node, in the place of one */

#define WARDEN_PATTERN_MAX	63	/* characters of a name of a module or an alias */

#define WARDEN_INTERFACE_MAX	15	/* characters of an interface's name (IFNAMSIZ - 1) */

#define WARDEN_PROGRAMS_MAX	1024	/* programs of one policy */
#define WARDEN_PROGRAM_DIGESTS_MAX 4	/* digests of one program */
#define WARDEN_PURPOSES_MAX	1024	/* purposes of one policy */
#define WARDEN_PRINCIPALS_MAX	8	/* persons one rule names */
#define WARDEN_QUORUMS_MAX	1024	/* rules that name some */
#define WARDEN_WINDOWS_MAX	4	/* weekly windows of one consent */
#define WARDEN_STEPS_MAX	7	/* steps of a consent record's history that are kept */
#define WARDEN_CLASSINGS_MAX	64	/* devices one policy classifies */
#define WARDEN_BROKERS_MAX	64	/* brokers one policy names */
#define WARDEN_BROKER_PATH_MAX	107	/* characters of the name of a local socket (struct sockaddr_un) */
#define WARDEN_BROKER_MARK	"broker:" /* before the name of one, where that of a device could stand */
#define WARDEN_TAMPERS_MAX	32	/* tamper inputs one policy names */
#define WARDEN_SWITCH_CODE_MAX	16	/* SW_MAX of linux/input-event-codes.h */
#define WARDEN_RULES_MAX	100000	/* rules of one policy */
#define WARDEN_APPRAISE_MAX	65536	/* reference digests of one domain */
#define WARDEN_POLICY_MAX	(16u << 20) /* bytes of a compiled policy */
#define WARDEN_SIGNATURE_MAX	8192	/* bytes of a CMS signature */
#define WARDEN_CERTIFICATE_MAX	4096	/* bytes of a DER certificate */
#define WARDEN_SIGNERS_MAX	16	/* certificates a maker's policy names */
#define WARDEN_ROOTS_MAX	8	/* root certificates */
#define WARDEN_SIGNER_NAME_MAX	191	/* characters of a certificate's name and key id */
#define WARDEN_CONFIRM_MAX	3600	/* seconds a policy can wait to be confirmed */
#define WARDEN_CHANNELS_MAX	64	/* listeners a commit asks to be kept */
#define WARDEN_CHUNK_MAX	(32u << 10) /* bytes of entries in one policy-add message */

#define WARDEN_SENSORS_MAX	4096	/* inventory entries */
#define WARDEN_SESSIONS_MAX	4096	/* open sensor files */
#define WARDEN_CONSENTS_MAX	10000	/* consent records kept */

#define WARDEN_QUARANTINE_MAX	256	/* digests in quarantine */

#define WARDEN_RECORDS_MAX	4096	/* audit records kept in the ring; a power of two */
#define WARDEN_IDENTITIES_MAX	16384	/* digests of files kept by file version */
#define WARDEN_MEASUREMENTS_MAX	65536	/* entries of the measurement log */

#define WARDEN_RATE_MAX		3600000000u /* uses in an hour that a rule can speak of */
#define WARDEN_WITHDRAW_MS	200	/* bound on the end of a session, where no rule says less */

#endif /* WARDEN_LIMITS_H */

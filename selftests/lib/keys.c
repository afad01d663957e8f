// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "comment.h"
#include "evidence.h"
#include "keys.h"
#include "told.h"
#include "warden.h"

#define MODULE "/usr/lib/warden/warden.ko"
#define WHERE  "/tmp/warden-keys"

static const char *path_of(const char *name, const char *end)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), WHERE "/%s.%s", name, end);
	return path;
}

const char *keys_cert(const char *name)
{
	return path_of(name, "pem");
}

const char *keys_key(const char *name)
{
	return path_of(name, "key");
}

const char *keys_blob(const char *policy)
{
	return path_of(policy, "bin");
}

const char *keys_signature(const char *policy)
{
	return path_of(policy, "p7s");
}

static int run(const char *const argv[])
{
	struct client c;
	int status = client_run(&c, argv);

	if (status)
		fprintf(comments(), "%s: %s\n", argv[0], c.text ? c.text : "");
	client_end(&c);
	return status;
}

bool keys_make(const char *name, const char *kind, int days)
{
	char subject[64], valid[16], curve[64];

	if (!access(keys_cert(name), R_OK))
		return true;
	mkdir(WHERE, 0700);
	snprintf(subject, sizeof(subject), "/O=Test/CN=%s", name);
	snprintf(valid, sizeof(valid), "%d", days);
	if (!strcmp(kind, "rsa")) /* takes long to find in an emulated guest */
		return !run(ARGV("cp", warden_beside("rsa.key"), keys_key(name))) &&
		       !run(ARGV("openssl", "req", "-x509", "-new", "-key", keys_key(name), "-days",
				 valid, "-subj", subject, "-out", keys_cert(name)));
	snprintf(curve, sizeof(curve), "ec_paramgen_curve:%s", kind);
	return !run(ARGV("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", curve, "-nodes",
			 "-days", valid, "-subj", subject, "-keyout", keys_key(name), "-out",
			 keys_cert(name)));
}

static int write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return -1;
	fputs(text, f);
	return fclose(f);
}

int keys_sign(const char *policy, const char *text, const char *layer, const char *signer,
	      const char *const named[])
{
	const char *argv[16] = { "policy", "sign", "--key", keys_key(signer), "--cert",
				 keys_cert(signer), "--layer", layer };
	char file[128];
	size_t n = 8, i;

	snprintf(file, sizeof(file), WHERE "/%s.policy", policy);
	if (write_text(file, text))
		return -1;
	for (i = 0; named && named[i] && n < 13; i++) {
		argv[n++] = "--signer";
		argv[n++] = named[i];
	}
	argv[n++] = file;
	argv[n] = NULL;
	return warden_ctl(argv);
}

int keys_load(const char *policy, const char *signature)
{
	return warden_ctl(ARGV("policy", "load", "--signature", keys_signature(signature),
			       keys_blob(policy)));
}

int keys_vouch(const char *old_file, const char *new_file, const char *signer)
{
	return warden_ctl(ARGV("consent", "vouch", "--key", keys_key(signer), "--cert",
			       keys_cert(signer), old_file, new_file, KEYS_STATEMENT));
}

int keys_carry(void)
{
	return warden_ctl(ARGV("consent", "carry", KEYS_STATEMENT));
}

int keys_list(const char *files, uint32_t version, const char *signer)
{
	char sums[512], number[16];

	snprintf(sums, sizeof(sums), "mkdir -p /tmp/warden-keys && cd /tmp/warden-keys && rm -f list.p7s && "
		 ": >sums && for f in %s; do sha256sum $f >>sums; done", files);
	snprintf(number, sizeof(number), "%u", version);
	if (!client_shell(sums))
		return -1;
	if (!signer)
		return warden_ctl(ARGV("quarantine", "sign", "--version", number,
				       "/tmp/warden-keys/sums", KEYS_LIST));
	return warden_ctl(ARGV("quarantine", "sign", "--version", number, "--key", keys_key(signer),
			       "--cert", keys_cert(signer), "/tmp/warden-keys/sums", KEYS_LIST));
}

int keys_cut(void)
{
	return warden_ctl(ARGV("--json", "quarantine", "load", KEYS_LIST));
}

int keys_alter(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c;

	if (!f || fseek(f, at, SEEK_SET) || (c = getc(f)) == EOF || fseek(f, at, SEEK_SET))
		return -1;
	putc(c ^ 1, f);
	return fclose(f);
}

int keys_enroll(const char *name)
{
	return warden_ctl(ARGV("trust", "enroll", keys_cert(name)));
}

/* It observes, and nothing was loaded or enrolled since it came. */
static bool is_new(void)
{
	struct json_object *status = told_status();
	bool is = evidence_number(status, "generation") == 1 && evidence_number(status, "unsigned-policies") &&
		  !strcmp(evidence_string(status, "policy-name"), "boot=observe");

	json_object_put(status);
	return is;
}

int keys_reload_module(void)
{
	if (is_new())
		return 0;
	if (!access("/sys/module/warden", F_OK) &&
	    (warden_ctl(ARGV("stop")) || run(ARGV("rmmod", "warden"))))
		return -1;
	return run(ARGV("insmod", MODULE, "boot=observe"));
}

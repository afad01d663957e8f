// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include <linux/warden.h>

#include "policy/digest.h"
#include "doctor.h"
#include "late.h"
#include "nl.h"

#define FLOOR_MAJOR 6
#define FLOOR_MINOR 12
#define CONFIG_MAX  (4 << 20) /* bytes of a kernel configuration */
#define SMALL_MAX   65536     /* bytes of a sysfs or securityfs file */

static void say(struct warden_finding *f, enum warden_health health, const char *remedy,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

static void say(struct warden_finding *f, enum warden_health health, const char *remedy,
		const char *format, ...)
{
	va_list args;

	f->health = health;
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy);
}

/* A small file without its last newline; NULL where it cannot be read. Freed with free(). */
static char *read_small(const char *path)
{
	char *text;
	size_t len;

	if (warden_read_file(path, SMALL_MAX, &text, &len))
		return NULL;
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

#define ZLIB(F) F(gzclose) F(gzopen) F(gzread)

static struct {
	ZLIB(WARDEN_LATE_FIELD)
} z;

static gzFile open_gzip(const char *path)
{
#define Z_NAME(function) WARDEN_LATE_NAME(z, function),
	static const struct warden_late functions[] = { ZLIB(Z_NAME) };
	struct warden_fault fault;

	if (access(path, R_OK) || warden_late_open("libz.so.1", functions,
						   sizeof(functions) / sizeof(*functions), &fault))
		return NULL;
	return z.gzopen(path, "rb");
}

static char *read_gzip(const char *path)
{
	gzFile f = open_gzip(path);
	char *text;
	int n;

	if (!f)
		return NULL;
	text = malloc(CONFIG_MAX + 1);
	n = text ? z.gzread(f, text, CONFIG_MAX) : -1;
	z.gzclose(f);
	if (n <= 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

/* The configuration of the running kernel, read once; NULL where nobody wrote it down. */
static const char *config_text(void)
{
	static char *text;
	static bool tried;
	struct utsname u;
	char path[128];
	size_t len;

	if (tried)
		return text;
	tried = true;
	text = read_gzip("/proc/config.gz");
	if (text || uname(&u))
		return text;
	snprintf(path, sizeof(path), "/boot/config-%s", u.release);
	if (warden_read_file(path, CONFIG_MAX, &text, &len)) {
		snprintf(path, sizeof(path), "/lib/modules/%s/config", u.release);
		if (warden_read_file(path, CONFIG_MAX, &text, &len))
			text = NULL;
	}
	return text;
}

enum option_state { OPTION_UNKNOWN, OPTION_OFF, OPTION_ON };

static enum option_state config_option(const char *option)
{
	const char *text = config_text();
	size_t len = strlen(option);
	const char *at;

	if (!text)
		return OPTION_UNKNOWN;
	for (at = text; (at = strstr(at, option)); at += len)
		if ((at == text || at[-1] == '\n') && at[len] == '=' &&
		    (at[len + 1] == 'y' || at[len + 1] == 'm'))
			return OPTION_ON;
	return OPTION_OFF;
}

#define LIBBPF(F) F(btf__find_by_name_kind) F(btf__free) F(btf__load_vmlinux_btf) F(libbpf_set_print)

static struct {
	LIBBPF(WARDEN_LATE_FIELD)
} bpf;

static struct btf *load_btf(void)
{
#define BPF_NAME(function) WARDEN_LATE_NAME(bpf, function),
	static const struct warden_late functions[] = { LIBBPF(BPF_NAME) };
	struct warden_fault fault;

	if (warden_late_open("libbpf.so.1", functions, sizeof(functions) / sizeof(*functions),
			     &fault))
		return NULL;
	bpf.libbpf_set_print(NULL);
	return bpf.btf__load_vmlinux_btf();
}

/* Is there a function of this name in the kernel's own type information? */
static enum option_state btf_function(const char *name)
{
	struct btf *btf = load_btf();
	enum option_state state;

	if (!btf)
		return OPTION_UNKNOWN;
	state = bpf.btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0 ? OPTION_ON : OPTION_OFF;
	bpf.btf__free(btf);
	return state;
}

static void check_version(struct warden_finding *f)
{
	unsigned int major = 0, minor = 0;
	struct utsname u;

	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2) {
		say(f, WARDEN_HEALTH_WARN, "", "the version of this kernel cannot be read");
		return;
	}
	if (major > FLOOR_MAJOR || (major == FLOOR_MAJOR && minor >= FLOOR_MINOR))
		say(f, WARDEN_HEALTH_OK, "", "this is Linux %s", u.release);
	else
		say(f, WARDEN_HEALTH_LACKS,
		    "boot a kernel 6.12 or later; Debian 12 has linux-image-6.12 in its security "
		    "archive",
		    "this is Linux %s", u.release);
}

static void check_btf(struct warden_finding *f)
{
	if (!access("/sys/kernel/btf/vmlinux", R_OK))
		say(f, WARDEN_HEALTH_OK, "", "the kernel tells its types");
	else
		say(f, WARDEN_HEALTH_LACKS, "use a kernel with CONFIG_DEBUG_INFO_BTF=y",
		    "/sys/kernel/btf/vmlinux is not there, so no BPF program can be attached");
}

static void check_bpf_lsm(struct warden_finding *f)
{
	enum option_state state = config_option("CONFIG_BPF_LSM");

	if (state == OPTION_UNKNOWN)
		state = btf_function("bpf_lsm_file_open");
	if (state == OPTION_ON)
		say(f, WARDEN_HEALTH_OK, "", "BPF LSM is compiled in");
	else if (state == OPTION_OFF)
		say(f, WARDEN_HEALTH_LACKS, "use a kernel with CONFIG_BPF_LSM=y",
		    "BPF LSM is not compiled in");
	else
		say(f, WARDEN_HEALTH_WARN, "look for CONFIG_BPF_LSM=y where the kernel was built",
		    "neither a configuration nor BTF tells whether BPF LSM is compiled in");
}

static bool list_holds(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static void check_lsm_active(struct warden_finding *f)
{
	char *list = read_small("/sys/kernel/security/lsm");
	char remedy[512];

	if (!list) {
		say(f, WARDEN_HEALTH_WARN, "mount -t securityfs none /sys/kernel/security",
		    "/sys/kernel/security/lsm cannot be read, so the active LSMs are not known");
		return;
	}
	if (list_holds(list, "bpf")) {
		say(f, WARDEN_HEALTH_OK, "", "BPF LSM is active (%s)", list);
	} else {
		snprintf(remedy, sizeof(remedy), "boot with lsm=%s%sbpf", list, *list ? "," : "");
		say(f, WARDEN_HEALTH_LACKS, remedy, "BPF LSM is not active; active are: %s", list);
	}
	free(list);
}

/* An option by the kernel's configuration, or else by a function only it compiles in. */
static void check_option(struct warden_finding *f, const char *option, const char *function,
			 enum warden_health worst, const char *what)
{
	enum option_state state = config_option(option);
	char remedy[128];

	if (state == OPTION_UNKNOWN && function)
		state = btf_function(function);
	snprintf(remedy, sizeof(remedy), "use a kernel with %s=y", option);
	if (state == OPTION_ON)
		say(f, WARDEN_HEALTH_OK, "", "%s is set", option);
	else if (state == OPTION_OFF)
		say(f, worst, remedy, "%s is not set: %s", option, what);
	else
		say(f, WARDEN_HEALTH_WARN, "read the configuration the kernel was built with",
		    "this kernel's configuration is not kept here, so %s is not known", option);
}

/* Is there a module whose BTF the kernel took? */
static bool module_btf_seen(void)
{
	DIR *dir = opendir("/sys/kernel/btf");
	const struct dirent *entry;
	bool seen = false;

	while (dir && !seen && (entry = readdir(dir)))
		seen = entry->d_name[0] != '.' && strcmp(entry->d_name, "vmlinux");
	if (dir)
		closedir(dir);
	return seen;
}

static void check_module_btf(struct warden_finding *f)
{
	if (!access("/sys/module/warden", F_OK) && access("/sys/kernel/btf/warden", R_OK)) {
		say(f, WARDEN_HEALTH_LACKS,
		    "build the module against headers that hold vmlinux and resolve_btfids, as "
		    "linux-headers-6.12 of Debian does",
		    "the loaded module has no BTF, so its programs cannot call it");
		return;
	}
	if (module_btf_seen())
		say(f, WARDEN_HEALTH_OK, "", "modules tell their types");
	else
		check_option(f, "CONFIG_DEBUG_INFO_BTF_MODULES", NULL, WARDEN_HEALTH_LACKS,
			     "a module's functions cannot be called by BPF programs");
}

static void check_direct_calls(struct warden_finding *f)
{
	check_option(f, "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "register_ftrace_direct",
		     WARDEN_HEALTH_LACKS, "BPF programs cannot be attached to kernel functions");
}

static void check_tracer(struct warden_finding *f)
{
	char *on = read_small("/proc/sys/kernel/ftrace_enabled");

	if (on && *on == '0')
		say(f, WARDEN_HEALTH_LACKS, "sysctl kernel.ftrace_enabled=1",
		    "ftrace is switched off, and no BPF program is called");
	else
		check_option(f, "CONFIG_FUNCTION_TRACER", "register_ftrace_function",
			     WARDEN_HEALTH_LACKS,
			     "BPF programs cannot be attached to kernel functions");
	free(on);
}

static void check_jit(struct warden_finding *f)
{
	char *on = read_small("/proc/sys/net/core/bpf_jit_enable");

	if (!on)
		check_option(f, "CONFIG_BPF_JIT", "bpf_int_jit_compile", WARDEN_HEALTH_LACKS,
			     "BPF programs cannot be attached to kernel functions");
	else if (*on == '0')
		say(f, WARDEN_HEALTH_LACKS, "sysctl net.core.bpf_jit_enable=1",
		    "the BPF compiler is switched off");
	else
		say(f, WARDEN_HEALTH_OK, "", "the BPF compiler is on");
	free(on);
}

static void check_devtmpfs(struct warden_finding *f)
{
	check_option(f, "CONFIG_DEVTMPFS", "devtmpfs_mount", WARDEN_HEALTH_WARN,
		     "device nodes are made by other means, and node names may differ");
}

static void check_fsverity(struct warden_finding *f)
{
	if (!access("/sys/fs/ext4/features/verity", R_OK))
		say(f, WARDEN_HEALTH_OK, "", "fs-verity is there");
	else
		check_option(f, "CONFIG_FS_VERITY", "fsverity_ioctl_enable", WARDEN_HEALTH_WARN,
			     "every first execution reads the whole file");
}

/* What leaves pages that are of no file to the way which asks what memory they are (gup_fast_folio_allowed()). */
static void check_pins(struct warden_finding *f)
{
	check_option(f, "CONFIG_SECRETMEM", "vma_is_secretmem", WARDEN_HEALTH_WARN,
		     "a page of a sensor's mapped memory that the kernel holds for a program, as in a pipe, "
		     "stays there after consent ended");
}

static void check_tpm(struct warden_finding *f)
{
	if (access("/sys/class/tpm/tpm0", F_OK))
		say(f, WARDEN_HEALTH_WARN, "add a TPM 2.0, or load its driver before warden",
		    "there is no TPM: measurements are vouched for by this kernel alone");
	else if (access("/sys/class/tpm/tpm0/pcr-sha256", F_OK))
		say(f, WARDEN_HEALTH_WARN, "enable the SHA-256 bank with tpm2_pcrallocate",
		    "the TPM has no SHA-256 bank");
	else
		say(f, WARDEN_HEALTH_OK, "", "there is a TPM with a SHA-256 bank");
}

/* What dm-crypt made calls itself so; see its uuid of `dmsetup info`. */
static bool is_encrypted(const char *device)
{
	char path[96], *uuid;
	bool is;

	snprintf(path, sizeof(path), "/sys/class/block/%.32s/dm/uuid", device);
	uuid = read_small(path);
	is = uuid && !strncmp(uuid, "CRYPT-", strlen("CRYPT-"));
	free(uuid);
	return is;
}

/* Memory, unless what is cold is written to a device behind it. */
static bool is_memory(const char *device)
{
	char path[96], *behind;
	bool is;

	if (strncmp(device, "zram", strlen("zram")))
		return false;
	snprintf(path, sizeof(path), "/sys/class/block/%.32s/backing_dev", device);
	behind = read_small(path);
	is = !behind || !strcmp(behind, "none");
	free(behind);
	return is;
}

/* Lines of /proc/swaps: the path, `partition` or `file`, and numbers. What a file lies on is not looked at. */
static void check_swap(struct warden_finding *f)
{
	char *text = read_small("/proc/swaps"), *at = NULL, *line, path[256], kind[16];

	say(f, WARDEN_HEALTH_OK, "", "no memory of programs is written to swap in clear");
	line = text ? strtok_r(text, "\n", &at) : NULL;
	while (line && (line = strtok_r(NULL, "\n", &at))) {
		const char *device = path + strlen("/dev/");

		if (sscanf(line, "%255s %15s", path, kind) != 2 ||
		    (!strcmp(kind, "partition") && !strncmp(path, "/dev/", strlen("/dev/")) &&
		     (is_encrypted(device) || is_memory(device))))
			continue;
		say(f, WARDEN_HEALTH_WARN,
		    "encrypt it anew at each start (crypttab: swap, with a key of /dev/urandom), or swapoff -a",
		    "swap at %.200s is in clear, as far as can be told: what a program keeps of a sensor "
		    "may be written there", path);
		break;
	}
	free(text);
}

/* What a program that has changed its user is set back to: commit_creds() does so. */
static void check_cores(struct warden_finding *f)
{
	char *text = read_small("/proc/sys/fs/suid_dumpable");
	const long mode = text ? strtol(text, NULL, 10) : 0;

	say(f, WARDEN_HEALTH_OK, "", "a program that changes its user leaves no core");
	if (mode)
		say(f, WARDEN_HEALTH_WARN, "sysctl fs.suid_dumpable=0",
		    mode == 1 ? "programs that a policy names can be traced and dumped by their user "
				"(fs.suid_dumpable is 1)"
			      : "a service that changes its user while it has a sensor leaves a core of it "
				"(fs.suid_dumpable is 2)");
	free(text);
}

/* The chosen word of a line like `none [integrity] confidentiality`. */
static bool lockdown_is(const char *line, const char *word)
{
	char chosen[32];

	snprintf(chosen, sizeof(chosen), "[%s]", word);
	return strstr(line, chosen);
}

static void check_lockdown(struct warden_finding *f)
{
	char *line = read_small("/sys/kernel/security/lockdown");
	char *sign = read_small("/sys/module/module/parameters/sig_enforce");
	bool locked = line && !lockdown_is(line, "none");
	bool enforced = sign && *sign == 'Y';

	if (line && lockdown_is(line, "confidentiality"))
		say(f, WARDEN_HEALTH_LACKS, "boot with lockdown=integrity",
		    "lockdown=confidentiality forbids BPF to read kernel memory");
	else if (locked || enforced)
		say(f, WARDEN_HEALTH_WARN,
		    "sign warden.ko with a key this kernel trusts (scripts/sign-file, mokutil)",
		    "this kernel loads signed modules only");
	else
		say(f, WARDEN_HEALTH_WARN,
		    "boot with module.sig_enforce=1 once warden.ko is signed",
		    "this kernel loads unsigned modules: root can replace Warden");
	free(line);
	free(sign);
}

struct module_state {
	struct warden_finding *f;
};

static int take_tier(void *ctx, const struct warden_object *o)
{
	struct module_state *m = ctx;
	uint64_t tier = warden_object_number(o, WARDEN_A_STATUS_TIER);
	enum warden_health health = tier == WARDEN_TIER_ENFORCE	  ? WARDEN_HEALTH_OK
				    : tier == WARDEN_TIER_OBSERVE ? WARDEN_HEALTH_WARN
								  : WARDEN_HEALTH_LACKS;

	say(m->f, health,
	    health == WARDEN_HEALTH_LACKS ? "mend what is named above, then insmod it again" : "",
	    "the module is loaded, tier %s: %s", warden_object_word(o, WARDEN_A_STATUS_TIER),
	    warden_object_string(o, WARDEN_A_STATUS_TIER_TEXT));
	return 0;
}

static void check_module(struct warden_finding *f)
{
	struct module_state m = { f };
	struct warden_fault fault;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &fault);

	if (err) {
		say(f, WARDEN_HEALTH_WARN, "insmod warden.ko", "%s", fault.why);
		return;
	}
	err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, take_tier, &m, &fault);
	warden_nl_close(nl);
	if (err)
		say(f, WARDEN_HEALTH_LACKS, fault.advice, "the module does not answer: %s",
		    fault.why);
}

static const struct {
	const char *name;
	void (*run)(struct warden_finding *f);
} checks[] = {
	{ "kernel version", check_version },
	{ "kernel BTF", check_btf },
	{ "BPF LSM", check_bpf_lsm },
	{ "active LSMs", check_lsm_active },
	{ "module BTF", check_module_btf },
	{ "function tracer", check_tracer },
	{ "direct calls", check_direct_calls },
	{ "BPF compiler", check_jit },
	{ "device nodes", check_devtmpfs },
	{ "fs-verity", check_fsverity },
	{ "pages in use", check_pins },
	{ "TPM", check_tpm },
	{ "swap", check_swap },
	{ "cores", check_cores },
	{ "module signing", check_lockdown },
	{ "warden module", check_module },
};

bool warden_doctor_check(size_t n, struct warden_finding *f)
{
	if (n >= sizeof(checks) / sizeof(*checks))
		return false;
	memset(f, 0, sizeof(*f));
	f->check = checks[n].name;
	checks[n].run(f);
	return true;
}

const char *warden_health_word(enum warden_health health)
{
	static const char *const words[] = {
		[WARDEN_HEALTH_OK] = "ok",
		[WARDEN_HEALTH_WARN] = "warn",
		[WARDEN_HEALTH_LACKS] = "lacks",
	};

	return words[health];
}

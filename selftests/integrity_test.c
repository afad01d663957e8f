// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs and is loaded is measured, once and rightly; what is appraised and
 * not listed does not run.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/filter.h"
#include "lib/harness.h"
#include "lib/overlay.h"

#define PADDING (24 << 20)
#define DIGITS	64
#define LOADED	"dummy" /* a module that needs no other */

FIXTURE(integrity)
{
	char dir[64];
	char copy[96]; /* a program of one's own, on a disk */
	char digest[DIGITS + 1];
	struct mark mark;
};

/* What another program says the digest of a file is. */
static bool digest_of(const char *tool, const char *path, char digest[DIGITS + 1])
{
	char command[256];
	struct client c;
	const char *hex;
	bool found;

	snprintf(command, sizeof(command), "%s %s", tool, path);
	client_run(&c, ARGV("sh", "-c", command));
	hex = strstr(c.text, "sha256:") ? strstr(c.text, "sha256:") + strlen("sha256:") : c.text;
	found = !c.status && strspn(hex, "0123456789abcdef") == DIGITS;
	snprintf(digest, DIGITS + 1, "%s", hex);
	client_end(&c);
	return found;
}

static int shell(const char *command, const char *path)
{
	char text[512];
	struct client c;
	int status;

	snprintf(text, sizeof(text), "f=%s; %s", path, command);
	status = client_run(&c, ARGV("sh", "-c", text));
	if (status)
		fprintf(comments(), "%s: %s\n", text, c.text);
	client_end(&c);
	return status;
}

/* Make a program of these bytes that nobody ran before. */
static bool make_program(const char *path, const char *from, char digest[DIGITS + 1])
{
	static int made;
	char command[256];

	snprintf(command, sizeof(command), "cp %s $f && printf 'own %d %d' >>$f && chmod 755 $f",
		 from, getpid(), made++);
	return !shell(command, path) && digest_of("sha256sum <", path, digest);
}

FIXTURE_SETUP(integrity)
{
	strcpy(self->dir, "/var/tmp/integrity-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->copy, sizeof(self->copy), "%s/program", self->dir);
	ASSERT_TRUE(make_program(self->copy, "/usr/bin/true", self->digest));
	ASSERT_LOADED(warden_policy("measure exec, module;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(integrity)
{
	warden_load(warden_policy("measure exec, module;\n"));
	shell("rm -rf $f", self->dir);
}

/* How many entries there are of a digest; @label: of this label only. */
static int measured(const char *domain, const char *alg, const char *digest, const char *label)
{
	struct json_object *log = warden_json(ARGV("measure", "list"));
	int n = 0;
	size_t i;

	for (i = 0; log && i < json_object_array_length(log); i++) {
		struct json_object *e = json_object_array_get_idx(log, i);

		n += !strcmp(evidence_string(e, "domain"), domain) &&
		     !strcmp(evidence_string(e, "alg"), alg) &&
		     !strcmp(evidence_string(e, "digest"), digest) &&
		     (!label || !strcmp(evidence_string(e, "label"), label));
	}
	json_object_put(log);
	return n;
}

static int run(const char *path)
{
	struct client c;
	int status = client_run(&c, ARGV(path));

	client_end(&c);
	return status;
}

TEST_F(integrity, executed_file_is_listed_once_with_its_digest)
{
	EXPECT_EQ(0, measured("exec", "sha256", self->digest, NULL));
	EXPECT_EQ(0, run(self->copy));
	EXPECT_EQ(0, run(self->copy));
	EXPECT_EQ(1, measured("exec", "sha256", self->digest, self->copy));
	EXPECT_EQ(1, measured("exec", "sha256", self->digest, NULL));
}

TEST_F(integrity, changed_file_is_a_new_entry)
{
	char before[DIGITS + 1];

	EXPECT_EQ(0, run(self->copy));
	strcpy(before, self->digest);
	ASSERT_EQ(0, shell("printf x >>$f", self->copy));
	ASSERT_TRUE(digest_of("sha256sum <", self->copy, self->digest));
	EXPECT_STRNE(before, self->digest);
	EXPECT_EQ(0, run(self->copy));
	EXPECT_EQ(1, measured("exec", "sha256", before, self->copy));
	EXPECT_EQ(1, measured("exec", "sha256", self->digest, self->copy));
}

static uint64_t time_run(const char *path)
{
	uint64_t start = now_ns();

	return run(path) ? 0 : (now_ns() - start) / 1000;
}

TEST_F(integrity, unchanged_file_is_hashed_once)
{
	uint64_t first, again;

	ASSERT_EQ(0, truncate(self->copy, PADDING));
	/* A change that is younger than the clock's step cannot be told from the next one. */
	usleep(200000);
	first = time_run(self->copy);
	again = time_run(self->copy);
	printf("# %d MiB: %.1f ms, then %.1f ms\n", PADDING >> 20, first / 1e3, again / 1e3);
	ASSERT_LT(0, again);
	EXPECT_LT(again, first / 3);
	/* Writing makes it a new one, whatever its length. */
	ASSERT_EQ(0, shell("printf y | dd of=$f bs=1 seek=20000000 conv=notrunc 2>&1", self->copy));
	usleep(200000);
	EXPECT_LT(again * 3, time_run(self->copy));
}

TEST_F(integrity, script_is_measured_with_its_interpreter)
{
	char script[128], digest[DIGITS + 1];

	snprintf(script, sizeof(script), "%s/script", self->dir);
	ASSERT_EQ(0, shell("printf '#!/usr/bin/dash\\nexit 7\\n' >$f; chmod 755 $f", script));
	ASSERT_TRUE(digest_of("sha256sum <", script, digest));
	EXPECT_EQ(7, run(script));
	EXPECT_EQ(1, measured("exec", "sha256", digest, script));
	ASSERT_TRUE(digest_of("sha256sum <", "/usr/bin/dash", digest));
	EXPECT_EQ(1, measured("exec", "sha256", digest, NULL));
}

TEST(digests_are_taken_with_what_the_processor_has)
{
	if (shell("modprobe --show-depends crypto-sha256 | grep -q '^insmod.*'$f", "sha"))
		SKIP(return, "this kernel has one implementation of SHA-256");
	EXPECT_EQ(0, shell("awk 'BEGIN { RS = \"\" } /name *: sha256\\n/ && !/generic/ && "
			   "/refcnt *: [2-9]/ { found = 1 } END { exit !found }' $f", "/proc/crypto"));
}

TEST_F(integrity, log_verifies_and_agrees_with_the_tpm)
{
	char is[DIGITS + 2] = "";
	struct json_object *v;
	FILE *f;
	size_t i;

	EXPECT_EQ(0, run(self->copy));
	v = warden_json(ARGV("measure", "verify"));
	ASSERT_NE(NULL, v)
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_STREQ("true", evidence_string(v, "verified"));
	if (!evidence_number(v, "pcr"))
		SKIP(return, "this guest has no TPM; the chain alone was verified");
	f = fopen("/sys/class/tpm/tpm0/pcr-sha256/14", "r");
	ASSERT_NE(NULL, f);
	ASSERT_NE(NULL, fgets(is, sizeof(is), f));
	fclose(f);
	for (i = 0; i < DIGITS; i++)
		is[i] = (char)tolower(is[i]);
	is[DIGITS] = '\0';
	/* Reading it executed nothing. */
	EXPECT_STREQ(is, evidence_string(v, "pcr-replayed"));
	json_object_put(v);
}

TEST_F(integrity, verity_file_is_known_by_its_verity_digest)
{
	char verity[DIGITS + 1], path[128];
	struct claim denied = {
		.domain = "listen", .reason = "port-not-named", .program = "server",
		.port = 7002 + 1, .line = UINT32_MAX, .times = 1,
	};
	struct client c;

	snprintf(path, sizeof(path), "%s/server", self->dir);
	ASSERT_TRUE(make_program(path, warden_beside("stranger"), self->digest));
	if (shell("fsverity enable $f", path))
		SKIP(return, "this file system takes no fs-verity");
	ASSERT_TRUE(digest_of("fsverity measure", path, verity));
	ASSERT_LOADED(warden_policy("program server { path \"%s\"; }\nmeasure exec;\n"
				    "default listen deny;\nallow server listen tcp 7001;\n", path));
	self->mark = evidence_mark();
	EXPECT_EQ(0, client_run(&c, ARGV(path, "listen", "7001")));
	client_end(&c);
	EXPECT_EQ(1, measured("exec", "fsverity-sha256", verity, path));
	EXPECT_EQ(0, measured("exec", "sha256", self->digest, NULL));
	EXPECT_EQ(1, client_run(&c, ARGV(path, "listen", "7002")));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* A list of what may run while a test is on: its own tools, and @path. */
static int write_list(const char *dir, const char *path, char list[128])
{
	char command[256];

	snprintf(list, 128, "%s/list", dir);
	snprintf(command, sizeof(command), "sha256sum %s /usr/sbin/wardenctl /usr/bin/dash "
		 "/usr/bin/cp /usr/bin/rm >$f", path);
	return shell(command, list);
}

TEST_F(integrity, appraised_program_with_one_byte_changed_does_not_start)
{
	char list[128], changed[128];
	struct claim denied = {
		.domain = "exec", .reason = "not-appraised", .object = changed,
		.program = warden_self(), .line = UINT32_MAX, .times = 1,
	};
	struct client c;
	int fd;

	snprintf(changed, sizeof(changed), "%s/changed", self->dir);
	ASSERT_EQ(0, shell("cp ${f%changed}program $f", changed));
	fd = open(changed, O_WRONLY);
	ASSERT_EQ(1, pwrite(fd, "x", 1, 15));
	close(fd);
	EXPECT_EQ(0, run(changed));
	ASSERT_EQ(0, write_list(self->dir, self->copy, list));
	ASSERT_LOADED(warden_policy("measure exec;\nappraise exec from \"%s\";\n", list));
	self->mark = evidence_mark();
	EXPECT_EQ(0, run(self->copy));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(127, client_run(&c, ARGV(changed)));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(integrity, appraised_script_is_asked_as_well_as_its_interpreter)
{
	char list[128], script[128];
	struct claim denied = {
		.domain = "exec", .reason = "not-appraised", .object = script,
		.program = warden_self(), .line = UINT32_MAX, .times = 1,
	};

	snprintf(script, sizeof(script), "%s/script", self->dir);
	ASSERT_EQ(0, shell("printf '#!/usr/bin/dash\\nexit 0\\n' >$f; chmod 755 $f", script));
	ASSERT_EQ(0, write_list(self->dir, script, list));
	ASSERT_LOADED(warden_policy("measure exec;\nappraise exec from \"%s\";\n", list));
	EXPECT_EQ(0, run(script));
	ASSERT_LOADED(warden_policy("measure exec;\n"));
	ASSERT_EQ(0, write_list(self->dir, self->copy, list));
	ASSERT_LOADED(warden_policy("measure exec;\nappraise exec from \"%s\";\n", list));
	self->mark = evidence_mark();
	EXPECT_EQ(127, run(script));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Which the kernel itself sees to where no overlay lies between. */
TEST_F(integrity, appraised_program_that_is_being_written_does_not_start)
{
	char list[128], below[64], program[64], command[128];
	struct claim denied = {
		.domain = "exec", .reason = "program-writable", .object = program,
		.program = warden_self(), .line = UINT32_MAX, .times = 1,
	};
	struct overlay overlay;
	int fd, err = overlay_mount(&overlay);

	if (err)
		SKIP(return, "this kernel has no overlayfs: %s", strerror(-err));
	snprintf(below, sizeof(below), "%s/program", overlay.below);
	snprintf(program, sizeof(program), "%s/program", overlay.merged);
	snprintf(command, sizeof(command), "cp %s $f", self->copy);
	EXPECT_EQ(0, shell(command, below));
	EXPECT_EQ(0, write_list(self->dir, self->copy, list));
	EXPECT_EQ(0, warden_load(warden_policy("measure exec;\nappraise exec from \"%s\";\n", list)));
	fd = open(below, O_RDWR | O_CLOEXEC);
	EXPECT_LE(0, fd);
	self->mark = evidence_mark();
	EXPECT_EQ(127, run(program));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(fd);
	EXPECT_EQ(0, run(program));
	overlay_unmount(&overlay);
}

FIXTURE(module_load)
{
	char file[96]; /* a module as it lies in memory: not packed */
	char digest[DIGITS + 1];
	struct mark mark;
};

FIXTURE_VARIANT(module_load)
{
	bool from_memory;
};

FIXTURE_VARIANT_ADD(module_load, from_file) { false };
FIXTURE_VARIANT_ADD(module_load, from_memory) { true };

FIXTURE_SETUP(module_load)
{
	char command[256];

	snprintf(self->file, sizeof(self->file), "/var/tmp/test-%s.ko",
		 variant->from_memory ? "memory" : "file");
	/* What is behind the end of an ELF file is nobody's, and makes the two different ones. */
	snprintf(command, sizeof(command),
		 "m=$(modinfo -n " LOADED ") || exit 1; modprobe -r " LOADED "; "
		 "case $m in *.xz) xz -dc $m;; *) cat $m;; esac >$f && echo $f >>$f");
	if (shell(command, self->file))
		SKIP(return, "this kernel has no module " LOADED);
	ASSERT_TRUE(digest_of("sha256sum <", self->file, self->digest));
	ASSERT_LOADED(warden_policy("measure module;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(module_load)
{
	warden_load(warden_policy("measure exec, module;\n"));
	unlink(self->file);
}

static int load_module(const char *path, bool from_memory)
{
	int fd = open(path, O_RDONLY);
	void *image;
	struct stat st;
	long ret;

	if (fd < 0 || fstat(fd, &st))
		return errno;
	image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (from_memory)
		ret = syscall(SYS_init_module, image, (unsigned long)st.st_size, "");
	else
		ret = syscall(SYS_finit_module, fd, "", 0);
	ret = ret ? errno : 0;
	munmap(image, (size_t)st.st_size);
	close(fd);
	return (int)ret;
}

/* A filter of sockets that nobody else has; it names a map, where it has one. */
static int load_program(int map)
{
	return filter_load(&(struct filter){ .type = BPF_PROG_TYPE_SOCKET_FILTER, .map = map,
					     .answer = 'W' });
}

static int make_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

FIXTURE(code)
{
	struct mark mark;
};

FIXTURE_SETUP(code)
{
	ASSERT_LOADED(warden_policy("measure exec, module;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(code)
{
	warden_load(warden_policy("measure exec, module;\n"));
}

/* Its kind, how and for what it is made, then its instructions; the number of a map is of this load. */
TEST_F(code, of_bpf_is_measured_once_whatever_its_maps_are_called)
{
	static const char plain[] = "printf '\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\267\\0\\0\\0W\\0\\0\\0"
				    "\\225\\0\\0\\0\\0\\0\\0\\0' | sha256sum;: ";
	static const char mapped[] = "printf '\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\30\\21\\0\\0\\0\\0\\0\\0"
				     "\\0\\0\\0\\0\\0\\0\\0\\0\\267\\0\\0\\0W\\0\\0\\0"
				     "\\225\\0\\0\\0\\0\\0\\0\\0' | sha256sum;: ";
	int first = make_map(), second = make_map();
	char digest[DIGITS + 1];

	ASSERT_LE(0, second);
	EXPECT_EQ(0, load_program(-1));
	EXPECT_EQ(0, load_program(-1));
	EXPECT_EQ(0, load_program(first));
	EXPECT_EQ(0, load_program(second));
	ASSERT_TRUE(digest_of(plain, "", digest));
	EXPECT_EQ(1, measured("module", "sha256", digest, "bpf:measured"));
	ASSERT_TRUE(digest_of(mapped, "", digest));
	EXPECT_EQ(1, measured("module", "sha256", digest, "bpf:measured"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	close(first);
	close(second);
}

/* As a module that cannot be measured: nobody is shown what it copies. */
TEST_F(code, of_another_kernel_from_memory_is_refused_where_modules_are_measured)
{
	struct claim denied = {
		.domain = "module", .reason = "program-unreadable", .program = warden_self(),
		.object = "kexec_load(2)", .line = UINT32_MAX, .pid = getpid(), .times = 1,
	};

	if (syscall(SYS_kexec_load, 0, 0, NULL, 0) && errno == ENOSYS)
		SKIP(return, "this kernel starts no other");
	self->mark = evidence_mark();
	EXPECT_EQ(-1, syscall(SYS_kexec_load, 0, 0, NULL, 0));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("measure exec;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, syscall(SYS_kexec_load, 0, 0, NULL, 0));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(module_load, is_measured_once_with_its_digest)
{
	/* What comes from memory has no path, but a name. */
	const char *label = variant->from_memory ? LOADED : self->file;

	ASSERT_EQ(0, load_module(self->file, variant->from_memory));
	ASSERT_EQ(0, syscall(SYS_delete_module, LOADED, 0));
	ASSERT_EQ(0, load_module(self->file, variant->from_memory));
	ASSERT_EQ(0, syscall(SYS_delete_module, LOADED, 0));
	EXPECT_EQ(1, measured("module", "sha256", self->digest, label));
	EXPECT_EQ(1, measured("module", "sha256", self->digest, NULL));
}

TEST_F(module_load, is_refused_when_the_policy_denies_modules)
{
	struct claim denied = {
		.domain = "module", .reason = "default", .program = warden_self(),
		.object = variant->from_memory ? "init_module(2)" : self->file,
		.line = UINT32_MAX, .pid = getpid(), .times = 1,
	};

	ASSERT_LOADED(warden_policy("measure module;\ndefault module deny;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, load_module(self->file, variant->from_memory));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("default module deny;\nallow module \"%s\";\n", self->file));
	EXPECT_EQ(0, load_module(self->file, variant->from_memory));
	EXPECT_EQ(0, syscall(SYS_delete_module, LOADED, 0));
}

TEST_HARNESS_MAIN

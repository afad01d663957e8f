// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules go by their names, whichever call brings them; and the kernel has none
 * loaded for what a program does unless the policy names what it asks for. BPF programs go by
 * their digests.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/filter.h"
#include "lib/harness.h"
#include "lib/users.h"

#define LOADED "dummy" /* a module that needs no other */
#define IMAGE  "/var/tmp/test-name.ko"
#define FAMILY "af_alg"
#define ALIAS  "net-pf-38"

static void unload(const char *name)
{
	syscall(SYS_delete_module, name, O_NONBLOCK);
}

/* Load the image from its file or from memory; gives the errno. */
static int load_image(bool from_memory)
{
	int fd = open(IMAGE, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *image;
	long ret;

	if (fd < 0 || fstat(fd, &st))
		return errno;
	image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	ret = from_memory ? syscall(SYS_init_module, image, (unsigned long)st.st_size, "") :
			    syscall(SYS_finit_module, fd, "", 0);
	ret = ret ? errno : 0;
	munmap(image, (size_t)st.st_size);
	close(fd);
	return (int)ret;
}

FIXTURE(module_name)
{
	struct mark mark;
};

FIXTURE_VARIANT(module_name)
{
	bool from_memory;
};

FIXTURE_VARIANT_ADD(module_name, from_file) { false };
FIXTURE_VARIANT_ADD(module_name, from_memory) { true };

FIXTURE_SETUP(module_name)
{
	ASSERT_LOADED(warden_policy("\n"));
	unload(LOADED);
	if (!client_shell("m=$(modinfo -n " LOADED ") && case $m in *.xz) xz -dc $m;; *) cat $m;; esac "
		   ">" IMAGE))
		SKIP(return, "this kernel has no module " LOADED);
}

FIXTURE_TEARDOWN(module_name)
{
	warden_load(warden_policy("\n"));
	unlink(IMAGE);
}

TEST_F(module_name, decides_whichever_call_brings_it)
{
	struct claim unnamed = { .domain = "module", .reason = "default", .object = LOADED,
				 .program = warden_self(), .line = UINT32_MAX,
				 .pid = getpid(), .times = 1 };
	struct claim denied = unnamed;
	const char *policy;

	ASSERT_LOADED(warden_policy("default module deny;\nallow module \"dum-my\";\n"
				    "measure module;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, load_image(variant->from_memory));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &unnamed));
	EXPECT_NE(0, access("/sys/module/" LOADED, F_OK));

	ASSERT_LOADED(warden_policy("default module deny;\nallow module \"dum*\";\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, load_image(variant->from_memory));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	unload(LOADED);

	policy = warden_policy("deny module \"" LOADED "\";\n");
	ASSERT_LOADED(policy);
	denied.reason = "rule";
	denied.line = warden_line(policy, "deny module");
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, load_image(variant->from_memory));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* A rule for the file holds beside one for another name. */
TEST_F(module_name, does_not_take_the_place_of_the_file)
{
	ASSERT_LOADED(warden_policy("default module deny;\nallow module \"other\";\n"
				    "allow module \"" IMAGE "\";\n"));
	EXPECT_EQ(0, load_image(variant->from_memory));
	unload(LOADED);
}

/* Its digest waits to be measured; nothing ever comes that could be called by a name. Gives the errno. */
static int load_no_module(int number)
{
	char image[64];

	snprintf(image, sizeof(image), "no module, number %d", number);
	return syscall(SYS_init_module, image, sizeof(image), "") ? errno : 0;
}

/* There is room for 64 of them. */
TEST(what_fails_to_load_leaves_room_for_others)
{
	int i, err = 0;

	ASSERT_LOADED(warden_policy("measure module;\n"));
	for (i = 0; i < 100; i++)
		load_no_module(i);
	for (i = 0; i < 200 && (err = load_no_module(100 + i)) == EACCES; i++)
		usleep(10000);
	EXPECT_EQ(ENOEXEC, err);
	ASSERT_LOADED(warden_policy("\n"));
}

/* Ask for a socket; gives the errno. */
static int ask_for_family(const struct user *u, void *family)
{
	(void)u;
	return socket(*(const int *)family, SOCK_SEQPACKET | SOCK_CLOEXEC, 0) < 0 ? errno : 0;
}

TEST(autoload_is_refused_unless_its_alias_is_named)
{
	struct claim denied = { .domain = "autoload", .reason = "default", .object = ALIAS,
				.program = warden_self(), .line = UINT32_MAX, .times = USERS_COUNT };
	int family = AF_ALG;
	struct mark mark;
	size_t i;

	ASSERT_LOADED(warden_policy("\n"));
	unload(FAMILY);
	if (!client_shell("modinfo -n " FAMILY) || !access("/sys/module/" FAMILY, F_OK))
		SKIP(return, "this kernel has no module " FAMILY " that could be loaded now");
	/* By the default of modules, where autoload has none of its own. */
	ASSERT_LOADED(warden_policy("default protocol allow; default module deny;\n"
				    "allow module \"" FAMILY "\";\n"));
	mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EAFNOSUPPORT, users_run(users_at(i), ask_for_family, &family));
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
	EXPECT_NE(0, access("/sys/module/" FAMILY, F_OK));
	ASSERT_LOADED(warden_policy("default protocol allow; default module deny;\n"
				    "allow module \"" FAMILY "\";\n"
				    "allow autoload \"net-pf-3*\";\n"));
	mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++) {
		unload(FAMILY);
		EXPECT_EQ(0, users_run(users_at(i), ask_for_family, &family));
	}
	EXPECT_FOUND(evidence_of_peace(&mark));
	unload(FAMILY);
	warden_load(warden_policy("\n"));
}

/* Mounting a file system that is not there has it asked for, by who may mount. */
static int ask_for_file_system(const struct user *u, void *name)
{
	(void)u;
	return mount("none", "/mnt", name, 0, NULL) ? errno : 0;
}

static int mount_refusal(const struct user *u)
{
	return u->uid && !u->spaces ? EPERM : ENODEV;
}

TEST(autoload_of_a_file_system_is_refused_unless_its_alias_is_named)
{
	struct claim denied = { .domain = "autoload", .reason = "default", .object = "fs-nosuchfs",
				.program = warden_self(), .line = UINT32_MAX, .times = 2 };
	struct mark mark;
	size_t i;

	ASSERT_LOADED(warden_policy("default autoload deny;\n"));
	mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(mount_refusal(users_at(i)),
			  users_run(users_at(i), ask_for_file_system, "nosuchfs"));
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
	ASSERT_LOADED(warden_policy("default autoload deny;\nallow autoload \"fs-nosuch*\";\n"));
	mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(mount_refusal(users_at(i)),
			  users_run(users_at(i), ask_for_file_system, "nosuchfs"));
	EXPECT_FOUND(evidence_of_peace(&mark));
	warden_load(warden_policy("\n"));
}

#define FIRMWARE "/usr/lib/firmware/regulatory.db"

/* Have the kernel read its rules of radio anew; true where it read the file, whatever is in it. */
static bool load_firmware(void)
{
	struct client iw;
	bool refused;

	client_run(&iw, ARGV("iw", "reg", "reload"));
	refused = strstr(iw.text, "Permission denied");
	client_end(&iw);
	return !refused;
}

TEST(firmware_is_refused_unless_its_file_is_named)
{
	struct claim denied = { .domain = "firmware", .reason = "default", .object = FIRMWARE,
				.line = UINT32_MAX };
	bool made = access(FIRMWARE, F_OK) != 0;
	struct mark mark;

	ASSERT_LOADED(warden_policy("\n"));
	if (access("/usr/sbin/iw", X_OK) || device_load("cfg80211", ""))
		SKIP(return, "there is no iw, or this kernel has no radio");
	if (made)
		ASSERT_TRUE(client_shell("mkdir -p /usr/lib/firmware && echo none >" FIRMWARE));
	ASSERT_LOADED(warden_policy("default firmware deny;\n"));
	mark = evidence_mark();
	EXPECT_FALSE(load_firmware());
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
	ASSERT_LOADED(warden_policy("default firmware deny;\nallow firmware \"" FIRMWARE "\";\n"
				    "measure firmware;\n"));
	mark = evidence_mark();
	EXPECT_TRUE(load_firmware());
	EXPECT_FOUND(evidence_of_peace(&mark));
	EXPECT_EQ(0, warden_ctl(ARGV("measure", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), FIRMWARE));
	if (made)
		unlink(FIRMWARE);
	warden_load(warden_policy("\n"));
}

#define LIST	   "/var/tmp/test-bpf.sha256"
#define PRIVILEGED "/proc/sys/kernel/unprivileged_bpf_disabled" /* 2 is so, and can be undone */
#define DIGITS	   64

FIXTURE(filters)
{
	struct mark mark;
	char digest[DIGITS + 1]; /* of the one that is named */
};

FIXTURE_VARIANT(filters)
{
	size_t user;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(filters, of_root) { .user = 0 };
FIXTURE_VARIANT_ADD(filters, of_a_plain_user) { .user = 1 };
FIXTURE_VARIANT_ADD(filters, of_the_root_of_a_name_space) { .user = 2 };
/* clang-format on */

static const struct filter named = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .map = -1 };
static const struct filter other = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .map = -1, .answer = 1 };

/* The digest that the record of the last refusal tells, which is what an admin copies. */
static bool read_digest(const struct mark *mark, char digest[DIGITS + 1])
{
	const struct claim refused = { .domain = "bpf", .object = "bpf:measured" };
	struct json_object *record = evidence_find(mark, &refused, 5000);
	const char *text = record ? evidence_string(record, "object-digest") : NULL;

	snprintf(digest, DIGITS + 1, "%s", text ? text : "");
	json_object_put(record);
	return strlen(digest) == DIGITS;
}

FIXTURE_SETUP(filters)
{
	ASSERT_TRUE(client_shell("echo 0 >" PRIVILEGED));
	ASSERT_LOADED(warden_policy("default bpf deny;\n"));
	self->mark = evidence_mark();
	ASSERT_EQ(EACCES, filter_load(&named));
	ASSERT_TRUE(read_digest(&self->mark, self->digest));
}

FIXTURE_TEARDOWN(filters)
{
	warden_load(warden_policy("\n"));
	client_shell("echo 2 >" PRIVILEGED);
	unlink(LIST);
}

static int load_one(const struct user *u, void *f)
{
	(void)u;
	return filter_load(f);
}

static int load_as(size_t user, const struct filter *f)
{
	return users_run(users_at(user), load_one, (void *)f);
}

TEST_F(filters, that_the_policy_names_are_loaded_and_no_others)
{
	struct claim denied = { .domain = "bpf", .reason = "default", .object = "bpf:measured",
				.line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy("default bpf deny;\nallow bpf sha256 \"%s\";\n", self->digest));
	self->mark = evidence_mark();
	EXPECT_EQ(0, load_as(variant->user, &named));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(EACCES, load_as(variant->user, &other));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, warden_ctl(ARGV("audit", "show")));
	EXPECT_NE(NULL, strstr(warden_said(), self->digest)); /* which a person copies */
}

TEST_F(filters, in_a_list_are_loaded_and_no_others)
{
	struct claim denied = { .domain = "bpf", .reason = "not-appraised", .object = "bpf:measured",
				.line = UINT32_MAX, .times = 1 };
	char command[200];

	snprintf(command, sizeof(command), "echo '%s  measured' >" LIST, self->digest);
	ASSERT_TRUE(client_shell(command));
	ASSERT_LOADED(warden_policy("appraise bpf from \"" LIST "\";\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, load_as(variant->user, &named));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(EACCES, load_as(variant->user, &other));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* The same instructions for another function of the kernel are another program. */
TEST(filters_are_told_apart_by_what_they_are_for)
{
	struct filter f = { .type = BPF_PROG_TYPE_LSM, .map = -1, .attached = BPF_LSM_MAC };
	char digest[2][DIGITS + 1];
	struct mark mark;
	int i;

	ASSERT_LOADED(warden_policy("default bpf deny;\n"));
	for (i = 0; i < 2; i++) {
		f.target = 1 + i;
		mark = evidence_mark();
		EXPECT_EQ(EACCES, filter_load(&f));
		EXPECT_TRUE(read_digest(&mark, digest[i]));
	}
	EXPECT_STRNE(digest[0], digest[1]);
	warden_load(warden_policy("\n"));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens ask the module by a call of ftrace's, and by a program where somebody else has that place.
 */
#include <bpf/btf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>

#include "lib/harness.h"
#include "lib/life.h"
#include "../tools/late.h"

#define PLACE	  "security_file_open"
#define HOOK	  "bpf_lsm_file_open"
#define TRACED	  "/sys/kernel/tracing/enabled_functions"
#define TRACEABLE "/sys/kernel/tracing/available_filter_functions"
#define NO_CARE	  "default sensor deny;\n"

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

#define LIBBPF(F) F(btf__find_by_name_kind) F(btf__free) F(btf__load_vmlinux_btf)

/* What the kernel's types number a function with; 0 where they have none of the name. */
static uint32_t number_of(const char *function)
{
	struct {
		LIBBPF(WARDEN_LATE_FIELD)
	} bpf;
#define BPF_NAME(name) WARDEN_LATE_NAME(bpf, name),
	const struct warden_late functions[] = { LIBBPF(BPF_NAME) };
	struct warden_fault fault;
	struct btf *types;
	int number;

	if (warden_late_open("libbpf.so.1", functions, sizeof(functions) / sizeof(*functions),
			     &fault))
		return 0;
	types = bpf.btf__load_vmlinux_btf();
	number = types ? bpf.btf__find_by_name_kind(types, function, BTF_KIND_FUNC) : 0;
	bpf.btf__free(types);
	return number > 0 ? (uint32_t)number : 0;
}

/* Have a program that does nothing called for each call of a function; a descriptor, or -1 and errno. */
static int trace(const char *function)
{
	const struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
					 { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_TRACING, .insn_cnt = 2,
				.insns = (uintptr_t)code, .license = (uintptr_t) "GPL",
				.expected_attach_type = BPF_TRACE_FENTRY,
				.attach_btf_id = number_of(function) };
	int program = (int)bpf(BPF_PROG_LOAD, &load);
	union bpf_attr attach = { .raw_tracepoint.prog_fd = (uint32_t)program };
	int link, err;

	if (program < 0)
		return -1;
	link = (int)bpf(BPF_RAW_TRACEPOINT_OPEN, &attach);
	err = errno;
	close(program);
	errno = err;
	return link;
}

static int open_errno(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Does ftrace call something from this function? */
static bool is_called_from(const char *function)
{
	struct client c;
	bool is;

	is = !client_run(&c, ARGV("grep", "-q", function, TRACED));
	client_end(&c);
	return is;
}

FIXTURE(direct)
{
	char camera[128];
	int link;
};

FIXTURE_SETUP(direct)
{
	self->link = -1;
	if (access(LIFE_MODULE, F_OK))
		SKIP(return, "there is no " LIFE_MODULE);
	if (!life_is())
		ASSERT_EQ(0, life_begin("boot=deny"));
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy(NO_CARE));
}

FIXTURE_TEARDOWN(direct)
{
	if (self->link >= 0)
		close(self->link);
	if (!life_is())
		life_begin("boot=deny");
}

/* The camera is refused, and what an open leads to otherwise is not. */
static const char *wrong_verdict(const char *camera)
{
	const struct claim denied = { .domain = "sensor", .reason = "program-unknown",
				      .program = warden_self(), .object = CAMERA_TOPOLOGY,
				      .line = UINT32_MAX, .pid = getpid(), .times = 1 };
	struct mark m = evidence_mark();

	if (open_errno(camera) != EACCES)
		return "the camera was opened";
	if (open_errno("/dev/null") || open_errno("/proc/self/status") || open_errno("/sys/kernel/uevent_seqnum") ||
	    open_errno("/etc/passwd"))
		return "what is no sensor was refused";
	return evidence_of_denial(&m, &denied);
}

TEST_F(direct, opens_ask_without_a_program)
{
	if (access(TRACED, R_OK))
		SKIP(return, "this kernel does not tell what is traced");
	EXPECT_TRUE(is_called_from(PLACE));
	EXPECT_FALSE(is_called_from(HOOK));
	EXPECT_FOUND(wrong_verdict(self->camera));
}

/* But for the one that keeps ftrace on, which nobody calls. */
TEST_F(direct, no_function_of_the_module_can_be_traced)
{
	struct client c;

	if (access(TRACEABLE, R_OK))
		SKIP(return, "this kernel does not tell what can be traced");
	EXPECT_EQ(0, client_run(&c, ARGV("grep", "-F", "[warden]", TRACEABLE)));
	EXPECT_STREQ("stand_in [warden]\n", c.text);
	client_end(&c);
}

TEST_F(direct, nobody_else_comes_between)
{
	if (!number_of(PLACE))
		SKIP(return, "this kernel has no types");
	EXPECT_EQ(-1, self->link = trace(PLACE));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_FOUND(wrong_verdict(self->camera));
}

/* Nor does anybody tell the module, then, where the place is: ftrace looks for its name. */
TEST_F(direct, opens_ask_without_a_program_where_no_address_is_told)
{
	if (access(TRACED, R_OK))
		SKIP(return, "this kernel does not tell what is traced");
	ASSERT_EQ(0, life_end());
	ASSERT_TRUE(client_shell("sysctl -n kernel.kptr_restrict >/tmp/direct.restrict && "
				 "sysctl -q -w kernel.kptr_restrict=2"));
	EXPECT_EQ(0, life_begin("boot=deny"));
	ASSERT_TRUE(client_shell("sysctl -q -w kernel.kptr_restrict=$(cat /tmp/direct.restrict)"));
	ASSERT_LOADED(warden_policy(NO_CARE));
	EXPECT_TRUE(is_called_from(PLACE));
	EXPECT_FOUND(wrong_verdict(self->camera));
}

TEST_F(direct, a_program_asks_where_somebody_else_has_the_place)
{
	if (!number_of(PLACE))
		SKIP(return, "this kernel has no types");
	ASSERT_EQ(0, life_end());
	self->link = trace(PLACE);
	ASSERT_LE(0, self->link);
	ASSERT_EQ(0, life_begin("boot=deny"));
	ASSERT_LOADED(warden_policy(NO_CARE));
	if (!access(TRACED, R_OK))
		EXPECT_TRUE(is_called_from(HOOK));
	EXPECT_FOUND(wrong_verdict(self->camera));
	close(self->link);
	self->link = -1;
	EXPECT_FOUND(wrong_verdict(self->camera));
	ASSERT_EQ(0, life_end());
	EXPECT_EQ(0, open_errno(self->camera));
}

/* What goes on without the module being called is what the policy leaves free. */
TEST_F(direct, null_is_asked_about_where_the_policy_says_what_it_tells)
{
	EXPECT_EQ(0, open_errno("/dev/null"));
	ASSERT_LOADED(warden_policy(NO_CARE "classify name \"null\" as location;\n"));
	EXPECT_EQ(EACCES, open_errno("/dev/null"));
	EXPECT_EQ(0, open_errno("/dev/zero"));
	ASSERT_LOADED(warden_policy(NO_CARE));
	EXPECT_EQ(0, open_errno("/dev/null"));
}

#define OPENS 20

/* A session that stands between two opens keeps nothing: the module goes, and whoever goes on opening does. */
TEST_F(direct, goes_while_a_session_stands)
{
	uint64_t others;
	int i;

	ASSERT_LOADED(warden_policy("default sensor allow;\nprogram tester { path \"%s\"; }\nallow tester use camera;\n",
				    warden_self()));
	others = warden_status("sessions");
	for (i = 0; i < OPENS; i++)
		ASSERT_EQ(0, open_errno(self->camera));
	EXPECT_EQ(others + 1, warden_status("sessions"));
	ASSERT_EQ(0, life_end());
	for (i = 0; i < OPENS; i++)
		EXPECT_EQ(0, open_errno(self->camera));
}

TEST_HARNESS_MAIN

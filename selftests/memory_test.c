// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a full house takes of the kernel's memory: ten thousand consents and a thousand sessions.
 */
#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/genl.h"

#define CONSENTS 10000
#define SESSIONS 1000
#define BYTES	 (4u << 20)

/* What the sessions have in their own cache, in bytes; 0 where it is one with another. */
static uint64_t session_bytes(void)
{
	unsigned long objects = 0, size = 0;
	char line[512];
	FILE *f = fopen("/proc/slabinfo", "r");

	while (f && fgets(line, sizeof(line), f) &&
	       sscanf(line, "warden_session %*u %lu %lu", &objects, &size) != 2)
		;
	if (f)
		fclose(f);
	return (uint64_t)objects * size;
}

/* What the kernel has in slabs, in bytes; per-CPU lists make it a little vague. */
static uint64_t slab_bytes(void)
{
	unsigned long kb = 0;
	char line[128];
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f) && sscanf(line, "Slab: %lu kB", &kb) != 1)
		;
	if (f)
		fclose(f);
	return (uint64_t)kb << 10;
}

/* 0 where something else gave more back meanwhile. */
static uint64_t slab_bytes_since(uint64_t before)
{
	uint64_t now = slab_bytes();

	return now > before ? now - before : 0;
}

static int grant_many(struct genl *g, unsigned int n)
{
	char principal[32];
	struct msg m;
	int err = 0;

	while (n-- && !err) {
		msg_init(&m, g, WARDEN_CMD_CONSENT_GRANT);
		msg_put_string(&m, WARDEN_A_CONSENT_PROGRAM, "tester");
		msg_put_string(&m, WARDEN_A_CONSENT_PURPOSE, "guard");
		msg_put_u32(&m, WARDEN_A_CONSENT_CLASS, WARDEN_SENSOR_CLASS_CAMERA);
		snprintf(principal, sizeof(principal), "person %u", n);
		msg_put_string(&m, WARDEN_A_CONSENT_PRINCIPAL, principal);
		err = genl_ask(g, &m, NLM_F_ACK);
	}
	return err;
}

static unsigned int open_many(const char *node, unsigned int n)
{
	const struct rlimit limit = { n + 64, n + 64 };
	unsigned int i;

	setrlimit(RLIMIT_NOFILE, &limit);
	for (i = 0; i < n; i++)
		if (open(node, O_RDWR | O_CLOEXEC) < 0)
			break;
	return i;
}

/* The kernels of selftests/qemu/kernel/ say in their release that they are ours. */
static bool kernel_checks_itself(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.release, "-warden-");
}

TEST(consents_and_sessions_take_less_than_4_MiB)
{
	/* A kernel that checks each access takes minutes for all of them, and its sizes are its own. */
	const unsigned int part = kernel_checks_itself() ? 20 : 1;
	uint64_t before, begun, consents, sessions;
	char camera[128];
	struct genl g;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(camera, sizeof(camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n"
				    "purpose guard \"Watch the garden\";\n"
				    "default sensor deny;\n"
				    "allow tester use camera for guard with consent;\n",
				    warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, genl_open(&g));
	before = slab_bytes();
	begun = now_ns();
	ASSERT_EQ(0, grant_many(&g, CONSENTS / part));
	printf("# %u consents in %.1f s\n", CONSENTS / part, (double)(now_ns() - begun) / 1e9);
	consents = slab_bytes_since(before);
	EXPECT_EQ(CONSENTS / part, warden_status("consents"));
	before = slab_bytes();
	ASSERT_EQ(SESSIONS / part, open_many(camera, SESSIONS / part));
	sessions = session_bytes();
	ASSERT_NE(0, sessions);
	printf("# %u consents take %.2f MiB, %u sessions %.2f MiB; with the files and the driver's part, "
	       "%.2f MiB\n", CONSENTS / part, (double)consents / (1 << 20), SESSIONS / part,
	       (double)sessions / (1 << 20), (double)slab_bytes_since(before) / (1 << 20));
	if (!kernel_checks_itself())
		EXPECT_GT(BYTES, consents + sessions);
	EXPECT_EQ(SESSIONS / part, warden_status("sessions"));
	closefrom(g.fd + 1); /* a thousand ends by withdrawal would tell nothing more */
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_EQ(0, warden_status("consents"));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scan for Wi-Fi networks tells where the device is: it takes the right to class
 * location, whoever asks, and so does what else a radio hears of others.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/genetlink.h>
#include <linux/nl80211.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include "lib/genl.h"
#include "lib/harness.h"
#include "lib/uring.h"
#include "lib/users.h"

#define NOTHING "default sensor deny;\n"
#define RADIO	"wlan0"

static int bring_up(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	err = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return err;
}

static struct claim refused(const char *program)
{
	return (struct claim){
		.domain = "sensor",
		.reason = "program-unknown",
		.program = program,
		.object = "nl80211",
		.line = UINT32_MAX,
	};
}

FIXTURE(scan)
{
	struct mark mark;
};

FIXTURE_SETUP(scan)
{
	if (device_load("mac80211_hwsim", "radios=1"))
		SKIP(return, "this kernel has no mac80211_hwsim");
	ASSERT_EQ(0, bring_up(RADIO));
	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(scan)
{
}

static int scan_by_iw(const char *kind, struct client *c)
{
	return client_run(c, ARGV("iw", "dev", RADIO, "scan", kind));
}

/* Of its own, and of others: what iw calls them. */
static const char *const kinds[] = { "trigger", "dump" };

TEST_F(scan, takes_the_right_to_location)
{
	const struct claim used = {
		.event = "use", .domain = "sensor", .reason = "rule", .program = "/usr/sbin/iw",
		.object = "nl80211",
	};
	struct claim denied = refused("/usr/sbin/iw");
	struct client c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		EXPECT_NE(0, scan_by_iw(kinds[i], &c));
		EXPECT_NE(NULL, strstr(c.text, "command failed"))
		{
			TH_LOG("%s", c.text);
		}
		client_end(&c);
	}
	denied.times = ARRAY_SIZE(kinds);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* What else is asked of the radio is free. */
	self->mark = evidence_mark();
	EXPECT_EQ(0, client_run(&c, ARGV("iw", "dev", RADIO, "info")));
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use location;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		EXPECT_EQ(0, scan_by_iw(kinds[i], &c))
		{
			TH_LOG("%s", c.text);
		}
		client_end(&c);
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
}

/* --- Wi-Fi, by what is no scan and tells as much --------------------------------------- */

static void put_monitor(struct msg *m)
{
	/* The kernel takes the last of several. */
	msg_put_u32(m, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_STATION);
	msg_put_u32(m, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_MONITOR);
}

static void put_mesh(struct msg *m)
{
	msg_put_u32(m, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_MESH_POINT);
}

static void put_adhoc(struct msg *m)
{
	msg_put_u32(m, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_ADHOC);
}

static void put_station(struct msg *m)
{
	msg_put_u32(m, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_STATION);
}

static void put_wake(struct msg *m)
{
	size_t nest = msg_nest(m, NL80211_ATTR_WOWLAN_TRIGGERS);

	msg_end(m, nest);
	nest = msg_nest(m, NL80211_ATTR_WOWLAN_TRIGGERS);
	msg_put(m, NL80211_WOWLAN_TRIG_NET_DETECT | NLA_F_NESTED, NULL, 0);
	msg_end(m, nest);
}

struct way {
	const char *name;
	uint8_t cmd;
	void (*put)(struct msg *m);
	uint16_t flags;
};

static const struct way ways[] = {
	{ "scheduled scan", NL80211_CMD_START_SCHED_SCAN, NULL, NLM_F_ACK },
	{ "survey", NL80211_CMD_GET_SURVEY, NULL, NLM_F_DUMP },
	{ "ranging", NL80211_CMD_PEER_MEASUREMENT_START, NULL, NLM_F_ACK },
	{ "another channel", NL80211_CMD_REMAIN_ON_CHANNEL, NULL, NLM_F_ACK },
	{ "frames", NL80211_CMD_REGISTER_FRAME, NULL, NLM_F_ACK },
	{ "beacons", NL80211_CMD_REGISTER_BEACONS, NULL, NLM_F_ACK },
	{ "frames of strangers", NL80211_CMD_UNEXPECTED_FRAME, NULL, NLM_F_ACK },
	{ "P2P", NL80211_CMD_START_P2P_DEVICE, NULL, NLM_F_ACK },
	{ "NAN", NL80211_CMD_START_NAN, NULL, NLM_F_ACK },
	{ "NAN function", NL80211_CMD_ADD_NAN_FUNCTION, NULL, NLM_F_ACK },
	{ "OCB", NL80211_CMD_JOIN_OCB, NULL, NLM_F_ACK },
	{ "ad-hoc", NL80211_CMD_JOIN_IBSS, NULL, NLM_F_ACK },
	{ "mesh", NL80211_CMD_JOIN_MESH, NULL, NLM_F_ACK },
	{ "vendor", NL80211_CMD_VENDOR, NULL, NLM_F_ACK },
	{ "test mode", NL80211_CMD_TESTMODE, NULL, NLM_F_ACK },
	{ "monitor", NL80211_CMD_SET_INTERFACE, put_monitor, NLM_F_ACK },
	{ "another monitor", NL80211_CMD_NEW_INTERFACE, put_monitor, NLM_F_ACK },
	{ "mesh interface", NL80211_CMD_NEW_INTERFACE, put_mesh, NLM_F_ACK },
	{ "ad-hoc interface", NL80211_CMD_NEW_INTERFACE, put_adhoc, NLM_F_ACK },
	{ "wake by a network", NL80211_CMD_SET_WOWLAN, put_wake, NLM_F_ACK },
};

/* None that is no other's business. */
static const struct way free_ways[] = {
	{ "station", NL80211_CMD_SET_INTERFACE, put_station, NLM_F_ACK },
	{ "interfaces", NL80211_CMD_GET_INTERFACE, NULL, NLM_F_DUMP },
	{ "wake", NL80211_CMD_SET_WOWLAN, NULL, NLM_F_ACK },
};

static int go(struct genl *g, const struct way *way)
{
	struct msg m;

	msg_init(&m, g, way->cmd);
	msg_put_u32(&m, NL80211_ATTR_IFINDEX, if_nametoindex(RADIO));
	if (way->put)
		way->put(&m);
	return genl_ask(g, &m, way->flags);
}

TEST_F(scan, each_way_to_hear_others_takes_the_right)
{
	struct claim denied = refused(warden_self());
	struct genl g;
	size_t i;

	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, genl_turn(&g, NL80211_GENL_NAME));
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		EXPECT_EQ(-EACCES, go(&g, &ways[i]))
		{
			TH_LOG("%s", ways[i].name);
		}
	denied.times = ARRAY_SIZE(ways);
	denied.pid = getpid();
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(free_ways); i++)
		EXPECT_NE(-EACCES, go(&g, &free_ways[i]));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use location;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		EXPECT_NE(-EACCES, go(&g, &ways[i]))
		{
			TH_LOG("%s", ways[i].name);
		}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	genl_close(&g);
}

static const struct way results = { "results", NL80211_CMD_GET_SCAN, NULL, NLM_F_DUMP };

/* What others found needs no privilege. */
static int ask_as(const struct user *u, void *unused)
{
	struct genl g;
	int err;

	(void)u;
	(void)unused;
	if (genl_open(&g) || genl_turn(&g, NL80211_GENL_NAME))
		return USERS_NOBODY;
	err = -go(&g, &results);
	genl_close(&g);
	return err;
}

static int ask_by_ring(struct genl *g)
{
	struct msg m;
	struct nlmsghdr *h = (void *)m.bytes;
	int sent;

	msg_init(&m, g, results.cmd);
	msg_put_u32(&m, NL80211_ATTR_IFINDEX, if_nametoindex(RADIO));
	h->nlmsg_len = m.len;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	sent = uring_write(g->fd, m.bytes, m.len);
	return sent > 0 ? 0 : sent;
}

TEST_F(scan, of_others_takes_the_right_whoever_asks_and_how)
{
	struct claim denied = refused(warden_self());
	struct genl g;
	bool has_ring;
	size_t i;

	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, genl_turn(&g, NL80211_GENL_NAME));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), ask_as, NULL));
	has_ring = ask_by_ring(&g) == -EACCES;
	EXPECT_TRUE(has_ring || ask_by_ring(&g) == -ENOSYS);
	denied.times = USERS_COUNT + has_ring;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use location;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), ask_as, NULL));
	if (has_ring)
		EXPECT_EQ(0, ask_by_ring(&g));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	genl_close(&g);
}

TEST_F(scan, debugfs_of_the_radio_takes_the_right)
{
	struct claim denied = refused(warden_self());
	glob_t found;

	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (glob("/sys/kernel/debug/ieee80211/phy*/hwsim/group", 0, NULL, &found))
		SKIP(return, "this kernel shows nothing of radios in debugfs");
	denied.object = NULL;
	EXPECT_EQ(EACCES, device_try(found.gl_pathv[0], O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use location;\n"));
	EXPECT_EQ(0, device_try(found.gl_pathv[0], O_RDONLY));
	globfree(&found);
}

/* <linux/wireless.h> has the numbers, and a header in its way. */
#define SIOCSIWMODE	0x8B06
#define SIOCGIWMODE	0x8B07
#define SIOCSIWSCAN	0x8B18
#define SIOCGIWSCAN	0x8B19
#define IW_MODE_ADHOC	1
#define IW_MODE_INFRA	2
#define IW_MODE_MONITOR 6

struct old_request {
	char name[IFNAMSIZ];
	union {
		uint32_t mode;
		struct {
			void *pointer;
			uint16_t length;
			uint16_t flags;
		} data;
	} u;
};

static int old_call(unsigned long cmd, uint32_t mode)
{
	static char room[65535];
	struct old_request r = { .name = RADIO };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (cmd == SIOCGIWSCAN) {
		r.u.data.pointer = room;
		r.u.data.length = sizeof(room);
	} else {
		r.u.mode = mode;
	}
	err = ioctl(fd, cmd, &r) ? errno : 0;
	close(fd);
	return err;
}

static int old_results(const struct user *u, void *unused)
{
	(void)u;
	(void)unused;
	return old_call(SIOCGIWSCAN, 0);
}

TEST_F(scan, by_the_ioctls_of_old_takes_the_right)
{
	const struct claim used = {
		.event = "use", .domain = "sensor", .program = "tester", .object = "nl80211",
		.pid = getpid(),
	};
	struct claim denied = refused(warden_self());
	struct genl g;
	size_t i;

	if (old_call(SIOCGIWMODE, 0))
		SKIP(return, "this kernel has no wireless extensions (CONFIG_CFG80211_WEXT)");
	/* Nobody is read for such an ioctl: it is known who was measured before, as by this. */
	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, genl_turn(&g, NL80211_GENL_NAME));
	ASSERT_EQ(-EACCES, go(&g, &results));
	genl_close(&g);
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, old_call(SIOCSIWSCAN, 0));
	EXPECT_EQ(EACCES, old_call(SIOCGIWSCAN, 0));
	EXPECT_EQ(EACCES, old_call(SIOCSIWMODE, IW_MODE_MONITOR));
	EXPECT_EQ(EACCES, old_call(SIOCSIWMODE, IW_MODE_ADHOC));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), old_results, NULL));
	denied.times = 4 + USERS_COUNT;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, old_call(SIOCGIWMODE, 0));
	EXPECT_NE(EACCES, old_call(SIOCSIWMODE, IW_MODE_INFRA));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n" NOTHING
				    "allow tester use device \"nl80211\";\n", warden_self()));
	self->mark = evidence_mark();
	EXPECT_NE(EACCES, old_call(SIOCSIWSCAN, 0)); /* another may be under way */
	EXPECT_NE(EACCES, old_call(SIOCGIWSCAN, 0));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_NE(EACCES, users_run(users_at(i), old_results, NULL));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
}

TEST_HARNESS_MAIN

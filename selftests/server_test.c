// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real servers, unmodified, as a device has them: each receives at the port the
 * policy names for it and at no other, whoever runs it; and a scan from another
 * machine finds what is declared, and nothing else.
 */
#include <json-c/json.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/harness.h"
#include "lib/networks.h"

#define CONF  "/run/test-mosquitto.conf"
#define PAGES "/run/test-pages"
#define FIRST 7395
#define PORTS 31 /* those that are scanned; FIRST and how many follow */

/* Ports from 7401 on are declared, those from 7411 on are not. */
#define POLICY                                                                                     \
	"program web { path \"/usr/bin/busybox\"; }\nprogram ssh { path \"/usr/sbin/dropbear\"; }\n"  \
	"program broker { path \"/usr/sbin/mosquitto\"; }\nprogram speed { path \"/usr/bin/iperf3\"; }\n" \
	"program relay { path \"/usr/bin/socat\"; }\nprogram scan { path \"/usr/bin/nmap\"; }\n"      \
	"default protocol allow; default listen deny;\nallow scan listen any 0;\n"              \
	"allow web listen tcp 7401;\nallow ssh listen tcp 7402;\nallow broker listen tcp 7403;\n"   \
	"allow speed listen tcp 7404;\nallow relay listen tcp 7405;\nallow relay listen udp 7406;\n"

/* How a server is started, at a port that is its own and at one that is nobody's. */
static const struct server {
	const char *label;
	const char *path;
	const char *command; /* with the port, and behind it once more */
	uint16_t port;
} servers[] = {
	{ "web", "/usr/bin/busybox", "busybox httpd -f -p 0.0.0.0:%u -h " PAGES, 7401 },
	{ "ssh", "/usr/sbin/dropbear", "dropbear -F -E -R -p 0.0.0.0:%u", 7402 },
	{ "broker", "/usr/sbin/mosquitto",
	  "sh -c 'printf \"listener %u 0.0.0.0\\nallow_anonymous true\\nuser root\\n\" >" CONF
	  "-%u; exec mosquitto -c " CONF "-%u'", 7403 },
	{ "speed", "/usr/bin/iperf3", "iperf3 -s -B 0.0.0.0 -p %u", 7404 },
	{ "relay", "/usr/bin/socat", "socat TCP4-LISTEN:%u,fork,reuseaddr EXEC:cat", 7405 },
};

#define SERVERS (sizeof(servers) / sizeof(*servers))

FIXTURE(server)
{
	struct networks net;
	struct client run[SERVERS];
	struct mark mark;
};

/* Start one in the near network, as @who: a command that runs another, or nothing. */
static bool start(const struct networks *net, struct client *c, const struct server *s,
		  uint16_t port, const char *who)
{
	char command[512], line[768];

	snprintf(command, sizeof(command), s->command, port, port, port);
	snprintf(line, sizeof(line), "exec nsenter -t %d -n %s %s", net->near, who, command);
	return !client_start(c, ARGV("sh", "-c", line));
}

/* NULL, or what is not installed. */
static const char *find_missing(void)
{
	size_t i;

	for (i = 0; i < SERVERS; i++)
		if (access(servers[i].path, X_OK))
			return servers[i].path;
	return access("/usr/bin/nmap", X_OK) ? "/usr/bin/nmap" : NULL;
}

FIXTURE_SETUP(server)
{
	const char *missing = find_missing();

	if (missing)
		SKIP(return, "%s is not installed", missing);
	memset(self, 0, sizeof(*self));
	ASSERT_TRUE(client_shell("mkdir -p /etc/dropbear " PAGES " && echo a page >" PAGES "/index.html"));
	ASSERT_LOADED(warden_policy(POLICY));
	ASSERT_TRUE(networks_make(&self->net, false));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(server)
{
	size_t i;

	for (i = 0; i < SERVERS; i++)
		client_end(&self->run[i]);
	networks_end(&self->net);
	client_shell("rm -rf " CONF "-* " PAGES);
	warden_load(warden_policy("\n"));
}

/* A command in the far network, of which the output is wanted. */
static int run_far(const struct networks *net, struct client *c, const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "nsenter -t %d -n %s", net->far, command);
	return client_run(c, ARGV("sh", "-c", line));
}

/* The ports a scan found open, `/tcp open ` or `/udp open `, as `7401 7402 ...`. */
static const char *open_ports(const char *text, const char *open)
{
	static char found[256];
	const char *at = text;

	found[0] = '\0';
	while ((at = strstr(at, open))) {
		const char *from = at;

		while (from > text && from[-1] >= '0' && from[-1] <= '9')
			from--;
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%.*s",
			 found[0] ? " " : "", (int)(at - from), from);
		at++;
	}
	return found;
}

/* The ports that `service list` says this of, in the same form: each once, and in their order. */
static const char *listed_ports(const char *protocol, const char *state)
{
	struct json_object *list = warden_json(ARGV("service", "list"));
	static char found[256];
	unsigned int port;
	size_t i;

	found[0] = '\0';
	for (port = FIRST; port < FIRST + PORTS; port++)
		for (i = 0; list && i < json_object_array_length(list); i++) {
			const struct json_object *e = json_object_array_get_idx(list, i);
			const char *where = evidence_string(e, "where"), *at = strrchr(where, ':');

			if (!at || strtoul(at + 1, NULL, 10) != port || strcmp(evidence_string(e, "state"), state) ||
			    strcmp(evidence_string(e, "protocol"), protocol))
				continue;
			snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%u", found[0] ? " " : "", port);
			break;
		}
	json_object_put(list);
	return found;
}

/* Wait until it is reached; false where it is not within half a minute. */
static bool is_up(const struct networks *net, uint16_t port)
{
	int i;

	for (i = 0; i < 600; i++) {
		if (!networks_reach(net->near, "127.0.0.1", port, 1000))
			return true;
		usleep(50000);
	}
	return false;
}

/* What was there before the policy, at ports that are nobody's: TCP, UDP, and UDP at one that is declared. */
static const struct server older[] = {
	{ "older", "/usr/bin/socat", "socat TCP4-LISTEN:%u,fork,reuseaddr EXEC:cat", 7417 },
	{ "older", "/usr/bin/socat", "socat UDP4-LISTEN:%u,fork,reuseaddr EXEC:cat", 7418 },
	{ "relay", "/usr/bin/socat", "socat UDP4-LISTEN:%u,fork,reuseaddr EXEC:cat", 7406 },
};

#define SCAN "-n -Pn -T5 --max-retries 1 -p "

/* Connect as a client called `a`, MQTT 3.1.1, and part: its answer begins with 20 02 00 00. */
#define MQTT "printf \"\\020\\015\\000\\004MQTT\\004\\002\\000\\074\\000\\001a\\340\\000\""

TEST_F(server, is_found_by_a_scan_where_it_is_declared_and_nothing_else_is)
{
	struct client c, before[ARRAY_SIZE(older)];
	char command[256];
	size_t i;

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	for (i = 0; i < ARRAY_SIZE(older); i++)
		ASSERT_TRUE(start(&self->net, &before[i], &older[i], older[i].port, ""));
	ASSERT_TRUE(is_up(&self->net, older[0].port));
	for (i = 0; i < 200 && strcmp("7406 7418", listed_ports("udp", "not-declared")); i++)
		usleep(50000);
	ASSERT_LOADED(warden_policy(POLICY));
	self->mark = evidence_mark();
	for (i = 0; i < SERVERS; i++) {
		ASSERT_TRUE(start(&self->net, &self->run[i], &servers[i], servers[i].port, ""));
	}
	for (i = 0; i < SERVERS; i++) {
		EXPECT_TRUE(is_up(&self->net, servers[i].port))
		{
			TH_LOG("%s: %s", servers[i].label, self->run[i].text);
		}
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	snprintf(command, sizeof(command), "nmap -sT " SCAN "22,80,443,1883,%u-%u " NEAR4, FIRST, FIRST + PORTS - 1);
	EXPECT_EQ(0, run_far(&self->net, &c, command));
	EXPECT_STREQ("7401 7402 7403 7404 7405", open_ports(c.text, "/tcp open "))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_STREQ(listed_ports("tcp", "declared"), open_ports(c.text, "/tcp open "));
	client_end(&c);
	EXPECT_STREQ("7417", listed_ports("tcp", "not-declared"));
	snprintf(command, sizeof(command), "nmap -sU --data-string hello " SCAN "53,123,161,%u-%u " NEAR4, FIRST,
		 FIRST + PORTS - 1);
	EXPECT_EQ(0, run_far(&self->net, &c, command));
	EXPECT_STREQ("7406", open_ports(c.text, "/udp open "))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_STREQ(listed_ports("udp", "declared"), open_ports(c.text, "/udp open "));
	client_end(&c);
	EXPECT_STREQ("7418", listed_ports("udp", "not-declared"));
	for (i = 0; i < ARRAY_SIZE(older); i++)
		client_end(&before[i]);

	/* They serve: a page, a banner, a session, a measurement, an echo. */
	EXPECT_EQ(0, run_far(&self->net, &c, "busybox wget -q -O - http://" NEAR4 ":7401/index.html"));
	EXPECT_NE(NULL, strstr(c.text, "a page"));
	client_end(&c);
	EXPECT_EQ(0, run_far(&self->net, &c, "nc -w 5 " NEAR4 " 7402 </dev/null"));
	EXPECT_NE(NULL, strstr(c.text, "SSH-2.0-dropbear"));
	client_end(&c);
	EXPECT_EQ(0, run_far(&self->net, &c, "sh -c '" MQTT " | nc -w 5 -q 5 " NEAR4 " 7403 | od -A n -t x1'"));
	EXPECT_NE(NULL, strstr(c.text, "20 02 00 00"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_EQ(0, run_far(&self->net, &c, "iperf3 -c " NEAR4 " -p 7404 -n 1M"));
	client_end(&c);
	EXPECT_EQ(0, run_far(&self->net, &c, "sh -c 'echo hello | socat -t 5 - TCP4:" NEAR4 ":7405'"));
	EXPECT_NE(NULL, strstr(c.text, "hello"));
	client_end(&c);
}

/* As root, as a plain user, and as one who is root of a user namespace of his own. */
TEST_F(server, at_a_port_that_is_not_its_own_is_refused_to_whoever_runs_it)
{
	static const char *const whose[] = {
		"", "setpriv --reuid=1000 --regid=1000 --clear-groups",
		"setpriv --reuid=1000 --regid=1000 --clear-groups unshare -r",
	};
	size_t i, k;

	for (i = 0; i < SERVERS; i++)
		for (k = 0; k < ARRAY_SIZE(whose); k++) {
			struct claim denied = { .domain = "listen", .reason = "port-not-named",
						.program = servers[i].label,
						.port = servers[i].port + 10 + 1,
						.line = UINT32_MAX };
			struct client c;

			self->mark = evidence_mark();
			ASSERT_TRUE(start(&self->net, &c, &servers[i], servers[i].port + 10, whose[k]));
			EXPECT_LT(0, client_wait(&c, 20000))
			{
				TH_LOG("%s as \"%s\": %s", servers[i].label, whose[k], c.text);
			}
			client_end(&c);
			EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
		}
}

#define LAYER "/run/test-cut.policy"

/* What an operator loads when a flaw became known and nobody knows whose: the updater goes on. */
#define CUT                                                                                        \
	"program updater { path \"/usr/bin/nc.openbsd\"; }\nprogram tester { path \"%s\"; }\nprogram relay { path \"/usr/bin/socat\"; }\n" \
	"default sensor deny;\ndefault protocol allow; default listen deny;\n"                     \
	"default connect deny;\nsweep abort;\n"                                                   \
	"allow updater connect tcp 7405 to " FAR4 ";\nallow relay listen tcp 7405;\n"                \
	"allow tester connect any any;\n"

/* Does the other side end a connection? */
static bool is_ended(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&p, 1, 5000) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) <= 0;
}

/* The far network is another machine, where the relay stands for the server of updates. */
TEST_F(server, device_is_cut_to_its_updater_by_one_layer)
{
	struct claim denied = { .domain = "connect", .object = FAR4, .port = 7405 + 1,
				.line = UINT32_MAX };
	struct networks other = { .near = self->net.far };
	struct client c;
	uint64_t began;
	char line[256];
	int fd;

	ASSERT_TRUE(start(&self->net, &self->run[0], &servers[0], servers[0].port, ""));
	ASSERT_TRUE(start(&other, &self->run[1], &servers[4], servers[4].port, ""));
	ASSERT_TRUE(is_up(&self->net, servers[0].port));
	ASSERT_TRUE(is_up(&other, servers[4].port));
	fd = networks_connect(self->net.far, NEAR4, servers[0].port, 5000);
	ASSERT_LE(0, fd);
	usleep(100000); /* until it is accepted */
	ASSERT_TRUE(warden_write(LAYER, warden_policy(CUT, warden_self())));
	self->mark = evidence_mark();
	began = now_ns();
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--force", "--layer", "operator", LAYER)))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_TRUE(is_ended(fd));
	printf("# cut off after %.1f ms\n", (double)(now_ns() - began) / 1e6);
	close(fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "sweep" }));
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->net.far, NEAR4, servers[0].port, 300));

	snprintf(line, sizeof(line), "echo hello | nsenter -t %d -n nc -N -w 5 " FAR4 " 7405",
		 self->net.near);
	EXPECT_EQ(0, client_run(&c, ARGV("sh", "-c", line)));
	EXPECT_NE(NULL, strstr(c.text, "hello"));
	client_end(&c);
	self->mark = evidence_mark();
	snprintf(line, sizeof(line), "nsenter -t %d -n busybox wget -q -O - http://" FAR4 ":7405/",
		 self->net.near);
	EXPECT_NE(0, client_run(&c, ARGV("sh", "-c", line)));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "operator")));
	unlink(LAYER);
}

TEST_HARNESS_MAIN

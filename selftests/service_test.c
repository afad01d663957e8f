// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is open is listed beside what the policy declares.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <warden/text.h>

#include "lib/harness.h"
#include "lib/keypad.h"

#define OLDER	  7202 /* a listener from before the policy */
#define ELSEWHERE 7204 /* the same in another network */
#define SCTP	  7205 /* the same of SCTP */
#define INSIDE	  7216 /* the same, at an address that no rule has */
#define LOOPED	  7217 /* the same, by an interface that no rule has */
#define MANY	  7206 /* of SCTP, with many associations */
#define DCCP	  7207
#define UDPLITE	  7208
#define KEPT	  7209 /* of the kernel, in a network that no process is in */

/* Those the kernel may not have: -1 where it has none. */
static const struct {
	int type;
	int protocol;
	const char *name;
	uint16_t port;
} others[] = {
	{ SOCK_STREAM, IPPROTO_SCTP, "sctp", SCTP },
	{ SOCK_SEQPACKET, IPPROTO_SCTP, "sctp", MANY },
	{ SOCK_DCCP, IPPROTO_DCCP, "dccp", DCCP },
	{ SOCK_DGRAM, IPPROTO_UDPLITE, "udplite", UDPLITE },
};

#define OTHERS (sizeof(others) / sizeof(*others))

FIXTURE(service)
{
	struct client server;
	struct json_object *list;
	pid_t child;
	pid_t heir;
	int older;
	int inside;
	int looped;
	int other[OTHERS];
	int autobound;
	bool kept;
};

static int listen_at(int type, int protocol, in_addr_t address, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(address) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol), err;

	if (!bind(fd, (struct sockaddr *)&at, sizeof(at)) &&
	    (protocol == IPPROTO_UDPLITE || !listen(fd, 1)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int listen_by(int type, int protocol, uint16_t port)
{
	return listen_at(type, protocol, INADDR_ANY, port);
}

static int listen_on(uint16_t port)
{
	return listen_by(SOCK_STREAM, 0, port);
}

/* Another program that has the socket, too. */
static pid_t hand_down(int fd)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	fcntl(fd, F_SETFD, 0);
	execl("/usr/bin/sleep", "sleep", "60", NULL);
	_exit(1);
}

/* A process that listens in a network of its own, and says on @ready that it does. */
static pid_t listen_elsewhere(int ready)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (unshare(CLONE_NEWNET) || listen_on(ELSEWHERE) < 0 || write(ready, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

FIXTURE_SETUP(service)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int ready[2];
	char byte;
	size_t i;

	if (access("/usr/bin/nc.openbsd", X_OK))
		SKIP(return, "netcat-openbsd is not installed");
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	ASSERT_EQ(0, pipe(ready));
	self->child = listen_elsewhere(ready[1]);
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);
	self->older = listen_on(OLDER);
	ASSERT_LE(0, self->older);
	self->heir = hand_down(self->older);
	self->inside = listen_at(SOCK_STREAM, 0, INADDR_LOOPBACK, INSIDE);
	self->looped = listen_at(SOCK_STREAM, 0, INADDR_LOOPBACK, LOOPED);
	device_load("sctp", "");
	device_load("dccp_ipv4", "");
	for (i = 0; i < OTHERS; i++)
		self->other[i] = listen_by(others[i].type, others[i].protocol, others[i].port);
	self->kept = client_shell("ip netns add kept && ip -n kept link set lo up && ip -n kept link add vx0 up "
				  "type vxlan id 1 dstport 7209 dev lo");
	self->autobound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	sendto(self->autobound, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	ASSERT_LOADED(warden_policy("program nc { path \"/usr/bin/nc.openbsd\"; "
				    "arguments \"-l -k -v * *\"; }\n"
				    "default protocol allow; default listen deny;\nallow nc listen tcp {7201, 7203};\n"
				    "allow any listen tcp 7216 at 192.0.2.1;\n"
				    "allow any listen tcp 7217 on nowhere0;\n"
				    "allow nc use device \"nowhere/camera\";\nallow nc use bus;\n"));
	ASSERT_EQ(0, client_start(&self->server, ARGV("nc", "-l", "-k", "-v", "::1", "7201")));
	ASSERT_TRUE(client_says(&self->server, "Listening", 10000));
	self->list = warden_json(ARGV("service", "list"));
	ASSERT_NE(NULL, self->list);
}

FIXTURE_TEARDOWN(service)
{
	size_t i;

	json_object_put(self->list);
	client_end(&self->server);
	close(self->older);
	close(self->inside);
	close(self->looped);
	if (self->heir > 0)
		kill(self->heir, SIGKILL);
	for (i = 0; i < OTHERS; i++)
		close(self->other[i]);
	client_shell("ip netns del kept");
	close(self->autobound);
	if (self->child > 0)
		kill(self->child, SIGKILL);
}

/* The entry of a place; of a process there, if @pid is not 0. NULL where it is not in the list. */
static const struct json_object *find_held(const struct json_object *list, const char *where, pid_t pid)
{
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		const struct json_object *e = json_object_array_get_idx(list, i);

		if (!strcmp(evidence_string(e, "where"), where) &&
		    (!pid || evidence_number(e, "pid") == (uint64_t)pid))
			return e;
	}
	return NULL;
}

static const struct json_object *find(const struct json_object *list, const char *where)
{
	return find_held(list, where, 0);
}

#define EXPECT_ENTRY(place, state_, program_) EXPECT_ENTRY_OF("tcp", place, state_, program_)

#define EXPECT_ENTRY_OF(protocol_, place, state_, program_)                                        \
	do {                                                                                       \
		const struct json_object *entry = find(self->list, place);                         \
                                                                                                   \
		EXPECT_NE(NULL, entry)                                                             \
		{                                                                                  \
			TH_LOG("%s is not in %s", place, warden_said());                           \
		}                                                                                  \
		if (!entry)                                                                        \
			break;                                                                     \
		EXPECT_STREQ(state_, evidence_string(entry, "state"));                             \
		EXPECT_STREQ(protocol_, evidence_string(entry, "protocol"));                       \
		EXPECT_STREQ(program_, evidence_string(entry, "program"));                         \
	} while (0)

TEST_F(service, list_marks_each_difference_between_what_is_declared_and_what_is_open)
{
	const struct json_object *here, *there;
	size_t i, udp = 0;
	char where[32];

	EXPECT_ENTRY("[::1]:7201", "declared", "nc");
	for (i = 0; i < OTHERS; i++) {
		snprintf(where, sizeof(where), "0.0.0.0:%u", others[i].port);
		if (self->other[i] >= 0)
			EXPECT_ENTRY_OF(others[i].name, where, "not-declared", warden_self());
	}
	if (self->kept)
		EXPECT_ENTRY_OF("udp", "0.0.0.0:7209", "kernel-not-declared", "-");
	EXPECT_EQ((uint64_t)self->server.pid,
		  evidence_number(find(self->list, "[::1]:7201"), "pid"));
	EXPECT_ENTRY("0.0.0.0:7202", "not-declared", warden_self());
	EXPECT_ENTRY("7203", "not-open", "nc");
	EXPECT_EQ(NULL, find(self->list, "7201"));
	EXPECT_ENTRY("0.0.0.0:7204", "not-declared", warden_self());
	here = find(self->list, "0.0.0.0:7202");
	there = find(self->list, "0.0.0.0:7204");
	ASSERT_TRUE(here && there);
	EXPECT_NE(evidence_number(here, "network"), evidence_number(there, "network"));
	EXPECT_EQ((uint64_t)self->child, evidence_number(there, "pid"));
	for (i = 0; i < json_object_array_length(self->list); i++) {
		const struct json_object *e = json_object_array_get_idx(self->list, i);

		udp += !strcmp(evidence_string(e, "protocol"), "udp") &&
		       evidence_number(e, "pid") == (uint64_t)getpid() &&
		       !strcmp(evidence_string(e, "state"), "not-declared");
	}
	EXPECT_EQ(1, udp);
}

TEST_F(service, list_tells_each_program_that_holds_a_socket)
{
	const struct json_object *heir = find_held(self->list, "0.0.0.0:7202", self->heir);

	ASSERT_NE(NULL, heir);
	EXPECT_STREQ("/usr/bin/sleep", evidence_string(heir, "program"));
	EXPECT_STREQ("not-declared", evidence_string(heir, "state"));
	EXPECT_NE(NULL, find_held(self->list, "0.0.0.0:7202", getpid()));
}

/* By the name of its path, which in its own mounts leads to another file. */
TEST_F(service, list_believes_no_path)
{
	struct client masked;

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	ASSERT_EQ(0, client_start(&masked, ARGV("unshare", "-m", "sh", "-c",
						"mount --bind /usr/bin/socat /usr/bin/nc.openbsd && "
						"exec nc.openbsd -d -d TCP-LISTEN:7221 -")));
	EXPECT_TRUE(client_says(&masked, "listening", 10000));
	ASSERT_LOADED(warden_policy("program nc { path \"/usr/bin/nc.openbsd\"; }\n"
				    "default protocol allow; default listen deny;\nallow nc listen tcp 7221;\n"));
	json_object_put(self->list);
	self->list = warden_json(ARGV("service", "list"));
	EXPECT_ENTRY("0.0.0.0:7221", "not-declared", "/usr/bin/nc.openbsd");
	client_end(&masked);
}

static bool is_text(const char *said)
{
	unsigned int len;

	while (*said && (len = warden_text_character(said)))
		said += len;
	return !*said;
}

/* A file may be called what is no UTF-8, which JSON must be: in the list and in records. */
TEST_F(service, list_is_text_whatever_a_program_is_called)
{
	static const char program[] = "/var/tmp/test-n\xff\xc3me";
	struct claim denied = { .domain = "listen", .reason = "program-unknown",
				.program = "/var/tmp/test-n??me", .port = 7223 + 1 };
	struct client odd, refused;
	struct mark mark;

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	ASSERT_TRUE(client_shell("cp /usr/bin/nc.openbsd \"$(printf '/var/tmp/test-n\\377\\303me')\""));
	ASSERT_EQ(0, client_start(&odd, ARGV(program, "-l", "-k", "-v", "127.0.0.1", "7222")));
	/* it may say so before it does: port 7222 */
	ASSERT_TRUE(client_shell("until grep -q ':1C36 00000000:0000 0A' /proc/net/tcp; do sleep 0.1; done"));
	ASSERT_LOADED(warden_policy("default protocol allow; default listen deny;\n"));
	json_object_put(self->list);
	self->list = warden_json(ARGV("service", "list"));
	EXPECT_TRUE(is_text(warden_said()));
	EXPECT_ENTRY("127.0.0.1:7222", "not-declared", "/var/tmp/test-n??me");
	mark = evidence_mark();
	EXPECT_LT(0, client_run(&refused, ARGV(program, "-l", "-v", "127.0.0.1", "7223")));
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
	EXPECT_EQ(0, warden_ctl(ARGV("audit", "verify")));
	client_end(&refused);
	client_end(&odd);
	unlink(program);
}

TEST_F(service, list_knows_at_which_address_a_rule_is)
{
	EXPECT_ENTRY("127.0.0.1:7216", "not-declared", warden_self());
	EXPECT_ENTRY("7216", "not-open", "any");
}

/* An address of the loopback is its interface, too. */
TEST_F(service, list_knows_by_which_interface_a_rule_is)
{
	EXPECT_ENTRY("127.0.0.1:7217", "not-declared", warden_self());
	EXPECT_ENTRY("7217", "not-open", "any");
}

/* Of one file by how it was started, and of two rules in one line by the protocol. */
TEST_F(service, list_tells_programs_and_rules_apart)
{
	ASSERT_LOADED(warden_policy("program other { path \"/usr/bin/nc.openbsd\"; arguments \"-u ...\"; }\n"
				    "program nc { path \"/usr/bin/nc.openbsd\"; arguments \"-l -k -v * *\"; }\n"
				    "default protocol allow; default listen deny;\n"
				    "allow nc listen tcp 7201; allow nc listen udp 7201;\n"));
	json_object_put(self->list);
	self->list = warden_json(ARGV("service", "list"));
	ASSERT_NE(NULL, self->list);
	EXPECT_ENTRY("[::1]:7201", "declared", "nc");
	EXPECT_ENTRY_OF("udp", "7201", "not-open", "nc");
}

/* How many objects of a list have these two words. */
static unsigned int count(struct json_object *list, const char *field, const char *word,
			  const char *other, const char *second)
{
	unsigned int found = 0;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		const struct json_object *e = json_object_array_get_idx(list, i);

		found += !strcmp(evidence_string(e, field), word) &&
			 !strcmp(evidence_string(e, other), second);
	}
	return found;
}

TEST_F(service, list_of_devices_says_who_may_use_what_is_there)
{
	struct json_object *devices;
	struct keypad keys;

	ASSERT_EQ(0, keypad_plug(&keys));
	devices = warden_json(ARGV("service", "list", "--devices"));
	ASSERT_NE(NULL, devices);
	EXPECT_LT(0, count(devices, "class", "input", "state", "closed"));
	EXPECT_EQ(0, count(devices, "class", "input", "state", "declared"));
	EXPECT_EQ(0, count(devices, "class", "bus", "state", "closed"));
	EXPECT_EQ(1, count(devices, "topology", "nowhere/camera", "state", "not-there"));
	json_object_put(devices);
	ASSERT_LOADED(warden_policy("program nc { path \"/usr/bin/nc.openbsd\"; }\nallow nc use input;\n"));
	devices = warden_json(ARGV("service", "list", "--devices"));
	ASSERT_NE(NULL, devices);
	EXPECT_LT(0, count(devices, "class", "input", "state", "declared"));
	EXPECT_EQ(0, count(devices, "class", "input", "state", "closed"));
	json_object_put(devices);
	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	devices = warden_json(ARGV("service", "list", "--devices"));
	ASSERT_NE(NULL, devices);
	EXPECT_LT(0, count(devices, "class", "input", "state", "not-declared"));
	json_object_put(devices);
	keypad_unplug(&keys);
}

TEST_F(service, list_of_devices_knows_who_may_use_one_by_its_name)
{
	struct json_object *devices;
	const char *node;
	struct keypad keys;
	char rule[64];

	ASSERT_EQ(0, keypad_plug(&keys));
	node = strrchr(keys.node, '/') + 1;
	snprintf(rule, sizeof(rule), "name:%s", node);
	ASSERT_LOADED(warden_policy("program nc { path \"/usr/bin/nc.openbsd\"; }\nallow nc use name \"%s\";\n", node));
	devices = warden_json(ARGV("service", "list", "--devices"));
	ASSERT_NE(NULL, devices);
	EXPECT_EQ(1, count(devices, "node", node, "state", "declared"));
	EXPECT_EQ(0, count(devices, "topology", rule, "state", "not-there"));
	json_object_put(devices);
	keypad_unplug(&keys);
}

TEST_F(service, statement_of_interfaces_has_all_of_them)
{
	struct json_object *statement = warden_json(ARGV("service", "list", "--interfaces")), *list;
	struct json_object *difference = NULL;
	unsigned int debug = 0;
	size_t i;

	ASSERT_NE(NULL, statement);
	EXPECT_STREQ("ETSI TS 103 701, IXIT 15-Intf", evidence_string(statement, "form"));
	list = json_object_object_get(statement, "interfaces");
	EXPECT_EQ(1, count(list, "description", "tcp [::1]:7201, nc", "status", "enabled"));
	EXPECT_EQ(1, count(list, "description", "tcp 7203, nc", "status", "disabled"));
	EXPECT_LT(0, count(list, "type", "physical", "status", "disabled"));
	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *e = json_object_array_get_idx(list, i);

		debug += json_object_get_boolean(json_object_object_get(e, "debug-interface"));
		if (strstr(evidence_string(e, "description"), "0.0.0.0:7202"))
			difference = json_object_object_get(e, "difference");
	}
	EXPECT_LT(5, debug);
	EXPECT_TRUE(json_object_get_boolean(difference));
	json_object_put(statement);
}

TEST_F(service, list_can_be_read_by_people)
{
	EXPECT_EQ(0, warden_ctl(ARGV("service", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "NOT DECLARED"));
	EXPECT_NE(NULL, strstr(warden_said(), "not open"));
	EXPECT_EQ(2, warden_ctl(ARGV("service", "list", "everything")));
	EXPECT_EQ(2, warden_ctl(ARGV("service", "list", "--usb", "--devices")));
	EXPECT_SAID("one at a time");
	EXPECT_EQ(0, warden_ctl(ARGV("service", "list", "--devices")));
	EXPECT_NE(NULL, strstr(warden_said(), "closed"));
}

TEST_HARNESS_MAIN

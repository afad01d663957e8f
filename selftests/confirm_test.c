// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy on trial: it goes unless it is confirmed. And what a policy must not
 * do to whoever loads it, what it must be newer than, and how its bytes come back.
 */
#include <json-c/json.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/blob.h"
#include "lib/harness.h"
#include "lib/surface.h"

#define PORT 7021

static uint32_t version;

/* A policy one version above the last, written to a file that stands until the next. */
static const char *write_policy(const char *statements)
{
	static char path[] = "/tmp/confirm-test.policy";
	FILE *f = fopen(path, "w");

	if (!f)
		return NULL;
	fprintf(f, "policy \"trial\" version %u; contact \"a@b.c\"; support until 2040-01-01;\n%s",
		++version, statements);
	fclose(f);
	return path;
}

static int load(const char *statements, const char *option, const char *value)
{
	const char *path = write_policy(statements);

	if (value)
		return warden_ctl(ARGV("policy", "load", option, value, path));
	return option ? warden_ctl(ARGV("policy", "load", option, path)) :
			warden_ctl(ARGV("policy", "load", path));
}

static char *digest_in_force(void)
{
	struct json_object *status = warden_json(ARGV("status"));
	struct json_object *digest;
	char *text = NULL;

	if (json_object_object_get_ex(status, "policy-digest", &digest))
		text = strdup(json_object_get_string(digest));
	json_object_put(status);
	return text ? text : strdup("");
}

FIXTURE(trial)
{
	struct mark mark;
	char *before;
};

/* Each begins with a policy that was loaded by force, so that versions can start from it. */
FIXTURE_SETUP(trial)
{
	warden_ctl(ARGV("policy", "confirm"));
	warden_ctl(ARGV("policy", "drop", "operator"));
	version = 0;
	ASSERT_EQ(0, load("default sensor allow; default listen allow;\n", "--force", NULL))
	{
		TH_LOG("%s", warden_said());
	}
	self->before = digest_in_force();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(trial)
{
	warden_ctl(ARGV("policy", "confirm"));
	/* A safety list would bind what the tests after this one load. */
	load("default sensor allow; default listen allow;\n", "--force", NULL);
	free(self->before);
}

#define EXPECT_IN_FORCE(equal, digest)                                                             \
	do {                                                                                       \
		char *now = digest_in_force();                                                     \
                                                                                                   \
		EXPECT_EQ((equal), !strcmp(now, (digest)));                                        \
		free(now);                                                                         \
	} while (0)

TEST_F(trial, the_policy_of_before_comes_back_when_nobody_confirms)
{
	struct json_object *r;

	ASSERT_EQ(0, load("default listen deny;\n", "--confirm", "2"));
	EXPECT_SAID("policy confirm");
	EXPECT_IN_FORCE(false, self->before);
	EXPECT_NE(UINT64_MAX, warden_status("confirm-seconds"));
	r = evidence_find(&self->mark, &(struct claim){ .event = "policy-revert",
							.reason = "not-confirmed" }, 10000);
	ASSERT_NE(NULL, r);
	EXPECT_EQ(2, evidence_number(r, "policy-version"));
	json_object_put(r);
	EXPECT_IN_FORCE(true, self->before);
	EXPECT_EQ(UINT64_MAX, warden_status("confirm-seconds"));
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "confirm")));
	EXPECT_SAID("no policy waits to be confirmed");
}

/* What it shut: 0 or the errno, each. */
struct shut {
	int listen;
	int connect;
	int perf;
};

static struct shut try_all(void)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT + 1) };
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
	struct shut shut = { .perf = surface_perf() };

	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	shut.listen = bind(server, (const struct sockaddr *)&at, sizeof(at)) || listen(server, 1) ? errno : 0;
	shut.connect = connect(client, (const struct sockaddr *)&at, sizeof(at)) ? errno : 0;
	close(server);
	close(client);
	return shut;
}

#define EXPECT_ALL(err)                                                                            \
	do {                                                                                       \
		const struct shut now = try_all();                                                 \
                                                                                                   \
		EXPECT_EQ(err, now.listen);                                                        \
		EXPECT_EQ(err, now.connect);                                                       \
		EXPECT_EQ(err, now.perf);                                                          \
	} while (0)

/* Nobody is locked out: ports, connections and debug surfaces that it shut are open again. */
TEST_F(trial, ports_and_debug_surfaces_come_back_when_nobody_confirms)
{
	EXPECT_ALL(0);
	ASSERT_EQ(0, load("default listen deny; default connect deny; debug closed;\n", "--confirm", "3"));
	EXPECT_ALL(EACCES);
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-revert",
								     .reason = "not-confirmed" }));
	EXPECT_ALL(0);
}

TEST_F(trial, a_confirmed_policy_stays)
{
	ASSERT_EQ(0, load("default listen deny;\n", "--confirm", "2"));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "confirm")));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-confirm" }));
	sleep(3);
	EXPECT_IN_FORCE(false, self->before);
}

TEST_F(trial, what_waits_can_be_taken_back_at_once)
{
	ASSERT_EQ(0, load("default listen deny;\n", "--confirm", "3600"));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "confirm", "--revert")));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-revert",
								     .reason = "reverted" }));
	EXPECT_IN_FORCE(true, self->before);
}

TEST_F(trial, a_second_policy_waits_for_the_first)
{
	ASSERT_EQ(0, load("default listen deny;\n", "--confirm", "3600"));
	EXPECT_EQ(1, load("default listen allow;\n", NULL, NULL));
	EXPECT_SAID("to be confirmed or taken back");
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "confirm")));
	EXPECT_EQ(0, load("default listen allow;\n", NULL, NULL));
}

TEST_F(trial, a_version_counts_once_it_is_confirmed)
{
	ASSERT_EQ(0, load("default listen deny;\n", "--confirm", "3600"));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "confirm", "--revert")));
	version--;
	EXPECT_EQ(0, load("default listen deny; default sensor deny;\n", NULL, NULL));
	version--;
	EXPECT_EQ(1, load("default listen deny;\n", NULL, NULL));
	EXPECT_SAID("version 2 is not newer than version 2 of the maker layer");
}

TEST_F(trial, without_a_root_force_loads_what_is_not_newer)
{
	version--;
	EXPECT_EQ(1, load("default listen deny;\n", NULL, NULL));
	version--;
	EXPECT_EQ(0, load("default listen deny;\n", "--force", NULL));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-load",
								     .reason = "forced" }));
}

TEST_F(trial, a_trial_of_a_layer_below_leaves_the_one_above)
{
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator", "--confirm", "3600",
				     write_policy("deny any use camera;\n"))))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_SAID("operator: trial");
	EXPECT_IN_FORCE(true, self->before);
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "confirm", "--revert")));
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_EQ(NULL, strstr(warden_said(), "operator: trial"));
}

TEST_F(trial, a_default_that_is_wider_than_the_one_above_is_refused_by_name)
{
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--force", write_policy("default usb deny;\n"))));
	EXPECT_NE(0, warden_ctl(ARGV("policy", "load", "--force", "--layer", "operator",
				     write_policy("default usb allow;\n"))));
	EXPECT_SAID("the default for usb allows more than the maker layer");
}

/* --- the way back in -------------------------------------------------------------------- */

/* A listener, and a connection to it that this process holds, as sshd and its session do. */
static int log_in(int fd[3])
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int one = 1;

	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd[0], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd[0], (struct sockaddr *)&at, sizeof(at)) || listen(fd[0], 1))
		return -1;
	fd[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd[1], (struct sockaddr *)&at, sizeof(at)))
		return -1;
	fd[2] = accept4(fd[0], NULL, NULL, SOCK_CLOEXEC);
	return fd[2] < 0 ? -1 : 0;
}

static void log_out(int fd[3])
{
	int i;

	for (i = 0; i < 3; i++)
		close(fd[i]);
}

TEST_F(trial, a_policy_that_cuts_the_channel_it_came_through_needs_force)
{
	char allows[512];
	int fd[3];

	ASSERT_EQ(0, log_in(fd));
	EXPECT_EQ(1, load("default listen deny;\n", NULL, NULL));
	EXPECT_SAID("port 7021, which this was loaded through, would be denied");
	EXPECT_SAID("--force");
	EXPECT_IN_FORCE(true, self->before);
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-refuse" }));
	snprintf(allows, sizeof(allows),
		 "default listen deny; program self { path \"%s\"; }\n"
		 "allow self listen tcp 7021;\n", warden_self());
	EXPECT_EQ(0, load(allows, NULL, NULL))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, load("default listen deny;\n", "--force", NULL));
	log_out(fd);
	EXPECT_EQ(0, load("default listen deny; default sensor deny;\n", NULL, NULL));
}

static void put_safety(struct msg *m, uint32_t line, uint32_t flags, uint32_t action)
{
	size_t rule = blob_rule(m, line, WARDEN_DOMAIN_LISTEN, action);

	msg_put_u32(m, WARDEN_A_RULE_PROTOCOL, IPPROTO_TCP);
	msg_put_u32(m, WARDEN_A_RULE_PORT_LOW, 22);
	msg_put_u32(m, WARDEN_A_RULE_PORT_HIGH, 22);
	if (flags)
		msg_put_u32(m, WARDEN_A_RULE_FLAGS, flags);
	msg_end(m, rule);
}

/* A policy whose safety list has port 22, and which denies it where it is told to. */
static int load_safety(struct genl *g, bool denies, uint32_t force)
{
	struct msg m;
	int err = blob_begin(g);

	msg_init(&m, g, WARDEN_CMD_POLICY_ADD);
	blob_header(&m, "safety", 1000 + denies + force);
	put_safety(&m, 10, WARDEN_RULE_FLAG_SAFETY, WARDEN_ACTION_ALLOW);
	if (denies)
		put_safety(&m, 11, 0, WARDEN_ACTION_DENY);
	if (!err)
		err = genl_ask(g, &m, NLM_F_ACK);
	msg_init(&m, g, WARDEN_CMD_POLICY_COMMIT);
	msg_put_u32(&m, WARDEN_A_POLICY_FORCE, force);
	return err ? err : genl_ask(g, &m, NLM_F_ACK);
}

TEST_F(trial, a_policy_that_denies_its_safety_list_needs_force)
{
	struct genl g;

	ASSERT_EQ(0, genl_open(&g));
	EXPECT_EQ(-EPERM, load_safety(&g, true, 0));
	EXPECT_NE(NULL, strstr(g.said, "the maker layer denies line 10 of the safety list"))
	{
		TH_LOG("it said: %s", g.said);
	}
	EXPECT_IN_FORCE(true, self->before);
	EXPECT_EQ(0, load_safety(&g, true, 1));
	EXPECT_EQ(0, load_safety(&g, false, 1));
	/* A layer below may not deny it either. */
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "load", "--layer", "operator",
				     write_policy("deny any listen tcp 1-100;\n"))));
	EXPECT_SAID("the operator layer denies line 10 of the safety list");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator",
				     write_policy("deny any listen tcp 23-100;\n"))));
	genl_close(&g);
}

/* The same by text: a list, and what else the policy says of the listener. */
static const char *kept(const char *list, const char *rules)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		 "default listen deny; program self { path \"%s\"; }\n%s%s", warden_self(), list,
		 rules);
	return text;
}

#define LIST   "safety { self listen tcp 7022; self use microphone; }\n" /* line 3 */
#define ALLOWS "allow self listen tcp 7000-7100; allow self use microphone;\n"

TEST_F(trial, a_safety_list_in_text_binds_layers_and_the_next_policy)
{
	version = 2000; /* above what the layer of the operator had */
	ASSERT_EQ(0, load(kept(LIST, ALLOWS), NULL, NULL))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_SAID("2 rules, 2 safety entries");
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "load", "--layer", "operator",
				     write_policy("deny any listen tcp 7022;\n"))));
	EXPECT_SAID("the operator layer denies line 3 of the safety list");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator",
				     write_policy("deny any listen tcp 7023;\n"))))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator", "--force",
				     write_policy("deny any use any;\n"))))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "drop", "operator")));
	/* A policy that has no list is held to the one before it. */
	EXPECT_EQ(1, load(kept("", "allow self listen tcp 7000-7100;\n"), NULL, NULL));
	EXPECT_SAID("this policy denies line 3 of the safety list that is in force");
	EXPECT_SAID("--force");
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-refuse" }));
	EXPECT_EQ(0, load(kept("", ALLOWS), NULL, NULL))
	{
		TH_LOG("%s", warden_said());
	}
	/* The list went with the policy it stood in. */
	EXPECT_EQ(0, load(kept("", "allow self listen tcp 7000-7100;\n"), NULL, NULL));
}

TEST_F(trial, a_next_policy_that_denies_the_safety_list_passes_by_force)
{
	const char *denies = "allow self listen tcp 7000-7100; deny any use microphone;\n";

	ASSERT_EQ(0, load(kept(LIST, ALLOWS), NULL, NULL));
	/* Its own list, which the tool looks at; and that of the policy in force. */
	EXPECT_EQ(1, load(kept(LIST, denies), NULL, NULL));
	EXPECT_SAID("the safety list names this, and it is denied (line 4)");
	EXPECT_EQ(1, load(kept("", denies), NULL, NULL));
	EXPECT_SAID("this policy denies line 3 of the safety list that is in force");
	EXPECT_EQ(0, load(kept(LIST, denies), "--force", NULL))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_SAID("2 rules, 1 safety entries");
	EXPECT_SAID("forced, this entry is not kept");
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-load",
								     .reason = "forced" }));
}

/* --- asking what is in force --------------------------------------------------------------- */

TEST_F(trial, a_file_is_held_against_the_policy_in_force)
{
	ASSERT_EQ(0, load(kept("", ALLOWS), NULL, NULL));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "diff", write_policy(kept("", ALLOWS)))));
	EXPECT_SAID("mean the same");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "diff", write_policy(
		kept(LIST, "allow self listen tcp {7000-7009, 7022}; allow self use microphone;\n")))));
	EXPECT_SAID("would now be denied:\n  self: listen tcp 7010-7021: allowed (line 3) -> denied");
	EXPECT_SAID("self use microphone: now on the safety list");
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "diff", "--layer", "operator",
				     write_policy("deny any use any;\n"))));
	EXPECT_SAID("there is no operator layer in force");
}

TEST_F(trial, a_file_is_held_against_one_layer_of_several)
{
	version = 3000; /* above what the layer of the operator had */
	ASSERT_EQ(0, load(kept("", ALLOWS), NULL, NULL));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator",
				     write_policy("deny any use microphone;\n"))));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "diff", "--layer", "operator",
				     write_policy("deny any use camera;\n"))));
	EXPECT_SAID("would now be allowed:\n  any other program: use microphone: denied");
	EXPECT_SAID("would now be denied:\n  any other program: use camera: allowed");
	EXPECT_EQ(NULL, strstr(warden_said(), "is in force, too"));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "diff", write_policy(kept("", ALLOWS)))));
	EXPECT_SAID("a layer of the operator is in force, too");
	EXPECT_SAID("mean the same");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "operator")));
}

TEST_F(trial, the_policy_in_force_explains_itself_layer_by_layer)
{
	version = 4000; /* above what the layer of the operator had */
	ASSERT_EQ(0, load(kept("", ALLOWS), NULL, NULL));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--program", "self",
				     "--sensor", "microphone")));
	EXPECT_SAID("self use microphone: allowed\n");
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator",
				     write_policy("deny any use microphone;\n"))));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--program", "self",
				     "--sensor", "microphone")));
	EXPECT_SAID("self use microphone: denied\n");
	EXPECT_SAID("decided by the operator layer\n");
	EXPECT_SAID("maker layer, \"trial\" version ");
	EXPECT_SAID(": allowed (line 3)\n");
	EXPECT_SAID(": denied (line 2)\n");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "use", "microphone")));
	EXPECT_SAID("nobody");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "operator")));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "use", "microphone")));
	EXPECT_SAID("self     -       allowed  maker, line 3\n");
}

/* --- reading back -------------------------------------------------------------------------- */

static size_t read_file(const char *path, char **bytes)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	size_t n = 0;

	*bytes = NULL;
	if (f && !fstat(fileno(f), &st)) {
		*bytes = malloc((size_t)st.st_size + 1);
		n = fread(*bytes, 1, (size_t)st.st_size, f);
	}
	if (f)
		fclose(f);
	return n;
}

#define READ_RULES 6000
#define PACKED_MS  8000

/* What is in force, beside the bytes that were sent: NULL, or what is wrong. */
static const char *compare_saved(const char *sent, size_t len)
{
	const char *wrong = NULL;
	char *back;

	if (warden_ctl(ARGV("policy", "save", "/tmp/back.bin")))
		return warden_said();
	if (read_file("/tmp/back.bin", &back) != len)
		wrong = "they are not as many";
	else if (memcmp(sent, back, len))
		wrong = "they are others";
	free(back);
	return wrong;
}

static bool is_packed(void)
{
	int ms;

	for (ms = 0; ms < PACKED_MS; ms += 250) {
		if (warden_status("policy-memory") < READ_RULES * 80) /* 60 for a rule; its bytes would be 50 more */
			return true;
		usleep(250000);
	}
	return false;
}

TEST_F(trial, the_bytes_come_back_as_they_went_in)
{
	static char text[1024 * 1024];
	char *sent;
	size_t at = 0, len;
	int port;

	for (port = 1; port <= READ_RULES; port++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "allow any listen tcp %d;\n",
				       2 * port);
	ASSERT_EQ(0, load(text, NULL, NULL));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "check", "--output", "/tmp/sent.bin",
				     "/tmp/confirm-test.policy")));
	len = read_file("/tmp/sent.bin", &sent);
	EXPECT_LT(256 * 1024, len); /* several messages */
	EXPECT_FOUND(compare_saved(sent, len));
	EXPECT_TRUE(is_packed() || !warden_packs());
	EXPECT_FOUND(compare_saved(sent, len));
	free(sent);
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "diff", "/tmp/confirm-test.policy")));
	EXPECT_SAID("mean the same");
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "save", "--layer", "user", "/tmp/back.bin")));
	EXPECT_SAID("no policy is loaded there");
}

TEST_HARNESS_MAIN

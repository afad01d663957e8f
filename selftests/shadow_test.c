// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy in shadow decides nothing, and records tell where it would have
 * decided otherwise.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>

#include "lib/camera.h"
#include "lib/genl.h"
#include "lib/harness.h"

#define SHADOW "/tmp/shadow.policy"
#define HEADER                                                                                     \
	"policy \"next\" version 7;\ncontact \"a@example.com\";\nsupport until 2031-12-31;\n"

FIXTURE(shadow)
{
	char camera[128];
	struct mark mark;
};

/* Let a policy of these statements stand in shadow as this layer; gives the exit status. */
static int cast_layer(const char *layer, const char *statements)
{
	FILE *f = fopen(SHADOW, "w");

	if (!f)
		return -1;
	fprintf(f, HEADER "program tester { path \"%s\"; }\n%s", warden_self(), statements);
	fclose(f);
	return warden_ctl(ARGV("policy", "load", "--shadow", "--layer", layer, SHADOW));
}

static int cast(const char *statements)
{
	return cast_layer("maker", statements);
}

static int open_errno(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int listen_errno(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;

	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1))
		err = errno;
	close(fd);
	return err;
}

FIXTURE_SETUP(shadow)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n"
				    "default sensor deny;\ndefault listen deny;\n"
				    "allow tester use camera;\nallow tester listen tcp 7001;\n",
				    warden_self()));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(shadow)
{
	warden_ctl(ARGV("policy", "drop", "shadow"));
}

TEST_F(shadow, what_it_would_deny_goes_on_and_is_recorded)
{
	const struct claim would = {
		.event = "shadow", .domain = "sensor", .reason = "rule", .program = "tester",
		.object = CAMERA_TOPOLOGY, .line = 6, .pid = getpid(), .observed = true,
	};

	ASSERT_EQ(0, cast("default sensor deny;\ndeny any use camera;\n"));
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_FOUND(evidence_of_event(&self->mark, &would));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(shadow, what_it_would_allow_stays_denied_and_is_recorded)
{
	const struct claim denied = { .domain = "listen", .reason = "port-not-named",
				      .program = "tester", .pid = getpid(), .port = 7002 + 1,
				      .times = 1 };
	const struct claim would = { .event = "shadow", .domain = "listen", .reason = "rule",
				     .program = "tester", .pid = getpid(), .port = 7002 + 1,
				     .observed = true };

	ASSERT_EQ(0, cast("default listen deny;\nallow tester use camera;\n"
			  "allow tester listen tcp 7001-7002;\n"));
	EXPECT_EQ(EACCES, listen_errno(7002));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_FOUND(evidence_of_event(&self->mark, &would));
}

/* Where both say the same, and where the shadow only observes, there is nothing to tell. */
TEST_F(shadow, tells_nothing_where_it_does_not_differ)
{
	const struct claim would = { .event = "shadow", .pid = getpid() };

	ASSERT_EQ(0, cast("mode observe;\ndefault listen deny;\ndeny any use camera;\n"
			  "allow tester listen tcp 7001;\n"));
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_EQ(0, listen_errno(7001));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &would, 0));
}

TEST_F(shadow, is_asked_beside_the_policy_that_comes_next)
{
	const struct claim would = { .event = "shadow", .domain = "listen", .program = "tester",
				     .pid = getpid(), .port = 7001 + 1, .observed = true };

	ASSERT_EQ(0, cast("default sensor deny;\nallow tester use camera;\n"
			  "allow tester listen tcp 7001;\n"));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\ndefault listen deny;\n",
				    warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, listen_errno(7001));
	EXPECT_FOUND(evidence_of_event(&self->mark, &would));
}

TEST_F(shadow, is_told_by_status_and_summed_up_by_diff)
{
	struct json_object *json, *first;

	ASSERT_EQ(0, cast("default sensor deny;\nallow tester listen tcp 7001;\n"));
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "shadow      next version 7"));
	json = warden_json(ARGV("policy", "diff", "--observed"));
	ASSERT_NE(NULL, json);
	ASSERT_EQ(1, json_object_array_length(json));
	first = json_object_array_get_idx(json, 0);
	EXPECT_STREQ("deny", evidence_string(first, "would"));
	EXPECT_STREQ("tester", evidence_string(first, "program"));
	EXPECT_STREQ("camera " CAMERA_TOPOLOGY, evidence_string(first, "what"));
	EXPECT_EQ(2, evidence_number(first, "count"));
	json_object_put(json);
}

/* It would stand below the maker's: what that denies already is no difference. */
TEST_F(shadow, of_the_operator_is_asked_below_the_makers_layer)
{
	const struct claim would = { .event = "shadow", .domain = "listen", .reason = "rule",
				     .program = "tester", .pid = getpid(), .port = 7001 + 1,
				     .line = 5, .observed = true };
	const struct claim none = { .event = "shadow", .pid = getpid(), .port = 7002 + 1 };
	struct json_object *r;

	ASSERT_EQ(0, cast_layer("operator", "deny any listen tcp 7001-7002;\n"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, listen_errno(7001));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	r = evidence_find(&self->mark, &would, 1000);
	ASSERT_NE(NULL, r);
	EXPECT_STREQ("operator", evidence_string(r, "layer"));
	EXPECT_EQ(7, evidence_number(r, "policy-version"));
	json_object_put(r);
	EXPECT_EQ(EACCES, listen_errno(7002));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &none, 0));
}

TEST_F(shadow, goes_when_it_is_dropped_or_replaced)
{
	const struct claim would = { .event = "shadow", .pid = getpid() };

	ASSERT_EQ(0, cast("deny any use camera;\n"));
	ASSERT_EQ(0, cast("allow tester use camera;\nallow tester listen tcp 7001;\n"));
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &would, 0));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "drop", "shadow")));
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "drop", "shadow")));
	EXPECT_NE(NULL, strstr(warden_said(), "no policy stands in shadow"));
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &would, 0));
	EXPECT_EQ(UINT64_MAX, warden_status("shadow-version"));
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* Model to bytes: golden files, and what the wire asks for that a golden file does not show. */
#include <endian.h>
#include <libfsverity.h>
#include <linux/netlink.h>

#include "kselftest_harness.h"
#include "policy/verity.h"
#include "policy_util.h"

#define GOLDEN WARDEN_TOP "/selftests/policy/golden"
#define GOOD   WARDEN_TOP "/selftests/policy/good"
#define ROOT   WARDEN_TOP "/selftests/policy/root"

/* The bytes as `make golden` writes them, 32 to a line. */
static char *to_hex(const struct warden_blob *b)
{
	char *text = malloc(2 * b->len + b->len / 32 + 2);
	size_t i, at = 0;

	for (i = 0; i < b->len; i++) {
		at += (size_t)sprintf(text + at, "%02x", b->data[i]);
		if (i % 32 == 31 || i + 1 == b->len)
			text[at++] = '\n';
	}
	text[at] = '\0';
	return text;
}

static void check_golden(struct __test_metadata *_metadata, const char *name)
{
	char *hex_name = with_ending(name, ".hex");
	char *golden = read_text(GOLDEN, hex_name, NULL);
	struct warden_source s;
	char *hex;

	ASSERT_EQ(0, read_policy(&s, GOOD, name, ROOT, true))
	{
		warden_diags_print(&s.diags, name, stderr);
	}
	ASSERT_NE(NULL, golden)
	{
		TH_LOG("%s has no %s", name, hex_name);
	}
	hex = to_hex(&s.blob);
	EXPECT_EQ(0, strcmp(golden, hex))
	{
		TH_LOG("%s compiles to other bytes than golden/%s", name, hex_name);
	}
	free(hex);
	free(golden);
	free(hex_name);
	warden_source_free(&s);
}

TEST(every_good_policy_compiles_to_its_golden_bytes)
{
	struct dirent **entries;
	int n = scandir(GOOD, &entries, is_policy, alphasort);

	if (__BYTE_ORDER != __LITTLE_ENDIAN)
		SKIP(return, "the golden bytes are those of a little-endian machine");
	ASSERT_GT(n, 8);
	while (n--) {
		check_golden(_metadata, entries[n]->d_name);
		free(entries[n]);
	}
	free(entries);
}

TEST(the_same_policy_gives_the_same_bytes)
{
	struct warden_source a, b;

	ASSERT_EQ(0, read_policy(&a, GOOD, "sensors.policy", ROOT, true));
	ASSERT_EQ(0, read_policy(&b, GOOD, "sensors.policy", ROOT, true));
	ASSERT_EQ(a.blob.len, b.blob.len);
	EXPECT_EQ(0, memcmp(a.blob.data, b.blob.data, a.blob.len));
	warden_source_free(&a);
	warden_source_free(&b);
}

/* Entries stand in the order of the spec, each whole, none larger than a message may be. */
TEST(entries_stand_in_order_and_fit_a_message)
{
	static const char *const names[] = { "order.policy", "sensors.policy", "ports.policy",
					     "appraise.policy", "groups.policy", "include.policy",
					     "safety.policy" };
	size_t i, at;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		uint16_t last = WARDEN_A_POLICY_HEADER;
		struct warden_source s;

		ASSERT_EQ(0, read_policy(&s, GOOD, names[i], ROOT, true));
		for (at = 0; at < s.blob.len;) {
			struct nlattr a;

			ASSERT_LE(at + sizeof(a), s.blob.len);
			memcpy(&a, s.blob.data + at, sizeof(a));
			EXPECT_TRUE(a.nla_type & NLA_F_NESTED);
			EXPECT_LE(last, a.nla_type & NLA_TYPE_MASK);
			EXPECT_LE(NLA_ALIGN(a.nla_len), WARDEN_CHUNK_MAX);
			last = a.nla_type & NLA_TYPE_MASK;
			at += NLA_ALIGN(a.nla_len);
		}
		EXPECT_EQ(at, s.blob.len);
		warden_source_free(&s);
	}
}

/* A list of reference digests made up in memory. */
struct fake {
	char *list;
	size_t len;
};

static int fake_digest(void *ctx, const char *path, struct warden_file_digests *d)
{
	(void)ctx;
	memset(d, path[1], sizeof(*d));
	return 0;
}

static int fake_text(void *ctx, const char *path, char **text, size_t *len)
{
	const struct fake *fake = ctx;

	(void)path;
	*text = malloc(fake->len + 1);
	memcpy(*text, fake->list, fake->len + 1);
	*len = fake->len;
	return 0;
}

static int fake_uid(void *ctx, const char *user, uint32_t *uid)
{
	(void)ctx;
	*uid = (uint32_t)strlen(user);
	return 0;
}

static void compile_list(struct subject *s, unsigned int digests)
{
	static const char text[] = HEADER "appraise exec from \"list\";";
	struct fake fake;
	struct warden_files files = { fake_digest, fake_text, fake_uid, &fake };
	FILE *f = open_memstream(&fake.list, &fake.len);
	unsigned int i;

	/* Falling order, each twice: sorting and dropping are the compiler's. */
	for (i = 2 * digests; i > 0; i--)
		fprintf(f, "%064x  file-%u\n", (i - 1) / 2, i);
	fclose(f);
	subject_parse(s, text, sizeof(text) - 1);
	s->err = warden_compile_model(&s->model, &files, &s->blob, &s->diags);
	free(fake.list);
}

TEST(references_are_sorted_and_split)
{
	const unsigned int digests = 5000;
	uint8_t last[1 + WARDEN_DIGEST_SIZE] = { 0 };
	struct warden_object policy, appraise;
	unsigned int seen = 0;
	struct subject s;
	size_t at;

	compile_list(&s, digests);
	ASSERT_EQ(0, s.err);
	for (at = 0; at < s.blob.len;) {
		struct nlattr a;
		const struct warden_value *v;
		uint32_t i;

		memcpy(&a, s.blob.data + at, sizeof(a));
		EXPECT_LE(NLA_ALIGN(a.nla_len), WARDEN_CHUNK_MAX);
		ASSERT_EQ(0, warden_object_parse(&policy, warden_set_policy(), s.blob.data + at,
						 NLA_ALIGN(a.nla_len)));
		at += NLA_ALIGN(a.nla_len);
		v = &policy.v[WARDEN_A_POLICY_APPRAISE];
		if (!v->data)
			continue;
		ASSERT_EQ(0,
			  warden_object_parse(&appraise, warden_set_appraise(), v->data, v->len));
		EXPECT_EQ(WARDEN_DOMAIN_EXEC,
			  warden_object_number(&appraise, WARDEN_A_APPRAISE_DOMAIN));
		v = &appraise.v[WARDEN_A_APPRAISE_DIGESTS];
		ASSERT_EQ(0, v->len % sizeof(last));
		for (i = 0; i < v->len; i += sizeof(last)) {
			EXPECT_LT(memcmp(last, v->data + i, sizeof(last)), 0);
			memcpy(last, v->data + i, sizeof(last));
			seen++;
		}
	}
	EXPECT_EQ(digests, seen);
	subject_free(&s);
}

TEST(as_many_references_as_the_limit_and_no_more)
{
	struct subject s;
	char *errors;

	compile_list(&s, WARDEN_APPRAISE_MAX);
	EXPECT_EQ(0, s.err);
	subject_free(&s);
	compile_list(&s, WARDEN_APPRAISE_MAX + 1);
	EXPECT_EQ(-EINVAL, s.err);
	errors = subject_errors(&s, "t");
	EXPECT_STREQ("t:2:1: the lists for exec hold 65537 digests; at most 65536 are allowed\n",
		     errors);
	free(errors);
	subject_free(&s);
}

/* The fs-verity digest of an empty file is the one fsverity-utils documents. */
TEST(digests_are_those_of_the_file)
{
	struct warden_file_digests d;
	struct warden_files files;
	struct warden_root r;
	char hex[2 * WARDEN_DIGEST_SIZE + 1];
	uint32_t uid;

	ASSERT_EQ(0, warden_root_open(&r, ROOT, ROOT));
	files = warden_root_files(&r);
	ASSERT_EQ(0, files.digest(files.ctx, "/usr/bin/empty", &d));
	EXPECT_STREQ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		     warden_hex_put(hex, d.sha256, sizeof(d.sha256)));
	EXPECT_STREQ("3d248ca542a24fc62d1c43b916eae5016878e2533c88238480b26128a1f1af95",
		     warden_hex_put(hex, d.fsverity, sizeof(d.fsverity)));
	ASSERT_EQ(0, files.digest(files.ctx, "/usr/bin/broker", &d));
	EXPECT_STREQ("9f39cd6e02434a8ba44460db3537e714408ce12fb9e14301c0a01fd0fab9906e",
		     warden_hex_put(hex, d.sha256, sizeof(d.sha256)));
	EXPECT_EQ(-ENOTSUP, files.digest(files.ctx, "/usr/bin", &d));
	EXPECT_EQ(-ENOTDIR, files.digest(files.ctx, "/usr/bin/voice/x", &d));
	EXPECT_EQ(0, files.uid(files.ctx, "mosquitto", &uid));
	EXPECT_EQ(115, uid);
	EXPECT_EQ(-ENOENT, files.uid(files.ctx, "nobody", &uid));
	warden_root_close(&r);
}

/* Bytes of a file that is never written down. */
static int read_pattern(void *ctx, void *buf, size_t count)
{
	uint64_t *at = ctx;
	size_t i;

	for (i = 0; i < count; i++)
		((uint8_t *)buf)[i] = (uint8_t)((*at + i) * 7 + ((*at + i) >> 12));
	*at += count;
	return 0;
}

static void verity_of_pattern(uint64_t size, uint8_t digest[WARDEN_DIGEST_SIZE])
{
	struct warden_verity v = { .size = 0 };
	uint8_t piece[5 * WARDEN_VERITY_BLOCK];
	uint64_t at = 0;

	while (at < size) {
		size_t n = size - at < sizeof(piece) ? size - at : sizeof(piece);

		read_pattern(&at, piece, n);
		warden_verity_add(&v, piece, n);
	}
	warden_verity_finish(&v, digest);
}

/* Around each size at which the tree of hashes gets another block or level. */
TEST(verity_digests_are_those_of_fsverity_utils)
{
	const uint64_t block = WARDEN_VERITY_BLOCK, leaf = 128 * block, sizes[] = {
		0, 1, block - 1, block, block + 1, 2 * block, leaf - 1, leaf, leaf + 1,
		2 * leaf, 2 * leaf + block, 128 * leaf, 128 * leaf + 1 };
	uint8_t digest[WARDEN_DIGEST_SIZE];
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct libfsverity_merkle_tree_params params = {
			.version = 1,
			.hash_algorithm = FS_VERITY_HASH_ALG_SHA256,
			.block_size = WARDEN_VERITY_BLOCK,
			.file_size = sizes[i],
		};
		struct libfsverity_digest *want;
		uint64_t at = 0;

		ASSERT_EQ(0, libfsverity_compute_digest(&at, read_pattern, &params, &want));
		verity_of_pattern(sizes[i], digest);
		EXPECT_EQ(0, memcmp(want->digest, digest, sizeof(digest)))
			TH_LOG("of %llu bytes", (unsigned long long)sizes[i]);
		free(want);
	}
}

/* `..` and links stay below the root, whatever stands outside of it. */
TEST(nothing_outside_of_the_root_is_read)
{
	char dir[] = "/tmp/warden-root-XXXXXX", link[64], file[64];
	struct warden_file_digests d;
	struct warden_files files;
	struct warden_root r;
	FILE *f;

	ASSERT_NE(NULL, mkdtemp(dir));
	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(file, sizeof(file), "%s/file", dir);
	f = fopen(file, "w");
	ASSERT_NE(NULL, f);
	fclose(f);
	ASSERT_EQ(0, symlink("/file", link));
	ASSERT_EQ(0, warden_root_open(&r, dir, dir));
	files = warden_root_files(&r);
	EXPECT_EQ(0, files.digest(files.ctx, "/link", &d));
	EXPECT_EQ(0, files.digest(files.ctx, "/../../file", &d));
	EXPECT_EQ(-ENOENT, files.digest(files.ctx, "/../../../../../../../bin/sh", &d));
	ASSERT_EQ(0, unlink(link));
	ASSERT_EQ(0, symlink("/bin/sh", link));
	EXPECT_EQ(-ENOENT, files.digest(files.ctx, "/link", &d));
	warden_root_close(&r);
	unlink(link);
	unlink(file);
	rmdir(dir);
}

TEST_HARNESS_MAIN

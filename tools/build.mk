# SPDX-License-Identifier: GPL-2.0-only
#
# wardenctl, the host tests and the fuzzer. Included by the top Makefile, and by
# tools/Makefile for a build of the tools alone. Given by the includer:
#
#   WARDEN_TOP   top of the source tree
#   O            folder for everything that is made
#   CC, PKG_CONFIG, CFLAGS, LDFLAGS   of the target
#   KSFT_DIR     tools/testing/selftests of a kernel source, for the host tests

TOOLS_OUT := $(O)/tools
TOOLS_DIR := $(WARDEN_TOP)/tools
FLEX ?= flex
BISON ?= bison
PKG_CONFIG ?= pkg-config
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 30

TOOLS_PKGS := libnl-3.0 libnl-genl-3.0 json-c libcrypto libfsverity libbpf zlib
TOOLS_WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes
TOOLS_CPPFLAGS = -D_GNU_SOURCE -I$(WARDEN_TOP)/include -I$(WARDEN_TOP)/include/uapi \
	-I$(TOOLS_DIR) -I$(TOOLS_OUT)
TOOLS_CFLAGS = -std=c11 $(TOOLS_WARN) $(TOOLS_CPPFLAGS) \
	$(shell $(PKG_CONFIG) --cflags $(TOOLS_PKGS)) $(CFLAGS)
TOOLS_LIBS = $(shell $(PKG_CONFIG) --libs $(TOOLS_PKGS))

# Text to blob: needs no netlink, no JSON; what the host tests and the fuzzer are made of.
POLICY_SRC := arena index diag blob wire wire-gen model parse print compile digest
POLICY_GEN := policy.tab policy.lex
TOOLS_SRC := main ask source compiled sign channel fault reason output nl audit_stream chains \
	doctor_checks probe \
	$(patsubst $(TOOLS_DIR)/%.c,%,$(wildcard $(TOOLS_DIR)/cmd/*.c))

POLICY_OBJ := $(POLICY_SRC:%=$(TOOLS_OUT)/%.o) $(POLICY_GEN:%=$(TOOLS_OUT)/%.o)
TOOLS_OBJ := $(TOOLS_SRC:%=$(TOOLS_OUT)/%.o)

.PHONY: tools tools-clean host-tests host-fuzz
tools: $(O)/wardenctl

$(O)/wardenctl: $(TOOLS_OBJ) $(POLICY_OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOLS_LIBS)

$(TOOLS_OUT)/policy.tab.c $(TOOLS_OUT)/policy.tab.h &: $(TOOLS_DIR)/policy.y
	@mkdir -p $(@D)
	$(BISON) -Wall -d -o $(TOOLS_OUT)/policy.tab.c $<

$(TOOLS_OUT)/policy.lex.c: $(TOOLS_DIR)/policy.l
	@mkdir -p $(@D)
	$(FLEX) -o $@ $<

$(TOOLS_OUT)/%.o: $(TOOLS_DIR)/%.c $(TOOLS_OUT)/policy.tab.h
	@mkdir -p $(@D)
	$(CC) $(TOOLS_CFLAGS) -MMD -MP -c -o $@ $<

$(TOOLS_OUT)/policy.%.o: $(TOOLS_OUT)/policy.%.c $(TOOLS_OUT)/policy.tab.h
	$(CC) $(TOOLS_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(TOOLS_OUT)/*.d $(TOOLS_OUT)/cmd/*.d)

tools-clean:
	rm -rf $(TOOLS_OUT) $(O)/wardenctl

# What a test needs beside the road from text to blob.
HOST_PARTS_chains_test := $(TOOLS_OUT)/chains.o
HOST_PARTS_stream_test := $(TOOLS_OUT)/audit_stream.o
HOST_PARTS_nl_test = $(TOOLS_OUT)/fault.o $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)

# Host tests of the tools: one program per file, natively built, TAP on stdout.
TOOLS_TESTS := $(addprefix $(O)/host/,chains_test compile_test model_test nl_test parse_test \
	print_test scale_test stream_test wire_test)
TOOLS_TEST_CFLAGS = -std=gnu11 $(TOOLS_WARN) -Wno-unused-parameter -Wno-sign-compare $(TOOLS_CPPFLAGS) \
	-isystem $(KSFT_DIR) $(shell $(PKG_CONFIG) --cflags libnl-genl-3.0) -DWARDEN_TOP='"$(WARDEN_TOP)"' $(CFLAGS)
POLICY_LIBS = $(shell $(PKG_CONFIG) --libs libcrypto libfsverity)

$(TOOLS_TESTS): $(O)/host/%_test: $(WARDEN_TOP)/selftests/host/%_test.c $(TOOLS_OUT)/chains.o \
		$(TOOLS_OUT)/audit_stream.o $(TOOLS_OUT)/fault.o $(POLICY_OBJ)
	@mkdir -p $(@D)
	@test -f "$(KSFT_DIR)/kselftest_harness.h" || \
		{ echo "KSFT_DIR= wants tools/testing/selftests of a kernel source" >&2; exit 1; }
	$(CC) $(TOOLS_TEST_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(HOST_PARTS_$(@F)) $(POLICY_OBJ) \
		$(POLICY_LIBS)

-include $(wildcard $(O)/host/*.d)

.PHONY: build-host-tests print-host-tests
build-host-tests: $(TOOLS_TESTS)
print-host-tests:
	@echo $(TOOLS_TESTS)

host-tests: $(TOOLS_TESTS)
	@failed=0; for t in $(TOOLS_TESTS); do echo "# $${t##*/}"; $$t || failed=1; done; exit $$failed

# Writes what the lists expect, for a person to read before it is committed.
.PHONY: golden
golden: $(O)/wardenctl
	cd $(WARDEN_TOP)/selftests/policy/good && for f in *.policy; do \
		$(O)/wardenctl policy check --root ../root --output $(O)/golden.bin $$f >/dev/null && \
		od -An -v -tx1 -w32 $(O)/golden.bin | tr -d ' ' >../golden/$${f%.policy}.hex || exit 1; \
	done
	cd $(WARDEN_TOP)/selftests/policy/bad && for f in *.policy; do \
		$(O)/wardenctl policy check --root ../root $$f 2>$${f%.policy}.err && exit 1; \
	done; true

# The fuzzer of the policy text. Its corpus starts from the lists and is kept in $(O).
FUZZ_FLAGS := -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ_SOURCES := $(POLICY_SRC:%=$(TOOLS_DIR)/%.c) $(TOOLS_OUT)/policy.tab.c $(TOOLS_OUT)/policy.lex.c

$(O)/fuzz/policy_text: $(TOOLS_DIR)/fuzz/policy_text.c $(FUZZ_SOURCES) $(TOOLS_OUT)/policy.tab.h
	@mkdir -p $(@D)
	$(FUZZ_CC) -std=c11 $(TOOLS_WARN) $(TOOLS_CPPFLAGS) $(FUZZ_FLAGS) -o $@ \
		$(filter %.c,$^) $(POLICY_LIBS)

host-fuzz: $(O)/fuzz/policy_text
	@mkdir -p $(O)/fuzz/corpus
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
		-dict=$(TOOLS_DIR)/fuzz/policy_text.dict -artifact_prefix=$(O)/fuzz/ \
		-print_final_stats=1 $(O)/fuzz/corpus $(WARDEN_TOP)/selftests/policy/good \
		$(WARDEN_TOP)/selftests/policy/bad

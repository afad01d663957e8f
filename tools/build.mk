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

TOOLS_PKGS := libnl-3.0 libnl-genl-3.0 json-c
TOOLS_WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes
# The module's, which stands in Kbuild.
WARDEN_VERSION := $(shell sed -n 's/^WARDEN_VERSION := //p' $(WARDEN_TOP)/Kbuild)
TOOLS_CPPFLAGS = -D_GNU_SOURCE -DWARDEN_VERSION='"$(WARDEN_VERSION)"' \
	-I$(WARDEN_TOP)/include -I$(WARDEN_TOP)/include/uapi -I$(TOOLS_DIR) -I$(TOOLS_OUT)
TOOLS_CFLAGS = -std=c11 $(TOOLS_WARN) $(TOOLS_CPPFLAGS) \
	$(shell $(PKG_CONFIG) --cflags $(TOOLS_PKGS)) $(CFLAGS)
# Libraries are linked in where there are archives of them: that of SHA-256 alone, shared, costs a start
# of the program ten times what it does otherwise, the others a third of it. What few commands need of
# libraries is opened late (late.h).
linked_in = $(if $(findstring /,$(shell $(CC) -print-file-name=lib$(1).a)),-l:lib$(1).a,-l$(1))
SHA256_LIBS = $(call linked_in,crypto)
TOOLS_LIBS = $(foreach lib,nl-genl-3 nl-3 json-c,$(call linked_in,$(lib))) $(SHA256_LIBS)

# What asks the module's own decision, and what learns: policy/ without these is the road from
# text to blob, which the fuzzer is made of. Neither needs netlink nor JSON.
QUERY_SRC := $(addprefix policy/,source safety decode ask diff diff_ports diff_names facts explain kept question learn)
POLICY_SRC := blob wire wire-gen window $(filter-out $(QUERY_SRC), \
	$(patsubst $(TOOLS_DIR)/%.c,%,$(wildcard $(TOOLS_DIR)/policy/*.c)))
POLICY_GEN := policy.tab policy.lex
TOOLS_SRC := $(QUERY_SRC) $(filter-out blob wire wire-gen window, \
	$(patsubst $(TOOLS_DIR)/%.c,%,$(wildcard $(TOOLS_DIR)/*.c $(TOOLS_DIR)/cmd/*.c)))

QUERY_OBJ := $(QUERY_SRC:%=$(TOOLS_OUT)/%.o)
POLICY_OBJ := $(POLICY_SRC:%=$(TOOLS_OUT)/%.o) $(POLICY_GEN:%=$(TOOLS_OUT)/%.o)
TOOLS_OBJ := $(TOOLS_SRC:%=$(TOOLS_OUT)/%.o)

# The module's own reading of a policy and its decision, compiled for a program.
include $(WARDEN_TOP)/tools/kernel/hosted.mk
OBJCOPY ?= objcopy
KERNEL_OUT := $(TOOLS_OUT)/kernel
KERNEL_HEADERS := $(addprefix $(KERNEL_OUT)/include/,$(HOSTED_HEADERS) net/netlink.h)
KERNEL_CFLAGS = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -D_GNU_SOURCE \
	-D__KERNEL__ -isystem $(KERNEL_OUT)/include -I$(TOOLS_DIR)/kernel -I$(WARDEN_TOP)/kmod \
	-I$(WARDEN_TOP)/include $(CFLAGS)
KERNEL_SRC := judge/decide.c judge/decide-consent.c judge/match.c judge/arguments.c policy/snapshot.c policy/setup.c netlink/netlink-gen.c \
	$(patsubst $(WARDEN_TOP)/kmod/%,%,$(wildcard $(WARDEN_TOP)/kmod/policy/stage*.c))
KERNEL_OBJ := $(patsubst %.c,$(KERNEL_OUT)/%.o,oracle.c $(KERNEL_SRC))

.PHONY: tools tools-clean host-tests host-fuzz
tools: $(O)/wardenctl

$(O)/wardenctl: $(TOOLS_OBJ) $(POLICY_OBJ) $(KERNEL_OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOLS_LIBS)

$(TOOLS_OUT)/policy.tab.c $(TOOLS_OUT)/policy.tab.h &: $(TOOLS_DIR)/policy/policy.y
	@mkdir -p $(@D)
	$(BISON) -Wall -d -o $(TOOLS_OUT)/policy.tab.c $<

$(TOOLS_OUT)/policy.lex.c: $(TOOLS_DIR)/policy/policy.l
	@mkdir -p $(@D)
	$(FLEX) -o $@ $<

$(TOOLS_OUT)/%.o: $(TOOLS_DIR)/%.c $(TOOLS_OUT)/policy.tab.h
	@mkdir -p $(@D)
	$(CC) $(TOOLS_CFLAGS) -MD -MP -MT $@ -c -o $@ $<

$(TOOLS_OUT)/policy.%.o: $(TOOLS_OUT)/policy.%.c $(TOOLS_OUT)/policy.tab.h
	$(CC) $(TOOLS_CFLAGS) -MD -MP -MT $@ -c -o $@ $<

$(KERNEL_OUT)/include/net/netlink.h: $(TOOLS_DIR)/kernel/hosted.mk
	@mkdir -p $(@D)
	@echo '#include "nla.h"' >$@

$(addprefix $(KERNEL_OUT)/include/,$(HOSTED_HEADERS)): $(TOOLS_DIR)/kernel/hosted.mk
	@mkdir -p $(@D)
	@echo '#include "hosted.h"' >$@

$(KERNEL_OUT)/%.o: $(WARDEN_TOP)/kmod/%.c $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -MD -MP -MT $@ -c -o $@ $<

$(KERNEL_OUT)/oracle.o: $(TOOLS_DIR)/kernel/oracle.c $(KERNEL_HEADERS)
	$(CC) $(KERNEL_CFLAGS) -MD -MP -MT $@ -c -o $@ $<

# Of the tables only those of a policy are wanted; the handlers the others name are not here.
$(KERNEL_OUT)/netlink/netlink-gen.o: $(WARDEN_TOP)/kmod/netlink/netlink-gen.c $(KERNEL_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -MD -MP -MT $@ -c -o $@ $<
	$(OBJCOPY) -w --weaken-symbol='warden_nl_*' $@

-include $(wildcard $(TOOLS_OUT)/*.d $(TOOLS_OUT)/cmd/*.d $(TOOLS_OUT)/policy/*.d $(KERNEL_OUT)/*.d $(KERNEL_OUT)/*/*.d)

tools-clean:
	rm -rf $(TOOLS_OUT) $(O)/wardenctl

# What a test needs beside the road from text to blob.
HOST_PARTS_absence_test := $(addprefix $(TOOLS_OUT)/,absence.o chains.o)
HOST_PARTS_usage_test := $(TOOLS_OUT)/usage.o
HOST_PARTS_chains_test := $(TOOLS_OUT)/chains.o
HOST_PARTS_stream_test := $(TOOLS_OUT)/audit_stream.o
HOST_PARTS_question_test := $(addprefix $(TOOLS_OUT)/,questions.o cmd/consent_answer.o output.o) \
	$(shell $(PKG_CONFIG) --libs json-c)
HOST_PARTS_receipts_test := $(addprefix $(TOOLS_OUT)/,receipts.o json_wire.o output.o fault.o) \
	$(shell $(PKG_CONFIG) --libs json-c)
HOST_PARTS_compile_test = $(shell $(PKG_CONFIG) --libs libfsverity)
HOST_PARTS_nl_test = $(TOOLS_OUT)/fault.o $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)

# Host tests of the tools: one program per file, natively built, TAP on stdout.
TOOLS_TESTS := $(addprefix $(O)/host/,absence_test chains_test compile_test facts_test window_test model_test nl_test parse_test \
	print_test query_test question_test receipts_test scale_test stream_test usage_test wire_test)
TOOLS_TEST_CFLAGS = -std=gnu11 $(TOOLS_WARN) -Wno-unused-parameter -Wno-sign-compare $(TOOLS_CPPFLAGS) \
	-isystem $(KSFT_DIR) $(shell $(PKG_CONFIG) --cflags libnl-genl-3.0 json-c) -DWARDEN_TOP='"$(WARDEN_TOP)"' $(CFLAGS)
# The verbs are asked as a person would ask them.
$(O)/host/query_test: $(O)/wardenctl
$(O)/host/query_test: TOOLS_TEST_CFLAGS += -DWARDENCTL='"$(O)/wardenctl"'
POLICY_LIBS = $(SHA256_LIBS)

$(TOOLS_TESTS): $(O)/host/%_test: $(WARDEN_TOP)/selftests/host/%_test.c $(TOOLS_OUT)/chains.o \
		$(TOOLS_OUT)/absence.o $(TOOLS_OUT)/usage.o $(TOOLS_OUT)/audit_stream.o $(TOOLS_OUT)/fault.o $(TOOLS_OUT)/questions.o $(TOOLS_OUT)/output.o $(TOOLS_OUT)/receipts.o $(TOOLS_OUT)/json_wire.o \
		$(TOOLS_OUT)/cmd/consent_answer.o $(POLICY_OBJ) $(QUERY_OBJ) $(KERNEL_OBJ)
	@mkdir -p $(@D)
	@test -f "$(KSFT_DIR)/kselftest_harness.h" || \
		{ echo "KSFT_DIR= wants tools/testing/selftests of a kernel source" >&2; exit 1; }
	$(CC) $(TOOLS_TEST_CFLAGS) -MD -MP -MT $@ $(LDFLAGS) -o $@ $< $(HOST_PARTS_$(@F)) $(QUERY_OBJ) $(POLICY_OBJ) \
		$(KERNEL_OBJ) \
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
		$(O)/wardenctl policy check --root ../root --output /dev/null $$f \
			2>$${f%.policy}.err && exit 1; \
	done; true
	cd $(WARDEN_TOP)/selftests/policy/warned && for f in *.policy; do \
		$(O)/wardenctl policy check --root ../root $$f >/dev/null 2>$${f%.policy}.err || exit 1; \
	done

# The fuzzer of the policy text. Its corpus starts from the lists and is kept in $(O).
FUZZ_FLAGS := -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ_SOURCES := $(POLICY_SRC:%=$(TOOLS_DIR)/%.c) $(TOOLS_OUT)/policy.tab.c $(TOOLS_OUT)/policy.lex.c

$(O)/fuzz/policy_text: $(TOOLS_DIR)/fuzz/policy_text.c $(FUZZ_SOURCES) $(TOOLS_OUT)/policy.tab.h
	@mkdir -p $(@D)
	$(FUZZ_CC) -std=c11 $(TOOLS_WARN) $(TOOLS_CPPFLAGS) $(FUZZ_FLAGS) -o $@ \
		$(filter %.c,$^) $(POLICY_LIBS)

# The fuzzer of objects as JSON: saved consents and kept records.
$(O)/fuzz/json_object: $(addprefix $(TOOLS_DIR)/,fuzz/json_object.c json_wire.c output.c receipts.c fault.c wire.c \
		wire-gen.c blob.c policy/arena.c)
	@mkdir -p $(@D)
	$(FUZZ_CC) -std=c11 $(TOOLS_WARN) $(TOOLS_CPPFLAGS) $(shell $(PKG_CONFIG) --cflags json-c) \
		$(FUZZ_FLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs json-c)

host-fuzz: $(O)/fuzz/policy_text
	@mkdir -p $(O)/fuzz/corpus
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
		-dict=$(TOOLS_DIR)/fuzz/policy_text.dict -artifact_prefix=$(O)/fuzz/ \
		-print_final_stats=1 $(O)/fuzz/corpus $(WARDEN_TOP)/selftests/policy/good \
		$(WARDEN_TOP)/selftests/policy/bad

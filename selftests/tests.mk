# SPDX-License-Identifier: GPL-2.0-only
# The programs that test a running Warden, for the architecture that is built for.
# Included by the top Makefile after user.mk, which gives CC and PKG_CONFIG.
#
#   KSFT_DIR     tools/testing/selftests of a kernel source, for the harness

KSFT_DIR ?= $(shell selftests/qemu/fetch source)/tools/testing/selftests
TESTS_OUT := $(OUT)/selftests
TESTS_OBJ := $(OUT)/tests
TESTS_LIB := $(patsubst selftests/%.c,$(TESTS_OBJ)/%.o,$(wildcard selftests/lib/*.c))
# The tools' own way to ask the module, and what it needs.
TESTS_TOLD := $(patsubst %,$(TOOLS_OUT)/%.o,nl output wire wire-gen blob fault late policy/arena)
TESTS := $(patsubst selftests/%.c,%,$(wildcard selftests/*_test.c))
# Programs the tests run: one the policies of the tests do not name.
TESTS_CLIENTS := stranger

TESTS_CFLAGS = -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -D_GNU_SOURCE \
	-Iinclude -Iinclude/uapi -Iselftests -isystem $(KSFT_DIR) \
	-idirafter $(KSFT_DIR)/../../../include/uapi \
	$(shell $(PKG_CONFIG) --cflags json-c) $(CFLAGS)
TESTS_LIBS = $(TOOLS_LIBS)

# Without symbols: policies name these programs, so each load of one reads them whole.
.PHONY: tests
tests: $(addprefix $(TESTS_OUT)/,$(TESTS) $(TESTS_CLIENTS) rsa.key) ## build the programs that test a running Warden

$(addprefix $(TESTS_OUT)/,$(TESTS)): $(TESTS_OUT)/%: $(TESTS_OBJ)/%.o $(TESTS_LIB) $(TESTS_TOLD)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -s -o $@ $^ $(TESTS_LIBS)

$(addprefix $(TESTS_OUT)/,$(TESTS_CLIENTS)): $(TESTS_OUT)/%: $(TESTS_OBJ)/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# A key of the tests' own, which takes long to find in an emulated guest.
$(TESTS_OUT)/rsa.key:
	@mkdir -p $(@D)
	openssl genrsa -out $@ 2048

$(TESTS_OBJ)/%.o: selftests/%.c
	@mkdir -p $(@D)
	$(CC) $(TESTS_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(TESTS_OBJ)/*.d $(TESTS_OBJ)/lib/*.d)

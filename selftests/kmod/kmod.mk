# SPDX-License-Identifier: GPL-2.0-only
# Parts of the module that need no kernel, compiled unchanged for this machine:
# the decision for its unit test, the reading of policies for its fuzzer.
#
#   KERNEL_SOURCE   an unpacked linux-source (default: Debian's)

KERNEL_SOURCE ?= $(shell selftests/qemu/fetch source)
KMOD_OUT := $(BUILD)/kmod
KMOD_CC := gcc
KMOD_FUZZ_CC := clang
KMOD_SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
KMOD_CFLAGS = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -D_GNU_SOURCE -D__KERNEL__ \
	-isystem $(KMOD_OUT)/include -Itools/kernel -Ikmod -Iinclude $(KMOD_SANITIZE)

include tools/kernel/hosted.mk
KMOD_SHIMS := $(addprefix $(KMOD_OUT)/include/,$(HOSTED_HEADERS))
KMOD_PORTS := $(addprefix $(KMOD_OUT)/include/linux/,bitmap.h bitops.h)
KMOD_TESTS := $(patsubst selftests/kmod/%.c,$(KMOD_OUT)/%,$(wildcard selftests/kmod/*_test.c))
KMOD_NLATTR := $(KMOD_OUT)/nlattr.c $(KMOD_OUT)/include/net/netlink.h

.PHONY: kmod-host kmod-fuzz print-kmod-tests
kmod-host: $(KMOD_TESTS) ## build the unit tests of the module's pure parts
kmod-fuzz: $(KMOD_OUT)/policy_blob ## build the fuzzer of compiled policies

print-kmod-tests:
	@echo $(KMOD_TESTS)

$(KMOD_SHIMS):
	@mkdir -p $(@D)
	@echo '#include "hosted.h"' >$@

$(KMOD_PORTS):
	@mkdir -p $(@D)
	@echo '#include "hosted_ports.h"' >$@

$(KMOD_OUT)/nlattr.c:
	@mkdir -p $(@D)
	@cp $(KERNEL_SOURCE)/lib/nlattr.c $@

$(KMOD_OUT)/include/net/netlink.h:
	@mkdir -p $(@D)
	@cp $(KERNEL_SOURCE)/include/net/netlink.h $@

$(KMOD_OUT)/ports_test: kmod/network/ports.c $(KMOD_PORTS)
$(KMOD_TESTS): $(KMOD_OUT)/%_test: selftests/kmod/%_test.c selftests/kmod/decide_policy.c selftests/kmod/layer.c kmod/judge/decide.c kmod/judge/decide-consent.c kmod/judge/match.c kmod/judge/arguments.c kmod/judge/cover.c kmod/judge/cover-object.c kmod/policy/setup.c kmod/consent/consent-time.c \
		$(wildcard selftests/kmod/*.h tools/kernel/*.h kmod/*/*.h include/warden/*.h include/uapi/linux/*.h) $(KMOD_SHIMS)
	$(KMOD_CC) $(KMOD_CFLAGS) -Wno-pointer-arith -isystem $(KERNEL_SOURCE)/tools/testing/selftests \
		-o $@ $(filter %.c,$^)

# The tables of commands name handlers that are not here: undefined weak symbols.
$(KMOD_OUT)/policy_blob: tools/fuzz/policy_blob.c tools/kernel/hosted.h \
		$(wildcard kmod/*/*.[ch] include/warden/*.h include/uapi/linux/*.h) $(KMOD_SHIMS) $(KMOD_NLATTR)
	$(KMOD_FUZZ_CC) $(KMOD_CFLAGS) -c -o $(KMOD_OUT)/netlink-gen.o kmod/netlink/netlink-gen.c
	objcopy -w --weaken-symbol='warden_nl_*' $(KMOD_OUT)/netlink-gen.o
	$(KMOD_FUZZ_CC) $(KMOD_CFLAGS) -w -c -o $(KMOD_OUT)/nlattr.o $(KMOD_OUT)/nlattr.c
	$(KMOD_FUZZ_CC) $(KMOD_CFLAGS) -Wno-sign-compare -fsanitize=fuzzer -o $@ tools/fuzz/policy_blob.c \
		$(wildcard kmod/policy/stage*.c) kmod/policy/snapshot.c kmod/policy/setup.c kmod/judge/decide.c kmod/judge/decide-consent.c kmod/judge/match.c kmod/judge/arguments.c kmod/judge/cover.c kmod/judge/cover-object.c $(KMOD_OUT)/nlattr.o $(KMOD_OUT)/netlink-gen.o -lcrypto

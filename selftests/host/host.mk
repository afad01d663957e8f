# SPDX-License-Identifier: GPL-2.0-only
# Parts of the module that need no kernel, compiled unchanged for this machine:
# the decision for its unit test, the reading of policies for its fuzzer.
#
#   KERNEL_SOURCE   an unpacked linux-source (default: Debian's)

KERNEL_SOURCE ?= $(shell selftests/qemu/fetch source)
HOST_OUT := $(BUILD)/host/kmod
HOST_CC := gcc
HOST_FUZZ_CC := clang
HOST_SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -D_GNU_SOURCE -D__KERNEL__ \
	-isystem $(HOST_OUT)/include -Iselftests/host -Ikmod -Iinclude $(HOST_SANITIZE)

# Each a file that includes hosted.h. linux/errno.h must stay the system's.
HOST_SHIMS := $(addprefix $(HOST_OUT)/include/, \
	$(addprefix linux/,types.h bits.h string.h slab.h mm.h sort.h export.h kernel.h jiffies.h \
		nospec.h skbuff.h netlink.h in6.h rcupdate.h unaligned.h) \
	crypto/sha2.h net/genetlink.h)
HOST_NLATTR := $(HOST_OUT)/nlattr.c $(HOST_OUT)/include/net/netlink.h

.PHONY: kmod-host kmod-fuzz
kmod-host: $(HOST_OUT)/decide_test ## build the unit tests of the module's pure parts
kmod-fuzz: $(HOST_OUT)/policy_blob ## build the fuzzer of compiled policies

$(HOST_SHIMS):
	@mkdir -p $(@D)
	@echo '#include "hosted.h"' >$@

$(HOST_OUT)/nlattr.c:
	@mkdir -p $(@D)
	@cp $(KERNEL_SOURCE)/lib/nlattr.c $@

$(HOST_OUT)/include/net/netlink.h:
	@mkdir -p $(@D)
	@cp $(KERNEL_SOURCE)/include/net/netlink.h $@

$(HOST_OUT)/decide_test: selftests/host/decide_test.c selftests/host/hosted.h kmod/decide.c \
		$(wildcard kmod/*.h include/warden/*.h include/uapi/linux/*.h) $(HOST_SHIMS)
	$(HOST_CC) $(HOST_CFLAGS) -Wno-pointer-arith -isystem $(KERNEL_SOURCE)/tools/testing/selftests \
		-o $@ selftests/host/decide_test.c kmod/decide.c

# The tables of commands name handlers that are not here: undefined weak symbols.
$(HOST_OUT)/policy_blob: tools/fuzz/policy_blob.c selftests/host/hosted.h \
		$(wildcard kmod/*.[ch] include/warden/*.h include/uapi/linux/*.h) $(HOST_SHIMS) $(HOST_NLATTR)
	$(HOST_FUZZ_CC) $(HOST_CFLAGS) -c -o $(HOST_OUT)/netlink-gen.o kmod/netlink-gen.c
	objcopy -w --weaken-symbol='warden_nl_*' $(HOST_OUT)/netlink-gen.o
	$(HOST_FUZZ_CC) $(HOST_CFLAGS) -w -c -o $(HOST_OUT)/nlattr.o $(HOST_OUT)/nlattr.c
	$(HOST_FUZZ_CC) $(HOST_CFLAGS) -Wno-sign-compare -fsanitize=fuzzer -o $@ tools/fuzz/policy_blob.c \
		kmod/stage.c kmod/snapshot.c kmod/decide.c $(HOST_OUT)/nlattr.o $(HOST_OUT)/netlink-gen.o -lcrypto

# SPDX-License-Identifier: GPL-2.0-only
# The BPF programs, compiled as two objects and made light skeletons that the
# module carries: a light skeleton has room for 32 programs.

CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
BPF_TARGET_amd64 := x86
BPF_TARGET_arm64 := arm64
BPF_CFLAGS = -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-declarations -target bpf -mcpu=v3 \
	-D__TARGET_ARCH_$(BPF_TARGET_$(ARCH)) -I$(OUT)/bpf -Iinclude
BPF_SOURCES := $(wildcard bpf/*.bpf.c)
BPF_HEADERS := $(wildcard bpf/*.h include/warden/*.h)

.PHONY: bpf
bpf: $(OUT)/bpf/warden.lskel.h $(OUT)/bpf/rest.lskel.h ## build the BPF programs

ifeq ($(shell grep -sx CONFIG_DEBUG_INFO_BTF=y $(KDIR)/.config),)
# A kernel without BTF can run no program, but the module still builds for it, and
# says so when it is loaded.
$(OUT)/bpf/%.lskel.h:
	@mkdir -p $(@D)
	@echo '#define WARDEN_NO_PROGRAMS 1' >$@
else
$(OUT)/bpf/vmlinux.h:
	@mkdir -p $(@D)
	$(BPFTOOL) btf dump file $(KDIR)/vmlinux format c >$@.tmp
	@mv $@.tmp $@

$(OUT)/bpf/%.lskel.h: $(OUT)/bpf/vmlinux.h $(BPF_SOURCES) $(BPF_HEADERS)
	$(CLANG) $(BPF_CFLAGS) -c bpf/$*.bpf.c -o $(@D)/$*.bpf.o
	llvm-strip -g $(@D)/$*.bpf.o -o $(@D)/$*.o || cp $(@D)/$*.bpf.o $(@D)/$*.o
	$(BPFTOOL) gen skeleton -L $(@D)/$*.o name $*_bpf >$@.tmp
	@mv $@.tmp $@
endif

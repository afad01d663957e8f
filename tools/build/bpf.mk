# SPDX-License-Identifier: GPL-2.0-only
# The BPF programs, compiled as one object and made a light skeleton that the
# module carries.

CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
BPF_TARGET_amd64 := x86
BPF_TARGET_arm64 := arm64
BPF_CFLAGS = -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-declarations -target bpf \
	-D__TARGET_ARCH_$(BPF_TARGET_$(ARCH)) -I$(OUT)/bpf -Iinclude
# The types the programs are compiled against. They are fitted to the kernel when they are loaded, so
# for one that has no BTF another kernel's will do: the module must load there to say what it lacks.
VMLINUX_BTF ?= $(KDIR)/vmlinux
BPF_SOURCES := $(wildcard bpf/*.bpf.c)
BPF_HEADERS := $(wildcard bpf/*.h include/warden/*.h)

.PHONY: bpf
bpf: $(OUT)/bpf/warden.lskel.h ## build the BPF programs

$(OUT)/bpf/vmlinux.h:
	@mkdir -p $(@D)
	$(BPFTOOL) btf dump file $(VMLINUX_BTF) format c >$@.tmp
	@mv $@.tmp $@

$(OUT)/bpf/warden.lskel.h: $(OUT)/bpf/vmlinux.h $(BPF_SOURCES) $(BPF_HEADERS)
	$(CLANG) $(BPF_CFLAGS) -c bpf/warden.bpf.c -o $(OUT)/bpf/warden.bpf.o
	llvm-strip -g $(OUT)/bpf/warden.bpf.o -o $(OUT)/bpf/warden.o || \
		cp $(OUT)/bpf/warden.bpf.o $(OUT)/bpf/warden.o
	$(BPFTOOL) gen skeleton -L $(@D)/warden.o name warden_bpf >$@.tmp
	@mv $@.tmp $@

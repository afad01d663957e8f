# SPDX-License-Identifier: GPL-2.0-only
# Warden: module, BPF programs, tools, tests. `make help` lists what there is.
#
#   KDIR=           build folder of the kernel to build for (default: the running
#                   kernel's, or else the headers Debian packages)
#   ARCH=           amd64 or arm64 (default: this machine's)
#   CROSS_COMPILE=  prefix of the compiler for another architecture
#   TRUST=          certificates of the maker (PEM, with commas) to build in
#   DESTDIR=        put in front of every path `make install` writes to

HOSTARCH := $(shell uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
ARCH ?= $(HOSTARCH)
override ARCH := $(patsubst x86_64,amd64,$(patsubst x86,amd64,$(patsubst aarch64,arm64,$(ARCH))))
KARCH := $(patsubst amd64,x86_64,$(ARCH))
ifneq ($(ARCH),$(HOSTARCH))
CROSS_COMPILE ?= $(patsubst amd64,x86_64,$(patsubst arm64,aarch64,$(ARCH)))-linux-gnu-
endif

WARDEN_TOP := $(CURDIR)
BUILD := $(CURDIR)/build

.DEFAULT_GOAL := all

# What only boots guests, and each guest's build, is told by the goals below; the
# rest is built for a kernel, and must know which.
RUNS := help clean demo check check-debug bench regen
ifneq ($(filter-out $(RUNS),$(or $(MAKECMDGOALS),all)),)
include tools/build/deps.mk
include tools/build/kernel.mk
include tools/build/bpf.mk
include tools/build/user.mk
include selftests/tests.mk
include tools/build/install.mk
endif
include selftests/selftests.mk

.PHONY: all help clean

all: module tools ## build the module with its programs, and the tools

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' \
		Makefile tools/build/*.mk selftests/*.mk selftests/*/*.mk
	@sed -n '/^#   [A-Z]*=/,/^$$/s/^# *//p' Makefile | sed 's/^/  /'

clean: ## remove what was built
	rm -rf $(BUILD)

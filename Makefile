# SPDX-License-Identifier: GPL-2.0-only
# Warden: module, BPF programs, tools, tests. `make help` lists what there is.

# Architecture in Debian's words for everything that is built or booted here.
ARCH ?= $(shell uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
override ARCH := $(patsubst x86_64,amd64,$(patsubst x86,amd64,$(patsubst aarch64,arm64,$(ARCH))))
KARCH_amd64 := x86_64
KARCH_arm64 := arm64
KARCH := $(or $(KARCH_$(ARCH)),$(ARCH))
HOSTARCH := $(shell uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')

ifneq ($(ARCH),$(HOSTARCH))
CROSS_COMPILE ?= $(if $(filter arm64,$(ARCH)),aarch64,x86_64)-linux-gnu-
endif

BUILD := build
# Only what is built for a kernel needs to know one.
ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),all)),)
include tools/build/kernel.mk
include tools/build/bpf.mk
endif

.DEFAULT_GOAL := all
.PHONY: all module bpf help clean

all: module ## build the module with its programs, and the tools

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' Makefile tools/build/*.mk

clean: ## remove what was built
	rm -rf $(BUILD)

# SPDX-License-Identifier: GPL-2.0-only
# The tools' compiler and libraries: this machine's, or a sysroot of Debian's
# packages for another architecture.

O := $(OUT)
CFLAGS ?= -O2 -g

ifeq ($(ARCH),$(HOSTARCH))
CC := gcc
else
SYSROOT ?= $(shell selftests/qemu/fetch sysroot $(ARCH))
MULTIARCH := $(patsubst %-,%,$(notdir $(CROSS_COMPILE)))
CC := $(CROSS_COMPILE)gcc --sysroot=$(SYSROOT)
OBJCOPY := $(CROSS_COMPILE)objcopy
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/$(MULTIARCH)/pkgconfig:$(SYSROOT)/usr/share/pkgconfig \
	pkg-config
endif

include tools/build.mk

tools: ## build wardenctl for ARCH=

# SPDX-License-Identifier: GPL-2.0-only
# What a build needs on this machine, installed once through apt.

DEPS := $(shell tools/build/install-deps build $(filter-out $(HOSTARCH),$(ARCH)) >&2 || echo failed)
ifneq ($(DEPS),)
$(error something the build needs could not be installed; the lines above say what)
endif

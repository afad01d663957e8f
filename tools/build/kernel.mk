# SPDX-License-Identifier: GPL-2.0-only
# The module, out of tree, without the debug information that a device would only
# carry around (module/warden.ko has it): sources are mirrored into the build folder of the
# kernel they are built for, so that several kernels can be built side by side.

# The kernel to build for: the one that runs, or else the headers Debian packages.
ifeq ($(KDIR)$(filter-out $(HOSTARCH),$(ARCH)),)
KDIR := $(wildcard /lib/modules/$(shell uname -r)/build)
endif
ifeq ($(KDIR),)
KDIR := $(shell selftests/qemu/fetch kdir $(ARCH))
endif
ifeq ($(KDIR),)
$(error no kernel to build for: give KDIR= a kernel's build folder)
endif

KRELEASE := $(shell $(MAKE) -s --no-print-directory -C $(KDIR) ARCH=$(KARCH) kernelrelease)
OUT := $(BUILD)/$(ARCH)-$(KRELEASE)
MODULE_SOURCES := Kbuild $(wildcard kmod/*.[ch] kmod/*/*.[ch] include/warden/*.h include/uapi/linux/*.h)

# Certificates of the maker, in PEM; a module with none accepts unsigned policies.
comma := ,
TRUST ?=
TRUST_FILES := $(subst $(comma), ,$(TRUST))

# The kernel's build names our files as seen from its tree. A folder of links stands for that tree beside
# the module's sources, so that they have the same names in every clone, which is what ccache asks for.
KDIR_HERE := $(OUT)/kdir

.PHONY: module roots
roots:
	@tools/build/trust $(OUT)/trust/roots.h $(TRUST_FILES)

module: bpf roots ## build warden.ko for KDIR= ARCH= CROSS_COMPILE=
	@mkdir -p $(OUT)/module $(KDIR_HERE)
	@find $(abspath $(KDIR))/ -mindepth 1 -maxdepth 1 -exec ln -sfnt $(KDIR_HERE) {} +
	@cp -u --parents $(MODULE_SOURCES) $(OUT)/module/
	$(MAKE) --no-print-directory -C $(KDIR_HERE) M=$(OUT)/module ARCH=$(KARCH) \
		CROSS_COMPILE=$(CROSS_COMPILE) W=$(W) C=$(C) CHECK="$(CHECK)" \
		WARDEN_SKEL_DIR=$(OUT)/bpf WARDEN_TRUST_DIR=$(OUT)/trust WARDEN_BPF_INCLUDE=/usr/include modules
	@$(CROSS_COMPILE)strip --strip-debug -o $(OUT)/warden.ko $(OUT)/module/warden.ko

W ?= 1
C ?= 0
CHECK ?= sparse

.PHONY: print-out
print-out:
	@echo $(OUT)

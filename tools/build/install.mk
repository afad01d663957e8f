# SPDX-License-Identifier: GPL-2.0-only
# Where things go on a device.

prefix ?= /usr
sbindir ?= $(prefix)/sbin
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
docdir ?= $(datadir)/doc/warden
MODULEDIR ?= /lib/modules/$(KRELEASE)/updates

.PHONY: install check-config
install: all ## install module, tools, policies and man pages below DESTDIR=
	install -D -m 0644 $(OUT)/warden.ko $(DESTDIR)$(MODULEDIR)/warden.ko
	install -D -m 0755 $(OUT)/wardenctl $(DESTDIR)$(sbindir)/wardenctl
	install -D -m 0644 -t $(DESTDIR)$(mandir)/man8 Documentation/man/wardenctl.8
	cd policy && find . -name '*.policy' -exec install -D -m 0644 {} \
		$(DESTDIR)$(datadir)/warden/policy/{} \;
	install -D -m 0644 -t $(DESTDIR)$(docdir)/boot policy/boot/warden-state.service
	install -D -m 0755 -t $(DESTDIR)$(docdir)/boot policy/boot/initramfs-hook \
		policy/boot/initramfs-init-top policy/boot/initramfs-init-bottom
	$(if $(DESTDIR),,depmod $(KRELEASE))

check-config: ## name what the kernel of KDIR= lacks for Warden, and what to do
	@tools/build/check-config $(KDIR)

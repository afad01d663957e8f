# SPDX-License-Identifier: GPL-2.0-only
# Everything that boots or tests. demo and bench bring their own *.mk.

.PHONY: check check-debug regen
check: ## run every test (SUITES="tree host" runs some)
	@selftests/check $(SUITES)

check-debug: ## run every test, in a guest with lockdep as well
	@selftests/check --debug $(SUITES)

regen: ## generate the netlink contract from its spec
	tools/build/regen $$(selftests/qemu/fetch source)

ifdef OUT
include $(wildcard selftests/kmod/kmod.mk)
endif
include $(wildcard selftests/demo.mk selftests/demo/demo.mk selftests/bench/bench.mk)

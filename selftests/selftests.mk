# SPDX-License-Identifier: GPL-2.0-only
# Everything that boots or tests.

.PHONY: check check-debug demo regen
check: ## run every test (SUITES="tree host" runs some)
	@selftests/check $(SUITES)

check-debug: ## run every test, a hundred lives of the module, and all of it with lockdep as well
	@selftests/check --debug $(SUITES)

demo: ## show in a guest what Warden does: a day of a doorbell, step by step
	@selftests/demo/run

regen: ## generate the netlink contract from its spec
	tools/build/regen $$(selftests/qemu/fetch source)

include selftests/bench/bench.mk
ifdef OUT
include $(wildcard selftests/kmod/kmod.mk)
endif

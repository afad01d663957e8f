# SPDX-License-Identifier: GPL-2.0-only
# Everything that boots or tests.

include selftests/bench/bench.mk

.PHONY: regen
regen: ## generate the netlink contract from its spec
	tools/build/regen $$(selftests/qemu/fetch source)

# SPDX-License-Identifier: GPL-2.0-only
# Everything that boots or tests.

.PHONY: regen
regen: ## generate the netlink contract from its spec
	tools/build/regen $$(selftests/qemu/fetch source)

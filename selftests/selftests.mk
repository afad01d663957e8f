# SPDX-License-Identifier: GPL-2.0-only
# Everything that boots or tests.

.PHONY: demo
demo: ## show in a guest what Warden does: a day of a doorbell, step by step
	@selftests/demo/run

.PHONY: regen
regen: ## generate the netlink contract from its spec
	tools/build/regen $$(selftests/qemu/fetch source)

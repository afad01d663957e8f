# SPDX-License-Identifier: GPL-2.0-only
# What Warden costs, beside what others cost. Builds what it measures.

.PHONY: bench
bench: ## measure what Warden costs, in instructions, beside its peers (BENCH="open inbound policy mix")
	tools/build/install-deps build guest
	kdir=$$(selftests/qemu/fetch kdir amd64) && $(MAKE) KDIR=$$kdir ARCH=amd64 && \
		WARDEN_BUILD=$(BUILD)/amd64-$$(cat $$kdir/include/config/kernel.release) \
		selftests/bench/run $(BENCH)

# SPDX-License-Identifier: GPL-2.0-only
# What Warden costs, beside what others cost. Builds what it measures.

.PHONY: bench
bench: ## measure what Warden costs, in instructions, beside its peers (BENCH="open sockets inbound policy mix swap")
	tools/build/install-deps build guest
	kdir=$$(selftests/qemu/fetch kdir amd64) && \
		out=$(BUILD)/amd64-$$(cat $$kdir/include/config/kernel.release) && \
		$(MAKE) KDIR=$$kdir ARCH=amd64 all $$out/selftests/swap_test && \
		WARDEN_BUILD=$$out selftests/bench/run $(BENCH)

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# swap.sh - policies of a thousand rules swapped one after the other while pairs of verdicts are
# asked for, by swap_test, which fails where a verdict is torn, a record wrong or one lost.
#
#   SWAP_SECONDS=120   for so long; of the guest's clock, so seconds of 10^9 instructions
#   SWAP_CHECKS=8500   pairs a second, by two programs that rest in between: with less of a rest
#                      they would have most of the one processor, and the loader what is left
#
# Sourced by guest.

bench_swap() {
	local said
	insmod /usr/lib/warden/warden.ko
	said=$(WARDEN_SWAP_SECONDS=${SWAP_SECONDS:-120} WARDEN_SWAP_CHECKS=${SWAP_CHECKS:-8500} swap_test) ||
		note "swap_test failed: ${said//$'\n'/; }"
	sed -n -e 's/^# a swap alone: \([0-9]*\) ns$/swap warden alone \1 0 0/p' \
		-e 's/^# \([0-9]*\) swaps of .* in .* s (\([0-9]*\) a second), \([0-9]*\) checks of the pair, \([0-9]*\) torn.*/swap warden rate \2 \1 0\nswap warden checks \3 \4 0/p' <<<"$said"
	unload
}

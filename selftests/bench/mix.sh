# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# mix.sh - benchmark 12: what programs pay as a whole.
#
# Sourced by guest, which sets forbidden and the rest.
# shellcheck disable=SC2154

heavy=(hackbench exec:/root/other exec:/usr/local/bin/gauge pipe:-
	stress-dentry stress-exec stress-fork stress-pipe stress-get)

# heavy_windows ARM: the programs of benchmark 12. What time tells is of the scheduler, so it has no
# sentinel of its own; exec and pipe have.
heavy_windows() {
	local name
	for name in "${heavy[@]}"; do
		case $name in
		exec:*) window mix "$1" "$name" -- -n 200 -b 10 ;;
		pipe:*) window mix "$1" "$name" ;;
		hackbench) timed mix "$1" "$name" hackbench -g 2 -l 50 ;;
		stress-dentry) stress "$1" dentry 5000 ;;
		stress-exec) stress "$1" exec 50 ;;
		stress-fork) stress "$1" fork 300 ;;
		stress-pipe) stress "$1" pipe 20000 ;;
		stress-get) stress "$1" get 50 ;;
		esac
	done
}

stress() { timed mix "$1" "stress-$2" stress-ng -q --no-rand-seed "--$2" 1 "--$2-ops" "$3"; }

bench_mix() {
	heavy_windows off
	load
	heavy_windows idle
	arm
	expect_armed
	heavy_windows armed
	heavy_windows armed
	unload
	load
	heavy_windows idle
	unload
	heavy_windows off
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# open.sh - benchmarks 1 to 4: opens, reads and ioctls, beside Landlock and AppArmor.
#
# Sourced by guest, which sets forbidden and the rest.
# shellcheck disable=SC2154

nodes=(open:/dev/video0 "open:$deep/video0" read:/dev/video0 ioctl:/dev/video0)
ours=("${nodes[@]}" "${held[@]}" first:/dev/video0 open:/dev/video2 open:/root/file open:/dev/null open:/dev/video1)

# abba BENCHMARK ARM GAUGE-OPTION... : the peer against nothing, on the same nodes.
abba() {
	local bench=$1 arm=$2 operations=("${nodes[@]}" open:/root/file open:/dev/null)
	shift 2
	# what it does not allow it has no cost for
	[[ $arm != landlock* ]] || operations=("${nodes[@]}")
	window "$bench" "$arm-off" "${operations[@]}"
	window "$bench" "$arm" "${operations[@]}" -- "$@"
	window "$bench" "$arm" "${operations[@]}" -- "$@"
	window "$bench" "$arm-off" "${operations[@]}"
}

peers() {
	abba open landlock -L /dev -a /dev/video0 -a "$deep/video0" -d /root/file
	abba open landlock-root -L / -a /dev/video0 -a "$deep/video0"
	abba open landlock-node -L "/dev/video0:$deep/video0" -a /dev/video0 -d "$forbidden"
	abba open apparmor -P warden-bench -a /dev/video0 -a "$deep/video0" -d "$forbidden"
}

calls() { wardenctl status | sed -n 's/^calls *\([0-9]*\) .*/\1/p'; }

# How often the module is called for N opens of files that are no sensor, beyond what a run costs.
count_calls() {
	local none few many
	none=$(calls)
	gauge -n 100 open:/root/file open:/dev/null open:/dev/video1 >/dev/null
	few=$(calls)
	gauge -n 4000 open:/root/file open:/dev/null open:/dev/video1 >/dev/null
	many=$(calls)
	note "calls into the module for 11700 more opens of files that are no sensor: $((many - few - (few - none)))"
}

check_calls() {
	load
	arm
	count_calls
	unload
}

warden_round() {
	window open warden-off "${ours[@]}"
	load
	window open warden-idle open:/root/file open:/dev/null open:/dev/video1
	arm
	expect_armed
	window open warden "${ours[@]}"
	window open warden-denied "denied:$forbidden"
	window open warden "${ours[@]}"
	asking 'tools of Warden killed' /dev/video0 "$forbidden" kill_tools
	pending
	unload
	window open warden-off "${ours[@]}"
}

bench_open() {
	peers
	daemons
	warden_round
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sockets.sh - benchmark 5: sockets that are bound, listen and connect, beside Landlock and AppArmor.
#
# Sourced by guest, which sets forbidden and the rest.
# shellcheck disable=SC2154

sockets=(bind:tcp bind:udp listen:tcp connect:udp connect:tcp connection:tcp)

# write_sockets FILE PROGRAM: ports 7001 and 7002, of gauge alone or of any program.
write_sockets() {
	version=$((version + 1))
	{
		header "$version" 'default connect deny;' 'program gauge { path "/usr/local/bin/gauge"; }'
		echo "allow $2 listen tcp { 7001, 7002 };"
		echo "allow $2 listen udp 7001;"
		echo "allow $2 connect tcp 7002;"
		echo "allow $2 connect udp 7002;"
	} >"$1"
}

# The peer between two windows of nothing; what is allowed is tried by each operation that is counted.
peer_sockets() {
	local arm=$1
	shift
	window sockets "$arm-off" "${sockets[@]}"
	window sockets "$arm" "${sockets[@]}" -- "$@"
	window sockets "$arm" "${sockets[@]}" -- "$@"
	window sockets "$arm-off" "${sockets[@]}"
}

# warden_sockets ARM PROGRAM
warden_sockets() {
	write_sockets /root/sockets.policy "$2"
	window sockets "$1-off" "${sockets[@]}"
	insmod /usr/lib/warden/warden.ko boot=observe
	wardenctl policy load --force /root/sockets.policy >/dev/null
	window sockets "$1" "${sockets[@]}" -- -x listen -x bind -x connect -x send
	window sockets "$1" "${sockets[@]}" -- -x listen -x bind -x connect -x send
	unload
	window sockets "$1-off" "${sockets[@]}"
}

bench_sockets() {
	ip link set lo up
	peer_sockets landlock -N 7001:7002 -x listen -x connect
	peer_sockets apparmor -P warden-bench-net -x six
	warden_sockets warden gauge
	warden_sockets warden-any any
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inbound.sh - benchmark 6: a datagram there and back between two networks, both of which drop what comes
# in for N ports, beside nft with a set and with a rule for each port.
#
# Sourced by guest.
# shellcheck disable=SC2154

amounts=(1 100 1000 65533)
linear=(1 10 100)

# closed N: N ports, of which 7 and 9, which the echo uses, are none. The first is 20001.
closed() {
	if [[ $1 -eq 65533 ]]; then
		echo 1-6, 8, 10-65535
	else
		seq 20001 2 65535 | head -n "$1" | paste -sd, | sed 's/,/, /g'
	fi
}

prepare_inbound() {
	[[ ! -e /run/netns/near ]] || return 0
	ip netns add near
	ip netns add far
	ip link add n0 netns near type veth peer name f0 netns far
	ip -n near addr add 10.99.0.1/24 dev n0
	ip -n far addr add 10.99.0.2/24 dev f0
	ip -n near link set n0 up
	ip -n far link set f0 up
	# A neighbour that is to be asked for again costs 89 a packet until it has answered.
	ip -n near neigh replace 10.99.0.2 dev n0 nud permanent lladdr "$(ip netns exec far cat /sys/class/net/f0/address)"
	ip -n far neigh replace 10.99.0.1 dev f0 nud permanent lladdr "$(ip netns exec near cat /sys/class/net/n0/address)"
	mkdir -p /root/policy
	sleep 3
}

# expect_thrown yes|no: does a packet to the port that every arm closes come in?
expect_thrown() {
	local status=0
	gauge throw || status=$?
	[[ $1 == yes && $status -eq 0 || $1 == no && $status -eq 3 ]] ||
		{ note "a packet that should come in: $1; it did not behave"; exit 1; }
}

in_both() {
	local network
	for network in near far; do
		ip netns exec "$network" nft "$@"
	done
}

use_set() {
	in_both "table inet bench {
		set shut { type inet_service; flags interval; elements = { $(closed "$1") }; }
		chain in { type filter hook input priority 0; udp dport @shut drop; }; }"
}

# The set without intervals is the faster kind, and can be had for single ports.
use_hash() {
	in_both "table inet bench {
		set shut { type inet_service; elements = { $(closed "$1") }; }
		chain in { type filter hook input priority 0; udp dport @shut drop; }; }"
}

use_rules() {
	in_both "table inet bench { chain in { type filter hook input priority 0;
		$(closed "$1" | tr -d ' ' | tr , '\n' | sed 's/.*/udp dport & drop;/') }; }"
}

# use_policy N [PORTS]: and some that no peer is asked to close
use_policy() {
	version=$((version + 1))
	header "$version" "default listen allow;" "deny any listen udp { ${2-}$(closed "$1") };" |
		sed '/^default listen deny;$/d' >/root/policy/inbound.policy
	wardenctl policy load --force /root/policy/inbound.policy >/dev/null
}

# Four windows of an arm in the middle of four of none, so that what drifts is in both.
peer_window() {
	local arm=$1
	shift
	window inbound "$arm-off" echo:open
	"$@"
	expect_thrown no
	window inbound "$arm" echo:open
	window inbound "$arm" echo:open
	in_both flush ruleset
	expect_thrown yes
	window inbound "$arm-off" echo:open
}

# What the attached programs cost whatever the policy closes is in `loaded`.
warden_windows() {
	local n operations=(echo:open)
	window inbound warden-off echo:open
	insmod /usr/lib/warden/warden.ko boot=observe
	version=$((version + 1))
	header "$version" "default listen allow;" | sed '/^default listen deny;$/d' >/root/policy/inbound.policy
	wardenctl policy load --force /root/policy/inbound.policy >/dev/null
	expect_thrown yes
	sleep 3 # what the boot profile needed is let go of a moment later
	window inbound loaded echo:open echo:closed
	for n in "${amounts[@]}"; do
		[[ $n -ne 65533 ]] || operations+=(echo:closed)
		use_policy "$n"
		expect_thrown no
		window inbound "warden-$n" "${operations[@]}"
		window inbound "warden-$n" "${operations[@]}"
	done
	# Port 0 and one that the kernel picks: what is sent is looked at, too.
	use_policy 100 "0, 40001, "
	window inbound warden-noting echo:open
	window inbound warden-noting echo:open
	# The ports of the echo are a program's: whose socket it comes to is looked up, as the kernel is not named.
	version=$((version + 1))
	header "$version" 'program gauge { path "/usr/local/bin/gauge"; }' 'allow gauge listen udp {7, 9};' \
		'allow any listen udp {0-6, 8, 10-65535};' 'allow any listen tcp any;' >/root/policy/inbound.policy
	wardenctl policy load --force /root/policy/inbound.policy >/dev/null
	expect_thrown yes
	sleep 3 # the hook on the way out goes
	window inbound warden-named echo:open
	window inbound warden-named echo:open
	version=$((version + 1))
	header "$version" "default listen allow;" | sed '/^default listen deny;$/d' >/root/policy/inbound.policy
	wardenctl policy load --force /root/policy/inbound.policy >/dev/null
	sleep 3 # the hooks outlast the policy for a moment
	window inbound loaded echo:open echo:closed
	unload
	window inbound warden-off echo:open
}

bench_inbound() {
	local n
	prepare_inbound
	for n in "${amounts[@]}"; do
		peer_window "set-$n" use_set "$n"
		[[ $n -eq 65533 ]] || peer_window "hash-$n" use_hash "$n"
	done
	for n in "${linear[@]}"; do
		peer_window "rules-$n" use_rules "$n"
	done
	warden_windows
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# policy.sh - benchmarks 7 and 8: loading ports beside nft, replacing rules under load beside
# apparmor_parser. Counted is the command with all it starts; it ends when the kernel has taken it.
#
# Sourced by guest, which sets forbidden and the rest.
# shellcheck disable=SC2154

files=/root/policy
rules=1000
version=1
attribute=/sys/devices/platform/vivid.0/video4linux/video0/dev_debug

# list_ports N: the first N of the ports of which five in a row are named and three are not.
list_ports() {
	seq 65535 | awk -v n="$1" '$1 % 8 >= 1 && $1 % 8 <= 5 && i++ < n { printf "%s%s", (i > 1 ? ", " : ""), $1 }'
}

# header VERSION [STATEMENT]...
header() {
	printf 'policy "bench" version %s;\ncontact "security@example.com"; support until 2031-12-31;\n' "$1"
	shift
	printf '%s\n' 'default sensor deny;' 'default listen deny;' 'default protocol allow;' "$@"
}

# As with nft, whoever asks: the ports, and not who a program is, are what is loaded.
write_ports() {
	local n=$1 ports
	ports=$(list_ports "$n")
	header VERSION "allow any listen tcp { $ports };" >"$files/ports-$n.policy"
	{
		echo 'table inet bench {'
		echo "	set open { type inet_service; elements = { $ports } }"
		echo '	chain in { type filter hook input priority 0; tcp dport @open accept; }'
		echo '}'
	} >"$files/ports-$n.nft"
}

# write_profile NAME [sysfs]: the same rules as a profile. Our rule for a device covers its node and its
# files in sysfs; a profile has a line for each of these.
write_profile() {
	local name=$1 sysfs=${2-} i
	{
		echo "profile warden-$name {"
		echo '	/usr/local/bin/gauge rix,'
		for ((i = 1; i < rules; i++)); do
			echo "	/dev/bench$i rw,"
			[[ -z $sysfs ]] || echo "	/sys/devices/platform/bench.$i/video4linux/bench$i/** rw,"
		done
		echo '	/dev/video0 rw,'
		[[ -z $sysfs ]] || echo '	/sys/devices/platform/vivid.0/video4linux/video0/** rw,'
		echo '}'
	} >"$files/$name.apparmor"
}

# The same in both languages: a program may use these devices, the last of which is there.
write_rules() {
	local i
	{
		header VERSION 'program gauge { path "/usr/local/bin/gauge"; }'
		for ((i = 1; i < rules; i++)); do
			echo "allow gauge use device \"platform/bench.$i/video4linux/$i\";"
		done
		echo 'allow gauge use device "platform/vivid.0/video4linux/0";'
	} >"$files/rules.policy"
	write_profile nodes
	write_profile devices sysfs
}

# next NAME: the policy with the next version, as a file. An older or equal one would be refused.
next() {
	version=$((version + 1))
	sed "s/VERSION/$version/" "$files/$1.policy" >"$files/next.policy"
}

last_port() { list_ports "$1" | sed 's/.*, //'; }

# What the loaded sets must say. No multiple of 8 is named.
expect_ports() {
	local last
	last=$(last_port "$1")
	gauge -p 1 -p "$last" -q 8 -q "$((last / 8 * 8 + 8))"
}

expect_set() {
	local last
	last=$(last_port "$1")
	nft get element inet bench open "{ 1, $last }" >/dev/null
	! nft get element inet bench open '{ 8 }' >/dev/null 2>&1 || { note 'nft took a port that is not named'; exit 1; }
}

ports_round() {
	local n
	for n in 0 10000 40000; do
		next "ports-$n"
		timed policy warden "ports-$n" wardenctl policy load "$files/next.policy"
		[[ $n -eq 0 ]] || expect_ports "$n"
	done
	for n in 10000 40000; do
		timed policy nft "ports-$n" nft -f "$files/ports-$n.nft"
		expect_set "$n"
		nft delete table inet bench
	done
}

# steady ARM COMMAND...: COMMAND while verdicts are asked for without pause, by a process of its own.
steady() {
	local arm=$1 pid
	shift
	gauge steady /dev/video0 "$forbidden" >"$files/verdicts" &
	pid=$!
	sleep 1
	timed policy "$arm" rules "$@"
	sleep 1
	kill "$pid"
	wait "$pid" || true
	read -r verdicts wrong <"$files/verdicts"
	echo "policy $arm verdicts $verdicts $wrong 0"
}

# The text beside a text, the compiled policy beside one from the peer's cache.
rules_round() {
	next rules
	wardenctl policy load "$files/next.policy" >/dev/null
	gauge -a /dev/video0 -a "$attribute" -d "$forbidden"
	next rules
	steady warden wardenctl policy load "$files/next.policy"
	next rules
	wardenctl policy check --output "$files/next.bin" "$files/next.policy" >/dev/null
	steady warden-compiled wardenctl policy load "$files/next.bin"
	profile_round nodes
	profile_round devices
}

# What the profile allows of the last device, and what it does not.
expect_profile() {
	gauge -P "warden-$1" -a /dev/video0 -d "$forbidden"
	if [[ $1 == devices ]]; then
		gauge -P "warden-$1" -a "$attribute"
	else
		gauge -P "warden-$1" -d "$attribute"
	fi
}

profile_round() {
	local name=$1
	timed policy "apparmor-$name-cold" rules apparmor_parser -r --skip-cache "$files/$name.apparmor"
	apparmor_parser -r --write-cache "$files/$name.apparmor"
	timed policy "apparmor-$name-cached" rules apparmor_parser -r "$files/$name.apparmor"
	expect_profile "$name"
}

bench_policy() {
	mkdir -p "$files"
	write_ports 10000
	write_ports 40000
	header VERSION 'allow any listen tcp 1;' >"$files/ports-0.policy"
	write_rules
	load
	# what is executed first is measured, which is benchmark 11
	next ports-0
	wardenctl policy load "$files/next.policy" >/dev/null
	ports_round
	rules_round
	unload
}

# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# responder.sh - benchmark 3: daemons that answer for each open, and what becomes of verdicts when
# they are killed; and benchmark 4 while a withdrawal cannot end.
#
# Sourced by guest, which sets forbidden and the rest. On this kernel fanotify asks nobody about device nodes,
# so that these daemons are asked about regular files, which is cheaper than to open a device.
# shellcheck disable=SC2154

on_disk=(open:/root/file "open:$far/file")

fapolicyd_start() {
	mkdir -p /etc/fapolicyd /var/lib/fapolicyd /run/fapolicyd
	cat >/etc/fapolicyd/fapolicyd.conf <<-END
		permissive = 0
		nice_val = 14
		q_size = 640
		uid = 0
		gid = 0
		do_stat_report = 0
		detailed_report = 0
		db_max_size = 20
		subj_cache_size = 1549
		obj_cache_size = 8191
		watch_fs = ext4
		trust = file
		integrity = none
		syslog_format = rule,dec,perm,auid,pid,exe,:,path
	END
	printf '%s\n' "deny perm=open all : path=$shut" 'allow perm=any all : all' >/etc/fapolicyd/compiled.rules
	echo '/usr/local/bin/gauge 1 0000000000000000000000000000000000000000000000000000000000000000' \
		>/etc/fapolicyd/fapolicyd.trust
	fapolicyd --debug >/root/fapolicyd.log 2>&1 &
	daemon=$!
}

fanotify_start() {
	gauge respond "$shut" /root/file "$far/file" &
	daemon=$!
}

# refuses: the daemon answers, and refuses what is forbidden.
refuses() {
	local i
	for ((i = 0; i < 300; i++)); do
		! gauge -e "$shut" 2>/dev/null || return 0
		sleep 0.1
	done
	note "the daemon refuses nothing"
	return 1
}

# asking TOLD ALLOWED FORBIDDEN COMMAND: verdicts before COMMAND, while it runs, and for a time after.
asking() {
	local told=$1 allowed=$2 refused=$3 pid
	shift 3
	gauge steady "$allowed" "$refused" >/root/steady &
	pid=$!
	sleep 0.3
	"$@"
	sleep 0.3
	kill -TERM "$pid"
	wait "$pid" || true
	note "$told: $(awk '{print $2, "of", $1, "verdicts were wrong"}' /root/steady)"
}

kill_daemon() {
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null || true
}

# daemon_arm NAME: what the daemon adds, and what it leaves behind.
daemon_arm() {
	local name=$1 daemon
	window open "$name-off" "${on_disk[@]}"
	"${name}_start"
	refuses || return 0
	window open "$name" "${on_disk[@]}" -- -a /root/file -e "$shut"
	window open "$name" "${on_disk[@]}" -- -a /root/file -e "$shut"
	asking "$name killed" /root/file "$shut" kill_daemon
	window open "$name-off" "${on_disk[@]}"
}

daemons() {
	daemon_arm fanotify
	daemon_arm fapolicyd
}

# Ours has none; what users run of it is killed.
kill_tools() {
	local watch ask
	wardenctl audit watch >/dev/null &
	watch=$!
	wardenctl consent ask </dev/null >/dev/null 2>&1 &
	ask=$!
	sleep 0.2
	kill -9 "$watch" "$ask" 2>/dev/null || true
	wait "$watch" "$ask" 2>/dev/null || true
}

# ended OPERATION: of a descriptor whose consent is withdrawn before the window.
ended() {
	local spec mean middle tries
	wardenctl consent grant gauge camera --purpose bench --for 10d --principal owner >/dev/null
	gauge -w 'wardenctl consent withdraw gauge camera >/dev/null' -s "$sentinel" "$1" |
		while read -r spec mean middle tries; do
			echo "open warden-ended $spec $mean $middle $tries"
			echo "open warden-ended $spec $mean $middle $tries" # a pair, as the others are
		done
}

held=(read:/dev/video2 ioctl:/dev/video2)

# A reader, into memory that does not come, holds the lock of the other camera's queue: the withdrawal is told,
# and its end cannot be brought about. Asked are a descriptor of another rule's, and ones that have ended.
pending() {
	local reader
	gauge hold /dev/video4 &
	reader=$!
	sleep 4
	ended read:/dev/video0
	ended ioctl:/dev/video0
	window open warden-pending "${held[@]}"
	window open warden-pending "${held[@]}"
	kill -9 "$reader"
	wait "$reader" 2>/dev/null || true
}

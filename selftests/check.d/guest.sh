# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh - runs every guest program in one boot of one guest.
#
#   WARDEN_PROGRAMS="netlink_test"   runs these only
#   WARDEN_TESTS="is_told"           and of them these tests only
#   WARDEN_CYCLES, WARDEN_ROUNDS, WARDEN_FUZZ_MESSAGES, WARDEN_FUZZ_SEED, WARDEN_SWAP_SECONDS,
#   WARDEN_HOSTILE
#                                    reach the programs
#
# Sourced by the suites guest-*, after lib.sh.

# Real clients that the programs drive.
guest_packages=(v4l-utils alsa-utils nmap bpftool netcat-openbsd openssl socat mosquitto gpsd gpsd-clients! libiio-utils iw
	nftables ipvsadm dropbear-bin iperf3 evtest wireguard-tools
	gstreamer1.0-tools! gstreamer1.0-plugins-good! libgstreamer1.0-0 libgstreamer-plugins-base1.0-0! liborc-0.4-0 libgudev-1.0-0)

# Which programs run, where WARDEN_PROGRAMS does not say it; none named are all.
programs=()

# in_guest ARCH KDIR SECONDS RIG-OPTION...: builds for the guest's kernel, boots it, runs the programs
# with SECONDS for each.
in_guest() {
	local arch=$1 kdir=$2 limit=$3 build status=0 options=() settings=() package name
	shift 3
	if ! build=$(build_for "$arch" "$kdir" all tests 2>"$scratch/build.log"); then
		explain "$scratch/build.log"
		not_ok 'module, tools and guest programs build'
		return
	fi
	ok 'module, tools and guest programs build'
	for package in "${guest_packages[@]}"; do
		options+=(--package "$package")
	done
	[[ " $* " != *" --steady "* ]] || settings+=(WARDEN_COUNTED=yes)
	for name in WARDEN_CYCLES WARDEN_ROUNDS WARDEN_FUZZ_MESSAGES WARDEN_FUZZ_SEED WARDEN_SWAP_SECONDS WARDEN_HOSTILE \
		WARDEN_TESTS; do
		[[ -z ${!name:-} ]] || settings+=("$name=${!name}")
	done
	# shellcheck disable=SC2086 # a list of names
	relay < <(WARDEN_BUILD=$build selftests/qemu/run --arch "$arch" "${options[@]}" --log "$scratch/console" \
		--add selftests/tap:/usr/libexec/warden/tap --add selftests/run-programs:/usr/libexec/warden/run-programs \
		"$@" -- env "${settings[@]}" bash /usr/libexec/warden/run-programs /usr/libexec/warden/selftests "$limit" \
		${WARDEN_PROGRAMS:-${programs[*]}} 2>"$scratch/stderr"; echo "$?" >"$scratch/status")
	status=$(<"$scratch/status")
	if [[ $status -eq 0 ]]; then
		ok 'the guest ran to its end, and its kernel reported nothing'
	else
		explain "$scratch/stderr" 70
		not_ok "the guest ran to its end, and its kernel reported nothing (status $status)"
	fi
}

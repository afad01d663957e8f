# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lib.sh - what the suites share: telling results, and building what is tested.
#
# Diagnostics stand before the test they belong to, as kselftest_harness prints them.
# shellcheck disable=SC2034 # used by the suites

suite=$(basename "$0")
here=$(dirname "$(realpath "$0")")
top=$(realpath "$here/../..")
out=$top/build/check
scratch=$out/$suite
number=0
cd "$top" || exit 1

# Compilers are asked once for the same words, by whichever suite, run or copy of the tree.
export CCACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/warden/ccache CCACHE_BASEDIR=$top
export CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=2G
PATH=/usr/lib/ccache:$PATH
mkdir -p "$scratch"

# ok NAME, not_ok NAME, skip NAME WHY
ok() { number=$((number + 1)); echo "ok $number $suite: $1"; }
not_ok() { number=$((number + 1)); echo "not ok $number $suite: $1"; }
skip() { number=$((number + 1)); echo "ok $number $suite: $1 # SKIP $2"; }

# finish: the plan comes last, so that a suite that died is noticed.
finish() { echo "1..$number"; }

# explain FILE: what a failed command said, as diagnostics.
explain() { tail -n "${2:-40}" "$1" | sed 's/^/# /'; }

# try NAME COMMAND...: passes if COMMAND does.
try() {
	local name=$1 log=$scratch/try.$number status=0
	shift
	"$@" >"$log" 2>&1 || status=$?
	if [[ $status -eq 0 ]]; then
		ok "$name"
	else
		explain "$log"
		echo "# status $status of: $*"
		not_ok "$name"
	fi
}

# quiet NAME COMMAND...: passes if COMMAND does and prints nothing.
quiet() {
	local name=$1 log=$scratch/try.$number status=0
	shift
	"$@" >"$log" 2>&1 || status=$?
	if [[ $status -eq 0 && ! -s $log ]]; then
		ok "$name"
	else
		explain "$log"
		echo "# status $status of: $*"
		not_ok "$name"
	fi
}

# says NAME STATUS PATTERN COMMAND...: passes if COMMAND ends with STATUS and prints a line that
# matches PATTERN.
says() {
	local name=$1 wanted=$2 pattern=$3 log=$scratch/try.$number status=0
	shift 3
	"$@" >"$log" 2>&1 || status=$?
	if [[ $status -eq $wanted ]] && grep -qE -- "$pattern" "$log"; then
		ok "$name"
	else
		explain "$log"
		echo "# status $status (wanted $wanted), and a line like '$pattern', of: $*"
		not_ok "$name"
	fi
}

# relay: results that another program told, one per line, become this suite's.
relay() {
	local line
	while IFS= read -r line; do
		case $line in
		'ok '*) number=$((number + 1)); echo "ok $number $suite: ${line#ok }" ;;
		'not ok '*) number=$((number + 1)); echo "not ok $number $suite: ${line#not ok }" ;;
		*) echo "$line" ;;
		esac
	done
}

# program NAME SECONDS COMMAND...: a program that prints TAP.
program() {
	relay < <("$top/selftests/tap" "$@")
}

# build_log ARCH KDIR: where all is kept that was said while the build for this kernel grew.
build_log() {
	echo "$out/built-$1-${2//\//-}.log"
}

build_lock() {
	echo "$out/lock/build-$1-${2//\//-}"
}

# build_for ARCH KDIR TARGET...: makes TARGETs for one kernel; suites that need the same build wait
# for each other, and what one has built, none builds again. Prints the build's directory, its log goes
# to stderr. build_options go to make.
build_options=()
build_for() {
	local arch=$1 kdir=$2
	shift 2
	mkdir -p "$out/lock"
	flock "$(build_lock "$arch" "$kdir")" \
		make --no-print-directory -j2 ARCH="$arch" KDIR="$kdir" "${build_options[@]}" "$@" 2>&1 |
		tee -a "$(build_log "$arch" "$kdir")" >&2
	[[ ${PIPESTATUS[0]} -eq 0 ]] || return
	make -s --no-print-directory ARCH="$arch" KDIR="$kdir" "${build_options[@]}" print-out
}

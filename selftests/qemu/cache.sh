# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cache.sh - the one place outside the tree where downloads and what is made of them live.
#
# Every entry is built in a temporary directory and renamed into place under a lock of its own, so a
# run that is killed leaves no half entry, and two runs at once build each entry once. Entries are
# named after what they were made from, so nothing has to be invalidated; the whole directory can be
# removed at any time.
#
# Sourced; needs `set -euo pipefail` and `shopt -s inherit_errexit` in the caller.

warden_cache=${XDG_CACHE_HOME:-$HOME/.cache}/warden

say() { echo "warden: $*" >&2; }

die() { say "$@"; exit 125; }

# digest: the first 16 hex digits of the SHA-256 of stdin, enough to name an entry.
digest() {
	local sum
	sum=$(sha256sum)
	echo "${sum:0:16}"
}

# with_lock NAME COMMAND...: runs COMMAND in a subshell while holding the lock NAME.
with_lock() {
	local lock=$warden_cache/lock/${1//\//-}
	shift
	mkdir -p "$warden_cache/lock"
	(
		flock 9
		"$@" 9>&-
	) 9>"$lock"
}

# scratch_dir PREFIX: makes and prints PREFIX.PID.RANDOM, and removes those whose process was killed
# before it could.
scratch_dir() {
	local dir pid
	for dir in "$1".*.*; do
		pid=${dir#"$1".}
		[[ ! -d $dir || -d /proc/${pid%%.*} ]] || rm -rf "$dir"
	done
	mktemp -d "$1.$$.XXXXXX"
}

# cache_entry NAME BUILDER [ARG...]: prints the path of the entry NAME, and makes it first if there
# is none by calling BUILDER PATH ARG..., which has to create PATH (a file or a directory).
cache_entry() {
	local name=$1
	shift
	[[ -e $warden_cache/$name ]] || with_lock "$name" build_entry "$name" "$@" >&2
	touch -c "$warden_cache/$name"
	echo "$warden_cache/$name"
}

build_entry() {
	local name=$1 builder=$2 work
	shift 2
	[[ ! -e $warden_cache/$name ]] || return 0
	mkdir -p "$(dirname "$warden_cache/$name")" "$warden_cache/tmp"
	work=$(scratch_dir "$warden_cache/tmp/build")
	# shellcheck disable=SC2064 # the path is known now and local later
	trap "rm -rf '$work'" EXIT
	"$builder" "$work/new" "$@"
	mv -T "$work/new" "$warden_cache/$name"
	# an unpacked tree has the date of its packages
	touch "$warden_cache/$name"
	prune_entries "$(dirname "$warden_cache/$name")"
}

# prune_entries DIR: removes the entries nothing has asked for in a month.
prune_entries() {
	find "$1" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} +
}

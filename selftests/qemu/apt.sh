# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# apt.sh - a private apt that resolves and downloads Debian packages of any architecture.
#
# The host's own package database must not learn of a second architecture: mixing them there can
# remove its compiler. So this apt has lists, cache and status file of its own under the cache, takes
# only the host's Debian sources and download settings (mirror, proxy), and never installs: packages
# are unpacked with dpkg-deb. It needs no privileges.
#
# A state is named after its architecture; amd64-backports is one that knows the backports of the suite
# as well. Sourced after cache.sh. What goes between functions is "the package list": lines as
# `apt-get --print-uris` prints them, 'URI' FILE SIZE HASH.

apt_refresh_minutes=1440

suite_name() {
	local VERSION_CODENAME=
	# shellcheck source=/dev/null
	. /etc/os-release
	[[ -n $VERSION_CODENAME ]] || die "/etc/os-release names no Debian suite; this needs Debian 12 (bookworm)"
	echo "$VERSION_CODENAME"
}

# print_stanzas SUITE: the host's sources of SUITE, its updates and its security archive, as deb822
# stanzas without an Architectures field. Third-party sources, which may not serve the guest's
# architecture, fall out because their suite or component is not Debian's.
print_stanzas() {
	local suite=$1 file
	for file in /etc/apt/sources.list.d/*.sources; do
		[[ ! -r $file ]] || { grep -v '^#' "$file" || true; echo; }
	done | awk -v RS= -v suite="$suite" '
		/(^|\n)Enabled:[ \t]*no/ { next }
		!/(^|\n)Types:([^\n]*[ \t])?deb([ \t\n]|$)/ { next }
		!/(^|\n)Components:([^\n]*[ \t])?main([ \t\n]|$)/ { next }
		{
			keep = ""; found = 0; n = split($0, line, "\n")
			for (i = 1; i <= n; i++) {
				if (line[i] ~ /^Suites:/) {
					m = split(line[i], word, /[ \t]+/); s = ""
					for (j = 2; j <= m; j++)
						if (word[j] == suite || word[j] == suite "-updates" || word[j] == suite "-security")
							s = s " " word[j]
					if (s != "") found = 1
					line[i] = "Suites:" s
				}
				if (line[i] ~ /^Types:/) line[i] = "Types: deb"
				if (line[i] !~ /^Architectures:/) keep = keep line[i] "\n"
			}
			if (found) print keep
		}'
	{ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |
		sed -nE 's/^deb[ \t]+(\[([^]]*)\])?[ \t]*([^ \t]+)[ \t]+([^ \t]+)[ \t]+(.*)$/\4\t\3\t\5\t\2/p' |
		awk -F'\t' -v suite="$suite" '
		($1 == suite || $1 == suite "-updates" || $1 == suite "-security") && $3 ~ /(^| )main( |$)/ {
			print "Types: deb\nURIs: " $2 "\nSuites: " $1 "\nComponents: main"
			if (match($4, /signed-by=[^ ]+/)) print "Signed-By: " substr($4, RSTART + 10, RLENGTH - 10)
			print ""
		}'
}

# print_sources STATE: what the private apt reads. A host with a partial list still gets the security part,
# from where the 6.12 kernels come: every mirror has it beside the archive, under a name with -security.
print_sources() {
	local suite stanzas archive
	suite=$(suite_name)
	stanzas=$(print_stanzas "$suite")
	archive=$(awk -v suite="$suite" '/^URIs:/ { uri = $2 }
		/^Suites:/ { for (i = 2; i <= NF; i++) if ($i == suite) { print uri; exit } }' <<<"$stanzas")
	[[ -n $archive ]] || die "apt's sources name no archive of Debian $suite with the component main; add one"
	printf '%s\n\n' "$stanzas"
	grep -qE "^Suites:.* $suite-security( |$)" <<<"$stanzas" ||
		print_stanza "${archive%/}-security" "$suite-security"
	[[ $1 != *-backports ]] || print_stanza "$archive" "$suite-backports"
}

print_stanza() { # URI SUITE
	printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
		"$1" "$2" /usr/share/keyrings/debian-archive-keyring.gpg
}

# private_apt STATE COMMAND...: runs apt-get, apt-cache and the like on a private state.
private_apt() {
	local state=$warden_cache/apt/$1
	shift
	APT_CONFIG=$state/apt.conf "$@"
}

# write_apt_state STATE: (re)makes the configuration of the private apt. Dir::Etc::parts points away
# from the host's snippets, whose hooks act on the host; its Acquire settings are copied.
write_apt_state() {
	local arch=${1%-backports} state=$warden_cache/apt/$1
	mkdir -p "$state"/{lists/partial,cache/archives/partial,etc}
	print_sources "$1" >"$state/etc/debian.sources"
	{
		apt-config dump | grep '^Acquire::' || true
		cat <<-END
			APT::Architecture "$arch";
			APT::Architectures { "$arch"; };
			APT::Sandbox::User "root";
			APT::Install-Recommends "false";
			Acquire::Languages "none";
			Acquire::Retries "3";
			Debug::NoLocking "true";
			Dir::State "$state";
			Dir::State::lists "$state/lists";
			Dir::State::status "/dev/null";
			Dir::Cache "$state/cache";
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "/dev/null";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "/dev/null";
			Dir::Etc::sourcelist "$state/etc/debian.sources";
			Dir::Etc::sourceparts "/dev/null";
			Dir::Log "$state";
		END
	} >"$state/apt.conf"
}

# refresh_lists STATE [force]: brings the lists up to date, at most once a day. Without network the
# old lists serve on, if there are any. Called under the lock of this architecture's state.
refresh_lists() {
	local arch=$1 state=$warden_cache/apt/$1
	[[ ${2:-} == force ]] || [[ -z $(find "$state/stamp" -mmin -"$apt_refresh_minutes" 2>/dev/null) ]] ||
		return 0
	say "reading the package lists for $arch (at most once a day)"
	write_apt_state "$arch"
	if private_apt "$arch" apt-get -qq update >"$state/update.log" 2>&1; then
		touch "$state/stamp"
	elif [[ -e $state/stamp ]]; then
		say "the package lists could not be refreshed; going on with those of $(date -r "$state/stamp" +%F)"
	else
		cat "$state/update.log" >&2
		die "the package lists could not be read from the sources in $state/etc/debian.sources"
	fi
	rm -rf "$state/resolved"
}

# resolve STATE closure|single PKG...: prints the package list of PKG with all it depends on, or of
# PKG alone. Remembered until the lists change, as the answer cannot change before.
resolve() {
	with_lock "apt-$1" resolve_locked "$@"
}

resolve_locked() {
	local arch=$1 state=$warden_cache/apt/$1 memo
	refresh_lists "$arch"
	memo=$state/resolved/$(digest <<<"$*")
	if [[ ! -s $memo ]]; then
		mkdir -p "$state/resolved"
		ask_apt "$@" | sort >"$memo.new"
		mv "$memo.new" "$memo"
	fi
	cat "$memo"
}

ask_apt() {
	local arch=$1 how=$2 verb=install log=$warden_cache/apt/$1/resolve.log
	shift 2
	[[ $how == closure ]] || verb=download
	private_apt "$arch" apt-get -qq --print-uris "$verb" "$@" 2>"$log" || {
		cat "$log" >&2
		die "apt cannot resolve for $arch: $*" \
			"(sources: $warden_cache/apt/$arch/etc/debian.sources)"
	}
}

# newest_version ARCH META: the name of the package the meta-package META stands for today.
newest_version() {
	with_lock "apt-$1" newest_locked "$@"
}

newest_locked() {
	local arch=$1 meta=$2 name
	refresh_lists "$arch"
	name=$(private_apt "$arch" apt-cache --no-all-versions show "$meta" 2>/dev/null |
		sed -nE "s/^Depends: *(${meta%%-6.12*}-6\.12[^ ,]*).*/\1/p")
	[[ -n $name ]] ||
		die "no package $meta for $arch; the source that carries it is" \
			"the archive of $(suite_name)-security, component main"
	echo "$name"
}

# download STATE DIR: reads a package list, puts the missing .deb files into DIR. A mirror that has
# dropped a superseded version is answered with fresh lists at the next call, not here: the caller's
# key was made from the old list.
download() {
	local arch=$1 dir=$2 file name version todo=()
	while read -r _ file _; do
		name=${file%%_*}
		version=${file#*_}
		version=${version%_*}
		[[ -e $dir/$file ]] || todo+=("$name=${version//%3a/:}")
	done
	[[ ${#todo[@]} -gt 0 ]] || return 0
	# what an interrupted download left there may be half a file
	rm -rf "$dir/new"
	mkdir -p "$dir/new"
	(cd "$dir/new" && private_apt "$arch" apt-get -qq download "${todo[@]}") || {
		rm -f "$warden_cache/apt/$arch/stamp"
		die "a download failed; if the archive has moved on, the next call reads fresh package lists"
	}
	mv "$dir"/new/*.deb "$dir/"
	rmdir "$dir/new"
}

# unpack DIR ROOT: reads a package list, unpacks those files of DIR into ROOT. Directory links of a
# merged /usr stay links. Ownership is not kept (an image maker maps all to root), modes are.
unpack() {
	local dir=$1 root=$2 file
	while read -r _ file _; do
		dpkg-deb --fsys-tarfile "$dir/$file" |
			tar -x -p --no-same-owner --keep-directory-symlink -C "$root" -f -
	done
}

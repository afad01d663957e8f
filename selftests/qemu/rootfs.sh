# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rootfs.sh - makes a guest's root file system out of unpacked Debian packages.
#
# Unpacking runs no maintainer scripts, so the little they would have done that the guest's programs
# rely on is done here by hand. Sourced after cache.sh and apt.sh.

# What every guest has: a shell, the usual tools, and the libraries the project's tools link to.
guest_packages=(
	base-files bash coreutils dash diffutils e2fsprogs findutils fsverity gawk grep gzip hostname
	iproute2 kmod libc-bin mount ncurses-base procps sed tar util-linux xz-utils
	busybox-static netcat-openbsd socat strace
	libbpf1 libfsverity0 libjson-c5 libnl-3-200 libnl-genl-3-200 libseccomp2 libssl3
)

# build_root ROOT ARCH LIST: unpacks the package list into the new directory ROOT.
build_root() {
	local root=$1 arch=$2 list=$3 debs=$warden_cache/debs/$2
	say "unpacking the guest's root for $arch ($(wc -l <<<"$list") packages)"
	mkdir -p "$debs"
	with_lock "debs-$arch" download "$arch" "$debs" <<<"$list"
	merge_usr "$root"
	unpack "$debs" "$root" <<<"$list"
	link_alternatives "$root"
	write_accounts "$root"
	write_etc "$root"
	rm -rf "$root"/usr/share/{doc,man,info,locale,lintian} "$root/var/cache"/*
}

merge_usr() {
	local root=$1 dir
	mkdir -p "$root"
	for dir in bin sbin lib lib64; do
		mkdir -p "$root/usr/$dir"
		ln -s "usr/$dir" "$root/$dir"
	done
	mkdir -p "$root"/{dev,proc,sys,run,tmp,mnt,root,home/user,var/tmp,var/log,etc,usr/share/warden}
	chmod 1777 "$root/tmp" "$root/var/tmp"
	ln -s /run "$root/var/run"
}

# link_alternatives ROOT: the links update-alternatives and dash's postinst would have made.
link_alternatives() {
	local root=$1 pair link target
	for pair in awk:gawk nc:nc.openbsd which:which.debianutils sh:dash \
		iptables:iptables-nft ip6tables:ip6tables-nft; do
		link=${pair%%:*} target=${pair##*:}
		[[ -e $root/usr/bin/$link || ! -e $root/usr/bin/$target ]] ||
			ln -s "$target" "$root/usr/bin/$link"
		[[ -e $root/usr/sbin/$link || ! -e $root/usr/sbin/$target ]] ||
			ln -s "$target" "$root/usr/sbin/$link"
	done
	# nmap needs one of these
	for target in "$root"/usr/lib/*/{blas,lapack}/lib*.so.3; do
		[[ ! -e $target ]] || ln -srf "$target" "$(dirname "$(dirname "$target")")/"
	done
}

# write_accounts ROOT: root, nobody, and "user" (1000), a plain user that owns nothing.
write_accounts() {
	local etc=$1/etc
	cat >"$etc/passwd" <<-'END'
		root:x:0:0:root:/root:/bin/bash
		nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
		user:x:1000:1000:a plain user:/home/user:/bin/bash
	END
	cat >"$etc/group" <<-'END'
		root:x:0:
		audio:x:29:
		video:x:44:
		nogroup:x:65534:
		user:x:1000:
	END
}

write_etc() {
	local etc=$1/etc
	echo guest >"$etc/hostname"
	printf '127.0.0.1 localhost guest\n::1 localhost\n' >"$etc/hosts"
	printf 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n' >"$etc/nsswitch.conf"
	cat >"$etc/fstab" <<-'END'
		proc /proc proc nosuid,nodev,noexec 0 0
		sys /sys sysfs nosuid,nodev,noexec 0 0
		run /run tmpfs nosuid,nodev,mode=755 0 0
		tmp /tmp tmpfs nosuid,nodev,mode=1777 0 0
		shm /dev/shm tmpfs nosuid,nodev,mode=1777 0 0
		devpts /dev/pts devpts mode=620,ptmxmode=666 0 0
		securityfs /sys/kernel/security securityfs defaults 0 0
		debugfs /sys/kernel/debug debugfs defaults 0 0
		tracefs /sys/kernel/tracing tracefs defaults 0 0
		bpf /sys/fs/bpf bpf mode=700 0 0
		cgroup2 /sys/fs/cgroup cgroup2 defaults 0 0
	END
	ln -sf /proc/self/mounts "$etc/mtab"
	echo 00000000000000000000000000000001 >"$etc/machine-id"
}

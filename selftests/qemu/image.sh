# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# image.sh - makes what a guest boots from: root disk, modules disk, initramfs, and the per-run files.
#
# The first three depend only on packages, kernel and the guest's scripts, so they are cache entries;
# the disks are attached as snapshots and never written to. The project's own files change with every
# build and travel as a tar file, attached as a raw disk: nothing to format, nothing to mount.
# Sourced after cache.sh.

here_qemu=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# make_ext4 IMAGE DIR SPARE_MB [MKE2FS OPTION...]: an ext4 image of DIR, in which root owns all.
make_ext4() {
	local image=$1 dir=$2 spare=$3 size
	shift 3
	size=$(du -sm --apparent-size "$dir" | cut -f1)
	mke2fs -q -F -t ext4 -L warden -m 0 -E root_owner=0:0,lazy_itable_init=1 "$@" \
		-d "$dir" "$image" "$((size * 5 / 4 + spare))M" >/dev/null
	[[ $EUID -eq 0 ]] || give_to_root "$image" "$dir"
}

# give_to_root IMAGE DIR: mke2fs copies the owner of each file, here the user who runs the rig. A user
# namespace would hide that, but is not allowed everywhere.
give_to_root() {
	(cd "$2" && find . -mindepth 1 -printf 'sif "/%P" uid 0\nsif "/%P" gid 0\n') |
		debugfs -w -f - "$1" >/dev/null 2>&1
}

# root_disk ROOT: the disk of the unpacked root; its features let tests use fs-verity.
root_disk() {
	local root=$1
	cache_entry "disk/root-$({ basename "$root"; cat "$here_qemu"/guest/init "$here_qemu/image.sh"; } | digest)" \
		build_root_disk "$root"
}

build_root_disk() {
	local image=$1 root=$2 work=$1.root
	say "making the root disk"
	cp -a --reflink=auto "$root" "$work"
	install -m 755 "$here_qemu/guest/init" "$work/usr/sbin/rig-init"
	make_ext4 "$image" "$work" 256 -O verity -b 4096
	rm -rf "$work"
}

# release_of KERNEL: the release of the kernel in a directory `fetch kernel` or `kernel/build` made.
release_of() {
	basename "$1"/modules/lib/modules/*
}

# modules_disk KERNEL: the modules of that kernel.
modules_disk() {
	cache_entry "disk/modules-$(kernel_key "$1")" build_modules_disk "$1"
}

build_modules_disk() {
	say "making the modules disk"
	make_ext4 "$1" "$2/modules/lib/modules/$(release_of "$2")" 8 -O ^has_journal
}

kernel_key() {
	local release
	release=$(release_of "$1")
	{ echo "$release"; stat -c '%s %Y' "$1/vmlinuz" "$1/modules/lib/modules/$release/modules.dep"; } | digest
}

# initramfs KERNEL ROOT: busybox and the modules the disks need, in load order.
initramfs() {
	local key
	key=$({ kernel_key "$1"; basename "$2"; cat "$here_qemu"/guest/initramfs-init "$here_qemu/image.sh"; } | digest)
	cache_entry "initramfs/$key" build_initramfs "$1" "$2"
}

build_initramfs() {
	local image=$1 kernel=$2 root=$3 work=$1.tree release number=100 module
	release=$(release_of "$kernel")
	mkdir -p "$work"/{bin,modules}
	cp "$root/bin/busybox" "$work/bin/"
	install -m 755 "$here_qemu/guest/initramfs-init" "$work/init"
	while read -r _ module _; do
		number=$((number + 1))
		unpack_module "$module" >"$work/modules/$number-$(basename "${module%%.ko*}").ko"
	done < <(for module in virtio_pci virtio_blk ext4 virtio_console; do
		modprobe -d "$kernel/modules" -S "$release" --show-depends "$module" | grep ^insmod || true
	done | awk '!seen[$0]++')
	(cd "$work" && find . | sort | cpio -o -H newc -R 0:0 --quiet) | gzip -1 >"$image"
	rm -rf "$work"
}

unpack_module() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# shellcheck shell=bash disable=SC2054 # the commas are QEMU's
# SPDX-License-Identifier: GPL-2.0-only
#
# machine.sh - the virtual machine: QEMU's arguments, the kernel's arguments, and the software TPM.
#
# Emulation only (no KVM), one thread: a usable accelerator is rare where tests run, and TCG with
# several threads was seen to break guests while they patch their own code.
# Sourced; reads the variables `run` sets from its options, and its temporary directory $work.

# kernel_arguments: loglevel=5 keeps the console to warnings and worse. `quiet` would hide WARN(). The check of timers
# counts ticks over a time, and panics where this machine is busy with something else meanwhile.
kernel_arguments() {
	local words="loglevel=5 panic=-1 oops=panic net.ifnames=0"
	case $arch in
	amd64) words="console=ttyS0 no_timer_check $words" ;;
	arm64) words="console=ttyAMA0 $words" ;;
	esac
	case $kernel in
	stock)
		words+=" rcupdate.rcu_cpu_stall_timeout=120 sysctl.kernel.hung_task_timeout_secs=240"
		words+=" cryptomgr.notests=1" # of each algorithm at its first use: a tenth of what a guest does
		;;
	*)
		words+=" panic_on_warn=1 rcupdate.rcu_cpu_stall_timeout=300 watchdog_thresh=165"
		words+=" sysctl.kernel.hung_task_timeout_secs=420 kmemleak=on"
		;;
	esac
	[[ -z $icount ]] || words+=" init_on_alloc=0"
	echo "$words $append"
}

# find_emulator: sets emulator to the folder QEMU is in. That of the backports takes about 0.6 of the
# processor time the one of Debian 12 takes; where it cannot be had, the installed one serves.
find_emulator() {
	local log=$work/emulator.log
	if emulator=$("$here/fetch" qemu 2>"$log"); then
		[[ ! -s $log ]] || cat "$log" >&2
	else
		emulator=''
		say "QEMU of the backports cannot be had ($(tail -n 1 "$log")); the installed one is slower"
	fi
}

# processor: what QEMU has, without what costs emulation most and changes no test: copies a byte at a
# time (a tenth of all time), pointer authentication and wide vectors (a third). Where instructions are
# counted it is whole, so that figures of before and after compare.
processor() {
	case $arch${icount:+-counted} in
	amd64) echo max,la57=off,erms=off,fsrm=off ;;
	amd64-counted) echo max,la57=off ;;
	arm64) echo max,pauth=off,sve=off,sme=off ;;
	arm64-counted) echo max,pauth-impdef=on ;;
	esac
}

# qemu_arguments: fills the array qemu. Disks in the order guest/init expects them.
qemu_arguments() {
	local disk receiver button
	# A receiver on USB, which nothing drives until the modules of its host are loaded. It tells what the
	# guest writes to its own port 4: the one end of a socket is the receiver's, the other the port's.
	receiver=(-chardev "socket,id=receiver,path=$work/receiver.sock,server=on,wait=off"
		-chardev "socket,id=satellites,path=$work/receiver.sock"
		-device "qemu-xhci,id=usb" -device "usb-serial,bus=usb.0,chardev=receiver"
		-device "virtserialport,nr=4,chardev=satellites")
	# A button, which is on a line of a GPIO chip of the board: it is pressed when the guest writes a line to
	# its port 5. The other end of that is `run`, so that the guest says nothing else to the emulator.
	button=(-chardev "pipe,id=monitor,path=$work/monitor" -mon "chardev=monitor,mode=readline"
		-chardev "file,id=button,path=$work/button" -device "virtserialport,nr=5,chardev=button")
	case $arch in
	amd64) qemu=("${emulator:+$emulator/usr/bin/}qemu-system-x86_64" -machine q35) ;;
	arm64) qemu=("${emulator:+$emulator/usr/bin/}qemu-system-aarch64" -machine virt) ;;
	esac
	[[ -z $emulator ]] || qemu+=(-L "$emulator/usr/share/qemu" -L "$emulator/usr/share/seabios" -L /usr/share/qemu)
	qemu+=(-cpu "$(processor)" -accel "tcg,thread=single" -smp 1 -m "$memory"
		-nodefaults -no-user-config -display none -no-reboot
		-kernel "$kernel_dir/vmlinuz" -initrd "$initramfs" -append "$(kernel_arguments)"
		-chardev "file,id=console,path=$work/console" -serial chardev:console
		-chardev "file,id=out,path=$work/out" -chardev "file,id=err,path=$work/err"
		-chardev "file,id=status,path=$work/status"
		-device virtio-serial-pci -device virtserialport,nr=1,chardev=out
		-device virtserialport,nr=2,chardev=err -device virtserialport,nr=3,chardev=status)
	for disk in "$root_image" "$modules_image" "$work/files.tar"; do
		qemu+=(-drive "if=virtio,format=raw,snapshot=on,file=$disk")
	done
	# A parallel port, on which drivers of the kernel make a bus of SPI.
	[[ $arch != amd64 ]] || qemu+=(-parallel null)
	# A screen, which nothing drives until its module is loaded.
	[[ $arch != amd64 ]] || qemu+=(-device "bochs-display,romfile=")
	[[ -n $icount ]] || qemu+=("${receiver[@]}")
	[[ $arch != arm64 || -n $icount ]] || qemu+=("${button[@]}")
	# A nanosecond of the guest is an instruction, and it waits for nothing: a timer that is next has come.
	[[ -z $icount$steady ]] || qemu+=(-icount "shift=0,sleep=off")
	[[ $tpm != qemu ]] || qemu+=(-chardev "socket,id=tpm,path=$work/tpm.sock"
		-tpmdev "emulator,id=tpm0,chardev=tpm" -device tpm-crb,tpmdev=tpm0)
}

# start_tpm: a TPM 2.0 with empty banks, gone with the guest.
start_tpm() {
	mkdir "$work/tpm"
	setpriv --pdeathsig TERM swtpm socket --tpm2 --terminate --tpmstate "dir=$work/tpm" \
		--ctrl "type=unixio,path=$work/tpm.sock" >"$work/tpm.log" 2>&1 &
	tpm_pid=$!
	until [[ -S $work/tpm.sock ]]; do
		kill -0 "$tpm_pid" 2>/dev/null || die "swtpm did not start: $(cat "$work/tpm.log")"
		sleep 0.05
	done
}

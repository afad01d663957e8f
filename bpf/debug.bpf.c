// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debug surfaces. Hooks: bpf (a program is loaded or attached), perf_event_open,
 * kernel_load_data (a kernel to be started comes from memory), inode_mkdir (configfs
 * makes devices of directories, chips and their triggers among them), locked_down (what
 * the kernel itself asks about, hibernation and I/O ports among it);
 * files by the open hook of sensor.bpf.c, ptrace by that of guard.bpf.c.
 *
 * Arguments that newer kernels add or drop are not looked at: with an int hook
 * the kernel calls no program behind one that refused.
 */

static __always_inline bool debug_is_asked(void)
{
	return warden_gate.debug;
}

/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000

/* The module attaches its own programs from one. */
static __always_inline bool is_kernel_thread(void)
{
	return bpf_get_current_task_btf()->flags & PF_KTHREAD;
}

SEC("lsm.s/bpf")
int BPF_PROG(warden_bpf_call, int cmd)
{
	report_canary(WARDEN_HOOK_BPF);
	if (!debug_is_asked() || is_kernel_thread())
		return 0;
	switch (cmd) {
	case BPF_PROG_LOAD:
	case BPF_PROG_ATTACH:
	case BPF_PROG_DETACH:
	case BPF_RAW_TRACEPOINT_OPEN:
	case BPF_LINK_CREATE:
	case BPF_LINK_UPDATE:
	case BPF_LINK_DETACH:
	case BPF_ITER_CREATE:
		return clamp_errno(
			warden_kf_debug(WARDEN_HOOK_BPF, WARDEN_DEBUG_SURFACE_BPF));
	}
	return 0;
}

SEC("lsm/perf_event_open")
int BPF_PROG(warden_perf_event_open)
{
	report_canary(WARDEN_HOOK_PERF_EVENT_OPEN);
	if (!debug_is_asked())
		return 0;
	return clamp_errno(
		warden_kf_debug_now(WARDEN_HOOK_PERF_EVENT_OPEN, WARDEN_DEBUG_SURFACE_PERF));
}

SEC("lsm/kernel_load_data")
int BPF_PROG(warden_kernel_load_data, enum kernel_load_data_id id)
{
	report_canary(WARDEN_HOOK_KERNEL_LOAD_DATA);
	if (id != LOADING_KEXEC_IMAGE)
		return 0;
	return clamp_errno(warden_kf_kexec());
}

SEC("lsm/inode_mkdir")
int BPF_PROG(warden_inode_mkdir, struct inode *dir, struct dentry *dentry)
{
	report_canary(WARDEN_HOOK_INODE_MKDIR);
	if (dir->i_sb->s_magic != CONFIGFS_MAGIC)
		return 0;
	return clamp_errno(warden_kf_mkdir(dentry));
}

/*
 * What the lockdown module would refuse and no other hook here sees. Where a driver finds its
 * device can be told by an ioctl of a serial line and by parameters of modules: at any address.
 */
static __always_inline __u32 surface_of(enum lockdown_reason what)
{
	if (what == LOCKDOWN_KPROBES)
		return WARDEN_DEBUG_SURFACE_KPROBES;
	if (what == LOCKDOWN_MSR)
		return WARDEN_DEBUG_SURFACE_MSR;
	if (what == LOCKDOWN_IOPORT ||
	    what == LOCKDOWN_PCI_ACCESS ||
	    what == LOCKDOWN_ACPI_TABLES ||
	    what == LOCKDOWN_EFI_TEST ||
	    what == LOCKDOWN_PCMCIA_CIS ||
	    what == LOCKDOWN_TIOCSSERIAL ||
	    what == LOCKDOWN_MODULE_PARAMETERS)
		return WARDEN_DEBUG_SURFACE_KMEM;
	return WARDEN_DEBUG_SURFACE_NONE;
}

/*
 * The kernel's debugger asks here, too, from where nothing may be called: its
 * questions are let pass before all else.
 */
SEC("lsm/locked_down")
int BPF_PROG(warden_locked_down, enum lockdown_reason what)
{
	__u32 surface;
	int err;

	if (what == LOCKDOWN_DBG_READ_KERNEL ||
	    what == LOCKDOWN_DBG_WRITE_KERNEL)
		return 0;
	report_canary(WARDEN_HOOK_LOCKED_DOWN);
	if (what == LOCKDOWN_HIBERNATION)
		return clamp_errno(warden_kf_hibernate());
	if (what == LOCKDOWN_IOPORT) {
		err = clamp_errno(warden_kf_ports());
		if (err)
			return err;
	}
	surface = surface_of(what);
	if (!surface || !debug_is_asked())
		return 0;
	return clamp_errno(warden_kf_debug_now(WARDEN_HOOK_LOCKED_DOWN, surface));
}

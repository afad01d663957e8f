// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs past the 32 that the loader of a light skeleton has room for (MAX_USED_PROGS of libbpf's
 * gen_loader.c), as an object of its own. They have no gate, so they are for hooks that are called
 * rarely, and attached only where a policy needs them. Hooks: socket_setsockopt (a socket is to go
 * by another interface), inet_conn_request (a connection is about to begin, from outside or within),
 * file_ioctl and its twin for calls of 32 bits (a driver is to give a buffer of its own out as a file).
 */
#include "base.bpf.h"

/* include/uapi/asm-generic/socket.h; both architectures that are built for have these. */
#define SOL_SOCKET	 1
#define SO_BINDTODEVICE	 25
#define SO_BINDTOIFINDEX 62

/* _IOC() of include/uapi/asm-generic/ioctl.h: the kind of a call, and its number. */
#define IOC(type, nr)	((type) << 8 | (nr))
#define IOC_MASK	0xffff
#define VIDIOC_EXPBUF	IOC('V', 16)   /* include/uapi/linux/videodev2.h */
#define DMX_EXPBUF	IOC('o', 62)   /* include/uapi/linux/dvb/dmx.h */
#define PRIME_TO_FD	IOC('d', 0x2d) /* DRM_IOCTL_PRIME_HANDLE_TO_FD of include/uapi/drm/drm.h */

SEC("lsm/socket_setsockopt")
int BPF_PROG(warden_socket_option, struct socket *sock, int level, int optname, int ret)
{
	if (ret)
		return ret;
	warden_kf_canary(WARDEN_HOOK_SOCKET_SETSOCKOPT);
	if (level != SOL_SOCKET || (optname != SO_BINDTODEVICE && optname != SO_BINDTOIFINDEX))
		return 0;
	return clamp_errno(warden_kf_keep_way(sock));
}

/* It says no by an errno of any kind: the packet is dropped. */
SEC("lsm/inet_conn_request")
int BPF_PROG(warden_inet_request, const struct sock *sk, struct sk_buff *skb,
	     struct request_sock *req, int ret)
{
	return ret ?: clamp_errno(warden_kf_inet_request(sk, skb));
}

/* Most calls are none of these, and are let go by their number alone. */
static __always_inline int judge_call(struct file *file, unsigned int cmd, __u32 hook)
{
	switch (cmd & IOC_MASK) {
	case VIDIOC_EXPBUF:
	case DMX_EXPBUF:
	case PRIME_TO_FD:
		return clamp_errno(warden_kf_export(file, hook));
	}
	return 0;
}

SEC("lsm/file_ioctl")
int BPF_PROG(warden_file_ioctl, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	return ret ?: judge_call(file, cmd, WARDEN_HOOK_FILE_IOCTL);
}

SEC("lsm/file_ioctl_compat")
int BPF_PROG(warden_file_ioctl_compat, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	return ret ?: judge_call(file, cmd, WARDEN_HOOK_FILE_IOCTL_COMPAT);
}

char LICENSE[] SEC("license") = "GPL";

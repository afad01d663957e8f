// SPDX-License-Identifier: GPL-2.0-only
/*
 * Brokers at local sockets. Hooks: unix_stream_connect and unix_may_send (somebody connects
 * or sends to a local socket, both of which are known and locked), file_release (a file is
 * closed by the last who had it).
 */
#include "common.bpf.h"

SEC("lsm/unix_stream_connect")
int BPF_PROG(warden_unix_connect, struct sock *sk, struct sock *other, struct sock *newsk, int ret)
{
	if (ret)
		return ret;
	report_canary(WARDEN_HOOK_UNIX_CONNECT);
	if (!are_brokers_local())
		return 0;
	return clamp_errno(warden_kf_local_reach(sk, other, WARDEN_HOOK_UNIX_CONNECT));
}

SEC("lsm/unix_may_send")
int BPF_PROG(warden_unix_send, struct socket *sock, struct socket *other, int ret)
{
	struct sock *from = sock->sk, *to = other->sk;

	if (ret)
		return ret;
	report_canary(WARDEN_HOOK_UNIX_SEND);
	if (!from || !to || !are_brokers_local())
		return 0;
	return clamp_errno(warden_kf_local_reach(from, to, WARDEN_HOOK_UNIX_SEND));
}

SEC("lsm/file_release")
void BPF_PROG(warden_file_release, struct file *file)
{
	report_canary(WARDEN_HOOK_FILE_RELEASE);
	if (may_be_brokered(file))
		warden_kf_socket_release(file);
}

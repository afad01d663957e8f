/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SOCKET_H
#define WARDEN_SOCKET_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <net/sock.h>

/* A socket's file, held, so that it is not closed meanwhile; NULL where it is being closed. */
static inline struct file *warden_socket_file(struct sock *sk)
{
	struct file *file = NULL;

	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket && sk->sk_socket->file)
		file = get_file_active(&sk->sk_socket->file);
	read_unlock_bh(&sk->sk_callback_lock);
	return file;
}

#endif /* WARDEN_SOCKET_H */

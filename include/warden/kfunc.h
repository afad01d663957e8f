/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doors from the BPF programs into the module: their only calls, once for
 * both sides. Each returns 0 to go on or a negative errno that the program
 * clamps and hands back.
 */
#ifndef WARDEN_KFUNC_H
#define WARDEN_KFUNC_H

struct bpf_prog;
struct dentry;
struct device;
struct file;
struct linux_binprm;
struct msghdr;
struct sockaddr;
struct sk_buff;
struct sock;
struct socket;
struct super_block;
struct task_struct;

#ifdef __bpf__
#define WARDEN_KFUNC extern __ksym
#else
#define WARDEN_KFUNC __bpf_kfunc
#endif

WARDEN_KFUNC int warden_kf_file_open(struct file *file);
WARDEN_KFUNC int warden_kf_file_receive(struct file *file);
WARDEN_KFUNC int warden_kf_exec(struct linux_binprm *bprm);
WARDEN_KFUNC int warden_kf_inherit(void);
WARDEN_KFUNC int warden_kf_read_file(struct file *file, __u32 id);
WARDEN_KFUNC int warden_kf_load_data(__u64 data, __u64 size, __u32 id);
WARDEN_KFUNC int warden_kf_bind(struct socket *sock, struct sockaddr *address, int len);
WARDEN_KFUNC int warden_kf_listen(struct socket *sock);
WARDEN_KFUNC int warden_kf_accept(struct socket *sock);
WARDEN_KFUNC int warden_kf_connect(struct socket *sock, struct sockaddr *address, int len);
WARDEN_KFUNC int warden_kf_send(struct socket *sock, struct msghdr *msg);
WARDEN_KFUNC int warden_kf_egress(struct socket *sock, struct msghdr *msg);
WARDEN_KFUNC int warden_kf_task_new(struct task_struct *task);
WARDEN_KFUNC int warden_kf_socket(__u32 family, __u32 type, __u32 protocol);
WARDEN_KFUNC int warden_kf_netlink_send(struct sk_buff *skb);
WARDEN_KFUNC int warden_kf_ear(struct socket *sock, __u32 family);
WARDEN_KFUNC int warden_kf_forge(void);
WARDEN_KFUNC int warden_kf_dumpable(void);
WARDEN_KFUNC int warden_kf_hibernate(void);
WARDEN_KFUNC int warden_kf_ports(void);
WARDEN_KFUNC int warden_kf_ptrace(struct task_struct *task);
WARDEN_KFUNC int warden_kf_unmount(struct super_block *sb);
WARDEN_KFUNC int warden_kf_device_add(struct device *dev);
WARDEN_KFUNC int warden_kf_device_del(struct device *dev);
WARDEN_KFUNC int warden_kf_canary(__u32 hook);
WARDEN_KFUNC int warden_kf_module_request(__u64 name);
WARDEN_KFUNC int warden_kf_debug(__u32 hook, __u32 surface);
WARDEN_KFUNC int warden_kf_debug_now(__u32 hook, __u32 surface);
WARDEN_KFUNC int warden_kf_debug_ptrace(struct task_struct *task);
WARDEN_KFUNC int warden_kf_debug_file(struct file *file);
WARDEN_KFUNC int warden_kf_mkdir(struct dentry *dentry);
WARDEN_KFUNC int warden_kf_associate(struct sock *sk, struct sockaddr *address, int len);
WARDEN_KFUNC int warden_kf_bind_more(struct sock *sk, struct sockaddr *address, int len);
WARDEN_KFUNC int warden_kf_tunnel(void);
WARDEN_KFUNC int warden_kf_keep_way(struct socket *sock);
WARDEN_KFUNC int warden_kf_inet_request(const struct sock *sk, struct sk_buff *skb);
WARDEN_KFUNC int warden_kf_export(struct file *file, __u32 hook);
WARDEN_KFUNC int warden_kf_bpf_load(struct bpf_prog *prog);
WARDEN_KFUNC int warden_kf_kexec(void);
WARDEN_KFUNC int warden_kf_tables(struct sk_buff *skb);
WARDEN_KFUNC int warden_kf_connector(struct sk_buff *skb);
WARDEN_KFUNC int warden_kf_local_bind(struct socket *sock, struct sockaddr *address, int len);
WARDEN_KFUNC int warden_kf_local_prepare(struct socket *sock, __u32 hook);
WARDEN_KFUNC int warden_kf_local_reach(struct sock *sk, struct sock *other, __u32 hook);
WARDEN_KFUNC int warden_kf_socket_receive(struct file *file);
WARDEN_KFUNC int warden_kf_socket_inherit(void);
WARDEN_KFUNC int warden_kf_socket_release(struct file *file);

#endif /* WARDEN_KFUNC_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SERVICE_H
#define WARDEN_SERVICE_H

struct msghdr;
struct sock;
struct sockaddr;
struct socket;
struct warden_gate;

int warden_service_bind(struct socket *sock, const struct sockaddr *address, int len);
int warden_service_listen(struct socket *sock);
int warden_service_receive(struct socket *sock, const char *how);
int warden_service_connect(struct socket *sock, const struct sockaddr *address, int len);
int warden_service_egress(struct socket *sock, struct msghdr *msg);
int warden_service_send(struct socket *sock, struct msghdr *msg);
int warden_service_bind_more(struct sock *sk, const struct sockaddr *address, int len);
int warden_service_associate(struct sock *sk, const struct sockaddr *address, int len);
void warden_service_watch(struct warden_gate *to);
void warden_service_hold(void);
void warden_service_renew(void);

#endif /* WARDEN_SERVICE_H */

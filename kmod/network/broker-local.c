// SPDX-License-Identifier: GPL-2.0-only
/*
 * Brokers at local sockets. Whose a socket is goes by where it was bound, never by the
 * name somebody reaches it by: a link, another mount or another root lead to the same one.
 *
 * Three things tell: the address it was given, which stays whatever becomes of the file;
 * the name of that file as its broker saw it when it was bound, or whoever loaded the
 * policy, which is kept (struct spot) where it is another; and its name as it is now.
 *
 * The hooks that know both sides are called under the locks of both, where nobody may
 * sleep, as reading a program may. So the hook of connect() and of sendmsg(), which come
 * first, prepare the connection (warden_broker_prepare()).
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "broker-priv.h"
#include "broker.h"
#include "policy/layers.h"

/* A local socket of a broker whose address does not tell; held. */
struct spot {
	struct hlist_node node;
	struct sock *sk;
	char where[WARDEN_BROKER_NAME_SIZE];
};

static DEFINE_SPINLOCK(spots_lock); /* protects @spots; innermost */
static DEFINE_HASHTABLE(spots, 5);

/* --- names ------------------------------------------------------------------------ */

static bool copy_name(char *where, const char *name, size_t len)
{
	if (!len || len >= WARDEN_BROKER_NAME_SIZE)
		return false;
	memcpy(where, name, len);
	where[len] = '\0';
	return true;
}

/* An address as policies write it: an abstract one has "@" in the place of its zero. */
static bool name_address(char *where, const struct sockaddr_un *address, int len)
{
	const char *name = address->sun_path;
	int size = len - (int)offsetof(struct sockaddr_un, sun_path);

	if (size <= 0 || !copy_name(where, name, name[0] ? strnlen(name, size) : size))
		return false;
	if (!name[0])
		where[0] = '@';
	return true;
}

/* By the address it was given: set once, and read with what it points to. */
static bool is_broker_by_address(const struct sock *sk, char *where, struct warden_broker *found)
{
	const struct unix_address *a = smp_load_acquire(&unix_sk(sk)->addr);

	return a && name_address(where, a->name, a->len) && warden_broker_at(where, found);
}

static bool is_broker_by_path(const struct path *path, char *where, struct warden_broker *found)
{
	char buf[WARDEN_BROKER_NAME_SIZE];
	const char *name = path->dentry ? d_path(path, buf, sizeof(buf)) : NULL;

	return !IS_ERR_OR_NULL(name) && copy_name(where, name, strlen(name)) &&
	       warden_broker_at(where, found);
}

static struct spot *find_spot(const struct sock *sk)
{
	struct spot *s;

	lockdep_assert_held(&spots_lock);
	hash_for_each_possible(spots, s, node, (unsigned long)sk)
		if (s->sk == sk)
			return s;
	return NULL;
}

static bool is_broker_by_spot(const struct sock *sk, char *where, struct warden_broker *found)
{
	const struct spot *s;
	bool is;

	spin_lock(&spots_lock);
	s = find_spot(sk);
	is = s && copy_name(where, s->where, strlen(s->where)) && warden_broker_at(where, found);
	spin_unlock(&spots_lock);
	return is;
}

/* Its lock is held, so that it keeps its path. */
static bool is_broker(struct sock *sk, char *where, struct warden_broker *found)
{
	return is_broker_by_address(sk, where, found) || is_broker_by_spot(sk, where, found) ||
	       is_broker_by_path(&unix_sk(sk)->path, where, found);
}

/* --- spots ---------------------------------------------------------------------------- */

static void free_spot(struct spot *s)
{
	if (!s)
		return;
	warden_link_count_others(-1);
	sock_put(s->sk);
	kfree(s);
}

/* Without memory its address, and its name of the moment, have to do. */
static void add_spot(struct sock *sk, const char *where)
{
	struct spot *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT), *old;

	if (!s)
		return;
	strscpy(s->where, where, sizeof(s->where));
	sock_hold(sk);
	s->sk = sk;
	warden_link_count_others(1);
	spin_lock(&spots_lock);
	old = find_spot(sk);
	if (old)
		hash_del(&old->node);
	hash_add(spots, &s->node, (unsigned long)sk);
	spin_unlock(&spots_lock);
	free_spot(old);
}

/**
 * warden_local_forget() - a socket is closed
 * @sk: the socket
 *
 * Context: Process context, does not sleep.
 */
void warden_local_forget(const struct sock *sk)
{
	struct spot *s;

	spin_lock(&spots_lock);
	s = find_spot(sk);
	if (s)
		hash_del(&s->node);
	spin_unlock(&spots_lock);
	free_spot(s);
}

/**
 * warden_local_forget_all() - no local socket is a broker's any more
 *
 * Context: Process context, does not sleep.
 */
void warden_local_forget_all(void)
{
	struct hlist_node *next;
	HLIST_HEAD(all);
	struct spot *s;
	int i;

	spin_lock(&spots_lock);
	hash_for_each_safe(spots, i, next, s, node) {
		hash_del(&s->node);
		hlist_add_head(&s->node, &all);
	}
	spin_unlock(&spots_lock);
	hlist_for_each_entry_safe(s, next, &all, node)
		free_spot(s);
}

/* --- a socket gets its address ---------------------------------------------------------- */

/*
 * The folder a name is in, as the current program sees it; and the rest of the name. No file system is
 * asked, as one of a program's own may never answer, and all sleepable BPF programs would be waited
 * for: a folder that is not in memory is not found, and its socket told by the other two.
 */
static int find_folder(char *name, struct path *folder, const char **last)
{
	char *slash = strrchr(name, '/');

	*last = slash ? slash + 1 : name;
	if (!slash)
		get_fs_pwd(current->fs, folder);
	else if (slash == name)
		get_fs_root(current->fs, folder);
	if (!slash || slash == name)
		return 0;
	*slash = '\0';
	return kern_path(name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY | LOOKUP_CACHED, folder);
}

static bool name_whole(char *where, const char *folder, const char *last)
{
	const char *slash = strcmp(folder, "/") ? "/" : "";

	return snprintf(where, WARDEN_BROKER_NAME_SIZE, "%s%s%s", folder, slash, last) <
	       WARDEN_BROKER_NAME_SIZE;
}

/**
 * warden_broker_bind() - a local socket is about to be bound
 * @sock: the socket
 * @address: the address, in kernel memory
 * @len: bytes of it
 *
 * Context: Process context, sleeps.
 * Return: 0.
 */
int warden_broker_bind(struct socket *sock, const struct sockaddr *address, int len)
{
	char name[WARDEN_BROKER_NAME_SIZE], where[WARDEN_BROKER_NAME_SIZE];
	char buf[WARDEN_BROKER_NAME_SIZE];
	struct warden_broker broker;
	const char *last, *text;
	struct path folder;

	if (!name_address(name, (const struct sockaddr_un *)address, len) || name[0] == '@' ||
	    find_folder(name, &folder, &last))
		return 0;
	text = d_path(&folder, buf, sizeof(buf));
	if (!IS_ERR(text) && name_whole(where, text, last) && warden_broker_at(where, &broker))
		add_spot(sock->sk, where);
	path_put(&folder);
	return 0;
}

/* --- somebody connects -------------------------------------------------------------------- */

/**
 * warden_broker_prepare() - the current program is about to connect, or send, to a local socket
 * @sock: its socket
 *
 * Context: Process context, sleeps.
 * Return: 0. Without memory who connects to a broker is a program that cannot be told.
 */
int warden_broker_prepare(struct socket *sock)
{
	struct warden_link *l;

	if (sock->sk->sk_kern_sock)
		return 0;
	l = warden_link_new(sock->sk, GFP_KERNEL);
	if (l)
		warden_link_prepare(l);
	else /* of the program it ran before, perhaps */
		l = warden_link_take_prepared(sock->sk);
	warden_link_put(l);
	return 0;
}

/* Is it one more datagram? */
static bool has_begun(const struct sock *sk, const struct warden_broker *broker)
{
	return sk->sk_type == SOCK_DGRAM && warden_link_stands(sk, broker);
}

/*
 * By where it was bound alone: of a socket that is not locked, and used by who sends. Its path
 * is set before its address.
 */
static bool sends_as_broker(struct sock *sk, char *where, struct warden_broker *found)
{
	return sk->sk_type == SOCK_DGRAM && smp_load_acquire(&unix_sk(sk)->addr) &&
	       is_broker(sk, where, found);
}

/*
 * May anybody hear what a broker sends of its own accord? Who bound the name it is sent to
 * is not known, and may not be the one who had that name when he connected.
 */
static int judge_receiver(struct sock *to, const struct warden_broker *broker)
{
	const struct warden_identity nobody = { .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, sock_i_uid(to)),
		.subject = &nobody,
		.class = broker->class,
		.topology = broker->key,
	};
	struct warden_answer answer;
	int err = warden_judge(&req, &answer);

	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, broker->name, 0);
	return err;
}

static int begin(struct warden_link *l, const struct warden_broker *broker, const char *where)
{
	l->broker = *broker;
	strscpy(l->where, where, sizeof(l->where));
	return warden_link_begin(l);
}

/**
 * warden_broker_reach() - may the current program speak to this local socket?
 * @sk: its socket
 * @other: the one that listens, or gets the datagram
 *
 * Context: Under the lock of @other, and where it connects that of @sk; does not sleep.
 * Return: 0, -EACCES, -ENFILE with too many connections, or -ENOMEM.
 */
int warden_broker_reach(struct sock *sk, struct sock *other)
{
	struct warden_link *l = warden_link_take_prepared(sk);
	char where[WARDEN_BROKER_NAME_SIZE];
	struct warden_broker broker;
	int err = 0;

	if (is_broker(other, where, &broker)) {
		if (!sk->sk_kern_sock && !has_begun(sk, &broker)) {
			l = l ?: warden_link_new(sk, GFP_ATOMIC | __GFP_NOWARN);
			err = l ? begin(l, &broker, where) : -ENOMEM;
		}
	} else if (sends_as_broker(sk, where, &broker) && !warden_link_stands(other, &broker)) {
		err = judge_receiver(other, &broker);
	}
	warden_link_put(l);
	return err;
}

/* --- who it is, asked at leisure ------------------------------------------------------------- */

static struct path path_of(struct sock *sk)
{
	struct path path;

	unix_state_lock(sk);
	path = unix_sk(sk)->path;
	if (path.dentry)
		path_get(&path);
	unix_state_unlock(sk);
	return path;
}

/**
 * warden_local_is_broker() - is this local socket a broker's, or connected by one?
 * @sk: the socket, held and not locked
 * @where: set to the name it is known by; WARDEN_BROKER_NAME_SIZE
 * @broker: filled in where it is
 *
 * Who accepted a connection has the address of the socket that listens.
 *
 * Context: Process context, may sleep.
 * Return: true if it is.
 */
bool warden_local_is_broker(struct sock *sk, char *where, struct warden_broker *broker)
{
	struct path path;
	bool is;

	if (is_broker_by_address(sk, where, broker) || is_broker_by_spot(sk, where, broker))
		return true;
	path = path_of(sk);
	is = is_broker_by_path(&path, where, broker);
	if (is && sk->sk_state != TCP_ESTABLISHED) {
		add_spot(sk, where);
		warden_link_recheck(sk);
	}
	if (path.dentry)
		path_put(&path);
	return is;
}

/**
 * warden_broker_any_local() - does a policy name brokers at local sockets?
 * @layers: the policy
 *
 * Context: As long as @layers may be used.
 * Return: true if it does.
 */
bool warden_broker_any_local(const struct warden_layers *layers)
{
	u32 i, n;

	for (i = 0; i < layers->nr; i++)
		for (n = 0; n < layers->layer[i]->nr_brokers; n++)
			if (layers->layer[i]->brokers[n].path[0])
				return true;
	return false;
}

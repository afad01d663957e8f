// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that a camera hands out as DMA buffers (VIDIOC_EXPBUF), which are files of their
 * own. Whose rule says so may export; who else is handed such a file uses the camera; and
 * the buffers end with the session they came from: erased, of no size, mapped by nobody.
 *
 * A buffer does not tell what exported it but by the name of the exporter's module and
 * an address of its own, which is the one that the camera's queue has.
 */
#include <linux/cred.h>
#include <linux/dma-buf.h>
#include <linux/file.h>
#include <linux/iosys-map.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "compat/dma-buf.h"
#include "judge/judge.h"
#include "judge/named.h"
#include "program/identity.h"
#include "program/processes.h"
#include "session-export.h"
#include "session-priv.h"
#include "stream.h"

/* What a rule can name as a device, and what records tell. */
#define NAME "dma-buf"

/* The modules of drivers/media/common/videobuf2 that export. */
#define EXPORTER "videobuf2"

/**
 * warden_export_is() - is this file a buffer that a camera exported?
 * @file: any file
 *
 * Context: Any, with a reference to @file.
 * Return: true if it is.
 */
bool warden_export_is(const struct file *file)
{
	const struct dma_buf *buf;

	if (!IS_ENABLED(CONFIG_DMA_SHARED_BUFFER) ||
	    file_inode(file)->i_sb->s_magic != DMA_BUF_MAGIC)
		return false;
	buf = file->private_data;
	return buf && str_has_prefix(buf->exp_name, EXPORTER);
}

/**
 * warden_export_receive() - may the current program be handed such a buffer?
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno, which is recorded.
 */
int warden_export_receive(void)
{
	return warden_named_use(WARDEN_SENSOR_CLASS_CAMERA, NAME);
}

/**
 * warden_export_keep() - may a program that is being started keep such buffers?
 * @identity: the program
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno; both are recorded.
 */
int warden_export_keep(const struct warden_identity *identity)
{
	return warden_named_use_as(WARDEN_SENSOR_CLASS_CAMERA, NAME, identity);
}

/* A review that comes after the verdict must know what it rests on; one that came before did not. */
static int judge(struct warden_session *s, struct warden_request *req, struct warden_answer *answer)
{
	int err = warden_judge(req, answer);

	if (err)
		return err;
	if (s->pid == task_tgid(current))
		WRITE_ONCE(s->exported, true);
	return warden_judge_holds(answer) ? 0 : warden_judge(req, answer);
}

/**
 * warden_export_ask() - may the current program have what a sensor delivers as a file?
 * @file: on which a driver is asked for it; any file
 *
 * A session whose opener may is one that needs that right from then on.
 *
 * Context: Process context with a reference to @file, does not sleep.
 * Return: 0, or a negative errno, which is recorded.
 */
int warden_export_ask(const struct file *file)
{
	struct warden_session *s = warden_session_is(file) ? warden_session_of(file) : NULL;
	struct warden_identity subject;
	struct warden_answer answer;
	struct warden_request req;
	int err;

	if (!s)
		return 0;
	warden_identity_known(&subject);
	if (!subject.reason && warden_judge_is_traced())
		subject.reason = WARDEN_REASON_PROGRAM_TRACED;
	req = warden_session_request(s);
	req.subject = &subject;
	req.uid = from_kuid(&init_user_ns, current_uid());
	req.process = (unsigned long)task_tgid(current);
	req.atomic = true;
	req.exports = true;
	err = judge(s, &req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, s->sensor.topology, 0);
	return err;
}

/**
 * warden_export_init() - no camera yet
 * @exports: its memory
 *
 * Context: Any.
 */
void warden_export_init(struct warden_exports *exports)
{
	xa_init(&exports->privs);
	xa_init(&exports->openers);
}

static void note(struct xarray *to, const void *address)
{
	if (address)
		xa_store(to, (unsigned long)address, xa_mk_value(1), GFP_KERNEL);
}

static bool is_noted(struct xarray *in, const void *address)
{
	return address && xa_load(in, (unsigned long)address);
}

/**
 * warden_export_add() - one session more that ends
 * @exports: those so far
 * @s: its stream is stopped; stays until warden_export_end()
 * @buffers: what its queue had
 *
 * Context: Process context, may sleep. Without memory one that was handed on is passed over.
 */
void warden_export_add(struct warden_exports *exports, const struct warden_session *s,
		       const struct warden_buffers *buffers)
{
	unsigned int i;

	if (!IS_ENABLED(CONFIG_DMA_SHARED_BUFFER) || s->sensor.class != WARDEN_SENSOR_CLASS_CAMERA)
		return;
	note(&exports->openers, s->pid);
	for (i = 0; i < buffers->nr; i++)
		note(&exports->privs, buffers->priv[i]);
}

#if IS_ENABLED(CONFIG_DMA_SHARED_BUFFER)

/* A buffer that ends. */
struct found {
	struct list_head node;
	struct file *file;
	size_t size;
};

/* What is looked for, in one process after the other. */
struct search {
	struct warden_exports *exports;
	bool all; /* in a process that had a camera, whatever its queue says */
	struct list_head files;
};

/* Once each, as it is of no size from then on: nobody maps any of it again. */
static void keep_file(struct search *search, struct file *file, gfp_t gfp)
{
	struct dma_buf *buf = file->private_data;
	struct found *f;

	if (!warden_export_is(file) || !READ_ONCE(buf->size))
		return;
	if (!search->all && !is_noted(&search->exports->privs, buf->priv))
		return;
	f = kmalloc(sizeof(*f), gfp);
	if (!f)
		return;
	f->file = get_file(file);
	f->size = READ_ONCE(buf->size);
	WRITE_ONCE(buf->size, 0);
	list_add(&f->node, &search->files);
}

static int look_at(const void *search, struct file *file, unsigned int fd)
{
	keep_file((struct search *)search, file, GFP_ATOMIC | __GFP_NOWARN);
	return 0;
}

static void look_at_mapped(struct file *file, void *search)
{
	keep_file(search, file, GFP_KERNEL);
}

/* Descriptors first: by what is found in them no lock is waited for. */
static void search_all(struct search *search, unsigned int *left)
{
	unsigned int count, i;
	struct task_struct **tasks = warden_processes(&count);

	for (i = 0; i < count; i++) {
		search->all = is_noted(&search->exports->openers, task_tgid(tasks[i]));
		if (!(tasks[i]->flags & PF_KTHREAD))
			warden_process_files(tasks[i], look_at, search);
	}
	for (i = 0; i < count; i++) {
		search->all = is_noted(&search->exports->openers, task_tgid(tasks[i]));
		warden_process_mapped(tasks[i], look_at_mapped, search, left);
	}
	warden_processes_put(tasks, count);
}

/* Where the driver cannot map it, its last frame stays for devices that had it already. */
static void erase(struct dma_buf *buf, size_t size)
{
	struct iosys_map map;

	if (dma_buf_vmap_unlocked(buf, &map))
		return;
	iosys_map_memset(&map, 0, 0, size);
	dma_buf_vunmap_unlocked(buf, &map);
}

static void end_found(struct search *search)
{
	struct found *f, *next;

	list_for_each_entry_safe (f, next, &search->files, node) {
		erase(f->file->private_data, f->size);
		unmap_mapping_range(f->file->f_mapping, 0, 0, 1);
		__fput_sync(f->file);
		kfree(f);
	}
}

/**
 * warden_export_end() - end what was exported from cameras
 * @exports: sessions of them that have ended; none are left in there
 * @left: ms it may wait for locks of memory; gets less by what it waited
 *
 * Wherever they are: in descriptors and mappings of any process, which are searched once for all of
 * them. What a process that had one of the sessions holds ends whatever its queue says, as that may have
 * been freed.
 *
 * Context: Process context, sleeps.
 */
void warden_export_end(struct warden_exports *exports, unsigned int *left)
{
	struct search search = { .exports = exports, .files = LIST_HEAD_INIT(search.files) };

	if (!xa_empty(&exports->openers) || !xa_empty(&exports->privs)) {
		search_all(&search, left);
		end_found(&search);
	}
	xa_destroy(&exports->openers);
	xa_destroy(&exports->privs);
}

#else

void warden_export_end(struct warden_exports *exports, unsigned int *left)
{
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that a camera hands out as DMA buffers (VIDIOC_EXPBUF), which are files of their
 * own. Who has the camera may export; who else is handed such a file uses the camera; and
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

#include "compat/dma-buf.h"
#include "judge/judge.h"
#include "judge/named.h"
#include "policy/snapshot.h"
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
 * warden_export_keep() - may a program that is being started keep such a buffer?
 * @identity: the program
 *
 * Context: Process context, does not sleep.
 * Return: 0, or a negative errno, which is recorded.
 */
int warden_export_keep(const struct warden_identity *identity)
{
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = identity,
		.class = WARDEN_SENSOR_CLASS_CAMERA,
		.topology = warden_snapshot_key(NAME),
		.process = (unsigned long)task_tgid(current),
		.atomic = true,
	};
	struct warden_answer answer;
	int err = warden_judge(&req, &answer);

	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, NAME, 0);
	return err;
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
	const struct warden_buffers *buffers;
	bool all; /* in the process that had the camera, whatever its queue says */
	struct list_head files;
};

/* Once each, as it is of no size from then on: nobody maps any of it again. */
static void keep_file(struct search *search, struct file *file, gfp_t gfp)
{
	struct dma_buf *buf = file->private_data;
	struct found *f;

	if (!warden_export_is(file) || !READ_ONCE(buf->size))
		return;
	if (!search->all && !warden_stream_has(search->buffers, buf->priv))
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
static void search_all(const struct warden_session *s, struct search *search)
{
	unsigned int count, i, left = WARDEN_PROCESSES_WAIT_MS;
	struct task_struct **tasks = warden_processes(&count);

	for (i = 0; i < count; i++) {
		search->all = s->pid && task_tgid(tasks[i]) == s->pid;
		if (!(tasks[i]->flags & PF_KTHREAD))
			warden_process_files(tasks[i], look_at, search);
	}
	for (i = 0; i < count; i++) {
		search->all = s->pid && task_tgid(tasks[i]) == s->pid;
		warden_process_mapped(tasks[i], look_at_mapped, search, &left);
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

/**
 * warden_export_end() - end what was exported from a camera
 * @s: a session of it that has ended, its stream stopped
 * @buffers: what its queue had
 *
 * Wherever they are: in descriptors and mappings of any process. What the process that
 * had the session holds ends whatever its queue says, as that may have been freed.
 *
 * Context: Process context, sleeps.
 */
void warden_export_end(const struct warden_session *s, const struct warden_buffers *buffers)
{
	struct search search = { .buffers = buffers, .files = LIST_HEAD_INIT(search.files) };
	struct found *f, *next;

	if (s->sensor.class != WARDEN_SENSOR_CLASS_CAMERA)
		return;
	search_all(s, &search);
	list_for_each_entry_safe (f, next, &search.files, node) {
		erase(f->file->private_data, f->size);
		unmap_mapping_range(f->file->f_mapping, 0, 0, 1);
		__fput_sync(f->file);
		kfree(f);
	}
}

#else

void warden_export_end(const struct warden_session *s, const struct warden_buffers *buffers)
{
}

#endif

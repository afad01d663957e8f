// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <sound/asound.h>

#include "lib/client.h"
#include "lib/sound.h"

#define CHANNELS    2
#define RATE	    8000
#define PERIOD	    400 /* frames */
#define RING	    4000
#define FRAME_BYTES (CHANNELS * 2)

static struct snd_mask *mask(struct snd_pcm_hw_params *p, int n)
{
	return &p->masks[n - SNDRV_PCM_HW_PARAM_FIRST_MASK];
}

static void choose(struct snd_pcm_hw_params *p, int n, unsigned int value)
{
	memset(mask(p, n), 0, sizeof(struct snd_mask));
	mask(p, n)->bits[value / 32] = 1u << (value % 32);
}

static void set(struct snd_pcm_hw_params *p, int n, unsigned int value)
{
	struct snd_interval *i = &p->intervals[n - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];

	i->min = i->max = value;
	i->integer = 1;
}

/* Every value of every parameter: what HW_PARAMS then narrows down. */
static void set_any(struct snd_pcm_hw_params *p)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	memset(p->masks, 0xff, sizeof(p->masks));
	for (i = 0; i < sizeof(p->intervals) / sizeof(*p->intervals); i++)
		p->intervals[i].max = ~0u;
	p->rmask = ~0u;
	p->info = ~0u;
}

static int set_hardware(int fd, unsigned int access, unsigned int channels)
{
	struct snd_pcm_hw_params p;

	set_any(&p);
	choose(&p, SNDRV_PCM_HW_PARAM_ACCESS, access);
	choose(&p, SNDRV_PCM_HW_PARAM_FORMAT, SNDRV_PCM_FORMAT_S16_LE);
	set(&p, SNDRV_PCM_HW_PARAM_CHANNELS, channels);
	set(&p, SNDRV_PCM_HW_PARAM_RATE, RATE);
	set(&p, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, PERIOD);
	set(&p, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, RING);
	return ioctl(fd, SNDRV_PCM_IOCTL_HW_PARAMS, &p) ? -errno : 0;
}

/* No end by overrun: the ring is written round and round, whoever reads it. */
static int set_software(int fd)
{
	struct snd_pcm_sw_params p = {
		.tstamp_mode = SNDRV_PCM_TSTAMP_NONE,
		.period_step = 1,
		.avail_min = PERIOD,
		.start_threshold = 1,
		.stop_threshold = RING << 16,
		.boundary = RING << 16,
	};

	return ioctl(fd, SNDRV_PCM_IOCTL_SW_PARAMS, &p) ? -errno : 0;
}

int sound_open(struct sound *s, const char *node)
{
	memset(s, 0, sizeof(*s));
	s->fd = open(node, O_RDWR | O_CLOEXEC);
	return s->fd < 0 ? -errno : 0;
}

static int begin(int fd)
{
	return ioctl(fd, SNDRV_PCM_IOCTL_PREPARE) || ioctl(fd, SNDRV_PCM_IOCTL_START) ? -errno : 0;
}

int sound_start(struct sound *s)
{
	int err = set_hardware(s->fd, SNDRV_PCM_ACCESS_MMAP_INTERLEAVED, CHANNELS);
	void *at;

	if (!err)
		err = set_software(s->fd);
	if (err)
		return err;
	s->bytes = RING * FRAME_BYTES;
	at = mmap(NULL, s->bytes, PROT_READ, MAP_SHARED, s->fd, SNDRV_PCM_MMAP_OFFSET_DATA);
	if (at == MAP_FAILED)
		return -errno;
	s->ring = at;
	return begin(s->fd);
}

int sound_start_reading(struct sound *s)
{
	int err = set_hardware(s->fd, SNDRV_PCM_ACCESS_RW_NONINTERLEAVED, 1);

	if (!err)
		err = set_software(s->fd);
	return err ?: begin(s->fd);
}

void sound_close(struct sound *s)
{
	if (s->ring)
		munmap((void *)s->ring, s->bytes);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

pid_t sound_watch(struct sound *s, struct sight *seen)
{
	struct snd_pcm_status status;
	pid_t pid = sight_fork();

	if (pid)
		return pid;
	memset(&status, 0, sizeof(status));
	while (!ioctl(s->fd, SNDRV_PCM_IOCTL_STATUS, &status)) {
		if (status.hw_ptr != seen->frames)
			seen->frame = now_ns();
		seen->frames = status.hw_ptr;
		usleep(2000);
	}
	seen->ioctl_errno = errno;
	sight_look_closer(s->fd, s->ring, s->bytes, seen);
	_exit(0);
}

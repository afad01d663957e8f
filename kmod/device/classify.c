// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kind of sensor a device is, and its name that survives renumbering.
 *
 * One table, read from top to bottom: subsystem, the device's kernel name with at
 * most one "*" for any run of characters, class. Three kinds are told by what the
 * driver says of them: V4L2 nodes, IIO chips, input devices. A node that no line
 * matches is unknown, and takes the default verdict.
 */
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/iio/iio.h>
#include <linux/input.h>
#include <linux/kdev_t.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>
#if IS_ENABLED(CONFIG_VIDEO_DEV)
#include <media/v4l2-dev.h>
#endif

#include "classify.h"

struct class_line {
	const char *subsystem;
	const char *name;
	u8 class;
};

#define FREE WARDEN_SENSOR_CLASS_FREE

/* Sources: Documentation/admin-guide/devices.txt and the class names of drivers/ in Linux 6.12. */
static const struct class_line lines[] = {
	{ "sound", "pcmC*c", WARDEN_SENSOR_CLASS_MICROPHONE },
	{ "sound", "pcmC*p", FREE },
	{ "sound", "controlC*", FREE },
	{ "sound", "timer", FREE },
	{ "sound", "seq", FREE },
	{ "sound", "midiC*", FREE },
	{ "sound", "comprC*", WARDEN_SENSOR_CLASS_MICROPHONE },
	{ "sound", "dsp*", WARDEN_SENSOR_CLASS_MICROPHONE },
	{ "sound", "adsp*", WARDEN_SENSOR_CLASS_MICROPHONE },
	{ "sound", "audio*", WARDEN_SENSOR_CLASS_MICROPHONE },
	{ "sound", "mixer*", FREE },
	{ "sound", "sequencer*", FREE },
	{ "media", "*", WARDEN_SENSOR_CLASS_CAMERA },
	{ "dvb", "*", WARDEN_SENSOR_CLASS_CAMERA },
	{ "cec", "*", WARDEN_SENSOR_CLASS_CAMERA },
	{ "gnss", "*", WARDEN_SENSOR_CLASS_LOCATION },
	{ "iio", "trigger*", WARDEN_SENSOR_CLASS_MOTION },
	{ "hwmon", "*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ "thermal", "thermal_zone*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ "thermal", "*", FREE },
	{ "w1", "w1_bus_master*", FREE },
	{ "w1", "*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ "hidraw", "*", WARDEN_SENSOR_CLASS_INPUT },
	{ "usbmisc", "hiddev*", WARDEN_SENSOR_CLASS_INPUT },
	{ "usbmisc", "mdc800*", WARDEN_SENSOR_CLASS_CAMERA },
	{ "usbmisc", "idmouse*", WARDEN_SENSOR_CLASS_BIOMETRIC },
	{ "usbmisc", "yurex*", WARDEN_SENSOR_CLASS_MOTION },
	{ "lirc", "*", WARDEN_SENSOR_CLASS_INPUT },
	{ "drm", "renderD*", FREE },
	{ "drm", "*", WARDEN_SENSOR_CLASS_SCREEN },
	{ "graphics", "*", WARDEN_SENSOR_CLASS_SCREEN },
	{ "vc", "*", WARDEN_SENSOR_CLASS_SCREEN },
	{ "i2c-dev", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "spidev", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "gpio", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "usb", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "usbmon", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "firewire", "fw*", WARDEN_SENSOR_CLASS_BUS },
	{ "uio", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "vfio", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "vfio-dev", "*", WARDEN_SENSOR_CLASS_BUS },
	{ "misc", "vfio", WARDEN_SENSOR_CLASS_BUS },
	{ "misc", "iommu", WARDEN_SENSOR_CLASS_BUS },
	{ "misc", "psaux", WARDEN_SENSOR_CLASS_INPUT },
	{ "misc", "serio_raw*", WARDEN_SENSOR_CLASS_INPUT },
	{ "misc", "sonypi", WARDEN_SENSOR_CLASS_INPUT },
	{ "misc", "softsynth*", WARDEN_SENSOR_CLASS_SCREEN },
	{ "misc", "freefall", WARDEN_SENSOR_CLASS_MOTION },
	{ "misc", "temperature", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ "misc", "HID-SENSOR-*", WARDEN_SENSOR_CLASS_MOTION },
	{ "platform", "HID-SENSOR-2000e1*", WARDEN_SENSOR_CLASS_MOTION },
	{ "misc", "cros_fp", WARDEN_SENSOR_CLASS_BIOMETRIC },
	{ "misc", "cros_*", WARDEN_SENSOR_CLASS_BUS },
	{ "mem", "mem", WARDEN_SENSOR_CLASS_BUS },
	{ "mem", "port", WARDEN_SENSOR_CLASS_BUS },
	{ "mem", "*", FREE },
	{ "tty", "*", FREE },
	{ "tpm", "*", FREE },
	{ "tpmrm", "*", FREE },
	{ "rtc", "*", FREE },
	{ "ptp", "*", FREE },
	{ "pps", "*", FREE },
	{ "watchdog", "*", FREE },
	{ "dma_heap", "*", FREE },
	{ "virtio-ports", "*", FREE },
	{ "msr", "*", FREE },
	{ "cpuid", "*", FREE },
	{ "ppp", "*", FREE },
	{ "macvtap", "*", FREE },
	{ "ipvtap", "*", FREE },
	{ "bsg", "*", FREE },
	{ "scsi_generic", "*", FREE },
	{ "nvme", "*", FREE },
	{ "nvme-generic", "*", FREE },
	{ "mtd", "*", FREE },
	{ "ubi", "*", FREE },
	{ "raw", "*", FREE },
	{ "misc", "autofs", FREE },
	{ "misc", "btrfs-control", FREE },
	{ "misc", "cpu_dma_latency", FREE },
	{ "misc", "device-mapper", FREE },
	{ "misc", "ecryptfs", FREE },
	{ "misc", "fuse", FREE },
	{ "misc", "cuse", FREE },
	{ "misc", "hpet", FREE },
	{ "misc", "hw_random", FREE },
	{ "misc", "kvm", FREE },
	{ "misc", "loop-control", FREE },
	{ "misc", "mcelog", FREE },
	{ "misc", "mapper/control", FREE },
	{ "misc", "nvram", FREE },
	{ "misc", "rfkill", FREE },
	{ "misc", "snapshot", WARDEN_SENSOR_CLASS_BUS },
	{ "misc", "tun", FREE },
	{ "misc", "udmabuf", FREE },
	{ "misc", "uhid", FREE },
	{ "misc", "uinput", FREE },
	{ "misc", "userfaultfd", FREE },
	{ "misc", "vga_arbiter", FREE },
	{ "misc", "vhci", FREE },
	{ "misc", "vhost-net", FREE },
	{ "misc", "vhost-vsock", FREE },
	{ "misc", "vsock", FREE },
	{ "misc", "watchdog", FREE },
};

/**
 * warden_classify_subsystem() - the class or bus of a device, by name
 * @dev: the device
 *
 * Context: Any; the device must not go away meanwhile.
 * Return: the name; empty where it has neither.
 */
const char *warden_classify_subsystem(const struct device *dev)
{
	if (dev->class)
		return dev->class->name;
	return dev->bus ? dev->bus->name : "";
}

/**
 * warden_classify_driver() - the driver of a device, by name
 * @dev: the device
 *
 * It may be unbound at any time. The memory of a module, where its name is, is freed a
 * grace period after its exit (free_module()), and that after the last unbinding.
 *
 * Context: Inside rcu_read_lock(), for as long as the name is used; the device must not go
 * away meanwhile.
 * Return: the name; empty where it has none.
 */
const char *warden_classify_driver(const struct device *dev)
{
	const struct device_driver *driver = READ_ONCE(dev->driver);

	return driver ? driver->name : "";
}

#if IS_ENABLED(CONFIG_VIDEO_DEV)
/* A V4L2 node is told by what it can do: one that only shows is no sensor. */
static u32 classify_video(struct device *dev)
{
	const u32 shows = V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE |
			  V4L2_CAP_VBI_OUTPUT | V4L2_CAP_SLICED_VBI_OUTPUT |
			  V4L2_CAP_SDR_OUTPUT | V4L2_CAP_META_OUTPUT | V4L2_CAP_MODULATOR;
	const u32 reads = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE |
			  V4L2_CAP_VBI_CAPTURE | V4L2_CAP_SLICED_VBI_CAPTURE |
			  V4L2_CAP_META_CAPTURE | V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE;
	const struct video_device *vdev = to_video_device(dev);

	if (vdev->vfl_type == VFL_TYPE_RADIO || vdev->vfl_type == VFL_TYPE_SDR)
		return vdev->device_caps & (V4L2_CAP_TUNER | V4L2_CAP_SDR_CAPTURE) ?
			       WARDEN_SENSOR_CLASS_RADIO : FREE;
	if (vdev->vfl_type == VFL_TYPE_TOUCH)
		return WARDEN_SENSOR_CLASS_INPUT;
	if (!(vdev->device_caps & reads) && (vdev->device_caps & shows))
		return FREE;
	return WARDEN_SENSOR_CLASS_CAMERA;
}

static unsigned int video_index(struct device *dev)
{
	return to_video_device(dev)->index;
}
#else
static u32 classify_video(struct device *dev)
{
	return WARDEN_SENSOR_CLASS_CAMERA;
}

static unsigned int video_index(struct device *dev)
{
	return 0;
}
#endif

#if IS_ENABLED(CONFIG_IIO)
/* Chips that feel a pulse; their channels are light to the kernel (drivers/iio/health). */
static bool feels_pulse(const struct device *dev)
{
	static const char *const drivers[] = { "afe4403", "afe4404", "max30100", "max30102" };
	bool feels;

	rcu_read_lock();
	feels = dev->parent && match_string(drivers, ARRAY_SIZE(drivers),
					    warden_classify_driver(dev->parent)) >= 0;
	rcu_read_unlock();
	return feels;
}

static u32 class_of_channel(enum iio_chan_type type)
{
	switch (type) {
	case IIO_ACCEL:
	case IIO_ANGL_VEL:
	case IIO_MAGN:
	case IIO_ROT:
	case IIO_ANGL:
	case IIO_INCLI:
	case IIO_GRAVITY:
	case IIO_ACTIVITY:
	case IIO_STEPS:
	case IIO_DISTANCE:
	case IIO_VELOCITY:
	case IIO_DELTA_ANGL:
	case IIO_DELTA_VELOCITY:
		return WARDEN_SENSOR_CLASS_MOTION;
	case IIO_LIGHT:
	case IIO_INTENSITY:
	case IIO_PROXIMITY:
	case IIO_TEMP:
	case IIO_PRESSURE:
	case IIO_HUMIDITYRELATIVE:
	case IIO_CONCENTRATION:
	case IIO_MASSCONCENTRATION:
	case IIO_CCT:
	case IIO_UVINDEX:
	case IIO_COLORTEMP:
	case IIO_PH:
		return WARDEN_SENSOR_CLASS_ENVIRONMENT;
	default:
		return WARDEN_SENSOR_CLASS_UNKNOWN; /* a voltage can be anything */
	}
}

/* A chip is told by its channels; of several kinds, motion tells most of a person. */
static u32 classify_iio(struct device *dev)
{
	const struct iio_dev *chip = dev_to_iio_dev(dev);
	u32 class = WARDEN_SENSOR_CLASS_UNKNOWN;
	int i;

	if (feels_pulse(dev))
		return WARDEN_SENSOR_CLASS_BIOMETRIC;
	for (i = 0; i < chip->num_channels; i++)
		class = min(class, class_of_channel(chip->channels[i].type));
	return class;
}
#else
static u32 classify_iio(struct device *dev)
{
	return WARDEN_SENSOR_CLASS_MOTION;
}
#endif

/* Three axes and no key: what udev takes for an accelerometer (src/udev/udev-builtin-input_id.c of systemd). */
static bool has_only_axes(const struct input_dev *input)
{
	if (test_bit(EV_KEY, input->evbit) || !test_bit(EV_ABS, input->evbit))
		return false;
	return (test_bit(ABS_X, input->absbit) && test_bit(ABS_Y, input->absbit) &&
		test_bit(ABS_Z, input->absbit)) ||
	       (test_bit(ABS_RX, input->absbit) && test_bit(ABS_RY, input->absbit) &&
		test_bit(ABS_RZ, input->absbit));
}

/* Few drivers of accelerometers call them so; these two have two axes. */
static bool feels_motion(const struct input_dev *input)
{
	static const char *const drivers[] = { "hdaps", "applesmc" };
	bool feels;

	if (test_bit(INPUT_PROP_ACCELEROMETER, input->propbit) || has_only_axes(input))
		return true;
	rcu_read_lock();
	feels = input->dev.parent && match_string(drivers, ARRAY_SIZE(drivers),
						  warden_classify_driver(input->dev.parent)) >= 0;
	rcu_read_unlock();
	return feels;
}

/* An event node hangs on its input device; /dev/input/mice on none. */
static u32 classify_input(const struct device *dev)
{
	const struct device *input = strncmp(dev_name(dev), "input", 5) ? dev->parent : dev;

	if (!input || strncmp(dev_name(input), "input", 5))
		return WARDEN_SENSOR_CLASS_INPUT;
	return feels_motion(to_input_dev(input)) ? WARDEN_SENSOR_CLASS_MOTION :
						   WARDEN_SENSOR_CLASS_INPUT;
}

/**
 * warden_classify_matches() - does a name fit a pattern of a table?
 * @pattern: a name with at most one "*" for any run of characters
 * @name: the name
 *
 * Context: Any.
 * Return: true if it does.
 */
bool warden_classify_matches(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');
	size_t head, tail, len = strlen(name);

	if (!star)
		return !strcmp(pattern, name);
	head = star - pattern;
	tail = strlen(star + 1);
	return len >= head + tail && !strncmp(pattern, name, head) &&
	       !strcmp(star + 1, name + len - tail);
}

/**
 * warden_classify() - what kind of sensor a device is
 * @dev: a device, with a character device number or none
 *
 * Context: Any; the device must not go away meanwhile.
 * Return: enum warden_sensor_class; unknown where no line of the table matches.
 */
u32 warden_classify(struct device *dev)
{
	const char *subsystem = warden_classify_subsystem(dev);
	unsigned int i;

	if (!strcmp(subsystem, "video4linux"))
		return classify_video(dev);
	if (!strcmp(subsystem, "iio") && !strncmp(dev_name(dev), "iio:device", 10))
		return classify_iio(dev);
	if (!strcmp(subsystem, "input"))
		return classify_input(dev);
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (!strcmp(lines[i].subsystem, subsystem) &&
		    warden_classify_matches(lines[i].name, dev_name(dev)))
			return lines[i].class;
	return WARDEN_SENSOR_CLASS_UNKNOWN;
}

/* Which nodes deliver in a way that is known; see enum warden_device_kind. */
static const struct class_line kinds[] = {
	{ "media", "*", WARDEN_DEVICE_QUIET },
	{ "video4linux", "v4l-subdev*", WARDEN_DEVICE_QUIET },
	{ "video4linux", "video*", WARDEN_DEVICE_VIDEO },
	{ "video4linux", "vbi*", WARDEN_DEVICE_VIDEO },
	{ "video4linux", "v4l-touch*", WARDEN_DEVICE_VIDEO },
	{ "sound", "pcmC*c", WARDEN_DEVICE_SOUND },
	{ "iio", "iio:device*", WARDEN_DEVICE_CHIP },
	{ "tty", "*", WARDEN_DEVICE_TERMINAL },
	{ "gpio", "gpiochip*", WARDEN_DEVICE_LINES },
	{ "ppp", "*", WARDEN_DEVICE_TUNNEL },
	{ "macvtap", "*", WARDEN_DEVICE_TUNNEL },
	{ "ipvtap", "*", WARDEN_DEVICE_TUNNEL },
};

/**
 * warden_classify_kind() - how the data of a device comes to who has it open
 * @dev: a device with a node
 *
 * Context: Any; the device must not go away meanwhile.
 * Return: enum warden_device_kind.
 */
u8 warden_classify_kind(const struct device *dev)
{
	const char *subsystem = warden_classify_subsystem(dev);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].subsystem, subsystem) &&
		    warden_classify_matches(kinds[i].name, dev_name(dev)))
			return kinds[i].class;
	return WARDEN_DEVICE_OTHER;
}

/* Drop the card number of a sound node: pcmC1D0c is pcmD0c. */
static void drop_card(char *out, size_t size, const char *name)
{
	const char *c = strchr(name, 'C');
	const char *rest = c ? c + 1 : name;

	while (c && isdigit(*rest))
		rest++;
	snprintf(out, size, "%.*s%s", c ? (int)(c - name) : 0, name, rest);
}

static int name_node(struct device *dev, char *buf, size_t size)
{
	const char *subsystem = warden_classify_subsystem(dev);
	char name[32];

	if (!strcmp(subsystem, "video4linux"))
		return snprintf(buf, size, "/video4linux/%u", video_index(dev));
	if (strcmp(subsystem, "sound"))
		return snprintf(buf, size, "/%s", dev_name(dev));
	drop_card(name, sizeof(name), dev_name(dev));
	return snprintf(buf, size, "/sound/%s", name);
}

/* The nearest ancestor whose own name does not come from a counter of the subsystem. */
static struct device *find_anchor(struct device *dev)
{
	struct device *parent = dev->parent;

	while (parent && parent->class && !strcmp(parent->class->name, warden_classify_subsystem(dev)))
		parent = parent->parent;
	return parent;
}

/**
 * warden_classify_topology() - where a device is, by a name that survives renumbering
 * @dev: the device
 * @buf: where to put it
 * @size: bytes of @buf, at least 64
 *
 * The sysfs path of what the device hangs on, without "/devices/", then the
 * subsystem and what tells the nodes of one device apart: "platform/vivid.0/video4linux/0",
 * "platform/snd_aloop.0/sound/pcmD0c". A name too long for @buf keeps its end.
 *
 * Context: Any; allocates with GFP_ATOMIC.
 * Return: 0 or -ENOMEM.
 */
int warden_classify_topology(struct device *dev, char *buf, size_t size)
{
	struct device *anchor = find_anchor(dev);
	char node[80], *path = NULL;
	const char *from = "virtual";
	size_t len, skip;

	if (anchor) {
		path = kobject_get_path(&anchor->kobj, GFP_ATOMIC);
		if (!path)
			return -ENOMEM;
		from = path + (strncmp(path, "/devices/", 9) ? 0 : 9);
	}
	name_node(dev, node, sizeof(node));
	len = strlen(from) + strlen(node);
	skip = len >= size ? len - size + 1 : 0;
	snprintf(buf, size, "%s%s", from + min(skip, strlen(from)), node);
	kfree(path);
	return 0;
}

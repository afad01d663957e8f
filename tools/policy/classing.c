// SPDX-License-Identifier: GPL-2.0-only
/* classify device "..." as location; */
#include <string.h>

#include "parse_priv.h"
#include "wire.h"

/* Devices are taken for sensors of a class; that nothing is known of one is no class of it. */
static bool is_class(int class)
{
	return class > WARDEN_SENSOR_CLASS_FREE && class < WARDEN_SENSOR_CLASS_UNKNOWN;
}

static const char *nth_class(const void *ctx, size_t n)
{
	int class = (int)n + 1;

	(void)ctx;
	return is_class(class) ? warden_enum_word(warden_enum_sensor_class(), (uint64_t)class) : NULL;
}

static void check_device(struct warden_parse *p, const struct warden_sensor *device)
{
	bool named = device->kind == WARDEN_SENSOR_NAME;

	warden_model_check_length(p->diags, device->name,
				  named ? "the name of the sensor" : "the topology name",
				  WARDEN_TOPOLOGY_MAX - (named ? strlen(WARDEN_NAME_MARK) : 0));
	if (strchr(device->name.text, '*') != strrchr(device->name.text, '*'))
		warden_diags_add(p->diags, device->name.at,
				 "\"%s\" has more than one `*`; keep one", device->name.text);
}

void warden_parse_classing(struct warden_parse *p, struct warden_place at, struct warden_sensor device,
			   struct warden_name as, struct warden_name class)
{
	int value = warden_enum_value(warden_enum_sensor_class(), class.text);
	char list[160];

	check_device(p, &device);
	if (strcmp(as.text, "as"))
		warden_diags_add(p->diags, as.at, "a device is classified `as` a class, and not `%s`",
				 as.text);
	if (!is_class(value)) {
		warden_parse_list(list, sizeof(list), nth_class, NULL);
		warden_diags_add(p->diags, class.at, "`%s` is no class of sensors; write one of %s",
				 class.text, list);
		return;
	}
	if (p->model->classings.n == WARDEN_CLASSINGS_MAX)
		warden_diags_add(p->diags, at, "a policy can classify %u devices; this is one more",
				 WARDEN_CLASSINGS_MAX);
	*warden_array_add(&p->model->classings) = (struct warden_classing){
		.at = at, .device = device, .class = (uint32_t)value };
}

// SPDX-License-Identifier: GPL-2.0-only
/* classify device "..." as location; classify broker gpsd at tcp 2947 as location; at unix "..." */
#include <netinet/in.h>
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

/* 0 where it is none, which was told. */
static int find_class(struct warden_parse *p, struct warden_name class)
{
	int value = warden_enum_value(warden_enum_sensor_class(), class.text);
	char list[160];

	if (is_class(value))
		return value;
	warden_parse_list(list, sizeof(list), nth_class, NULL);
	warden_diags_add(p->diags, class.at, "`%s` is no class of sensors; write one of %s", class.text,
			 list);
	return 0;
}

static void check_as(struct warden_parse *p, struct warden_name as)
{
	if (strcmp(as.text, "as"))
		warden_diags_add(p->diags, as.at, "a device is classified `as` a class, and not `%s`",
				 as.text);
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
	if (!strcmp(device->name.text, "*"))
		warden_diags_add(p->diags, device->name.at,
				 "\"*\" is every device, /dev/null too; say how its name begins or ends");
}

void warden_parse_classing(struct warden_parse *p, struct warden_place at, struct warden_sensor device,
			   struct warden_name as, struct warden_name class)
{
	int value = find_class(p, class);

	check_device(p, &device);
	check_as(p, as);
	if (!value)
		return;
	if (p->model->classings.n == WARDEN_CLASSINGS_MAX)
		warden_diags_add(p->diags, at, "a policy can classify %u devices; this is one more",
				 WARDEN_CLASSINGS_MAX);
	*warden_array_add(&p->model->classings) = (struct warden_classing){
		.at = at, .device = device, .class = (uint32_t)value };
}

/* A name as the kernel gives it, so that it can be that of a socket. */
static bool is_whole(const char *path)
{
	size_t len = strlen(path);

	return path[0] == '@' || (path[0] == '/' && !strstr(path, "//") && !strstr(path, "/./") &&
				  !strstr(path, "/../") && path[len - 1] != '/');
}

static void check_path(struct warden_parse *p, const struct warden_broker *b)
{
	const char *path = b->path.text;

	warden_model_check_length(p->diags, b->path, "the name of the local socket",
				  WARDEN_BROKER_PATH_MAX);
	if (path[0] && !is_whole(path))
		warden_diags_add(p->diags, b->path.at,
				 "\"%s\" is no name of a local socket; write its path from the root on, "
				 "or `@` and an abstract name", path);
	if (strchr(path, '*') != strrchr(path, '*'))
		warden_diags_add(p->diags, b->path.at, "\"%s\" has more than one `*`; keep one", path);
	if (!strcmp(path, "/*") || !strcmp(path, "@*"))
		warden_diags_add(p->diags, b->path.at,
				 "\"%s\" is every local socket; say how its name begins or ends", path);
}

static void check_port(struct warden_parse *p, const struct warden_broker *b)
{
	if (b->protocol != IPPROTO_TCP && b->protocol != IPPROTO_UDP)
		warden_diags_add(p->diags, b->at, "a broker is found at a port of `tcp` or `udp`, or "
				 "at `unix` and the name of a local socket in quotes");
	if (!b->port || b->port > UINT16_MAX)
		warden_diags_add(p->diags, b->at, "%u is no port; write 1 to 65535", b->port);
}

static bool is_same_place(const struct warden_broker *a, const struct warden_broker *b)
{
	if (a->path.text || b->path.text)
		return a->path.text && b->path.text && !strcmp(a->path.text, b->path.text);
	return a->protocol == b->protocol && a->port == b->port;
}

static void check_others(struct warden_parse *p, const struct warden_broker *b)
{
	char where[WARDEN_WHERE_TEXT];
	size_t i;

	for (i = 0; i < p->model->brokers.n; i++)
		if (is_same_place(&p->model->brokers.v[i], b))
			warden_diags_add(p->diags, b->at, "%s has a broker at this %s already; keep one",
					 warden_diags_where(p->diags, p->model->brokers.v[i].at, where),
					 b->path.text ? "local socket" : "port");
}

void warden_parse_broker(struct warden_parse *p, struct warden_broker broker, struct warden_name what,
			 struct warden_name protocol, struct warden_name as, struct warden_name class)
{
	if (strcmp(what.text, "broker"))
		warden_diags_add(p->diags, what.at,
				 "`%s` cannot stand after `classify`; write `device \"...\"`, `name "
				 "\"...\"`, `broker NAME at tcp PORT` or `broker NAME at unix \"...\"`", what.text);
	check_as(p, as);
	broker.class = (uint32_t)find_class(p, class);
	if (!broker.path.text)
		broker.protocol = warden_parse_protocol(p, protocol);
	else if (strcmp(protocol.text, "unix"))
		warden_diags_add(p->diags, protocol.at,
				 "`%s` cannot stand before a text; write `unix` and the name of a local "
				 "socket, or `tcp` or `udp` and a port", protocol.text);
	warden_model_check_length(p->diags, broker.name, "the name of the broker", WARDEN_LABEL_MAX);
	if (broker.path.text)
		check_path(p, &broker);
	else
		check_port(p, &broker);
	check_others(p, &broker);
	if (p->model->brokers.n == WARDEN_BROKERS_MAX)
		warden_diags_add(p->diags, broker.at, "a policy can name %u brokers; this is one more",
				 WARDEN_BROKERS_MAX);
	*warden_array_add(&p->model->brokers) = broker;
}

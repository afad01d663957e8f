// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of a policy with one mistake each, as a hostile or broken loader would
 * send them: every one is refused with its errno and a sentence, and the policy
 * in force stays whole.
 */
#include <fcntl.h>

#include "lib/refusal.h"

#define ALLOW WARDEN_ACTION_ALLOW
#define DENY  WARDEN_ACTION_DENY

static void put_rule(struct msg *m, uint32_t domain, int type, uint32_t value)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put_u32(m, type, value);
	msg_end(m, nest);
}

static void rule_of_domain_7(struct msg *m) { msg_end(m, blob_rule(m, 1, 7, ALLOW)); }
static void rule_past_the_last_domain(struct msg *m)
{
	msg_end(m, blob_rule(m, 1, WARDEN_DOMAIN_BPF + 1, ALLOW));
}
static void socket_of_class_44(struct msg *m) { put_rule(m, WARDEN_DOMAIN_PROTOCOL, WARDEN_A_RULE_SOCKET, 44); }
static void socket_of_unix(struct msg *m) { put_rule(m, WARDEN_DOMAIN_PROTOCOL, WARDEN_A_RULE_SOCKET, WARDEN_SOCKET_CLASS_UNIX); }
static void socket_in_a_listen_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_SOCKET, 3); }
static void rule_of_action_2(struct msg *m) { msg_end(m, blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, 2)); }
static void rule_of_line_0(struct msg *m) { msg_end(m, blob_rule(m, 0, WARDEN_DOMAIN_LISTEN, ALLOW)); }
static void rule_of_program_0(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_PROGRAM, 0); }
static void rule_of_class_12(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_CLASS, 12); }
static void rule_of_class_0(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_CLASS, 0); }
static void put_named_rule(struct msg *m, uint32_t domain, const char *name)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put_string(m, WARDEN_A_RULE_PATTERN, name);
	msg_end(m, nest);
}

static void name_in_a_firmware_rule(struct msg *m) { put_named_rule(m, WARDEN_DOMAIN_FIRMWARE, "radio"); }
static void name_with_an_asterisk_inside(struct msg *m) { put_named_rule(m, WARDEN_DOMAIN_MODULE, "usb*hid"); }
static void name_of_nothing(struct msg *m) { put_named_rule(m, WARDEN_DOMAIN_AUTOLOAD, ""); }
static void surface_in_a_listen_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_SURFACE, 1); }
static void rule_of_surface_14(struct msg *m) { put_rule(m, WARDEN_DOMAIN_DEBUG, WARDEN_A_RULE_SURFACE, 14); }
static void usb_class_in_a_module_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_MODULE, WARDEN_A_RULE_USB_CLASS, 3); }
static void fsverity_digest_in_a_usb_rule(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_USB, ALLOW);

	blob_digest(m, WARDEN_A_RULE_DIGEST, WARDEN_DIGEST_ALG_FSVERITY_SHA256, 32);
	msg_end(m, nest);
}

static void rule_with_unknown_flag(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_FLAGS, 1u << 31); }
static void rule_of_port_65536(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_PORT_LOW, 65536); }
static void rule_of_protocol_65536(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_PROTOCOL, 65536); }
static void rule_ending_in_11_s(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_WITHDRAW_MS, 10001); }
static void port_in_a_sensor_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_PORT_LOW, 80); }
static void class_in_a_listen_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_CLASS, 1); }
static void kill_in_a_listen_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_KILL); }
static void consent_without_purpose(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_CONSENT); }

static void consent_to_a_denial(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_SENSOR, DENY);

	msg_put_u32(m, WARDEN_A_RULE_PROGRAM, 1);
	msg_put_u32(m, WARDEN_A_RULE_PURPOSE, 1);
	msg_put_u32(m, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_CONSENT);
	msg_end(m, nest);
}

static void ports_turned_round(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, ALLOW);

	msg_put_u32(m, WARDEN_A_RULE_PORT_LOW, 90);
	msg_put_u32(m, WARDEN_A_RULE_PORT_HIGH, 80);
	msg_end(m, nest);
}

static void put_ports(struct msg *m, uint32_t domain, const uint16_t *ports, size_t len)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put(m, WARDEN_A_RULE_PORTS, ports, len);
	msg_end(m, nest);
}

static const uint16_t apart[] = { 80, 90, 92, 92 }, touching[] = { 80, 90, 91, 92 },
		      falling[] = { 92, 92, 80, 90 }, turned[] = { 80, 80, 92, 90 },
		      topmost[] = { 80, 65535, 0, 0 };

static void ports_of_no_bytes(struct msg *m) { put_ports(m, WARDEN_DOMAIN_LISTEN, apart, 0); }
static void ports_of_6_bytes(struct msg *m) { put_ports(m, WARDEN_DOMAIN_LISTEN, apart, 6); }
static void ports_that_touch(struct msg *m) { put_ports(m, WARDEN_DOMAIN_LISTEN, touching, 8); }
static void ports_that_fall(struct msg *m) { put_ports(m, WARDEN_DOMAIN_LISTEN, falling, 8); }
static void ports_within_turned_round(struct msg *m) { put_ports(m, WARDEN_DOMAIN_LISTEN, turned, 8); }
static void ports_behind_the_last(struct msg *m) { put_ports(m, WARDEN_DOMAIN_LISTEN, topmost, 8); }
static void ports_in_a_sensor_rule(struct msg *m) { put_ports(m, WARDEN_DOMAIN_SENSOR, apart, 8); }

static void put_net(struct msg *m, uint32_t domain, const char *net, size_t len)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put(m, WARDEN_A_RULE_NET, net, len);
	msg_end(m, nest);
}

/* A version, 16 bytes of address, and how many bits count. */
static const char ten[] = "\4\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\10",
		  ten_and_more[] = "\4\n\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\10",
		  mapped[] = "\6\0\0\0\0\0\0\0\0\0\0\377\377\n\0\0\0\150",
		  of_version_5[] = "\5\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\10",
		  of_33_bits[] = "\4\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\41";

static void device_in_an_egress_rule(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_EGRESS, ALLOW);

	msg_put_string(m, WARDEN_A_RULE_TOPOLOGY, "platform/x");
	msg_end(m, nest);
}

static void port_in_an_egress_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_EGRESS, WARDEN_A_RULE_PORT_LOW, 80); }
static void net_in_a_sensor_rule(struct msg *m) { put_net(m, WARDEN_DOMAIN_SENSOR, ten, 18); }
static void net_of_17_bytes(struct msg *m) { put_net(m, WARDEN_DOMAIN_CONNECT, ten, 17); }
static void net_of_version_5(struct msg *m) { put_net(m, WARDEN_DOMAIN_CONNECT, of_version_5, 18); }
static void net_of_33_bits(struct msg *m) { put_net(m, WARDEN_DOMAIN_CONNECT, of_33_bits, 18); }
static void net_with_bits_behind(struct msg *m) { put_net(m, WARDEN_DOMAIN_CONNECT, ten_and_more, 18); }
static void net_of_ipv4_as_ipv6(struct msg *m) { put_net(m, WARDEN_DOMAIN_CONNECT, mapped, 18); }

static void put_interface(struct msg *m, uint32_t domain, const char *name)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put_string(m, WARDEN_A_RULE_INTERFACE, name);
	msg_end(m, nest);
}

static void interface_in_a_sensor_rule(struct msg *m) { put_interface(m, WARDEN_DOMAIN_SENSOR, "eth0"); }
static void interface_of_no_name(struct msg *m) { put_interface(m, WARDEN_DOMAIN_LISTEN, ""); }
static void interface_with_a_slash(struct msg *m) { put_interface(m, WARDEN_DOMAIN_LISTEN, "/"); }
static void interface_of_16_characters(struct msg *m) { put_interface(m, WARDEN_DOMAIN_LISTEN, "0123456789abcdef"); }

static void put_own(struct msg *m, uint32_t domain, const char *net, size_t len)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put(m, WARDEN_A_RULE_OWN, net, len);
	msg_end(m, nest);
}

static void own_address_in_a_bind_rule(struct msg *m) { put_own(m, WARDEN_DOMAIN_BIND, ten, 18); }
static void own_address_of_33_bits(struct msg *m) { put_own(m, WARDEN_DOMAIN_LISTEN, of_33_bits, 18); }

static void net_denied_to_one_program(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, DENY);

	msg_put_u32(m, WARDEN_A_RULE_PROGRAM, 1);
	msg_put(m, WARDEN_A_RULE_NET, ten, 18);
	msg_end(m, nest);
}

static void net_of_smc(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, ALLOW);

	msg_put_u32(m, WARDEN_A_RULE_PROTOCOL, 256);
	msg_put(m, WARDEN_A_RULE_NET, ten, 18);
	msg_end(m, nest);
}

static void ports_said_twice(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, ALLOW);

	msg_put_u32(m, WARDEN_A_RULE_PORT_LOW, 80);
	msg_put(m, WARDEN_A_RULE_PORTS, apart, sizeof(apart));
	msg_end(m, nest);
}

static void put_rule_with_digest(struct msg *m, uint32_t domain, uint32_t alg, size_t len)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	blob_digest(m, WARDEN_A_RULE_DIGEST, alg, len);
	msg_end(m, nest);
}

static void digest_of_31_bytes(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 1, 31); }
static void digest_of_33_bytes(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 1, 33); }
static void digest_of_alg_0(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 0, 32); }
static void digest_of_the_kernel(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, WARDEN_DIGEST_ALG_KERNEL, 32); }
static void digest_of_alg_4(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 4, 32); }
static void digest_in_a_sensor_rule(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_SENSOR, 1, 32); }

static void digest_without_bytes(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_MODULE, ALLOW);
	size_t digest = msg_nest(m, WARDEN_A_RULE_DIGEST);

	msg_put_u32(m, WARDEN_A_DIGEST_ALG, 1);
	msg_end(m, digest);
	msg_end(m, nest);
}

static void safety_that_denies(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_SENSOR, DENY);

	msg_put_u32(m, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_SAFETY);
	msg_end(m, nest);
}

static const struct mistake mistakes[] = {
	MISTAKE(rule_of_domain_7, EINVAL),
	MISTAKE(surface_in_a_listen_rule, EINVAL),
	MISTAKE(rule_of_surface_14, ERANGE),
	MISTAKE(usb_class_in_a_module_rule, EINVAL),
	MISTAKE(interface_in_a_sensor_rule, EINVAL),
	MISTAKE(own_address_in_a_bind_rule, EINVAL),
	MISTAKE(own_address_of_33_bits, EINVAL),
	MISTAKE(interface_of_no_name, EINVAL),
	MISTAKE(interface_with_a_slash, EINVAL),
	MISTAKE(interface_of_16_characters, EINVAL),
	MISTAKE(net_denied_to_one_program, EINVAL),
	MISTAKE(net_of_smc, EINVAL),
	MISTAKE(fsverity_digest_in_a_usb_rule, EINVAL),
	MISTAKE(name_in_a_firmware_rule, EINVAL),
	MISTAKE(name_with_an_asterisk_inside, EINVAL),
	MISTAKE(name_of_nothing, EINVAL),
	MISTAKE(rule_past_the_last_domain, ERANGE),
	MISTAKE(socket_of_class_44, ERANGE),
	MISTAKE(socket_of_unix, EINVAL),
	MISTAKE(socket_in_a_listen_rule, EINVAL),
	MISTAKE(rule_of_action_2, ERANGE),
	MISTAKE(rule_of_line_0, ERANGE),
	MISTAKE(rule_of_program_0, ERANGE),
	MISTAKE(rule_of_class_0, ERANGE),
	MISTAKE(rule_of_class_12, ERANGE),
	MISTAKE(rule_with_unknown_flag, EINVAL),
	MISTAKE(rule_of_port_65536, ERANGE),
	MISTAKE(rule_of_protocol_65536, ERANGE),
	MISTAKE(rule_ending_in_11_s, ERANGE),
	MISTAKE(port_in_a_sensor_rule, EINVAL),
	MISTAKE(class_in_a_listen_rule, EINVAL),
	MISTAKE(kill_in_a_listen_rule, EINVAL),
	MISTAKE(consent_without_purpose, EINVAL),
	MISTAKE(consent_to_a_denial, EINVAL),
	MISTAKE(ports_turned_round, EINVAL),
	MISTAKE(ports_of_no_bytes, EINVAL),
	MISTAKE(ports_of_6_bytes, EINVAL),
	MISTAKE(ports_that_touch, EINVAL),
	MISTAKE(ports_that_fall, EINVAL),
	MISTAKE(ports_within_turned_round, EINVAL),
	MISTAKE(ports_behind_the_last, EINVAL),
	MISTAKE(ports_in_a_sensor_rule, EINVAL),
	MISTAKE(ports_said_twice, EINVAL),
	MISTAKE(net_in_a_sensor_rule, EINVAL),
	MISTAKE(device_in_an_egress_rule, EINVAL),
	MISTAKE(port_in_an_egress_rule, EINVAL),
	MISTAKE(net_of_17_bytes, ERANGE),
	MISTAKE(net_of_version_5, EINVAL),
	MISTAKE(net_of_33_bits, EINVAL),
	MISTAKE(net_with_bits_behind, EINVAL),
	MISTAKE(net_of_ipv4_as_ipv6, EINVAL),
	MISTAKE(digest_of_31_bytes, ERANGE),
	MISTAKE(digest_of_33_bytes, ERANGE),
	MISTAKE(digest_of_alg_0, ERANGE),
	MISTAKE(digest_of_the_kernel, EINVAL),
	MISTAKE(digest_of_alg_4, ERANGE),
	MISTAKE(digest_in_a_sensor_rule, EINVAL),
	MISTAKE(digest_without_bytes, EINVAL),
	MISTAKE(safety_that_denies, EINVAL),
};

TEST_F(netlink, each_mistake_in_a_rule_is_refused_with_its_errno_and_a_sentence)
{
	EXPECT_ENTRIES_REFUSED(mistakes);
}

/* Its twin: the same fields, each right. */
TEST_F(netlink, rules_without_a_mistake_are_taken)
{
	size_t nest;

	blob_default(&self->m, WARDEN_DOMAIN_LISTEN, DENY);
	blob_program(&self->m, 1, "p");
	blob_program(&self->m, 2, "q");
	blob_purpose(&self->m, 1, "r");
	nest = blob_rule(&self->m, 1, WARDEN_DOMAIN_LISTEN, ALLOW);
	msg_put_u32(&self->m, WARDEN_A_RULE_PROGRAM, 2);
	msg_put_u32(&self->m, WARDEN_A_RULE_PROTOCOL, 6);
	msg_put_u32(&self->m, WARDEN_A_RULE_PORT_LOW, 80);
	msg_put_u32(&self->m, WARDEN_A_RULE_PORT_HIGH, 65535);
	msg_end(&self->m, nest);
	nest = blob_rule(&self->m, 2, WARDEN_DOMAIN_SENSOR, ALLOW);
	msg_put_u32(&self->m, WARDEN_A_RULE_PROGRAM, 1);
	msg_put_u32(&self->m, WARDEN_A_RULE_CLASS, WARDEN_SENSOR_CLASS_CAMERA);
	msg_put_u32(&self->m, WARDEN_A_RULE_PURPOSE, 1);
	msg_put_u32(&self->m, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_CONSENT);
	msg_end(&self->m, nest);
	EXPECT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_EQ(0, blob_commit(&self->g));
	EXPECT_EQ(0, genl_do(&self->g, WARDEN_CMD_STATUS_GET));
}

/* One of no surface is about all of them, and about nothing else that a program has open, or mapped. */
TEST_F(netlink, denial_of_no_surface_takes_no_file_that_is_none)
{
	const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const int none = open("/dev/zero", O_RDWR | O_CLOEXEC);
	char byte;

	ASSERT_EQ(1, pread(fd, &byte, 1, 0));
	msg_end(&self->m, blob_rule(&self->m, 1, WARDEN_DOMAIN_DEBUG, DENY));
	EXPECT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_EQ(0, blob_commit(&self->g));
	EXPECT_EQ(1, pread(fd, &byte, 1, 0));
	EXPECT_EQ(1, read(none, &byte, 1));
	EXPECT_EQ(0, blob_begin(&self->g));
	EXPECT_EQ(0, blob_add_header(&self->g));
	EXPECT_EQ(0, blob_commit(&self->g));
	close(none);
	close(fd);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/*
 * All programs as one object. libbpf 1.1 cannot link objects that call the same
 * kfunc, so they are compiled together; each file stands for one concern.
 */
#include "common.bpf.h"
#include "debug.bpf.c"
#include "sensor.bpf.c"
#include "exec.bpf.c"
#include "service.bpf.c"
#include "broker.bpf.c"
#include "radio.bpf.c"
#include "egress.bpf.c"
#include "guard.bpf.c"
#include "device.bpf.c"

char LICENSE[] SEC("license") = "GPL";

# SPDX-License-Identifier: GPL-2.0-only
# The kernel headers that kmod/judge/decide.c, stage.c and snapshot.c ask for, where
# those are compiled for a program: each is a file that includes hosted.h.
# linux/errno.h must stay the system's.

HOSTED_HEADERS := $(addprefix linux/,types.h bits.h compiler.h string.h slab.h mm.h sort.h export.h kernel.h \
	jiffies.h nospec.h once.h random.h siphash.h sched.h skbuff.h netlink.h in.h in6.h rcupdate.h unaligned.h) net/genetlink.h

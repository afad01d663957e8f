/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thing of one button that speaks HID and is no input device, made by uhid: the kernel has a raw node of it.
 */
#ifndef WARDEN_TEST_BUTTON_H
#define WARDEN_TEST_BUTTON_H

/* Plug it in, and set @node to its raw node. It goes when the file that is given is closed; -errno. */
int button_plug(char node[32]);

#endif /* WARDEN_TEST_BUTTON_H */

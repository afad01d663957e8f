// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"
#include "policy/digest.h"
#include "wire.h"

#define FILE_NAME "/etc/machine-id"
#define DIGITS	  32
#define WORD	  "warden consent export "

int warden_machine_id(char hex[2 * WARDEN_DIGEST_SIZE + 1], struct warden_fault *f)
{
	char text[sizeof(WORD) + DIGITS] = WORD;
	uint8_t digest[WARDEN_DIGEST_SIZE];
	FILE *in = fopen(FILE_NAME, "re");
	int n = 0;

	if (in) {
		n = fscanf(in, "%32[0-9a-f]", text + sizeof(WORD) - 1);
		fclose(in);
	}
	if (n != 1 || strlen(text) != sizeof(WORD) - 1 + DIGITS)
		return warden_fault_set(f, -ENOENT, "make one with systemd-machine-id-setup, or say "
					"--any-device", FILE_NAME " has no id of this device");
	warden_sha256(digest, text, strlen(text));
	warden_hex_put(hex, digest, sizeof(digest));
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_REASON_H
#define WARDEN_REASON_H

#include <stdint.h>

/* Both give text for any number, a newer module's too; the advice may be "". */
const char *warden_reason_sentence(uint64_t reason);
const char *warden_reason_advice(uint64_t reason);

#endif /* WARDEN_REASON_H */

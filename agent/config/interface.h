/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_INTERFACE_H
#define CONFIG_INTERFACE_H

/* The value of --interface: its name, and the VLANs whose frames it takes. */

#include "config/entry.h"

extern const struct entry interface_entry;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_VIP_H
#define CONFIG_VIP_H

/* The value of --vip: a prefix, and what is different for the VIPs in it. */

#include <headgate/abi.h>

#include "config/entry.h"

enum vip_limits {
	VIP_MAX_NEXTHOPS = HG_MAX_NEXTHOPS - 1, /* slot 0 is never used */
};

struct config;
struct prefix;

extern const struct entry vip_entry;

/* Check each VIP against the others and against other flags. */
void vip_check_all(struct parser *parser);
/* True if the prefix is inside a --vip. */
bool vip_covers(const struct config *config, const struct prefix *prefix);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_FILTER_H
#define CONFIG_FILTER_H

/*
 * The value of --filter, which is a rule in words (bgp/codec/flowspec_text.h),
 * and that of sources= of --vip.
 */

#include "config/option.h"
#include "core/address.h"

#include <stdbool.h>
#include <stdint.h>

/* The sources that a VIP takes. The configuration owns the memory. */
struct config_sources {
	struct prefix *prefixes;
	char *file; /* that they are from, or NULL: given one by one */
	uint32_t count;
	bool given;
};

extern const struct kind kind_filter;  /* struct flowspec_rule */
extern const struct kind kind_sources; /* struct config_sources */

void config_sources_free(struct config_sources *sources);

/* Check that each filter is inside a --vip. */
void filter_check_all(struct parser *parser);

#endif

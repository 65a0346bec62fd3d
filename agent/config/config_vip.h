/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_VIP_H
#define CONFIG_CONFIG_VIP_H

/* The keys of --vip: how many living next hops it takes to be announced. */

#include <stdbool.h>
#include <stdio.h>

#include "rib/options.h"

struct config;
struct config_parser;

/* A VIP while its keys are read. */
struct vip_draft {
	struct vip_options vip;
	bool own_hash_fields;
	uint32_t hash_fields; /* enum hg_hash_fields */
};

/* Reads "PREFIX[,KEY=VALUE...]". */
bool config_vip_read(struct config_parser *parser, const char *value,
		     struct vip_draft *vip);
/* Writes ",KEY=VALUE" for each key of VIP `index` that was given. */
void config_vip_print_keys(const struct config *config, size_t index,
			   FILE *out);
/* True if it says something that a VIP around it does not. */
bool config_vip_has_keys(const struct config *config, size_t index);
/* The rules between these numbers and those of other flags. */
void config_vip_check(struct config_parser *parser);

#endif

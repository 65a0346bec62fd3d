/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_VIP_H
#define CONFIG_CONFIG_VIP_H

/* The keys of --vip: how many living next hops it takes to be announced. */

#include <stdbool.h>
#include <stdio.h>

struct config_parser;
struct vip_config;

/* Reads "PREFIX[,KEY=VALUE...]". */
bool config_vip_read(struct config_parser *parser, const char *value,
		     struct vip_config *vip);
/* Writes ",KEY=VALUE" for each number that was given. */
void config_vip_print_keys(const struct vip_config *vip, FILE *out);
/* True if it says something that a VIP around it does not. */
bool config_vip_has_keys(const struct vip_config *vip);
/* The rules between these numbers and those of other flags. */
void config_vip_check(struct config_parser *parser);

#endif

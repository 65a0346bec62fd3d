/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_WARN_H
#define CONFIG_WARN_H

/*
 * Warnings of --check: a configuration that is valid and does not do what its
 * author expects.
 */

struct parser;

void warn_config(struct parser *parser);

#endif

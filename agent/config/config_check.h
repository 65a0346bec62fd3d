/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_CHECK_H
#define CONFIG_CONFIG_CHECK_H

/* Rules that span several values, checked once all of them are read. */

struct config_parser;

/* Reports each breach, at the place of the value that should change. */
void config_check(struct config_parser *parser);

#endif

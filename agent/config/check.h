/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

/* Rules that span several values, checked once all of them are read. */

struct parser;

/* Report each breach, at the place of the value that should change. */
void check_config(struct parser *parser);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

/* Rules that span several values, checked once all of them are read. */

struct parser;

/* Report each breach, at the place of the value that should change. */
void check_config(struct parser *parser);

/* Report it if an earlier entry is the same as the one pointed at. */
void check_repeated(struct parser *parser);
/* Report it if the host has no such interface. */
void check_host_interface(struct parser *parser, const char *name);

#endif

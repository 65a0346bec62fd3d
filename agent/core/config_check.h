/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONFIG_CHECK_H
#define CORE_CONFIG_CHECK_H

/* Rules that span several values, checked once all of them are read. */

struct config_parser;
struct config_place;

/* Reports each breach, at the place of the value that should change. */
void config_check(struct config_parser *parser);

/* Makes one value of one flag the subject of the next config_reject(). */
void config_point_at(struct config_parser *parser, const char *flag,
		     const char *value, const struct config_place *place);

#endif

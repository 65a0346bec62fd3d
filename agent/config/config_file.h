/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_FILE_H
#define CONFIG_CONFIG_FILE_H

/*
 * Files of flags: one a line, as on the command line but without the dashes.
 *
 *	line	= [flag [blanks ["="] blanks value]] [comment]
 *	comment	= "#" at the start of the line or after a blank, to its end
 */

#include <stdbool.h>
#include <stdio.h>

struct config_flag;
struct config_parser;

/* Reads the file `path`: the parse function of --config. */
bool config_file_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *path);
/* Reads `in` to its end; errors call it `name`, which must outlive parser. */
void config_file_read(struct config_parser *parser, FILE *in, const char *name);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

/*
 * Files of flags: one a line, as on the command line but without the dashes.
 *
 *	line	= [flag [blanks ["="] blanks value]] [comment]
 *	comment	= "#" at the start of the line or after a blank, to its end
 */

#include <stdio.h>

#include "config/option.h"

/* The value of --config: read the file. */
extern const struct kind kind_file;

/* Read `in` to its end; errors call it `name`, which must outlive parser. */
void file_read(struct parser *parser, FILE *in, const char *name);

#endif

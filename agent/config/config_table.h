/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_TABLE_H
#define CONFIG_CONFIG_TABLE_H

/*
 * The table of all flags. The command line, files, defaults, --help and the
 * canonical form are loops over it; a new flag is one new entry.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"

struct config_parser;

/* When a flag is read; the command line is gone through once for each. */
enum config_stage {
	CONFIG_STAGE_VALUE,   /* last, and the only one a file may hold */
	CONFIG_STAGE_FILE,    /* before, so that the command line wins */
	CONFIG_STAGE_REQUEST, /* first: --help must work beside anything */
};

/* Under which heading of --help a flag stands. */
enum config_section {
	CONFIG_SECTION_GENERAL,
	CONFIG_SECTION_BGP,
	CONFIG_SECTION_MULTIPATH,
	CONFIG_SECTION_FORWARDING,
	CONFIG_SECTION_CONTROL,
	CONFIG_SECTION_COUNT,
};

struct config_flag {
	const char *name;
	const char *metavar; /* NULL: no value, or one of `names` */
	const char *help;
	const char *initial; /* the default, as the user would write it */
	enum config_section section;
	enum config_stage stage;
	bool required;
	bool repeatable;
	bool is_switch; /* without a value: given or not */
	/* Stores the value, or reports by config_reject() and returns false. */
	bool (*parse)(struct config_parser *parser,
		      const struct config_flag *flag, const char *value);
	/* Writes the value, or entry `index` of a list, so that it parses. */
	void (*print)(const struct config *config,
		      const struct config_flag *flag, size_t index, FILE *out);

	/* For the parse and print functions: where and what. */
	size_t offset; /* of the member in struct config */
	size_t size;
	size_t count_offset; /* of a list's number of entries */
	uint64_t minimum;
	uint64_t maximum;
	const char *const *names; /* indexed by value */
	size_t name_count;
	enum config_request request;
};

extern const struct config_flag config_flags[];
extern const size_t config_flag_count;

/* NULL if there is no flag of that name. */
const struct config_flag *config_flag_find(const char *name);
bool config_flag_takes_value(const struct config_flag *flag);
/* How often the flag stands in `config`: 1 unless it is a list or a switch. */
size_t config_flag_values(const struct config *config,
			  const struct config_flag *flag);
/* "N", or "{a,b,c}" for one of `names`. Returns `text`. */
const char *config_flag_metavar(const struct config_flag *flag, char *text,
				size_t size);

#endif

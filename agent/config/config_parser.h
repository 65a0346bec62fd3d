/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_PARSER_H
#define CONFIG_CONFIG_PARSER_H

/*
 * What the parts of the configuration's parser share: the value being read,
 * the place it stands at, and the one way to report an error.
 *
 * An error names the place, the flag, the value, what is allowed and what to
 * do, in one line; nothing else is ever written to `errors` but the total.
 */

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

struct config_flag;

enum config_parser_limits {
	CONFIG_MAX_FLAGS = 96,
};

/* A line of a file, or the command line. */
struct config_place {
	const char *file;  /* NULL: command line */
	unsigned int line; /* counted from 1 */
};

struct config_parser {
	struct config *config;
	enum config_request request;
	FILE *errors;
	int error_count;
	const char *const *host_interfaces; /* see config_parse() */
	/* What is being read, and where. */
	struct config_place place;
	const struct config_flag *flag;
	const char *value;
	/* Where each flag of the table and each entry of a list was given. */
	bool given[CONFIG_MAX_FLAGS];
	struct config_place first[CONFIG_MAX_FLAGS];
	struct config_place interfaces[DATAPATH_MAX_INTERFACES];
	struct config_place vips[RIB_MAX_VIPS];
	struct config_place neighbors[BGP_MAX_NEIGHBORS];
	struct config_place paths[RIB_MAX_STATIC_PATHS];
	struct config_place aggregates[RIB_MAX_AGGREGATES];
};

/* Sets every value of parser->config to its default. */
void config_parser_init(struct config_parser *parser, struct config *config,
			FILE *errors);
/* Reads one flag with its value; NULL or "" if it has none. */
void config_apply(struct config_parser *parser, const struct config_flag *flag,
		  const char *value);

/* Makes one value of one flag the subject of the next config_reject(). */
void config_point_at(struct config_parser *parser, const char *flag,
		     const char *value, const struct config_place *place);
/* Reports "PLACE: message". */
void config_complain(struct config_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Reports "PLACE: --FLAG VALUE: message" about the value being read. Always
 * false, which is what a parse function returns for a bad value.
 */
bool config_reject(struct config_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* "unknown flag 'WORD'; did you mean 'NAME'?", NAME after `dashes`. */
void config_complain_unknown(struct config_parser *parser, const char *word,
			     const char *dashes);

/* "FILE:LINE" or "the command line". Returns `text`. */
const char *config_place_format(const struct config_place *place, char *text,
				size_t size);
/* Ends a report with "N errors; nothing changed", if there were any. */
void config_write_total(FILE *errors, int count);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_PARSER_H
#define CONFIG_PARSER_H

/*
 * The state of parsing a configuration: the value that is read, the place it
 * stands at, and the one way to report an error.
 *
 * An error is one line: the place, the flag with its value, the key or rule
 * word if it is about one, what is allowed, what to do. Nothing else is written
 * to `errors` but the total.
 */

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"

struct option;

enum parser_limits {
	PARSER_MAX_FLAGS = 96,
	/* One for each flag, and for each entry of a list. */
	PARSER_MAX_PLACES = 8192,
	PARSER_PLACE_SIZE = 256,
};

/* A line of a file, or the command line. */
struct place {
	const char *file;  /* NULL: command line */
	unsigned int line; /* counted from 1 */
};

/* A part of the value, for errors: "key=value", or "word 'value'". */
struct parser_part {
	const char *name; /* NULL: the error is about the whole value */
	const char *value;
	bool is_key;
};

struct parser {
	struct config *config;
	enum config_request request;
	FILE *errors;
	int error_count;
	const char *const *host_interfaces; /* see config_parse() */
	/* The value that is read or checked, and where it stands. */
	struct place place;
	bool syntax_only;    /* nothing of the host is looked at */
	bool file_is_public; /* all users can access the file */
	const struct option *flag;
	const char *value; /* NULL: entry `index` of the flag */
	size_t index;
	struct parser_part part;
	/* By index of the flag. */
	bool given[PARSER_MAX_FLAGS];
	char **kept; /* names of files in folders, for places */
	size_t kept_count;
	size_t first_place[PARSER_MAX_FLAGS];
	struct place places[PARSER_MAX_PLACES];
};

/* Start with `config`, which has the defaults. */
void parser_init(struct parser *parser, struct config *config, FILE *errors);
/* Read one flag with its value; NULL or "" if it has none. */
void parser_apply(struct parser *parser, const struct option *flag,
		  const char *value);

/* Keep the name of a file until parser_release(), which frees it. */
bool parser_keep(struct parser *parser, char *name);
void parser_release(struct parser *parser);

/* Make an entry of a list, or a value (index 0), the subject of errors. */
void parser_point_at(struct parser *parser, const char *flag, size_t index);
/* Report "PLACE: message". */
void parser_complain(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same as a warning, which is no error: "PLACE: warning: message". */
void parser_warn(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A warning about what is pointed at. */
void parser_warn_about(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Report "PLACE: --FLAG VALUE: message" about the value being read or pointed
 * at. Returns false, as parse functions do for a bad value.
 */
bool parser_reject(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Report it if an earlier entry is the same as the one pointed at. */
void parser_check_repeated(struct parser *parser);
/* Report it if the host has no such interface and it is not waited for. */
void parser_check_interface(struct parser *parser, const char *name);

/* Write where an entry of the flag stands: "FILE:LINE", "the command line". */
const char *parser_place_format(const struct parser *parser,
				const struct option *flag, size_t index,
				char text[PARSER_PLACE_SIZE]);

#endif

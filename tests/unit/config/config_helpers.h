/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_CONFIG_HELPERS_H
#define TESTS_CONFIG_HELPERS_H

/* Shared by the tests of the configuration: parse, and look at the errors. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

enum {
	MAX_WORDS = 40,
	TEXT_SIZE = 65536,
};

/* Needed by every configuration; a test adds only its own lines. */
static const char required[] = "as 64512\n"
			       "router-id 10.0.0.1\n"
			       "interface eth0\n"
			       "vip 192.0.2.0/24\n"
			       "neighbor 10.0.0.2,as=65001\n";

static struct config config;
static enum config_request request;
static char errors[TEXT_SIZE];

/* A stream whose text is in `errors` once it is closed. */
static inline FILE *open_errors(void)
{
	FILE *out = fmemopen(errors, sizeof(errors), "w");

	assert_non_null(out);
	errors[0] = '\0';
	return out;
}

static inline int parse_text(const char *text)
{
	FILE *in = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
	FILE *out = open_errors();
	int count;

	assert_non_null(in);
	config_release(&config);
	count = config_parse_stream(&config, in, "file", out);
	fclose(out);
	fclose(in);
	return count;
}

/* Parses the required lines and then `lines`, which begin at line 6. */
static inline int parse_lines(const char *lines)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%s%s\n", required, lines);
	return parse_text(text);
}

/* The interfaces that the host has; NULL: not to be checked. */
static const char *const *host_interfaces;

/* Parses a command line of words without blanks in them. */
static inline int parse_words(const char *line)
{
	char copy[TEXT_SIZE], *rest = copy, *word;
	char *argv[MAX_WORDS + 1] = { (char[]){ "headgate" } };
	FILE *out = open_errors();
	int argc = 1, count;

	snprintf(copy, sizeof(copy), "%s", line);
	while ((word = strsep(&rest, " ")))
		if (*word && argc < MAX_WORDS)
			argv[argc++] = word;
	count = config_parse(&config, argc, argv, host_interfaces, &request,
			     out);
	fclose(out);
	return count;
}

/* One error, at line 6, that says `message`. */
static inline void assert_error(const char *line, const char *message)
{
	char expected[1024];

	snprintf(expected, sizeof(expected),
		 "file:6: %s\n1 error; nothing changed\n", message);
	assert_int_equal(parse_lines(line), 1);
	assert_string_equal(errors, expected);
}

#endif

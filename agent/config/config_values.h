/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_VALUES_H
#define CONFIG_CONFIG_VALUES_H

/*
 * One parser and one printer for each kind of value; the columns `parse` and
 * `print` of the table. What a printer writes its parser reads back.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config_table.h"

struct config_parser;
struct prefix;

/* A decimal number of at most `maximum` that is all of `text`. */
bool config_read_number(const char *text, uint64_t maximum, uint64_t *number);
/* A prefix without host bits, or an error about the value being read. */
bool config_read_prefix(struct config_parser *parser, const char *text,
			struct prefix *prefix);

/* True if there is no blank and no control character in it. */
bool config_is_one_word(const char *text);
/* True if an interface may have this name. */
bool config_is_interface_name(const char *name);

/* Ask for something instead of setting a value: --check, --help. */
bool config_request_parse(struct config_parser *parser,
			  const struct config_flag *flag, const char *value);

/* Sets a bool that is false without the flag. */
bool config_switch_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value);

/* A number from flag->minimum to flag->maximum, flag->size bytes wide. */
bool config_number_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value);
void config_number_print(const struct config *config,
			 const struct config_flag *flag, size_t index,
			 FILE *out);
/* Numbers with a rule of their own; printed as numbers. */
bool config_as_parse(struct config_parser *parser,
		     const struct config_flag *flag, const char *value);
bool config_seed_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *value);
bool config_power_of_two_parse(struct config_parser *parser,
			       const struct config_flag *flag,
			       const char *value);

/* One of flag->names. */
bool config_choice_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value);
void config_choice_print(const struct config *config,
			 const struct config_flag *flag, size_t index,
			 FILE *out);

/* An absolute path that fits flag->size with its end. */
bool config_path_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *value);
void config_path_print(const struct config *config,
		       const struct config_flag *flag, size_t index, FILE *out);

bool config_router_id_parse(struct config_parser *parser,
			    const struct config_flag *flag, const char *value);
void config_router_id_print(const struct config *config,
			    const struct config_flag *flag, size_t index,
			    FILE *out);
/* ADDR:PORT, or [ADDR]:PORT for IPv6. */
bool config_endpoint_parse(struct config_parser *parser,
			   const struct config_flag *flag, const char *value);
void config_endpoint_print(const struct config *config,
			   const struct config_flag *flag, size_t index,
			   FILE *out);

/* Entries of lists. */
bool config_interface_parse(struct config_parser *parser,
			    const struct config_flag *flag, const char *value);
void config_interface_print(const struct config *config,
			    const struct config_flag *flag, size_t index,
			    FILE *out);
bool config_vip_parse(struct config_parser *parser,
		      const struct config_flag *flag, const char *value);
void config_vip_print(const struct config *config,
		      const struct config_flag *flag, size_t index, FILE *out);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_KEYS_H
#define CONFIG_CONFIG_KEYS_H

/*
 * Values that have keys behind them, "PREFIX,KEY=VALUE,SWITCH": the keys are a
 * table, and what is read goes into the structure that the table is about.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_parser;
struct suggestion;

struct config_key {
	const char *name;
	const char *metavar; /* NULL: takes no value */
	/* Stores the value, or reports by config_reject(). */
	bool (*parse)(struct config_parser *parser,
		      const struct config_key *key, const char *value,
		      void *object);

	/* For these functions: where and what. */
	size_t offset; /* of the member */
	uint32_t minimum;
	uint32_t maximum;
};

enum config_keys_limits {
	CONFIG_KEYS_MAX = 16, /* in one table */
};

/*
 * Reads the keys in `list`, which is cut up; NULL: there are none. Goes on
 * after an error, so that all of them are named.
 */
bool config_keys_parse(struct config_parser *parser,
		       const struct config_key *keys, size_t count, char *list,
		       void *object);

/* Rejects a key that is in no table; `suggestion` was offered those that are. */
bool config_key_unknown(struct config_parser *parser, const char *name,
			const struct suggestion *suggestion);
/*
 * Rejects a key that was `*given` before, or that has no value and takes one
 * (`metavar`), or the reverse. Sets `*given`.
 */
bool config_key_check(struct config_parser *parser, const char *name,
		      const char *metavar, const char *value, bool *given);

/* A uint32_t from key->minimum to key->maximum. */
bool config_key_number(struct config_parser *parser,
		       const struct config_key *key, const char *value,
		       void *object);
/* A bool that becomes true. */
bool config_key_switch(struct config_parser *parser,
		       const struct config_key *key, const char *value,
		       void *object);
/* A struct address of one host. */
bool config_key_address(struct config_parser *parser,
			const struct config_key *key, const char *value,
			void *object);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_KIND_H
#define CONFIG_KIND_H

/* The kinds of values that flags, keys and rule words share. */

#include <stdbool.h>
#include <stdint.h>

#include "config/option.h"

struct prefix;

/* Integers of 1, 2, 4 or 8 bytes, in decimal. */
extern const struct kind kind_number; /* minimum to maximum; see traits */
/* The same, with units: core/quantity.h. */
extern const struct kind kind_seconds;
extern const struct kind kind_milliseconds;
extern const struct kind kind_count;
extern const struct kind kind_binary;
extern const struct kind kind_megabits;
extern const struct kind kind_as;     /* the same, and not AS_TRANS */
extern const struct kind kind_seed;   /* also hexadecimal after 0x */
extern const struct kind kind_mark;   /* bits of a mark, or off, which is 0 */
extern const struct kind kind_choice; /* one of `names` */
extern const struct kind kind_switch; /* a bool: given or not */

extern const struct kind kind_identifier;   /* uint32_t, written as IPv4 */
extern const struct kind kind_address;	    /* struct address, not zero */
extern const struct kind kind_prefix;	    /* struct prefix, no host bits */
extern const struct kind kind_endpoint;	    /* struct endpoint */
extern const struct kind kind_any_endpoint; /* the same, or unix:PATH */

/* Arrays of char that hold the final zero. */
extern const struct kind kind_interface; /* the name of an interface */
extern const struct kind kind_path;	 /* an absolute path, no blanks */
extern const struct kind kind_text;	 /* ASCII without blanks */

/* --help, --check and so on: set parser->request. */
extern const struct kind kind_request;

enum kind_checks {
	KIND_CHECK_ALL = 1,
	KIND_CHECK_SYNTAX, /* without a look at the host and its files */
};

extern const struct kind kind_check; /* --check, with one of these */

/* Read a decimal number of at most `maximum` that is all of `text`. */
bool kind_read_number(const char *text, uint64_t maximum, uint64_t *number);
/* Read "N" or "N-M"; `last` may be below `first`. */
bool kind_read_range(const char *text, uint64_t minimum, uint64_t maximum,
		     uint32_t *first, uint32_t *last);
/* Read a prefix, or report what is wrong with it. */
bool kind_read_prefix(struct parser *parser, const char *text,
		      struct prefix *prefix);
/* Report that the value is not one of the names. Returns false. */
bool kind_reject_choice(struct parser *parser, const char *const *names,
			size_t count, const char *word);
/* Report that the AS number is AS_TRANS. Returns false. */
bool kind_reject_as_trans(struct parser *parser);
/* True if an interface may have this name. */
bool kind_is_interface_name(const char *name);

#endif

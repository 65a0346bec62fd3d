/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_PATH_ERRORS_H
#define RIB_PATH_ERRORS_H

/*
 * Prefixes of a neighbor that an error took away (RFC 7606 2), with the error in
 * words. The last PATH_ERRORS_MAX of them are kept. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/update_describe.h"
#include "core/address.h"

enum path_errors_sizes {
	PATH_ERRORS_MAX = 64,
};

struct path_error {
	struct prefix prefix;
	uint64_t time_ms; /* by core/clock.h */
	char text[BGP_UPDATE_ERROR_TEXT_SIZE];
};

/* All zero: empty. */
struct path_errors {
	struct path_error *entries; /* NULL: there was no error yet */
	size_t count;
	uint64_t total; /* prefixes, with those that are not kept */
};

void path_errors_free(struct path_errors *errors);
/*
 * Add a prefix in place of the same one, or of the oldest if the room is full.
 * Without memory it is only counted.
 */
void path_errors_add(struct path_errors *errors, const struct prefix *prefix,
		     uint64_t now_ms, const char *text);
/* Remove a prefix, which the neighbor has withdrawn itself since. */
void path_errors_remove(struct path_errors *errors,
			const struct prefix *prefix);
/* Return the error of a prefix, or NULL. */
const struct path_error *path_errors_find(const struct path_errors *errors,
					  const struct prefix *prefix);

#endif

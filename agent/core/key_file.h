/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_KEY_FILE_H
#define CORE_KEY_FILE_H

/* A key that a file holds, with its number and use: plain values of options. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/secret.h"
#include "core/sizes.h"

struct key_file {
	char path[FILE_PATH_SIZE]; /* "": no key */
	uint8_t id;
	uint8_t algorithm; /* of the protocol that uses it */
	struct secret secret;
};

static inline bool key_file_equal(const struct key_file *a,
				  const struct key_file *b)
{
	return !strcmp(a->path, b->path) && a->id == b->id &&
	       a->algorithm == b->algorithm &&
	       secret_equal(&a->secret, &b->secret);
}

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

/*
 * Keys of TCP-MD5 and TCP-AO. They are read from files, because many can read
 * command lines and configurations. A secret is never logged or printed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum secret_sizes {
	SECRET_MAX = 80, /* longest key on Linux */
	SECRET_ERROR_SIZE = 256,
};

/*
 * A copy shares the bytes, which stay until secret_free() or the end of the
 * process. They are in memory of their own that is never swapped out, and left
 * out of core dumps and forks.
 */
struct secret {
	uint8_t size; /* 0: none */
	const uint8_t *bytes;
};

static inline bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->size == b->size &&
	       (!a->size || !memcmp(a->bytes, b->bytes, a->size));
}

/*
 * Keep memory that has or gets a secret, with the rest of its pages, from swap
 * and core dumps. Without the right to lock memory it may be swapped out.
 */
void secret_protect(const void *memory, size_t size);

/* Wipe and free the bytes, which no copy may use any more. None is legal. */
void secret_free(struct secret *secret);

/* Overwrite the stack below the caller, where calls have left copies. */
void secret_wipe_stack(void);

/*
 * Read a file of root or of our own user, which no other user may change and only
 * its owner and group may read; white space at its end is not part of the
 * secret. Returns 0 or -errno; then `error` names the file, what is wrong and
 * what to do.
 */
int secret_read(const char *path, struct secret *secret,
		char error[SECRET_ERROR_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SEED_FILE_H
#define CORE_SEED_FILE_H

/*
 * The secret seed of the flow hash, kept in a file that its owner alone may
 * read: one line, 0x and 16 hexadecimal digits. The first start draws the seed
 * and makes the file; copies of the file make several nodes steer alike.
 *
 * A file is complete or absent: a seed goes into a temporary file beside it,
 * which is synced and then linked to the name. If two agents start at once, the
 * first link wins and the other agent reads that file.
 */

#include <stdbool.h>
#include <stdint.h>

enum seed_file_sizes {
	SEED_FILE_ERROR_SIZE = 320,
	SEED_DIGEST_SIZE = 9,
};

/*
 * Read the seed. Returns 0, -ENOENT without a file, or another -errno; then
 * `error` names the file, what is wrong and what to do.
 */
int seed_file_read(const char *path, uint64_t *seed,
		   char error[SEED_FILE_ERROR_SIZE]);
/*
 * The same; without a file, draw a seed and make the file and its directory
 * (mode 0700). `made` tells whether this call made the file.
 */
int seed_file_load(const char *path, uint64_t *seed, bool *made,
		   char error[SEED_FILE_ERROR_SIZE]);
/*
 * Write a digest of the seed, which tells whether nodes have the same one, and
 * not which. Returns `text`.
 */
const char *seed_digest(uint64_t seed, char text[SEED_DIGEST_SIZE]);

#endif

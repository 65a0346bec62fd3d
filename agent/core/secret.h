/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

/*
 * Keys of TCP-MD5 and TCP-AO. They are read from files, because many can read
 * command lines and configurations. A secret is never logged or printed.
 */

#include <stdint.h>

enum secret_sizes {
	SECRET_MAX = 80, /* longest key on Linux */
	SECRET_ERROR_SIZE = 256,
};

struct secret {
	uint8_t size; /* 0: none */
	uint8_t bytes[SECRET_MAX];
};

/*
 * Read a file that only its owner and group may read; white space at its end is
 * not part of the secret. Returns 0 or -errno; then `error` names the file,
 * what is wrong and what to do.
 */
int secret_read(const char *path, struct secret *secret,
		char error[SECRET_ERROR_SIZE]);

#endif

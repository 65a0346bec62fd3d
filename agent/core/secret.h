/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

/*
 * Keys that are kept in files, because command lines and configurations are
 * read by many. A secret is never logged and never printed.
 */

#include <stdint.h>

enum secret_sizes {
	SECRET_MAX = 80, /* of TCP-MD5 and TCP-AO on Linux */
	SECRET_ERROR_SIZE = 256,
};

struct secret {
	uint8_t size; /* 0: none */
	uint8_t bytes[SECRET_MAX];
};

/*
 * Reads a file that only its owner and group may read; blanks and line ends
 * behind the secret are not part of it. Returns 0 or -errno; then `error` says
 * what is wrong and what to do, naming the file.
 */
int secret_read(const char *path, struct secret *secret,
		char error[SECRET_ERROR_SIZE]);

#endif

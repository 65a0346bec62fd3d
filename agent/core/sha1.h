/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SHA1_H
#define CORE_SHA1_H

/*
 * SHA-1 (FIPS 180-4), for protocols that ask for it: authentication of BFD (RFC
 * 5880 6.7.4). Pure. Do not use it for anything new.
 */

#include <stddef.h>
#include <stdint.h>

enum sha1_sizes {
	SHA1_SIZE = 20,
};

void sha1(const void *data, size_t size, uint8_t digest[SHA1_SIZE]);

#endif

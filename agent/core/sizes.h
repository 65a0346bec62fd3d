/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SIZES_H
#define CORE_SIZES_H

/* Sizes of texts that several rooms keep, in bytes with the final zero. */
enum core_sizes {
	INTERFACE_SIZE = 16,  /* IFNAMSIZ */
	FILE_PATH_SIZE = 100, /* sun_path has 108: a suffix still fits */
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SIZES_H
#define CONTROL_SIZES_H

enum control_sizes {
	CONTROL_ERROR_SIZE = 256,
};

#endif

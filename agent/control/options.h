/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_OPTIONS_H
#define CONTROL_OPTIONS_H

/* The options of the control room: plain values. Pure. */

#include <stdbool.h>

#include "core/endpoint.h"
#include "core/sizes.h"

struct control_options {
	char socket[FILE_PATH_SIZE];
	struct endpoint metrics; /* port 0: not served */
};

extern const struct control_options control_options_default;

bool control_options_equal(const struct control_options *a,
			   const struct control_options *b);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_CAPABILITY_NEEDS_H
#define HOST_CAPABILITY_NEEDS_H

/* The capabilities that the agent needs. */

#include <stddef.h>

struct capability_need {
	unsigned int capability;
	const char *name;
	const char *what; /* is not possible without it */
};

extern const struct capability_need capability_needs[];
extern const size_t capability_need_count;

#endif

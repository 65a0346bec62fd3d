// SPDX-License-Identifier: BSD-2-Clause
/* Comparison of the control room's options. See options.h. */

#include "control/options.h"

#include <string.h>

bool control_options_equal(const struct control_options *a,
			   const struct control_options *b)
{
	return !strcmp(a->socket, b->socket) &&
	       endpoint_equal(&a->metrics, &b->metrics);
}

// SPDX-License-Identifier: BSD-2-Clause
/* Comparison of the control room's options. See options.h. */

#include "control/options.h"

#include <string.h>

#include "headgate/ctl.h"

const struct control_options control_options_default = {
	.socket = HG_CTL_SOCKET,
	/* 127.0.0.1, not served. */
	.metrics = { .address = { { [10] = 0xff, 0xff, 127, 0, 0, 1 } } },
};

bool control_options_equal(const struct control_options *a,
			   const struct control_options *b)
{
	return !strcmp(a->socket, b->socket) &&
	       endpoint_equal(&a->metrics, &b->metrics);
}

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_SHOW_VIPS_H
#define CONTROL_SHOW_VIPS_H

/*
 * The list `show vips`. A request may choose by "filter", a part of the prefix, and
 * of these "limit" from the place "from" on.
 */

#include <stdint.h>

/* Return how many VIPs matched the filter so far; `context` of the list's keys. */
uint64_t show_vips_matched(const void *context);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* Comparison of the options of the kernel's routes. See options.h. */

#include "fib/options.h"

bool fib_options_equal(const struct fib_options *a, const struct fib_options *b)
{
	if (a->range_count != b->range_count)
		return false;
	for (size_t i = 0; i < a->range_count; i++)
		if (!prefix_equal(&a->ranges[i], &b->ranges[i]))
			return false;
	return true;
}

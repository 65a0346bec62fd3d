// SPDX-License-Identifier: BSD-2-Clause
/* Comparison of the options of the kernel's routes. See options.h. */

#include "fib/options.h"

const struct fib_options fib_options_default = {
	.instance = 1,
	.handed_up = {
		.mark = 0xfff00000,
		.priority = 7272,
		.table = 7272000,
	},
};

static bool is_handed_up_alike(const struct handed_up_options *a,
			       const struct handed_up_options *b)
{
	return a->mark == b->mark && a->priority == b->priority &&
	       a->table == b->table;
}

struct handed_up_options
fib_options_handed_up(const struct fib_options *options)
{
	struct handed_up_options result = options->handed_up;

	result.priority += (options->instance - 1) * HANDED_UP_PRIORITIES;
	result.table += (options->instance - 1) * HANDED_UP_TABLES;
	return result;
}

bool fib_options_equal(const struct fib_options *a, const struct fib_options *b)
{
	if (a->instance != b->instance || a->range_count != b->range_count ||
	    !is_handed_up_alike(&a->handed_up, &b->handed_up))
		return false;
	for (size_t i = 0; i < a->range_count; i++)
		if (!prefix_equal(&a->ranges[i], &b->ranges[i]))
			return false;
	return true;
}

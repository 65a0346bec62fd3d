/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_RULES_H
#define TEST_RULES_H

/* Rules from text, parsed as the agent does. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "rib/policy/policy.h"

enum {
	RULES_TEXT_SIZE = 4096,
};

/* Return the policy of lines "rule ...\n"; valid until the next call. */
static inline struct policy policy_of_text(const char *lines)
{
	static struct config config;
	char text[RULES_TEXT_SIZE], *errors = NULL;
	size_t size = 0;
	FILE *in, *out = open_memstream(&errors, &size);

	snprintf(text, sizeof(text),
		 "as 64512\nrouter-id 10.0.0.1\ninterface eth0\n"
		 "vip 192.0.2.0/24\nneighbor 10.0.0.2\n%s",
		 lines);
	in = fmemopen(text, strlen(text), "r");
	assert_non_null(in);
	assert_non_null(out);
	if (config_parse_stream(&config, in, "rules", out)) {
		fflush(out);
		fail_msg("%s", errors);
	}
	fclose(in);
	fclose(out);
	free(errors);
	return policy_of(config.rib.rules, config.rib.rule_count);
}

#endif

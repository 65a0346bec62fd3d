// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: a configuration file. The parser must not crash, and each
 * accepted configuration must come back the same through its canonical form.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config config;

static int parse(const void *text, size_t size)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, size, "r");
	FILE *errors = fopen("/dev/null", "w");
	int count = -1;

	if (in && errors)
		count = config_parse_stream(&config, in, "input", errors);
	if (in)
		fclose(in);
	if (errors)
		fclose(errors);
	return count;
}

/* Return the canonical form of `config`; the caller frees it. */
static char *print(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	config_print(&config, out);
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first, *second;

	if (!size || parse(data, size))
		return 0;
	first = print();
	if (parse(first, strlen(first)))
		abort();
	second = print();
	if (strcmp(first, second))
		abort();
	free(first);
	free(second);
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/*
 * A file of flags from anywhere must not crash the parser, and whatever it
 * accepts must come back the same through the canonical form.
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

/* The canonical form of `config`; the caller frees. */
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

// SPDX-License-Identifier: BSD-2-Clause
/* Error texts and libbpf's warnings. See failure.h. */

#include "datapath/failure.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	REASON_SIZE = 256
};

/* A global, because libbpf's print callback takes no argument of ours */
static char reason[REASON_SIZE];

int failure(struct datapath_error *error, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return code;
}

/* Add the first line of a message; the verifier's log has thousands. */
static void add_line(const char *line)
{
	size_t used = strlen(reason);

	snprintf(reason + used, sizeof(reason) - used, "%s%.*s",
		 used ? "; " : "", (int)strcspn(line, "\n"), line);
}

static int collect_warning(enum libbpf_print_level level, const char *format,
			   va_list arguments)
{
	static const char prefix[] = "libbpf: ";
	size_t skip = sizeof(prefix) - 1;
	char line[REASON_SIZE];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	add_line(strncmp(line, prefix, skip) ? line : line + skip);
	return 0;
}

void failure_collect(void)
{
	libbpf_set_print(collect_warning);
	failure_forget();
}

void failure_forget(void)
{
	reason[0] = '\0';
}

const char *failure_reason(void)
{
	return reason[0] ? reason : "no reason given";
}

// SPDX-License-Identifier: BSD-2-Clause
/* Output that is repeated. See watch.h. */

#include "watch.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

unsigned int watch_interval(const struct ask_options *options)
{
	return options->interval_s ? options->interval_s : 1;
}

static void print_clock(const struct ask_options *options)
{
	char text[sizeof("2026-01-02T03:04:05Z")];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%FT%TZ", &utc);
	printf("%s, every %u s\n", text, watch_interval(options));
}

void watch_next(const struct ask_options *options)
{
	static const char clear_screen[] = "\033[H\033[2J";

	fflush(stdout);
	sleep(watch_interval(options));
	if (options->json)
		return;
	fputs(isatty(STDOUT_FILENO) ? clear_screen : "\n", stdout);
	print_clock(options);
}

bool watch_goes_on(const struct ask_options *options, enum exit_code code,
		   unsigned int times)
{
	return options->watch && (!options->count || times < options->count) &&
	       (!code || (code == EXIT_UNREACHABLE && times > 1));
}

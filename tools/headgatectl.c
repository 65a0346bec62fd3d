// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl: asks the agent and shows what it says, as tables for people or
 * as the JSON that came. Data goes to stdout, messages to stderr.
 */

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <headgate/ctl.h>

#include "command.h"
#include "view.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char short_options[] = "js:wn:hV";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "socket", required_argument, NULL, 's' },
	{ "watch", no_argument, NULL, 'w' },
	{ "count", required_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const struct command commands[] = {
	{ "show", "WHAT", "what there is", command_show },
};

static const char usage[] =
	"Usage: headgatectl [OPTION]... COMMAND [WORD]...\n"
	"\n"
	"  -j, --json         Print the agent's reply as it comes.\n"
	"  -s, --socket PATH  Where the agent listens. Default:\n"
	"                     " HG_CTL_SOCKET "\n"
	"  -w, --watch        show: again every second, counters with rates.\n"
	"  -n, --count N      With --watch: N times, then end.\n"
	"  -h, --help         Print this text and exit.\n"
	"  -V, --version      Print the version and exit.\n"
	"\n"
	"Commands:\n";

static const char exit_codes[] =
	"\nExit codes: 0 ok, 1 request failed, 2 usage, 3 agent not "
	"reachable,\n4 not permitted.\n";

static void print_help(void)
{
	fputs(usage, stdout);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		printf("  %s %s\n      %s\n", commands[i].name,
		       commands[i].usage, commands[i].help);
	fputs("\nshow WHAT:\n", stdout);
	for (size_t i = 0; i < view_count; i++)
		printf("  %-9s %-7s  %s\n", views[i].what,
		       views[i].argument ? views[i].argument : "",
		       views[i].help);
	fputs(exit_codes, stdout);
}

static enum exit_code run(const struct ask_options *options, int count,
			  char **words)
{
	if (!count) {
		fputs("headgatectl: what to do? `headgatectl show WHAT`, or "
		      "--help\n",
		      stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (!strcmp(commands[i].name, words[0]))
			return commands[i].run(options, count - 1, words + 1);
	fprintf(stderr, "headgatectl: unknown command '%s'; it is one of",
		words[0]);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(stderr, "%s %s", i ? "," : "", commands[i].name);
	fputs(", see --help\n", stderr);
	return EXIT_USAGE;
}

static bool read_count(const char *text, unsigned int *count)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '1' || *text > '9' || *end || number > UINT16_MAX) {
		fprintf(stderr,
			"headgatectl: --count: '%s' is not a number from 1 to "
			"%d\n",
			text, UINT16_MAX);
		return false;
	}
	*count = (unsigned int)number;
	return true;
}

int main(int argc, char **argv)
{
	struct ask_options options = { .socket = HG_CTL_SOCKET };
	int option;

	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		switch (option) {
		case 'j':
			options.json = true;
			break;
		case 's':
			options.socket = optarg;
			break;
		case 'w':
			options.watch = true;
			break;
		case 'n':
			if (!read_count(optarg, &options.count))
				return EXIT_USAGE;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		case 'V':
			puts("headgatectl " HEADGATE_VERSION);
			return EXIT_OK;
		default:
			fputs("headgatectl: --help lists the options\n",
			      stderr);
			return EXIT_USAGE;
		}
	}
	return run(&options, argc - optind, argv + optind);
}

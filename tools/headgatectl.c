// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl: sends a request to the agent and prints the reply, as tables or
 * as JSON. Data goes to stdout, messages to stderr.
 */

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <headgate/ctl.h>

#include "command.h"
#include "core/array.h"
#include "core/quantity.h"
#include "core/suggest.h"
#include "view.h"
#include "watch.h"

/* Options without a letter. */
enum option_code {
	OPTION_PCAP = 256,
	OPTION_VIP,
	OPTION_NEXTHOP,
	OPTION_INTERVAL,
	OPTION_NEIGHBOR,
	OPTION_INTERFACE,
	OPTION_EVENT,
	OPTION_SEVERITY,
	OPTION_ROLE,
	OPTION_STATE,
	OPTION_FAILED,
	OPTION_LIMIT,
	OPTION_FROM,
	OPTION_RATE,
	OPTION_REASON,
	OPTION_FOR,
	OPTION_DRY_RUN,
	OPTION_CONFIRM,
	OPTION_SUCCESSOR,
	OPTION_BPFFS,
};

static const char short_options[] = "js:wfn:hV";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "socket", required_argument, NULL, 's' },
	{ "watch", no_argument, NULL, 'w' },
	{ "count", required_argument, NULL, 'n' },
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ "pcap", required_argument, NULL, OPTION_PCAP },
	{ "vip", required_argument, NULL, OPTION_VIP },
	{ "nexthop", required_argument, NULL, OPTION_NEXTHOP },
	{ "neighbor", required_argument, NULL, OPTION_NEIGHBOR },
	{ "interface", required_argument, NULL, OPTION_INTERFACE },
	{ "event", required_argument, NULL, OPTION_EVENT },
	{ "severity", required_argument, NULL, OPTION_SEVERITY },
	{ "role", required_argument, NULL, OPTION_ROLE },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "failed", no_argument, NULL, OPTION_FAILED },
	{ "follow", no_argument, NULL, 'f' },
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "rate", required_argument, NULL, OPTION_RATE },
	{ "reason", required_argument, NULL, OPTION_REASON },
	{ "confirm", required_argument, NULL, OPTION_CONFIRM },
	{ "bpffs", required_argument, NULL, OPTION_BPFFS },
	{ "successor", no_argument, NULL, OPTION_SUCCESSOR },
	{ "dry-run", no_argument, NULL, OPTION_DRY_RUN },
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const struct command commands[] = {
	{ "show", "WHAT", "print the agent's state; WHAT is listed below",
	  command_show },
	{ "explain", "PREFIX|ADDRESS",
	  "why each path is in the set or not, and where the prefix is announced",
	  command_explain, true },
	{ "explain", "flow SOURCE PORT DESTINATION PORT tcp|udp|icmp",
	  "the next hop of a flow, by the tables and by the program",
	  command_explain },
	{ "explain", "flow --pcap FILE",
	  "the same for each packet of a capture file", command_explain },
	{ "capture", "[--vip ADDRESS] [--rate N] FILE",
	  "write a sample of the frames for VIPs as pcapng; - is stdout",
	  command_capture },
	{ "dump", "FILE",
	  "write all routes as received, before rules, as MRT; - is stdout",
	  command_dump },
	{ "neighbor", "ADDRESS shutdown|enable|restart|clear [--reason TEXT]",
	  "end a session: until enabled, and dial again at once, or as after a "
	  "loss",
	  command_neighbor },
	{ "neighbor", "ADDRESS refresh in|out",
	  "ask the neighbor for its routes again, or send ours again",
	  command_neighbor },
	{ "top", "[TEXT]",
	  "live rates by VIP and next hop, of those with TEXT in their name; "
	  "keys: p packets, b bits, n name, / filter, q quit",
	  command_top },
	{ "health", "",
	  "one line for a monitor; exit code 0 healthy, 1 degraded, 2 not "
	  "forwarding, 3 unknown",
	  command_health },
	{ "doctor", "[--interface NAME[,NAME]...] [--bpffs PATH]",
	  "settings of the host that spoil forwarding, and commands that mend "
	  "them; exit code 0 ok, 1 warnings, 2 failures, 3 unknown",
	  command_doctor },
	{ "events",
	  "[--follow] [--vip PREFIX] [--neighbor N] [--nexthop A] "
	  "[--interface I] [--event KIND] [--severity S]",
	  "the last events, or with --follow each new one, too",
	  command_events },
	{ "drain", "NEXTHOP|NEIGHBOR [--for TIME] [--reason TEXT]",
	  "send no new flows to a server while others serve its VIPs",
	  command_drain },
	{ "undrain", "NEXTHOP|NEIGHBOR", "end that before its time",
	  command_undrain },
	{ "reload", "[--dry-run] [--confirm TIME]",
	  "read the configuration again and change what differs; print it",
	  command_reload },
	{ "reload", "--successor -- COMMAND [WORD]...",
	  "the same; if it takes another agent, start it and wait for it",
	  command_reload },
	{ "confirm", "", "keep what reload --confirm has changed",
	  command_confirm },
};

static const char usage[] =
	"Usage: headgatectl [OPTION]... COMMAND [WORD]...\n"
	"\n"
	"  -j, --json         Print the agent's reply as JSON.\n"
	"  -s, --socket PATH  Control socket of the agent. Default:\n"
	"                     " HG_CTL_SOCKET "\n"
	"  -w, --watch        show, explain, health: repeat, also after a restart\n"
	"                     of the agent; counters have rates.\n"
	"      --interval TIME\n"
	"                     --watch: wait so long between two times. Default: 1s.\n"
	"  -n, --count N      --watch, capture, top: end after N; events: the last N.\n"
	"  -f, --follow       events: wait for new ones.\n"
	"      --pcap FILE    explain flow: explain each packet of FILE.\n"
	"      --vip ADDRESS  capture, show flows: only those for this address;\n"
	"                     events: a prefix, too; show routes: only this one.\n"
	"      --nexthop ADDRESS\n"
	"                     events, show flows: only those on this next hop.\n"
	"      --neighbor N   events: only those of this neighbor, by address or\n"
	"                     name.\n"
	"      --interface I  events: only those of this interface; doctor: the\n"
	"                     interfaces to check if no agent runs.\n"
	"      --event KIND   events: only those of this kind.\n"
	"      --severity S   events: error, warning or info, or worse.\n"
	"      --bpffs PATH   doctor: the agent's --bpffs, if none runs.\n"
	"      --role R       show neighbors: only those of this role.\n"
	"      --state S      show neighbors, nexthops: only those in this state.\n"
	"      --failed       show neighbors, nexthops, routes: only what does not\n"
	"                     work.\n"
	"      --limit N      show flows: so many on a page. Default: 1000.\n"
	"      --from PLACE   show flows: the page that begins there.\n"
	"      --rate N       capture: one frame of N, at random.\n"
	"      --reason TEXT  neighbor: tell the other end (RFC 9003); drain: for\n"
	"                     show drains.\n"
	"      --for TIME     drain: end after 90, 90s, 15m, 2h or 1d.\n"
	"      --confirm TIME\n"
	"                     reload: undo it after 90, 90s, 15m or 2h, unless\n"
	"                     confirmed.\n"
	"      --successor    reload: if the change needs a restart, or the program\n"
	"                     was replaced, start COMMAND, an agent with --takeover.\n"
	"      --dry-run      reload: print what would change, and change nothing.\n"
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
		printf("  %-9s %-4s %-8s  %s\n", views[i]->what,
		       views[i]->keyword ? views[i]->keyword : "",
		       views[i]->argument ? views[i]->argument : "",
		       views[i]->help);
	fputs(exit_codes, stdout);
}

static enum exit_code reject_command(const char *word)
{
	struct suggestion suggestion = suggestion_for(word);

	for (size_t i = 0; i < COUNT_OF(commands); i++)
		suggestion_offer(&suggestion, commands[i].name);
	if (suggestion.name) {
		fprintf(stderr,
			"headgatectl: command '%s': unknown; did you mean "
			"'%s'?\n",
			word, suggestion.name);
		return EXIT_USAGE;
	}
	fprintf(stderr, "headgatectl: command '%s': unknown; must be one of",
		word);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (!i || strcmp(commands[i].name, commands[i - 1].name))
			fprintf(stderr, "%s %s", i ? "," : "",
				commands[i].name);
	fputs("; see --help\n", stderr);
	return EXIT_USAGE;
}

/* Return the command of this name, or the only one that begins so; or NULL. */
static const struct command *find_command(const char *word)
{
	const struct command *found = NULL;

	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *command = &commands[i];

		if (!strcmp(command->name, word))
			return command;
		if (strncmp(command->name, word, strlen(word)))
			continue;
		if (found && strcmp(found->name, command->name))
			return NULL;
		found = command;
	}
	return found;
}

static enum exit_code run_command(const struct ask_options *options, int count,
				  char **words)
{
	const struct command *command;
	enum exit_code code;

	if (!count) {
		fputs("headgatectl: command missing; see --help\n", stderr);
		return EXIT_USAGE;
	}
	command = find_command(words[0]);
	if (!command)
		return reject_command(words[0]);
	code = command->run(options, count - 1, words + 1);
	for (unsigned int i = 1;
	     command->is_view && watch_goes_on(options, code, i); i++) {
		watch_next(options);
		code = command->run(options, count - 1, words + 1);
	}
	return code;
}

static bool parse_count(const char *option, const char *text,
			unsigned int *number_out)
{
	uint64_t number;

	if (!quantity_read(&quantity_count, text, INT32_MAX, &number) ||
	    !number) {
		fprintf(stderr,
			"headgatectl: --%s '%s': must be a number from 1 to "
			"%d\n",
			option, text, INT32_MAX);
		return false;
	}
	*number_out = (unsigned int)number;
	return true;
}

/* Read seconds, or a number with a unit. */
static bool parse_time(const char *option, const char *text,
		       unsigned int *seconds)
{
	uint64_t number;

	if (!quantity_read(&quantity_seconds, text, INT32_MAX, &number) ||
	    !number) {
		fprintf(stderr,
			"headgatectl: --%s '%s': must be a time such as 90, "
			"90s, 15m, 2h or 1d\n",
			option, text);
		return false;
	}
	*seconds = (unsigned int)number;
	return true;
}

/* Return where the text of an option goes; NULL: it is of another kind. */
static const char **text_of_option(struct ask_options *options, int option)
{
	switch (option) {
	case 's':
		return &options->socket;
	case OPTION_PCAP:
		return &options->pcap;
	case OPTION_VIP:
		return &options->vip;
	case OPTION_NEXTHOP:
		return &options->nexthop;
	case OPTION_NEIGHBOR:
		return &options->neighbor;
	case OPTION_INTERFACE:
		return &options->interface;
	case OPTION_EVENT:
		return &options->event;
	case OPTION_SEVERITY:
		return &options->severity;
	case OPTION_BPFFS:
		return &options->bpffs;
	case OPTION_ROLE:
		return &options->role;
	case OPTION_STATE:
		return &options->state;
	case OPTION_FROM:
		return &options->from;
	case OPTION_REASON:
		return &options->reason;
	default:
		return NULL;
	}
}

/* Likewise, for an option that is given or not. */
static bool *flag_of_option(struct ask_options *options, int option)
{
	switch (option) {
	case 'j':
		return &options->json;
	case 'w':
		return &options->watch;
	case 'f':
		return &options->follow;
	case OPTION_FAILED:
		return &options->failed;
	case OPTION_DRY_RUN:
		return &options->dry_run;
	case OPTION_SUCCESSOR:
		return &options->successor;
	default:
		return NULL;
	}
}

/* Likewise, for a number; false if its text is wrong. */
static bool take_number(struct ask_options *options, int option)
{
	switch (option) {
	case 'n':
		return parse_count("count", optarg, &options->count);
	case OPTION_LIMIT:
		return parse_count("limit", optarg, &options->limit);
	case OPTION_RATE:
		return parse_count("rate", optarg, &options->rate);
	case OPTION_CONFIRM:
		return parse_time("confirm", optarg, &options->confirm_s);
	case OPTION_INTERVAL:
		return parse_time("interval", optarg, &options->interval_s);
	case OPTION_FOR:
		return parse_time("for", optarg, &options->for_s);
	default:
		fputs("headgatectl: see --help for the options\n", stderr);
		return false;
	}
}

/* Apply one option. Return EXIT_OK, or the exit code after an error. */
static enum exit_code take_option(int option, struct ask_options *options)
{
	const char **text = text_of_option(options, option);
	bool *flag = flag_of_option(options, option);

	if (text)
		*text = optarg;
	else if (flag)
		*flag = true;
	else if (!take_number(options, option))
		return EXIT_USAGE;
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct ask_options options = { .socket = HG_CTL_SOCKET };
	enum exit_code code;
	int option;

	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		if (option == 'h') {
			print_help();
			return EXIT_OK;
		}
		if (option == 'V') {
			puts("headgatectl " HEADGATE_VERSION);
			return EXIT_OK;
		}
		code = take_option(option, &options);
		if (code)
			return code;
	}
	return run_command(&options, argc - optind, argv + optind);
}

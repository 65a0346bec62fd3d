// SPDX-License-Identifier: BSD-2-Clause
/* The canonical configuration and --help, out of the tables. See config.h. */

#include <inttypes.h>
#include <string.h>

#include "config/config.h"
#include "config/entry.h"
#include "config/flag.h"
#include "config/kind.h"
#include "config/rule_tables.h"
#include "core/quantity.h"

enum {
	LINE_WIDTH = 80,
	HELP_COLUMN = 30, /* where the explanations stand */
	NAME_SIZE = 256,
	HELP_SIZE = 1024,
	SHOWN_MAX = 65536, /* largest maximum that help names */
	MIB = 1 << 20,
};

static const char usage[] =
	"Usage: headgate --as N --router-id A.B.C.D --interface NAME\n"
	"                --vip PREFIX --neighbor ADDRESS[,KEY=VALUE...] ...\n"
	"       headgate --config FILE [FLAG...]\n"
	"\n"
	"Spreads the flows to service addresses over the servers that announce "
	"them\nby BGP.\n";

static const char rule_usage[] =
	"\nRules: allow|deny|continue from|to NEIGHBORS [MATCH...] "
	"[set SETTING...]\n"
	"  NEIGHBORS: any, internal, external, role ROLE, as N, neighbor "
	"ADDRESS, PREFIX\n  or INTERFACE. Several values of a match stand in "
	"braces. continue changes\n  the route and leaves the decision to "
	"later rules. If no rule decides, VIPs\n  are learned from backends "
	"and announced to upstreams; all else is denied\n  (RFC 8212).\n";

static const char units[] =
	"\nUnits: a time may be given as 300ms, 5s, 15m, 2h or 1d wherever "
	"SECONDS or MS\n  stand above, and MBIT as 100M, 10G or 1T.\n";

static const char exit_codes[] =
	"\nExit codes: 0 ok, 2 bad flag or value, 4 not permitted, 5 refused "
	"by the kernel.\n";

void config_print(const struct config *config, FILE *out)
{
	for (size_t i = 0; i < flag_count; i++) {
		const struct option *flag = &flag_table[i];
		size_t count = flag_values(config, flag);

		for (size_t index = 0; index < count; index++) {
			fputs(flag->name, out);
			if (!flag->kind->bare) {
				fputc(' ', out);
				flag_print(config, flag, index, out);
			}
			fputc('\n', out);
		}
	}
}

void config_print_memory(const struct config *config, FILE *out)
{
	const struct datapath_options *options = &config->datapath;

	fprintf(out, "# memory of all buckets: %.4g MiB, %u groups of %u\n",
		(double)datapath_options_memory(options) / MIB,
		options->group_count, options->table_size);
	if (options->flow_records)
		fprintf(out, "# memory of flow records: %.4g MiB, %u flows\n",
			(double)datapath_options_flow_memory(options) / MIB,
			options->flow_records);
}

/* ------------------------------------------------------------- --help */

/* Write a name and its help, which begins on the next line if it must. */
static void print_row(const char *name, const char *help, FILE *out)
{
	int column = fprintf(out, "  %s", name);

	if (column > HELP_COLUMN - 2)
		column = LINE_WIDTH; /* fold before the first word */
	else
		column += fprintf(out, "%*s", HELP_COLUMN - 1 - column, "");
	while (*help) {
		int length = (int)strcspn(help, " ");

		if (column + 1 + length > LINE_WIDTH)
			column = fprintf(out, "\n%*s", HELP_COLUMN - 1, "") - 1;
		column += fprintf(out, " %.*s", length, help);
		help += length + strspn(help + length, " ");
	}
	fputc('\n', out);
}

/* Write the default of a flag or key, if it has one. */
static void format_default(const struct option *option, const void *defaults,
			   char text[NAME_SIZE])
{
	bool derived = option->traits & (OPTION_REQUIRED | OPTION_DERIVED);
	bool bare = !option->kind || option->kind->bare;
	FILE *out;

	text[0] = '\0';
	if (option->usual)
		snprintf(text, NAME_SIZE, "%" PRIu64, option->usual);
	if (option->usual || !defaults || derived || bare || option->entries ||
	    option->stage != OPTION_VALUE)
		return;
	out = fmemopen(text, NAME_SIZE, "w");
	if (!out)
		return;
	option_print(option, defaults, out);
	fclose(out);
}

/* Write an option; `equals` stands in front of its value. */
static void print_option(const struct option *option, const char *dashes,
			 const char *equals, const void *defaults, FILE *out)
{
	char metavar[OPTION_CHOICES_SIZE], name[NAME_SIZE], help[HELP_SIZE];
	char fallback[NAME_SIZE], implied[NAME_SIZE] = "";
	char word[OPTION_CHOICES_SIZE];
	char range[NAME_SIZE] = "", unit[NAME_SIZE] = "";

	option_metavar(option, metavar);
	snprintf(name, sizeof(name), "%s%s%s%s%s%s", dashes, option->name,
		 option->implied ? "[" : "", *metavar ? equals : "", metavar,
		 option->implied ? "]" : "");
	if (option->kind && option->kind->quantity &&
	    option->kind != &kind_as && option->maximum <= SHOWN_MAX)
		snprintf(range, sizeof(range),
			 " From %" PRIu64 " to %" PRIu64 ".", option->minimum,
			 option->maximum);
	if (option->kind == &kind_count || option->kind == &kind_binary)
		snprintf(unit, sizeof(unit), " Units: %s.",
			 option->kind->quantity->unit_names);
	if (option->implied)
		snprintf(implied, sizeof(implied), " Without a value: %s.",
			 option_implied(option, word));
	format_default(option, defaults, fallback);
	snprintf(help, sizeof(help), "%s%s%s%s%s%s%s%s", option->help, range,
		 unit, option->traits & OPTION_REQUIRED ? " Required." : "",
		 option->entries ? " Repeatable." : "", implied,
		 *fallback ? " Default: " : "", fallback);
	print_row(name, help, out);
}

/* Write the keys of a compound flag; not all have a default to show. */
static void print_keys(const struct option *flag, FILE *out)
{
	const struct entry *entry = flag->entry;

	fprintf(out, "\nKeys of --%s:\n", flag->name);
	for (size_t i = 0; i < entry->key_count; i++) {
		const struct option *key = &entry->keys[i];
		bool shown = key->names || key->traits & OPTION_ALWAYS;

		print_option(key, "", "=", shown ? entry->initial : NULL, out);
	}
}

static void print_words(const char *title, const struct option *words,
			size_t count, FILE *out)
{
	fprintf(out, "\n%s of --rule:\n", title);
	for (size_t i = 0; i < count; i++)
		print_option(&words[i], "", " ", NULL, out);
}

void config_print_help(FILE *out)
{
	static struct config defaults;

	config_init(&defaults);
	fputs(usage, out);
	for (size_t i = 0; i < flag_count; i++) {
		if (flag_table[i].heading)
			fprintf(out, "\n%s:\n", flag_table[i].heading);
		print_option(&flag_table[i], "--", " ", &defaults, out);
	}
	for (size_t i = 0; i < flag_count; i++)
		if (flag_table[i].entry)
			print_keys(&flag_table[i], out);
	fputs(rule_usage, out);
	print_words("Matches", rule_matches, RULE_MATCH_COUNT, out);
	print_words("Settings", rule_settings, RULE_SETTING_COUNT, out);
	fputs(units, out);
	fputs(exit_codes, out);
}

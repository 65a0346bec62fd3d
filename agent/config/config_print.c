// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is written out of the table: the canonical configuration and --help.
 * See config.h.
 */

#include <string.h>

#include "config/config.h"
#include "config/config_neighbor_keys.h"
#include "config/config_rule_keys.h"
#include "config/config_table.h"

enum {
	LINE_WIDTH = 80,
	HELP_COLUMN = 30, /* where the explanations stand */
	FLAG_SIZE = 128,
	HELP_SIZE = 320,
};

static const char *const section_titles[CONFIG_SECTION_COUNT] = {
	[CONFIG_SECTION_GENERAL] = "General",
	[CONFIG_SECTION_BGP] = "BGP",
	[CONFIG_SECTION_MULTIPATH] = "Choosing next hops",
	[CONFIG_SECTION_FORWARDING] = "Forwarding",
	[CONFIG_SECTION_CONTROL] = "Control",
};

static const char usage[] =
	"Usage: headgate --as N --router-id A.B.C.D --interface NAME\n"
	"                --vip PREFIX --neighbor ADDRESS[,KEY=VALUE...] ...\n"
	"       headgate --config FILE [FLAG...]\n"
	"\n"
	"Spreads the flows to service addresses over the servers that announce "
	"them\nby BGP.\n";

static const char exit_codes[] =
	"\nExit codes: 0 ok, 2 bad flag or value, 4 not permitted, 5 refused "
	"by the kernel.\n";

void config_print(const struct config *config, FILE *out)
{
	for (size_t i = 0; i < config_flag_count; i++) {
		const struct config_flag *flag = &config_flags[i];
		size_t count = config_flag_values(config, flag);

		for (size_t index = 0; index < count; index++) {
			fputs(flag->name, out);
			if (flag->print) {
				fputc(' ', out);
				flag->print(config, flag, index, out);
			}
			fputc('\n', out);
		}
	}
}

/* Writes words from `column` on, folding lines back to HELP_COLUMN. */
static void print_folded(const char *text, int column, FILE *out)
{
	bool first = true;

	while (*text) {
		int length = (int)strcspn(text, " ");

		if (first || column + 1 + length > LINE_WIDTH) {
			fprintf(out, "%*s", first ? HELP_COLUMN - column : 0,
				"");
			if (!first)
				fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", length, text);
		column += length;
		first = false;
		text += length + strspn(text + length, " ");
	}
	fputc('\n', out);
}

/* One entry: its name, then what it is for, on a line of its own if need be. */
static void print_entry(const char *name, const char *help, FILE *out)
{
	int column = fprintf(out, "  %s", name);

	if (column > HELP_COLUMN - 2) {
		fputc('\n', out);
		column = 0;
	}
	print_folded(help, column, out);
}

static void print_flag(const struct config_flag *flag, FILE *out)
{
	char metavar[FLAG_SIZE] = "", name[FLAG_SIZE + FLAG_SIZE];
	char help[HELP_SIZE];

	if (config_flag_takes_value(flag))
		config_flag_metavar(flag, metavar, sizeof(metavar));
	snprintf(name, sizeof(name), "--%s%s%s", flag->name,
		 *metavar ? " " : "", metavar);
	snprintf(help, sizeof(help), "%s%s%s%s%s", flag->help,
		 flag->required ? " Required." : "",
		 config_flag_takes_value(flag) && flag->repeatable ?
			 " Repeatable." :
			 "",
		 flag->initial ? " Default: " : "",
		 flag->initial ? flag->initial : "");
	print_entry(name, help, out);
}

static void print_neighbor_keys(FILE *out)
{
	char name[FLAG_SIZE];

	fputs("\nKeys of --neighbor:\n", out);
	for (size_t i = 0; i < NEIGHBOR_KEY_COUNT; i++) {
		const struct neighbor_key *key = &neighbor_keys[i];

		snprintf(name, sizeof(name), "%s%s%s%s%s", key->name,
			 key->implied ? "[" : "", key->metavar ? "=" : "",
			 key->metavar ? key->metavar : "",
			 key->implied ? "]" : "");
		print_entry(name, key->help, out);
	}
}

static const char rule_usage[] =
	"\nRules: allow|deny|continue from|to WHOM [MATCH...] "
	"[set SETTING...]\n"
	"  WHOM: any, internal, external, role ROLE, as N, neighbor ADDRESS, "
	"PREFIX\n  or INTERFACE. Several values of a match stand in braces. "
	"continue sets and\n  leaves the decision to the rules behind it. If "
	"none decides: VIPs from\n  backends and to upstreams are allowed, "
	"all else is not (RFC 8212).\n";

static void print_rule_keys(const char *title, const struct rule_key *keys,
			    size_t count, FILE *out)
{
	char name[FLAG_SIZE];

	fprintf(out, "\n%s of --rule:\n", title);
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s%s%s", keys[i].name,
			 keys[i].part ? " " : "",
			 keys[i].part ? keys[i].part : "");
		print_entry(name, keys[i].help, out);
	}
}

static void print_rules(FILE *out)
{
	fputs(rule_usage, out);
	print_rule_keys("Matches", rule_matches, RULE_MATCH_COUNT, out);
	print_rule_keys("Settings", rule_settings, RULE_SETTING_COUNT, out);
}

void config_print_help(FILE *out)
{
	fputs(usage, out);
	for (enum config_section section = 0; section < CONFIG_SECTION_COUNT;
	     section++) {
		fprintf(out, "\n%s:\n", section_titles[section]);
		for (size_t i = 0; i < config_flag_count; i++)
			if (config_flags[i].section == section)
				print_flag(&config_flags[i], out);
	}
	print_neighbor_keys(out);
	print_rules(out);
	fputs(exit_codes, out);
}

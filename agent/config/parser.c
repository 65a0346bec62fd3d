// SPDX-License-Identifier: BSD-2-Clause
/* Places, errors, and the step that all values go through. See parser.h. */

#include "config/parser.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config/entry.h"
#include "config/flag.h"
#include "core/suggest.h"

/* ------------------------------------------------------------- errors */

static struct place *place_of_flag(const struct parser *parser,
				   const struct option *flag, size_t index)
{
	size_t first = parser->first_place[flag - flag_table];

	return (struct place *)&parser->places[first + index];
}

const char *parser_place_format(const struct parser *parser,
				const struct option *flag, size_t index,
				char text[PARSER_PLACE_SIZE])
{
	const struct place *place = place_of_flag(parser, flag, index);

	if (place->file)
		snprintf(text, PARSER_PLACE_SIZE, "%s:%u", place->file,
			 place->line);
	else
		snprintf(text, PARSER_PLACE_SIZE, "the command line");
	return text;
}

void parser_point_at(struct parser *parser, const char *flag, size_t index)
{
	parser->flag = flag_find(flag);
	parser->value = NULL;
	parser->index = index;
	parser->place = *place_of_flag(parser, parser->flag, index);
}

bool parser_keep(struct parser *parser, char *name)
{
	char **kept = reallocarray(parser->kept, parser->kept_count + 1,
				   sizeof(*kept));

	if (!kept)
		return false;
	parser->kept = kept;
	kept[parser->kept_count++] = name;
	return true;
}

void parser_release(struct parser *parser)
{
	for (size_t i = 0; i < parser->kept_count; i++)
		free(parser->kept[i]);
	free(parser->kept);
	parser->kept = NULL;
	parser->kept_count = 0;
}

static void print_place(const struct parser *parser)
{
	if (parser->place.file)
		fprintf(parser->errors, "%s:%u: ", parser->place.file,
			parser->place.line);
	else
		fputs("headgate: ", parser->errors);
}

/* Begin a line of the report. */
static void begin_error(struct parser *parser)
{
	parser->error_count++;
	print_place(parser);
}

void parser_complain(struct parser *parser, const char *format, ...)
{
	va_list arguments;

	begin_error(parser);
	va_start(arguments, format);
	vfprintf(parser->errors, format, arguments);
	va_end(arguments);
	fputc('\n', parser->errors);
}

/* Write the value, or the head of a compound one. */
static void print_pointed_at(const struct parser *parser, FILE *out)
{
	const struct option *flag = parser->flag;

	if (flag->entry)
		option_print(flag->entry->head,
			     flag_entry(parser->config, flag, parser->index),
			     out);
	else
		flag_print(parser->config, flag, parser->index, out);
}

/* Write the subject of an error: the flag, its value, a part of that. */
static void print_subject(const struct parser *parser)
{
	const struct option *flag = parser->flag;
	const struct parser_part *part = &parser->part;
	FILE *out = parser->errors;

	fprintf(out, "--%s", flag->name);
	if (flag->traits & OPTION_SECRET) {
		/* The value stays out of logs. */
	} else if (parser->value) {
		fprintf(out, "%s%s", *parser->value ? " " : "", parser->value);
	} else if (!flag->kind->bare) {
		fputc(' ', out);
		print_pointed_at(parser, out);
	}
	fputs(": ", out);
	if (part->name)
		fprintf(out, part->is_key ? "%s=%s: " : "%s '%s': ", part->name,
			part->value);
}

bool parser_reject(struct parser *parser, const char *format, ...)
{
	va_list arguments;

	begin_error(parser);
	print_subject(parser);
	va_start(arguments, format);
	vfprintf(parser->errors, format, arguments);
	va_end(arguments);
	fputc('\n', parser->errors);
	return false;
}

void parser_warn(struct parser *parser, const char *format, ...)
{
	va_list arguments;

	print_place(parser);
	fputs("warning: ", parser->errors);
	va_start(arguments, format);
	vfprintf(parser->errors, format, arguments);
	va_end(arguments);
	fputc('\n', parser->errors);
}

void parser_warn_about(struct parser *parser, const char *format, ...)
{
	va_list arguments;

	print_place(parser);
	fputs("warning: ", parser->errors);
	print_subject(parser);
	va_start(arguments, format);
	vfprintf(parser->errors, format, arguments);
	va_end(arguments);
	fputc('\n', parser->errors);
}

/* Report "given before on PLACE; keep only one": where entry `index` stands. */
static bool reject_repeated(struct parser *parser, size_t index)
{
	char place[PARSER_PLACE_SIZE];

	return parser_reject(parser, "given before on %s; keep only one",
			     parser_place_format(parser, parser->flag, index,
						 place));
}

/* ------------------------------------------------------------- values */

void parser_init(struct parser *parser, struct config *config, FILE *errors)
{
	size_t places = 0;

	assert(flag_count <= PARSER_MAX_FLAGS);
	memset(parser, 0, sizeof(*parser));
	parser->config = config;
	parser->errors = errors;
	for (size_t i = 0; i < flag_count; i++) {
		const struct option *flag = &flag_table[i];

		parser->first_place[i] = places;
		places += flag->entries ? flag->entries : 1;
	}
	assert(places <= PARSER_MAX_PLACES);
}

/* Read one entry of a list. A failed one may have read a secret. */
static void append_entry(struct parser *parser, const struct option *flag,
			 const char *text)
{
	size_t count = flag_values(parser->config, flag);
	const struct value value = { flag, text,
				     flag_entry(parser->config, flag, count) };

	if (count == flag->entries) {
		parser_reject(parser, "at most %zu are supported%s%s",
			      flag->entries, flag->advice ? "; " : "",
			      flag->advice ? flag->advice : "");
		return;
	}
	memset(value.member, 0, flag->size);
	if (flag->kind->parse(parser, &value)) {
		*place_of_flag(parser, flag, count) = parser->place;
		flag_set_values(parser->config, flag, count + 1);
	} else {
		explicit_bzero(value.member, flag->size);
	}
}

static void append_entries(struct parser *parser, const struct option *flag,
			   const char *value)
{
	char *copy = strdup(value);
	char *rest = copy, *item;

	if (!copy)
		parser_reject(parser, "out of memory");
	while (copy && (item = strsep(&rest, ",")))
		append_entry(parser, flag, item);
	free(copy);
}

/*
 * True if the flag was given before from the same side: of two values in
 * files, or of two on the command line, either could be meant.
 */
static bool is_repeated(const struct parser *parser, const struct option *flag)
{
	return parser->given[flag - flag_table] && !flag->entries &&
	       flag->stage == OPTION_VALUE &&
	       !place_of_flag(parser, flag, 0)->file == !parser->place.file;
}

/* True if other users could see the secret; the error says so. */
static bool reject_public_secret(struct parser *parser)
{
	const char *file = parser->place.file;

	if (!(parser->flag->traits & OPTION_SECRET) ||
	    (file && !parser->file_is_public))
		return false;
	if (file)
		parser_reject(parser,
			      "%s is accessible to all users; run chmod o= on "
			      "it, or give --%s-file",
			      file, parser->flag->name);
	else
		parser_reject(parser,
			      "not on the command line, which the list of "
			      "processes shows to all users; give --%s-file, "
			      "or put it into a private --config file",
			      parser->flag->name);
	return true;
}

void parser_apply(struct parser *parser, const struct option *flag,
		  const char *value)
{
	bool repeated = is_repeated(parser, flag);
	char metavar[OPTION_CHOICES_SIZE], implied[OPTION_CHOICES_SIZE];
	bool has_value;

	parser->flag = flag;
	parser->value = value ? value : "";
	if (flag->implied && !*parser->value)
		value = option_implied(flag, implied);
	has_value = value && *value;
	parser->given[flag - flag_table] = true;
	if (!flag->kind->bare && !has_value)
		parser_complain(parser, "--%s: the value is missing; give %s",
				flag->name, option_metavar(flag, metavar));
	else if (flag->kind->bare && has_value)
		parser_reject(parser, "takes no value; leave it out");
	else if (reject_public_secret(parser))
		parser->value = "";
	else if (repeated)
		reject_repeated(parser, 0);
	else if (flag->traits & OPTION_COMMAS)
		append_entries(parser, flag, value);
	else if (flag->entries)
		append_entry(parser, flag, value);
	else
		option_parse(parser, flag, value, parser->config);
	if (!repeated && !flag->entries)
		*place_of_flag(parser, flag, 0) = parser->place;
}

/* ------------------------------------------------------------- checks */

void parser_check_repeated(struct parser *parser)
{
	const struct option *flag = parser->flag;
	const void *entry = flag_entry(parser->config, flag, parser->index);

	for (size_t i = 0; i < parser->index; i++)
		if (!memcmp(flag_entry(parser->config, flag, i), entry,
			    flag->identity)) {
			reject_repeated(parser, i);
			return;
		}
}

/* True if the host has such an interface, or its interfaces are unknown. */
static bool host_has(const struct parser *parser, const char *wanted)
{
	const char *const *name = parser->host_interfaces;

	for (; name && *name; name++)
		if (!strcmp(*name, wanted))
			return true;
	return !name;
}

void parser_check_interface(struct parser *parser, const char *name)
{
	struct suggestion nearest = suggestion_for(name);

	if (parser->config->agent.wait_interfaces || host_has(parser, name))
		return;
	for (size_t i = 0; parser->host_interfaces[i]; i++)
		suggestion_offer(&nearest, parser->host_interfaces[i]);
	if (nearest.name)
		parser_reject(parser,
			      "this host has no such interface; did you mean "
			      "'%s'?",
			      nearest.name);
	else
		parser_reject(parser, "this host has no such interface; `ip "
				      "link` lists them");
}

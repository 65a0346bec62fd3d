// SPDX-License-Identifier: BSD-2-Clause
/* Files of flags, line by line. See file.h. */

#include "config/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "config/flag.h"
#include "config/parser.h"

static const char blanks[] = " \t\r\n\v\f";
static const char config_ending[] = ".conf";

/* Cut the line before its comment, if it has one. */
static void cut_comment(char *line)
{
	for (char *mark = strchr(line, '#'); mark; mark = strchr(mark + 1, '#'))
		if (mark == line || strchr(blanks, mark[-1])) {
			*mark = '\0';
			return;
		}
}

static void cut_trailing_blanks(char *line)
{
	size_t length = strlen(line);

	while (length && strchr(blanks, line[length - 1]))
		line[--length] = '\0';
}

/* End the flag's name where its value begins; return the value, or "". */
static char *split_value(char *name)
{
	char *end = name + strcspn(name, " \t\r\n\v\f=");
	char *value = end + strspn(end, blanks);

	if (*value == '=')
		value += 1 + strspn(value + 1, blanks);
	*end = '\0';
	return value;
}

static void read_line(struct parser *parser, char *line)
{
	const struct option *flag;
	char *name, *value;

	cut_comment(line);
	cut_trailing_blanks(line);
	name = line + strspn(line, blanks);
	if (!*name)
		return;
	value = split_value(name);
	flag = flag_find(name);
	if (!flag)
		flag_complain_unknown(parser, name, "");
	else if (flag->stage != OPTION_VALUE)
		parser_complain(parser,
				"'%s' is not for files; give --%s on the "
				"command line",
				name, name);
	else
		parser_apply(parser, flag, value);
}

static bool is_public(FILE *in)
{
	struct stat about;

	return !fstat(fileno(in), &about) && about.st_mode & S_IRWXO;
}

void file_read(struct parser *parser, FILE *in, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	parser->place = (struct place){ .file = name };
	parser->file_is_public = is_public(in);
	while ((length = getline(&line, &size, in)) >= 0) {
		parser->place.line++;
		if (strlen(line) != (size_t)length)
			parser_complain(parser,
					"the line has a NUL byte; the file "
					"must be text");
		else
			read_line(parser, line);
	}
	free(line);
	parser->place = (struct place){ .file = NULL };
}

/* ------------------------------------------------------------- --config */

/* Read a file; `value` is what the command line says. */
static bool read_file(struct parser *parser, const struct value *value,
		      const char *name)
{
	FILE *in = fopen(name, "re");
	bool failed;

	if (in)
		file_read(parser, in, name);
	failed = !in || ferror(in);
	parser->flag = value->option;
	parser->value = name;
	if (failed)
		parser_reject(parser, "cannot be %s: %s",
			      in ? "read" : "opened", strerror(errno));
	if (in)
		fclose(in);
	return !failed;
}

static int is_config_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	size_t ending = strlen(config_ending);

	return entry->d_name[0] != '.' && length > ending &&
	       !strcmp(entry->d_name + length - ending, config_ending);
}

/* In the order of bytes, whatever the locale is. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool read_entry(struct parser *parser, const struct value *value,
		       const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", value->text, name) < 0)
		return parser_reject(parser, "out of memory");
	if (!parser_keep(parser, path)) {
		free(path);
		return parser_reject(parser, "out of memory");
	}
	return read_file(parser, value, path);
}

static bool read_folder(struct parser *parser, const struct value *value)
{
	struct dirent **entries;
	int count =
		scandir(value->text, &entries, is_config_name, compare_names);
	bool ok = true;

	if (count < 0)
		return parser_reject(parser, "cannot be opened: %s",
				     strerror(errno));
	for (int i = 0; i < count; i++) {
		ok = read_entry(parser, value, entries[i]->d_name) && ok;
		free(entries[i]);
	}
	free(entries);
	return ok;
}

static bool parse_file(struct parser *parser, const struct value *value)
{
	struct stat about;

	if (!stat(value->text, &about) && S_ISDIR(about.st_mode))
		return read_folder(parser, value);
	return read_file(parser, value, value->text);
}

const struct kind kind_file = { parse_file, NULL };

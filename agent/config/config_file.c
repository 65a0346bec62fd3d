// SPDX-License-Identifier: BSD-2-Clause
/* Files of flags, line by line. See config_file.h. */

#include "config/config_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "config/config_parser.h"
#include "config/config_table.h"

static const char blanks[] = " \t\r\n\v\f";

/* Cuts the line before its comment, if it has one. */
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

/* Ends the flag's name where its value begins; returns the value, maybe "". */
static char *split_value(char *name)
{
	char *end = name + strcspn(name, " \t\r\n\v\f=");
	char *value = end + strspn(end, blanks);

	if (*value == '=')
		value += 1 + strspn(value + 1, blanks);
	*end = '\0';
	return value;
}

static void read_line(struct config_parser *parser, char *line)
{
	const struct config_flag *flag;
	char *name, *value;

	cut_comment(line);
	cut_trailing_blanks(line);
	name = line + strspn(line, blanks);
	if (!*name)
		return;
	value = split_value(name);
	flag = config_flag_find(name);
	if (!flag)
		config_complain_unknown(parser, name, "");
	else if (flag->stage != CONFIG_STAGE_VALUE)
		config_complain(parser,
				"'%s' has no place in a file; give --%s on the "
				"command line",
				name, name);
	else
		config_apply(parser, flag, value);
}

void config_file_read(struct config_parser *parser, FILE *in, const char *name)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	parser->place = (struct config_place){ .file = name };
	while ((length = getline(&line, &size, in)) >= 0) {
		parser->place.line++;
		if (strlen(line) != (size_t)length)
			config_complain(parser,
					"a NUL byte; the file is not text");
		else
			read_line(parser, line);
	}
	free(line);
	parser->place = (struct config_place){ .file = NULL };
}

bool config_file_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *path)
{
	FILE *in = fopen(path, "re");
	bool ok = true;

	if (!in)
		return config_reject(parser, "cannot be opened: %s",
				     strerror(errno));
	config_file_read(parser, in, path);
	if (ferror(in)) {
		parser->flag = flag;
		parser->value = path;
		ok = config_reject(parser, "cannot be read: %s",
				   strerror(errno));
	}
	fclose(in);
	return ok;
}

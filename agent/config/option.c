// SPDX-License-Identifier: BSD-2-Clause
/* Tables of options. See option.h. */

#include "config/option.h"

#include <inttypes.h>
#include <string.h>

#include "core/suggest.h"

bool option_parse(struct parser *parser, const struct option *option,
		  const char *text, void *object)
{
	const struct value value = { option, text,
				     (char *)object + option->offset };

	return option->kind->parse(parser, &value);
}

void option_print(const struct option *option, const void *object, FILE *out)
{
	const struct value value = { option, NULL,
				     (char *)object + option->offset };

	option->kind->print(&value, out);
}

const struct option *option_find(const struct option *options, size_t count,
				 const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(options[i].name, name))
			return &options[i];
	return NULL;
}

size_t option_first_word(const struct option *option)
{
	return strcspn(option->name, " ");
}

const struct option *option_suggest(const struct option *options, size_t count,
				    const char *word)
{
	struct suggestion suggestion = suggestion_for(word);
	const struct option *nearest = NULL;
	char name[OPTION_CHOICES_SIZE];

	for (size_t i = 0; i < count; i++) {
		size_t distance = suggestion.distance;

		snprintf(name, sizeof(name), "%.*s",
			 (int)option_first_word(&options[i]), options[i].name);
		suggestion_offer(&suggestion, name);
		if (suggestion.distance < distance)
			nearest = &options[i];
	}
	return nearest;
}

const char *option_metavar(const struct option *option,
			   char text[OPTION_CHOICES_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	if (option->metavar)
		snprintf(text, OPTION_CHOICES_SIZE, "%s", option->metavar);
	for (size_t i = 0; !option->metavar && i < option->name_count; i++) {
		if (!option->names[i])
			continue;
		if (used)
			text[used++] = '|';
		used += (size_t)snprintf(text + used,
					 OPTION_CHOICES_SIZE - used, "%s",
					 option->names[i]);
	}
	return text;
}

const char *option_implied(const struct option *option,
			   char text[OPTION_CHOICES_SIZE])
{
	if (option->names)
		snprintf(text, OPTION_CHOICES_SIZE, "%s",
			 option->names[option->implied]);
	else
		snprintf(text, OPTION_CHOICES_SIZE, "%" PRIu64,
			 option->implied);
	return text;
}

size_t option_choice(const char *const *names, size_t count, const char *name)
{
	size_t i = 0;

	while (i < count && (!names[i] || strcmp(names[i], name)))
		i++;
	return i;
}

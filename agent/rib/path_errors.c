// SPDX-License-Identifier: BSD-2-Clause
/* Prefixes that an error took away. See path_errors.h. */

#include "rib/path_errors.h"

#include <stdio.h>
#include <stdlib.h>

void path_errors_free(struct path_errors *errors)
{
	free(errors->entries);
	*errors = (struct path_errors){ 0 };
}

static struct path_error *find_error(const struct path_errors *errors,
				     const struct prefix *prefix)
{
	for (size_t i = 0; i < errors->count; i++)
		if (prefix_equal(&errors->entries[i].prefix, prefix))
			return &errors->entries[i];
	return NULL;
}

static struct path_error *oldest_error(const struct path_errors *errors)
{
	struct path_error *oldest = errors->entries;

	for (size_t i = 1; i < errors->count; i++)
		if (errors->entries[i].time_ms < oldest->time_ms)
			oldest = &errors->entries[i];
	return oldest;
}

/* Return the entry for a prefix, with any contents; NULL: out of memory. */
static struct path_error *error_place(struct path_errors *errors,
				      const struct prefix *prefix)
{
	struct path_error *found = find_error(errors, prefix);

	if (!errors->entries)
		errors->entries =
			calloc(PATH_ERRORS_MAX, sizeof(*errors->entries));
	if (found || !errors->entries)
		return found;
	return errors->count < PATH_ERRORS_MAX ?
		       &errors->entries[errors->count++] :
		       oldest_error(errors);
}

void path_errors_add(struct path_errors *errors, const struct prefix *prefix,
		     uint64_t now_ms, const char *text)
{
	struct path_error *entry = error_place(errors, prefix);

	errors->total++;
	if (!entry)
		return;
	entry->prefix = *prefix;
	entry->time_ms = now_ms;
	snprintf(entry->text, sizeof(entry->text), "%s", text);
}

void path_errors_remove(struct path_errors *errors, const struct prefix *prefix)
{
	struct path_error *found = find_error(errors, prefix);

	if (found)
		*found = errors->entries[--errors->count];
}

const struct path_error *path_errors_find(const struct path_errors *errors,
					  const struct prefix *prefix)
{
	return find_error(errors, prefix);
}

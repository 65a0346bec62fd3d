// SPDX-License-Identifier: BSD-2-Clause
/* The list of views, and the search in it. See view.h. */

#include "view.h"

#include <string.h>

#include "view_table.h"

/* In the order of the help */
const struct view *const views[] = {
	&view_status,	&view_host,	   &view_neighbors, &view_neighbor,
	&view_config,	&view_routes_from, &view_routes_to, &view_routes,
	&view_route,	&view_vips,	   &view_nexthops,  &view_drains,
	&view_filters,	&view_groups,	   &view_flows,	    &view_events,
	&view_counters,
};

const size_t view_count = COUNT_OF(views);

const struct view *view_find(const char *what)
{
	for (size_t i = 0; i < view_count; i++)
		if (!strcmp(views[i]->what, what) && !views[i]->keyword)
			return views[i];
	return NULL;
}

/*
 * Return the view of that name, or the first that begins so and takes as many
 * words: "ne" is neighbors, and "ne 10.1.0.12" one neighbor.
 */
static const struct view *find_abbreviated(int count, char *const *words)
{
	const struct view *view = view_find(words[0]);

	for (size_t i = 0; !view && i < view_count; i++)
		if (!strncmp(views[i]->what, words[0], strlen(words[0])) &&
		    !views[i]->keyword &&
		    (views[i]->argument != NULL) == (count > 1))
			view = views[i];
	return view;
}

const struct view *view_find_words(int count, char *const *words)
{
	for (size_t i = 0; count > 1 && i < view_count; i++)
		if (!strncmp(views[i]->what, words[0], strlen(words[0])) &&
		    views[i]->keyword && !strcmp(views[i]->keyword, words[1]))
			return views[i];
	return count ? find_abbreviated(count, words) : NULL;
}

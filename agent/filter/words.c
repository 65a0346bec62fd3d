// SPDX-License-Identifier: BSD-2-Clause
/* A rule in words. See words.h. */

#include "filter/words.h"

#include "bgp/codec/flowspec_text.h"

const char *filter_match_words(const struct filter_row *row,
			       char buffer[FILTER_WORDS_SIZE])
{
	char prefix[PREFIX_TEXT_SIZE];
	struct text text = text_of(buffer, FILTER_WORDS_SIZE);

	if (row->origin == FILTER_SOURCES)
		text_add(&text, "vip %s source none of %u",
			 prefix_format(&row->vip, prefix), row->source_count);
	else if (row->origin == FILTER_BLACKHOLE)
		text_add(&text, "vip %s", prefix_format(&row->vip, prefix));
	else
		flowspec_show(&text, row->rule, row->ipv6);
	text_mark_cut(&text);
	return buffer;
}

const char *filter_action_words(const struct filter_row *row,
				char buffer[FILTER_WORDS_SIZE])
{
	struct text text = text_of(buffer, FILTER_WORDS_SIZE);

	if (row->origin == FILTER_SOURCES || row->origin == FILTER_BLACKHOLE)
		text_add(&text, " drop");
	else
		flowspec_actions_show(&text, &row->actions);
	return buffer + 1;
}

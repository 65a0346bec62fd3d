/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILTER_WORDS_H
#define FILTER_WORDS_H

/* A rule of the book in words, for lists and events. Pure. */

#include "bgp/codec/text.h"
#include "filter/book.h"

enum filter_words_sizes {
	FILTER_WORDS_SIZE = FLOWSPEC_TEXT_SIZE,
};

/* Write what the rule matches, cut where it is too long; returns `buffer`. */
const char *filter_match_words(const struct filter_row *row,
			       char buffer[FILTER_WORDS_SIZE]);
/* Write what becomes of the packets; returns a part of `buffer`. */
const char *filter_action_words(const struct filter_row *row,
				char buffer[FILTER_WORDS_SIZE]);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

/*
 * "Did you mean ...?": the known name that is closest to a mistyped word.
 *
 *	struct suggestion suggestion = suggestion_for(word);
 *
 *	for (each known name)
 *		suggestion_offer(&suggestion, name);
 *	if (suggestion.name)
 *		fprintf(out, "; did you mean '%s'?", suggestion.name);
 */

#include <stddef.h>

struct suggestion {
	const char *word;
	const char *name; /* closest name so far; NULL: none is close */
	size_t distance;  /* only a name closer than this replaces it */
};

/* Start with `word`. It and the names stay the caller's. */
struct suggestion suggestion_for(const char *word);
/* Keep `name` if it is closer; the first of equally close names stays. */
void suggestion_offer(struct suggestion *suggestion, const char *name);

/*
 * Return Levenshtein's distance: the least number of characters to insert,
 * delete or replace to turn one text into the other, ignoring case. SIZE_MAX if
 * one is too long to be a name.
 */
size_t suggest_distance(const char *a, const char *b);

#endif

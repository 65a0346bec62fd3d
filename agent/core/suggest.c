// SPDX-License-Identifier: BSD-2-Clause
/* Did you mean ...? See suggest.h. */

#include "core/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum {
	LONGEST_NAME = 64,
	/* One error is accepted, and one more for each three letters. */
	LETTERS_PER_SLIP = 3,
	LETTERS_OF_A_START = 3,
};

static size_t smaller_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * Compute the table of Wagner and Fischer row by row: row[j] is the distance
 * between the part of `a` read so far and the first j characters of `b`.
 */
size_t suggest_distance(const char *a, const char *b)
{
	size_t row[LONGEST_NAME + 1];
	size_t width = strlen(b);

	if (strlen(a) > LONGEST_NAME || width > LONGEST_NAME)
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0]++;

		for (size_t j = 1; j <= width; j++) {
			size_t replaced =
				diagonal + !same_letter(a[i], b[j - 1]);
			size_t moved = smaller_size(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = smaller_size(replaced, moved);
		}
	}
	return row[width];
}

struct suggestion suggestion_for(const char *word)
{
	return (struct suggestion){
		.word = word,
		.distance = 2 + strlen(word) / LETTERS_PER_SLIP,
	};
}

/* True for "xdp" and "xdp-mode", or "vip-prefix" and "vip". */
static bool one_starts_the_other(const char *a, const char *b)
{
	size_t length = smaller_size(strlen(a), strlen(b));

	return length >= LETTERS_OF_A_START && !strncasecmp(a, b, length);
}

void suggestion_offer(struct suggestion *suggestion, const char *name)
{
	size_t distance = suggest_distance(suggestion->word, name);

	/* A missing half counts as one error, however long it is. */
	if (distance > 1 && one_starts_the_other(suggestion->word, name))
		distance = 1;
	/* A word that shares no letter with the name does not mean it. */
	if (distance >= suggestion->distance || distance >= strlen(name))
		return;
	suggestion->name = name;
	suggestion->distance = distance;
}

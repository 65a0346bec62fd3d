/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

/*
 * One row of a table of options: a flag, a key of a compound value such as
 * --neighbor, or the words of a match or setting in --rule. Parsing, the
 * canonical form, --help and suggestions are loops over such tables; a new
 * option is one new row.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct entry;
struct option;
struct parser;
struct quantity;

/* A value of an option: its text and where it is stored. */
struct value {
	const struct option *option;
	const char *text; /* NULL while it is printed */
	void *member;
};

/* How values of a kind are read and written. */
struct kind {
	/*
	 * Store the value in its member, or report by parser_reject(), which
	 * returns false, and leave the member as it is.
	 */
	bool (*parse)(struct parser *parser, const struct value *value);
	/* Write the member so that it parses back to itself. */
	void (*print)(const struct value *value, FILE *out);
	bool bare;			 /* the name is all of it: no value */
	const struct quantity *quantity; /* its units; NULL: not a number */
};

/* When a flag is read; the command line is read once for each stage. */
enum option_stage {
	OPTION_VALUE,	/* last, and the only one that a file may hold */
	OPTION_FILE,	/* before, so that the command line wins */
	OPTION_REQUEST, /* first: --help must work beside anything */
};

enum option_traits {
	/* Flags. */
	OPTION_REQUIRED = 1 << 0,
	OPTION_DERIVED = 1 << 1, /* the default is the value of another flag */
	OPTION_COMMAS = 1 << 2,	 /* a value is several entries of a list */
	OPTION_SECRET = 1 << 12, /* in private files only, never printed */
	/* Numbers. */
	OPTION_OR_ZERO = 1 << 3, /* 0 is possible below the minimum */
	OPTION_POWER_OF_TWO = 1 << 4,
	/* Keys: part of the canonical form even if nothing was given. */
	OPTION_ALWAYS = 1 << 5,
	OPTION_REKEYED = 1 << 13, /* a session goes on with another one */
	/* Rule words. */
	OPTION_REPEATABLE = 1 << 6, /* a rule may have several of it */
	OPTION_SINGLE = 1 << 7,	    /* one value, never several in braces */
	OPTION_PATTERN = 1 << 8,    /* values in quotes, one after another */
	OPTION_OR_LONGER = 1 << 9,  /* "or-longer" may follow */
	OPTION_TWO_WORDS = 1 << 10, /* a value is two words */
	OPTION_WILDCARDS = 1 << 11, /* communities: "*" for a number */
};

/* The effect of a changed value on an agent that runs: docs/reload.md. */
enum option_effect {
	EFFECT_UNDECIDED, /* a flag or key without a decision: a mistake */
	EFFECT_NONE,	  /* not a value of the configuration */
	EFFECT_LIVE,	  /* it counts at once */
	EFFECT_CONNECT,	  /* it counts from the next connection on */
	EFFECT_JUDGE,	  /* routes are judged again */
	EFFECT_DECIDE,	  /* sets are chosen and announced again */
	EFFECT_RESET,	  /* the sessions of the neighbor are reset */
	EFFECT_RESTART,	  /* the agent has to be restarted */
	EFFECT_COUNT,
};

/* Where a value goes: `member` of struct `type`. */
#define OPTION_MEMBER(type, member)              \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)NULL)->member)
/* A value out of a table of names, which are indexed by value. */
#define OPTION_NAMES(table) .names = (table), .name_count = COUNT_OF(table)

struct option {
	const char *name;    /* of a rule word: "as-path first" */
	const char *metavar; /* NULL: made out of `names`, or no value */
	const char *help;
	const struct kind *kind; /* NULL: a rule word without a value */
	/* Flags and keys: its change in a reload. Rules change as a whole. */
	enum option_effect effect;
	unsigned int traits; /* enum option_traits */
	size_t offset; /* in struct config, an entry or union rule_value */
	size_t size;   /* of the member, or of one entry of a list */
	uint64_t minimum;
	uint64_t maximum;
	const char *const *names; /* a hole is NULL and no choice */
	size_t name_count;

	/* Flags. */
	const char *heading; /* of --help, in front of this flag */
	enum option_stage stage;
	int request;	     /* enum config_request */
	size_t entries;	     /* most entries of a list; 0: not a list */
	size_t count_offset; /* of the number of entries, in struct config */
	size_t identity;     /* first bytes of an entry that are its own */
	const char *advice;  /* on more entries than that */
	const struct entry *entry; /* values that are compound */

	/* The value of a flag or key without one; 0: it needs one. */
	uint64_t implied;

	/* Keys. */
	uint64_t usual; /* a default that depends on other keys */
	size_t content; /* offset of the struct secret in the file; or 0 */

	/* Communities: the word for all of them. */
	const char *everything;
};

enum option_sizes {
	OPTION_CHOICES_SIZE = 160,
};

/* Read or write the option's member of `object`: an entry, a rule value. */
bool option_parse(struct parser *parser, const struct option *option,
		  const char *text, void *object);
void option_print(const struct option *option, const void *object, FILE *out);

/* Return the option of that name, or NULL. */
const struct option *option_find(const struct option *options, size_t count,
				 const char *name);
/* Return the option whose first word is closest to a mistyped one, or NULL. */
const struct option *option_suggest(const struct option *options, size_t count,
				    const char *word);
/* Return the length of the first word of the name: "as-path first" has two. */
size_t option_first_word(const struct option *option);
/* Write "N", or "a|b|c", or "" for a bare option. Return `text`. */
const char *option_metavar(const struct option *option,
			   char text[OPTION_CHOICES_SIZE]);
/* Write the value that the name alone implies. Return `text`. */
const char *option_implied(const struct option *option,
			   char text[OPTION_CHOICES_SIZE]);
/* Return the value of a name, or `count`. */
size_t option_choice(const char *const *names, size_t count, const char *name);

#endif

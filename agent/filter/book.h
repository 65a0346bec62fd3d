/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILTER_BOOK_H
#define FILTER_BOOK_H

/*
 * The book of filters: the rules of the configuration, and those of neighbors,
 * with what became of each. It makes the lists that the program reads. Pure but
 * for the sink.
 *
 *	options		the options of this room
 *	compile		one rule as the program evaluates it
 *	book		the rules, and putting them in force
 *	words		a rule in words
 *	rule, lists	inside: one rule, and the lists made of all
 *
 * Rules of the configuration come first, in the order they are given. Then come
 * blackholes, in the order of their prefixes, and Flow Specifications as RFC 8955
 * 5.1 orders them. Where not all fit, the last ones stay out, until others go.
 */

#include "bgp/codec/flowspec_action.h"
#include "core/address.h"
#include "datapath/filters.h"
#include "filter/options.h"
#include "headgate/abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum filter_origin {
	FILTER_SOURCES,	  /* sources= of --vip */
	FILTER_LOCAL,	  /* --filter */
	FILTER_BLACKHOLE, /* a route with BLACKHOLE: RFC 7999 */
	FILTER_FLOWSPEC,  /* a Flow Specification: RFC 8955 */
	FILTER_ORIGIN_COUNT,
	FILTER_FIRST_LEARNED = FILTER_BLACKHOLE,
};

enum filter_book_limits {
	FILTER_MAX_BLACKHOLES = HG_MAX_FILTERS, /* of all neighbors */
	FILTER_MAX_FLOWSPECS = HG_MAX_FILTERS,	/* of one, in force or not */
};

extern const char *const filter_origin_names[FILTER_ORIGIN_COUNT];

/* Put lists in force: datapath_set_filters() */
struct filter_sink {
	int (*set)(void *context, const struct datapath_filters *wanted,
		   uint16_t *slots);
	void *context;
};

/* One rule, for all who look */
struct filter_row {
	enum filter_origin origin;
	struct address neighbor; /* that sent it; zero: the configuration */
	struct prefix vip;	 /* its destination */
	uint32_t source_count;	 /* of FILTER_SOURCES */
	bool ipv6;
	struct reader rule; /* of FILTER_LOCAL and FILTER_FLOWSPEC */
	struct flowspec_actions actions;
	const char *judgment; /* why its neighbor may not have it, or NULL */
	const char *refusal;  /* why it is not in force; NULL: nothing */
	uint16_t slot;	      /* of the datapath; 0: not in force */
};

struct filter_book;

/* The caller frees with filter_book_free(). NULL: out of memory. */
struct filter_book *filter_book_new(const struct filter_sink *sink);
void filter_book_free(struct filter_book *book);

/*
 * Take the options, which must outlive the book, and put them in force with
 * filter_book_apply(). -EINVAL with a sentence in `error`: a rule cannot be
 * evaluated, or there are too many; then nothing has changed.
 */
int filter_book_configure(struct filter_book *book,
			  const struct filter_options *options,
			  char error[FLOWSPEC_ERROR_SIZE]);

/*
 * Have all packets to a prefix dropped, as a neighbor asks; a second time does
 * nothing. Returns 0, -ENOSPC if there are FILTER_MAX_BLACKHOLES, or -ENOMEM. It
 * counts from the next filter_book_apply() on.
 */
int filter_book_learn(struct filter_book *book, const struct address *neighbor,
		      const struct prefix *prefix);
/* Forget that. Returns whether it was reported to be in force. */
bool filter_book_withdraw(struct filter_book *book,
			  const struct address *neighbor,
			  const struct prefix *prefix);

/* A checked Flow Specification of a neighbor */
struct filter_flowspec {
	struct address neighbor;
	bool ipv6;
	struct reader rule;
};

/*
 * Learn one with its actions; `judgment` says why it must not be in force, or is
 * NULL. It replaces the one with the same match. Returns 0, -ENOSPC if the
 * neighbor has FILTER_MAX_FLOWSPECS, or -ENOMEM.
 */
int filter_book_learn_flowspec(struct filter_book *book,
			       const struct filter_flowspec *from,
			       const struct flowspec_actions *actions,
			       const char *judgment);
/* The same. */
bool filter_book_withdraw_flowspec(struct filter_book *book,
				   const struct filter_flowspec *from);

/* Return why a Flow Specification must not be in force, or NULL. */
typedef const char *filter_judge(const struct filter_row *row, void *context);
/* Ask again for all Flow Specifications. */
void filter_book_judge(struct filter_book *book, filter_judge *judge,
		       void *context);
/* Return how many Flow Specifications there are of a neighbor, or of all (NULL). */
size_t filter_book_flowspecs(const struct filter_book *book,
			     const struct address *neighbor);

/* Forget all of a neighbor. Returns how many were reported to be in force. */
size_t filter_book_forget(struct filter_book *book,
			  const struct address *neighbor);

/*
 * Put all rules in force that fit. Returns 0 or -errno; after an error what was
 * in force stays.
 */
int filter_book_apply(struct filter_book *book);
/* True if something has changed since the last one that was successful. */
bool filter_book_is_dirty(const struct filter_book *book);

/*
 * Return the next rule of a neighbor that is in force or refused otherwise than
 * was reported, from `*index` on, and count it as reported. False: there is none.
 */
bool filter_book_take_news(struct filter_book *book, size_t *index,
			   struct filter_row *row);
/* Return how many blackholes did not fit. */
size_t filter_book_refused(const struct filter_book *book);

/* Walk over the rules, in order. */
size_t filter_book_count(const struct filter_book *book);
void filter_book_row(const struct filter_book *book, size_t index,
		     struct filter_row *row);
/* Return the index of the rule with a slot, or SIZE_MAX. */
size_t filter_book_find(const struct filter_book *book, uint16_t slot);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* The book of filters. See book.h. */

#include "filter/book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/compile.h"
#include "filter/lists.h"
#include "filter/rule.h"

struct filter_book {
	struct filter_sink sink;
	struct filter_options options;
	struct filter_rule **rules; /* in the order they are tried */
	size_t count;
	size_t learned[FILTER_ORIGIN_COUNT]; /* of them: the last ones */
	size_t room;
	bool dirty;
};

const char *const filter_origin_names[FILTER_ORIGIN_COUNT] = {
	[FILTER_SOURCES] = "sources",
	[FILTER_LOCAL] = "local",
	[FILTER_BLACKHOLE] = "blackhole",
	[FILTER_FLOWSPEC] = "flowspec",
};

struct filter_book *filter_book_new(const struct filter_sink *sink)
{
	struct filter_book *book = calloc(1, sizeof(*book));

	if (book)
		book->sink = *sink;
	return book;
}

void filter_book_free(struct filter_book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < book->count; i++)
		free(book->rules[i]);
	free(book->rules);
	free(book);
}

/* ------------------------------------------------------------- rules */

/* Return where the rules of neighbors begin. */
static size_t first_learned(const struct filter_book *book)
{
	return book->count - book->learned[FILTER_BLACKHOLE] -
	       book->learned[FILTER_FLOWSPEC];
}

/* Insert a rule, which becomes the book's. Returns 0 or -ENOMEM. */
static int insert_rule(struct filter_book *book, size_t at,
		       struct filter_rule *rule)
{
	if (book->count == book->room) {
		size_t room = book->room ? 2 * book->room : 16;
		struct filter_rule **grown =
			reallocarray(book->rules, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		book->rules = grown;
		book->room = room;
	}
	memmove(book->rules + at + 1, book->rules + at,
		(book->count - at) * sizeof(*book->rules));
	book->rules[at] = rule;
	book->count++;
	book->learned[rule->origin] += filter_rule_is_learned(rule);
	book->dirty = true;
	return 0;
}

/* Insert a rule, or free it. */
static int insert_or_free(struct filter_book *book, size_t at,
			  struct filter_rule *rule)
{
	int err = rule ? insert_rule(book, at, rule) : -ENOMEM;

	if (err)
		free(rule);
	return err;
}

/* Return whether it was reported to be in force. */
static bool remove_rule(struct filter_book *book, size_t at)
{
	struct filter_rule *rule = book->rules[at];
	bool was_reported = rule->reported;

	book->learned[rule->origin] -= filter_rule_is_learned(rule);
	book->count--;
	memmove(book->rules + at, book->rules + at + 1,
		(book->count - at) * sizeof(*book->rules));
	book->dirty = true;
	free(rule);
	return was_reported;
}

/* ------------------------------------------------------------- in force */

int filter_book_apply(struct filter_book *book)
{
	struct filter_lists_built built;
	int err = filter_lists_build(&built, book->rules, book->count,
				     &book->options);

	if (!err)
		err = book->sink.set(book->sink.context, &built.wanted,
				     built.slots);
	if (!err) {
		for (size_t i = 0; i < book->count; i++)
			book->rules[i]->slot = 0;
		for (uint32_t i = 0; i < built.filter_count; i++)
			built.owners[i]->slot = built.slots[i];
		book->dirty = false;
	}
	filter_lists_release(&built);
	return err;
}

bool filter_book_is_dirty(const struct filter_book *book)
{
	return book->dirty;
}

/* ------------------------------------------------------------- configuration */

static int add_local(struct filter_book *book, size_t at,
		     const struct flowspec_rule *from,
		     char error[FLOWSPEC_ERROR_SIZE])
{
	struct filter_rule *rule = filter_rule_new(FILTER_LOCAL, from->ipv6,
						   flowspec_rule_reader(from));
	const char *reason;

	if (!rule)
		return -ENOMEM;
	rule->actions = from->actions;
	reason = filter_rule_compile(rule);
	if (!reason)
		return insert_or_free(book, at, rule);
	snprintf(error, FLOWSPEC_ERROR_SIZE, "filter %zu: %s", at + 1, reason);
	free(rule);
	return -EINVAL;
}

/* The filter that counts what the sources of a --vip drop */
static int add_sources_rule(struct filter_book *book,
			    const struct filter_vip_options *vip)
{
	bool ipv6 = !address_is_ipv4(&vip->vip.address);
	struct filter_rule *rule =
		filter_rule_new(FILTER_SOURCES, ipv6, reader_of(NULL, 0));

	if (!rule)
		return -ENOMEM;
	rule->vip = vip->vip;
	rule->source_count = vip->source_count;
	rule->compiled.identity = filter_identity(&vip->vip, sizeof(vip->vip),
						  ipv6, FILTER_SOURCES);
	return insert_or_free(book, 0, rule);
}

static void remove_local(struct filter_book *book)
{
	size_t kept = first_learned(book);

	for (size_t i = 0; i < kept; i++)
		free(book->rules[i]);
	book->count -= kept;
	memmove(book->rules, book->rules + kept,
		book->count * sizeof(*book->rules));
	book->dirty = true;
}

static int add_options(struct filter_book *book,
		       const struct filter_options *options,
		       char error[FLOWSPEC_ERROR_SIZE])
{
	int err = 0;

	for (size_t i = 0; i < options->rule_count && !err; i++)
		err = add_local(book, i, &options->rules[i], error);
	for (size_t i = options->vip_count; i-- > 0 && !err;)
		if (options->vips[i].has_sources)
			err = add_sources_rule(book, &options->vips[i]);
	return err;
}

/* Let the rules of the configuration be those of `options`. */
static int replace_options(struct filter_book *book,
			   const struct filter_options *options,
			   char error[FLOWSPEC_ERROR_SIZE])
{
	int err;

	if (book->rules)
		remove_local(book);
	book->options = *options;
	err = add_options(book, options, error);
	if (!err)
		err = filter_book_apply(book);
	return err;
}

int filter_book_configure(struct filter_book *book,
			  const struct filter_options *options,
			  char error[FLOWSPEC_ERROR_SIZE])
{
	const struct filter_options before = book->options;
	char ignored[FLOWSPEC_ERROR_SIZE];
	int err;

	snprintf(error, FLOWSPEC_ERROR_SIZE, "filters: out of memory");
	err = replace_options(book, options, error);
	if (!err)
		return 0;
	if (err == -E2BIG)
		snprintf(error, FLOWSPEC_ERROR_SIZE,
			 "filters: more than fit: %d, %d for a VIP, %d sources",
			 HG_MAX_FILTERS, HG_MAX_FILTERS_OF_VIP,
			 HG_MAX_FILTER_SOURCES);
	else if (err != -EINVAL && err != -ENOMEM)
		snprintf(error, FLOWSPEC_ERROR_SIZE,
			 "filters: cannot be written: %s", strerror(-err));
	replace_options(book, &before, ignored);
	return err;
}

/* ------------------------------------------------------------- neighbors */

/* Find where a learned rule is, or would be. True if it is there. */
static bool find_rule(const struct filter_book *book,
		      const struct filter_rule *wanted, size_t *at)
{
	size_t first = first_learned(book), behind = book->count;

	while (first < behind) {
		size_t middle = first + (behind - first) / 2;
		int order = filter_rule_compare(book->rules[middle], wanted);

		*at = middle;
		if (!order)
			return true;
		if (order < 0)
			first = middle + 1;
		else
			behind = middle;
	}
	*at = first;
	return false;
}

/* The filter that drops all packets to a prefix; NULL: out of memory */
static struct filter_rule *blackhole_of(const struct address *neighbor,
					const struct prefix *prefix)
{
	bool ipv6 = !address_is_ipv4(&prefix->address);
	struct filter_rule *rule =
		filter_rule_new(FILTER_BLACKHOLE, ipv6, reader_of(NULL, 0));

	if (!rule)
		return NULL;
	rule->neighbor = *neighbor;
	rule->vip = *prefix;
	rule->compiled.actions = HG_FILTER_DROP;
	rule->compiled.outcome = HG_DROPPED_BLACKHOLE;
	rule->compiled.identity = filter_identity(prefix, sizeof(*prefix), ipv6,
						  FILTER_BLACKHOLE) ^
				  filter_identity(neighbor, sizeof(*neighbor),
						  false, FILTER_BLACKHOLE)
					  << 1;
	return rule;
}

int filter_book_learn(struct filter_book *book, const struct address *neighbor,
		      const struct prefix *prefix)
{
	struct filter_rule *rule = blackhole_of(neighbor, prefix);
	size_t at;
	int err = 0;

	if (!rule)
		return -ENOMEM;
	if (!find_rule(book, rule, &at)) {
		if (book->learned[FILTER_BLACKHOLE] < FILTER_MAX_BLACKHOLES)
			return insert_or_free(book, at, rule);
		err = -ENOSPC;
	}
	free(rule);
	return err;
}

bool filter_book_withdraw(struct filter_book *book,
			  const struct address *neighbor,
			  const struct prefix *prefix)
{
	const struct filter_rule wanted = {
		.origin = FILTER_BLACKHOLE,
		.neighbor = *neighbor,
		.vip = *prefix,
	};
	size_t at;

	return find_rule(book, &wanted, &at) && remove_rule(book, at);
}

static struct filter_rule *flowspec_of(const struct filter_flowspec *from)
{
	struct filter_rule *rule =
		filter_rule_new(FILTER_FLOWSPEC, from->ipv6, from->rule);

	if (rule)
		rule->neighbor = from->neighbor;
	return rule;
}

/* Take a judgment. What the program cannot do is never in force. */
static void judge_rule(struct filter_book *book, struct filter_rule *rule,
		       const char *judgment)
{
	const char *was = rule->invalid;

	rule->judgment = judgment;
	rule->invalid = judgment ? judgment : rule->inability;
	book->dirty |= rule->invalid != was;
}

/* Give a rule other actions. */
static void change_actions(struct filter_book *book, struct filter_rule *rule,
			   const struct flowspec_actions *actions)
{
	rule->actions = *actions;
	rule->reported = false;
	filter_rule_compile(rule);
	book->dirty = true;
}

int filter_book_learn_flowspec(struct filter_book *book,
			       const struct filter_flowspec *from,
			       const struct flowspec_actions *actions,
			       const char *judgment)
{
	struct filter_rule *rule = flowspec_of(from);
	size_t at;
	int err = 0;

	if (!rule)
		return -ENOMEM;
	if (find_rule(book, rule, &at)) {
		if (memcmp(&book->rules[at]->actions, actions,
			   sizeof(*actions)) != 0)
			change_actions(book, book->rules[at], actions);
		judge_rule(book, book->rules[at], judgment);
	} else if (filter_book_flowspecs(book, &from->neighbor) ==
		   FILTER_MAX_FLOWSPECS) {
		err = -ENOSPC;
	} else {
		change_actions(book, rule, actions);
		judge_rule(book, rule, judgment);
		return insert_or_free(book, at, rule);
	}
	free(rule);
	return err;
}

bool filter_book_withdraw_flowspec(struct filter_book *book,
				   const struct filter_flowspec *from)
{
	struct filter_rule *wanted = flowspec_of(from);
	bool was_in_force;
	size_t at;

	/* A rule stays rather than that another one goes. */
	if (!wanted)
		return false;
	was_in_force = find_rule(book, wanted, &at) && remove_rule(book, at);
	free(wanted);
	return was_in_force;
}

size_t filter_book_flowspecs(const struct filter_book *book,
			     const struct address *neighbor)
{
	size_t count = 0;

	if (!neighbor)
		return book->learned[FILTER_FLOWSPEC];
	for (size_t i = book->count - book->learned[FILTER_FLOWSPEC];
	     i < book->count; i++)
		count += address_equal(&book->rules[i]->neighbor, neighbor);
	return count;
}

size_t filter_book_forget(struct filter_book *book,
			  const struct address *neighbor)
{
	size_t kept = first_learned(book), count = book->count, reported = 0;

	for (size_t i = kept; i < count; i++) {
		struct filter_rule *rule = book->rules[i];

		if (!address_equal(&rule->neighbor, neighbor)) {
			book->rules[kept++] = rule;
			continue;
		}
		reported += rule->reported;
		book->learned[rule->origin]--;
		book->count--;
		book->dirty = true;
		free(rule);
	}
	return reported;
}

/* ------------------------------------------------------------- views */

static struct filter_row row_of(const struct filter_rule *rule)
{
	return (struct filter_row){
		.origin = rule->origin,
		.neighbor = rule->neighbor,
		.vip = rule->vip,
		.source_count = rule->source_count,
		.ipv6 = rule->ipv6,
		.rule = filter_rule_reader(rule),
		.actions = rule->actions,
		.judgment = rule->judgment,
		.refusal = rule->invalid ? rule->invalid : rule->refusal,
		.slot = rule->slot,
	};
}

void filter_book_judge(struct filter_book *book, filter_judge *judge,
		       void *context)
{
	for (size_t i = book->count - book->learned[FILTER_FLOWSPEC];
	     i < book->count; i++) {
		struct filter_rule *rule = book->rules[i];
		const struct filter_row row = row_of(rule);

		judge_rule(book, rule, judge(&row, context));
	}
}

bool filter_book_take_news(struct filter_book *book, size_t *index,
			   struct filter_row *row)
{
	if (*index < first_learned(book))
		*index = first_learned(book);
	for (; *index < book->count; (*index)++) {
		struct filter_rule *rule = book->rules[*index];

		*row = row_of(rule);
		if (rule->reported == (row->slot != 0) &&
		    rule->reported_refusal == row->refusal)
			continue;
		rule->reported = row->slot != 0;
		rule->reported_refusal = row->refusal;
		(*index)++;
		return true;
	}
	return false;
}

size_t filter_book_refused(const struct filter_book *book)
{
	size_t first = first_learned(book), count = 0;

	for (size_t i = 0; i < book->learned[FILTER_BLACKHOLE]; i++)
		count += book->rules[first + i]->refusal != NULL;
	return count;
}

size_t filter_book_count(const struct filter_book *book)
{
	return book->count;
}

void filter_book_row(const struct filter_book *book, size_t index,
		     struct filter_row *row)
{
	*row = row_of(book->rules[index]);
}

size_t filter_book_find(const struct filter_book *book, uint16_t slot)
{
	for (size_t i = 0; slot && i < book->count; i++)
		if (book->rules[i]->slot == slot)
			return i;
	return SIZE_MAX;
}

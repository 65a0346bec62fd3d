// SPDX-License-Identifier: BSD-2-Clause
/* The book of filters. See book.h. */

#include "filter/book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/compile.h"

/* A rule, from anywhere */
struct filter_rule {
	enum filter_origin origin;
	struct address neighbor;
	bool ipv6;
	uint16_t size;
	uint8_t *bytes;
	struct flowspec_actions actions;
	const char *refusal;
	struct prefix vip; /* its destination */
	uint32_t source_count;
	struct hg_filter compiled;
	uint16_t slot;
};

struct filter_book {
	struct filter_sink sink;
	struct filter_options options;
	struct filter_rule *rules; /* in the order they are tried */
	size_t count;
	size_t learned; /* of them: the last ones, by compare_learned() */
	size_t room;
	bool dirty;
};

const char *const filter_origin_names[FILTER_ORIGIN_COUNT] = {
	[FILTER_SOURCES] = "sources",
	[FILTER_LOCAL] = "local",
	[FILTER_BLACKHOLE] = "blackhole",
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
		free(book->rules[i].bytes);
	free(book->rules);
	free(book);
}

static struct reader rule_reader(const struct filter_rule *rule)
{
	return reader_of(rule->bytes, rule->size);
}

static bool is_learned(const struct filter_rule *rule)
{
	return rule->origin == FILTER_BLACKHOLE;
}

/* ------------------------------------------------------------- rules */

/* Insert a rule, whose bytes become the book's. Returns 0 or -ENOMEM. */
static int insert_rule(struct filter_book *book, size_t at,
		       const struct filter_rule *rule)
{
	if (book->count == book->room) {
		size_t room = book->room ? 2 * book->room : 16;
		struct filter_rule *grown =
			reallocarray(book->rules, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		book->rules = grown;
		book->room = room;
	}
	memmove(book->rules + at + 1, book->rules + at,
		(book->count - at) * sizeof(*book->rules));
	book->rules[at] = *rule;
	book->count++;
	book->learned += is_learned(rule);
	book->dirty = true;
	return 0;
}

static void remove_rule(struct filter_book *book, size_t at)
{
	free(book->rules[at].bytes);
	book->learned -= is_learned(&book->rules[at]);
	book->count--;
	memmove(book->rules + at, book->rules + at + 1,
		(book->count - at) * sizeof(*book->rules));
	book->dirty = true;
}

static int set_bytes(struct filter_rule *rule, struct reader bytes)
{
	rule->bytes = malloc(bytes.left ? bytes.left : 1);
	rule->size = (uint16_t)bytes.left;
	if (!rule->bytes)
		return -ENOMEM;
	if (bytes.left)
		memcpy(rule->bytes, bytes.data, bytes.left);
	return 0;
}

/* Compile a rule whose other members are set. Return why not, or NULL. */
static const char *compile_rule(struct filter_rule *rule)
{
	const char *reason = filter_compile(rule_reader(rule), rule->ipv6,
					    &rule->actions, &rule->compiled,
					    &rule->vip);

	rule->compiled.identity = filter_identity(rule->bytes, rule->size,
						  rule->ipv6, rule->origin);
	return reason;
}

/* ------------------------------------------------------------- lists */

/* A set of lists while it is built for the datapath */
struct build {
	struct hg_filter *filters;
	struct filter_rule **owners; /* the rule of each filter */
	uint32_t filter_count;
	struct datapath_filter_list *lists;
	uint32_t list_count;
	uint16_t *places;
	size_t place_count;
	size_t place_room;
	uint16_t *slots;
	bool again; /* rules were refused that are in it */
};

static void build_release(struct build *build)
{
	free(build->filters);
	free(build->owners);
	free(build->lists);
	free(build->places);
	free(build->slots);
}

static bool has_list(const struct build *build, const struct prefix *prefix)
{
	for (uint32_t i = 0; i < build->list_count; i++)
		if (prefix_equal(&build->lists[i].prefix, prefix))
			return true;
	return false;
}

static void add_list(struct build *build, const struct prefix *prefix)
{
	if (!has_list(build, prefix))
		build->lists[build->list_count++].prefix = *prefix;
}

/* Note each prefix whose VIPs have a list of their own. */
static void find_lists(const struct filter_book *book, struct build *build)
{
	const struct filter_options *options = &book->options;

	for (size_t i = 0; i < book->count; i++)
		if (!book->rules[i].refusal &&
		    book->rules[i].origin != FILTER_SOURCES)
			add_list(build, &book->rules[i].vip);
	for (size_t i = 0;
	     filter_options_have_sources(options) && i < options->vip_count;
	     i++)
		add_list(build, &options->vips[i].vip);
}

/* Refuse a rule that does not fit. False: it is one of the configuration. */
static bool refuse_rule(struct filter_rule *rule)
{
	if (is_learned(rule))
		rule->refusal = "more filters than fit";
	return is_learned(rule);
}

/* Copy the filters that are in force next. False: too many. */
static bool find_filters(struct filter_book *book, struct build *build)
{
	for (size_t i = 0; i < book->count; i++) {
		struct filter_rule *rule = &book->rules[i];

		if (build->filter_count == HG_MAX_FILTERS && !refuse_rule(rule))
			return false;
		if (rule->refusal)
			continue;
		build->owners[build->filter_count] = rule;
		build->filters[build->filter_count++] = rule->compiled;
	}
	return true;
}

/* Return the longest --vip around a prefix, or NULL. */
static const struct filter_vip_options *
options_of(const struct filter_options *options, const struct prefix *prefix)
{
	const struct filter_vip_options *best = NULL;

	for (size_t i = 0; i < options->vip_count; i++) {
		const struct filter_vip_options *vip = &options->vips[i];

		if (prefix_covers(&vip->vip, prefix) &&
		    (!best || vip->vip.length > best->vip.length))
			best = vip;
	}
	return best;
}

/* Let a list have the sources of its --vip. */
static void add_sources(const struct filter_book *book, struct build *build,
			struct datapath_filter_list *list)
{
	const struct filter_vip_options *vip =
		options_of(&book->options, &list->prefix);

	if (!vip || !vip->has_sources)
		return;
	list->has_sources = true;
	list->sources = vip->sources;
	list->source_count = vip->source_count;
	for (uint32_t i = 0; i < build->filter_count; i++)
		if (build->owners[i]->origin == FILTER_SOURCES &&
		    prefix_equal(&build->owners[i]->vip, &vip->vip))
			list->sources_filter = (uint16_t)i;
}

/* Add the filters that cover a list's prefix. False: too many. */
static bool fill_list(struct build *build, struct datapath_filter_list *list)
{
	list->order = build->places + build->place_count;
	for (uint32_t i = 0; i < build->filter_count; i++) {
		struct filter_rule *rule = build->owners[i];

		if (rule->origin == FILTER_SOURCES ||
		    !prefix_covers(&rule->vip, &list->prefix))
			continue;
		if (list->count < HG_MAX_FILTERS_OF_VIP &&
		    build->place_count < build->place_room) {
			build->places[build->place_count++] = (uint16_t)i;
			list->count++;
		} else if (refuse_rule(rule)) {
			build->again = true;
		} else {
			return false;
		}
	}
	return true;
}

static bool build_allocate(const struct filter_book *book, struct build *build)
{
	size_t most = book->count + book->options.vip_count + 1;

	build->place_room = HG_FILTER_PLACES;
	build->filters = calloc(most, sizeof(*build->filters));
	build->owners = calloc(most, sizeof(*build->owners));
	build->lists = calloc(most, sizeof(*build->lists));
	build->slots = calloc(most, sizeof(*build->slots));
	build->places = calloc(build->place_room, sizeof(*build->places));
	return build->filters && build->owners && build->lists &&
	       build->slots && build->places;
}

/* Build all lists of the rules that are not refused. Returns 0 or -errno. */
static int build_lists(struct filter_book *book, struct build *build)
{
	if (!build_allocate(book, build))
		return -ENOMEM;
	if (!find_filters(book, build))
		return -E2BIG;
	find_lists(book, build);
	for (uint32_t i = 0; i < build->list_count; i++) {
		if (!fill_list(build, &build->lists[i]))
			return -E2BIG;
		add_sources(book, build, &build->lists[i]);
	}
	return 0;
}

/* Build all lists of as many rules as fit: without those that were refused. */
static int build_what_fits(struct filter_book *book, struct build *build)
{
	int err;

	for (size_t i = 0; i < book->count; i++)
		book->rules[i].refusal = NULL;
	do {
		build_release(build);
		*build = (struct build){ 0 };
		err = build_lists(book, build);
	} while (!err && build->again);
	return err;
}

int filter_book_apply(struct filter_book *book)
{
	struct build build = { 0 };
	int err = build_what_fits(book, &build);

	if (!err) {
		const struct datapath_filters wanted = {
			.filters = build.filters,
			.filter_count = build.filter_count,
			.lists = build.lists,
			.list_count = build.list_count,
		};

		err = book->sink.set(book->sink.datapath, &wanted, build.slots);
	}
	if (!err) {
		for (size_t i = 0; i < book->count; i++)
			book->rules[i].slot = 0;
		for (uint32_t i = 0; i < build.filter_count; i++)
			build.owners[i]->slot = build.slots[i];
		book->dirty = false;
	}
	build_release(&build);
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
	struct filter_rule rule = {
		.origin = FILTER_LOCAL,
		.ipv6 = from->ipv6,
		.actions = from->actions,
	};
	const char *reason;
	int err = set_bytes(&rule, flowspec_rule_reader(from));

	if (err)
		return err;
	reason = compile_rule(&rule);
	if (reason) {
		snprintf(error, FLOWSPEC_ERROR_SIZE, "filter %zu: %s", at + 1,
			 reason);
		err = -EINVAL;
	}
	if (!err)
		err = insert_rule(book, at, &rule);
	if (err)
		free(rule.bytes);
	return err;
}

/* The filter that counts what the sources of a --vip drop */
static int add_sources_rule(struct filter_book *book,
			    const struct filter_vip_options *vip)
{
	struct filter_rule rule = {
		.origin = FILTER_SOURCES,
		.vip = vip->vip,
		.ipv6 = !address_is_ipv4(&vip->vip.address),
		.source_count = vip->source_count,
	};

	rule.compiled.identity = filter_identity(&vip->vip, sizeof(vip->vip),
						 rule.ipv6, FILTER_SOURCES);
	return insert_rule(book, 0, &rule);
}

static void remove_local(struct filter_book *book)
{
	for (size_t i = book->count; i-- > 0;)
		if (!is_learned(&book->rules[i]))
			remove_rule(book, i);
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

static int compare_learned(const struct filter_rule *a,
			   const struct filter_rule *b)
{
	int order = prefix_compare(&a->vip, &b->vip);

	return order ? order : address_compare(&a->neighbor, &b->neighbor);
}

/* Find where a learned rule is, or would be. True if it is there. */
static bool find_rule(const struct filter_book *book,
		      const struct filter_rule *wanted, size_t *at)
{
	size_t first = book->count - book->learned, behind = book->count;

	while (first < behind) {
		size_t middle = first + (behind - first) / 2;
		int order = compare_learned(&book->rules[middle], wanted);

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

/* The filter that drops all packets to a prefix */
static struct filter_rule blackhole_of(const struct address *neighbor,
				       const struct prefix *prefix)
{
	struct filter_rule rule = {
		.origin = FILTER_BLACKHOLE,
		.neighbor = *neighbor,
		.vip = *prefix,
		.ipv6 = !address_is_ipv4(&prefix->address),
		.compiled = { .actions = HG_FILTER_DROP,
			      .outcome = HG_DROPPED_BLACKHOLE },
	};

	rule.compiled.identity = filter_identity(prefix, sizeof(*prefix),
						 rule.ipv6, FILTER_BLACKHOLE) ^
				 filter_identity(neighbor, sizeof(*neighbor),
						 false, FILTER_BLACKHOLE)
					 << 1;
	return rule;
}

int filter_book_learn(struct filter_book *book, const struct address *neighbor,
		      const struct prefix *prefix)
{
	const struct filter_rule rule = blackhole_of(neighbor, prefix);
	size_t at;

	if (find_rule(book, &rule, &at))
		return 0;
	if (book->learned == HG_MAX_FILTERS)
		return -ENOSPC;
	return insert_rule(book, at, &rule);
}

void filter_book_withdraw(struct filter_book *book,
			  const struct address *neighbor,
			  const struct prefix *prefix)
{
	const struct filter_rule rule = blackhole_of(neighbor, prefix);
	size_t at;

	if (find_rule(book, &rule, &at))
		remove_rule(book, at);
}

void filter_book_forget(struct filter_book *book,
			const struct address *neighbor)
{
	for (size_t i = book->count; i-- > book->count - book->learned;)
		if (address_equal(&book->rules[i].neighbor, neighbor))
			remove_rule(book, i);
}

/* ------------------------------------------------------------- views */

size_t filter_book_refused(const struct filter_book *book)
{
	size_t count = 0;

	for (size_t i = 0; i < book->count; i++)
		count += book->rules[i].refusal != NULL;
	return count;
}

size_t filter_book_count(const struct filter_book *book)
{
	return book->count;
}

void filter_book_row(const struct filter_book *book, size_t index,
		     struct filter_row *row)
{
	const struct filter_rule *rule = &book->rules[index];

	*row = (struct filter_row){
		.origin = rule->origin,
		.neighbor = rule->neighbor,
		.vip = rule->vip,
		.source_count = rule->source_count,
		.ipv6 = rule->ipv6,
		.rule = rule_reader(rule),
		.actions = rule->actions,
		.refusal = rule->refusal,
		.slot = rule->slot,
	};
}

size_t filter_book_find(const struct filter_book *book, uint16_t slot)
{
	for (size_t i = 0; slot && i < book->count; i++)
		if (book->rules[i].slot == slot)
			return i;
	return SIZE_MAX;
}

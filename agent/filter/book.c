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
	return rule->origin >= FILTER_BLACKHOLE;
}

/* ------------------------------------------------------------- rules */

/* Whether a learned rule comes before another one */
static int compare_learned(const struct filter_rule *a,
			   const struct filter_rule *b)
{
	int order = (int)a->origin - (int)b->origin;

	if (!order)
		order = (int)a->ipv6 - (int)b->ipv6;
	if (!order)
		order = flowspec_compare(rule_reader(a), rule_reader(b),
					 a->ipv6);
	return order ? order : address_compare(&a->neighbor, &b->neighbor);
}

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
	book->dirty = true;
	return 0;
}

static void remove_rule(struct filter_book *book, size_t at)
{
	free(book->rules[at].bytes);
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
	if (rule->origin == FILTER_BLACKHOLE)
		rule->compiled.outcome = HG_DROPPED_BLACKHOLE;
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

/* Copy the filters that are in force next. */
static void find_filters(struct filter_book *book, struct build *build)
{
	for (size_t i = 0; i < book->count; i++) {
		struct filter_rule *rule = &book->rules[i];

		if (rule->refusal)
			continue;
		build->owners[build->filter_count] = rule;
		build->filters[build->filter_count++] = rule->compiled;
	}
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
		if (build->owners[i]->origin == FILTER_SOURCES ||
		    !prefix_covers(&build->owners[i]->vip, &list->prefix))
			continue;
		if (build->place_count == build->place_room)
			return false;
		build->places[build->place_count++] = (uint16_t)i;
		list->count++;
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

/* Build all lists. Returns 0, -ENOMEM or -E2BIG. */
static int build_lists(struct filter_book *book, struct build *build)
{
	if (!build_allocate(book, build))
		return -ENOMEM;
	find_filters(book, build);
	if (build->filter_count > HG_MAX_FILTERS)
		return -E2BIG;
	find_lists(book, build);
	for (uint32_t i = 0; i < build->list_count; i++) {
		if (!fill_list(build, &build->lists[i]))
			return -E2BIG;
		add_sources(book, build, &build->lists[i]);
	}
	return 0;
}

int filter_book_apply(struct filter_book *book)
{
	struct build build = { 0 };
	int err = build_lists(book, &build);

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

/* Find where a learned rule is, or would be. True if it is there. */
static bool find_rule(const struct filter_book *book,
		      const struct filter_rule *wanted, size_t *at)
{
	for (*at = 0; *at < book->count; ++*at) {
		const struct filter_rule *rule = &book->rules[*at];
		int order;

		if (!is_learned(rule))
			continue;
		order = compare_learned(rule, wanted);
		if (order >= 0)
			return order == 0;
	}
	return false;
}

int filter_book_learn(struct filter_book *book, enum filter_origin origin,
		      const struct address *neighbor, struct reader bytes,
		      bool ipv6, const struct flowspec_actions *actions,
		      const char *refusal)
{
	struct filter_rule rule = {
		.origin = origin,
		.neighbor = *neighbor,
		.ipv6 = ipv6,
		.actions = *actions,
	};
	const char *reason;
	size_t at;
	int err = set_bytes(&rule, bytes);

	if (err)
		return err;
	reason = compile_rule(&rule);
	rule.refusal = refusal ? refusal : reason;
	if (find_rule(book, &rule, &at)) {
		rule.slot = book->rules[at].slot;
		free(book->rules[at].bytes);
		book->rules[at] = rule;
		book->dirty = true;
		return 0;
	}
	err = insert_rule(book, at, &rule);
	if (err)
		free(rule.bytes);
	return err;
}

bool filter_book_withdraw(struct filter_book *book, enum filter_origin origin,
			  const struct address *neighbor, struct reader bytes,
			  bool ipv6)
{
	struct filter_rule wanted = {
		.origin = origin,
		.neighbor = *neighbor,
		.ipv6 = ipv6,
		.size = (uint16_t)bytes.left,
		.bytes = (uint8_t *)(uintptr_t)bytes.data,
	};
	size_t at;

	if (!find_rule(book, &wanted, &at))
		return false;
	remove_rule(book, at);
	return true;
}

size_t filter_book_forget(struct filter_book *book, enum filter_origin origin,
			  const struct address *neighbor)
{
	size_t removed = 0;

	for (size_t i = book->count; i-- > 0;) {
		const struct filter_rule *rule = &book->rules[i];

		if (rule->origin != origin ||
		    !address_equal(&rule->neighbor, neighbor))
			continue;
		remove_rule(book, i);
		removed++;
	}
	return removed;
}

/* ------------------------------------------------------------- views */

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

// SPDX-License-Identifier: BSD-2-Clause
/* Filters in the program's tables. See filters.h. */

#include "datapath/filters.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/datapath_internal.h"

enum {
	GENERATION_BITS = 32, /* in front of the address in a key */
	MAPPED_BITS = 96,     /* in front of an IPv4 address */
	PLACES_PER_WORD = 4,
};

/* ------------------------------------------------------------- open */

int filters_open(struct filters *filters, int head, int order, int slots,
		 int use)
{
	int err = table_open(&filters->head, head);

	if (!err)
		err = table_open(&filters->order, order);
	if (!err)
		err = table_open(&filters->slots, slots);
	if (!err)
		err = table_open(&filters->use, use);
	filters->taken = calloc(HG_FILTER_SLOTS, sizeof(*filters->taken));
	return err ? err : filters->taken ? 0 : -ENOMEM;
}

void filters_close(struct filters *filters)
{
	for (uint32_t i = 0; i < filters->set_count; i++)
		free(filters->sets[i].prefixes);
	free(filters->sets);
	for (int i = 0; i < FILTER_GENERATIONS; i++)
		free(filters->written[i].prefixes);
	free(filters->taken);
	free(filters->outer);
	table_close(&filters->use);
	table_close(&filters->slots);
	table_close(&filters->order);
	table_close(&filters->head);
	*filters = (struct filters){ 0 };
}

static struct hg_filter_head *head_of(const struct filters *filters)
{
	return (struct hg_filter_head *)filters->head.words;
}

static struct hg_filter *filter_of(const struct filters *filters, uint32_t slot)
{
	return (struct hg_filter *)filters->slots.words + slot;
}

/* Return the lists of a generation, which is 1 or 2. */
static struct filter_lists *lists_of(struct filters *filters,
				     uint32_t generation)
{
	return &filters->written[(generation - 1) % FILTER_GENERATIONS];
}

/* ------------------------------------------------------------- keys */

static uint32_t key_length(const struct prefix *prefix)
{
	return GENERATION_BITS + prefix->length +
	       (address_is_ipv4(&prefix->address) ? MAPPED_BITS : 0);
}

static struct hg_filter_list_key list_key(const struct prefix *prefix,
					  uint32_t generation)
{
	bool ipv4 = address_is_ipv4(&prefix->address);
	struct hg_filter_list_key key = {
		.length = key_length(prefix),
		.generation = generation | (ipv4 ? 0 : HG_FILTER_LIST_IPV6),
	};

	memcpy(&key.address, prefix->address.bytes, sizeof(key.address));
	return key;
}

static struct hg_filter_source_key source_key(const struct prefix *prefix,
					      uint32_t set)
{
	struct hg_filter_source_key key = {
		.length = key_length(prefix),
		.set = set,
	};

	memcpy(&key.address, prefix->address.bytes, sizeof(key.address));
	return key;
}

static struct prefix prefix_of_key(const struct hg_filter_list_key *key)
{
	struct prefix prefix;

	memcpy(prefix.address.bytes, &key->address,
	       sizeof(prefix.address.bytes));
	prefix.length =
		(uint8_t)(key->length - GENERATION_BITS -
			  (address_is_ipv4(&prefix.address) ? MAPPED_BITS : 0));
	return prefix;
}

/* ------------------------------------------------------------- fit */

bool datapath_has_room_for_filters(const struct datapath_filters *wanted)
{
	const struct prefix *counted = NULL;
	uint32_t places = 0, sources = 0;

	if (wanted->filter_count > HG_MAX_FILTERS ||
	    wanted->list_count > HG_MAX_FILTER_LISTS)
		return false;
	for (uint32_t i = 0; i < wanted->list_count; i++) {
		const struct datapath_filter_list *list = &wanted->lists[i];

		if (list->count > HG_MAX_FILTERS_OF_VIP)
			return false;
		places += list->count;
		if (list->has_sources && list->sources != counted)
			sources += list->source_count;
		counted = list->sources;
	}
	return places <= HG_FILTER_PLACES && sources <= HG_MAX_FILTER_SOURCES;
}

/* ------------------------------------------------------------- slots */

/* Slots that are taken, in chains by the identity of their filters */
struct slot_index {
	uint16_t first[HG_FILTER_SLOTS];
	uint16_t next[HG_FILTER_SLOTS];
};

static void index_slots(const struct filters *filters, struct slot_index *index)
{
	memset(index, 0, sizeof(*index));
	for (uint32_t slot = HG_FILTER_SLOTS - 1; slot; slot--) {
		uint16_t *first;

		if (!filters->taken[slot])
			continue;
		first = &index->first[filter_of(filters, slot)->identity %
				      HG_FILTER_SLOTS];
		index->next[slot] = *first;
		*first = (uint16_t)slot;
	}
}

/* Return the slot that holds this filter already, or 0. */
static uint16_t held_slot(const struct filters *filters,
			  const struct slot_index *index, const bool *used,
			  const struct hg_filter *filter)
{
	uint16_t slot = index->first[filter->identity % HG_FILTER_SLOTS];

	while (slot && (used[slot] || memcmp(filter_of(filters, slot), filter,
					     sizeof(*filter)) != 0))
		slot = index->next[slot];
	return slot;
}

/* Return the first slot from `slot` on that no filter has or gets, or 0. */
static uint32_t free_slot(const struct filters *filters, const bool *wanted,
			  uint32_t slot)
{
	for (; slot < HG_FILTER_SLOTS; slot++)
		if (!filters->taken[slot] && !wanted[slot])
			return slot;
	return 0;
}

/* Forget what was counted, and let the rate begin with its whole burst. */
static int clear_slot(const struct filters *filters, uint32_t slot)
{
	const struct hg_filter_rate fresh = { .used_until = 0 };
	struct hg_filter_use *use = (struct hg_filter_use *)filters->use.words;
	uint32_t cpus = filters->use.entries / HG_FILTER_SLOTS;

	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		memset(use + cpu * HG_FILTER_SLOTS + slot, 0, sizeof(*use));
	return bpf_map_update_elem(filters->rates, &slot, &fresh, BPF_ANY);
}

/* Give each filter its slot, and write those that are new. */
static int place_filters(struct filters *filters,
			 const struct datapath_filters *wanted, bool *used,
			 uint16_t *slots)
{
	struct slot_index index;
	uint32_t free_from = 1;

	index_slots(filters, &index);
	for (uint32_t i = 0; i < wanted->filter_count; i++) {
		slots[i] =
			held_slot(filters, &index, used, &wanted->filters[i]);
		used[slots[i]] = slots[i] != 0;
	}
	for (uint32_t i = 0; i < wanted->filter_count; i++) {
		int err;

		if (slots[i])
			continue;
		slots[i] = (uint16_t)free_slot(filters, used, free_from);
		if (!slots[i])
			return -E2BIG;
		free_from = slots[i];
		used[slots[i]] = true;
		err = clear_slot(filters, slots[i]);
		if (err)
			return err;
		*filter_of(filters, slots[i]) = wanted->filters[i];
	}
	return 0;
}

/* ------------------------------------------------------------- sources */

static struct filter_set *
find_source_set(const struct filters *filters,
		const struct datapath_filter_list *list)
{
	for (uint32_t i = 0; i < filters->set_count; i++) {
		struct filter_set *set = &filters->sets[i];

		if (set->from == list->sources)
			return set;
		if (set->count == list->source_count &&
		    !memcmp(set->prefixes, list->sources,
			    set->count * sizeof(*set->prefixes)))
			return set;
	}
	return NULL;
}

static int write_set(const struct filters *filters,
		     const struct filter_set *set)
{
	const struct hg_filter_source taken = { .taken = 1 };

	for (uint32_t i = 0; i < set->count; i++) {
		struct hg_filter_source_key key =
			source_key(&set->prefixes[i], set->id);
		int err = bpf_map_update_elem(filters->sources, &key, &taken,
					      BPF_ANY);

		if (err)
			return err;
	}
	return 0;
}

static int add_source_set(struct filters *filters,
			  const struct datapath_filter_list *list, uint32_t *id)
{
	size_t size = list->source_count * sizeof(struct prefix);
	struct filter_set set = {
		.count = list->source_count,
		.used = true,
		.from = list->sources,
	};
	struct filter_set *grown = realloc(
		filters->sets, (filters->set_count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	filters->sets = grown;
	set.prefixes = malloc(size ? size : 1);
	if (!set.prefixes)
		return -ENOMEM;
	if (size)
		memcpy(set.prefixes, list->sources, size);
	set.id = ++head_of(filters)->sets;
	filters->sets[filters->set_count++] = set;
	*id = set.id;
	return write_set(filters, &set);
}

/* Make the set of a list, unless there is an equal one. */
static int use_set(struct filters *filters,
		   const struct datapath_filter_list *list, uint32_t *id)
{
	struct filter_set *set = find_source_set(filters, list);

	if (!set)
		return add_source_set(filters, list, id);
	set->used = true;
	set->from = list->sources;
	*id = set->id;
	return 0;
}

/* Remove the sets that the lists in force have not used. */
static void remove_sets(struct filters *filters)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < filters->set_count; i++) {
		struct filter_set *set = &filters->sets[i];

		if (set->used) {
			set->used = false;
			set->from = NULL;
			filters->sets[kept++] = *set;
			continue;
		}
		for (uint32_t at = 0; at < set->count; at++) {
			struct hg_filter_source_key key =
				source_key(&set->prefixes[at], set->id);

			bpf_map_delete_elem(filters->sources, &key);
		}
		free(set->prefixes);
	}
	filters->set_count = kept;
}

/* After an error it is not known which sets the lists in force use. */
static void keep_sets(struct filters *filters)
{
	for (uint32_t i = 0; i < filters->set_count; i++)
		filters->sets[i].used = true;
}

/* ------------------------------------------------------------- lists */

static int note_list(struct filter_lists *lists, const struct prefix *prefix)
{
	struct prefix *grown =
		realloc(lists->prefixes, (lists->count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	lists->prefixes = grown;
	lists->prefixes[lists->count++] = *prefix;
	return 0;
}

static void remove_lists(struct filters *filters, uint32_t generation)
{
	struct filter_lists *lists = lists_of(filters, generation);

	for (uint32_t i = 0; i < lists->count; i++) {
		struct hg_filter_list_key key =
			list_key(&lists->prefixes[i], generation);

		bpf_map_delete_elem(filters->lists, &key);
	}
	free(lists->prefixes);
	*lists = (struct filter_lists){ 0 };
}

static void write_place(const struct filters *filters, uint32_t place,
			uint16_t slot)
{
	struct hg_filter_order *order =
		(struct hg_filter_order *)filters->order.words;

	order[place / PLACES_PER_WORD].slots[place % PLACES_PER_WORD] = slot;
}

static int write_list(struct filters *filters,
		      const struct datapath_filter_list *list,
		      uint32_t generation, uint32_t first,
		      const uint16_t *slots)
{
	struct hg_filter_list_key key = list_key(&list->prefix, generation);
	struct hg_filter_list value = { .first = first, .count = list->count };
	int err = 0;

	for (uint32_t i = 0; i < list->count; i++)
		write_place(filters, first + i, slots[list->order[i]]);
	if (list->has_sources) {
		value.sources_filter = slots[list->sources_filter];
		err = use_set(filters, list, &value.sources);
	}
	if (!err)
		err = note_list(lists_of(filters, generation), &list->prefix);
	return err ? err :
		     bpf_map_update_elem(filters->lists, &key, &value, BPF_ANY);
}

static int write_lists(struct filters *filters,
		       const struct datapath_filters *wanted,
		       uint32_t generation, const uint16_t *slots)
{
	uint32_t first = (generation - 1) * HG_FILTER_PLACES;
	int err = 0;

	for (uint32_t i = 0; i < wanted->list_count && !err; i++) {
		err = write_list(filters, &wanted->lists[i], generation, first,
				 slots);
		first += wanted->lists[i].count;
	}
	return err;
}

/* ------------------------------------------------------------- VIPs */

/* ::/0 contains no address of IPv4. */
int filter_prefix_compare(const struct prefix *a, const struct prefix *b)
{
	bool ipv4 = address_is_ipv4(&a->address);

	if (ipv4 != address_is_ipv4(&b->address))
		return ipv4 ? -1 : 1;
	return prefix_compare(a, b);
}

static int compare_outer(const void *a, const void *b)
{
	return filter_prefix_compare(a, b);
}

/* True if one of both contains the other. */
static bool overlaps(const struct prefix *a, const struct prefix *b)
{
	return prefix_covers(a, b) || prefix_covers(b, a);
}

/*
 * Note the prefixes that say whether a VIP has filters. Sorted, one that contains
 * others is in front of them. Without memory, those of before stay: -ENOMEM.
 */
static int note_outer(struct filters *filters, uint32_t generation)
{
	const struct filter_lists *lists = lists_of(filters, generation);
	struct prefix *outer = calloc(lists->count + 1, sizeof(*outer));
	uint32_t kept = 0;

	if (!outer)
		return -ENOMEM;
	if (lists->count)
		memcpy(outer, lists->prefixes, lists->count * sizeof(*outer));
	qsort(outer, lists->count, sizeof(*outer), compare_outer);
	for (uint32_t i = 0; i < lists->count; i++)
		if (!kept || !prefix_covers(&outer[kept - 1], &outer[i]))
			outer[kept++] = outer[i];
	free(filters->outer);
	filters->outer = outer;
	filters->outer_count = kept;
	return 0;
}

/* Those before and behind the VIP's place are the only ones that may overlap. */
bool filters_touch(const struct filters *filters, const struct prefix *vip)
{
	uint32_t first = 0, behind = filters->outer_count;

	while (first < behind) {
		uint32_t middle = first + (behind - first) / 2;

		if (filter_prefix_compare(&filters->outer[middle], vip) < 0)
			first = middle + 1;
		else
			behind = middle;
	}
	return (first && overlaps(&filters->outer[first - 1], vip)) ||
	       (first < filters->outer_count &&
		overlaps(&filters->outer[first], vip));
}

/* ------------------------------------------------------------- adopt */

/* Note the slots of a list that is in force. */
static void note_slots(struct filters *filters,
		       const struct hg_filter_list *list)
{
	const struct hg_filter_order *order =
		(const struct hg_filter_order *)filters->order.words;

	filters->taken[list->sources_filter % HG_FILTER_SLOTS] = true;
	for (uint32_t i = 0; i < list->count; i++) {
		uint32_t place = (list->first + i) % (2 * HG_FILTER_PLACES);
		uint16_t slot = order[place / PLACES_PER_WORD]
					.slots[place % PLACES_PER_WORD];

		filters->taken[slot % HG_FILTER_SLOTS] = true;
	}
	filters->taken[0] = false;
}

int filters_adopt(struct filters *filters)
{
	uint32_t generation = head_of(filters)->generation;
	struct hg_filter_list list;
	struct hg_filter_list_key key, next;
	bool any = false;
	int err = 0;

	while (!err && !bpf_map_get_next_key(filters->lists, any ? &key : NULL,
					     &next)) {
		struct prefix prefix = prefix_of_key(&next);
		uint32_t of = next.generation & ~(uint32_t)HG_FILTER_LIST_IPV6;

		err = note_list(lists_of(filters, of), &prefix);
		if (of == generation &&
		    !bpf_map_lookup_elem(filters->lists, &next, &list))
			note_slots(filters, &list);
		key = next;
		any = true;
	}
	if (!err && generation)
		err = note_outer(filters, generation);
	return err;
}

/* ------------------------------------------------------------- all of them */

static int put_in_force(struct filters *filters, uint32_t generation,
			const bool *used)
{
	int err = note_outer(filters, generation);

	if (err)
		return err;
	for (uint32_t slot = 1; slot < HG_FILTER_SLOTS; slot++)
		filters->taken[slot] = used[slot];
	__atomic_store_n(&head_of(filters)->generation, generation,
			 __ATOMIC_RELEASE);
	return 0;
}

static int write_filters(struct filters *filters,
			 const struct datapath_filters *wanted, uint16_t *slots)
{
	uint32_t was = head_of(filters)->generation;
	uint32_t generation = was == 1 ? 2 : 1;
	bool used[HG_FILTER_SLOTS] = { false };
	int err;

	remove_lists(filters, generation);
	remove_sets(filters);
	err = place_filters(filters, wanted, used, slots);
	if (!err)
		err = write_lists(filters, wanted, generation, slots);
	if (!err)
		err = put_in_force(filters, generation, used);
	if (err) {
		remove_lists(filters, generation);
		keep_sets(filters);
	}
	return err;
}

int datapath_set_filters(struct datapath *dp,
			 const struct datapath_filters *wanted, uint16_t *slots)
{
	int err = datapath_has_room_for_filters(wanted) ?
			  write_filters(&dp->filters, wanted, slots) :
			  -E2BIG;

	if (!err)
		vips_mark_filtered(dp);
	return err;
}

int datapath_read_filter(const struct datapath *dp, uint32_t slot,
			 struct hg_filter_use *sum)
{
	const struct table *table = &dp->filters.use;
	const struct hg_filter_use *use =
		(const struct hg_filter_use *)table->words;
	struct hg_filter_use total = { 0 };

	if (slot >= HG_FILTER_SLOTS)
		return -EINVAL;
	for (uint32_t i = slot; i < table->entries; i += HG_FILTER_SLOTS) {
		total.matched.packets += use[i].matched.packets;
		total.matched.bytes += use[i].matched.bytes;
		total.dropped.packets += use[i].dropped.packets;
		total.dropped.bytes += use[i].dropped.bytes;
		if (use[i].last_ns > total.last_ns)
			total.last_ns = use[i].last_ns;
	}
	*sum = total;
	return 0;
}

// SPDX-License-Identifier: BSD-2-Clause
/* The difference between two configurations. See change.h. */

#include "config/change.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config/entry.h"
#include "config/flag.h"
#include "config/kind.h"
#include "config/rule.h"
#include "core/secret.h"

enum {
	FIRST_ROOM = 16,
};

const char *const change_effect_names[EFFECT_COUNT] = {
	[EFFECT_LIVE] = "live",		  [EFFECT_CONNECT] = "next_connection",
	[EFFECT_JUDGE] = "routes_judged", [EFFECT_DECIDE] = "routes_decided",
	[EFFECT_RESET] = "session_reset", [EFFECT_RESTART] = "restart_needed",
};

/* ------------------------------------------------------------- the list */

static int append_change(struct changes *changes, const struct change *change)
{
	if (changes->count == changes->room) {
		size_t room = changes->room ? 2 * changes->room : FIRST_ROOM;
		struct change *list =
			reallocarray(changes->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		changes->list = list;
		changes->room = room;
	}
	changes->list[changes->count++] = *change;
	return 0;
}

/* An entry that comes resets no session. */
static int append_entry_change(struct changes *changes,
			       const struct option *flag, size_t before,
			       size_t after)
{
	bool comes = before == CHANGE_NO_ENTRY;
	const struct change change = {
		.flag = flag,
		.before = before,
		.after = after,
		.effect = comes && flag->effect == EFFECT_RESET ? EFFECT_LIVE :
								  flag->effect,
	};

	return append_change(changes, &change);
}

void changes_free(struct changes *changes)
{
	free(changes->list);
	*changes = (struct changes){ 0 };
}

bool changes_have(const struct changes *changes, enum option_effect effect)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->list[i].effect == effect)
			return true;
	return false;
}

/* ------------------------------------------------------------- values */

/* Write a value of an object as the configuration has it. */
static void print_value(const struct option *option, const void *object,
			const void *initial, FILE *out)
{
	const char *member = (const char *)object + option->offset;

	if (option->traits & OPTION_SECRET)
		fputs("given", out);
	else if (option->kind->bare)
		fputs(*(const bool *)member ? "yes" : "no", out);
	else if (initial && !(option->traits & OPTION_ALWAYS) &&
		 !memcmp(member, (const char *)initial + option->offset,
			 option->size))
		fputs("default", out);
	else if ((option->kind == &kind_text || option->kind == &kind_path) &&
		 !*member)
		fputs("none", out);
	else
		option_print(option, object, out);
}

/* Return the value as text, which the caller frees, or NULL. */
static char *value_text(const struct option *option, const void *object,
			const void *initial)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_value(option, object, initial, out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* True if another key is in the same file. */
static bool content_differs(const struct option *key, const void *before,
			    const void *after)
{
	const char *a = before, *b = after;

	return key->content && a[key->offset] &&
	       !secret_equal((const void *)(a + key->content),
			     (const void *)(b + key->content));
}

/*
 * Compare a value of two objects. Equal bytes are equal values; others may be,
 * too, as arrays have bytes behind their ends. Returns 1, 0 or -ENOMEM.
 */
static int value_differs(const struct option *option, const void *before,
			 const void *after, const void *initial)
{
	char *a, *b;
	int differs;

	if (!memcmp((const char *)before + option->offset,
		    (const char *)after + option->offset, option->size))
		return content_differs(option, before, after);
	if (option->traits & OPTION_SECRET)
		return 1;
	a = value_text(option, before, initial);
	b = value_text(option, after, initial);
	differs = a && b ? strcmp(a, b) != 0 : -ENOMEM;
	free(a);
	free(b);
	return differs;
}

/* ------------------------------------------------------------- flags */

/* The bytes by which an entry is found again. */
static bool same_entry(const struct option *flag, const void *a, const void *b)
{
	const struct entry *entry = flag->entry;
	size_t size = flag->identity;

	if (!size)
		size = entry ? entry->head->size : flag->size;
	return !memcmp(a, b, size);
}

/* Return the index of the same entry in a list, looked for from `next` on. */
static size_t find_same(const struct config *config, const struct option *flag,
			const void *entry, size_t next)
{
	size_t count = flag_values(config, flag);

	for (size_t i = 0; i < count; i++) {
		size_t index = (next + i) % count;

		if (same_entry(flag, entry, flag_entry(config, flag, index)))
			return index;
	}
	return CHANGE_NO_ENTRY;
}

/*
 * Return the effect of a key that differs. A session goes on with another TCP-MD5
 * key if both ends change it; without the first one, or the last, it cannot.
 */
static enum option_effect effect_of(const struct option *key,
				    const void *before, const void *after)
{
	const char *a = before, *b = after;

	if (key->effect == EFFECT_RESET && key->traits & OPTION_REKEYED &&
	    a[key->offset] && b[key->offset])
		return EFFECT_LIVE;
	return key->effect;
}

bool change_resets_neighbor(const struct bgp_neighbor_options *before,
			    const struct bgp_neighbor_options *after)
{
	const struct entry *entry = flag_find("neighbor")->entry;

	for (size_t i = 0; i < entry->key_count; i++) {
		const struct option *key = &entry->keys[i];

		if (effect_of(key, before, after) == EFFECT_RESET &&
		    value_differs(key, before, after, entry->initial))
			return true;
	}
	return false;
}

/* Write a key as it is, or nothing if it is as initially. */
static void write_session_key(const struct option *key, const void *options,
			      const void *initial, FILE *out)
{
	if (key->effect != EFFECT_RESET ||
	    !value_differs(key, initial, options, initial))
		return;
	fprintf(out, " %s=", key->name);
	if (key->traits & OPTION_REKEYED)
		fputs("given", out);
	else
		print_value(key, options, initial, out);
}

void change_session_text(const struct bgp_neighbor_options *options, char *text,
			 size_t size)
{
	const struct entry *entry = flag_find("neighbor")->entry;
	FILE *out;

	memset(text, 0, size);
	out = fmemopen(text, size, "w");
	for (size_t i = 0; out && i < entry->key_count; i++)
		write_session_key(&entry->keys[i], options, entry->initial,
				  out);
	if (out)
		fclose(out);
	text[size - 1] = '\0';
}

/* Tables without room for flows are not made anew. */
static void note_first_window(struct changes *changes)
{
	if (steering_has_windows(&changes->before->steering) ||
	    !steering_has_windows(&changes->after->steering))
		return;
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		if (change->flag == flag_find("vip") ||
		    change->flag == flag_find("affinity-window"))
			change->effect = EFFECT_RESTART;
	}
}

/* Compare the keys of an entry that both lists have. */
static int compare_keys(struct changes *changes, const struct option *flag,
			size_t before, size_t after)
{
	const void *a = flag_entry(changes->before, flag, before);
	const void *b = flag_entry(changes->after, flag, after);
	const struct entry *entry = flag->entry;
	int code = 0;

	for (size_t i = 0; entry && i < entry->key_count && code >= 0; i++) {
		const struct option *key = &entry->keys[i];

		code = value_differs(key, a, b, entry->initial);
		if (code > 0)
			code = append_change(
				changes, &(struct change){
						 .flag = flag,
						 .key = key,
						 .before = before,
						 .after = after,
						 .effect = effect_of(key, a, b),
					 });
	}
	return code < 0 ? code : 0;
}

static int compare_entries(struct changes *changes, const struct option *flag)
{
	size_t count = flag_values(changes->before, flag), next = 0;
	int code = 0;

	for (size_t i = 0; i < count && !code; i++) {
		const void *entry = flag_entry(changes->before, flag, i);
		size_t at = find_same(changes->after, flag, entry, next);

		if (at == CHANGE_NO_ENTRY) {
			code = append_entry_change(changes, flag, i, at);
			continue;
		}
		code = compare_keys(changes, flag, i, at);
		next = at + 1;
	}
	count = flag_values(changes->after, flag);
	next = 0;
	for (size_t i = 0; i < count && !code; i++) {
		const void *entry = flag_entry(changes->after, flag, i);
		size_t at = find_same(changes->before, flag, entry, next);

		if (at == CHANGE_NO_ENTRY)
			code = append_entry_change(changes, flag, at, i);
		else
			next = at + 1;
	}
	return code;
}

static bool same_rule(const struct changes *changes, size_t before,
		      size_t after)
{
	return policy_rule_equal(&changes->before->rib.rules[before],
				 &changes->after->rib.rules[after]);
}

/* Rules at the beginning and at the end that both lists have stay. */
static int compare_rules(struct changes *changes, const struct option *flag)
{
	size_t before = changes->before->rib.rule_count, first = 0;
	size_t after = changes->after->rib.rule_count;
	int code = 0;

	while (first < before && first < after &&
	       same_rule(changes, first, first))
		first++;
	while (before > first && after > first &&
	       same_rule(changes, before - 1, after - 1)) {
		before--;
		after--;
	}
	for (size_t i = first; i < before && !code; i++)
		code = append_entry_change(changes, flag, i, CHANGE_NO_ENTRY);
	for (size_t i = first; i < after && !code; i++)
		code = append_entry_change(changes, flag, CHANGE_NO_ENTRY, i);
	return code;
}

/* The seed counts if it is given; one from its file is not in the options. */
static bool is_compared(const struct changes *changes,
			const struct option *flag)
{
	if (flag->effect == EFFECT_NONE)
		return false;
	return !(flag->traits & OPTION_SECRET) ||
	       changes->before->datapath.hash_key_given ||
	       changes->after->datapath.hash_key_given;
}

static int compare_value(struct changes *changes, const struct option *flag)
{
	int code = value_differs(flag, changes->before, changes->after, NULL);

	if (code > 0)
		code = append_change(changes, &(struct change){
						      .flag = flag,
						      .effect = flag->effect,
					      });
	return code;
}

int changes_find(struct changes *changes, const struct config *before,
		 const struct config *after)
{
	int code = 0;

	*changes = (struct changes){ .before = before, .after = after };
	for (size_t i = 0; i < flag_count && !code; i++) {
		const struct option *flag = &flag_table[i];

		if (!is_compared(changes, flag))
			continue;
		if (flag->kind == &kind_rule)
			code = compare_rules(changes, flag);
		else if (flag->entries)
			code = compare_entries(changes, flag);
		else
			code = compare_value(changes, flag);
	}
	if (code) {
		changes_free(changes);
		return code;
	}
	note_first_window(changes);
	return 0;
}

/* ------------------------------------------------------------- words */

static bool is_entry(const struct change *change)
{
	return change->flag->entries;
}

static const void *changed_entry(const struct changes *changes,
				 const struct change *change)
{
	bool stays = change->after != CHANGE_NO_ENTRY;

	return stays ? flag_entry(changes->after, change->flag, change->after) :
		       flag_entry(changes->before, change->flag,
				  change->before);
}

/* Write "neighbor 10.1.0.12" or, of a rule, its number. */
static void print_entry_name(const struct changes *changes,
			     const struct change *change, FILE *out)
{
	const struct option *flag = change->flag;
	const void *entry = changed_entry(changes, change);
	struct value value = { flag, NULL, (void *)(uintptr_t)entry };

	fprintf(out, "%s ", flag->name);
	if (flag->kind == &kind_rule)
		fprintf(out, "%zu",
			(change->after != CHANGE_NO_ENTRY ? change->after :
							    change->before) +
				1);
	else if (flag->entry)
		option_print(flag->entry->head, entry, out);
	else
		flag->kind->print(&value, out);
}

/* Tell servers of --path with one prefix apart. */
static void print_server(const struct changes *changes,
			 const struct change *change, FILE *out)
{
	const struct entry *entry = change->flag->entry;
	const struct option *via =
		entry ? option_find(entry->keys, entry->key_count, "via") :
			NULL;

	if (!via)
		return;
	fputs(",via=", out);
	option_print(via, changed_entry(changes, change), out);
}

static void print_values(const struct option *option, const void *before,
			 const void *after, const void *initial, FILE *out)
{
	fprintf(out, "%s ", option->name);
	if (content_differs(option, before, after) &&
	    !memcmp((const char *)before + option->offset,
		    (const char *)after + option->offset, option->size)) {
		option_print(option, after, out);
		fputs(" has another key", out);
		return;
	}
	if (option->traits & OPTION_SECRET) {
		fputs("changed", out);
		return;
	}
	print_value(option, before, initial, out);
	fputs(" -> ", out);
	print_value(option, after, initial, out);
}

static void print_difference(const struct changes *changes,
			     const struct change *change, FILE *out)
{
	const struct option *flag = change->flag;

	if (!is_entry(change)) {
		print_values(flag, changes->before, changes->after, NULL, out);
		return;
	}
	print_entry_name(changes, change, out);
	print_server(changes, change, out);
	if (!change->key) {
		fputs(change->before == CHANGE_NO_ENTRY ? " added" : " removed",
		      out);
		return;
	}
	fputs(": ", out);
	print_values(change->key,
		     flag_entry(changes->before, flag, change->before),
		     flag_entry(changes->after, flag, change->after),
		     flag->entry->initial, out);
}

static void print_count(uint64_t count, const char *what, const char *done,
			FILE *out)
{
	if (count)
		fprintf(out, "%" PRIu64 " %s%s %s %s", count, what,
			count == 1 ? "" : "s", count == 1 ? "is" : "are", done);
	else
		fprintf(out, "no %s is %s", what, done);
}

static void print_effect(const struct change *change, FILE *out)
{
	switch (change->effect) {
	case EFFECT_CONNECT:
		fputs("counts from the next connection on", out);
		break;
	case EFFECT_JUDGE:
		print_count(change->touched, "route", "judged again", out);
		break;
	case EFFECT_DECIDE:
		print_count(change->touched, "route", "decided again", out);
		break;
	case EFFECT_RESET:
		if (change->touched == 1)
			fputs("session is reset", out);
		else
			print_count(change->touched, "session", "reset", out);
		break;
	case EFFECT_RESTART:
		fputs("needs a restart", out);
		break;
	default:
		fputs("counts at once", out);
	}
}

void change_print(const struct changes *changes, const struct change *change,
		  FILE *out)
{
	print_difference(changes, change, out);
	fputs(": ", out);
	print_effect(change, out);
}

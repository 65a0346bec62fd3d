// SPDX-License-Identifier: BSD-2-Clause
/*
 * Each flag and key with a number takes the least and the most that --help says,
 * prints them so that they are read again, and refuses the next one beyond.
 */

#include <inttypes.h>
#include <stdlib.h>

#include "config_helpers.h"

#include "config/entry.h"
#include "config/flag.h"
#include "config/parser.h"

enum {
	OBJECT_SIZE = 1 << 20,
	NUMBER_SIZE = 24,
};

static _Alignas(max_align_t) uint8_t object[OBJECT_SIZE];
static struct parser parser;

/* True if the option takes the number, and prints it as it reads it. */
static bool takes(const struct option *option, uint64_t number)
{
	char text[NUMBER_SIZE], printed[NUMBER_SIZE] = "";
	uint8_t before[sizeof(uint64_t)];
	FILE *out;

	snprintf(text, sizeof(text), "%" PRIu64, number);
	if (!option_parse(&parser, option, text, object))
		return false;
	memcpy(before, object + option->offset, option->size);
	out = fmemopen(printed, sizeof(printed), "w");
	option_print(option, object, out);
	fclose(out);
	memset(object + option->offset, 0, option->size);
	assert_true(option_parse(&parser, option, printed, object));
	assert_memory_equal(before, object + option->offset, option->size);
	return true;
}

static void check(const struct option *option, const char *of,
		  unsigned int *count)
{
	const uint64_t least = option->minimum, most = option->maximum;
	const bool or_zero = option->traits & OPTION_OR_ZERO;

	if (!option->kind || !option->kind->quantity)
		return;
	(*count)++;
	assert_true(option->offset + option->size <= OBJECT_SIZE);
	assert_true(option->size <= sizeof(uint64_t));
	if (option->size < sizeof(uint64_t))
		assert_true(most < UINT64_C(1) << (8 * option->size));
	parser.flag = option;
	if (!takes(option, least) || !takes(option, most))
		fail_msg("%s %s: %" PRIu64 " to %" PRIu64 " not taken", of,
			 option->name, least, most);
	if (least > or_zero && takes(option, least - 1))
		fail_msg("%s %s: %" PRIu64 " taken", of, option->name,
			 least - 1);
	if (most < UINT64_MAX && takes(option, most + 1))
		fail_msg("%s %s: %" PRIu64 " taken", of, option->name,
			 most + 1);
}

static void each_number_has_its_limits(void **state)
{
	unsigned int flags = 0, keys = 0;

	(void)state;
	parser_init(&parser, &config, open_errors());
	for (size_t i = 0; i < flag_count; i++) {
		const struct option *flag = &flag_table[i];
		const struct entry *entry = flag->entry;

		check(flag, "--", &flags);
		for (size_t j = 0; entry && j < entry->key_count; j++)
			check(&entry->keys[j], flag->name, &keys);
	}
	fclose(parser.errors);
	print_message("%u flags and %u keys have limits\n", flags, keys);
	assert_true(flags > 20);
	assert_true(keys > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_has_its_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

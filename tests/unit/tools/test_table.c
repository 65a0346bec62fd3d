// SPDX-License-Identifier: BSD-2-Clause
/* Aligned columns. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "table.h"

static const struct table_column columns[] = {
	{ "NAME", false },
	{ "COUNT", true },
	{ "WHY", false },
};

static struct table *new_table(void)
{
	struct table *table = table_new(columns, 3);

	assert_non_null(table);
	return table;
}

static void add_row(struct table *table, const char *name, const char *count,
		    const char *why)
{
	table_add_cell(table, name);
	table_add_cell(table, count);
	table_add_cell(table, why);
}

/* Print and free the table. */
static void assert_prints(struct table *table, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(table_print(table, out), 0);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	table_free(table);
}

static void an_empty_table_is_its_header(void **state)
{
	(void)state;
	assert_prints(new_table(), "NAME  COUNT  WHY\n");
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	struct table *table = new_table();

	(void)state;
	add_row(table, "a", "7", "-");
	add_row(table, "neighbor", "1234567", "best");
	assert_prints(table, "NAME        COUNT  WHY\n"
			     "a               7  -\n"
			     "neighbor  1234567  best\n");
}

static void a_line_does_not_widen_columns(void **state)
{
	struct table *table = new_table();

	(void)state;
	table_add_line(table, "a heading that is longer than all columns");
	add_row(table, "a", "7", "x");
	assert_prints(table, "NAME  COUNT  WHY\n"
			     "a heading that is longer than all columns\n"
			     "a         7  x\n");
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	struct table *table = new_table();

	(void)state;
	table_add_line(table, "\033[2J");
	add_row(table, "a\nb", "\t", "caf\xc3\xa9");
	assert_prints(table, "NAME  COUNT  WHY\n"
			     "?[2J\n"
			     "a?b       ?  caf\xc3\xa9\n");
}

static void an_error_of_memory_is_returned_at_the_end(void **state)
{
	struct table *table = new_table();

	(void)state;
	table_add_cell(table, NULL);
	table_add_cell(table, "x");
	assert_int_equal(table_print(table, stderr), -ENOMEM);
	table_free(table);
	table_add_cell(NULL, "x");
	table_add_line(NULL, "x");
	assert_int_equal(table_print(NULL, stderr), -ENOMEM);
	table_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_is_its_header),
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(a_line_does_not_widen_columns),
		cmocka_unit_test(control_characters_do_not_reach_the_terminal),
		cmocka_unit_test(an_error_of_memory_is_returned_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

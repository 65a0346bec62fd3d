// SPDX-License-Identifier: BSD-2-Clause
/* The ring of events at its limit. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/event_ring.h"

static struct event_ring ring;

static int empty_ring(void **state)
{
	(void)state;
	memset(&ring, 0, sizeof(ring));
	return 0;
}

static void add_events(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct event event = { .kind = EVENT_NEIGHBOR_UP };

		snprintf(event.text, sizeof(event.text), "%u", i + 1);
		event_ring_add(&ring, &event);
	}
}

static void has_no_event_when_it_is_empty(void **state)
{
	(void)state;
	assert_int_equal(event_ring_oldest(&ring), event_ring_next(&ring));
	assert_null(event_ring_find(&ring, 0));
	assert_null(event_ring_find(&ring, 1));
}

static void keeps_all_events_up_to_its_size(void **state)
{
	(void)state;
	add_events(EVENT_RING_SIZE);
	assert_int_equal(event_ring_oldest(&ring), 1);
	assert_string_equal(event_ring_find(&ring, 1)->text, "1");
	assert_string_equal(event_ring_find(&ring, EVENT_RING_SIZE)->text,
			    "4096");
	assert_null(event_ring_find(&ring, EVENT_RING_SIZE + 1));
}

static void gives_the_place_of_the_oldest_to_one_more(void **state)
{
	(void)state;
	add_events(EVENT_RING_SIZE + 1);
	assert_int_equal(event_ring_oldest(&ring), 2);
	assert_null(event_ring_find(&ring, 1));
	assert_int_equal(event_ring_find(&ring, 2)->id, 2);
	assert_string_equal(event_ring_find(&ring, EVENT_RING_SIZE + 1)->text,
			    "4097");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(has_no_event_when_it_is_empty,
				       empty_ring),
		cmocka_unit_test_setup(keeps_all_events_up_to_its_size,
				       empty_ring),
		cmocka_unit_test_setup(
			gives_the_place_of_the_oldest_to_one_more, empty_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* The catalogue of events, their objects, and the one call for line and event. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/event_ring.h"
#include "core/log.h"

static void every_kind_has_a_row_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < EVENT_KIND_COUNT; i++) {
		const struct event_type *type = &event_types[i];

		assert_non_null(type->name);
		assert_int_equal(strspn(type->name,
					"abcdefghijklmnopqrstuvwxyz_"),
				 strlen(type->name));
		assert_non_null(type->subsystem);
		assert_true(type->level <= LOG_LEVEL_INFO);
		assert_int_equal(type->meaning[strlen(type->meaning) - 1], '.');
		assert_non_null(type->action);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(type->name,
						event_types[j].name);
	}
}

static const char *name_server(const struct address *address, void *context)
{
	const struct address *named = context;

	return address_equal(address, named) ? "rack1" : NULL;
}

static void assert_object(const struct event_objects *objects,
			  struct address *named, const char *expected)
{
	char text[EVENT_OBJECT_SIZE];
	struct event_about about;

	event_about_set(&about, objects);
	assert_string_equal(event_object_format(&about, name_server, named,
						text),
			    expected);
}

static void the_first_object_opens_the_line_with_its_name(void **state)
{
	struct address server, other;
	struct prefix vip, net;

	(void)state;
	address_parse("10.1.0.12", &server);
	address_parse("fe80::1", &other);
	prefix_parse("192.0.2.1/32", &vip);
	prefix_parse("192.0.2.0/24", &net);
	assert_object(NULL, &server, "");
	assert_object(&(struct event_objects){ .nexthop = &server }, &server,
		      "10.1.0.12 rack1");
	assert_object(&(struct event_objects){ .neighbor = &other,
					       .interface = "eth0" },
		      &server, "fe80::1%eth0");
	assert_object(&(struct event_objects){ .vip = &vip,
					       .nexthop = &server },
		      &server, "192.0.2.1/32");
	assert_object(&(struct event_objects){ .vip = &net }, &server,
		      "192.0.2.0/24");
	assert_object(&(struct event_objects){ .interface = "eth0" }, &server,
		      "eth0");
}

static void one_call_makes_the_line_and_the_event(void **state)
{
	const struct event_ring *ring = log_events_kept();
	uint64_t id = event_ring_next(ring);
	const struct event *event;
	struct address server;

	(void)state;
	address_parse("10.1.0.12", &server);
	log_set_level(LOG_LEVEL_ERROR);
	log_event(EVENT_NEXTHOP_DEAD,
		  &(struct event_objects){ .nexthop = &server },
		  "dead: no answer to %u probes", 4u);
	log_info("rib", "%s", "another message");
	log_debug("rib", "%s", "a step");
	log_set_level(LOG_LEVEL_INFO);
	event = event_ring_find(ring, id);
	assert_int_equal(event->kind, EVENT_NEXTHOP_DEAD);
	assert_int_equal(event->level, LOG_LEVEL_WARNING);
	assert_string_equal(event->text, "dead: no answer to 4 probes");
	assert_true(address_equal(&event->about.nexthop, &server));
	assert_false(event->about.has_vip);
	event = event_ring_find(ring, id + 1);
	assert_int_equal(event->kind, EVENT_OTHER);
	assert_string_equal(event->subsystem, "rib");
	assert_null(event_ring_find(ring, id + 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_row_of_its_own),
		cmocka_unit_test(the_first_object_opens_the_line_with_its_name),
		cmocka_unit_test(one_call_makes_the_line_and_the_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* Counters in the text format that Prometheus reads. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <event2/buffer.h>

#include "control/counter_list.h"
#include "control/metrics/metrics_page.h"

enum {
	TEXT_SIZE = 4096,
};

static const char *write_text(const struct counter_list *list,
			      char text[TEXT_SIZE])
{
	struct evbuffer *out = evbuffer_new();
	int size;

	assert_non_null(out);
	metrics_page_write_list(&(struct metric_out){ .buffer = out }, NULL,
				list);
	size = evbuffer_remove(out, text, TEXT_SIZE - 1);
	assert_true(size >= 0);
	text[size] = '\0';
	evbuffer_free(out);
	return text;
}

static void visit_two(const struct control_view *view, counter_visit_fn *visit,
		      void *context)
{
	struct counter_entry entry = {
		.label = "192.0.2.1/32",
		.counter = { .packets = 17, .bytes = UINT64_MAX },
	};

	(void)view;
	visit(context, &entry);
	entry = (struct counter_entry){ .label = "2001:db8::1/128" };
	visit(context, &entry);
}

static void samples_of_a_metric_follow_its_type(void **state)
{
	static const struct counter_list list = {
		.name = "vips",
		.key = "prefix",
		.help = "Frames forwarded, by their VIP",
		.visit = visit_two,
	};
	char text[TEXT_SIZE];

	(void)state;
	assert_string_equal(
		write_text(&list, text),
		"# HELP headgate_vips_packets_total Frames forwarded, by "
		"their VIP: packets.\n"
		"# TYPE headgate_vips_packets_total counter\n"
		"headgate_vips_packets_total{prefix=\"192.0.2.1/32\"} 17\n"
		"headgate_vips_packets_total{prefix=\"2001:db8::1/128\"} 0\n"
		"# HELP headgate_vips_bytes_total Frames forwarded, by their "
		"VIP: bytes.\n"
		"# TYPE headgate_vips_bytes_total counter\n"
		"headgate_vips_bytes_total{prefix=\"192.0.2.1/32\"} "
		"18446744073709551615\n"
		"headgate_vips_bytes_total{prefix=\"2001:db8::1/128\"} 0\n");
}

static void visit_odd(const struct control_view *view, counter_visit_fn *visit,
		      void *context)
{
	const struct counter_entry entry = { .label = "fe80::2%a\"b\\c\nd" };

	(void)view;
	visit(context, &entry);
}

static void a_label_is_escaped(void **state)
{
	static const struct counter_list list = {
		.name = "nexthops",
		.key = "address",
		.help = "-",
		.visit = visit_odd,
	};
	char text[TEXT_SIZE];

	(void)state;
	assert_non_null(strstr(write_text(&list, text),
			       "\nheadgate_nexthops_packets_total"
			       "{address=\"fe80::2%a\\\"b\\\\c\\nd\"} 0\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_of_a_metric_follow_its_type),
		cmocka_unit_test(a_label_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

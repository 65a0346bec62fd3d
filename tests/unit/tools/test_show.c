// SPDX-License-Identifier: BSD-2-Clause
/* Replies of the agent as tables. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "show.h"
#include "value.h"
#include "view.h"

/* Return a reply as printed by a view; the caller frees. */
static char *viewed(const struct view *view, const char *reply_text)
{
	struct json_object *reply = json_tokener_parse(reply_text);
	const char *missing = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(reply);
	assert_int_equal(show_print(view, reply, false, out, &missing), 0);
	fclose(out);
	json_object_put(reply);
	return text;
}

static char *shown(const char *what, const char *reply_text)
{
	return viewed(view_find(what), reply_text);
}

static void assert_shows(const char *what, const char *reply,
			 const char *expected)
{
	char *text = shown(what, reply);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_expands(const char *object, const char *template,
			   const char *expected)
{
	struct json_object *from = json_tokener_parse(object);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	value_expand(from, template, out);
	fclose(out);
	json_object_put(from);
	assert_string_equal(text, expected);
	free(text);
}

static void values_are_written_as_words(void **state)
{
	(void)state;
	assert_expands("{\"a\":{\"b\":7},\"c\":true,\"d\":false}",
		       "{a.b} {c} {d}", "7 yes no");
	assert_expands("{\"a\":18446744073709551615}", "{a}",
		       "18446744073709551615");
	assert_expands("{\"a\":[\"x\",\"y\",3]}", "[{a}]", "[x y 3]");
	assert_expands("{\"share\":0.50103}", "{share}", "50.10%");
	assert_expands("{\"a\":{\"share\":1}}", "{a.share}", "100.00%");
}

static void a_missing_null_or_empty_value_is_a_dash(void **state)
{
	(void)state;
	assert_expands("{\"a\":null,\"b\":\"\",\"c\":[],\"d\":{}}",
		       "{a}{b}{c}{d}{e}{a.b}{d.e.f}", "-------");
}

static void a_template_that_is_cut_off_does_no_harm(void **state)
{
	(void)state;
	assert_expands("{\"a\":1}", "{a", "1");
	assert_expands("{\"a\":1}", "x {", "x -");
}

static void durations_have_two_units(void **state)
{
	(void)state;
	assert_expands("{\"t_s\":0}", "{t_s}", "0s");
	assert_expands("{\"t_s\":59}", "{t_s}", "59s");
	assert_expands("{\"t_s\":60}", "{t_s}", "1m00s");
	assert_expands("{\"t_s\":3599}", "{t_s}", "59m59s");
	assert_expands("{\"t_s\":7620}", "{t_s}", "2h07m");
	assert_expands("{\"t_s\":352800}", "{t_s}", "4d02h");
	assert_expands("{\"t_s\":-1}", "{t_s}", "-");
	assert_expands("{\"t_s\":null}", "{t_s}", "-");
}

static void status_is_lines_and_a_table_of_interfaces(void **state)
{
	(void)state;
	assert_shows(
		"status",
		"{\"status\":{\"version\":\"0.1.0\",\"pid\":812,"
		"\"uptime_s\":352800,\"as\":64512,\"router_id\":\"10.0.0.1\","
		"\"hash_seed\":null,"
		"\"hash_seed_digest\":\"f1687fb4\","
		"\"table_size\":16384,\"interfaces\":[{\"name\":"
		"\"eth0\",\"device\":\"wan0\",\"ifindex\":2,\"mode\":\"native\",\"mac\":"
		"\"02:00:00:00:00:01\",\"program_id\":31,\"vlan_tags\":"
		"\"stripped\",\"up\":true}],"
		"\"neighbors\":{\"configured\":5,\"established\":4},\"vips\":"
		"{\"learned\":12,\"forwarding\":11,\"announced\":10},"
		"\"nexthops\":{\"total\":10,\"alive\":9},\"groups\":{\"used\":"
		"3,\"maximum\":4096}}}",
		"headgate   0.1.0, pid 812, up 4d02h\n"
		"bgp        AS 64512, router id 10.0.0.1\n"
		"neighbors  4 of 5 established\n"
		"vips       12 learned, 11 forwarding, 10 announced\n"
		"next hops  9 of 10 alive\n"
		"groups     3 of 4096\n"
		"hash       seed digest f1687fb4, 16384 buckets a group\n"
		"\n"
		"INTERFACE  DEVICE  INDEX  UP   XDP MODE  PROGRAM  VLAN TAGS  MAC\n"
		"eth0       wan0        2  yes  native         31  stripped   "
		"02:00:00:00:00:01\n");
}

static void neighbors_with_missing_fields_show_dashes(void **state)
{
	(void)state;
	assert_shows("neighbors",
		     "{\"neighbors\":[{\"address\":\"10.0.0.1\",\"as\":65001,"
		     "\"role\":\"backend\",\"state\":\"Established\","
		     "\"changed_s\":17,\"prefixes_received\":3,"
		     "\"prefixes_accepted\":2,\"prefixes_announced\":0},"
		     "{\"address\":\"10.0.0.2\",\"changed_s\":null,"
		     "\"last_error\":\"hold timer expired\"}]}",
		     "NEIGHBOR  NAME  AS     ROLE     STATE        UP/DOWN  "
		     "RECEIVED  OF MAX  ACCEPTED  ANNOUNCED  LAST ERROR\n"
		     "10.0.0.1  -     65001  backend  Established      17s  "
		     "       3       -         2          0  -\n"
		     "10.0.0.2  -     -      -        -                  -  "
		     "       -       -         -          -  "
		     "hold timer expired\n");
}

static void the_last_error_has_its_age_and_goes_with_a_session(void **state)
{
	(void)state;
	assert_shows("neighbors",
		     "{\"neighbors\":[{\"address\":\"10.0.0.1\",\"state\":"
		     "\"Idle\",\"last_error\":\"timeout\",\"last_error_s\":"
		     "90},{\"address\":\"10.0.0.2\",\"state\":"
		     "\"Established\",\"last_error\":\"timeout\","
		     "\"last_error_s\":90},{\"address\":\"10.0.0.3\","
		     "\"state\":\"Established\",\"hint\":\"look\","
		     "\"last_error\":\"timeout\",\"last_error_s\":90}]}",
		     "NEIGHBOR  NAME  AS  ROLE  STATE        UP/DOWN  "
		     "RECEIVED  OF MAX  ACCEPTED  ANNOUNCED  LAST ERROR\n"
		     "10.0.0.1  -     -   -     Idle               -  "
		     "       -       -         -          -  "
		     "timeout, 1m30s ago\n"
		     "10.0.0.2  -     -   -     Established        -  "
		     "       -       -         -          -  -\n"
		     "10.0.0.3  -     -   -     Established        -  "
		     "       -       -         -          -  look\n");
}

static void a_neighbor_shows_its_name_limit_and_next_attempt(void **state)
{
	(void)state;
	assert_shows("neighbors",
		     "{\"neighbors\":[{\"address\":\"10.0.0.3\",\"name\":"
		     "\"rack2/web3\",\"as\":65010,\"role\":\"backend\","
		     "\"state\":\"Idle\",\"changed_s\":480,"
		     "\"next_attempt_s\":54,\"prefixes_received\":14,"
		     "\"max_prefix\":10,\"max_prefix_count\":9,"
		     "\"prefixes_accepted\":8,\"prefixes_announced\":0}]}",
		     "NEIGHBOR  NAME        AS     ROLE     STATE            "
		     "UP/DOWN  RECEIVED  OF MAX  ACCEPTED  ANNOUNCED  "
		     "LAST ERROR\n"
		     "10.0.0.3  rack2/web3  65010  backend  Idle, retry 54s  "
		     "  8m00s        14    9/10         8          0  -\n");
}

static void a_link_local_neighbor_has_its_link(void **state)
{
	char *text = shown("neighbors",
			   "{\"neighbors\":[{\"address\":\"fe80::11\","
			   "\"interface\":\"lan\"},{\"address\":\"fe80::12\"},"
			   "{\"interface\":\"pp\"}]}");

	(void)state;
	assert_non_null(strstr(text, "\nfe80::11%lan  "));
	assert_non_null(strstr(text, "\nfe80::12      "));
	assert_non_null(strstr(text, "\npp            "));
	free(text);
}

static void a_neighbor_that_is_gone_ages_out(void **state)
{
	char *text = shown("neighbors",
			   "{\"neighbors\":[{\"address\":\"10.0.0.1\","
			   "\"gone_s\":299},{\"address\":\"10.0.0.2\","
			   "\"gone_s\":300},{\"address\":\"10.0.0.3\","
			   "\"gone_s\":null}]}");

	(void)state;
	assert_non_null(strstr(text, "10.0.0.1"));
	assert_null(strstr(text, "10.0.0.2"));
	assert_non_null(strstr(text, "10.0.0.3"));
	free(text);
}

static void a_neighbor_that_is_shut_down_says_so(void **state)
{
	static const char fields[] =
		"{\"address\":\"10.0.0.1\",\"state\":\"Idle\","
		"\"next_attempt_s\":3,\"administrative\":{\"since_s\":300,"
		"\"reason\":\"disks\"},\"hint\":\"h\"}";
	char reply[512], *text;

	(void)state;
	snprintf(reply, sizeof(reply), "{\"neighbors\":[%s]}", fields);
	text = shown("neighbors", reply);
	assert_non_null(strstr(text, "  Idle, shut down 5m00s  "));
	free(text);
	snprintf(reply, sizeof(reply), "{\"neighbor\":%s}", fields);
	text = viewed(&view_order, reply);
	assert_string_equal(text, "neighbor    10.0.0.1: Idle\n"
				  "down since  5m00s ago\n"
				  "reason      disks\n");
	free(text);
}

static void paths_stand_under_their_prefix_with_mark_and_reason(void **state)
{
	(void)state;
	assert_shows(
		"routes",
		"{\"routes\":[{\"prefix\":\"192.0.2.10/32\",\"best\":"
		"\"10.0.0.1\",\"announced\":[\"10.0.255.1\"],\"paths\":["
		"{\"neighbor\":\"10.0.0.1\",\"next_hop\":\"10.0.0.1\","
		"\"selected\":true,\"weight\":1,\"as_path\":\"65001\","
		"\"origin\":\"igp\",\"age_s\":59},"
		"{\"neighbor\":\"10.0.0.2\",\"next_hop\":\"10.0.0.2\","
		"\"selected\":true,\"weight\":1,\"as_path\":\"65001\","
		"\"origin\":\"igp\"},"
		"{\"neighbor\":\"10.0.0.3\",\"next_hop\":\"10.0.0.3\","
		"\"selected\":false,\"reason\":\"as_path_length\",\"weight\":1,"
		"\"as_path\":\"65001 65001\",\"origin\":\"igp\",\"med\":5}]},"
		"{\"prefix\":\"192.0.2.11/32\",\"best\":null,\"paths\":[],"
		"\"announced\":[]}]}",
		"  IN  NEIGHBOR  NEXT HOP  WEIGHT  PREF  MED  ORIGIN  "
		"AS PATH      AGE  WHY\n"
		"192.0.2.10/32, announced to 10.0.255.1\n"
		"  *=  10.0.0.1  10.0.0.1       1     -    -  igp     "
		"65001        59s  best\n"
		"  =   10.0.0.2  10.0.0.2       1     -    -  igp     "
		"65001          -  equal to best\n"
		"  -   10.0.0.3  10.0.0.3       1     -    5  igp     "
		"65001 65001    -  as_path_length\n"
		"192.0.2.11/32, announced to -\n");
}

static void assert_explains_flow(const char *reply, const char *expected)
{
	char *text = viewed(&view_explain_flow, reply);

	assert_string_equal(text, expected);
	free(text);
}

#define FLOW                                                           \
	"\"flow\":{\"source\":\"198.51.100.7\",\"source_port\":41512," \
	"\"destination\":\"192.0.2.1\",\"destination_port\":443,"      \
	"\"protocol\":\"tcp\"}"

static void a_flow_is_shown_without_missing_fields(void **state)
{
	(void)state;
	assert_explains_flow(
		"{\"explain\":{" FLOW ",\"vip\":\"192.0.2.1/32\","
		"\"hash_fields\":\"5-tuple\",\"bucket\":5330,\"group\":2,"
		"\"hash\":\"0x584d\",\"table\":{\"outcome\":\"owner\","
		"\"next_hop\":\"10.1.0.11\",\"backup\":null},\"program\":{"
		"\"outcome\":\"forwarded_tx\",\"next_hop\":\"10.1.0.11\","
		"\"action\":\"XDP_TX\"},\"agree\":true}}",
		"flow     198.51.100.7:41512 to 192.0.2.1:443, tcp\n"
		"vip      192.0.2.1/32, hashed by 5-tuple\n"
		"bucket   5330 of group 2, hash 0x584d\n"
		"table    owner, next hop 10.1.0.11, backup -\n"
		"program  forwarded_tx, next hop 10.1.0.11, XDP_TX\n"
		"agree    yes\n");
	assert_explains_flow(
		"{\"explain\":{" FLOW ",\"table\":{\"outcome\":\"owner\","
		"\"next_hop\":\"10.1.0.11\",\"backup\":null},\"affinity\":{"
		"\"rule\":\"previous\",\"record\":null,"
		"\"previous\":\"10.1.0.12\",\"after_window\":\"10.1.0.11\"}}}",
		"flow     198.51.100.7:41512 to 192.0.2.1:443, tcp\n"
		"table    owner, next hop 10.1.0.11, backup -\n"
		"rule     previous; record: -; previous next hop: 10.1.0.12; "
		"after the window: 10.1.0.11\n");
	assert_explains_flow(
		"{\"explain\":{" FLOW ",\"table\":{\"outcome\":"
		"\"not a vip\",\"next_hop\":null,\"backup\":null},"
		"\"program\":{\"outcome\":\"passed_not_vip\","
		"\"next_hop\":null,\"action\":\"XDP_PASS\"},"
		"\"agree\":true}}",
		"flow     198.51.100.7:41512 to 192.0.2.1:443, tcp\n"
		"table    not a vip\n"
		"program  passed_not_vip, XDP_PASS\n"
		"agree    yes\n");
	assert_explains_flow(
		"{\"explain\":{" FLOW ",\"table\":{\"outcome\":"
		"\"not a vip\"},\"program_error\":\"not permitted\"}}",
		"flow     198.51.100.7:41512 to 192.0.2.1:443, tcp\n"
		"table    not a vip\n"
		"program  not asked: not permitted\n");
}

static void a_refused_path_shows_its_cause_and_the_rule(void **state)
{
	(void)state;
	assert_shows("routes",
		     "{\"routes\":[{\"prefix\":\"192.0.2.10/32\",\"best\":null,"
		     "\"announced\":[],\"paths\":["
		     "{\"neighbor\":\"10.0.0.1\",\"selected\":false,"
		     "\"reason\":\"filtered\",\"cause\":\"denied_by_rule\","
		     "\"rule\":2},"
		     "{\"neighbor\":\"10.0.0.2\",\"selected\":false,"
		     "\"reason\":\"filtered\",\"cause\":\"outside_vip\","
		     "\"rule\":0},"
		     "{\"neighbor\":\"10.0.0.3\",\"selected\":false,"
		     "\"reason\":\"loop\",\"cause\":\"loop\",\"rule\":0}]}]}",
		     "  IN  NEIGHBOR  NEXT HOP  WEIGHT  PREF  MED  ORIGIN  "
		     "AS PATH  AGE  WHY\n"
		     "192.0.2.10/32, announced to -\n"
		     "  -   10.0.0.1  -              -     -    -  -       "
		     "-          -  filtered: denied_by_rule 2\n"
		     "  -   10.0.0.2  -              -     -    -  -       "
		     "-          -  filtered: outside_vip\n"
		     "  -   10.0.0.3  -              -     -    -  -       "
		     "-          -  loop\n");
}

static void groups_list_their_members_below(void **state)
{
	(void)state;
	assert_shows(
		"groups",
		"{\"groups\":[{\"group\":0,\"size\":16384,\"digest\":"
		"\"9c1f22e0\",\"moving_buckets\":7,\"window_left_s\":250,\"vips\":[\"192.0.2.10/32\","
		"\"192.0.2.11/32\"],\"members\":[{\"address\":"
		"\"10.0.0.1\",\"weight\":1,\"buckets\":8192,\"share\":"
		"0.5}]}]}",
		"  NEXT HOP  WEIGHT  BUCKETS   SHARE\n"
		"group 0: 16384 buckets, digest 9c1f22e0, VIPs "
		"192.0.2.10/32 192.0.2.11/32; 7 buckets moving, window left 4m10s\n"
		"  10.0.0.1       1     8192  50.00%\n");
}

static void counters_are_four_tables_and_zeroes_are_shown(void **state)
{
	(void)state;
	assert_shows(
		"counters",
		"{\"counters\":{\"outcomes\":[{\"name\":\"forwarded_tx\",\"packets\":0,"
		"\"bytes\":0}],\"events\":[{\"name\":\"backup\",\"packets\":1,"
		"\"bytes\":60}],\"vips\":[{\"prefix\":\"192.0.2.10/32\","
		"\"packets\":7,\"bytes\":448}],\"nexthops\":[]}}",
		"OUTCOME       PACKETS  BYTES\n"
		"forwarded_tx        0      0\n"
		"\n"
		"EVENT   PACKETS  BYTES\n"
		"backup        1     60\n"
		"\n"
		"VIP            PACKETS  BYTES\n"
		"192.0.2.10/32        7    448\n"
		"\n"
		"NEXT HOP  PACKETS  BYTES\n");
}

static void assert_explains(const char *reply, const char *expected)
{
	struct json_object *from = json_tokener_parse(reply);
	const char *missing = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(
		show_print(&view_explain_flow, from, false, out, &missing), 0);
	fclose(out);
	json_object_put(from);
	assert_non_null(strstr(text, expected));
	assert_null(strstr(strstr(text, "program") + 1, "program"));
	free(text);
}

/* Tables without rows are left out. */
static void a_vip_that_has_gone_shows_how(void **state)
{
	char *text =
		viewed(&view_explain_route,
		       "{\"explain\":{\"prefix\":\"192.0.2.1/32\","
		       "\"selected\":0,\"cut\":0,\"forwarding\":false,"
		       "\"gone\":{\"age_s\":130,\"neighbor\":\"10.1.0.11\","
		       "\"why\":\"withdrawn by it\"},\"paths\":[],"
		       "\"departed\":[{\"age_s\":130,\"neighbor\":"
		       "\"10.1.0.11\",\"times\":2,"
		       "\"why\":\"withdrawn by it\"}],"
		       "\"announcements\":[]}}");

	(void)state;
	assert_string_equal(text,
			    "prefix     192.0.2.1/32\n"
			    "next hops  0 in the set, 0 more as good but cut\n"
			    "steered    no\n"
			    "gone       2m10s ago from 10.1.0.11: withdrawn by "
			    "it\n"
			    "\n"
			    "GONE FROM    AGO  TIMES  WHY\n"
			    "10.1.0.11  2m10s      2  withdrawn by it\n");
	free(text);
}

static void
a_flow_shows_what_the_program_says_or_why_it_is_not_asked(void **state)
{
	(void)state;
	assert_explains(
		"{\"explain\":{\"program\":{\"outcome\":"
		"\"forwarded_tx\",\"next_hop\":\"10.1.0.11\",\"action\":"
		"\"XDP_TX\"},\"agree\":true}}",
		"\nprogram  forwarded_tx, next hop 10.1.0.11, XDP_TX\n"
		"agree    yes\n");
	assert_explains("{\"explain\":{\"program_error\":\"too old\"}}",
			"\nprogram  not asked: too old\n");
}

static void a_far_flow_shows_the_header_that_it_goes_inside_of(void **state)
{
	(void)state;
	assert_explains(
		"{\"explain\":{\"program\":{\"outcome\":\"forwarded_tx\","
		"\"next_hop\":\"10.7.2.2\",\"action\":\"XDP_TX\",\"outer\":"
		"{\"encapsulation\":\"gue\",\"source\":\"10.1.0.1\","
		"\"destination\":\"10.7.2.2\",\"source_port\":49153,"
		"\"destination_port\":6080}},\"agree\":true}}",
		"\nouter    inside gue, from 10.1.0.1 port 49153 to 10.7.2.2 "
		"port 6080\n"
		"agree");
	assert_explains(
		"{\"explain\":{\"program\":{\"outcome\":\"forwarded_tx\","
		"\"next_hop\":\"10.7.2.2\",\"action\":\"XDP_TX\",\"outer\":"
		"{\"encapsulation\":\"gre\",\"source\":\"10.1.0.1\","
		"\"destination\":\"10.7.2.2\",\"source_port\":null,"
		"\"destination_port\":null}},\"agree\":true}}",
		"\nouter    inside gre, from 10.1.0.1 to 10.7.2.2\n"
		"agree");
}

static void next_hops_behind_routers_have_two_columns_more(void **state)
{
	char *near = shown("nexthops",
			   "{\"nexthops\":[{\"address\":\"10.1.0.11\","
			   "\"gateway\":null,\"encapsulation\":\"none\"}]}");
	char *far = shown("nexthops",
			  "{\"nexthops\":[{\"address\":\"10.1.0.11\","
			  "\"gateway\":null,\"encapsulation\":\"none\"},"
			  "{\"address\":\"10.7.2.2\",\"gateway\":"
			  "\"10.1.0.202\",\"encapsulation\":\"gue\"}]}");

	(void)state;
	assert_null(strstr(near, "GATEWAY"));
	assert_null(strstr(near, "INSIDE"));
	assert_non_null(strstr(far, "GATEWAY     INSIDE"));
	assert_non_null(strstr(far, "-           none"));
	assert_non_null(strstr(far, "10.1.0.202  gue"));
	free(near);
	free(far);
}

static void every_view_survives_entries_of_any_type(void **state)
{
	static const char *const lists[] = {
		"[]",
		"[null]",
		"[1]",
		"[\"x\"]",
		"[[]]",
		"[{}]",
		"[{\"paths\":7,\"members\":{}}]",
		"[{\"paths\":[3],\"members\":[null]}]",
	};
	char reply[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		snprintf(reply, sizeof(reply),
			 "{\"neighbors\":%s,\"routes\":%s,\"nexthops\":%s,"
			 "\"groups\":%s,\"counters\":{\"outcomes\":%s,"
			 "\"events\":%s,\"vips\":%s,\"nexthops\":%s},"
			 "\"status\":{\"interfaces\":%s},\"config\":%s,"
			 "\"neighbor\":{\"errors\":%s},\"drains\":%s,"
			 "\"flows\":%s,\"page\":{},\"events\":%s,\"vips\":%s,"
			 "\"host\":{\"findings\":%s},\"filters\":%s}",
			 lists[i], lists[i], lists[i], lists[i], lists[i],
			 lists[i], lists[i], lists[i], lists[i], lists[i],
			 lists[i], lists[i], lists[i], lists[i], lists[i],
			 lists[i], lists[i]);
		for (size_t view = 0; view < view_count; view++)
			free(shown(views[view]->what, reply));
	}
}

static void a_reply_without_its_list_is_an_error(void **state)
{
	struct json_object *reply = json_tokener_parse("{\"routes\":{}}");
	const char *missing = NULL;

	(void)state;
	assert_int_equal(show_print(view_find("routes"), reply, false, stderr,
				    &missing),
			 -EPROTO);
	assert_string_equal(missing, "routes");
	json_object_put(reply);
}

static void an_unknown_view_is_not_found(void **state)
{
	(void)state;
	assert_null(view_find("neighbours"));
	assert_null(view_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_written_as_words),
		cmocka_unit_test(a_missing_null_or_empty_value_is_a_dash),
		cmocka_unit_test(a_template_that_is_cut_off_does_no_harm),
		cmocka_unit_test(durations_have_two_units),
		cmocka_unit_test(status_is_lines_and_a_table_of_interfaces),
		cmocka_unit_test(neighbors_with_missing_fields_show_dashes),
		cmocka_unit_test(
			the_last_error_has_its_age_and_goes_with_a_session),
		cmocka_unit_test(
			a_neighbor_shows_its_name_limit_and_next_attempt),
		cmocka_unit_test(
			paths_stand_under_their_prefix_with_mark_and_reason),
		cmocka_unit_test(a_link_local_neighbor_has_its_link),
		cmocka_unit_test(a_neighbor_that_is_gone_ages_out),
		cmocka_unit_test(a_neighbor_that_is_shut_down_says_so),
		cmocka_unit_test(a_vip_that_has_gone_shows_how),
		cmocka_unit_test(a_flow_is_shown_without_missing_fields),
		cmocka_unit_test(a_refused_path_shows_its_cause_and_the_rule),
		cmocka_unit_test(groups_list_their_members_below),
		cmocka_unit_test(counters_are_four_tables_and_zeroes_are_shown),
		cmocka_unit_test(
			a_flow_shows_what_the_program_says_or_why_it_is_not_asked),
		cmocka_unit_test(
			a_far_flow_shows_the_header_that_it_goes_inside_of),
		cmocka_unit_test(
			next_hops_behind_routers_have_two_columns_more),
		cmocka_unit_test(every_view_survives_entries_of_any_type),
		cmocka_unit_test(a_reply_without_its_list_is_an_error),
		cmocka_unit_test(an_unknown_view_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's counters of dropped segments, and the hints made from them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/tcp_drops.h"

enum {
	HINT_SIZE = 160,
};

static const char netstat[] =
	"MPTcpExt: MPCapableSYNRX TCPMD5Failure\n"
	"MPTcpExt: 0 99\n"
	"TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure "
	"TCPMinTTLDrop TCPAOBad\n"
	"TcpExt: 5 1 2 17 18446744073709551615 4\n"
	"IpExt: InNoRoutes TCPMinTTLDrop\n"
	"IpExt: 7 8\n";

static void reads_its_counters_among_others(void **state)
{
	struct bgp_tcp_drops drops;

	(void)state;
	assert_true(bgp_tcp_drops_parse(netstat, &drops));
	assert_int_equal(drops.count[BGP_TCP_MD5_MISSING], 1);
	assert_int_equal(drops.count[BGP_TCP_MD5_UNEXPECTED], 2);
	assert_int_equal(drops.count[BGP_TCP_MD5_WRONG], 17);
	assert_true(drops.count[BGP_TCP_TTL_TOO_LOW] == UINT64_MAX);
	assert_int_equal(drops.count[BGP_TCP_AO_WRONG], 4);
	/* A kernel without TCP-AO has no such column. */
	assert_int_equal(drops.count[BGP_TCP_AO_MISSING], 0);
}

static void refuses_text_without_the_pair_of_lines(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"TcpExt:",
		"TcpExt: TCPMD5Failure",
		"TcpExt: TCPMD5Failure\n",
		"TcpExt: TCPMD5Failure\nIpExt: 4\n",
		"TcpExt: TCPMD5Failure TCPMinTTLDrop\nTcpExt: 4\n",
		"IpExt: A\nIpExt: 1\n",
	};
	struct bgp_tcp_drops drops = { .count = { 42 } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(bgp_tcp_drops_parse(bad[i], &drops));
	assert_int_equal(drops.count[0], 42);
}

static void survives_every_truncation(void **state)
{
	(void)state;
	for (size_t length = 0; length < sizeof(netstat); length++) {
		struct bgp_tcp_drops drops;
		char *text = strndup(netstat, length);

		bgp_tcp_drops_parse(text, &drops);
		free(text);
	}
}

static void reads_this_kernel(void **state)
{
	struct bgp_tcp_drops drops;

	(void)state;
	assert_int_equal(bgp_tcp_drops_read(&drops), 0);
}

static const char *hint(const struct bgp_neighbor_options *config,
			enum bgp_tcp_drop drop, uint64_t grown)
{
	static char text[HINT_SIZE];
	struct bgp_tcp_drops before = { .count = { 3, 3, 3, 3, 3, 3, 3 } };
	struct bgp_tcp_drops now = before;

	now.count[drop] += grown;
	if (!bgp_tcp_drops_hint(config, &before, &now, text, sizeof(text)))
		return NULL;
	return text;
}

static void names_the_likely_cause(void **state)
{
	const struct bgp_neighbor_options md5 = { .password_file = "/key" };
	const struct bgp_neighbor_options ao = { .tcp_ao_key_file = "/key" };
	const struct bgp_neighbor_options ttl = { .ttl_security = 1 };

	(void)state;
	assert_string_equal(hint(&md5, BGP_TCP_MD5_WRONG, 17),
			    "likely cause: TCP-MD5 mismatch (17 segments "
			    "dropped)");
	assert_string_equal(hint(&md5, BGP_TCP_MD5_MISSING, 1),
			    "likely cause: TCP-MD5 is not configured at its "
			    "end (1 segment dropped)");
	assert_non_null(strstr(hint(&ttl, BGP_TCP_MD5_UNEXPECTED, 2),
			       "at its end only"));
	assert_non_null(strstr(hint(&ao, BGP_TCP_AO_WRONG, 2), "TCP-AO"));
	assert_non_null(strstr(hint(&ttl, BGP_TCP_AO_UNEXPECTED, 2),
			       "TCP-AO is configured at its end only"));
	/* A key of the other kind at the other end. */
	assert_non_null(strstr(hint(&ao, BGP_TCP_MD5_UNEXPECTED, 2),
			       "TCP-MD5 is configured at its end only"));
	assert_non_null(
		strstr(hint(&ttl, BGP_TCP_TTL_TOO_LOW, 9), "further away"));
}

static void says_nothing_of_counters_that_cannot_concern_it(void **state)
{
	const struct bgp_neighbor_options plain = { .multihop = 0 };
	const struct bgp_neighbor_options md5 = { .password_file = "/key" };
	const struct bgp_neighbor_options ao = { .tcp_ao_key_file = "/key" };

	(void)state;
	assert_null(hint(&plain, BGP_TCP_MD5_WRONG, 17));
	assert_null(hint(&plain, BGP_TCP_TTL_TOO_LOW, 17));
	assert_null(hint(&md5, BGP_TCP_MD5_UNEXPECTED, 17));
	assert_null(hint(&ao, BGP_TCP_AO_UNEXPECTED, 17));
	assert_null(hint(&md5, BGP_TCP_MD5_WRONG, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_its_counters_among_others),
		cmocka_unit_test(refuses_text_without_the_pair_of_lines),
		cmocka_unit_test(survives_every_truncation),
		cmocka_unit_test(reads_this_kernel),
		cmocka_unit_test(names_the_likely_cause),
		cmocka_unit_test(
			says_nothing_of_counters_that_cannot_concern_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

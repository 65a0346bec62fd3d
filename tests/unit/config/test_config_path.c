// SPDX-License-Identifier: BSD-2-Clause
/* --path: its keys, and its rules beside --vip. */

#include <stdlib.h>
#include <unistd.h>

#include "config_helpers.h"
#include "core/array.h"

static void a_path_has_its_keys_and_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("path 192.0.2.1,via=10.0.0.11\n"
				     "path 192.0.2.1/32,distance=20,weight=7,"
				     "via=10.0.0.12"),
			 0);
	assert_int_equal(config.rib.static_path_count, 2);
	assert_int_equal(config.rib.static_paths[0].weight, 1);
	assert_int_equal(config.rib.static_paths[0].distance, 1);
	assert_int_equal(config.rib.static_paths[1].weight, 7);
	assert_int_equal(config.rib.static_paths[1].distance, 20);
}

static void paths_are_printed_so_that_they_parse(void **state)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, TEXT_SIZE, "w");

	(void)state;
	parse_lines("path 192.0.2.1,via=10.0.0.11,distance=20\n"
		    "path 192.0.2.1,bfd,via=10.0.0.12\nbfd-interval 100");
	config_print(&config, out);
	fclose(out);
	assert_non_null(strstr(
		text, "\npath 192.0.2.1/32,via=10.0.0.11,"
		      "weight=1,distance=20\n"
		      "path 192.0.2.1/32,via=10.0.0.12,"
		      "weight=1,distance=1,bfd\n"
		      "probe-interval 300\nprobe-count 4\n"
		      "hold-down 0\nbfd-interval 100\nbfd-multiplier 3\n"));
	assert_int_equal(parse_text(text), 0);
	assert_int_equal(config.rib.static_paths[0].distance, 20);
	assert_false(config.rib.static_paths[0].bfd);
	assert_true(config.rib.static_paths[1].bfd);
	assert_int_equal(config.nexthop.bfd_interval_ms, 100);
}

static void a_bfd_key_needs_bfd_and_a_key_that_fits(void **state)
{
	char path[] = "/tmp/headgate-config-XXXXXX", line[256];
	FILE *out;

	(void)state;
	assert_error("path 192.0.2.1,via=10.0.0.1,bfd,bfd-key-id=2",
		     "--path 192.0.2.1,via=10.0.0.1,bfd,bfd-key-id=2: "
		     "bfd-key-id is for the key of bfd-key-file; give that, "
		     "too, or remove bfd-key-id");
	assert_error("path 192.0.2.1,via=10.0.0.1,bfd-key-file=/nowhere/key",
		     "--path 192.0.2.1,via=10.0.0.1,bfd-key-file=/nowhere/key: "
		     "bfd-key-file is for BFD; give bfd, too");
	assert_error(
		"path 192.0.2.1,via=10.0.0.1,bfd,bfd-key-file=/nowhere/key",
		"--path 192.0.2.1,via=10.0.0.1,bfd,bfd-key-file=/nowhere/key: "
		"/nowhere/key: No such file or directory");
	close(mkstemp(path));
	snprintf(line, sizeof(line),
		 "path 192.0.2.1,via=10.0.0.1,bfd,bfd-key-file=%s", path);
	for (int size = 20; size <= 21; size++) {
		out = fopen(path, "w");
		fprintf(out, "%0*d", size, 0);
		fclose(out);
		assert_int_equal(parse_lines(line), size - 20);
	}
	assert_non_null(strstr(errors, "longer than 20 bytes, the longest key "
				       "of BFD; shorten it at both ends"));
	unlink(path);
}

#define SERVER "path 192.0.2.1,via=10.0.0.1"

static void a_check_has_a_port_and_defaults(void **state)
{
	const struct service_options *options;

	(void)state;
	assert_int_equal(
		parse_lines(SERVER
			    ",check=tcp:80\n"
			    "path 192.0.2.1,via=10.0.0.2,check=http:65535/a?b=c"
			    ",check-interval=100,check-timeout=60000,"
			    "check-rise=1,check-fall=100"),
		0);
	options = &config.rib.static_paths[0].service;
	assert_int_equal(options->target.kind, SERVICE_TCP);
	assert_int_equal(options->target.port, 80);
	assert_int_equal(options->interval_ms, SERVICE_INTERVAL_MS);
	assert_int_equal(options->timeout_ms, SERVICE_TIMEOUT_MS);
	assert_int_equal(options->rise, SERVICE_RISE);
	assert_int_equal(options->fall, SERVICE_FALL);
	options = &config.rib.static_paths[1].service;
	assert_int_equal(options->target.kind, SERVICE_HTTP);
	assert_int_equal(options->target.port, 65535);
	assert_string_equal(options->target.path, "/a?b=c");
	assert_int_equal(options->fall, 100);
}

static void a_check_that_is_no_service_is_refused(void **state)
{
	static const char *const wrong[] = {
		"tcp",	   "tcp:",     "tcp:0",	     "tcp:65536",  "tcp:80/",
		"http:80", "http:/a",  "udp:53",     "80",	   "tcp:8 0",
		"TCP:80",  "https:/a", "http:80:/a", "tcp:000080",
	};
	char line[512];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(line, sizeof(line), SERVER ",check=%s", wrong[i]);
		if (parse_lines(line) != 1 ||
		    !strstr(errors, "must be tcp:PORT, or http:PORT/PATH such "
				    "as http:80/health"))
			fail_msg("%s: %s", line, errors);
	}
	snprintf(line, sizeof(line), SERVER ",check=http:80/%0*d",
		 SERVICE_PATH_SIZE - 2, 0);
	assert_int_equal(parse_lines(line), 0);
	snprintf(line, sizeof(line), SERVER ",check=http:80/%0*d",
		 SERVICE_PATH_SIZE - 1, 0);
	assert_int_equal(parse_lines(line), 1);
	assert_non_null(strstr(errors, "at most 95 visible ASCII characters"));
	assert_int_equal(parse_lines(SERVER ",check=http:80/\x7f"), 1);
	assert_int_equal(parse_lines(SERVER ",check=tcp:80,check-interval=99"),
			 1);
	assert_error(SERVER ",check-rise=2",
		     "--path 192.0.2.1,via=10.0.0.1,check-rise=2: check-rise "
		     "is for check; give that, too, or remove check-rise");
}

static void checks_are_printed_so_that_they_parse(void **state)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, TEXT_SIZE, "w");

	(void)state;
	parse_lines(SERVER ",check=http:80/health,check-fall=1");
	config_print(&config, out);
	fclose(out);
	assert_non_null(strstr(text, ",distance=1,check=http:80/health,"
				     "check-interval=2000,check-timeout=1000,"
				     "check-rise=2,check-fall=1\n"));
	assert_int_equal(parse_text(text), 0);
	assert_string_equal(config.rib.static_paths[0].service.target.path,
			    "/health");
}

/* There is one session with a server. */
static void flags_of_a_server_have_one_bfd_key(void **state)
{
	char path[] = "/tmp/headgate-config-XXXXXX", lines[512];
	FILE *out;

	(void)state;
	close(mkstemp(path));
	out = fopen(path, "w");
	fputs("hush", out);
	fclose(out);
	snprintf(lines, sizeof(lines),
		 "path 192.0.2.1,via=10.0.0.1,bfd,bfd-key-file=%s\n"
		 "path 192.0.2.2,via=10.0.0.1,bfd,bfd-key-file=%s\n"
		 "path 192.0.2.3,via=10.0.0.1",
		 path, path);
	assert_int_equal(parse_lines(lines), 0);
	strcat(lines, ",bfd");
	assert_int_equal(parse_lines(lines), 1);
	assert_non_null(strstr(
		errors, "file:8: --path 192.0.2.3/32: another BFD key than "
			"the --path on file:6, which has the same server; "
			"give both the same bfd-key-file"));
	snprintf(lines, sizeof(lines),
		 "path 192.0.2.1,via=10.0.0.1,bfd,bfd-key-file=%s\n"
		 "neighbor 10.0.0.0/24,as=65001,bfd",
		 path);
	assert_int_equal(parse_lines(lines), 1);
	assert_non_null(strstr(errors, "another BFD key than the --neighbor "
				       "on file:7"));
	unlink(path);
}

static void every_mistake_is_named(void **state)
{
	(void)state;
	assert_error("path 192.0.2.1",
		     "--path 192.0.2.1: the server is missing; give "
		     "via=ADDRESS");
	assert_error("path 192.0.2.1,via=0.0.0.0",
		     "--path 192.0.2.1,via=0.0.0.0: via=0.0.0.0: must be the "
		     "address of a host, such as 10.0.0.11");
	assert_error(
		"path 192.0.2.1,via=10.0.0.1,weight=0",
		"--path 192.0.2.1,via=10.0.0.1,weight=0: weight=0: must be "
		"a number from 1 to 4294967295");
	assert_error("path 192.0.2.1,via=10.0.0.1,wieght=2",
		     "--path 192.0.2.1,via=10.0.0.1,wieght=2: unknown key "
		     "'wieght'; did you mean 'weight'?");
	assert_error("path 192.0.2.1,via=10.0.0.1,via=10.0.0.2",
		     "--path 192.0.2.1,via=10.0.0.1,via=10.0.0.2: via is given "
		     "twice; keep only one");
	assert_error("path 192.0.2.1,via=10.0.0.1,bfd=yes",
		     "--path 192.0.2.1,via=10.0.0.1,bfd=yes: bfd takes no "
		     "value; leave it out");
	assert_error("bfd-interval 49",
		     "--bfd-interval 49: must be a number from 50 to 60000");
	assert_error("bfd-multiplier 256",
		     "--bfd-multiplier 256: must be a number from 1 to 255");
	assert_error("path 198.51.100.1,via=10.0.0.1",
		     "--path 198.51.100.1/32: is outside of all --vip; add its "
		     "prefix as --vip");
	assert_error("path 192.0.2.1,via=192.0.2.2",
		     "--path 192.0.2.1/32: via=192.0.2.2 is inside --vip; a "
		     "server needs an address outside of all VIPs");
}

static void one_server_has_a_vip_once(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("path 192.0.2.1,via=10.0.0.1\n"
				     "path 192.0.2.1,via=10.0.0.1,weight=2"),
			 1);
	assert_string_equal(
		errors,
		"file:7: --path 192.0.2.1/32: given before on file:6; keep "
		"only one\n1 error; nothing changed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_has_its_keys_and_defaults),
		cmocka_unit_test(paths_are_printed_so_that_they_parse),
		cmocka_unit_test(a_bfd_key_needs_bfd_and_a_key_that_fits),
		cmocka_unit_test(a_check_has_a_port_and_defaults),
		cmocka_unit_test(a_check_that_is_no_service_is_refused),
		cmocka_unit_test(checks_are_printed_so_that_they_parse),
		cmocka_unit_test(flags_of_a_server_have_one_bfd_key),
		cmocka_unit_test(every_mistake_is_named),
		cmocka_unit_test(one_server_has_a_vip_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

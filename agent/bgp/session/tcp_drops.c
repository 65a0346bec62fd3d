// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's counters of dropped segments. See tcp_drops.h. */

#include "bgp/session/tcp_drops.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FILE_SIZE = 16384, /* about 4,000 bytes today */
	DECIMAL = 10,
};

static const char netstat_path[] = "/proc/net/netstat";
static const char group_name[] = "TcpExt:";

/* The neighbors that a counter can concern. */
enum concern {
	OF_MD5,
	OF_NO_MD5,
	OF_AO,
	OF_NO_AO,
	OF_TTL_SECURITY,
};

static const struct {
	const char *name; /* the kernel's name */
	enum concern concern;
	const char *hint;
} drops[BGP_TCP_DROP_COUNT] = {
	[BGP_TCP_MD5_MISSING] = { "TCPMD5NotFound", OF_MD5,
				  "TCP-MD5 is not configured at its end" },
	[BGP_TCP_MD5_UNEXPECTED] = { "TCPMD5Unexpected", OF_NO_MD5,
				     "TCP-MD5 is configured at its end only" },
	[BGP_TCP_MD5_WRONG] = { "TCPMD5Failure", OF_MD5, "TCP-MD5 mismatch" },
	[BGP_TCP_AO_MISSING] = { "TCPAORequired", OF_AO,
				 "TCP-AO is not configured at its end" },
	/*
	 * The kernel counts both as one: no key at all, and no key of that id.
	 */
	[BGP_TCP_AO_UNEXPECTED] = { "TCPAOKeyNotFound", OF_NO_AO,
				    "TCP-AO is configured at its end only" },
	[BGP_TCP_AO_UNKNOWN_KEY] = { "TCPAOKeyNotFound", OF_AO,
				     "TCP-AO key ids differ" },
	[BGP_TCP_AO_WRONG] = { "TCPAOBad", OF_AO, "TCP-AO mismatch" },
	[BGP_TCP_TTL_TOO_LOW] = { "TCPMinTTLDrop", OF_TTL_SECURITY,
				  "it is further away than ttl-security "
				  "allows, or has no TTL security itself" },
};

/* Take the next word off a line. False at its end. */
static bool next_word(const char **line, const char **word, size_t *length)
{
	*line += strspn(*line, " ");
	*word = *line;
	*length = strcspn(*line, " \n");
	*line += *length;
	return *length;
}

static void store_counter(const char *name, size_t length, const char *number,
			  struct bgp_tcp_drops *out)
{
	for (size_t i = 0; i < BGP_TCP_DROP_COUNT; i++)
		if (strlen(drops[i].name) == length &&
		    !memcmp(drops[i].name, name, length))
			out->count[i] = strtoull(number, NULL, DECIMAL);
}

/* Return the beginning of the next line; NULL if there is none. */
static const char *next_line(const char *line)
{
	line = strchr(line, '\n');
	return line && line[1] ? line + 1 : NULL;
}

static bool begins_group(const char *line)
{
	return line && !strncmp(line, group_name, sizeof(group_name) - 1);
}

bool bgp_tcp_drops_parse(const char *text, struct bgp_tcp_drops *out)
{
	struct bgp_tcp_drops found = { .count = { 0 } };
	const char *names = text, *numbers, *name, *number;
	size_t name_length, number_length;

	while (names && !begins_group(names))
		names = next_line(names);
	numbers = names ? next_line(names) : NULL;
	if (!begins_group(numbers))
		return false;
	names += sizeof(group_name) - 1;
	numbers += sizeof(group_name) - 1;
	while (next_word(&names, &name, &name_length)) {
		if (!next_word(&numbers, &number, &number_length))
			return false;
		store_counter(name, name_length, number, &found);
	}
	*out = found;
	return true;
}

int bgp_tcp_drops_read(struct bgp_tcp_drops *out)
{
	char text[FILE_SIZE];
	FILE *in = fopen(netstat_path, "re");
	size_t size;

	if (!in)
		return -errno;
	size = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[size] = '\0';
	return bgp_tcp_drops_parse(text, out) ? 0 : -EPROTO;
}

static bool counter_concerns(const struct bgp_neighbor_options *neighbor,
			     enum concern concern)
{
	switch (concern) {
	case OF_MD5:
		return neighbor->password_file[0];
	case OF_AO:
		return neighbor->tcp_ao_key_file[0];
	case OF_NO_MD5:
		return !neighbor->password_file[0];
	case OF_NO_AO:
		return !neighbor->tcp_ao_key_file[0];
	case OF_TTL_SECURITY:
		return neighbor->ttl_security;
	}
	return false;
}

bool bgp_tcp_drops_hint(const struct bgp_neighbor_options *neighbor,
			const struct bgp_tcp_drops *before,
			const struct bgp_tcp_drops *now, char *text,
			size_t size)
{
	size_t worst = BGP_TCP_DROP_COUNT;
	uint64_t most = 0;

	for (size_t i = 0; i < BGP_TCP_DROP_COUNT; i++) {
		uint64_t grown = now->count[i] - before->count[i];

		if (!counter_concerns(neighbor, drops[i].concern) ||
		    grown <= most)
			continue;
		worst = i;
		most = grown;
	}
	if (worst == BGP_TCP_DROP_COUNT)
		return false;
	snprintf(text, size, "likely cause: %s (%" PRIu64 " segment%s dropped)",
		 drops[worst].hint, most, most == 1 ? "" : "s");
	return true;
}

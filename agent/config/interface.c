// SPDX-License-Identifier: BSD-2-Clause
/* The value of --interface. See interface.h. */

#include "config/interface.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/kind.h"
#include "config/parser.h"
#include "core/array.h"

enum vlan_ids {
	FIRST_ID = 1, /* IEEE 802.1Q 9.6: 0 is no VLAN, 4095 is reserved */
	LAST_ID = 4094,
};

static const char native[] = "native";

/* ------------------------------------------------------------- VLANs */

/* Read "native", "ID" or "ID-ID". */
static bool parse_item(struct datapath_vlans *vlans, const char *item)
{
	uint32_t id, last;

	if (!strcmp(item, native)) {
		vlans->untagged = true;
		return true;
	}
	if (!kind_read_range(item, FIRST_ID, LAST_ID, &id, &last) || id > last)
		return false;
	for (; id <= last; id++)
		vlans->ids[id / DATAPATH_VLAN_BITS] |=
			1ull << id % DATAPATH_VLAN_BITS;
	return true;
}

static bool parse_vlans(struct parser *parser, const struct value *value)
{
	struct datapath_vlans vlans = { .given = true };
	char *copy = strdup(value->text), *rest = copy, *item;
	bool valid = copy;

	while (valid && (item = strsep(&rest, "+")))
		valid = parse_item(&vlans, item);
	free(copy);
	if (!valid)
		return parser_reject(parser,
				     "must be VLANs from %d to %d, ranges of "
				     "them and `native` for frames without a "
				     "tag, such as native+100-199",
				     FIRST_ID, LAST_ID);
	memcpy(value->member, &vlans, sizeof(vlans));
	return true;
}

static void print_vlans(const struct value *value, FILE *out)
{
	const struct datapath_vlans *vlans = value->member;
	const char *separator = "";

	if (vlans->untagged) {
		fputs(native, out);
		separator = "+";
	}
	for (unsigned int id = FIRST_ID; id <= LAST_ID; id++) {
		unsigned int first = id;

		if (!datapath_vlans_have(vlans, id))
			continue;
		while (id < LAST_ID && datapath_vlans_have(vlans, id + 1))
			id++;
		fprintf(out, "%s%u", separator, first);
		if (id > first)
			fprintf(out, "-%u", id);
		separator = "+";
	}
}

static const struct kind kind_vlans = { parse_vlans, print_vlans };

/* ------------------------------------------------------------- the entry */

static const struct config_interface without_keys;

static const struct option head = {
	.name = "name",
	.kind = &kind_interface,
	OPTION_MEMBER(config_interface, name),
};

static const struct option keys[] = {
	{ "vlans", "LIST",
	  "Take only frames of these VLANs, by their outermost tag, and with "
	  "`native` those without a tag: native+100-199. Others go to the "
	  "kernel. Default: untagged ones, and those of VLANs that have a "
	  "device here.",
	  .effect = EFFECT_LIVE, .kind = &kind_vlans,
	  OPTION_MEMBER(config_interface, vlans) },
};

const struct entry interface_entry = {
	.head = &head,
	.keys = keys,
	.key_count = COUNT_OF(keys),
	.initial = &without_keys,
};

// SPDX-License-Identifier: BSD-2-Clause
/* The error of an UPDATE in words. See update_describe.h. */

#include "bgp/codec/update_describe.h"

#include "bgp/codec/martian.h"
#include "bgp/codec/text.h"

/* Return the attributes that the error is about: those of the bad next hop. */
static struct bgp_attributes
attributes_at_fault(const struct bgp_update *update)
{
	const struct bgp_announced *part =
		&update->announced[BGP_PART_MULTIPROTOCOL];
	bool is_there = part->nlri.bytes.left &&
			martian_nexthop(&part->nexthop);

	return bgp_update_attributes(update, is_there ? BGP_PART_MULTIPROTOCOL :
							BGP_PART_FIELD);
}

/* Add the value as it is understood, or the bytes of one that is not. */
static void add_value(struct text *text, const struct bgp_update *update)
{
	const struct bgp_update_error *error = &update->error;
	const struct bgp_attributes attributes = attributes_at_fault(update);
	char value[BGP_UPDATE_ERROR_TEXT_SIZE];

	if (bgp_attributes_show(&attributes, error->attribute, value,
				sizeof(value))) {
		text_add(text, ": %s", value);
	} else if (error->value.left) {
		text_add(text, ": ");
		text_add_hex(text, error->value);
	}
}

const char *bgp_update_describe(const struct bgp_update *update,
				char text[BGP_UPDATE_ERROR_TEXT_SIZE])
{
	const struct bgp_update_error *error = &update->error;
	struct text out = text_of(text, BGP_UPDATE_ERROR_TEXT_SIZE);

	if (error->attribute)
		text_add(&out,
			 "%s (%u): ", bgp_attribute_name(error->attribute),
			 error->attribute);
	text_add(&out, "%s", error->reason ? error->reason : "");
	if (error->attribute)
		add_value(&out, update);
	text_mark_cut(&out);
	return text;
}

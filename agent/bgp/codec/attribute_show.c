// SPDX-License-Identifier: BSD-2-Clause
/* Path attributes as text. See attribute_show.h. */

#include "bgp/codec/attribute_show.h"

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "bgp/codec/extended_community.h"
#include "bgp/codec/large_community.h"
#include "bgp/codec/text.h"

#include <inttypes.h>
#include <string.h>

const char *const bgp_origin_names[BGP_ORIGIN_COUNT] = {
	[BGP_ORIGIN_IGP] = "igp",
	[BGP_ORIGIN_EGP] = "egp",
	[BGP_ORIGIN_INCOMPLETE] = "incomplete",
};

const char *bgp_origin_name(unsigned int origin)
{
	return origin < BGP_ORIGIN_COUNT ? bgp_origin_names[origin] : "unknown";
}

static uint32_t number_of(const struct bgp_attribute_output *out)
{
	uint32_t number;

	memcpy(&number, (const char *)out->from + out->row->field,
	       sizeof(number));
	return number;
}

static void show_address(struct text *text, const struct address *address)
{
	char buffer[ADDRESS_TEXT_SIZE];

	text_add(text, "%s", address_format(address, buffer));
}

static void show_identifier(struct text *text, uint32_t identifier)
{
	struct address address = address_from_ipv4(htobe32(identifier));

	show_address(text, &address);
}

void attribute_show_number(struct text *text,
			   const struct bgp_attribute_output *out)
{
	text_add(text, "%" PRIu32, number_of(out));
}

void attribute_show_identifier(struct text *text,
			       const struct bgp_attribute_output *out)
{
	show_identifier(text, number_of(out));
}

void attribute_show_nothing(struct text *text,
			    const struct bgp_attribute_output *out)
{
	(void)out;
	text_add(text, "yes");
}

void attribute_show_origin(struct text *text,
			   const struct bgp_attribute_output *out)
{
	text_add(text, "%s", bgp_origin_name(out->from->origin));
}

void attribute_show_as_path(struct text *text,
			    const struct bgp_attribute_output *out)
{
	as_path_show(text, out->from->as_path);
}

void attribute_show_nexthop(struct text *text,
			    const struct bgp_attribute_output *out)
{
	show_address(text, &out->from->nexthop);
	if (address_is_zero(&out->from->link_local))
		return;
	text_add(text, " ");
	show_address(text, &out->from->link_local);
}

void attribute_show_aggregator(struct text *text,
			       const struct bgp_attribute_output *out)
{
	text_add(text, "%" PRIu32 " ", out->from->aggregator_as);
	show_address(text, &out->from->aggregator);
}

void attribute_show_aigp(struct text *text,
			 const struct bgp_attribute_output *out)
{
	text_add(text, "%" PRIu64, out->from->aigp);
}

/* Show the members of a list; `show` takes one off it. */
static void show_list(struct text *text, struct reader list,
		      void (*show)(struct text *text, struct reader *list))
{
	const char *separator = "";

	while (list.left && !text->cut) {
		text_add(text, "%s", separator);
		show(text, &list);
		separator = " ";
	}
}

static void show_community(struct text *text, struct reader *list)
{
	char buffer[COMMUNITY_TEXT_SIZE];

	text_add(text, "%s", community_format(reader_u32(list), buffer));
}

void attribute_show_communities(struct text *text,
				const struct bgp_attribute_output *out)
{
	show_list(text, out->from->communities, show_community);
}

static void show_cluster(struct text *text, struct reader *list)
{
	show_identifier(text, reader_u32(list));
}

void attribute_show_cluster_list(struct text *text,
				 const struct bgp_attribute_output *out)
{
	show_list(text, out->from->cluster_list, show_cluster);
}

void attribute_show_extended_communities(struct text *text,
					 const struct bgp_attribute_output *out)
{
	show_list(text, out->from->extended_communities,
		  extended_community_show);
}

void attribute_show_ipv6_extended_communities(
	struct text *text, const struct bgp_attribute_output *out)
{
	show_list(text, out->from->ipv6_extended_communities,
		  extended_community_show_ipv6);
}

void attribute_show_large_communities(struct text *text,
				      const struct bgp_attribute_output *out)
{
	show_list(text, out->from->large_communities, large_community_show);
}

/* Show an unknown attribute in hexadecimal. False if there is none. */
static bool show_unknown(struct text *text, struct reader list,
			 unsigned int type)
{
	struct raw_attribute raw;

	while (raw_attribute_next(&list, &raw)) {
		if (raw.type != type)
			continue;
		text_add_hex(text, raw.value);
		return true;
	}
	return false;
}

static bool show_any(struct text *text, const struct bgp_attributes *from,
		     unsigned int type)
{
	const struct bgp_attribute_output out = {
		.row = bgp_attribute_known(type),
		.from = from,
		.as_size = BGP_AS4_SIZE,
	};

	if (!out.row)
		return show_unknown(text, from->unknown, type);
	if (!(from->present & out.row->presence))
		return false;
	out.row->show(text, &out);
	return true;
}

bool bgp_attributes_show(const struct bgp_attributes *attributes,
			 unsigned int type, char *text, size_t size)
{
	struct text out = text_of(text, size);

	if (!show_any(&out, attributes, type))
		return false;
	text_mark_cut(&out);
	return true;
}

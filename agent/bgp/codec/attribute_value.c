// SPDX-License-Identifier: BSD-2-Clause
/* Values of the path attributes. See attribute_value.h. */

#include "bgp/codec/attribute_value.h"

#include "bgp/codec/as_path.h"
#include "bgp/codec/large_community.h"
#include "bgp/codec/nexthop.h"
#include "bgp/codec/raw_attribute.h"
#include "bgp/codec/tlv.h"
#include "bgp/codec/tunnel.h"

#include <string.h>

enum {
	AIGP_METRIC = 1, /* type of the TLV: RFC 7311 3 */
	AIGP_METRIC_SIZE = sizeof(uint64_t),
	AIGP_METRIC_TLV_SIZE = 3 + AIGP_METRIC_SIZE,
};

static struct address take_ipv4(struct reader *value)
{
	uint32_t ipv4 = reader_u32(value);

	return address_from_ipv4(htobe32(ipv4));
}

static void put_ipv4(struct writer *w, const struct address *address)
{
	writer_u32(w, be32toh(address_ipv4(address)));
}

static uint32_t take_as(struct reader *value, size_t as_size)
{
	return as_size == BGP_AS2_SIZE ? reader_u16(value) : reader_u32(value);
}

void attribute_load_list(struct bgp_attribute_input *in, struct reader value)
{
	memcpy((char *)in->out + in->row->field, &value, sizeof(value));
}

void attribute_store_list(struct writer *w,
			  const struct bgp_attribute_output *out)
{
	struct reader list;

	memcpy(&list, (const char *)out->from + out->row->field, sizeof(list));
	writer_bytes(w, list.data, list.left);
}

void attribute_load_number(struct bgp_attribute_input *in, struct reader value)
{
	uint32_t number = reader_u32(&value);

	memcpy((char *)in->out + in->row->field, &number, sizeof(number));
}

void attribute_store_number(struct writer *w,
			    const struct bgp_attribute_output *out)
{
	uint32_t number;

	memcpy(&number, (const char *)out->from + out->row->field,
	       sizeof(number));
	writer_u32(w, number);
}

void attribute_load_nothing(struct bgp_attribute_input *in, struct reader value)
{
	(void)in;
	(void)value;
}

void attribute_store_nothing(struct writer *w,
			     const struct bgp_attribute_output *out)
{
	(void)w;
	(void)out;
}

/* ORIGIN: RFC 4271 5.1.1, RFC 7606 7.1. */

const char *attribute_check_origin(struct reader value, size_t as_size)
{
	(void)as_size;
	return reader_u8(&value) < BGP_ORIGIN_COUNT ? NULL : "unknown value";
}

void attribute_load_origin(struct bgp_attribute_input *in, struct reader value)
{
	in->out->origin = reader_u8(&value);
}

void attribute_store_origin(struct writer *w,
			    const struct bgp_attribute_output *out)
{
	writer_u8(w, out->from->origin);
}

/* AS_PATH: RFC 4271 5.1.2, RFC 7606 7.2, RFC 6793. */

const char *attribute_check_as(struct reader value, size_t as_size)
{
	(void)as_size;
	return reader_u32(&value) ? NULL : "AS 0";
}

const char *attribute_check_as_path(struct reader value, size_t as_size)
{
	const char *error = as_path_error(value, as_size);

	if (!error && as_size != BGP_AS4_SIZE &&
	    as_path_size(value, as_size, BGP_AS4_SIZE) > RAW_ATTRIBUTE_MAX)
		return "too long for AS numbers of 4 bytes";
	return error;
}

void attribute_load_as_path(struct bgp_attribute_input *in, struct reader value)
{
	if (in->as_size != BGP_AS4_SIZE) {
		as_path_resize(&in->as_path, value, in->as_size, BGP_AS4_SIZE);
		value = reader_of(in->as_path.data, in->as_path.used);
	}
	in->out->as_path = value;
}

void attribute_store_as_path(struct writer *w,
			     const struct bgp_attribute_output *out)
{
	struct reader path = out->from->as_path;

	if (out->as_size == BGP_AS4_SIZE)
		writer_bytes(w, path.data, path.left);
	else
		as_path_resize(w, path, BGP_AS4_SIZE, out->as_size);
}

/* NEXT_HOP: RFC 4271 5.1.3, RFC 7606 7.3. IPv6 only in the canonical form. */

void attribute_load_nexthop(struct bgp_attribute_input *in, struct reader value)
{
	struct bgp_nexthop nexthop;

	if (!bgp_nexthop_read(value, &nexthop))
		return;
	in->out->nexthop = nexthop.address;
	in->out->link_local = nexthop.link_local;
}

void attribute_store_nexthop(struct writer *w,
			     const struct bgp_attribute_output *out)
{
	const struct bgp_nexthop nexthop = {
		.address = out->from->nexthop,
		.link_local = out->from->link_local,
	};

	bgp_nexthop_write(w, &nexthop);
}

/* AGGREGATOR: RFC 4271 5.1.7, RFC 7606 7.7; AS 0: RFC 7607 2. */

const char *attribute_check_aggregator(struct reader value, size_t as_size)
{
	return take_as(&value, as_size) ? NULL : "AS number 0";
}

void attribute_load_aggregator(struct bgp_attribute_input *in,
			       struct reader value)
{
	in->out->aggregator_as = take_as(&value, in->as_size);
	in->out->aggregator = take_ipv4(&value);
}

void attribute_store_aggregator(struct writer *w,
				const struct bgp_attribute_output *out)
{
	uint32_t as = out->from->aggregator_as;

	if (out->as_size == BGP_AS4_SIZE)
		writer_u32(w, as);
	else
		writer_u16(w, bgp_as_in_2_bytes(as));
	put_ipv4(w, &out->from->aggregator);
}

/* MP_REACH_NLRI and MP_UNREACH_NLRI: RFC 4760. update.c reads the values. */

void attribute_load_mp_reach(struct bgp_attribute_input *in,
			     struct reader value)
{
	in->multiprotocol->has_reach = true;
	in->multiprotocol->reach = value;
	in->multiprotocol->whole_reach = in->whole;
}

void attribute_load_mp_unreach(struct bgp_attribute_input *in,
			       struct reader value)
{
	in->multiprotocol->has_unreach = true;
	in->multiprotocol->unreach = value;
	in->multiprotocol->whole_unreach = in->whole;
}

/* AS4_PATH: RFC 6793 3, 4.2 and 6. */

const char *attribute_check_as4_path(struct reader value, size_t as_size)
{
	(void)as_size;
	return as_path_error(value, BGP_AS4_SIZE);
}

void attribute_load_as4_path(struct bgp_attribute_input *in,
			     struct reader value)
{
	in->has_as4_path = true;
	in->as4_path = value;
}

bool attribute_wants_as4_path(const struct bgp_attribute_output *out)
{
	return out->as_size == BGP_AS2_SIZE &&
	       as_path_needs_as4(out->from->as_path);
}

void attribute_store_as4_path(struct writer *w,
			      const struct bgp_attribute_output *out)
{
	as_path_strip_confederations(w, out->from->as_path);
}

/* AS4_AGGREGATOR: RFC 6793 3, 4.2 and 6. */

const char *attribute_check_as4_aggregator(struct reader value, size_t as_size)
{
	(void)as_size;
	return attribute_check_aggregator(value, BGP_AS4_SIZE);
}

void attribute_load_as4_aggregator(struct bgp_attribute_input *in,
				   struct reader value)
{
	in->has_as4_aggregator = true;
	in->as4_aggregator_as = reader_u32(&value);
	in->as4_aggregator = take_ipv4(&value);
}

bool attribute_wants_as4_aggregator(const struct bgp_attribute_output *out)
{
	return out->as_size == BGP_AS2_SIZE &&
	       out->from->present & BGP_HAS_AGGREGATOR &&
	       out->from->aggregator_as > BGP_AS_MAX_2_BYTE;
}

void attribute_store_as4_aggregator(struct writer *w,
				    const struct bgp_attribute_output *out)
{
	writer_u32(w, out->from->aggregator_as);
	put_ipv4(w, &out->from->aggregator);
}

/* AIGP: RFC 7311 3. The first of several metrics counts; all are passed on. */

static bool is_aigp_metric(const struct tlv *tlv)
{
	return tlv->type == AIGP_METRIC;
}

const char *attribute_check_aigp(struct reader value, size_t as_size)
{
	struct reader tlvs = value;
	struct tlv tlv;

	(void)as_size;
	if (!tlv_list_is_whole(value, &tlv_of_aigp))
		return "TLV longer than the attribute";
	while (tlv_next(&tlvs, &tlv_of_aigp, &tlv))
		if (is_aigp_metric(&tlv))
			return tlv.value.left == AIGP_METRIC_SIZE ?
				       NULL :
				       "metric of wrong length";
	return "no metric";
}

void attribute_load_aigp(struct bgp_attribute_input *in, struct reader value)
{
	struct tlv tlv;

	in->out->aigp_tlvs = value;
	while (tlv_next(&value, &tlv_of_aigp, &tlv)) {
		if (!is_aigp_metric(&tlv))
			continue;
		in->out->aigp = reader_u64(&tlv.value);
		return;
	}
}

static void write_aigp_metric(struct writer *w, uint64_t metric)
{
	writer_u8(w, AIGP_METRIC);
	writer_u16(w, AIGP_METRIC_TLV_SIZE);
	writer_u64(w, metric);
}

void attribute_store_aigp(struct writer *w,
			  const struct bgp_attribute_output *out)
{
	struct reader tlvs = out->from->aigp_tlvs;
	bool written = false;
	struct tlv tlv;

	while (tlv_next(&tlvs, &tlv_of_aigp, &tlv)) {
		if (!written && is_aigp_metric(&tlv)) {
			write_aigp_metric(w, out->from->aigp);
			written = true;
		} else {
			writer_bytes(w, tlv.whole.data, tlv.whole.left);
		}
	}
	if (!written)
		write_aigp_metric(w, out->from->aigp);
}

/*
 * LARGE_COMMUNITIES: RFC 8092 3, 5 and 6. The canonical form has no repetitions
 * and is read without scratch.
 */

void attribute_load_large_communities(struct bgp_attribute_input *in,
				      struct reader value)
{
	if (in->large_communities.size)
		value = large_community_list_unique(value,
						    &in->large_communities);
	in->out->large_communities = value;
}

/* Opaque attributes: checked, so that no broken one is passed on. */

const char *attribute_check_tunnel(struct reader value, size_t as_size)
{
	(void)as_size;
	return bgp_tunnel_check(value);
}

const char *attribute_check_link_state(struct reader value, size_t as_size)
{
	(void)as_size;
	return tlv_list_is_whole(value, &tlv_of_link_state) ?
		       NULL :
		       "TLV longer than the attribute";
}

const char *attribute_check_prefix_sid(struct reader value, size_t as_size)
{
	(void)as_size;
	return tlv_list_is_whole(value, &tlv_of_sid) ?
		       NULL :
		       "TLV longer than the attribute";
}

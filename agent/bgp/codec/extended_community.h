/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_EXTENDED_COMMUNITY_H
#define BGP_EXTENDED_COMMUNITY_H

/*
 * Extended communities: 8 bytes (RFC 4360), or 20 where an IPv6 address or
 * another long value is in them (RFC 5701). A list is seen through a reader
 * passed by value; its length is a checked multiple of the size of one.
 *
 * Link bandwidth comes in both: as a float behind a 2-byte AS number
 * (RFC 10005), transitive or not, and as a 64-bit number before a 4-byte AS
 * number (draft-li-idr-link-bandwidth-ext).
 */

#include "bgp/codec/attributes.h"
#include "bgp/codec/text.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Bytes per second by the lowest link bandwidth (RFC 10005 4), in whichever
 * form, that is a number: not NaN, not negative, finite. 0 means that the link
 * is to be used no more. False if there is none.
 */
bool extended_community_bandwidth(const struct bgp_attributes *attributes,
				  double *bytes_per_second);

/* One of 8 bytes, to send. */
void extended_community_write_bandwidth(struct writer *w, uint16_t as,
					double bytes_per_second,
					bool transitive);

/*
 * Writes the communities, of `size` bytes each, that may leave our AS: all but
 * the non-transitive ones (RFC 4360 2, RFC 5701 2).
 */
void extended_community_write_transitive(struct writer *w, struct reader list,
					 size_t size);

/* Writes the communities, of `size` bytes each, but the link bandwidths. */
void extended_community_write_other(struct writer *w, struct reader list,
				    size_t size);

/*
 * "rt:65001:100", "bandwidth:65001:1250000", "0x4301000000000001" for the
 * first one, which is taken off the list.
 */
void extended_community_show(struct text *text, struct reader *list);
void extended_community_show_ipv6(struct text *text, struct reader *list);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_EXTENDED_COMMUNITY_H
#define BGP_EXTENDED_COMMUNITY_H

/*
 * Extended communities: 8 bytes each (RFC 4360), or 20 with an IPv6 address or
 * another long value (RFC 5701). A list is seen through a reader passed by
 * value; its length is a checked multiple of the size of a community.
 *
 * Link bandwidth exists in both sizes: a 2-byte AS number and a float
 * (RFC 10005), transitive or not, and a 64-bit number and a 4-byte AS number
 * (draft-li-idr-link-bandwidth-ext).
 */

#include "bgp/codec/attributes.h"
#include "bgp/codec/text.h"
#include "core/encapsulation.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Find the lowest link bandwidth of both sizes (RFC 10005 4), in bytes per
 * second. NaN, negative and infinite values are ignored. 0 means that the link
 * must not be used any more. False if there is no link bandwidth.
 */
bool extended_community_bandwidth(const struct bgp_attributes *attributes,
				  double *bytes_per_second);

/*
 * Return how the next hop wants packets, by its Encapsulation communities (RFC 9012
 * 4.1): IP in IP before GRE. Other tunnel types are ignored.
 */
enum hg_encapsulation
extended_community_encapsulation(const struct bgp_attributes *attributes);

/* Write a link bandwidth community of 8 bytes. */
void extended_community_write_bandwidth(struct writer *w, uint16_t as,
					double bytes_per_second,
					bool transitive);

/*
 * Write the transitive communities, of `size` bytes each: only these may be
 * sent to another AS (RFC 4360 2, RFC 5701 2).
 */
void extended_community_write_transitive(struct writer *w, struct reader list,
					 size_t size);

/* Write the communities without those that say an encapsulation (RFC 9012 4.1). */
void extended_community_write_untunneled(struct writer *w, struct reader list);
/* Write the communities, of `size` bytes each, without link bandwidths. */
void extended_community_write_other(struct writer *w, struct reader list,
				    size_t size);

/*
 * Take a community off the list and show it: "rt:65001:100",
 * "bandwidth:65001:1250000", "0x4301000000000001".
 */
void extended_community_show(struct text *text, struct reader *list);
void extended_community_show_ipv6(struct text *text, struct reader *list);

#endif

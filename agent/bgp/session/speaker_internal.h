/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SPEAKER_INTERNAL_H
#define BGP_SPEAKER_INTERNAL_H

/* Functions shared by the files of the speaker. See speaker.h. */

#include "bgp/session/speaker.h"

/* Add a neighbor behind the others; NULL: out of memory. */
struct bgp_neighbor *
bgp_speaker_add_neighbor(struct bgp_speaker *speaker,
			 const struct bgp_neighbor_options *options,
			 const struct address *address);
/* Add one that is configured by itself, in front of those of prefixes. */
struct bgp_neighbor *
bgp_speaker_add_static(struct bgp_speaker *speaker,
		       const struct bgp_neighbor_options *options);
void bgp_speaker_drop_neighbor(struct bgp_speaker *speaker,
			       struct bgp_neighbor *neighbor);
/* Return the longest prefix of peers around an address, or NULL. */
const struct bgp_neighbor_options *
bgp_speaker_find_prefix(const struct bgp_options *options,
			const struct address *address);
/*
 * Watch attempts to connect to the port that the options say, and no other.
 * Without it, hints are about the kernel's counters for the whole host.
 */
void bgp_speaker_begin_syn_watch(struct bgp_speaker *speaker);
/* Begin router advertisements if a neighbor needs them. */
void bgp_speaker_begin_adverts(struct bgp_speaker *speaker);

#endif

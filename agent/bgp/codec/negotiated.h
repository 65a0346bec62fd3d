/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEGOTIATED_H
#define BGP_NEGOTIATED_H

/*
 * The negotiated parameters of a session, computed once from both OPENs. They
 * are the context in which later messages are decoded and encoded; the OPENs
 * are not looked at again.
 */

#include "bgp/codec/open.h"
#include "bgp/codec/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgp_negotiated {
	uint32_t local_as;
	uint32_t peer_as;
	bool ebgp;	       /* the two AS numbers differ */
	bool confederation;    /* both are in one confederation: RFC 5065 */
	bool as4;	       /* 4-byte AS numbers in UPDATEs: RFC 6793 4.1 */
	bool extended_nexthop; /* IPv6 next hops for IPv4: RFC 8950 4 */
	bool route_refresh;    /* RFC 2918 4 */
	bool enhanced_refresh; /* BoRR and EoRR: RFC 7313 4 */
	uint32_t families;     /* enum bgp_family_bits, of both */
	uint8_t flowspec;      /* enum bgp_flowspec_bits, of both */
	/* Path identifiers in UPDATEs from and to the peer: RFC 7911 4. */
	bool add_path_receive[BGP_FAMILY_COUNT];
	bool add_path_send[BGP_FAMILY_COUNT];
	/* Bytes of the longest UPDATE, NOTIFICATION or ROUTE-REFRESH. */
	size_t max_message;
	uint16_t hold_time;	   /* seconds; 0: no timers */
	uint16_t keepalive_time;   /* seconds; 0: no timers */
	bool has_graceful_restart; /* both announced it */
	/* The peer's values: RFC 4724 4. */
	struct bgp_graceful_restart graceful_restart;
	bool long_lived_stale;	 /* the peer knows LLGR_STALE: RFC 9494 4.3 */
	enum bgp_role peer_role; /* BGP_ROLE_NONE if we announced no role */
};

/*
 * Compute all members but `confederation`, which is false. `remote` must have
 * passed bgp_open_check().
 */
void bgp_negotiated_from_opens(const struct bgp_open *local,
			       const struct bgp_open *remote,
			       struct bgp_negotiated *out);

/*
 * Copy the parameters that UPDATEs to the peer depend on, and zero all other
 * bytes, padding included. Sessions whose copies are equal byte by byte can be
 * sent the same UPDATEs.
 */
void bgp_negotiated_for_updates(const struct bgp_negotiated *negotiated,
				struct bgp_negotiated *out);

/* True if the session exchanges routes of the family. */
static inline bool
bgp_negotiated_has_family(const struct bgp_negotiated *negotiated,
			  enum bgp_family family)
{
	return negotiated->families & bgp_family_bit(family);
}

#endif

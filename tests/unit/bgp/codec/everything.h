/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BGP_EVERYTHING_H
#define TESTS_BGP_EVERYTHING_H

/*
 * Every attribute that is kept, in canonical form: the known ones by type, then
 * an opaque one and two unknown ones, as an internal peer sends them with IPv4
 * routes.
 */

#define EVERY_ORIGIN	  0x40, 1, 1, 1
#define EVERY_PATH	  0x40, 2, 10, 2, 2, 0, 0, 0xfd, 0xe9, 0, 1, 0, 0
#define EVERY_NEXTHOP	  0x40, 3, 4, 10, 0, 0, 1
#define EVERY_MED	  0x80, 4, 4, 0, 0, 0, 9
#define EVERY_LOCAL_PREF  0x40, 5, 4, 0, 0, 0, 100
#define EVERY_ATOMIC	  0x40, 6, 0
#define EVERY_AGGREGATOR  0xe0, 7, 8, 0, 1, 0, 0, 10, 0, 0, 2
#define EVERY_COMMUNITIES 0xc0, 8, 8, 0, 1, 0, 2, 0xff, 0xff, 0xff, 1
#define EVERY_ORIGINATOR  0x80, 9, 4, 10, 0, 0, 7
#define EVERY_CLUSTERS	  0x80, 10, 8, 10, 0, 0, 8, 10, 0, 0, 9
#define EVERY_EXTENDED	  0xc0, 16, 8, 0x40, 4, 0xfd, 0xe9, 0x49, 0x98, 0x96, 0x80
#define EVERY_IPV6_EXTENDED                                                 \
	0xc0, 25, 20, 2, 6, 0, 0, 0, 0, 0, 0, 0x4a, 0x81, 0x7c, 0x80, 0, 0, \
		0xfd, 0xe9, 0, 0, 0, 0
#define EVERY_AIGP	 0x80, 26, 11, 1, 0, 11, 0, 0, 0, 0, 0, 0, 1, 0
#define EVERY_LARGE	 0xc0, 32, 12, 0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 0, 0, 0, 2
#define EVERY_OTC	 0xc0, 35, 4, 0, 0, 0xfd, 0xe9
#define EVERY_TUNNEL	 0xe0, 23, 4, 0, 8, 0, 0
#define EVERY_PREFIX_SID 0xe0, 40, 10, 1, 0, 7, 0, 0, 0, 0, 0, 0, 9
#define EVERY_UNKNOWN	 0xe0, 99, 1, 5
#define EVERY_LAST	 0xe0, 255, 0

#define EVERYTHING_KNOWN                                                      \
	EVERY_ORIGIN, EVERY_PATH, EVERY_NEXTHOP, EVERY_MED, EVERY_LOCAL_PREF, \
		EVERY_ATOMIC, EVERY_AGGREGATOR, EVERY_COMMUNITIES,            \
		EVERY_ORIGINATOR, EVERY_CLUSTERS, EVERY_EXTENDED,             \
		EVERY_IPV6_EXTENDED, EVERY_AIGP, EVERY_LARGE, EVERY_OTC

#define EVERYTHING_UNKNOWN \
	EVERY_TUNNEL, EVERY_PREFIX_SID, EVERY_UNKNOWN, EVERY_LAST

#define EVERYTHING EVERYTHING_KNOWN, EVERYTHING_UNKNOWN

#endif

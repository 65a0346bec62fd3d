/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_IP_HEADER_H
#define CORE_IP_HEADER_H

/*
 * The IP header of a packet that the host received: RFC 791 3.1, RFC 8200 3.
 * Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct reader;

struct ip_header {
	struct address source, destination; /* link-local ones without scope */
	size_t payload;	  /* bytes that follow, also those that were not read */
	uint8_t protocol; /* IPv6: of the next header, extensions too */
	uint8_t hop_limit; /* IPv4: time to live */
};

/*
 * Read the header that `packet` begins with, and step behind its options. False
 * if it is of no known version, not whole, or a fragment's. Lengths are the
 * sender's: the packet may have less. The checksum is the kernel's to check.
 */
bool ip_header_read(struct reader *packet, struct ip_header *header);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ENCAPSULATION_H
#define CORE_ENCAPSULATION_H

/*
 * How packets go to a next hop that is not on a link of ours: the values of enum
 * hg_encapsulation by name, and what they add to a packet. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "headgate/abi.h"

/* Names as in encap=, indexed by enum hg_encapsulation. */
extern const char *const encapsulation_names[HG_ENCAPSULATION_COUNT];

/* Return the bytes of the header between the two IP headers. */
uint16_t encapsulation_shim_size(enum hg_encapsulation encapsulation);
/* Return the bytes in front of a packet whose tunnel ends at such an address. */
uint16_t encapsulation_size(enum hg_encapsulation encapsulation, bool ipv4);

#endif

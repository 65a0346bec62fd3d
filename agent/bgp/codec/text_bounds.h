/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TEXT_BOUNDS_H
#define BGP_TEXT_BOUNDS_H

/*
 * Long values in little room: text.h for lists that a peer may have made as
 * long as a message. Who writes one stops when the text is cut, and in the end
 * the text says that it is not all.
 */

#include "bgp/codec/text.h"
#include "core/wire.h"

/* "0x00ff", or "0x" for no bytes. */
void text_add_hex(struct text *text, struct reader bytes);

/* Ends a text that was cut in "..."; it has room for at least 3 characters. */
void text_mark_cut(struct text *text);

#endif

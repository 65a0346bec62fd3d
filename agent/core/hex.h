/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_HEX_H
#define CORE_HEX_H

/* Frames as text in JSON: two hexadecimal digits a byte. */

#include <stddef.h>
#include <stdint.h>

/* Writes 2 * size digits and the end. */
void hex_write(const uint8_t *bytes, size_t size, char *text);
/* Bytes read, at most `size`; -1 if it is no such text or too long. */
long hex_read(const char *text, uint8_t *bytes, size_t size);

#endif

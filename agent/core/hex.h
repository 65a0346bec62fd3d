/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_HEX_H
#define CORE_HEX_H

/* Hexadecimal text, for frames in JSON: two digits a byte. */

#include <stddef.h>
#include <stdint.h>

/* Write 2 * size digits and a NUL. */
void hex_write(const uint8_t *bytes, size_t size, char *text);
/* Return the number of bytes read; -1: no hexadecimal text, or too long. */
long hex_read(const char *text, uint8_t *bytes, size_t size);

#endif

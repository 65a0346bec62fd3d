// SPDX-License-Identifier: BSD-2-Clause
/* Hexadecimal text. See hex.h. */

#include "core/hex.h"

#include <string.h>

enum {
	HEX_BASE = 16
};

static const char digits[HEX_BASE + 1] = "0123456789abcdef";

void hex_write(const uint8_t *bytes, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++) {
		*text++ = digits[bytes[i] / HEX_BASE];
		*text++ = digits[bytes[i] % HEX_BASE];
	}
	*text = '\0';
}

static int digit_value(char digit)
{
	const char *at = digit ? strchr(digits, digit) : NULL;

	return at ? (int)(at - digits) : -1;
}

long hex_read(const char *text, uint8_t *bytes, size_t size)
{
	size_t length = strlen(text) / 2;

	if (strlen(text) % 2 || length > size)
		return -1;
	for (size_t i = 0; i < length; i++) {
		int high = digit_value(text[2 * i]);
		int low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		bytes[i] = (uint8_t)(high * HEX_BASE + low);
	}
	return (long)length;
}

// SPDX-License-Identifier: BSD-2-Clause
/* SHA-1 against published vectors, and around the ends of blocks. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/hex.h"
#include "core/sha1.h"

static void assert_digest(const void *data, size_t size, const char *expected)
{
	uint8_t digest[SHA1_SIZE];
	char text[2 * SHA1_SIZE + 1];

	sha1(data, size, digest);
	hex_write(digest, sizeof(digest), text);
	assert_string_equal(text, expected);
}

/* FIPS 180-2, appendix A; RFC 3174 7.3. */
static void published_messages_have_their_digests(void **state)
{
	static char million[1000000];

	(void)state;
	assert_digest("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_digest("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_digest(
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	memset(million, 'a', sizeof(million));
	assert_digest(million, sizeof(million),
		      "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

/* The digest of the digests of 0 to 129 bytes. */
static void every_length_around_a_block_is_padded_right(void **state)
{
	uint8_t bytes[130], digests[130 * SHA1_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(bytes); i++)
		sha1(bytes, i, digests + i * SHA1_SIZE);
	assert_digest(digests, sizeof(digests),
		      "e4ad4ab1a796af7013a3364077658c2e6a6c9a65");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_messages_have_their_digests),
		cmocka_unit_test(every_length_around_a_block_is_padded_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-2-Clause
/* Capture files, read back by libpcap and block by block. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include "pcapng.h"

enum {
	SNAPLEN = 256,
	BLOCK_FRAME_SIZE = 12,
};

static const uint64_t time_ns = 1700000000123456789;

/* Write a file with one packet of each size up to 9 bytes. */
static FILE *write_file(const char *comment)
{
	static const uint8_t frame[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	FILE *file = tmpfile();

	assert_non_null(file);
	pcapng_write_header(file, "headgatectl");
	pcapng_write_interface(file, "eth0", SNAPLEN);
	pcapng_write_interface(file, "a-longer-name", SNAPLEN);
	for (size_t size = 0; size <= sizeof(frame); size++) {
		const struct pcapng_packet packet = {
			.interface = size % 2,
			.time_ns = time_ns + size,
			.frame = frame,
			.captured_size = size,
			.frame_size = size + 1000,
			.comment = comment,
		};

		pcapng_write_packet(file, &packet);
	}
	assert_false(ferror(file));
	rewind(file);
	return file;
}

static void libpcap_reads_back_every_packet(void **state)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	FILE *file = write_file("forwarded_tx to 10.1.0.11");
	pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(
		file, PCAP_TSTAMP_PRECISION_NANO, error);
	struct pcap_pkthdr *header;
	const uint8_t *frame;

	(void)state;
	assert_string_equal(error, "");
	assert_non_null(pcap);
	assert_int_equal(pcap_datalink(pcap), DLT_EN10MB);
	for (size_t size = 0; size <= 9; size++) {
		assert_int_equal(pcap_next_ex(pcap, &header, &frame), 1);
		assert_int_equal(header->caplen, size);
		assert_int_equal(header->len, size + 1000);
		assert_int_equal(header->ts.tv_sec, 1700000000);
		assert_int_equal(header->ts.tv_usec, 123456789 + size);
		if (size)
			assert_int_equal(frame[size - 1], size);
	}
	assert_int_equal(pcap_next_ex(pcap, &header, &frame), PCAP_ERROR_BREAK);
	pcap_close(pcap);
}

/* Every block must have its length at both ends. */
static void every_block_says_its_length_twice(void **state)
{
	static const char *const comments[] = { "", "a", "ab", "abc", "abcd" };

	(void)state;
	for (size_t i = 0; i < sizeof(comments) / sizeof(comments[0]); i++) {
		FILE *file = write_file(comments[i]);
		uint32_t head[2], tail;
		size_t blocks = 0;

		while (fread(head, sizeof(head), 1, file)) {
			assert_int_equal(head[1] % 4, 0);
			fseek(file, (long)head[1] - BLOCK_FRAME_SIZE, SEEK_CUR);
			assert_int_equal(fread(&tail, sizeof(tail), 1, file),
					 1);
			assert_int_equal(tail, head[1]);
			blocks++;
		}
		assert_int_equal(blocks, 13);
		fclose(file);
	}
}

static void a_comment_longer_than_an_option_is_cut(void **state)
{
	char *comment = malloc(70001), error[PCAP_ERRBUF_SIZE] = "";
	struct pcap_pkthdr *header;
	const uint8_t *frame;
	pcap_t *pcap;

	(void)state;
	memset(comment, 'x', 70000);
	comment[70000] = '\0';
	pcap = pcap_fopen_offline(write_file(comment), error);
	assert_non_null(pcap);
	for (size_t size = 0; size <= 9; size++)
		assert_int_equal(pcap_next_ex(pcap, &header, &frame), 1);
	pcap_close(pcap);
	free(comment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libpcap_reads_back_every_packet),
		cmocka_unit_test(every_block_says_its_length_twice),
		cmocka_unit_test(a_comment_longer_than_an_option_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

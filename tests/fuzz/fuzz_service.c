// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: what a server answers to a check. The status line is judged alike
 * whole and byte by byte, and a segment that is read is built again the same.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "nexthop/service_http.h"
#include "nexthop/service_segment.h"
#include "nexthop/service_tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_status_line(const char *answer, size_t size)
{
	uint16_t status = 0, again = 0;
	enum service_http_verdict whole =
		service_http_judge(answer, size, &status);
	enum service_http_verdict part = SERVICE_HTTP_INCOMPLETE;

	for (size_t i = 0; i <= size && part == SERVICE_HTTP_INCOMPLETE; i++)
		part = service_http_judge(answer, i, &again);
	assert(part == whole && again == status);
	assert((whole == SERVICE_HTTP_OK) == (status >= 200 && status < 400));
}

/* Give the segment to connections in each state. */
static void check_connection(const struct service_segment *segment)
{
	struct service_tcp tcp;

	for (uint16_t request = 0; request < 2; request++) {
		service_tcp_begin(&tcp, segment->acknowledged - 1, request);
		for (int i = 0; i < 3 && service_tcp_owns(&tcp, segment); i++) {
			service_tcp_take(&tcp, segment);
			tcp.expected = segment->sequence;
		}
		assert(tcp.head_size <= sizeof(tcp.head));
	}
}

static void check_again(struct service_segment *segment)
{
	uint8_t packet[SERVICE_PACKET_SIZE];
	struct service_segment again;
	size_t size = service_segment_build(segment, packet);

	if (segment->data_present != segment->data_size || !size)
		return;
	assert(service_segment_parse(packet, size, &again));
	assert(again.sequence == segment->sequence);
	assert(again.acknowledged == segment->acknowledged);
	assert(again.data_size == segment->data_size);
	assert(!again.data_size ||
	       !memcmp(again.data, segment->data, again.data_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct service_segment segment;

	check_status_line((const char *)data, size);
	if (!service_segment_parse(data, size, &segment))
		return 0;
	assert(segment.data_present <= segment.data_size);
	assert(segment.data_present <= size);
	check_connection(&segment);
	if (segment.data_size <= SERVICE_PACKET_SIZE &&
	    segment.data_present == segment.data_size)
		check_again(&segment);
	return 0;
}

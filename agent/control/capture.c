// SPDX-License-Identifier: BSD-2-Clause
/* Captures as JSON. See capture.h. */

#include "control/capture.h"

#include <json-c/json.h>

#include "control/json.h"
#include "control/request.h"
#include "control/show.h"
#include "core/clock.h"
#include "core/hex.h"
#include "datapath/datapath.h"
#include "nexthop/tracker.h"

struct json_object *capture_parse(struct json_object *request,
				  struct capture_request *capture)
{
	const char *vip = json_get_text(request, "vip");
	struct json_object *rate;
	int64_t interval = 1;

	if (vip && !address_parse(vip, &capture->vip))
		return request_failure("vip '%s': not an address", vip);
	capture->one_vip = vip;
	if (json_object_object_get_ex(request, "rate", &rate))
		interval = json_object_get_int64(rate);
	if (interval < 1 || interval > UINT32_MAX)
		return request_failure("rate: must be from 1 to %u",
				       UINT32_MAX);
	capture->interval = (uint32_t)interval;
	return NULL;
}

struct json_object *capture_head(const struct control_view *view)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < view->datapath_options->interface_count; i++) {
		const struct nexthop_link *link = tracker_link_by_name(
			view->tracker, view->datapath_options->interfaces[i]);
		struct json_object *row;

		if (!link)
			continue;
		row = json_object_new_object();
		json_add_text(row, "name", link->name);
		json_add_number(row, "ifindex", link->ifindex);
		json_object_array_add(list, row);
	}
	return json_wrap("capture", json_wrap("interfaces", list));
}

/* Convert a time of the program, whose clock counts from the host's start. */
static uint64_t ns_since_1970(uint64_t monotonic_ns)
{
	return clock_read_ns(CLOCK_REALTIME) - clock_read_ns(CLOCK_MONOTONIC) +
	       monotonic_ns;
}

struct json_object *capture_packet(const struct control_view *view,
				   const struct hg_capture *record,
				   const uint8_t *frame)
{
	const struct nexthop *nexthop = show_nexthop_in(view, record->slot);
	struct json_object *packet = json_object_new_object();
	char text[2 * HG_CAPTURE_SNAPLEN + 1];
	uint32_t size = record->captured_size;

	if (size > HG_CAPTURE_SNAPLEN)
		size = HG_CAPTURE_SNAPLEN;
	hex_write(frame, size, text);
	json_add_number(packet, "time_ns", ns_since_1970(record->time_ns));
	json_add_number(packet, "ifindex", record->ifindex);
	json_add_text(packet, "outcome", hg_outcome_name(record->outcome));
	json_add(packet, "next_hop",
		 nexthop ? json_of_address(&nexthop->address) : NULL);
	json_add(packet, "bucket",
		 record->bucket == UINT32_MAX ?
			 NULL :
			 json_object_new_uint64(
				 record->bucket %
				 view->datapath_options->table_size));
	json_add_number(packet, "size", record->frame_size);
	json_add_text(packet, "frame", text);
	return json_wrap("packet", packet);
}

struct json_object *capture_lost(uint64_t count)
{
	return json_wrap("lost", json_object_new_uint64(count));
}

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_CAPTURE_H
#define CONTROL_CAPTURE_H

/*
 * Captures as JSON: the request and the lines that answer it (headgate/ctl.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "control/view.h"
#include "core/address.h"
#include "headgate/abi.h"

struct json_object;

/* The frames that a client asks for. */
struct capture_request {
	bool one_vip; /* only those for `vip` */
	struct address vip;
	uint32_t interval; /* one of so many frames, chosen at random */
};

/* Fill in *capture; return NULL, or {"error": ...}, which the caller puts. */
struct json_object *capture_parse(struct json_object *request,
				  struct capture_request *capture);

/* Return a line of the answer, which the caller puts. */
struct json_object *capture_head(const struct control_view *view);
struct json_object *capture_packet(const struct control_view *view,
				   const struct hg_capture *record,
				   const uint8_t *frame);
struct json_object *capture_lost(uint64_t count);

#endif

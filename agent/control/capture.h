/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_CAPTURE_H
#define CONTROL_CAPTURE_H

/*
 * The lines that a client gets who asked for a capture (headgate/ctl.h), and
 * what he may ask for.
 */

#include <stdbool.h>
#include <stdint.h>

#include "control/show.h"
#include "core/address.h"
#include "headgate/abi.h"

/* What to capture. */
struct capture_request {
	bool one_vip;
	struct address vip;
	uint32_t interval; /* one frame of so many */
};

/* True if a request is for a capture; `what` or the text of an error. */
bool capture_is_asked(struct json_object *request);
/* NULL, or {"error": ...}, which the caller puts. */
struct json_object *capture_parse(struct json_object *request,
				  struct capture_request *what);

/* Each of them for the caller to put. */
struct json_object *capture_head(const struct control_view *view);
struct json_object *capture_packet(const struct control_view *view,
				   const struct hg_capture *record,
				   const uint8_t *frame);
struct json_object *capture_lost(uint64_t count);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_DUMP_H
#define CONTROL_DUMP_H

/*
 * All routes as they were received, before our rules, in the MRT format
 * (bgp/codec/mrt.h): a line of JSON for each record, and one for the end.
 */

struct control_view;
struct reply;

/* Return the reply, which the caller frees with reply_free(), or NULL. */
struct reply *dump_routes(const struct control_view *view);

#endif

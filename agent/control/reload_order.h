/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_RELOAD_ORDER_H
#define CONTROL_RELOAD_ORDER_H

/* Orders to read the configuration again, as requests and as JSON. */

#include <stdbool.h>
#include <stdint.h>

struct json_object;

struct reload_order {
	bool dry_run;	    /* say what would change, and change nothing */
	uint32_t confirm_s; /* undo it then unless it is confirmed; 0: keep it */
	bool confirms;	    /* the last one: read nothing */
};

enum reload_order_limits {
	RELOAD_MAX_CONFIRM_S = 86400,
};

/* The changes of an order, and the reasons for its refusal. */
struct reload_reply;

/* NULL: out of memory. The caller frees with reload_reply_free(). */
struct reload_reply *reload_reply_new(void);
void reload_reply_free(struct reload_reply *reply);
/* Add a change in words; the flag that it is about, and its effect by name. */
void reload_reply_change(struct reload_reply *reply, const char *text,
			 const char *flag, const char *effect,
			 uint64_t touched);
/* Refuse the order: nothing is changed. */
void reload_reply_error(struct reload_reply *reply, const char *text);
/* It takes a successor to have the configuration and the program in force. */
void reload_reply_needs_successor(struct reload_reply *reply);
bool reload_reply_is_refused(const struct reload_reply *reply);
/* Write all of it to the log. */
void reload_reply_log(const struct reload_reply *reply);

/*
 * Read "dry_run" and "confirm_s" of a request. Return NULL, or the reply to send instead, which
 * the caller puts.
 */
struct json_object *reload_order_parse(struct json_object *request,
				       struct reload_order *order);
/* Return the reply to an order, which the caller puts. */
struct json_object *reload_reply_json(const struct reload_reply *reply,
				      const struct reload_order *order);

#endif

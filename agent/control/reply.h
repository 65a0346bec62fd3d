/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_REPLY_H
#define CONTROL_REPLY_H

/*
 * Replies that are written in parts, one in each step of a client's turn
 * (server.h), so that a list of any length never holds the event loop.
 *
 * The state of the agent may change between two parts. A list holds the keys of
 * the rows that existed when it began: later ones are left out, those that have
 * gone are skipped. The keys of the longest lists are collected in parts, too
 * (prefix_cursor.h).
 */

#include <stdbool.h>
#include <stddef.h>

struct control_view;
struct evbuffer;
struct json_object;
struct prefix_map;
struct reply;

struct reply_type {
	/* Write the next part. False: that was the last one. */
	bool (*write)(struct reply *reply, struct evbuffer *out);
	void (*free)(struct reply *reply);
};

/* The first member of each reply. */
struct reply {
	const struct reply_type *type;
};

static inline void reply_free(struct reply *reply)
{
	if (reply)
		reply->type->free(reply);
}

/* The keys of a list, in the order in which it is shown. */
struct reply_keys {
	void *keys;
	size_t count;
	void *context; /* what all rows need; freed with the keys by free() */
};

/* A list of JSON objects under one name: {"NAME":[ROW,ROW]}. */
struct reply_list {
	const char *name;
	size_t key_size;
	/*
	 * Return the map whose prefixes are the keys, collected in parts. NULL:
	 * the other functions collect the keys.
	 */
	const struct prefix_map *(*map)(const struct control_view *view);
	/*
	 * Return 0 or -ENOMEM; the caller frees the keys in both cases. NULL if
	 * map() or collect_for() is set.
	 */
	int (*collect)(const struct control_view *view,
		       struct reply_keys *keys);
	/*
	 * The same for what the request asks; with map(), to set the context.
	 * Another error comes with the reply to send instead in *failure, which
	 * the caller puts.
	 */
	int (*collect_for)(const struct control_view *view,
			   struct json_object *request, struct reply_keys *keys,
			   struct json_object **failure);
	/* Return the row of a key, which the caller puts; NULL: it has gone. */
	struct json_object *(*row)(const struct control_view *view,
				   const void *key, const void *context);
};

/*
 * Return the list, which the caller frees with reply_free(). If there is none,
 * *failure is the reply to send instead, which the caller puts.
 */
struct reply *reply_list_new(const struct control_view *view,
			     const struct reply_list *list,
			     struct json_object *request,
			     struct json_object **failure);
/*
 * Write the rows of the list otherwise than as JSON: each by `write`, which does not
 * put it, and nothing around them. `end` is called behind the last one with the context of the
 * keys; either may be NULL.
 */
struct reply_writer {
	void (*row)(struct evbuffer *out, struct json_object *row,
		    const void *argument);
	void (*end)(struct evbuffer *out, const void *context,
		    const void *argument);
	const void *argument;
};

/* Return the list like reply_list_new(). *writer must outlive it. */
struct reply *reply_rows_new(const struct control_view *view,
			     const struct reply_list *list,
			     struct json_object *request,
			     const struct reply_writer *writer,
			     struct json_object **failure);
/* Write a JSON object, and put it. */
void reply_write_json(struct evbuffer *out, struct json_object *json);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_STREAM_H
#define BGP_STREAM_H

/*
 * A TCP socket as a stream of BGP messages: whole messages come out of it, and
 * bytes that the socket does not take at once wait in a buffer. Knows nothing
 * of what a message says.
 *
 * Reading stops as soon as a callback has closed the stream.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/message.h"

struct bgp_stream;
struct event;
struct event_base;
struct evbuffer;

struct bgp_stream_callbacks {
	/* The socket given to bgp_stream_connect() is connected. */
	void (*connected)(struct bgp_stream *stream);
	void (*message)(struct bgp_stream *stream,
			const struct bgp_message *message);
	/* No message can follow: `frame->error` says why. */
	void (*bad_message)(struct bgp_stream *stream,
			    const struct bgp_message *message);
	/* The connection is broken, could not be made, or the peer ended it. */
	void (*lost)(struct bgp_stream *stream, const char *why);
	/* The socket took some bytes, or (`taken` false) none of those waiting. */
	void (*written)(struct bgp_stream *stream, bool taken);
	/* There is room again after the buffer was not empty. */
	void (*writable)(struct bgp_stream *stream);
};

struct bgp_stream {
	struct event_base *base;
	const struct bgp_stream_callbacks *callbacks;
	int fd; /* -1: closed */
	bool connecting;
	struct event *read_event;
	struct event *write_event;
	struct evbuffer *output;
	size_t max_message; /* longest to come in */
	size_t partial_size;
	uint8_t *partial; /* of a message not complete yet; NULL if closed */
};

/* Returns 0 or -ENOMEM; bgp_stream_destroy() is legal in both cases. */
int bgp_stream_init(struct bgp_stream *stream, struct event_base *base,
		    const struct bgp_stream_callbacks *callbacks);
void bgp_stream_destroy(struct bgp_stream *stream);

/*
 * Takes over a socket that is connected, or one that is connecting. Returns 0
 * or -ENOMEM; the socket is closed by bgp_stream_close() in both cases.
 */
int bgp_stream_open(struct bgp_stream *stream, int fd);
int bgp_stream_connect(struct bgp_stream *stream, int fd);
/* Allows longer messages than BGP_MAX_MESSAGE. Returns 0 or -ENOMEM. */
int bgp_stream_extend(struct bgp_stream *stream, size_t max_message);
/* Sends what the socket takes of the rest, then closes. */
void bgp_stream_close(struct bgp_stream *stream);

/* Queues bytes; bgp_stream_flush() sends them. */
void bgp_stream_write(struct bgp_stream *stream, const void *data, size_t size);
void bgp_stream_flush(struct bgp_stream *stream);
/* Bytes that the socket has not taken. */
size_t bgp_stream_waiting(const struct bgp_stream *stream);
/* Stops and begins again to be told of input; a closed one does not mind. */
void bgp_stream_pause(struct bgp_stream *stream);
void bgp_stream_resume(struct bgp_stream *stream);
/* Reads what is there now, without waiting to be told of it. */
void bgp_stream_read(struct bgp_stream *stream);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_STREAM_H
#define BGP_STREAM_H

/*
 * A TCP socket as a stream of BGP messages. It delivers whole messages, and
 * bytes that the socket does not take at once wait in a buffer. It knows
 * nothing about the contents of messages.
 *
 * Reading stops as soon as a callback has closed the stream.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/codec/message.h"
#include "core/work_queue.h"

struct bgp_stream;
struct event;
struct event_base;
struct evbuffer;

struct bgp_stream_callbacks {
	/* The socket given to bgp_stream_connect() is connected. */
	void (*connected)(struct bgp_stream *stream);
	void (*message)(struct bgp_stream *stream,
			const struct bgp_message *message);
	/* The stream is out of step: `message->error` is the reason. */
	void (*bad_message)(struct bgp_stream *stream,
			    const struct bgp_message *message);
	/*
	 * The connection is broken, could not be made, or was ended by the
	 * peer.
	 */
	void (*lost)(struct bgp_stream *stream, const char *reason);
	/* The socket took some of the waiting bytes, or none if not `taken`. */
	void (*written)(struct bgp_stream *stream, bool taken);
	/* The buffer was not empty and has room again. */
	void (*writable)(struct bgp_stream *stream);
};

/* Bytes from the socket that are not processed. */
struct bgp_stream_input {
	uint8_t *data; /* NULL: none */
	size_t start, end;
	bool has_message; /* a whole one may be there, not only its beginning */
};

struct bgp_stream {
	struct event_base *base;
	struct work_queue *queue;
	struct work reading; /* there is input */
	const struct bgp_stream_callbacks *callbacks;
	int fd; /* -1: closed */
	bool connecting;
	struct event *read_event;
	struct event *write_event;
	struct evbuffer *output;
	size_t max_message; /* longest message accepted */
	struct bgp_stream_input input;
	bool sealed; /* another process has the socket, too: bgp_stream_seal() */
};

/* Return 0 or -ENOMEM; bgp_stream_destroy() is legal in both cases. */
int bgp_stream_init(struct bgp_stream *stream, struct event_base *base,
		    struct work_queue *work,
		    const struct bgp_stream_callbacks *callbacks);
void bgp_stream_destroy(struct bgp_stream *stream);

/*
 * Take over a socket that is connected, or one that is connecting. Return 0 or
 * -ENOMEM; bgp_stream_close() closes the socket in both cases.
 */
int bgp_stream_open(struct bgp_stream *stream, int fd);
int bgp_stream_connect(struct bgp_stream *stream, int fd);
/* Send as much of the buffer as the socket takes, then close. */
void bgp_stream_close(struct bgp_stream *stream);

/* Queue bytes; bgp_stream_flush() sends them. */
void bgp_stream_write(struct bgp_stream *stream, const void *data, size_t size);
void bgp_stream_flush(struct bgp_stream *stream);
/* Return how many bytes wait for the socket. */
size_t bgp_stream_waiting(const struct bgp_stream *stream);
/* Stop and resume reading. Legal on a closed stream. */
void bgp_stream_pause(struct bgp_stream *stream);
void bgp_stream_resume(struct bgp_stream *stream);
/*
 * While a stream is sealed its socket belongs to another process, too: nothing is
 * read or written, and a close leaves the connection alone. Output waits.
 */
void bgp_stream_seal(struct bgp_stream *stream);
/* Send what waits. Reading is resumed by bgp_stream_resume(). */
void bgp_stream_unseal(struct bgp_stream *stream);
/*
 * Process a piece of the input, and read from the socket if there is none. True
 * if there may be more.
 */
bool bgp_stream_read(struct bgp_stream *stream);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* Reading, writing and framing on one socket. See stream.h. */

#include "bgp/session/stream.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/session/socket.h"

enum {
	/* Bytes read at once: up to 2,000 prefixes. */
	READ_SIZE = 8192,
	UNREAD_SIZE = 65536,
	/* A peer that never stops sending does not delay the close. */
	CLOSE_READS = 16,
};

/* ------------------------------------------------------------- input */

/* Deliver the whole messages in `data` and keep the rest. */
static void process_input(struct bgp_stream *stream, const uint8_t *data,
			  size_t size)
{
	while (stream->fd >= 0) {
		struct bgp_message message;

		switch (bgp_message_next(data, size, stream->max_message,
					 &message)) {
		case BGP_MESSAGE_INCOMPLETE:
			memcpy(stream->partial, data, size);
			stream->partial_size = size;
			return;
		case BGP_MESSAGE_ERROR:
			stream->callbacks->bad_message(stream, &message);
			return;
		case BGP_MESSAGE_OK:
			data += message.size;
			size -= message.size;
			stream->callbacks->message(stream, &message);
		}
	}
}

bool bgp_stream_read(struct bgp_stream *stream)
{
	uint8_t data[BGP_MAX_EXTENDED_MESSAGE + READ_SIZE];
	size_t size = stream->partial_size;
	ssize_t count;

	memcpy(data, stream->partial, size);
	count = read(stream->fd, data + size, READ_SIZE);
	if (count > 0)
		process_input(stream, data, size + (size_t)count);
	else if (!count)
		stream->callbacks->lost(stream,
					"the peer closed the connection");
	else if (errno != EAGAIN && errno != EINTR)
		stream->callbacks->lost(stream, strerror(errno));
	return count == READ_SIZE;
}

static void on_socket_readable(evutil_socket_t fd, short what, void *stream)
{
	struct bgp_stream *reader = stream;

	(void)fd, (void)what;
	work_queue_add(reader->queue, &reader->input);
}

/* Read a piece. Where more may wait, go on behind the others' pieces. */
static void read_input(void *context)
{
	struct bgp_stream *stream = context;

	if (bgp_stream_read(stream) && stream->read_event &&
	    event_pending(stream->read_event, EV_READ, NULL))
		work_queue_add(stream->queue, &stream->input);
}

void bgp_stream_pause(struct bgp_stream *stream)
{
	work_queue_remove(stream->queue, &stream->input);
	if (stream->read_event)
		event_del(stream->read_event);
}

void bgp_stream_resume(struct bgp_stream *stream)
{
	if (stream->read_event && !stream->connecting)
		event_add(stream->read_event, NULL);
}

/* ------------------------------------------------------------- output */

size_t bgp_stream_waiting(const struct bgp_stream *stream)
{
	return evbuffer_get_length(stream->output);
}

void bgp_stream_write(struct bgp_stream *stream, const void *data, size_t size)
{
	evbuffer_add(stream->output, data, size);
}

/* Errors are ignored: the next read reports a broken connection. */
void bgp_stream_flush(struct bgp_stream *stream)
{
	int written;

	if (!bgp_stream_waiting(stream))
		return;
	written = evbuffer_write(stream->output, stream->fd);
	stream->callbacks->written(stream, written > 0);
	if (bgp_stream_waiting(stream) &&
	    (written >= 0 || errno == EAGAIN || errno == EINTR))
		event_add(stream->write_event, NULL);
}

static void on_connect_done(struct bgp_stream *stream)
{
	int error = bgp_socket_error(stream->fd);

	if (error) {
		stream->callbacks->lost(stream, strerror(-error));
		return;
	}
	stream->connecting = false;
	event_add(stream->read_event, NULL);
	stream->callbacks->connected(stream);
}

static void on_socket_writable(evutil_socket_t fd, short what, void *argument)
{
	struct bgp_stream *stream = argument;

	(void)fd, (void)what;
	if (stream->connecting) {
		on_connect_done(stream);
		return;
	}
	bgp_stream_flush(stream);
	stream->callbacks->writable(stream);
}

/* ------------------------------------------------------------- life */

int bgp_stream_init(struct bgp_stream *stream, struct event_base *base,
		    struct work_queue *work,
		    const struct bgp_stream_callbacks *callbacks)
{
	*stream = (struct bgp_stream){
		.base = base,
		.queue = work,
		.input = { .run = read_input, .context = stream },
		.callbacks = callbacks,
		.fd = -1,
		.output = evbuffer_new(),
	};
	return stream->output ? 0 : -ENOMEM;
}

void bgp_stream_destroy(struct bgp_stream *stream)
{
	if (!stream->output)
		return;
	bgp_stream_close(stream);
	evbuffer_free(stream->output);
	stream->output = NULL;
}

static int watch_stream(struct bgp_stream *stream, int fd)
{
	stream->fd = fd;
	stream->max_message = BGP_MAX_MESSAGE;
	stream->partial = malloc(stream->max_message);
	stream->read_event = event_new(stream->base, fd, EV_READ | EV_PERSIST,
				       on_socket_readable, stream);
	stream->write_event = event_new(stream->base, fd, EV_WRITE,
					on_socket_writable, stream);
	return stream->partial && stream->read_event && stream->write_event ?
		       0 :
		       -ENOMEM;
}

int bgp_stream_open(struct bgp_stream *stream, int fd)
{
	int error = watch_stream(stream, fd);

	if (!error)
		event_add(stream->read_event, NULL);
	return error;
}

int bgp_stream_connect(struct bgp_stream *stream, int fd)
{
	int error = watch_stream(stream, fd);

	stream->connecting = true;
	if (!error)
		event_add(stream->write_event, NULL);
	return error;
}

int bgp_stream_extend(struct bgp_stream *stream, size_t max_message)
{
	uint8_t *partial;

	if (max_message <= stream->max_message)
		return 0;
	partial = realloc(stream->partial, max_message);
	if (!partial)
		return -ENOMEM;
	stream->partial = partial;
	stream->max_message = max_message;
	return 0;
}

/*
 * Read the rest of the input first: unread input makes the kernel reset the
 * connection, and the peer may miss the NOTIFICATION that was just sent.
 */
static void close_gently(int fd)
{
	uint8_t unread[UNREAD_SIZE];

	shutdown(fd, SHUT_WR);
	for (int i = 0; i < CLOSE_READS; i++)
		if (read(fd, unread, sizeof(unread)) != sizeof(unread))
			break;
	close(fd);
}

static void free_stream_event(struct event **event)
{
	if (*event)
		event_free(*event);
	*event = NULL;
}

void bgp_stream_close(struct bgp_stream *stream)
{
	work_queue_remove(stream->queue, &stream->input);
	free_stream_event(&stream->read_event);
	free_stream_event(&stream->write_event);
	if (stream->fd >= 0)
		close_gently(stream->fd);
	stream->fd = -1;
	stream->connecting = false;
	free(stream->partial);
	stream->partial = NULL;
	stream->partial_size = 0;
	evbuffer_drain(stream->output, bgp_stream_waiting(stream));
}

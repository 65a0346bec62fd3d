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
	READ_SIZE = 65536, /* bytes read at once */
	PIECE_SIZE = 8192, /* bytes processed at once: up to 2,000 prefixes */
	UNREAD_SIZE = 65536,
	/* A peer that never stops sending does not delay the close. */
	CLOSE_READS = 16,
};

/* ------------------------------------------------------------- input */

static size_t input_size(const struct bgp_stream_input *input)
{
	return input->end - input->start;
}

/* Read on behind what is left of the input. Returns what read(2) does. */
static ssize_t read_socket(struct bgp_stream *stream)
{
	struct bgp_stream_input *input = &stream->input;
	size_t left = input_size(input);
	uint8_t *data = malloc(left + READ_SIZE);
	ssize_t count = -1;

	if (!data)
		return count;
	if (left)
		memcpy(data, input->data + input->start, left);
	count = read(stream->fd, data + left, READ_SIZE);
	if (count <= 0) {
		free(data);
		return count;
	}
	free(input->data);
	*input = (struct bgp_stream_input){
		.data = data,
		.end = left + (size_t)count,
	};
	return count;
}

/* Deliver whole messages, about PIECE_SIZE of them. */
static void deliver_piece(struct bgp_stream *stream,
			  struct bgp_stream_input *input)
{
	size_t stop = input->start + PIECE_SIZE;
	struct bgp_message message;

	while (stream->fd >= 0 && input->start < stop) {
		switch (bgp_message_next(input->data + input->start,
					 input_size(input), stream->max_message,
					 &message)) {
		case BGP_MESSAGE_INCOMPLETE:
			input->has_message = false;
			return;
		case BGP_MESSAGE_ERROR:
			input->start = input->end;
			stream->callbacks->bad_message(stream, &message);
			return;
		case BGP_MESSAGE_OK:
			input->start += message.size;
			input->has_message = input->start < input->end;
			stream->callbacks->message(stream, &message);
		}
	}
}

/* An incomplete message may wait for long: give the other memory back. */
static void shrink_input(struct bgp_stream_input *input)
{
	size_t left = input_size(input);
	uint8_t *shrunk;

	memmove(input->data, input->data + input->start, left);
	shrunk = realloc(input->data, left);
	if (shrunk)
		input->data = shrunk;
	input->start = 0;
	input->end = left;
}

/*
 * Process a piece of the input. It is out of the stream meanwhile: a message may
 * close the stream, and is still read then.
 */
static void process_input(struct bgp_stream *stream)
{
	struct bgp_stream_input input = stream->input;

	stream->input = (struct bgp_stream_input){ 0 };
	deliver_piece(stream, &input);
	if (stream->fd < 0 || !input_size(&input)) {
		free(input.data);
		return;
	}
	if (!input.has_message)
		shrink_input(&input);
	stream->input = input;
}

bool bgp_stream_read(struct bgp_stream *stream)
{
	ssize_t count = 0;

	if (!stream->input.has_message) {
		count = read_socket(stream);
		if (!count)
			stream->callbacks->lost(
				stream, "the peer closed the connection");
		else if (count < 0 && errno != EAGAIN && errno != EINTR)
			stream->callbacks->lost(stream, strerror(errno));
		if (count <= 0)
			return false;
	}
	process_input(stream);
	return count == READ_SIZE || stream->input.has_message;
}

static void on_socket_readable(evutil_socket_t fd, short what, void *stream)
{
	struct bgp_stream *reader = stream;

	(void)fd, (void)what;
	work_queue_add(reader->queue, &reader->reading);
}

/* Read a piece. Where more may wait, go on behind the others' pieces. */
static void read_input(void *context)
{
	struct bgp_stream *stream = context;

	if (bgp_stream_read(stream) && stream->read_event &&
	    event_pending(stream->read_event, EV_READ, NULL))
		work_queue_add(stream->queue, &stream->reading);
}

void bgp_stream_pause(struct bgp_stream *stream)
{
	work_queue_remove(stream->queue, &stream->reading);
	if (stream->read_event)
		event_del(stream->read_event);
}

void bgp_stream_resume(struct bgp_stream *stream)
{
	if (!stream->read_event || stream->connecting)
		return;
	event_add(stream->read_event, NULL);
	if (stream->input.has_message)
		work_queue_add(stream->queue, &stream->reading);
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

	if (!bgp_stream_waiting(stream) || stream->sealed)
		return;
	written = evbuffer_write(stream->output, stream->fd);
	stream->callbacks->written(stream, written > 0);
	if (bgp_stream_waiting(stream) &&
	    (written >= 0 || errno == EAGAIN || errno == EINTR))
		event_add(stream->write_event, NULL);
}

void bgp_stream_seal(struct bgp_stream *stream)
{
	bgp_stream_pause(stream);
	event_del(stream->write_event);
	stream->sealed = true;
}

void bgp_stream_unseal(struct bgp_stream *stream)
{
	stream->sealed = false;
	bgp_stream_flush(stream);
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
		.reading = { .run = read_input,
			     .context = stream,
			     .name = "input of a session" },
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
	stream->read_event = event_new(stream->base, fd, EV_READ | EV_PERSIST,
				       on_socket_readable, stream);
	stream->write_event = event_new(stream->base, fd, EV_WRITE,
					on_socket_writable, stream);
	return stream->read_event && stream->write_event ? 0 : -ENOMEM;
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
	work_queue_remove(stream->queue, &stream->reading);
	free_stream_event(&stream->read_event);
	free_stream_event(&stream->write_event);
	if (stream->fd >= 0 && stream->sealed)
		close(stream->fd);
	else if (stream->fd >= 0)
		close_gently(stream->fd);
	stream->fd = -1;
	stream->sealed = false;
	stream->connecting = false;
	free(stream->input.data);
	stream->input = (struct bgp_stream_input){ 0 };
	evbuffer_drain(stream->output, bgp_stream_waiting(stream));
}

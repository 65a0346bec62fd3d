// SPDX-License-Identifier: BSD-2-Clause
/* The connection to one BMP collector. See bmp_station.h. */

#include "bmp_station.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/codec/delay.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	FIRST_DELAY_S = 1,
	MOST_DELAY_S = 64,
	STABLE_S = 60, /* a connection this old was a good one */
	DIAL_S = 10,
	UNANSWERED_MS = 60000,
	ENDPOINT_TEXT_SIZE = ADDRESS_TEXT_SIZE + 16,
};

static const char *collector_name(const struct bmp_station *station,
				  char text[ENDPOINT_TEXT_SIZE])
{
	const struct endpoint *endpoint = &station->report->endpoint;
	char address[ADDRESS_TEXT_SIZE];
	bool ipv4 = address_is_ipv4(&endpoint->address);

	snprintf(text, ENDPOINT_TEXT_SIZE, "%s%s%s:%u", ipv4 ? "" : "[",
		 address_format(&endpoint->address, address), ipv4 ? "" : "]",
		 endpoint->port);
	return text;
}

static void wait_and_dial(struct bmp_station *station)
{
	const struct timeval delay = clock_timeval_of_ms(
		bgp_delay_jittered(station->delay_s, arc4random()));

	station->report->state = BMP_WAITING;
	evtimer_add(station->timer, &delay);
	if (station->delay_s < MOST_DELAY_S)
		station->delay_s *= 2;
}

/* Return how many bytes wait, and note it. */
static size_t measure_buffer(const struct bmp_station *station)
{
	size_t waiting = station->stream ?
				 evbuffer_get_length(bufferevent_get_output(
					 station->stream)) :
				 0;

	station->report->buffered = waiting;
	return waiting;
}

static void close_stream(struct bmp_station *station)
{
	if (station->stream)
		bufferevent_free(station->stream);
	station->stream = NULL;
	measure_buffer(station);
}

/* Tell of the first failure after a connection, and of each lost connection. */
static void note_failure(struct bmp_station *station, bool was_up,
			 const char *why)
{
	char name[ENDPOINT_TEXT_SIZE];

	snprintf(station->report->last_error,
		 sizeof(station->report->last_error), "%s", why);
	if (was_up)
		log_event(EVENT_BMP_DOWN, NULL, "%s: connection lost: %s",
			  collector_name(station, name), why);
	else if (!station->failure_logged)
		log_event(EVENT_BMP_DOWN, NULL,
			  "%s: not connected: %s; tried again and again",
			  collector_name(station, name), why);
	station->failure_logged = true;
}

static void lose_stream(struct bmp_station *station, const char *why)
{
	struct bmp_collector_report *report = station->report;
	bool was_up = bmp_station_is_connected(station);

	if (was_up) {
		report->drops++;
		if (clock_now_ms() - report->since_ms >=
		    STABLE_S * CLOCK_MS_PER_S)
			station->delay_s = FIRST_DELAY_S;
	}
	note_failure(station, was_up, why);
	close_stream(station);
	wait_and_dial(station);
	if (was_up)
		station->hooks->lost(station->context);
}

/* ------------------------------------------------------------- events */

/* A collector has nothing to say: RFC 7854 3.2. */
static void on_read(struct bufferevent *stream, void *context)
{
	struct evbuffer *input = bufferevent_get_input(stream);

	(void)context;
	evbuffer_drain(input, evbuffer_get_length(input));
}

static void on_written(struct bufferevent *stream, void *context)
{
	struct bmp_station *station = context;

	(void)stream;
	measure_buffer(station);
	if (bmp_station_is_connected(station))
		station->hooks->drained(station->context);
}

static void begin_connection(struct bmp_station *station)
{
	char name[ENDPOINT_TEXT_SIZE];

	evtimer_del(station->timer);
	station->report->state = BMP_SENDING_TABLES;
	station->report->since_ms = clock_now_ms();
	station->report->last_error[0] = '\0';
	station->failure_logged = false;
	log_event(EVENT_BMP_UP, NULL, "%s: connected",
		  collector_name(station, name));
	station->hooks->connected(station->context);
}

static void on_stream_event(struct bufferevent *stream, short what,
			    void *context)
{
	struct bmp_station *station = context;
	int error = EVUTIL_SOCKET_ERROR();

	(void)stream;
	if (what & BEV_EVENT_CONNECTED)
		begin_connection(station);
	else if (what & BEV_EVENT_EOF)
		lose_stream(station, "the collector has closed it");
	else if (what & BEV_EVENT_ERROR)
		lose_stream(station, strerror(error));
}

/* ------------------------------------------------------------- dialling */

static void set_stream_options(int fd)
{
	const unsigned int unanswered = UNANSWERED_MS;
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered,
		   sizeof(unanswered));
}

static socklen_t write_socket_address(const struct endpoint *endpoint,
				      struct sockaddr_storage *out)
{
	const struct address *address = &endpoint->address;
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (address_is_ipv4(address)) {
		*ipv4 = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons(endpoint->port),
			.sin_addr.s_addr = address_ipv4(address),
		};
		return sizeof(*ipv4);
	}
	*ipv6 = (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_port = htons(endpoint->port),
	};
	memcpy(&ipv6->sin6_addr, address->bytes, sizeof(ipv6->sin6_addr));
	return sizeof(*ipv6);
}

/* Returns 0 or -errno; then there is no stream. */
static int open_stream(struct bmp_station *station)
{
	struct sockaddr_storage to;
	socklen_t size = write_socket_address(&station->report->endpoint, &to);
	int fd = socket(to.ss_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	set_stream_options(fd);
	station->stream = bufferevent_socket_new(station->base, fd,
						 BEV_OPT_CLOSE_ON_FREE);
	if (!station->stream) {
		close(fd);
		return -ENOMEM;
	}
	bufferevent_setcb(station->stream, on_read, on_written, on_stream_event,
			  station);
	bufferevent_setwatermark(station->stream, EV_WRITE, BMP_BUFFER_LOW / 2,
				 0);
	bufferevent_enable(station->stream, EV_READ | EV_WRITE);
	return bufferevent_socket_connect(station->stream,
					  (struct sockaddr *)&to, (int)size) ?
		       -EHOSTUNREACH :
		       0;
}

static void dial_collector(struct bmp_station *station)
{
	const struct timeval end = { .tv_sec = DIAL_S };
	int code;

	station->report->state = BMP_CONNECTING;
	evtimer_add(station->timer, &end);
	code = open_stream(station);
	if (code && station->report->state == BMP_CONNECTING)
		lose_stream(station, strerror(-code));
}

static void on_station_timer(evutil_socket_t fd, short what, void *context)
{
	struct bmp_station *station = context;

	(void)fd, (void)what;
	if (station->report->state == BMP_CONNECTING)
		lose_stream(station, "no answer");
	else
		dial_collector(station);
}

/* ------------------------------------------------------------- the user */

int bmp_station_begin(struct bmp_station *station)
{
	const struct timeval now = { 0 };

	station->delay_s = FIRST_DELAY_S;
	station->timer = evtimer_new(station->base, on_station_timer, station);
	if (!station->timer)
		return -ENOMEM;
	station->report->state = BMP_WAITING;
	evtimer_add(station->timer, &now);
	return 0;
}

bool bmp_station_is_connected(const struct bmp_station *station)
{
	return station->stream && station->report->state >= BMP_SENDING_TABLES;
}

bool bmp_station_has_room(const struct bmp_station *station)
{
	return bmp_station_is_connected(station) &&
	       measure_buffer(station) < BMP_BUFFER_LOW;
}

void bmp_station_send(struct bmp_station *station, const struct writer *message)
{
	struct bmp_collector_report *report = station->report;

	if (!bmp_station_is_connected(station) || message->failed)
		return;
	if (measure_buffer(station) + message->used > BMP_BUFFER_MAX) {
		lose_stream(station, "it does not take its messages");
		return;
	}
	bufferevent_write(station->stream, message->data, message->used);
	report->messages++;
	report->bytes += message->used;
}

void bmp_station_end(struct bmp_station *station)
{
	if (station->stream) {
		struct evbuffer *output =
			bufferevent_get_output(station->stream);

		evbuffer_unfreeze(output, 1); /* else only its owner may */
		evbuffer_write(output, bufferevent_getfd(station->stream));
	}
	close_stream(station);
	if (station->timer)
		event_free(station->timer);
	station->timer = NULL;
}

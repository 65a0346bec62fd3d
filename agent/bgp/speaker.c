// SPDX-License-Identifier: BSD-2-Clause
/* The listener and the list of neighbors. See speaker.h. */

#include "bgp/speaker.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#include "bgp/socket.h"
#include "core/clock.h"
#include "core/log.h"

enum {
	ACCEPTS_PER_TURN = 64, /* other sockets want their turn, too */
	REFUSED_LOG_INTERVAL_MS = 10000,
};

static struct bgp_neighbor *add(struct bgp_speaker *speaker,
				const struct neighbor_config *config,
				const struct address *address)
{
	struct bgp_neighbor *neighbor =
		bgp_neighbor_new(speaker, config, address);

	if (neighbor)
		TAILQ_INSERT_TAIL(&speaker->neighbors, neighbor, link);
	return neighbor;
}

static void drop(struct bgp_speaker *speaker, struct bgp_neighbor *neighbor)
{
	TAILQ_REMOVE(&speaker->neighbors, neighbor, link);
	bgp_neighbor_free(neighbor);
}

static struct bgp_neighbor *find(struct bgp_speaker *speaker,
				 const struct address *address)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		if (address_equal(&neighbor->address, address))
			return neighbor;
	return NULL;
}

/* The longest configured prefix of dynamic neighbors around `address`. */
static const struct neighbor_config *
find_prefix(const struct bgp_speaker *speaker, const struct address *address)
{
	const struct bgp_speaker_options *options = &speaker->options;
	const struct neighbor_config *best = NULL;

	for (size_t i = 0; i < options->neighbor_count; i++) {
		const struct neighbor_config *config = &options->neighbors[i];

		if (!prefix_is_host(&config->prefix) &&
		    prefix_contains(&config->prefix, address) &&
		    (!best || best->prefix.length < config->prefix.length))
			best = config;
	}
	return best;
}

/*
 * True if the prefix may have one more neighbor. One that is gone is kept to
 * show why, until its place is needed.
 */
static bool make_room(struct bgp_speaker *speaker,
		      const struct neighbor_config *config)
{
	struct bgp_neighbor *neighbor, *idle = NULL;
	unsigned int count = 0;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link) {
		if (!neighbor->dynamic ||
		    !prefix_equal(&neighbor->config.prefix, &config->prefix))
			continue;
		count++;
		if (!idle && bgp_neighbor_is_idle(neighbor))
			idle = neighbor;
	}
	if (count < config->limit)
		return true;
	if (idle)
		drop(speaker, idle);
	return idle;
}

static void refuse(struct bgp_speaker *speaker, const struct address *remote,
		   int fd, const char *why)
{
	char text[ADDRESS_TEXT_SIZE];
	uint64_t now = clock_now_ms();

	close(fd);
	speaker->refused++;
	if (speaker->refused_ms &&
	    now - speaker->refused_ms < REFUSED_LOG_INTERVAL_MS)
		return;
	speaker->refused_ms = now;
	log_warning("bgp", "%s: connection refused: %s",
		    address_format(remote, text), why);
}

static void take(struct bgp_speaker *speaker, const struct address *remote,
		 int fd)
{
	struct bgp_neighbor *neighbor = find(speaker, remote);
	const struct neighbor_config *config;

	if (!neighbor) {
		config = find_prefix(speaker, remote);
		if (!config) {
			refuse(speaker, remote, fd, "no --neighbor covers it");
			return;
		}
		if (!make_room(speaker, config)) {
			refuse(speaker, remote, fd,
			       "its --neighbor prefix is at its limit");
			return;
		}
		neighbor = add(speaker, config, remote);
	}
	if (neighbor)
		bgp_neighbor_accept(neighbor, fd);
	else
		refuse(speaker, remote, fd, "out of memory");
}

static void on_acceptable(evutil_socket_t listener, short what, void *argument)
{
	struct address remote;
	int fd;

	(void)what;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		fd = bgp_socket_accept(listener, &remote);
		if (fd < 0)
			return;
		take(argument, &remote, fd);
	}
}

static int start_listening(struct bgp_speaker *speaker)
{
	const struct bgp_speaker_options *options = &speaker->options;
	int fd;

	if (!options->listen_port)
		return 0;
	fd = bgp_socket_listen(&options->listen_address, options->listen_port);
	if (fd < 0)
		return fd;
	speaker->listener = event_new(options->base, fd, EV_READ | EV_PERSIST,
				      on_acceptable, speaker);
	if (!speaker->listener) {
		close(fd);
		return -ENOMEM;
	}
	event_add(speaker->listener, NULL);
	return 0;
}

static int add_static_neighbors(struct bgp_speaker *speaker)
{
	const struct bgp_speaker_options *options = &speaker->options;

	for (size_t i = 0; i < options->neighbor_count; i++) {
		const struct neighbor_config *config = &options->neighbors[i];

		if (prefix_is_host(&config->prefix) &&
		    !add(speaker, config, &config->prefix.address))
			return -ENOMEM;
	}
	return 0;
}

int bgp_speaker_new(const struct bgp_speaker_options *options,
		    struct bgp_speaker **out)
{
	struct bgp_speaker *speaker = calloc(1, sizeof(*speaker));
	int error;

	if (!speaker)
		return -ENOMEM;
	speaker->options = *options;
	TAILQ_INIT(&speaker->neighbors);
	error = add_static_neighbors(speaker);
	if (!error)
		error = start_listening(speaker);
	if (error) {
		bgp_speaker_free(speaker);
		return error;
	}
	*out = speaker;
	return 0;
}

void bgp_speaker_start(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		bgp_neighbor_start(neighbor);
}

void bgp_speaker_stop(struct bgp_speaker *speaker, const char *text)
{
	struct bgp_notification n;
	struct bgp_neighbor *neighbor;

	bgp_notification_set_shutdown(&n, BGP_CEASE_ADMIN_SHUTDOWN, text);
	TAILQ_FOREACH(neighbor, &speaker->neighbors, link)
		bgp_neighbor_stop(neighbor, &n);
}

void bgp_speaker_free(struct bgp_speaker *speaker)
{
	struct bgp_neighbor *neighbor;

	if (!speaker)
		return;
	if (speaker->listener) {
		close(event_get_fd(speaker->listener));
		event_free(speaker->listener);
	}
	while ((neighbor = TAILQ_FIRST(&speaker->neighbors)))
		drop(speaker, neighbor);
	free(speaker);
}

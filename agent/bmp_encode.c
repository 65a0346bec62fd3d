// SPDX-License-Identifier: BSD-2-Clause
/* Messages to collectors. See bmp_encode.h. */

#include "bmp_encode.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgp/codec/message.h"
#include "core/array.h"
#include "core/clock.h"

enum {
	HOST_NAME_SIZE = 256,
};

static const char *const loc_rib_name = "global";

static uint64_t wall_now_us(void)
{
	return clock_read_ns(CLOCK_REALTIME) / CLOCK_NS_PER_US;
}

struct bmp_peer bmp_peer_of(const struct bgp_neighbor *neighbor,
			    enum bmp_rib rib)
{
	const struct rib_peer *peer = neighbor->owner_data;

	return (struct bmp_peer){
		.rib = rib,
		.address = peer->source.address,
		.as = peer->source.as,
		.identifier = peer->source.identifier,
		.time_us = wall_now_us(),
	};
}

struct bmp_peer bmp_loc_rib_of(const struct bgp_options *options)
{
	return (struct bmp_peer){
		.rib = BMP_LOC_RIB,
		.as = options->as,
		.identifier = options->identifier,
		.time_us = wall_now_us(),
	};
}

void bmp_encode_hello(struct writer *w)
{
	char name[HOST_NAME_SIZE] = "";

	gethostname(name, sizeof(name) - 1);
	bmp_write_initiation(w, "headgate " HEADGATE_VERSION, name);
}

/* ------------------------------------------------------------- peers */

/* Return the port of one end of a connection; 0: unknown. */
static uint16_t port_of(int fd, bool remote)
{
	struct sockaddr_storage at;
	socklen_t size = sizeof(at);

	if (remote ? getpeername(fd, (struct sockaddr *)&at, &size) :
		     getsockname(fd, (struct sockaddr *)&at, &size))
		return 0;
	return ntohs(at.ss_family == AF_INET ?
			     ((struct sockaddr_in *)&at)->sin_port :
			     ((struct sockaddr_in6 *)&at)->sin6_port);
}

void bmp_encode_peer_up(struct writer *w, const struct bgp_neighbor *neighbor)
{
	const struct bgp_connection *session = neighbor->session;
	const struct bmp_peer peer = bmp_peer_of(neighbor, BMP_ADJ_RIB_IN_PRE);
	struct bmp_peer_up up = {
		.local_port = port_of(session->stream.fd, false),
		.remote_port = port_of(session->stream.fd, true),
		.sent = &session->options.local_open,
		.received = reader_of(session->remote_open_body,
				      session->remote_open_size),
	};

	bgp_connection_local_address(session, &up.local);
	bmp_write_peer_up(w, &peer, &up);
}

void bmp_encode_loc_rib_up(struct writer *w, const struct bgp_options *options)
{
	const struct bmp_peer peer = bmp_loc_rib_of(options);
	const struct bgp_open open = {
		.as = options->as,
		.identifier = options->identifier,
		.capabilities = BGP_CAN_MULTIPROTOCOL | BGP_CAN_AS4,
		.families = BGP_ALL_FAMILIES,
	};
	const struct bmp_peer_up up = { .sent = &open, .table = loc_rib_name };

	bmp_write_peer_up(w, &peer, &up);
}

void bmp_encode_peer_down(struct writer *w, const struct bgp_neighbor *neighbor)
{
	static const enum bmp_down_reason reasons[BGP_DIRECTION_COUNT] = {
		[BGP_DIRECTION_NONE] = BMP_DOWN_REMOTE,
		[BGP_DIRECTION_SENT] = BMP_DOWN_SENT,
		[BGP_DIRECTION_RECEIVED] = BMP_DOWN_RECEIVED,
	};
	const struct bmp_peer peer = bmp_peer_of(neighbor, BMP_ADJ_RIB_IN_PRE);
	const struct bgp_error_entry *error =
		bgp_error_log_at(&neighbor->errors, 0);

	if (error)
		bmp_write_peer_down(w, &peer, reasons[error->direction],
				    error->code, error->subcode);
	else
		bmp_write_peer_down(w, &peer, BMP_DOWN_LOCAL, 0, 0);
}

/* ------------------------------------------------------------- routes */

/* Return how routes of a table are encoded: as the session's OPENs say. */
static struct bgp_negotiated encoding_of(const struct bgp_neighbor *neighbor,
					 enum bmp_rib rib)
{
	struct bgp_negotiated encoding = {
		.as4 = true,
		.extended_nexthop = true,
		.families = BGP_ALL_FAMILIES,
		.max_message = BGP_MAX_MESSAGE,
	};
	const struct bgp_negotiated *session;
	const bool *path_ids;

	if (!neighbor)
		return encoding;
	session = &neighbor->session->negotiated;
	path_ids = rib == BMP_ADJ_RIB_OUT_POST ? session->add_path_send :
						 session->add_path_receive;
	memcpy(encoding.add_path_send, path_ids,
	       sizeof(encoding.add_path_send));
	encoding.max_message = session->max_message;
	return encoding;
}

void bmp_encode_route(struct writer *w, const struct bmp_peer *peer,
		      const struct bgp_neighbor *neighbor,
		      const struct bmp_route *route)
{
	const struct bgp_negotiated encoding = encoding_of(neighbor, peer->rib);
	size_t begin = bmp_begin_route(w, peer), done = 0;
	struct bgp_attributes attributes;

	if (route->attributes) {
		attributes = *route->attributes;
		attributes.nexthop = address_unscoped(&attributes.nexthop);
		done = bgp_update_announce(w, &encoding, &attributes,
					   &route->key, 1);
	} else {
		done = bgp_update_withdraw(w, &encoding, &route->key, 1);
	}
	w->failed |= !done;
	bmp_end(w, begin);
}

void bmp_encode_update(struct writer *w, const struct bmp_peer *peer,
		       struct reader body)
{
	size_t begin = bmp_begin_route(w, peer);
	size_t message = bgp_message_begin(w, BGP_UPDATE);

	writer_bytes(w, body.data, body.left);
	bgp_message_end(w, message);
	bmp_end(w, begin);
}

void bmp_encode_end_of_rib(struct writer *w, const struct bmp_peer *peer,
			   enum bgp_family family)
{
	size_t begin = bmp_begin_route(w, peer);

	bgp_update_end_of_rib(w, family);
	bmp_end(w, begin);
}

/* ------------------------------------------------------------- statistics */

static uint64_t count_rejected(const struct rib_peer *peer)
{
	uint64_t count = 0;

	for (int reason = 0; reason < IMPORT_REASON_COUNT; reason++)
		count += peer->refused[reason] + peer->not_kept[reason];
	return count;
}

void bmp_encode_statistics(struct writer *w,
			   const struct bgp_neighbor *neighbor)
{
	const struct bmp_peer header =
		bmp_peer_of(neighbor, BMP_ADJ_RIB_IN_PRE);
	const struct rib_peer *peer = neighbor->owner_data;
	const struct bmp_statistic list[] = {
		{ BMP_REJECTED, count_rejected(peer) },
		{ BMP_ROUTES_IN, peer->prefixes_received },
		{ BMP_TREATED_AS_WITHDRAW,
		  neighbor->counters.verdicts[BGP_VERDICT_WITHDRAW] },
		{ BMP_ROUTES_OUT, peer->prefixes_announced },
	};

	bmp_write_statistics(w, &header, list, COUNT_OF(list));
}

void bmp_encode_loc_rib_statistics(struct writer *w,
				   const struct bgp_options *options,
				   const struct rib *rib)
{
	const struct bmp_peer header = bmp_loc_rib_of(options);
	const struct bmp_statistic list[] = {
		{ BMP_ROUTES_LOC_RIB, rib_totals(rib).learned },
	};

	bmp_write_statistics(w, &header, list, COUNT_OF(list));
}

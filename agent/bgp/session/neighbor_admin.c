// SPDX-License-Identifier: BSD-2-Clause
/* Orders of the administrator. See neighbor_admin.h. */

#include "bgp/session/neighbor_admin.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "bgp/codec/delay.h"
#include "bgp/codec/text.h"
#include "bgp/session/neighbor_internal.h"
#include "bgp/session/speaker.h"
#include "core/clock.h"
#include "core/log.h"

const char *const bgp_admin_order_names[BGP_ADMIN_ORDER_COUNT] = {
	[BGP_ADMIN_SHUTDOWN] = "shutdown",
	[BGP_ADMIN_ENABLE] = "enable",
	[BGP_ADMIN_RESTART] = "restart",
	[BGP_ADMIN_CLEAR] = "clear",
	[BGP_ADMIN_REFRESH_IN] = "refresh in",
	[BGP_ADMIN_REFRESH_OUT] = "refresh out",
};

void bgp_neighbor_end(struct bgp_neighbor *neighbor,
		      enum bgp_cease_subcode subcode, const char *reason)
{
	struct bgp_notification n;

	if (*reason)
		bgp_notification_set_shutdown(&n, subcode, reason);
	else
		bgp_notification_set(&n, BGP_ERROR_CEASE, subcode, NULL, 0);
	bgp_connection_stop(&neighbor->incoming, &n);
	bgp_connection_stop(&neighbor->outgoing, &n);
}

static void shut_down(struct bgp_neighbor *neighbor, const char *reason)
{
	struct bgp_admin_state *admin = &neighbor->admin;

	if (!admin->down)
		admin->since_ms = clock_now_ms();
	admin->down = true;
	snprintf(admin->reason, sizeof(admin->reason), "%s", reason);
	evtimer_del(neighbor->restart);
	bgp_neighbor_end(neighbor, BGP_CEASE_ADMIN_SHUTDOWN, reason);
}

void bgp_neighbor_dial_now(struct bgp_neighbor *neighbor)
{
	evtimer_del(neighbor->restart);
	neighbor->restart_delay_s = BGP_RESTART_FIRST_S;
	bgp_neighbor_start(neighbor);
}

static void enable(struct bgp_neighbor *neighbor)
{
	if (!neighbor->admin.down)
		return;
	neighbor->admin = (struct bgp_admin_state){ .down = false };
	bgp_neighbor_dial_now(neighbor);
}

/* RFC 2918 3, for each family of the session. */
static int ask_for_routes(struct bgp_neighbor *neighbor,
			  char error[BGP_ADMIN_ERROR_SIZE])
{
	struct bgp_connection *session = neighbor->session;
	enum bgp_family family;

	if (!session->negotiated.route_refresh) {
		snprintf(error, BGP_ADMIN_ERROR_SIZE,
			 "the session did not agree on route refresh; restart "
			 "it to get all routes again");
		return -EOPNOTSUPP;
	}
	for (family = 0; family < BGP_FAMILY_COUNT; family++) {
		const struct bgp_route_refresh request = {
			.family = family,
			.subtype = BGP_ROUTE_REFRESH_REQUEST,
		};

		if (bgp_negotiated_has_family(&session->negotiated, family))
			bgp_connection_send_refresh(session, &request);
	}
	return 0;
}

static int refresh(struct bgp_neighbor *neighbor, enum bgp_admin_order order,
		   char error[BGP_ADMIN_ERROR_SIZE])
{
	if (!neighbor->session) {
		snprintf(error, BGP_ADMIN_ERROR_SIZE, "it has no session");
		return -ENOTCONN;
	}
	if (order == BGP_ADMIN_REFRESH_IN)
		return ask_for_routes(neighbor, error);
	bgp_neighbor_send_again(neighbor);
	return 0;
}

static int check_order(const struct bgp_neighbor *neighbor,
		       enum bgp_admin_order order,
		       char error[BGP_ADMIN_ERROR_SIZE])
{
	if (neighbor->stopped) {
		snprintf(error, BGP_ADMIN_ERROR_SIZE, "the agent ends");
		return -ESHUTDOWN;
	}
	if (neighbor->admin.down && order != BGP_ADMIN_SHUTDOWN &&
	    order != BGP_ADMIN_ENABLE) {
		snprintf(error, BGP_ADMIN_ERROR_SIZE,
			 "it is administratively down; enable it first");
		return -ENOTCONN;
	}
	return 0;
}

static void log_order(const struct bgp_neighbor *neighbor,
		      enum bgp_admin_order order, const char *reason)
{
	char shown[BGP_SHUTDOWN_TEXT_SIZE];
	struct text text = text_of(shown, sizeof(shown));

	text_add_escaped(&text, reader_of(reason, strlen(reason)));
	log_event(EVENT_NEIGHBOR_ORDER,
		  &(const struct event_objects){
			  .neighbor = &neighbor->address,
			  .interface = neighbor->options.interface,
		  },
		  "%s by the administrator%s%s", bgp_admin_order_names[order],
		  *shown ? ": " : "", shown);
}

int bgp_neighbor_administer(struct bgp_neighbor *neighbor,
			    enum bgp_admin_order order, const char *reason,
			    char error[BGP_ADMIN_ERROR_SIZE])
{
	int code = check_order(neighbor, order, error);

	if (code)
		return code;
	log_order(neighbor, order, reason);
	switch (order) {
	case BGP_ADMIN_SHUTDOWN:
		shut_down(neighbor, reason);
		return 0;
	case BGP_ADMIN_ENABLE:
		enable(neighbor);
		return 0;
	case BGP_ADMIN_RESTART:
		bgp_neighbor_end(neighbor, BGP_CEASE_ADMIN_RESET, reason);
		bgp_neighbor_dial_now(neighbor);
		return 0;
	case BGP_ADMIN_CLEAR:
		bgp_neighbor_end(neighbor, BGP_CEASE_ADMIN_RESET, reason);
		return 0;
	default:
		return refresh(neighbor, order, error);
	}
}

const char *bgp_neighbor_format_admin(const struct bgp_neighbor *neighbor,
				      char *text, size_t size)
{
	const char *reason = neighbor->admin.reason;
	struct text out = text_of(text, size);

	text_add(&out, "administratively down%s", *reason ? ": " : "");
	text_add_escaped(&out, reader_of(reason, strlen(reason)));
	return text;
}

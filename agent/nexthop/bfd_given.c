// SPDX-License-Identifier: BSD-2-Clause
/* BFD sessions in bytes. See bfd_given.h. */

#include "nexthop/bfd_given.h"

enum bfd_given_flags {
	FLAG_FAILED = 1 << 0,
	FLAG_DRAINED = 1 << 1,
	FLAG_POLLING = 1 << 2,
	FLAG_DEMAND = 1 << 3,
	FLAG_PROVEN = 1 << 4,
	FLAG_HAS_HEARD = 1 << 5,
};

/* ------------------------------------------------------------- writing */

static uint8_t flags_of(const struct bfd_given *given)
{
	const struct bfd_session *session = &given->session;

	return (uint8_t)((session->failed ? FLAG_FAILED : 0) |
			 (session->drained ? FLAG_DRAINED : 0) |
			 (session->polling ? FLAG_POLLING : 0) |
			 (session->remote_demand ? FLAG_DEMAND : 0) |
			 (session->proven ? FLAG_PROVEN : 0) |
			 (given->auth.has_heard ? FLAG_HAS_HEARD : 0));
}

static void write_bfd_session(struct writer *w,
			      const struct bfd_session *session)
{
	writer_u32(w, session->timing.interval_us);
	writer_u8(w, session->timing.multiplier);
	writer_u32(w, session->discriminator);
	writer_u8(w, (uint8_t)session->state);
	writer_u8(w, (uint8_t)session->diagnostic);
	writer_u64(w, session->since_us);
	writer_u64(w, session->sent_us);
	writer_u32(w, session->sent_interval_us);
	writer_u64(w, session->send_us);
	writer_u64(w, session->expire_us);
	writer_u8(w, (uint8_t)session->remote_state);
	writer_u8(w, session->remote_diagnostic);
	writer_u8(w, session->remote_multiplier);
	writer_u32(w, session->remote_discriminator);
	writer_u32(w, session->remote_min_tx_us);
	writer_u32(w, session->remote_min_rx_us);
}

void bfd_given_encode(struct writer *w, const struct bfd_given *given)
{
	const struct bfd_endpoints *ends = &given->endpoints;
	const struct bfd_auth *auth = &given->auth;

	writer_bytes(w, ends->remote.bytes, sizeof(ends->remote.bytes));
	writer_bytes(w, ends->local.bytes, sizeof(ends->local.bytes));
	writer_u32(w, ends->ifindex);
	writer_bytes(w, given->mac, sizeof(given->mac));
	writer_u8(w, flags_of(given));
	write_bfd_session(w, &given->session);
	writer_u8(w, (uint8_t)auth->key.type);
	writer_u8(w, auth->key.id);
	writer_u32(w, auth->sent_sequence);
	writer_u32(w, auth->heard_sequence);
	writer_u64(w, auth->heard_us);
}

/* ------------------------------------------------------------- reading */

static void read_end(struct reader *r, struct address *address)
{
	*address = (struct address){ 0 };
	reader_bytes(r, address->bytes, sizeof(address->bytes));
}

static void read_bfd_session(struct reader *r, struct bfd_session *session)
{
	session->timing.interval_us = reader_u32(r);
	session->timing.multiplier = reader_u8(r);
	session->discriminator = reader_u32(r);
	session->state = (enum bfd_state)reader_u8(r);
	session->diagnostic = (enum bfd_diagnostic)reader_u8(r);
	session->since_us = reader_u64(r);
	session->sent_us = reader_u64(r);
	session->sent_interval_us = reader_u32(r);
	session->send_us = reader_u64(r);
	session->expire_us = reader_u64(r);
	session->remote_state = (enum bfd_state)reader_u8(r);
	session->remote_diagnostic = reader_u8(r);
	session->remote_multiplier = reader_u8(r);
	session->remote_discriminator = reader_u32(r);
	session->remote_min_tx_us = reader_u32(r);
	session->remote_min_rx_us = reader_u32(r);
}

static void take_flags(struct bfd_given *given, uint8_t flags)
{
	given->session.failed = flags & FLAG_FAILED;
	given->session.drained = flags & FLAG_DRAINED;
	given->session.polling = flags & FLAG_POLLING;
	given->session.remote_demand = flags & FLAG_DEMAND;
	given->session.proven = flags & FLAG_PROVEN;
	given->auth.has_heard = flags & FLAG_HAS_HEARD;
}

static bool is_session(const struct bfd_session *session)
{
	return session->timing.interval_us && session->timing.multiplier &&
	       session->discriminator &&
	       (unsigned int)session->state < BFD_STATE_COUNT &&
	       session->state != BFD_STATE_ADMIN_DOWN &&
	       (unsigned int)session->remote_state < BFD_STATE_COUNT;
}

bool bfd_given_decode(struct reader *r, struct bfd_given *given)
{
	struct bfd_auth *auth = &given->auth;

	*given = (struct bfd_given){ 0 };
	read_end(r, &given->endpoints.remote);
	read_end(r, &given->endpoints.local);
	given->endpoints.ifindex = reader_u32(r);
	reader_bytes(r, given->mac, sizeof(given->mac));
	take_flags(given, reader_u8(r));
	read_bfd_session(r, &given->session);
	auth->key.type = (enum bfd_auth_type)reader_u8(r);
	auth->key.id = reader_u8(r);
	auth->sent_sequence = reader_u32(r);
	auth->heard_sequence = reader_u32(r);
	auth->heard_us = reader_u64(r);
	return !r->failed && is_session(&given->session) &&
	       (unsigned int)auth->key.type < BFD_AUTH_TYPE_COUNT;
}

// SPDX-License-Identifier: BSD-2-Clause
/* Keys of TCP sockets. See tcp_auth.h. */

#include "bgp/session/tcp_auth.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* Since Linux 6.7; older headers lack it. */
#ifndef TCP_AO_MAXKEYLEN
#define TCP_AO_ADD_KEY	 38
#define TCP_AO_DEL_KEY	 39
#define TCP_AO_MAXKEYLEN 80

struct tcp_ao_add {
	struct __kernel_sockaddr_storage addr; /* the peer */
	char alg_name[64];
	__s32 ifindex;
	__u32 flags; /* which key to use first: the kernel chooses */
	__u16 reserved;
	__u8 prefix; /* bits of `addr` that count */
	__u8 sndid;
	__u8 rcvid;
	__u8 maclen; /* 0: the usual 96 bits */
	__u8 keyflags;
	__u8 keylen;
	__u8 key[TCP_AO_MAXKEYLEN];
} __attribute__((aligned(8)));

struct tcp_ao_del {
	struct __kernel_sockaddr_storage addr;
	__s32 ifindex;
	__u32 flags;
	__u16 reserved;
	__u8 prefix;
	__u8 sndid;
	__u8 rcvid;
	__u8 current_key;
	__u8 rnext;
	__u8 keyflags;
} __attribute__((aligned(8)));
#endif

/* The layout in <linux/tcp.h> of Linux 6.12 and 7.3. */
_Static_assert(sizeof(struct tcp_ao_add) == 288, "the kernel's layout");
_Static_assert(offsetof(struct tcp_ao_add, prefix) == 202, "the kernel's");
_Static_assert(offsetof(struct tcp_ao_add, key) == 208, "the kernel's");
_Static_assert(sizeof(struct tcp_ao_del) == 144, "the kernel's layout");
_Static_assert(offsetof(struct tcp_ao_del, prefix) == 138, "the kernel's");
_Static_assert(SECRET_MAX <= TCP_AO_MAXKEYLEN, "keys fit");
_Static_assert(SECRET_MAX <= TCP_MD5SIG_MAXKEYLEN, "keys fit");

/* The algorithm that every implementation has: RFC 5926 2.1. */
static const char ao_algorithm[] = "hmac(sha1)";

static void set_peer(struct __kernel_sockaddr_storage *out,
		     const struct address *address)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };

	if (address_is_ipv4(address)) {
		ipv4.sin_addr.s_addr = address_ipv4(address);
		memcpy(out, &ipv4, sizeof(ipv4));
	} else {
		memcpy(&ipv6.sin6_addr, address->bytes, sizeof(address->bytes));
		memcpy(out, &ipv6, sizeof(ipv6));
	}
}

static int set_md5(int fd, const struct secret *secret,
		   const struct prefix *peers)
{
	bool host = prefix_is_host(peers);
	struct tcp_md5sig md5 = {
		.tcpm_flags = host ? 0 : TCP_MD5SIG_FLAG_PREFIX,
		.tcpm_prefixlen = host ? 0 : peers->length,
		.tcpm_keylen = secret->size,
	};
	int code;

	set_peer(&md5.tcpm_addr, &peers->address);
	memcpy(md5.tcpm_key, secret->bytes, secret->size);
	code = setsockopt(fd, IPPROTO_TCP, host ? TCP_MD5SIG : TCP_MD5SIG_EXT,
			  &md5, sizeof(md5));
	explicit_bzero(&md5, sizeof(md5));
	return code ? -errno : 0;
}

static int set_ao(int fd, const struct bgp_neighbor_options *neighbor,
		  const struct prefix *peers)
{
	const struct secret *secret = &neighbor->secret;
	struct tcp_ao_add ao = {
		.prefix = peers->length,
		.sndid = (__u8)neighbor->tcp_ao_id,
		.rcvid = (__u8)neighbor->tcp_ao_id,
		.keylen = secret->size,
	};
	int code;

	set_peer(&ao.addr, &peers->address);
	memcpy(ao.alg_name, ao_algorithm, sizeof(ao_algorithm));
	memcpy(ao.key, secret->bytes, secret->size);
	code = setsockopt(fd, IPPROTO_TCP, TCP_AO_ADD_KEY, &ao, sizeof(ao));
	explicit_bzero(&ao, sizeof(ao));
	/* A session that another agent gave has its key. */
	return code && errno != EEXIST ? -errno : 0;
}

static void remove_ao(int fd, const struct bgp_neighbor_options *neighbor,
		      const struct prefix *peers)
{
	struct tcp_ao_del ao = {
		.prefix = peers->length,
		.sndid = (__u8)neighbor->tcp_ao_id,
		.rcvid = (__u8)neighbor->tcp_ao_id,
	};

	set_peer(&ao.addr, &peers->address);
	setsockopt(fd, IPPROTO_TCP, TCP_AO_DEL_KEY, &ao, sizeof(ao));
}

/* A key of no length removes the one that is there: tcp(7). */
void bgp_tcp_auth_remove(int fd, const struct bgp_neighbor_options *neighbor,
			 const struct prefix *peers)
{
	const struct secret none = { .bytes = (const uint8_t *)"" };

	if (neighbor->password_file[0])
		set_md5(fd, &none, peers);
	else if (neighbor->tcp_ao_key_file[0])
		remove_ao(fd, neighbor, peers);
}

bool bgp_tcp_auth_equal(const struct bgp_neighbor_options *a,
			const struct bgp_neighbor_options *b)
{
	return !a->password_file[0] == !b->password_file[0] &&
	       !a->tcp_ao_key_file[0] == !b->tcp_ao_key_file[0] &&
	       (!a->tcp_ao_key_file[0] || a->tcp_ao_id == b->tcp_ao_id) &&
	       secret_equal(&a->secret, &b->secret);
}

const char *bgp_tcp_auth_name(const struct bgp_neighbor_options *neighbor)
{
	if (neighbor->password_file[0])
		return "tcp-md5";
	return neighbor->tcp_ao_key_file[0] ? "tcp-ao" : NULL;
}

int bgp_tcp_auth_set(int fd, const struct bgp_neighbor_options *neighbor,
		     const struct prefix *peers)
{
	if (neighbor->password_file[0])
		return set_md5(fd, &neighbor->secret, peers);
	if (neighbor->tcp_ao_key_file[0])
		return set_ao(fd, neighbor, peers);
	return 0;
}

const char *bgp_tcp_auth_advice(const struct bgp_neighbor_options *neighbor,
				int code)
{
	/* The key of a segment must be unique by address and id. */
	if (code == -EEXIST)
		return "another neighbor's range has its address and a TCP-AO "
		       "key of the same id; give one of them another "
		       "tcp-ao-id";
	if (code == -EKEYREJECTED)
		return "another neighbor's range overlaps and has a key of "
		       "the other kind; use TCP-AO or TCP-MD5 for both";
	if (code != -ENOPROTOOPT)
		return "key refused by the kernel";
	if (neighbor->password_file[0])
		return "the kernel has no TCP-MD5 (CONFIG_TCP_MD5SIG)";
	return "the kernel has no TCP-AO (CONFIG_TCP_AO, Linux 6.7); use "
	       "password-file at both ends instead";
}

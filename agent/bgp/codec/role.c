// SPDX-License-Identifier: BSD-2-Clause
/* Roles of external neighbors. See role.h. */

#include "bgp/codec/role.h"

struct role {
	const char *name;
	enum bgp_role counterpart;
};

static const struct role roles[BGP_ROLE_COUNT] = {
	[BGP_ROLE_PROVIDER] = { "provider", BGP_ROLE_CUSTOMER },
	[BGP_ROLE_RS] = { "rs", BGP_ROLE_RS_CLIENT },
	[BGP_ROLE_RS_CLIENT] = { "rs-client", BGP_ROLE_RS },
	[BGP_ROLE_CUSTOMER] = { "customer", BGP_ROLE_PROVIDER },
	[BGP_ROLE_PEER] = { "peer", BGP_ROLE_PEER },
};

enum bgp_role bgp_role_counterpart(unsigned int role)
{
	return role < BGP_ROLE_COUNT ? roles[role].counterpart : BGP_ROLE_NONE;
}

const char *bgp_role_name(unsigned int role)
{
	return role < BGP_ROLE_COUNT ? roles[role].name : "none";
}

// SPDX-License-Identifier: BSD-2-Clause
/* Roles of external neighbors. See role.h. */

#include "bgp/codec/role.h"

const char *const bgp_role_names[] = {
	[BGP_ROLE_PROVIDER] = "provider",   [BGP_ROLE_RS] = "rs",
	[BGP_ROLE_RS_CLIENT] = "rs-client", [BGP_ROLE_CUSTOMER] = "customer",
	[BGP_ROLE_PEER] = "peer",	    [BGP_ROLE_NONE] = "none",
};

static const enum bgp_role counterparts[BGP_ROLE_COUNT] = {
	[BGP_ROLE_PROVIDER] = BGP_ROLE_CUSTOMER,
	[BGP_ROLE_RS] = BGP_ROLE_RS_CLIENT,
	[BGP_ROLE_RS_CLIENT] = BGP_ROLE_RS,
	[BGP_ROLE_CUSTOMER] = BGP_ROLE_PROVIDER,
	[BGP_ROLE_PEER] = BGP_ROLE_PEER,
};

enum bgp_role bgp_role_counterpart(unsigned int role)
{
	return role < BGP_ROLE_COUNT ? counterparts[role] : BGP_ROLE_NONE;
}

const char *bgp_role_name(unsigned int role)
{
	return bgp_role_names[role < BGP_ROLE_COUNT ? role : BGP_ROLE_NONE];
}

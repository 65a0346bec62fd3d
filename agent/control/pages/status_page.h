/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_STATUS_PAGE_H
#define CONTROL_STATUS_PAGE_H

/*
 * The status page: status_page.html, which tools/embed_page.py cuts at its marks, with
 * tables out of the JSON of the control socket between the pieces. The tables are
 * whole without the page's script.
 */

#include <stddef.h>

struct control_view;
struct reply;

enum status_page_limits {
	STATUS_PAGE_VIPS = 100, /* of one page */
};

/*
 * Return the page for the path with its query, which the caller frees with
 * reply_free(). NULL: out of memory.
 */
struct reply *status_page_new(const struct control_view *view,
			      const char *path);
/* Return the headers of HTTP that the page needs, with their ends of lines. */
const char *status_page_headers(void);

#endif

// SPDX-License-Identifier: BSD-2-Clause
/* Frames of capture files. See capture_reader.h. */

#include "capture_reader.h"

#include <string.h>

#include <linux/if_ether.h>
#include <pcap/pcap.h>

/*
 * https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and _SLL2.html: the
 * header in place of Ethernet's, and where its EtherType is.
 */
enum cooked_sizes {
	COOKED_HEADER = 16,
	COOKED_TYPE_AT = 14,
	COOKED2_HEADER = 20,
	COOKED2_TYPE_AT = 0,
	ETHER_TYPE_SIZE = 2,
};

/* Return the capture if its frames are known; else close it. */
static struct pcap *check_link(struct pcap *capture, const char *name,
			       char error[CAPTURE_ERROR_SIZE])
{
	int type = pcap_datalink(capture);
	const char *type_name = pcap_datalink_val_to_name(type);

	if (type == DLT_EN10MB || type == DLT_LINUX_SLL ||
	    type == DLT_LINUX_SLL2)
		return capture;
	snprintf(error, CAPTURE_ERROR_SIZE,
		 "%s: link type %s, not Ethernet; capture on an Ethernet "
		 "interface",
		 name, type_name ? type_name : "unknown");
	pcap_close(capture);
	return NULL;
}

struct pcap *capture_reader_open(const char *path,
				 char error[CAPTURE_ERROR_SIZE])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct pcap *capture = pcap_open_offline(path, why);

	if (capture)
		return check_link(capture, path, error);
	snprintf(error, CAPTURE_ERROR_SIZE, "%s", why);
	return NULL;
}

struct pcap *capture_reader_of(FILE *file, const char *name,
			       char error[CAPTURE_ERROR_SIZE])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct pcap *capture = pcap_fopen_offline(file, why);

	if (capture)
		return check_link(capture, name, error);
	snprintf(error, CAPTURE_ERROR_SIZE, "%s: %s", name, why);
	fclose(file);
	return NULL;
}

/* Copy `size` bytes, of which `kept` are there, and pad what fits of them. */
static void copy_frame(uint8_t *frame, size_t room, const uint8_t *bytes,
		       size_t kept, size_t size)
{
	if (size > room)
		size = room;
	if (kept > size)
		kept = size;
	memcpy(frame, bytes, kept);
	memset(frame + kept, 0, size - kept);
}

/*
 * Write an Ethernet header for the cooked one of `header` bytes, and what
 * follows. Return the size of the whole, without a limit.
 */
static size_t copy_cooked(uint8_t *frame, const uint8_t *bytes,
			  const struct pcap_pkthdr *of, size_t header,
			  size_t type_at)
{
	size_t kept = of->caplen < header ? 0 : of->caplen - header;
	size_t size = of->len < header ? 0 : of->len - header;

	memset(frame, 0, ETH_HLEN);
	if (of->caplen >= header)
		memcpy(frame + ETH_HLEN - ETHER_TYPE_SIZE, bytes + type_at,
		       ETHER_TYPE_SIZE);
	copy_frame(frame + ETH_HLEN, CAPTURE_FRAME_MAX - ETH_HLEN,
		   kept ? bytes + header : bytes, kept, size);
	return ETH_HLEN + size;
}

int capture_reader_next(struct pcap *capture, uint8_t frame[CAPTURE_FRAME_MAX],
			size_t *size, size_t *wire_size)
{
	int type = pcap_datalink(capture);
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int code = pcap_next_ex(capture, &header, &bytes);

	if (code != 1)
		return code == PCAP_ERROR_BREAK ? 0 : -1;
	*wire_size = header->len;
	if (type == DLT_LINUX_SLL)
		*wire_size = copy_cooked(frame, bytes, header, COOKED_HEADER,
					 COOKED_TYPE_AT);
	else if (type == DLT_LINUX_SLL2)
		*wire_size = copy_cooked(frame, bytes, header, COOKED2_HEADER,
					 COOKED2_TYPE_AT);
	else
		copy_frame(frame, CAPTURE_FRAME_MAX, bytes, header->caplen,
			   header->len);
	*size = *wire_size < CAPTURE_FRAME_MAX ? *wire_size : CAPTURE_FRAME_MAX;
	return 1;
}

const char *capture_reader_error(struct pcap *capture)
{
	return pcap_geterr(capture);
}

void capture_reader_close(struct pcap *capture)
{
	if (capture)
		pcap_close(capture);
}

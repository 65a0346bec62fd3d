// SPDX-License-Identifier: BSD-2-Clause
/* Frames of capture files. See capture_reader.h. */

#include "capture_reader.h"

#include <string.h>

#include <pcap/pcap.h>

/* Return the capture if its frames are Ethernet's; else close it. */
static struct pcap *check_link(struct pcap *capture, const char *name,
			       char error[CAPTURE_ERROR_SIZE])
{
	int type = pcap_datalink(capture);
	const char *type_name = pcap_datalink_val_to_name(type);

	if (type == DLT_EN10MB)
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

int capture_reader_next(struct pcap *capture, uint8_t frame[CAPTURE_FRAME_MAX],
			size_t *size)
{
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int code = pcap_next_ex(capture, &header, &bytes);
	size_t kept;

	if (code != 1)
		return code == PCAP_ERROR_BREAK ? 0 : -1;
	*size = header->len < CAPTURE_FRAME_MAX ? header->len :
						  CAPTURE_FRAME_MAX;
	kept = header->caplen < *size ? header->caplen : *size;
	memcpy(frame, bytes, kept);
	memset(frame + kept, 0, *size - kept);
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

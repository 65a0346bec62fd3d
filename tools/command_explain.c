// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl explain: a prefix, a flow, or each packet of a capture file. */

#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <pcap/pcap.h>

#include <headgate/ctl.h>

#include "core/array.h"
#include "core/hex.h"
#include "view.h"

/* Words behind "flow", in order, by their names in the request. */
static const char *const flow_words[] = {
	"source", "source_port", "destination", "destination_port", "protocol",
};

static enum exit_code ask_and_print(const struct ask_options *options,
				    struct json_object *request,
				    const struct view *view)
{
	struct json_object *reply;
	enum exit_code code = ask(options, request, &reply);

	if (code)
		return code;
	if (!options->json)
		code = ask_print(view, reply, false);
	json_object_put(reply);
	return code;
}

static enum exit_code explain_prefix(const struct ask_options *options,
				     const char *prefix)
{
	struct json_object *request = ask_request("explain");

	ask_add(request, "prefix", prefix);
	return ask_and_print(options, request, &view_explain_route);
}

static enum exit_code explain_flow(const struct ask_options *options, int count,
				   char **words)
{
	struct json_object *request, *flow;

	if (count != COUNT_OF(flow_words)) {
		fprintf(stderr,
			"headgatectl: explain flow: %d words; must be SOURCE "
			"SOURCE-PORT DESTINATION DESTINATION-PORT "
			"tcp|udp|icmp, or --pcap FILE alone; for icmp "
			"SOURCE-PORT is the identifier of the echo\n",
			count);
		return EXIT_USAGE;
	}
	request = ask_request("explain");
	flow = json_object_new_object();
	for (size_t i = 0; i < COUNT_OF(flow_words); i++)
		ask_add(flow, flow_words[i], words[i]);
	json_object_object_add(request, "flow", flow);
	return ask_and_print(options, request, &view_explain_flow);
}

/* ------------------------------------------------------------- capture files */

enum {
	MAX_FRAME = (HG_CTL_MAX_REQUEST - 256) / 2, /* that fits a request */
};

/* Pad the frame with zeroes to its size on the wire. */
static struct json_object *frame_request(const struct pcap_pkthdr *header,
					 const uint8_t *bytes)
{
	static uint8_t frame[MAX_FRAME];
	static char text[2 * MAX_FRAME + 1];
	struct json_object *request = ask_request("explain");
	size_t size = header->len < MAX_FRAME ? header->len : MAX_FRAME;
	size_t kept = header->caplen < size ? header->caplen : size;

	memset(frame, 0, sizeof(frame));
	memcpy(frame, bytes, kept);
	hex_write(frame, size, text);
	ask_add(request, "frame", text);
	return request;
}

/* Append the agent's explanation of one packet to `list`. */
static enum exit_code explain_packet(const struct ask_options *options,
				     const struct pcap_pkthdr *header,
				     const uint8_t *bytes,
				     struct json_object *list)
{
	struct json_object *reply, *answer;
	enum exit_code code =
		ask(options, frame_request(header, bytes), &reply);

	if (code)
		return code;
	if (json_object_object_get_ex(reply, "explain", &answer)) {
		size_t number = json_object_array_length(list) + 1;

		json_object_object_add(answer, "packet",
				       json_object_new_uint64(number));
		json_object_array_add(list, json_object_get(answer));
	}
	json_object_put(reply);
	return EXIT_OK;
}

static enum exit_code explain_packets(const struct ask_options *options,
				      pcap_t *pcap, struct json_object *list)
{
	enum exit_code code = EXIT_OK;
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int more = 1;

	while (!code && (more = pcap_next_ex(pcap, &header, &bytes)) == 1)
		code = explain_packet(options, header, bytes, list);
	if (!code && more == PCAP_ERROR) {
		fprintf(stderr, "headgatectl: %s: %s\n", options->pcap,
			pcap_geterr(pcap));
		code = EXIT_FAILED;
	}
	return code;
}

static enum exit_code explain_capture(const struct ask_options *options)
{
	struct json_object *all = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_open_offline(options->pcap, error);
	enum exit_code code = EXIT_FAILED;

	json_object_object_add(all, "packets", list);
	if (!pcap) {
		fprintf(stderr, "headgatectl: %s\n", error);
	} else if (pcap_datalink(pcap) != DLT_EN10MB) {
		fprintf(stderr,
			"headgatectl: %s: link type %s, not Ethernet; capture "
			"on an Ethernet interface\n",
			options->pcap,
			pcap_datalink_val_to_name(pcap_datalink(pcap)));
	} else {
		code = explain_packets(options, pcap, list);
		if (!code && !options->json)
			code = ask_print(&view_explain_packets, all, false);
	}
	if (pcap)
		pcap_close(pcap);
	json_object_put(all);
	return code;
}

enum exit_code command_explain(const struct ask_options *options, int count,
			       char **words)
{
	if (count && !strcmp(words[0], "flow"))
		return options->pcap && count == 1 ?
			       explain_capture(options) :
			       explain_flow(options, count - 1, words + 1);
	if (count == 1)
		return explain_prefix(options, words[0]);
	fputs("headgatectl: explain: words missing; must be PREFIX, ADDRESS or "
	      "flow ...; see --help\n",
	      stderr);
	return EXIT_USAGE;
}

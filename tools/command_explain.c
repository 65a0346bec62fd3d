// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl explain: a prefix, a flow, or each packet of a capture file. */

#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "capture_reader.h"
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

static struct json_object *frame_request(const uint8_t *frame, size_t size,
					 size_t wire_size)
{
	static char text[2 * CAPTURE_FRAME_MAX + 1];
	struct json_object *request = ask_request("explain");

	hex_write(frame, size, text);
	ask_add(request, "frame", text);
	json_object_object_add(request, "wire_size",
			       json_object_new_uint64(wire_size));
	return request;
}

/*
 * Append the agent's explanation of one packet to `list`. A packet that it
 * refuses, EXIT_FAILED, has a row without one.
 */
static enum exit_code explain_packet(const struct ask_options *options,
				     const uint8_t *frame, size_t size,
				     size_t wire_size, struct json_object *list)
{
	size_t number = json_object_array_length(list) + 1;
	struct json_object *reply = NULL, *answer = NULL;
	enum exit_code code =
		ask(options, frame_request(frame, size, wire_size), &reply);

	if (code && code != EXIT_FAILED)
		return code;
	if (!code && json_object_object_get_ex(reply, "explain", &answer))
		json_object_get(answer);
	else
		answer = json_object_new_object();
	json_object_object_add(answer, "packet",
			       json_object_new_uint64(number));
	json_object_array_add(list, answer);
	if (!code)
		json_object_put(reply);
	return code;
}

static enum exit_code explain_packets(const struct ask_options *options,
				      struct pcap *capture,
				      struct json_object *list)
{
	static uint8_t frame[CAPTURE_FRAME_MAX];
	enum exit_code code = EXIT_OK, one = EXIT_OK;
	size_t size, wire_size;
	int more = 1;

	while ((!one || one == EXIT_FAILED) &&
	       (more = capture_reader_next(capture, frame, &size,
					   &wire_size)) == 1) {
		one = explain_packet(options, frame, size, wire_size, list);
		code = one ? one : code;
	}
	if (more < 0) {
		fprintf(stderr, "headgatectl: %s: %s\n", options->pcap,
			capture_reader_error(capture));
		code = EXIT_FAILED;
	}
	return code;
}

static enum exit_code explain_capture(const struct ask_options *options)
{
	struct json_object *all = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char error[CAPTURE_ERROR_SIZE];
	struct pcap *capture = capture_reader_open(options->pcap, error);
	enum exit_code code = EXIT_FAILED;

	json_object_object_add(all, "packets", list);
	if (capture)
		code = explain_packets(options, capture, list);
	else
		fprintf(stderr, "headgatectl: %s\n", error);
	if (capture && (!code || code == EXIT_FAILED) && !options->json &&
	    ask_print(&view_explain_packets, all, false))
		code = EXIT_FAILED;
	capture_reader_close(capture);
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

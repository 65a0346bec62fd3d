# SPDX-License-Identifier: BSD-2-Clause
"""Answer HTTP on some addresses with the status that a file holds, and record
each request and each connection that ended badly.

Run as: health_server.py FILE PORT ADDRESS...
"""

import http.server
import socket
import sys
import threading


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET

    def handle_error(self, request, client_address):
        print("error", sys.exc_info()[1], flush=True)


class Server6(Server):
    address_family = socket.AF_INET6


class Answer(http.server.BaseHTTPRequestHandler):

    def do_GET(self):
        with open(sys.argv[1], encoding="ascii") as file:
            status = int(file.read())
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"text\n" * 1000)

    def log_message(self, _format, *_arguments):
        print("request", self.path, self.headers["Host"], flush=True)


def main():
    servers = [(Server6 if ":" in address else Server)(
        (address, int(sys.argv[2])), Answer) for address in sys.argv[3:]]
    for server in servers:
        threading.Thread(target=server.serve_forever).start()
    print("ready", flush=True)


main()

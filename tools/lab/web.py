# SPDX-License-Identifier: BSD-2-Clause
"""Run nginx on the VIPs of a server.

It serves two files: /short, 64 KiB, for connections to count, and /long, a
sparse file sent slowly, for connections that must survive a failure. /idle keeps
the connection for further requests. A header
names the server; the access log has the client's address and port of each
finished request.
"""

import os
import signal

SHORT_BYTES = 64 * 1024
LONG_BYTES = 1 << 30
LONG_RATE = 16 * 1024

CONFIG = """\
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 8192;
error_log {folder}/error.log;
pid {folder}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    log_format connection "$remote_addr:$remote_port $status $body_bytes_sent";
    access_log {folder}/access.log connection;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    keepalive_timeout 0;
    add_header X-Server {name};
    server {{
        {listen}
        root {files};
        location /long {{ limit_rate {rate}; }}
        location /idle {{
            keepalive_timeout 600;
            keepalive_requests 100000;
            return 200 "idle";
        }}
    }}
}}
"""


def listen(vip):
    address = f"[{vip}]" if ":" in vip else vip
    return f"listen {address}:80 backlog=4096;"


def make_files(folder):
    """Write the files that all servers share."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/short", "wb") as file:
        file.write(b"headgate" * (SHORT_BYTES // 8))
    with open(f"{folder}/long", "wb") as file:
        file.truncate(LONG_BYTES)


class WebServer:
    """The nginx of a server."""

    def __init__(self, namespace, folder, files, vips, rate=LONG_RATE):
        self.namespace = namespace
        self.folder = folder
        self.process = None
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(folder=folder, files=files,
                                     listen=" ".join(map(listen, vips)),
                                     name=namespace.short_name,
                                     rate=rate))

    def start(self):
        self.process = self.namespace.start(
            ["nginx", "-c", f"{self.folder}/nginx.conf"],
            log=f"{self.folder}/nginx.out")

    def kill(self):
        self.process.end(signal.SIGKILL)

    def served(self):
        """Return client "address:port" -> number of its finished requests."""
        counts = {}
        with open(f"{self.folder}/access.log", encoding="utf-8") as file:
            for line in file:
                client = line.split()[0]
                counts[client] = counts.get(client, 0) + 1
        return counts

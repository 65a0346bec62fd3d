# SPDX-License-Identifier: BSD-2-Clause
"""Fetch /metrics of an agent from inside its namespace, and read the page."""

import http.client
import re
import socket

from raw_speaker import inside

PORT = 9472
WHERE = f"127.0.0.1:{PORT}"
SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


class Reply:
    """The reply to a request by HTTP."""

    def __init__(self, response):
        self.status = response.status
        self.type = response.getheader("Content-Type")
        self.body = response.read().decode()


def fetch(namespace, path="/metrics", method="GET", accept=None):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, 20)
    with inside(namespace):
        connection.connect()
    connection.request(method, path,
                       headers={"Accept": accept} if accept else {})
    try:
        return Reply(connection.getresponse())
    finally:
        connection.close()


def fetch_at(path, page="/metrics"):
    """Fetch a page by a Unix socket."""
    connection = http.client.HTTPConnection("localhost", timeout=20)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(20)
    connection.sock.connect(path)
    connection.request("GET", page)
    try:
        return Reply(connection.getresponse())
    finally:
        connection.close()


def headers_of(namespace, path):
    """Return the headers of a reply, by name."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, 20)
    with inside(namespace):
        connection.connect()
    connection.request("GET", path)
    headers = dict(connection.getresponse().getheaders())
    connection.close()
    return headers


def labels_of(text):
    return {key: value for key, value in LABEL.findall(text or "")}


class Page:
    """The samples of a page of metrics."""

    def __init__(self, body):
        self.samples = {}
        for line in body.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = SAMPLE.match(line).groups()
            key = name, frozenset(labels_of(labels).items())
            if key in self.samples:
                raise ValueError(f"twice: {line}")
            self.samples[key] = float(value)

    def get(self, name, /, **labels):
        """Return the sample, or None. The name is without "headgate_"."""
        return self.samples.get((f"headgate_{name}",
                                 frozenset(labels.items())))

    def labels(self):
        """Return name -> the keys of the labels of its samples."""
        found = {}
        for name, labels in self.samples:
            found.setdefault(name, set()).add(
                tuple(sorted(key for key, _ in labels)))
        return found


def read_page(namespace):
    return Page(fetch(namespace).body)

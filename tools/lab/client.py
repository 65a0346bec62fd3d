# SPDX-License-Identifier: BSD-2-Clause
"""Download by HTTP; runs as a program in the client's namespace.

    client.py short VIP FIRST_PORT COUNT SECONDS
        Downloads /short once from each of COUNT source ports, a bounded number
        at a time, and prints the result of each connection as one JSON list.

    client.py long VIP FIRST_PORT COUNT SECONDS
        Starts COUNT slow downloads of /long and keeps them running. For each
        line on standard input it prints their results so far; at the end of the
        input it resets all of them.

    client.py idle VIP FIRST_PORT COUNT SECONDS
        The same with connections that are kept alive: each sends a small request
        every few seconds, at intervals of its own, and adds up the answers.

The program chooses the source ports, because the flow hash uses them: the same
ports give the same result in every run. All modes end after SECONDS.
"""

import asyncio
import errno
import json
import os
import socket
import struct
import sys

CONCURRENCY = 64
# Intervals of a kept-alive connection, by its port: 1 to 10 seconds.
IDLE_STEPS = 10
CONNECTION_SECONDS = 8 * int(os.environ.get("TIME_SCALE", "1"))


class Download:
    """A connection and its result."""

    def __init__(self, vip, port, path):
        self.vip = vip
        self.path = path
        self.result = {"port": port, "server": None, "bytes": 0,
                       "done": False, "error": None}

    def socket(self):
        """Return a socket bound to the chosen port."""
        family = socket.AF_INET6 if ":" in self.vip else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", self.result["port"]))
        return sock

    async def run(self):
        sock = self.socket()
        try:
            await self.fetch(sock)
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            self.result["error"] = name_of(error)
        finally:
            self.close(sock)

    def close(self, sock):
        """Close the socket and free its port for the next connection.

        The server closes first, so the client has no TIME_WAIT. But in LAST_ACK
        the port is taken, and a new connection to the same server fails
        (EADDRNOTAVAIL): a finished download waits for that acknowledgement. An
        unfinished one is reset."""
        patience = CONNECTION_SECONDS if self.result["done"] else 0
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, patience))
        sock.close()

    async def fetch(self, sock):
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.sock_connect(sock, (self.vip, 80)),
                               CONNECTION_SECONDS)
        request = f"GET {self.path} HTTP/1.0\r\nHost: lab\r\n\r\n"
        await loop.sock_sendall(sock, request.encode())
        promised = await self.read_head(loop, sock)
        while data := await loop.sock_recv(sock, 65536):
            self.result["bytes"] += len(data)
        if self.result["bytes"] < promised:
            raise EOFError
        self.result["done"] = True

    async def read_head(self, loop, sock):
        """Record the server's name; return its Content-Length."""
        head = b""
        while b"\r\n\r\n" not in head:
            data = await loop.sock_recv(sock, 65536)
            if not data:
                raise EOFError
            head += data
        head, body = head.split(b"\r\n\r\n", 1)
        fields = dict(line.lower().split(": ", 1)
                      for line in head.decode().split("\r\n")[1:])
        self.result["server"] = fields["x-server"]
        self.result["bytes"] = len(body)
        return int(fields["content-length"])


class Requests(Download):
    """A connection that is kept alive between small requests."""

    async def fetch(self, sock):
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.sock_connect(sock, (self.vip, 80)),
                               CONNECTION_SECONDS)
        request = f"GET {self.path} HTTP/1.1\r\nHost: lab\r\n\r\n"
        while True:
            await loop.sock_sendall(sock, request.encode())
            await asyncio.wait_for(self.read_answer(loop, sock),
                                   CONNECTION_SECONDS)
            await asyncio.sleep(1 + self.result["port"] % IDLE_STEPS)

    async def read_answer(self, loop, sock):
        already = self.result["bytes"]
        promised = await self.read_head(loop, sock)
        got = self.result["bytes"]
        while got < promised:
            data = await loop.sock_recv(sock, 65536)
            if not data:
                raise EOFError
            got += len(data)
        self.result["bytes"] = already + got


def name_of(error):
    """Return the class of an error, or the errno's name of a plain OSError."""
    if type(error) is OSError:
        return errno.errorcode.get(error.errno, "OSError")
    return type(error).__name__


async def short(downloads):
    waiting = iter(downloads)

    async def worker():
        for download in waiting:
            try:
                await asyncio.wait_for(download.run(), CONNECTION_SECONDS)
            except asyncio.TimeoutError:
                download.result["error"] = "TimeoutError"

    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))


async def long(downloads):
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks = [asyncio.create_task(download.run()) for download in downloads]
    while await reader.readline():
        report(downloads)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def report(downloads):
    print(json.dumps([download.result for download in downloads]), flush=True)


async def main():
    mode, vip, first_port, count, seconds = sys.argv[1:]
    ports = range(int(first_port), int(first_port) + int(count))
    connection = Requests if mode == "idle" else Download
    downloads = [connection(vip, port, f"/{mode}") for port in ports]
    work = {"short": short, "long": long, "idle": long}[mode](downloads)
    try:
        await asyncio.wait_for(work, int(seconds))
    except asyncio.TimeoutError:
        pass
    if mode == "short":
        report(downloads)


if __name__ == "__main__":
    asyncio.run(main())

"""A bad network between browser and server, on the loopback: it loses requests, or answers to requests that arrived."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Loss = Literal["", "request", "answer"]
HOP_BY_HOP = ("connection", "content-length", "keep-alive", "transfer-encoding")
ANSWER_SECONDS = 120


class Proxy:
    """Forwards whole requests to a port, and loses those under /api/ that `losing` says.

    losing      (path, number of the request since `begin`) -> "request": it never arrives; "answer": it arrives, the
                answer is read, and the browser's connection is closed without it
    lost        how many were lost since `begin`
    keeps_open  connections stay open between requests: on such a one Chromium itself repeats what was not answered
    """

    def __init__(self, to: int) -> None:
        self.to = to
        self.keeps_open = False
        self._lock = threading.Lock()
        self.begin(lambda _path, _number: "")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def begin(self, losing: Callable[[str, int], Loss]) -> None:
        self.losing, self.seen, self.lost = losing, 0, 0

    def judge(self, path: str) -> Loss:
        if not path.startswith("/api/"):
            return ""
        with self._lock:
            self.seen += 1
            loss = self.losing(path, self.seen)
            self.lost += loss != ""
            return loss

    def run(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                loss = proxy.judge(self.path)
                answered = None if loss == "request" else self.ask(body)
                if answered and not loss:
                    self.tell(*answered)
                else:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)

            def ask(self, body: bytes) -> tuple[HTTPResponse, bytes] | None:
                """What the server answers; None where it does not."""
                onward = HTTPConnection("127.0.0.1", proxy.to, timeout=ANSWER_SECONDS)
                try:
                    onward.request(self.command, self.path, body, dict(self.headers))
                    answer = onward.getresponse()
                    return answer, answer.read()
                except (OSError, HTTPException):
                    return None
                finally:
                    onward.close()

            def tell(self, answer: HTTPResponse, data: bytes) -> None:
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                if answer.status not in (204, 304):
                    self.send_header("Content-Length", str(len(data)))
                if not proxy.keeps_open:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = forward  # noqa: N815 (as http.server calls them)

            def log_message(self, *_told: object) -> None:
                """Nothing: what was lost was asked for."""

        return Handler


@contextmanager
def proxy(to: int) -> Iterator[Proxy]:
    """One that runs until the block ends."""
    made = Proxy(to)
    threading.Thread(target=made.run, daemon=True).start()
    try:
        yield made
    finally:
        made.stop()

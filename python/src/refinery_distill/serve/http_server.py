"""The HTTP server: connections, bodies, keys, paths."""

from __future__ import annotations

import hmac
import json
import logging
import select
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .errors import RequestError
from .options import Limits
from .queue import Job
from .service import Service

LOG = logging.getLogger("refinery_distill.serve")
OPEN_PATHS = ("/health",)
"""Paths that need no key: they tell nothing but that the server is there."""


class ScoringServer(ThreadingHTTPServer):
    """A server with a thread for each connection, of which it takes a bounded number."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], service: Service, limits: Limits, api_key: str | None
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.service = service
        self.limits = limits
        self.api_key = None if api_key is None else api_key.encode()
        self._room = threading.BoundedSemaphore(limits.connections)
        self._answering = 0
        self._changed = threading.Condition()
        super().__init__(address, ScoringHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Gives a connection its thread, or an answer that there are too many."""
        if self._room.acquire(blocking=False):
            try:
                super().process_request(request, client_address)
            except BaseException:
                self._room.release()
                raise
            return
        body = error_body("too many connections are open")
        try:
            request.settimeout(1)
            request.sendall(
                b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
                b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        except OSError:
            pass
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serves a connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def answering(self, change: int) -> None:
        """Counts the requests that are being answered."""
        with self._changed:
            self._answering += change
            self._changed.notify_all()

    def stop(self, seconds: float = 5.0) -> None:
        """Stops listening, and lets the requests that were read have their answers."""
        self.shutdown()
        with self._changed:
            self._changed.wait_for(lambda: self._answering == 0, seconds)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is no reason for a trace on the terminal."""
        LOG.debug("a connection of %s ended", client_address, exc_info=True)


class ScoringHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: ScoringServer

    def setup(self) -> None:
        """Bounds how long a client may send nothing."""
        self.timeout = self.server.limits.idle_seconds
        self.disable_nagle_algorithm = True
        super().setup()

    def version_string(self) -> str:
        """What the Server header says."""
        return "refinery_distill"

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged one by one."""
        LOG.debug("%s %s", self.address_string(), format % args)

    def do_GET(self) -> None:
        """Answers a GET."""
        self._answer({
            "/health": self.server.service.health,
            "/health_generate": self.server.service.health,
            "/model_info": self.server.service.model_info,
            "/get_model_info": self.server.service.model_info,
            "/server_info": self.server.service.server_info,
            "/get_server_info": self.server.service.server_info,
            "/v1/models": self.server.service.models,
        })

    def do_POST(self) -> None:
        """Answers a POST."""
        self._answer({
            "/generate": lambda: self.server.service.generate(self._body(), self._wait),
            "/tokenize": lambda: self.server.service.tokenize(self._body()),
            "/v1/tokenize": lambda: self.server.service.tokenize(self._body()),
        })

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Answers what is no request of HTTP, or of another method than GET and POST."""
        self._is_read = False
        self._send(code, error_body(message or explain or f"status {int(code)}"), None)

    def _answer(self, paths: dict[str, Callable[[], bytes]]) -> None:
        self.server.answering(1)
        try:
            self._answer_one(paths)
        finally:
            self.server.answering(-1)

    def _answer_one(self, paths: dict[str, Callable[[], bytes]]) -> None:
        path = self.path.partition("?")[0]
        self._is_read = self.command == "GET" and "Content-Length" not in self.headers
        try:
            if path not in OPEN_PATHS:
                self._check_key()
            if path not in paths:
                raise RequestError(404, f"there is no {self.command} {path[:200]}")
            body = paths[path]()
        except RequestError as error:
            self._send(error.status, error_body(error.message), error.retry_after)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:  # a request must not take the server along
            LOG.error("a request failed", exc_info=error)
            self._send(500, error_body(f"{type(error).__name__}: {error}"), None)
        else:
            self._send(200, body, None)

    def _check_key(self) -> None:
        key = self.server.api_key
        if key is None:
            return
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), b"Bearer " + key):
            raise RequestError(401, "the request carries no key, or a wrong one")

    def _body(self) -> bytes:
        """The request's body, of bounded size."""
        if "Transfer-Encoding" in self.headers:
            raise RequestError(411, "send the body with a Content-Length")
        text = self.headers.get("Content-Length", "")
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise RequestError(411, "send the body with a Content-Length")
        length, most = int(text), self.server.limits.body_bytes
        if length > most:
            raise RequestError(413, f"the body has {length} bytes, one may have {most}")
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the body ended early")
        self._is_read = True
        return body

    def _wait(self, job: Job) -> None:
        """Waits for a job's scores, as long as the client does."""
        while not job.wait(0.5):
            if self._is_gone():
                job.is_abandoned = True
                raise ConnectionError("the client went away")

    def _is_gone(self) -> bool:
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        try:
            return bool(poll.poll(0)) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _send(self, status: int, body: bytes, retry_after: int | None) -> None:
        # What is left of a body that was not read would be taken for the next request.
        self.close_connection = self.close_connection or not self._is_read
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if retry_after is not None:
                self.send_header("Retry-After", str(retry_after))
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True
            return
        if not self._is_read:
            self._drain()

    def _drain(self) -> None:
        """Reads a little of what still arrives, so that the client gets to read the answer."""
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1)
            for _ in range(256):
                if not self.connection.recv(1 << 16):
                    break
        except OSError:
            pass


def error_body(message: str) -> bytes:
    """An error as JSON, in the shape of OpenAI's and SGLang's."""
    return json.dumps({"error": {"message": message}}).encode()

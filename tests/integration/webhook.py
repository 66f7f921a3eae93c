# SPDX-License-Identifier: MIT
"""A webhook's receiver: keeps what it is sent, and answers as the test wishes."""

import contextlib
import hashlib
import hmac
import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fleet import wait_until

SECRET = "a secret of twenty-seven ch"


@dataclass
class Delivery:
    """One request, and what it was answered."""

    path: str
    headers: dict
    body: bytes
    status: int
    received_s: float = field(default_factory=time.time)

    @property
    def id(self):
        return self.headers["x-firewatch-event-id"]

    @property
    def event(self):
        return json.loads(self.body)

    def is_genuine(self, secret=SECRET):
        timestamp = self.headers["x-firewatch-timestamp"]
        signed = hmac.new(secret.encode(), timestamp.encode() + b"." + self.body, hashlib.sha256).hexdigest()
        return self.headers["x-firewatch-signature"] == f"sha256={signed}" and abs(int(timestamp) - self.received_s) < 60


class Webhook:
    """`answer` is called with each Delivery, in the request's own thread, and gives (status, headers, body).

    A status of None hangs until the receiver ends. `listens` False: connections are refused until `listen`. `tls` is a
    certificate with its key, as PEM files.
    """

    def __init__(self, listens=True, tls=None):
        self.deliveries, self.lock = [], threading.Lock()
        self.answer = lambda delivery: (200, {}, b"")
        self.released = threading.Event()
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                webhook._serve(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.server.server_bind()
        if listens:
            self.listen()
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_address[1]}/hook?token=in-the-url"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def listen(self):
        self.server.server_activate()

    def _serve(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(request.path, headers, body, 0)
        status, more, answer = self.answer(delivery)
        delivery.status = status
        with self.lock:
            self.deliveries.append(delivery)
        if status is None:
            self.released.wait()
            request.close_connection = True
            return
        with contextlib.suppress(OSError):  # the sender may have gone
            request.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **more}.items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(answer)

    # ---- what came ----

    def all(self):
        with self.lock:
            return list(self.deliveries)

    def taken(self):
        """What was answered 2xx."""
        return [delivery for delivery in self.all() if delivery.status and delivery.status // 100 == 2]

    def ids(self):
        return [delivery.id for delivery in self.taken()]

    def await_taken(self, n, limit_s=30):
        wait_until(lambda: len(self.taken()) >= n, f"{n} alerts", limit_s, 0.01)
        return self.taken()

    def await_tries(self, n, limit_s=30):
        wait_until(lambda: len(self.all()) >= n, f"{n} requests", limit_s, 0.01)
        return self.all()

    def fail_first(self, *statuses):
        """Answers these to the first requests, and 200 to the others."""
        left = list(statuses)
        self.answer = lambda delivery: (left.pop(0) if left else 200, {}, b"")

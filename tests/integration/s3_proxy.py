# SPDX-License-Identifier: MIT
"""Stands between a client and the S3 server, records what goes by, and breaks it when it is told to.

    with S3Proxy(s3.port) as proxy:
        proxy.fail("slow_down", times=2, method="PUT")
        ... a client with AWS_ENDPOINT_URL=proxy.url ...
        assert proxy.seen("PUT")[0].headers["x-amz-server-side-encryption"] == "AES256"
"""

import contextlib
import http.client
import socket
import struct
import threading
import time
from collections import namedtuple
from email.utils import formatdate

Request = namedtuple("Request", "method path headers size answered fault")

PIECE = 256 * 1024
ERRORS = {
    "internal_error": (500, "InternalError"),
    "bad_gateway": (502, None),
    "slow_down": (503, "SlowDown"),
    "unavailable": (503, "ServiceUnavailable"),
    "request_timeout": (400, "RequestTimeout"),
    "access_denied": (403, "AccessDenied"),
    "expired_token": (400, "ExpiredToken"),
    "conflict": (409, "ConditionalRequestConflict"),
}


class Fault:
    def __init__(self, kind, times, method, path, after, options):
        self.kind, self.left, self.method, self.path, self.skip = kind, times, method, path, after
        self.options = options

    def takes(self, method, path):
        if self.left == 0 or (self.method and self.method != method) or (self.path and self.path not in path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.left -= 1
        return True


class S3Proxy:
    """An HTTP proxy on loopback; the Host header goes through as it is, for it is signed.

    Kinds of faults, beside those of ERRORS:
      reset        takes half of the request's body, then resets the connection
      lost         the server does it, but its answer is lost: the connection is reset
      truncated    the answer breaks off in the middle of its body (or head, without one)
      error_in_200 a status of 200 with an <Error> in its body, as of CompleteMultipartUpload
      slow         pause_s (0.05) before each piece of 64 KiB of the answer, and before the request
      stall        nothing is answered until the proxy is closed or let_go() is called
      answer       status, headers and body as given in options
      rewrite      the server's answer with other headers: options["headers"] has lower-case name: value, None takes one out
    """

    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.requests = []
        self._faults = []
        self._lock = threading.Lock()
        self._go = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._open = set()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.let_go()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def fail(self, kind, times=1, method=None, path=None, after=0, **options):
        """The next `times` requests (-1: all) of that method whose path holds `path` fail, but the first `after`."""
        fault = Fault(kind, times, method, path, after, options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def heal(self):
        with self._lock:
            self._faults.clear()
        self.let_go()

    def let_go(self):
        """Those that stall go on: their connections are closed."""
        self._go.set()

    def seen(self, method=None, path=""):
        with self._lock:
            return [r for r in self.requests if (method is None or r.method == method) and path in r.path]

    # ---- one connection ----

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        stream = connection.makefile("rb")
        try:
            while self._one(connection, stream):
                pass
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            stream.close()
            with contextlib.suppress(OSError):
                connection.close()
            self._open.discard(connection)

    def _pick(self, method, path):
        with self._lock:
            return next((fault for fault in self._faults if fault.takes(method, path)), None)

    def _one(self, connection, stream):
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            return False
        method, path, _ = line
        headers = {}
        while (text := stream.readline().decode("latin-1").strip()):
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        size = int(headers.get("content-length", 0))
        fault = self._pick(method, path)
        kind = fault.kind if fault else None
        status = 0
        if kind == "stall":
            self._note(Request(method, path, headers, size, 0, kind))
        try:
            status = self._answer(connection, stream, method, path, headers, size, fault)
        finally:
            if kind != "stall":
                self._note(Request(method, path, headers, size, status, kind))
        return status > 0

    def _note(self, request):
        with self._lock:
            self.requests.append(request)

    def _answer(self, connection, stream, method, path, headers, size, fault):
        """Returns the status that the client got whole; 0 when the connection is over."""
        kind = fault.kind if fault else None
        if kind == "reset":
            self._take(stream, size // 2)
            return self._reset(connection)
        if kind == "stall":
            self._take(stream, size)
            self._go.wait()
            return 0
        if kind in ERRORS or kind in ("error_in_200", "answer"):
            self._take(stream, size)
            return self._say(connection, method, *self._canned(fault))
        if kind == "slow":
            time.sleep(fault.options.get("pause_s", 0.05))
        status, answer_headers, body = self._forward(stream, method, path, headers, size)
        if kind == "lost":
            return self._reset(connection)
        if kind == "rewrite":
            new = fault.options["headers"]
            answer_headers = [(n, v) for n, v in answer_headers if n.lower() not in new]
            answer_headers += [(n, v) for n, v in new.items() if v is not None]
        return self._pass_on(connection, method, status, answer_headers, body, fault)

    def _canned(self, fault):
        if fault.kind == "answer":
            options = fault.options
            return options.get("status", 200), options.get("headers", {}), options.get("body", b"")
        status, code = (200, "InternalError") if fault.kind == "error_in_200" else ERRORS[fault.kind]
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>asked for</Message></Error>" if code else "no"
        return status, {"Content-Type": "application/xml"}, body.encode()

    @staticmethod
    def _take(stream, size):
        while size > 0:
            piece = stream.read(min(size, PIECE))
            if not piece:
                raise OSError("the client has gone")
            size -= len(piece)

    @staticmethod
    def _reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
        connection.close()
        return 0

    def _forward(self, stream, method, path, headers, size):
        upstream = http.client.HTTPConnection("127.0.0.1", self.upstream_port, timeout=60)
        upstream.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            if name not in ("connection", "expect"):
                upstream.putheader(name, value)
        upstream.endheaders()
        while size > 0:
            piece = stream.read(min(size, PIECE))
            if not piece:
                upstream.close()
                raise OSError("the client has gone")
            upstream.send(piece)
            size -= len(piece)
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        return answer.status, answer.getheaders(), body

    @staticmethod
    def _say(connection, method, status, headers, body):
        named = {name.lower() for name in headers}
        lines = [f"HTTP/1.1 {status} Said"] + [f"{name}: {value}" for name, value in headers.items()]
        if "date" not in named:
            lines.append(f"Date: {formatdate(usegmt=True)}")
        if "content-length" not in named:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        connection.sendall(head + (b"" if method == "HEAD" else body))
        return status

    @staticmethod
    def _pass_on(connection, method, status, headers, body, fault):
        length = len(body)
        kept = [(n, v) for n, v in headers if n.lower() not in ("transfer-encoding", "connection")]
        if not any(n.lower() == "content-length" for n, _ in kept):
            kept.append(("Content-Length", str(length)))
        head = f"HTTP/1.1 {status} OK\r\n" + "".join(f"{n}: {v}\r\n" for n, v in kept) + "\r\n"
        if method == "HEAD":
            body = b""
        if fault and fault.kind == "truncated":
            share = fault.options.get("share", 0.5)
            connection.sendall(head.encode() + body[:int(length * share)] if body else head.encode()[:20])
            connection.shutdown(socket.SHUT_RDWR)
            return 0
        connection.sendall(head.encode())
        pause_s = fault.options.get("pause_s", 0.05) if fault and fault.kind == "slow" else 0
        for at in range(0, len(body), 64 * 1024 if pause_s else PIECE):
            time.sleep(pause_s)
            connection.sendall(body[at:at + (64 * 1024 if pause_s else PIECE)])
        return status

# SPDX-License-Identifier: MIT
"""The three places that give keys over HTTP: STS for a web identity, a container's agent, a machine (IMDSv2)."""

import contextlib
import datetime
import http.server
import json
import threading
import urllib.parse


class TokenServer:
    """Gives the real server's keys, good for `lifetime_s`. `requests` holds (method, path, headers, body)."""

    def __init__(self, keys, lifetime_s=3600):
        self.keys, self.lifetime_s = keys, lifetime_s
        self.requests = []
        self.failures = 0  # so many answers are 500 first
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                size = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(size).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append((self.command, self.path, headers, body))
                status, text = outer.answer(self.command, self.path, headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_PUT = do_POST = handle_any

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._server.shutdown()
            self._server.server_close()

    def answer(self, method, path, headers, body):
        if self.failures > 0:
            self.failures -= 1
            return 500, "later"
        return self.good(method, path, headers, body)

    def expiration(self):
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        return (now + datetime.timedelta(seconds=self.lifetime_s)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def json_keys(self):
        key, secret = self.keys
        return json.dumps({"Code": "Success", "AccessKeyId": key, "SecretAccessKey": secret,
                           "Token": f"token-{len(self.requests)}", "Expiration": self.expiration()})


class Sts(TokenServer):
    web_token, role = "the-web-token", "arn:aws:iam::1:role/uploader"

    def good(self, method, path, headers, body):
        form = dict(urllib.parse.parse_qsl(body))
        if method != "POST" or form.get("Action") != "AssumeRoleWithWebIdentity" or form["RoleArn"] != self.role:
            return 400, "<ErrorResponse><Error><Code>ValidationError</Code></Error></ErrorResponse>"
        if form["WebIdentityToken"] != self.web_token:
            return 400, ("<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>no</Message></Error>"
                         "</ErrorResponse>")
        key, secret = self.keys
        return 200, (
            '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            "<AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>x</Arn></AssumedRoleUser><Credentials>"
            f"<SessionToken>token-{len(self.requests)}</SessionToken><SecretAccessKey>{secret}</SecretAccessKey>"
            f"<Expiration>{self.expiration()}</Expiration><AccessKeyId>{key}</AccessKeyId>"
            "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>")


class Container(TokenServer):
    token = "the-container-token"

    def good(self, method, path, headers, body):
        if method != "GET" or path != "/v2/credentials" or headers.get("authorization") != self.token:
            return 403, "{}"
        return 200, self.json_keys()


class Machine(TokenServer):
    session = "the-session"

    def good(self, method, path, headers, body):
        if path == "/latest/api/token":
            return (200, self.session) if method == "PUT" and "x-aws-ec2-metadata-token-ttl-seconds" in headers else (400, "")
        if headers.get("x-aws-ec2-metadata-token") != self.session:
            return 401, ""
        where = "/latest/meta-data/iam/security-credentials/"
        if path == where:
            return 200, "up+loader"
        return (200, self.json_keys()) if path == where + "up%2Bloader" else (404, "")

# SPDX-License-Identifier: MIT
"""What a role serves at --http: its address out of its log, its answers, its metrics as Prometheus' client reads them."""

import json
import re
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families


class Served:
    """Asks a role that was started with --http 127.0.0.1:0, found by its log's text."""

    def __init__(self, log_text, token=None):
        self.log_text, self.token = log_text, token

    def address(self):
        return re.search(r"\bhttp=(\S+) serves", self.log_text()).group(1)

    def get(self, path, headers=None, raw=False):
        """(status, text, or bytes)"""
        headers = dict(headers or {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"http://{self.address()}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                body = answer.read()
                return answer.status, body if raw else body.decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def json(self, path):
        status, text = self.get(path)
        return status, json.loads(text)

    def metrics(self):
        """{(name, frozenset of labels): value}"""
        status, text = self.get("/metrics")
        assert status == 200, text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        found = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
        assert len(found) == len(samples), "a series twice"
        return found

    def value(self, name, **labels):
        return self.metrics()[(name, frozenset(labels.items()))]

# SPDX-License-Identifier: MIT
"""The store as the tests see it: a bucket of their own, our program on it, boto3 as the judge."""

import hashlib
import os
import subprocess

from firewatch import BINARY, firewatch

TOOL = BINARY.parent / "store_tool"
MIB = 1024 * 1024
SMALL_PARTS = {"S3_PART_SIZE_BYTES": str(5 * MIB)}


class Answer:
    """What the tool printed."""

    def __init__(self, process):
        self.process, self.text = process, process.stdout
        self.lines = [line.split(" ", 1) for line in process.stdout.splitlines()]
        self.good = process.returncode == 0

    def __getitem__(self, name):
        return next(rest for first, rest in self.lines if first == name)

    def all(self, name):
        return [rest for first, rest in self.lines if first == name]


class Bucket:
    """A test's own bucket, through the proxy where there is one."""

    def __init__(self, server, name, url=None):
        self.server, self.name = server, server.create_bucket(f"{name}-{os.urandom(4).hex()}")
        self.env = {**server.environment, "S3_BUCKET": self.name, "HOME": "/nonexistent"}
        if url:
            self.env["AWS_ENDPOINT_URL"] = url
        self.client = server.client()

    def tool(self, *words, env=None, timeout=120, **more):
        process = subprocess.run([TOOL, *map(str, words)], env={**self.env, **(env or {})}, capture_output=True,
                                 text=True, timeout=timeout, stdin=subprocess.DEVNULL, **more)
        assert process.returncode in (0, 1), process
        return Answer(process)

    def firewatch(self, *words, env=None, **more):
        return firewatch(*words, env={**self.env, **(env or {})}, **more)

    def body(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def uploads(self):
        return self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])


def make_file(path, size, seed=7):
    block = hashlib.sha256(bytes([seed])).digest() * (MIB // 32)
    with path.open("wb") as out:
        for i in range(0, size, MIB):
            out.write((i.to_bytes(8, "big") + block)[:min(MIB, size - i)])
    return path

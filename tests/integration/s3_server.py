# SPDX-License-Identifier: MIT
"""A real S3 API for tests (S3Proxy over a folder), on a free port, whose process dies with the test run."""

import pathlib
import subprocess

import boto3
from botocore.config import Config
from server_process import ROOT, ServerProcess, free_port, stop_all

SCRIPT = ROOT / "scripts" / "s3.sh"
STARTED = "js.Server@"


class S3Server:
    """Start it from the main thread. `environment` is what a client has to set."""

    def __init__(self, folder, tls=False, settings=()):
        self.folder = pathlib.Path(folder)
        self.port = free_port((0, 1))
        self._options = ["--port", str(self.port), "--dir", str(self.folder)]
        self._prepare = ["--tls"] * tls
        for setting in settings:
            self._prepare += ["--set", setting]
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        subprocess.run([SCRIPT, "prepare", *self._options, *self._prepare], check=True, stdin=subprocess.DEVNULL)
        self._process = ServerProcess("s3", [SCRIPT, "exec", *self._options], self.folder / "server.log", STARTED)
        try:
            self._process.await_started()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        if self._process:
            stop_all([self._process])
        self._process = None

    def kill(self):
        """SIGKILL; start() brings it back with its data."""
        self._process.kill()
        self._process = None

    def pause(self):
        """It stands still, its connections stay open."""
        self._process.pause()

    def resume(self):
        self._process.resume()

    @property
    def environment(self):
        text = (self.folder / "s3.env").read_text(encoding="utf-8")
        return dict(line.split("=", 1) for line in text.splitlines())

    def client(self, secret=None, tls=False):
        """boto3's client, the judge of what our own requests did."""
        settings = self.environment
        return boto3.client(
            "s3",
            endpoint_url=f"https://127.0.0.1:{self.port + 1}" if tls else settings["AWS_ENDPOINT_URL"],
            aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret or settings["AWS_SECRET_ACCESS_KEY"],
            region_name=settings["AWS_REGION"],
            verify=str(self.folder / "ca.pem") if tls else None,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def create_bucket(self, name):
        self.client().create_bucket(Bucket=name)
        return name

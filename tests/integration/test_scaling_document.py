# SPDX-License-Identifier: MIT
"""docs/SCALING.md from its beginning to its end: every command in it, as it is written, against real servers."""

import os
import re
import signal
import subprocess
import sys

import pytest
from firewatch import BINARY, ROOT
from fleet import read_all, wait_until
from kafka_server import TOOLS

DOCUMENT = ROOT / "docs" / "SCALING.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BROKER = "localhost:9092"
SERVERS = ("./fw kafka start", "./fw s3 start")  # the tests' own stand in for these


def blocks(language):
    return [text for name, text in BLOCK.findall(DOCUMENT.read_text(encoding="utf-8")) if name == language]


def commands(text):
    """The commands of a block, lines that end with a backslash joined, comments left out."""
    joined = re.sub(r"\\\n\s*", "", text)
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


class Reader:
    """Types the document's commands in a folder that holds nothing but its .env."""

    def __init__(self, folder, kafka, s3, bucket):
        self.folder, self.kafka = folder, kafka
        self.bucket = bucket
        self.s3 = s3.environment | {"S3_BUCKET": bucket}
        self.background = []
        (folder / "samples").symlink_to(ROOT / "samples")
        fw = folder / "fw"  # what ./fw does with any other word, without building first
        fw.write_text(f'#!/bin/sh\nexec "{BINARY}" "$@"\n')
        fw.chmod(0o755)
        self.environment = {"PATH": f"{TOOLS}:/usr/bin:/bin", "HOME": str(folder)}

    def configure(self, text):
        """The document's .env, with the addresses and keys of the tests' servers."""
        assert BROKER in text
        lines = text.replace(BROKER, self.kafka.bootstrap).splitlines()
        kept = [line for line in lines if line.split("=")[0] not in self.s3]
        (self.folder / ".env").write_text("\n".join(kept + [f"{k}={v}" for k, v in self.s3.items()]) + "\n")

    def type(self, command):
        done = subprocess.run(["bash", "-eu", "-c", command.replace(BROKER, self.kafka.bootstrap)], cwd=self.folder,
                              env=self.environment, capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, command):
        log = (self.folder / f"terminal-{len(self.background)}.log").open("wb")
        process = subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, stdout=log,
                                   stderr=log, stdin=subprocess.DEVNULL)  # fmt: skip
        self.background.append(process)

    def stop(self):
        for process in self.background:
            process.send_signal(signal.SIGTERM)
        codes = []
        for process in self.background:
            try:
                codes.append(process.wait(30))
            except subprocess.TimeoutExpired:
                process.kill()
                codes.append("killed")
        return codes


@pytest.fixture
def reader(make_kafka, s3, tmp_path):
    bucket = s3.create_bucket(f"scaling-{os.getpid()}")
    kafka = make_kafka()
    one = Reader(tmp_path, kafka, s3, bucket)
    yield one
    one.stop()


def objects(s3, bucket):
    return {entry["Key"] for entry in s3.client().list_objects_v2(Bucket=bucket).get("Contents", [])}


def test_every_command_of_the_document(reader, s3):
    (configuration,) = blocks("env")
    reader.configure(configuration)
    typed, wanted = [], {f"videos/video{n}_with_heatmaps.mp4" for n in (1, 2, 3)}
    for block in blocks("bash"):
        for command in commands(block):
            if command in SERVERS:
                continue
            if "# Terminal" in block:
                reader.start(command)
            else:
                typed.append((command, reader.type(command)))
        if "produce" in block:
            wait_until(lambda: wanted <= objects(s3, reader.bucket), "three objects", 90, 0.5)
    said = dict(typed)
    assert len(reader.background) == 5 and len(typed) > 12
    assert "video1" in said["./fw status"] and "video3" in said["./fw ls"]
    assert "X-Amz-Signature" in said["./fw presign video1 --expires 3600"]
    assert (reader.folder / "video1.mp4").read_bytes()[4:8] == b"ftyp"
    assert "PartitionCount: 6" in said["kafka-topics.sh --bootstrap-server localhost:9092 --describe --topic video-frames"]
    assert len(read_all(reader.kafka.bootstrap, "video-completions")) == 3

    (script,) = blocks("python")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(reader.folder), **reader.s3}
    done = subprocess.run([sys.executable, "-c", script + "\nprint(url)"], cwd=reader.folder, env=environment,
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "X-Amz-Signature" in done.stdout or "Signature=" in done.stdout
    assert (reader.folder / "local_video.mp4").read_bytes() == (reader.folder / "video1.mp4").read_bytes()
    assert set(reader.stop()) == {0}


def test_the_sections_are_those_of_the_guide():
    text = DOCUMENT.read_text(encoding="utf-8")
    headings = [line.lstrip("# ").lower() for line in text.splitlines() if line.startswith("#")]
    for heading in ("architecture for scaling", "setup for scaling", "performance targets", "how partitioning works", "s3 storage",
                    "best practices", "troubleshooting", "consumers not scaling", "uneven partition distribution",
                    "high consumer lag", "s3 upload failures"):  # fmt: skip
        assert heading in headings, heading
